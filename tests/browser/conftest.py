"""A server, a Chromium and pages that report what went wrong in them."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from core import settings
from tests.browser import lab
from tests.find_chromium import NONE_FOUND, find_chromium
from tests.word2vec_lab import build_lab

expect.set_options(timeout=30_000)  # two cores, shared with another test process

# On a deep link Streamlit's client probes for its server below the page's path first; both answer 404.
PROBES = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="session")
def server():
    """Address of the real app."""
    with lab.serve(settings.ROOT) as address:
        yield address


@pytest.fixture(scope="session")
def training_server(tmp_path_factory):
    """Address and cache of the real app on small models and a cache of its own, so that runs of the tests stay there.

    One for all tests that train: a server's first page costs as much as twenty others.
    """
    cache = tmp_path_factory.mktemp("training") / "cache"
    shutil.copytree(build_lab(), cache)
    for folder in (settings.ROOT / "cache" / "checkpoints").glob("lstm-[12]-*"):
        shutil.copytree(folder, cache / "checkpoints" / folder.name)
    with lab.serve(settings.ROOT, cache) as address:
        yield address, cache


@pytest.fixture
def training_lab(training_server, monkeypatch):
    """Its address; the test reads its jobs."""
    address, cache = training_server
    monkeypatch.setenv("WORDGLASS_CACHE", str(cache))
    return address


@pytest.fixture(scope="session")
def sample_lab(tmp_path_factory):
    """Folder of an app with the real frame and the pages of ``sample/``."""
    return lab.build_sample_lab(tmp_path_factory.mktemp("browser") / "lab")


@pytest.fixture(scope="session")
def sample_server(sample_lab):
    with lab.serve(sample_lab) as address:
        yield address


@pytest.fixture
def fresh_sample_server(sample_lab):
    """As ``sample_server``, but no request has reached it yet."""
    with lab.serve(sample_lab) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    path = find_chromium()
    if path is None:
        pytest.exit(NONE_FOUND, 3)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, request):
    """``open_page(path, theme=, width=, lang=, server=)`` opens a page in a browser of its own.

    At the end of the test: no error in the console and no request to another host.
    """
    contexts, faults = [], []

    def open_one(path="/", *, theme="light", width=1400, lang="en", server=None):
        address = server or request.getfixturevalue("server")
        page = _new_page(browser, theme=theme, width=width, lang=lang)
        contexts.append(page.context)
        _watch(page, address, faults)
        _open(page, address + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def kept_pages(browser):
    """Pages by theme, width and language, which keep the scripts that Chromium has compiled, and nothing else."""
    pages = {}
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.fixture
def visit(browser, server, kept_pages):
    """As ``open_page``, but in a kept page, one visit a test: half the work where every page is opened."""
    faults, left = [], []

    def visit_one(path, *, theme, width, lang):
        key = (theme, width, lang)
        if key not in kept_pages:
            kept_pages[key] = _new_page(browser, theme=theme, width=width, lang=lang)
        page = kept_pages[key]
        left.append((page, _watch(page, server, faults)))
        _open(page, server + path)
        return page

    yield visit_one
    for page, unwatch in left:
        unwatch()
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.context.clear_cookies()
        page.goto("about:blank")
    assert not faults, "\n".join(faults)


def _new_page(browser, *, theme, width, lang):
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme,
                                  locale={"en": "en-GB", "ja": "ja-JP"}[lang], accept_downloads=True)
    return context.new_page()


def _open(page, url):
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)


def _watch(page, address, faults):
    """Note what goes wrong in `page`; returns what ends that."""
    def note_console(message):
        probe = message.location.get("url", "").endswith(PROBES) and "404" in message.text
        if message.type == "error" and not probe:
            faults.append(f"console: {message.text} ({message.location.get('url')})")

    def note_request(sent):
        if not sent.url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:")):
            faults.append(f"request to another host: {sent.url}")

    def note_error(error):
        faults.append(f"script: {error}")

    watchers = {"console": note_console, "request": note_request, "pageerror": note_error}
    for event, watcher in watchers.items():
        page.on(event, watcher)
    return lambda: [page.remove_listener(event, watcher) for event, watcher in watchers.items()]


@pytest.fixture(scope="session")
def wait_idle():
    """``wait_idle(page)`` waits until the app has finished its run."""
    def wait(page):
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=90_000)
    return wait
