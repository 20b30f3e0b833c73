"""The word of the characters page: typed, or one of ours."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.elmo.characters import MAX_BYTES, InsideWord, TypedWord, list_widths, look_inside, read_word
from core.analysis.elmo.reference import WordReference, build_reference, embed_words
from core.analysis.elmo.spelling import TrigramIndex
from core.analysis.elmo.untrained import draw_encoder
from core.analysis.elmo.word_list import reference_words
from core.checkpoints.bilm import BiLMCheckpoint
from core.models.character_encoder import CharacterEncoder
from core.tokens.characters import is_cut
from core.ui.controls import pick_text
from core.ui.elmo.cached import get_checkpoint
from core.ui.language import tr
from core.ui.messages import quote_code

MAX_TYPED = 200   # characters
TYPED = "beautifull"
OTHERS = {        # our words, and what each is worth comparing with
    "beautifull": "beautiful beautifully beutiful Beautiful ugly",
    "recieve": "receive received relieve deceive",
    "unhelpfulness": "helpful unhelpful helplessness happiness",
    "blorfing": "blorfed morphing briefing surfing",
    "PARLIAMENT": "parliament Parliament PARLIAMENTARY ORNAMENT",
    "naïve": "naive native Naïve innocent",
    "🙂": "🙃 😀 :) smile",
}
_RECIPE = """\
from core.analysis.elmo.characters import list_widths, look_inside
{imports}from core.analysis.elmo.reference import {reference}
from core.analysis.elmo.untrained import draw_encoder
from core.analysis.elmo.word_list import reference_words
from core.checkpoints.bilm import load_bilm
from core.figures.elmo.characters import {function}
{more}
checkpoint = load_bilm("{id}")
encoder = checkpoint.model.encoder
reference = build_reference(encoder, reference_words(checkpoint))
word = {word!r}
inside = look_inside(encoder, word)
{lines}
"""


@dataclass(frozen=True, eq=False)
class WordView:
    """A word in one model, beside all the words it is compared with."""

    checkpoint: BiLMCheckpoint
    typed: TypedWord
    inside: InsideWord
    reference: WordReference
    widths: np.ndarray

    @property
    def word(self) -> str:
        return self.typed.word

    @property
    def n_words(self) -> int:
        """Of the reference."""
        return len(self.reference.words)

    def write_recipe(self, function: str, lines: str, *, imports: str = "", more: str = "",
                     reference: str = "build_reference") -> str:
        """Lines of Python with ``inside``, ``reference`` and ``word``, and those that draw a figure."""
        return _RECIPE.format(id=self.checkpoint.id, word=self.word, function=function, lines=lines, imports=imports,
                              more=more, reference=reference)


@st.cache_resource(max_entries=2, show_spinner=False)
def get_reference(checkpoint_id: str) -> WordReference:
    """All words through the character layer (20,000 take 3 s and 60 MB)."""
    checkpoint = get_checkpoint(checkpoint_id)
    return build_reference(checkpoint.model.encoder, reference_words(checkpoint))


@st.cache_resource(max_entries=2, show_spinner=False)
def get_trigrams(checkpoint_id: str) -> TrigramIndex:
    """The same words by their strings of three letters."""
    return TrigramIndex(get_reference(checkpoint_id).words)


@st.cache_resource(max_entries=2, show_spinner=False)
def get_untrained(checkpoint_id: str) -> tuple[CharacterEncoder, np.ndarray]:
    """A layer of the same size that has learned nothing, and the same words by it (3 s)."""
    encoder = draw_encoder(get_checkpoint(checkpoint_id).model.config.characters, 0)
    return encoder, embed_words(encoder, get_reference(checkpoint_id).words)


@st.cache_resource(max_entries=256, show_spinner=False)
def get_inside(checkpoint_id: str, word: str) -> InsideWord:
    """One word between its letters and its vector."""
    return look_inside(get_checkpoint(checkpoint_id).model.encoder, word)


def pick_word(checkpoint: BiLMCheckpoint) -> WordView:
    """The word that is typed, or a click's; what of it is not read is said.

    Raises
    ------
    TextError
        No word.
    """
    left, right = st.columns([3, 7], gap="medium")
    with left:
        text = pick_text(tr("A word, known or not"), "chword", TYPED, max_characters=MAX_TYPED)
    with right:
        st.pills(tr("Or one of ours: misspelt, inflected, invented, in capitals, with an accent, an emoji"),
                 list(OTHERS), key="chtry", on_change=_take_ours, wrap=True)
    typed = read_word(text)
    _note_limits(typed)
    reference = get_reference(checkpoint.id)
    return WordView(checkpoint, typed, get_inside(checkpoint.id, typed.word), reference,
                    list_widths(checkpoint.model.encoder.config))


def _take_ours() -> None:
    """A click puts a word and what to compare it with into the fields, and rests again."""
    if word := st.session_state["chtry"]:
        st.session_state["chword"], st.session_state["chvs"] = word, OTHERS[word]
        st.session_state["chtry"] = None


def _note_limits(typed: TypedWord) -> None:
    """Say what of the text is not read, and in which order the rest is."""
    notes = []
    if typed.ignored:
        notes.append(tr("Only the first word is read, {word}: the character layer sees one word at a time.",
                        word=quote_code(typed.word)))
    if is_cut(typed.word):
        notes.append(tr("The model reads {n} bytes of a word: {rest} at its end is left out. Letters without accents "
                        "take one byte, most others two to four.", n=MAX_BYTES, rest=quote_code(typed.unread)))
    if notes:
        st.info("\n\n".join(notes), icon=":material/info:")
    if typed.is_right_to_left:
        st.caption(tr("Letters stand from left to right in the order in which they are written and read."))
