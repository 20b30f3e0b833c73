"""Streamlit's inputs, each with a permalink: the key is the URL's parameter, the URL holds ids.

A value from the URL that the control does not offer counts as absent.
"""

import math
from collections.abc import Callable, Hashable, Sequence

import streamlit as st

from core import settings
from core.ui import permalink

MAX_PILLS = 12  # two rows in a third of a page; a longer list wants a menu with a search


def pick_one(label: str, options: Sequence[Hashable], key: str, default=None, *,
             format: Callable | None = None, help: str | None = None):
    """One of `options` from a menu.

    Parameters
    ----------
    options : sequence of str or int
        Ids, told apart by their text. None at all draws an empty menu and returns None.
    default : str or int, optional
        The first option if None.
    format : callable, optional
        Shown text of an id; may be translated.
    """
    default = _seed_choice(key, options, default, format)
    value = st.selectbox(label, list(options), key=key, format_func=format or str, help=help)
    return _note_choice(key, options, default, value)


def pick_segment(label: str, options: Sequence[Hashable], key: str, default=None, *,
                 format: Callable | None = None, help: str | None = None):
    """One of a few `options`, all in sight. Parameters as in :func:`pick_one`."""
    default = _seed_choice(key, options, default, format)
    value = st.segmented_control(label, list(options), key=key, format_func=format or str, help=help,
                                 required=True, wrap=True)
    return _note_choice(key, options, default, value)


def pick_many(label: str, options: Sequence[Hashable], key: str, default: Sequence = (), *,
              format: Callable | None = None, help: str | None = None, max_selections: int | None = None) -> list:
    """Any of `options`, in the order chosen: pills if they are few, else a menu.

    Parameters as in :func:`pick_one`; `max_selections` needs the menu.
    """
    by_text = {str(option): option for option in options}
    default = [option for option in default if option in options][:max_selections]

    def read(texts):
        chosen = list(dict.fromkeys(by_text[text] for text in texts if text in by_text))[:max_selections]
        if not chosen and texts != [""]:  # "key=" alone means: none, on purpose
            raise ValueError
        return chosen

    permalink.seed(key, default, read=read, shape=_labels(options, format),
                   accepts=lambda value: isinstance(value, list) and all(v in options for v in value))
    shared = {"key": key, "format_func": format or str, "help": help}
    if max_selections is None and len(options) <= MAX_PILLS:
        value = st.pills(label, list(options), selection_mode="multi", **shared)
    else:
        value = st.multiselect(label, list(options), max_selections=max_selections, **shared)
    permalink.note(key, value, default, [str(v) for v in value] or [""])
    return value


def pick_number(label: str, minimum, maximum, key: str, *, default=None, step=None,
                format: str | None = None, help: str | None = None):
    """A number from a slider, int if bounds and step are, else float.

    Parameters
    ----------
    minimum, maximum : int or float
        Inclusive. If equal there is nothing to pick: nothing is drawn.
    default : int or float, optional
        `minimum` if None; moved onto the nearest step.
    step : int or float, optional
        1 for ints, a hundredth of the range for floats.
    format : str, optional
        Streamlit's printf-like format.
    """
    if minimum >= maximum:
        return minimum
    whole = all(isinstance(v, int) for v in (minimum, maximum, default or 0, step or 0))
    kind = int if whole else float
    minimum, maximum = kind(minimum), kind(maximum)
    step = kind(step) if step else (1 if whole else (maximum - minimum) / 100)

    def onto_step(value):
        snapped = minimum + round((value - minimum) / step) * step
        return min(maximum, max(minimum, kind(snapped)))

    def read(texts):
        value = float(texts[-1])
        if not (math.isfinite(value) and minimum <= value <= maximum):
            raise ValueError
        return onto_step(value)

    default = onto_step(minimum if default is None else default)
    permalink.seed(key, default, read=read, shape=(minimum, maximum, step),
                   accepts=lambda value: isinstance(value, int | float) and minimum <= value <= maximum)
    value = st.slider(label, minimum, maximum, step=step, key=key, format=format, help=help)
    permalink.note(key, value, default, [f"{value:.10g}"])
    return value


def pick_switch(label: str, key: str, default: bool = False, *, help: str | None = None) -> bool:
    """On or off."""
    words = {"1": True, "0": False}

    def read(texts):
        if texts[-1] not in words:
            raise ValueError
        return words[texts[-1]]

    permalink.seed(key, default, read=read, accepts=lambda value: isinstance(value, bool))
    value = st.toggle(label, key=key, help=help)
    permalink.note(key, value, default, ["1" if value else "0"])
    return value


def pick_text(label: str, key: str, default: str = "", *, max_characters: int = settings.MAX_TEXT_CHARACTERS,
              lines: int = 1, placeholder: str | None = None, help: str | None = None) -> str:
    """Typed text of at most `max_characters`, in a field of one or more `lines`."""
    max_characters = min(max_characters, settings.MAX_TEXT_CHARACTERS)

    def read(texts):
        if len(texts[-1]) > max_characters:
            raise ValueError
        return "".join(c for c in texts[-1] if c.isprintable() or c in "\n\t")

    permalink.seed(key, default, read=read, shape=max_characters, accepts=lambda value: isinstance(value, str))
    shared = {"key": key, "max_chars": max_characters, "placeholder": placeholder, "help": help}
    if lines == 1:
        value = st.text_input(label, **shared)
    else:
        value = st.text_area(label, height=24 * lines + 24, **shared)  # px: a line and the padding
    permalink.note(key, value, default, [value])
    return value


def _seed_choice(key: str, options: Sequence, default, format: Callable | None):
    """Seed a one-of-many widget; returns the default that holds for these options."""
    by_text = {str(option): option for option in options}
    if default not in options:
        default = options[0] if options else None

    def read(texts):
        if texts[-1] not in by_text:
            raise ValueError
        return by_text[texts[-1]]

    permalink.seed(key, default, read=read, accepts=lambda value: value in options,
                   shape=_labels(options, format))
    return default


def _note_choice(key: str, options: Sequence, default, value):
    if value not in options:  # a forged message may deselect
        value = default
    permalink.note(key, value, default, [str(value)])
    return value


def _labels(options: Sequence, format: Callable | None) -> tuple:
    """Ids with shown texts: Streamlit identifies a choice by its text, which a language may change."""
    return tuple((option, format(option) if format else "") for option in options)
