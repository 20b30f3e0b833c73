"""A server, a Chromium and pages that report what went wrong in them."""

import pytest
from playwright.sync_api import expect, sync_playwright

from core import settings
from tests.browser import lab
from tests.find_chromium import NONE_FOUND, find_chromium

expect.set_options(timeout=30_000)  # two cores, shared with another test process

# On a deep link Streamlit's client probes for its server below the page's path first; both answer 404.
PROBES = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="session")
def server():
    """Address of the real app."""
    with lab.serve(settings.ROOT) as address:
        yield address


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
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme,
                                      locale={"en": "en-GB", "ja": "ja-JP"}[lang], accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        _watch(page, address, faults)
        page.goto(address + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


def _watch(page, address, faults):
    def note_console(message):
        probe = message.location.get("url", "").endswith(PROBES) and "404" in message.text
        if message.type == "error" and not probe:
            faults.append(f"console: {message.text} ({message.location.get('url')})")

    def note_request(sent):
        if not sent.url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:")):
            faults.append(f"request to another host: {sent.url}")

    page.on("console", note_console)
    page.on("request", note_request)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))


@pytest.fixture(scope="session")
def wait_idle():
    """``wait_idle(page)`` waits until the app has finished its run."""
    def wait(page):
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=90_000)
    return wait
