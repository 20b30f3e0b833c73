"""What surrounds every page: browser tab, menu, name and language.

``app.py`` calls :func:`run`. A page calls :func:`ensure` first, because on a fresh server Streamlit
runs ``pages/<stem>.py`` of a deep link directly, without ``app.py``; drawing the frame from there
switches the server to the declared menu and lands on the page that already runs.
"""

from contextvars import ContextVar
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from core import settings
from core.ui import controls, messages, permalink
from core.ui.language import LANGUAGE_KEY, LANGUAGES, browser_language, tr
from core.ui.registry import list_pages

ASSETS = Path(__file__).parent / "assets"
HOME = "home"
# Streamlit writes the chips of a menu in white, on dark pages 3.1:1 on the accent; no theme setting reaches them.
DARK_CHIPS = "<style>[data-testid=stMultiSelectTagsContainer] [data-tag] * {color: #0B1420}</style>"

_framed = ContextVar("framed", default=False)  # true while app.py runs the page


def run() -> None:
    """Draw the frame and the page the URL asks for."""
    page = _draw_frame(collect=True)
    token = _framed.set(True)
    try:
        with messages.guard():
            page.run()
    except StopException:  # st.stop(): the page is complete as it stands
        permalink.finish()
        raise
    finally:
        _framed.reset(token)
    permalink.finish()


def ensure() -> None:
    """Draw the frame unless ``app.py`` already did."""
    if not _framed.get():
        _draw_frame(collect=False)


def _draw_frame(*, collect: bool):
    # A local icon before st.navigation: otherwise the browser fetches the page's Material icon
    # from fonts.gstatic.com as its favicon.
    st.set_page_config(page_icon=str(ASSETS / "icon.png"), layout="wide")
    page = st.navigation(_menu(), position="sidebar", expanded=True)
    st.set_page_config(page_title=f"{page.title} · Wordglass")
    permalink.begin(page.url_path, collect=collect, shared=LANGUAGE_KEY)
    st.logo(str(ASSETS / "logo.png"), size="large", icon_image=str(ASSETS / "icon.png"))
    with st.sidebar:
        controls.pick_segment(tr("Language"), tuple(LANGUAGES), key=LANGUAGE_KEY, default=browser_language(),
                              format=LANGUAGES.get)
    if st.context.theme.type == "dark":
        st.html(DARK_CHIPS)
    return page


def _menu() -> dict[str, list]:
    """Pages by translated section heading, as ``st.navigation`` wants them."""
    menu: dict[str, list] = {}
    for entry in list_pages():
        page = st.Page(settings.ROOT / "pages" / f"{entry.stem}.py", title=tr(entry.title), icon=entry.icon,
                       url_path=entry.stem, default=entry.stem == HOME)
        menu.setdefault(tr(entry.section) if entry.section else "", []).append(page)
    return menu
