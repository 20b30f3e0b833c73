"""What the panels about concepts look at, and how they call it."""

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.qwem.reading import ConceptSpace
from core.ui import permalink
from core.ui.language import language, tr
from core.ui.output import read_click

NOTES = "note"                       # the URL's parameter, the same on all pages
MAX_NOTE, MAX_NOTES = 40, 30         # characters; notes in one link
_NOTE = re.compile(r"([0-9a-f]{8})\.([0-9]{1,4})\.(.+)")


@dataclass(frozen=True)
class ConceptView:
    """The concepts of one text, on one page.

    Attributes
    ----------
    prefix : str
        Of the keys of its controls.
    mark : str
        Eight hexadecimal digits that tell these concepts from all others: notes belong to them.
    space : ConceptSpace
    recipe : str
        Lines of Python that make ``space``.
    chance : float array, optional
        Eigenvalues of the same words in a random order.
    firm : bool array of shape (K,), optional
        Which concepts are stronger than noise.
    """

    prefix: str
    mark: str
    space: ConceptSpace
    recipe: str
    chance: np.ndarray | None = None
    firm: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Concepts, K."""
        return len(self.space.values)

    def key(self, name: str) -> str:
        """Key of a control."""
        return self.prefix + name

    def write_recipe(self, module: str, function: str, call: str) -> str:
        """Lines that draw a figure; `call` is the argument list."""
        return f"{self.recipe}\nfrom core.figures.qwem.{module} import {function}\n\n{function}({call}).show()\n"


@st.cache_resource(max_entries=8, show_spinner=False)
def get_labels(mark: str, _space: ConceptSpace) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Three words at each end of every concept."""
    ends = [_space.rank_poles(k, 3) for k in range(len(_space.values))]
    return [tuple(tuple(_space.words[i] for i in rows) for rows in pair) for pair in ends]


def open_concept(view: ConceptView, figure: str) -> None:
    """A click in a figure chooses its concept."""
    if data := read_click(figure):
        st.session_state[view.key("k")] = int(data[0]) + 1


def open_word(view: ConceptView, figure: str) -> None:
    """A click in a figure chooses its word."""
    if data := read_click(figure):
        st.session_state[view.key("w")] = view.space.words[int(data[0])]


def name_concepts(view: ConceptView, notes: dict[int, str]) -> list[str]:
    """Number and note of every concept, or the words at its ends, for menus."""
    comma = "、" if language() == "ja" else ", "
    return [f"{k + 1} · " + (notes.get(k) or f"{comma.join(top)} ↔ {comma.join(bottom)}")
            for k, (top, bottom) in enumerate(get_labels(view.mark, view.space))]


def take_notes(view: ConceptView) -> dict[int, str]:
    """The reader's notes on these concepts, by concept from 0; the URL carries those of all."""
    permalink.seed(NOTES, {}, read=_read_notes, accepts=lambda value: isinstance(value, dict))
    notes = st.session_state[NOTES]
    permalink.note(NOTES, notes, {}, [f"{mark}.{k + 1}.{text}" for (mark, k), text in notes.items()])
    return {k: text for (mark, k), text in notes.items() if mark == view.mark and k < view.n}


def _read_notes(texts: list[str]) -> dict[tuple[str, int], str]:
    found = (_NOTE.fullmatch(_clean_note(text, MAX_NOTE + 14)) for text in texts[:MAX_NOTES])
    return {(m[1], int(m[2]) - 1): m[3][:MAX_NOTE] for m in found if m and int(m[2])}


def _clean_note(text: str, length: int = MAX_NOTE) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:length]


def _keep_note(view: ConceptView, k: int) -> None:
    text, notes = _clean_note(st.session_state[view.key("note")] or ""), dict(st.session_state.get(NOTES, {}))
    notes.pop((view.mark, k), None)
    if text and len(notes) < MAX_NOTES:
        notes[view.mark, k] = text
    st.session_state[NOTES] = notes


def pick_note(view: ConceptView, k: int, notes: dict[int, str]) -> None:
    """A field for the reader's own name of a concept."""
    key = view.key("note")
    if st.session_state.get(key) != notes.get(k, ""):
        st.session_state[key] = notes.get(k, "")
    st.text_input(tr("Your name for concept {k}", k=k + 1), key=key, max_chars=MAX_NOTE, on_change=_keep_note,
                  args=(view, k), placeholder=tr("a name of your own"),
                  help=tr("It stays in the address of this page, so a link carries it; nothing is stored."))
