"""The text of the page on both directions: a sentence of ours, a typed one, or a long one that is pasted."""

from dataclasses import dataclass

import streamlit as st

from core.corpora.senses import read_demo_senses
from core.errors import TextError
from core.tokens.running import split_sentences, tokenise_paragraph
from core.ui.controls import pick_one, pick_segment, pick_text
from core.ui.elmo.cached import Sentences
from core.ui.language import tr

TYPED, OURS, PASTED = "typed", "ours", "long"
MAX_PASTED = 60_000  # characters; 10,000 words of ordinary English
OPENING = ("She poured the coffee into a violin and smiled. The river broke its banks after three days of rain. "
           "Nobody could remeber the name of the song.")
_KEPT = "_lmlong"


@dataclass(frozen=True)
class ChosenText:
    """Sentences to be read.

    Attributes
    ----------
    sentences : tuple of tuples of str
    lines : str
        Python that makes ``sentences``.
    """

    sentences: Sentences
    lines: str


def cut_text(text: str) -> Sentences:
    """Sentences of a text as the models learned from them, each of at most 100 words; an empty line ends one.

    Raises
    ------
    TextError
        When there is no word.
    """
    paragraphs = [tokenise_paragraph(part) for part in text.split("\n\n")]
    found = tuple(tuple(s) for words in paragraphs if words for s in split_sentences(words))
    if not found:
        raise TextError("There is no word in the text.", "Type a sentence, or choose one of ours.")
    return found


def pick_text_source() -> ChosenText:
    """What is read.

    Raises
    ------
    TextError
        No word.
    """
    source = pick_segment(tr("Text"), [TYPED, OURS, PASTED], "lmfrom", TYPED, format={
        TYPED: tr("typed"), OURS: tr("one of our sentences"), PASTED: tr("a long text")}.get)
    if source == OURS:
        examples = read_demo_senses()
        row = pick_one(tr("Sentence"), range(len(examples)), "lmrow", 0, format=lambda i: " ".join(examples[i].words))
        return ChosenText((examples[row].words,), f"sentences = [read_demo_senses()[{row}].words]")
    if source == TYPED:
        text = pick_text(tr("One sentence or a few"), "lmtext", OPENING, lines=3)
        return ChosenText(cut_text(text), f"sentences = split_sentences(tokenise_paragraph({text!r}))"
                          if "\n\n" not in text.strip() else _write_paragraphs(repr(text)))
    if "lmlong" not in st.session_state:  # lost with the field, when another page was looked at
        st.session_state["lmlong"] = st.session_state.get(_KEPT, "")
    text = st.text_area(tr("A text of up to {n:,} characters", n=MAX_PASTED), key="lmlong", max_chars=MAX_PASTED,
                        height=200, placeholder=tr("Paste it here; it stays on this machine and in no link."))
    st.session_state[_KEPT] = text
    return ChosenText(cut_text(text), _write_paragraphs('open("my-text.txt", encoding="utf-8").read()'))


def _write_paragraphs(text: str) -> str:
    return (f"text = {text}\nsentences = [s for part in text.split(\"\\n\\n\") if part.strip()\n"
            "             for s in split_sentences(tokenise_paragraph(part))]")
