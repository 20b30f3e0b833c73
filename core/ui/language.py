"""The interface in two languages, chosen per session and never per process.

The msgid of a text is the English text itself; ``locale/ja.po`` holds the Japanese. Templates keep
their ``{fields}``, which are filled after translation.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType

import streamlit as st
from babel.messages.pofile import read_po

from core.ui import permalink

LANGUAGES = MappingProxyType({"en": "English", "ja": "日本語"})  # shown in their own language on purpose
LANGUAGE_KEY = "lang"  # widget key and URL parameter
CATALOGUE = Path(__file__).parent / "locale" / "ja.po"


def language() -> str:
    """``"en"`` or ``"ja"``: this session's choice, else the URL's, else the browser's."""
    choices = [st.session_state.get(LANGUAGE_KEY), st.query_params.get(LANGUAGE_KEY)]
    if permalink.went_back():  # the URL is newer than the widget
        choices.reverse()
    return next((choice for choice in choices if choice in LANGUAGES), browser_language())


def browser_language() -> str:
    """The language the browser asks for; Japanese or, for everything else, English."""
    locale = st.context.locale or ""
    return "ja" if locale.lower().startswith("ja") else "en"


def tr(text: str, /, **fields) -> str:
    """`text` in this session's language with its ``{fields}`` filled."""
    return fill_template(translate(text, language()), fields) if fields else translate(text, language())


def translate(text: str, into: str) -> str:
    """The catalogue's text, or `text` itself where the catalogue has none."""
    return load_catalogue().get(text, text) if into == "ja" else text


@lru_cache(maxsize=1)
def load_catalogue() -> MappingProxyType:
    """msgid to Japanese, read once and read-only."""
    with CATALOGUE.open("rb") as file:
        messages = read_po(file, locale="ja")
    return MappingProxyType({m.id: m.string for m in messages if m.id and m.string and not m.fuzzy})


def fill_template(template: str, fields: dict, show: Callable[[str, bool], str] | None = None) -> str:
    """``template.format(**fields)`` that leaves unknown or unformattable fields visible.

    Parameters
    ----------
    template : str
        Text with ``{name}`` fields.
    fields : dict
        Values by name; surplus values are ignored.
    show : callable, optional
        Called with each filled value and whether the template puts it inside a Markdown code span.
    """
    formatter, parts, in_code = Formatter(), [], False
    try:
        pieces = list(formatter.parse(template))
    except ValueError:  # a stray brace: better the raw text than none
        return template
    for literal, name, spec, conversion in pieces:
        parts.append(literal)
        in_code ^= literal.count("`") % 2 == 1
        if name is None:
            continue
        try:
            value, _ = formatter.get_field(name, (), fields)
            filled = formatter.format_field(formatter.convert_field(value, conversion), spec.format(**fields))
        except (KeyError, IndexError, AttributeError, ValueError, TypeError):
            parts.append("{" + name + "}")
            continue
        parts.append(filled if show is None or _is_number(value) else show(filled, in_code))
    return "".join(parts)


def _is_number(value) -> bool:
    return isinstance(value, int | float)
