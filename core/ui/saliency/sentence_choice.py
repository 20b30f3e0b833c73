"""Choosing a sentence for a text CNN to read."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.saliency.material import DEMO
from core.checkpoints.card import CNNCard
from core.tokens.labelled import WordList
from core.ui.controls import pick_one, pick_segment, pick_text
from core.ui.language import tr
from core.ui.saliency.cached import find_sentences, get_cnn
from core.ui.saliency.readings import CORPUS, OWN, Reading, get_reading, list_sources
from core.ui.wording import plain

ALL, RIGHT, WRONG = "all", "right", "wrong"
MOST = 600         # sentences in a menu; the reader narrows them down by a word
FILTER_PX = 166    # two stand side by side on a phone
UNSAID = -1        # no right label
TYPED = "The plot is thin, but the jokes are never dull."


@dataclass(frozen=True)
class ChosenSentence:
    """A sentence to be read.

    Attributes
    ----------
    text : str
    label : int, optional
        The class that is right, where that is known.
    source : str
        ``demo-reviews``, ``corpus`` or ``own``.
    row : int, optional
        In its source.
    learned : bool, optional
        Whether the network learned from it; None of a typed one.
    """

    text: str
    label: int | None
    source: str
    row: int | None = None
    learned: bool | None = None

    def write_source(self, card: CNNCard) -> dict[str, str]:
        """Python for the text: what is imported, what is read, and the expression."""
        if self.row is None:
            return {"imports": "", "material": "", "text": repr(self.text)}
        corpus = DEMO if self.source == DEMO else card.corpus.name
        return {"imports": "from core.analysis.saliency.material import read_labelled\n",
                "material": f'sentences = read_labelled("{corpus}")\n', "text": f"sentences.texts[{self.row}]"}


def name_phenomenon(name: str) -> str:
    """What a sentence of ours shows, in the reader's language."""
    return {"comparison": tr("comparison"), "contrast": tr("contrast (but, although)"),
            "hypothetical": tr("what might have been"), "intensifier": tr("intensifiers"), "irony": tr("irony"),
            "mixed": tr("mixed feelings"), "negation": tr("negation"), "plain": tr("plain statements"),
            "rare-word": tr("rare words"), "understatement": tr("understatement")}.get(name, name)


def name_source(source: str, card: CNNCard) -> str:
    return {DEMO: tr("our own"), CORPUS: card.corpus.name, OWN: tr("typed by you")}[source]


def note_absence(card: CNNCard) -> None:
    """Say so where the network's own sentences are not on this machine."""
    if card.corpus.name != DEMO and find_sentences(card.id) is None:
        st.info(tr("The sentences of {corpus}, from which this network learned, are not on this machine. It reads "
                   "ours, which are new to it, and yours.", corpus=plain(card.corpus.name)), icon=":material/info:")


def pick_sentence(card: CNNCard, prefix: str) -> ChosenSentence | None:
    """A sentence of the network's corpus, of ours, or a typed one; None where a filter leaves none.

    Parameters
    ----------
    prefix : str
        Of the keys of the controls.
    """
    with st.container(horizontal=True, gap="small", vertical_alignment="top"):
        source = pick_segment(tr("Sentences"), [*list_sources(card.id), OWN], f"{prefix}from", DEMO,
                              format=lambda s: name_source(s, card))
        if source == OWN:
            names = get_cnn(card.id).label_names
            with st.container(width=FILTER_PX):
                label = pick_one(tr("Its right label"), [UNSAID, *range(len(names))], f"{prefix}label", UNSAID,
                                 format=lambda c: tr("not said") if c == UNSAID else names[c])
        else:
            reading = get_reading(card.id, source)
            rows = _filter(reading, get_cnn(card.id).words, prefix)
    if source == OWN:
        text = pick_text(tr("Your sentence"), f"{prefix}text", TYPED)
        return ChosenSentence(text, None if label == UNSAID else int(label), OWN)
    if not len(rows):
        st.info(tr("No sentence is left. Allow more phenomena, both outcomes or another word."),
                icon=":material/filter_alt_off:")
        return None
    usual = next((row for row in rows.tolist() if not reading.learned[row] and 6 <= reading.encoded.lengths[row] <= 16),
                 int(rows[0]))
    row = pick_one(tr("Sentence ({n:,} to choose from)", n=len(rows)), rows[:MOST].tolist(), f"{prefix}row", usual,
                   format=lambda i: reading.texts[i])
    return take_sentence(reading, row)


def take_sentence(reading: Reading, row: int) -> ChosenSentence:
    label = None if reading.labels is None else int(reading.labels[row])
    return ChosenSentence(reading.texts[row], label, reading.source, row, bool(reading.learned[row]))


def _filter(reading: Reading, words: WordList, prefix: str) -> np.ndarray:
    """Rows that the filters leave; the least settled first where there is no order of ours."""
    kept = np.ones(len(reading.texts), bool)
    if reading.phenomena:
        with st.container(width=FILTER_PX):
            shows = pick_one(tr("What it shows"), [ALL, *sorted(set(reading.phenomena))], f"{prefix}shows", ALL,
                             format=lambda p: tr("everything") if p == ALL else name_phenomenon(p))
        kept &= np.array([shows in (ALL, own) for own in reading.phenomena])
    if reading.right is not None:
        with st.container(width=FILTER_PX):
            outcome = pick_one(tr("At the end read"), [ALL, RIGHT, WRONG], f"{prefix}end", ALL, format=lambda o: {
                ALL: tr("right or wrong"), RIGHT: tr("right"), WRONG: tr("wrong")}[o])
        kept &= (outcome == ALL) | (reading.right == (outcome == RIGHT))
    if len(reading.texts) > MOST and not reading.phenomena:
        with st.container(width=FILTER_PX):
            word = pick_text(tr("With the word"), f"{prefix}word", max_characters=40).strip().lower()
        if word:
            encoded = reading.encoded
            kept &= np.isin(np.arange(len(kept)), encoded.sentence[encoded.ids == words.ids.get(word, -1)])
    rows = np.flatnonzero(kept)
    return rows if reading.phenomena else rows[np.argsort(-reading.unsettled[rows], kind="stable")]
