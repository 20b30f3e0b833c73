"""Which vector of a sentence the page looks at, and cached recordings of many."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.seq2seq.phrases import (
    PARTS,
    Measure,
    Part,
    QuadrupleEffects,
    average_words,
    join_parts,
    list_wordings,
    measure_quadruples,
    record_quadruples,
)
from core.analysis.seq2seq.untrained import untrain
from core.checkpoints.card import Seq2SeqCard
from core.corpora.pairs import MULTI30K, TATOEBA
from core.corpora.phrases import PhraseQuadruple, Style, generate_quadruples
from core.errors import TextError
from core.states.seq2seq import record_sentence_vectors
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.seq2seq.cached import get_checkpoint

ALL = "all"
TRAINED, UNTRAINED, WORDS = "trained", "untrained", "words"
_STYLES: dict[str, tuple[Style, ...]] = {MULTI30K: ("captions",), TATOEBA: ("everyday",)}


@dataclass(frozen=True)
class VectorChoice:
    """h, c or both, of one layer or (None) of all."""

    part: Part
    layer: int | None

    def join(self, recorded: dict[str, np.ndarray]) -> np.ndarray:
        return join_parts(recorded, self.part, self.layer)

    def name(self) -> str:
        """In words, for captions and alternative texts."""
        part = tr("h and c") if self.part == "both" else self.part
        return part if self.layer is None else tr("{part} of layer {layer}", part=part, layer=self.layer + 1)


def pick_vector(card: Seq2SeqCard) -> VectorChoice:
    """Layer, and which of its states."""
    n = int(card.model["n_layers"])
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        part = pick_segment(tr("Vector of a sentence"), PARTS, "svpart", "h",
                            format=lambda p: tr("h and c") if p == "both" else p,
                            help=tr("The encoder's state after the last word it reads: h is what the layer puts out, "
                                    "c its memory. The decoder is given both, of every layer; the paper draws the "
                                    "hidden states."))
        if n == 1:
            return VectorChoice(part, 0)
        layer = pick_segment(tr("Layer"), [*map(str, range(n)), ALL], "svlayer", str(n - 1),
                             format=lambda k: tr("all") if k == ALL else str(int(k) + 1))
    return VectorChoice(part, None if layer == ALL else int(layer))


@dataclass(frozen=True)
class Draw:
    """Which quadruples: of the words of which model, how many, which seed."""

    checkpoint_id: str
    n: int
    seed: int


@dataclass(frozen=True)
class Drawn:
    """Quadruples of phrases, and the grammar that they come from."""

    quadruples: tuple[PhraseQuadruple, ...]
    style: Style


@st.cache_data(max_entries=32, show_spinner=False)
def record_phrases(checkpoint_id: str, words: tuple[tuple[str, ...], ...]) -> dict[str, np.ndarray]:
    """Last states of a few sentences."""
    return record_sentence_vectors(get_checkpoint(checkpoint_id), words)


@st.cache_data(max_entries=16, show_spinner=False)
def draw_quadruples(draw: Draw) -> Drawn:
    """Quadruples of words that a model knows, fewer than `draw.n` where there are no more.

    Raises
    ------
    TextError
        The model's words make hardly any.
    """
    checkpoint = get_checkpoint(draw.checkpoint_id)
    words, fewer = checkpoint.vocabulary.source.tokens, {}
    for style in _STYLES.get(checkpoint.card.corpus.name, ("everyday", "captions")):
        try:
            return Drawn(generate_quadruples(draw.n, known=words, style=style, seed=draw.seed), style)
        except TextError as error:
            fewer[style], fault = int(error.fields["possible"]), error
    style = max(fewer, key=fewer.get)
    if fewer[style] < 2:
        raise fault
    return Drawn(generate_quadruples(fewer[style], known=words, style=style, seed=draw.seed), style)


@st.cache_data(max_entries=12, show_spinner=False)
def record_wordings(checkpoint_id: str, kind: str, draw: Draw) -> dict[str, np.ndarray]:
    """Vectors of all phrases of quadruples, by a checkpoint, by its untrained network, or by its mean word embeddings
    (``words``); 800 phrases take a second."""
    checkpoint, quadruples = get_checkpoint(checkpoint_id), draw_quadruples(draw).quadruples
    if kind == WORDS:
        return {WORDS: average_words(checkpoint, list_wordings(quadruples))}
    return record_quadruples(untrain(checkpoint) if kind == UNTRAINED else checkpoint, quadruples)


@st.cache_data(max_entries=64, show_spinner=False)
def measure_effects(checkpoint_id: str, kind: str, draw: Draw, *, choice: VectorChoice,
                    measure: Measure) -> QuadrupleEffects:
    """Effects of order and voice on one kind of vector."""
    recorded = record_wordings(checkpoint_id, kind, draw)
    return measure_quadruples(recorded[WORDS] if kind == WORDS else choice.join(recorded), measure=measure)
