"""Errors as readers see them: what was wrong, what to do, and never a traceback."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from unicodedata import category, east_asian_width

import streamlit as st

from core.errors import WordglassError
from core.ui.language import fill_template, language, tr, translate

_log = logging.getLogger(__name__)

FIELD_CHARACTERS = 200  # a longer value hides the sentence round it
WINDOW = 60             # characters of text shown round a fault; fits a phone with scrolling


def show_error(error: WordglassError, *, text: str | None = None) -> None:
    """Show problem and remedy in the reader's language.

    Parameters
    ----------
    error : WordglassError
        Its templates are translated, its fields shown as code, where Markdown has no meaning.
    text : str, optional
        The text at fault; shown with a caret if ``error.fields`` has a ``position``.
    """
    problem, remedy = (fill_template(translate(template, language()), error.fields, show=quote_code)
                       for template in (error.problem, error.remedy))
    position = error.fields.get("position")
    with st.container():
        st.error(f"**{problem}**\n\n{remedy}", icon=":material/error:")
        if text and isinstance(position, int) and 0 <= position <= len(text):
            st.code(point_at(text, position), language=None)


@contextmanager
def guard() -> Iterator[None]:
    """Show what goes wrong inside instead of ending the page.

    Streamlit's own control flow (stop, rerun) is not an ``Exception`` and passes through.
    """
    try:
        yield
    except WordglassError as error:
        _log.info("%s: %s", type(error).__name__, error)
        show_error(error)
    except Exception as error:
        _log.exception("A page failed.")
        st.error("**" + tr("This part of the page could not be drawn.") + "**\n\n"
                 + tr("Reload the page; if it happens again, report it with the word {reference}.",
                      reference=f"`{type(error).__name__}`"),
                 icon=":material/error:")


def quote_code(value: str, in_code: bool = False) -> str:
    """`value` as a Markdown code span, in which nothing is markup.

    >>> quote_code("[x](y)")
    '`[x](y)`'
    """
    value = re.sub(r"\s", " ", value)
    if len(value) > FIELD_CHARACTERS:
        value = value[:FIELD_CHARACTERS] + "…"
    if in_code:  # the template's own backticks are the fence
        return value.replace("`", "ˋ")
    if not value.strip():
        value = f'"{value}"'
    fence = "`" * (1 + max(map(len, re.findall("`+", value)), default=0))
    padding = " " if value[0] in " `" or value[-1] in " `" else ""
    return f"{fence}{padding}{value}{padding}{fence}"


def point_at(text: str, position: int) -> str:
    """The line round `position` and a caret under the character.

    >>> print(point_at("(S (NP x)", 0))
    (S (NP x)
    ^
    """
    start = max(0, position - WINDOW // 2)
    end = min(len(text), start + WINDOW)
    before, after = (re.sub(r"\s", " ", part) for part in (text[start:position], text[position:end]))
    head, tail = ("…" if start else ""), ("…" if end < len(text) else "")
    return f"{head}{before}{after}{tail}\n{' ' * (len(head) + _columns(before))}^"


def _columns(text: str) -> int:
    """Columns in a monospaced font: East Asian wide characters take two, marks none."""
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text)
