"""Widget values in the URL as ids, so that a link shows every reader the same view.

Streamlit's own ``bind="query-params"`` writes the *shown* text of an option into the URL; such a link
breaks when the reader's interface speaks another language. Here a widget's value is seeded from the
URL before it is drawn and written back afterwards, all values of a run in one step, so that one
choice is one entry of the browser's history and Back undoes it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_LEDGER = "_permalink"
_ABSENT = object()


@dataclass
class Ledger:
    """What this session's controls hold; lives in the session state."""

    page: str = ""
    shared: str = ""                                             # key of the control all pages have
    collecting: bool = False                                     # a full run is under way
    direct: bool = False                                         # the last complete run had no app.py
    visible: set[str] = field(default_factory=set)               # keys the last complete run drew
    drawn: set[str] = field(default_factory=set)                 # keys this run drew so far
    values: dict[str, Any] = field(default_factory=dict)         # also of hidden keys: they come back
    shapes: dict[str, Any] = field(default_factory=dict)         # what the widget offered
    wanted: dict[str, list[str]] = field(default_factory=dict)   # URL texts, none at the default


def begin(page: str, *, collect: bool, shared: str) -> None:
    """Start a full run of `page`.

    Parameters
    ----------
    page : str
        A change of page makes its controls read the URL again.
    collect : bool
        Whether :func:`finish` will be called; else each control writes the URL at once.
    shared : str
        Key of the control that all pages have; it lives through changes of page.
    """
    ledger = _ledger()
    if page != ledger.page:
        ledger.page, ledger.visible = page, ledger.visible & {shared}
    ledger.shared, ledger.collecting, ledger.drawn = shared, collect, set()
    ledger.direct |= not collect


def finish() -> None:
    """End a full run that was not interrupted: write the URL, once."""
    ledger = _ledger()
    ledger.collecting, ledger.direct, ledger.visible = False, False, set(ledger.drawn)
    _write_url(ledger)


def seed(key: str, default, *, read: Callable[[list[str]], Any], accepts: Callable[[Any], bool], shape=None) -> None:
    """Put the value of the widget `key` into the session state before the widget is drawn.

    The URL counts when the widget appears and when the reader goes back or forward; afterwards the
    widget does. Whatever cannot be read or is not accepted becomes `default`, silently.

    Parameters
    ----------
    read : callable
        Makes a value of the URL's texts; may raise ValueError.
    accepts : callable
        Whether a value is one the widget offers.
    shape : hashable
        What the widget offers. When it changes, Streamlit may lose the value; it is set again.
    """
    ledger, back = _ledger(), went_back()
    appears = key not in ledger.visible
    if appears or back:
        value = _read_url(key, read)
        if value is _ABSENT:
            # An entry of the history from before a change of language says nothing about the language.
            value = default if back and key != ledger.shared else ledger.values.get(key, default)
    else:
        value = st.session_state.get(key, default)
    if not accepts(value):
        value = default
    # Streamlit's ids differ with and without app.py; a value set now goes to whichever comes.
    if appears or ledger.direct or ledger.shapes.get(key) != shape or st.session_state.get(key, _ABSENT) != value:
        st.session_state[key] = value
    ledger.shapes[key] = shape


def note(key: str, value, default, texts: list[str]) -> None:
    """Record what the drawn widget returned; defaults stay out of the URL."""
    ledger = _ledger()
    ledger.values[key], ledger.wanted[key] = value, [] if value == default else texts
    ledger.drawn.add(key)
    if not ledger.collecting:
        ledger.visible.add(key)
        _write_url(ledger)


def went_back() -> bool:
    """Whether the browser's Back or Forward caused this run."""
    # Not public in Streamlit 1.67; without it the widget would win and the URL follow.
    return bool(getattr(get_script_run_ctx(suppress_warning=True), "is_history_navigation", False))


def _read_url(key: str, read: Callable[[list[str]], Any]):
    texts = st.query_params.get_all(key)
    if not texts:
        return _ABSENT
    try:
        return read(texts)
    except ValueError:
        return _ABSENT


def _write_url(ledger: Ledger) -> None:
    """Make the URL say what the drawn controls hold; parameters that are not ours stay.

    A control that is no longer drawn leaves the URL with the next change; on a change of page the
    browser has already dropped it.
    """
    now = {key: st.query_params.get_all(key) for key in st.query_params}
    if all(now.get(key, []) == ledger.wanted[key] for key in ledger.drawn):
        return
    kept = {key: texts for key, texts in now.items() if key not in ledger.values}
    ours = {key: ledger.wanted[key] for key in ledger.values if key in ledger.drawn and ledger.wanted[key]}
    st.query_params.from_dict(kept | ours)


def _ledger() -> Ledger:
    return st.session_state.setdefault(_LEDGER, Ledger())
