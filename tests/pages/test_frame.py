"""The frame round every page, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from core import settings
from core.ui.registry import list_pages

SECONDS = 60  # the first page of a run imports torch
ENTRIES = pytest.mark.parametrize("entry", list_pages(), ids=lambda entry: entry.stem)


def open_app(locale="en-GB", **query):
    at = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=SECONDS)
    at.context = {"locale": locale}
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


@ENTRIES
def test_page_opens_from_the_menu(entry):
    at = open_app().switch_page(f"pages/{entry.stem}.py").run()
    assert not at.exception and not at.error
    assert at.title[0].value == entry.title


@ENTRIES
def test_page_opens_alone_and_speaks_japanese(entry):
    """Without app.py, as a fresh server opens a deep link."""
    at = AppTest.from_file(str(entry.path), default_timeout=SECONDS)
    at.context = {"locale": "ja-JP"}
    at.run()
    assert not at.exception and not at.error
    assert at.title[0].value != entry.title and at.sidebar.segmented_control(key="lang").value == "ja"


@pytest.mark.parametrize(("locale", "link", "expected"), [
    ("en-GB", None, "en"), ("ja-JP", None, "ja"), ("ja-JP", "en", "en"), ("de-DE", "ja", "ja"),
    ("ja-JP", "xx", "ja"), ("fr-FR", "", "en"), ("en-GB", "j" * 10_000, "en"),
])
def test_language_comes_from_the_link_else_from_the_browser(locale, link, expected):
    at = open_app(locale, **({} if link is None else {"lang": link}))
    assert at.sidebar.segmented_control(key="lang").value == expected
    assert at.title[0].value == {"en": "Home", "ja": "ホーム"}[expected]


def test_language_switch_changes_the_page():
    at = open_app()
    at.sidebar.segmented_control(key="lang").set_value("ja").run()
    assert at.title[0].value == "ホーム"
    assert at.query_params["lang"] in ("ja", ["ja"])


def test_sessions_do_not_share_a_language():
    first, second = open_app("ja-JP"), open_app("en-GB")
    assert first.run().title[0].value == "ホーム"
    assert second.run().title[0].value == "Home"
