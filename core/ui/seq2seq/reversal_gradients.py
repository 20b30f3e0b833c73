"""Gradients from source words to target words in both directions: one sentence as two maps."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.gradients import GradientMap, measure_gradients
from core.analysis.seq2seq.lags import find_lags
from core.checkpoints.card import Seq2SeqCard
from core.figures.palette import show_token
from core.figures.seq2seq.gradients import GradientTexts, draw_map
from core.translate.beam import BeamSettings
from core.translate.translator import read_source
from core.ui.controls import pick_one, pick_segment, pick_text
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.cached import get_checkpoint, translate_text
from core.ui.seq2seq.pickers import demo_pairs, direction_name, sibling
from core.ui.seq2seq.reversal_average import show_average
from core.ui.wording import list_words, plain

OURS, TYPED = "ours", "typed"
REFERENCE, OWN = "reference", "own"
SHARE, NORM = "share", "norm"
SEARCH = BeamSettings(beam=5)
OPENING_WORDS = 9
_TEXT = "Two dogs play with a ball on the beach."
_RECIPE = """\
from core.analysis.seq2seq.gradients import measure_gradients
from core.checkpoints.seq2seq import load_seq2seq
from core.figures.seq2seq.gradients import draw_map

checkpoint = load_seq2seq("{id}")
vocabulary = checkpoint.vocabulary
words = vocabulary.split_source({text!r})
ids = {ids}
found, = measure_gradients(checkpoint, [words], [ids])
draw_map(found.{values}, words, [vocabulary.target.tokens[i] for i in ids], reverse=checkpoint.card.reverse,
         log_p=found.log_p, percent={percent}, top={top:.6g}).show()
"""


@dataclass(frozen=True)
class ReadMap:
    """A sentence as one model reads and expects it."""

    card: Seq2SeqCard
    source: tuple[str, ...]
    ids: tuple[int, ...]
    found: GradientMap

    @property
    def target(self) -> list[str]:
        """Words of the translation; those the model does not know are ``<UNK>``."""
        return [get_checkpoint(self.card.id).vocabulary.target.tokens[i] for i in self.ids]


@st.cache_resource(max_entries=64, show_spinner=False)
def get_map(checkpoint_id: str, source: tuple[str, ...], ids: tuple[int, ...]) -> GradientMap:
    """The gradients of one sentence (0.1 s at 15 words and 500 units)."""
    return measure_gradients(get_checkpoint(checkpoint_id), [source], [ids])[0]


def pair_up(card: Seq2SeqCard) -> list[Seq2SeqCard]:
    """The checkpoint and the one like it in the other direction, forward first; alone where there is none."""
    other = sibling(card)
    return sorted([card] if other is None else [card, other], key=lambda c: c.reverse)


def value_name(measure: str) -> str:
    """What is drawn, for menus."""
    return {SHARE: tr("share of each word's total"), NORM: tr("as it is")}[measure]


def write_texts(measure: str) -> GradientTexts:
    """What the figures write in this session's language."""
    return GradientTexts(
        value=tr("share of the gradient") if measure == SHARE else tr("norm of the gradient"), lag=tr("lag in steps"),
        probability=tr("probability of the word"), end=tr("end"), forward=tr("forward"), reversed=tr("reversed"),
        untrained=tr("before training"), chance=tr("an even spread"), step_axis=tr("steps between reading and writing"))


@st.fragment
@guard()
def show_gradients(card: Seq2SeqCard) -> None:
    """A sentence in both directions, then our own sentences averaged."""
    st.header(tr("Which source words reach which target words?"), anchor=False)
    st.markdown(tr("How much would the log-probability of a target word change with a source word? The length of the "
                   "gradient ∂ log p(y_t) / ∂ e(x_s), by the embedding of the source word at its own place, says so."))
    cards = pair_up(card)
    if len(cards) == 1:
        st.info(tr("There is no checkpoint of the same settings that reads in the other direction; this one is shown "
                   "alone."), icon=":material/info:")
    measure = _show_sentence(card, cards)
    with guard():
        show_average(cards, measure, write_texts(measure))


def _show_sentence(card: Seq2SeqCard, cards: list[Seq2SeqCard]) -> str:
    """Controls and maps; returns the measure that was chosen."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        origin = pick_segment(tr("Sentence"), [OURS, TYPED], "rvfrom", OURS,
                              format=lambda o: {OURS: tr("our own"), TYPED: tr("typed by you")}[o])
        target = REFERENCE if origin == OURS else OWN
        if origin == OURS:
            target = pick_segment(tr("Translation"), [REFERENCE, OWN], "rvto", REFERENCE, format=lambda t: {
                REFERENCE: tr("our own"), OWN: tr("each model's own")}[t])
        measure = pick_segment(tr("Values"), [SHARE, NORM], "rvval", SHARE, format=value_name, help=tr(
            "A gradient shrinks as the model grows sure of a word and differs from model to model. Each target word's "
            "gradients divided by their sum compare better: they say where it looks, not how much it hangs on it."))
    if origin == OURS:
        pairs = demo_pairs(card)
        usual = next((i for i, p in enumerate(pairs) if len(p.english.split()) == OPENING_WORDS), 0)
        row = pick_one(tr("Which one"), list(range(len(pairs))), "rvrow", usual, format=lambda i: pairs[i].english)
        text, reference = pairs[row].english, pairs[row].french
    else:
        text, reference = pick_text(tr("English, in one sentence"), "rvtext", _TEXT), ""
    with guard():
        maps = [_read(own, text, reference if target == REFERENCE else None) for own in cards]
        _show_maps(maps, text, measure)
    return measure


def _read(card: Seq2SeqCard, text: str, reference: str | None) -> ReadMap:
    """The map of a text and a translation; without one, the model's own."""
    vocabulary = get_checkpoint(card.id).vocabulary
    words = read_source(text, vocabulary).words
    if reference is not None:
        ids = tuple(vocabulary.target.encode(vocabulary.split_target(reference)).tolist())
    else:
        ids = translate_text((card.id,), text, SEARCH).best.ids
    return ReadMap(card, words, ids, get_map(card.id, words, ids))


def take_values(found: GradientMap, measure: str) -> np.ndarray:
    """What is drawn, (K, T + 1)."""
    return found.shares if measure == SHARE else found.norms


def _show_maps(maps: list[ReadMap], text: str, measure: str) -> None:
    unknown = [w for w, known in zip(maps[0].source, read_source(text, get_checkpoint(
        maps[0].card.id).vocabulary).known, strict=True) if not known]
    if unknown:
        st.caption(tr("Unknown to the models: {words}.", words=list_words(plain(w) for w in dict.fromkeys(unknown))))
    top = max(float(take_values(own.found, measure).max()) for own in maps)
    for column, own in zip(st.columns(2, gap="large"), maps, strict=False):
        with column:
            _show_map(own, text, measure, top)
    show_guide(tr("Each column is a word of the translation, each row a source word, in the order in which it is "
                  "written, in both maps. A dark diagonal means that a word hangs on its own translation. Compare the "
                  "upper left corner: read backwards, the first words were read last. The columns of a share add up "
                  "to 100 %; an even spread would shade all rows alike. A row that is dark in all columns is a word on "
                  "which everything hangs, whether it is its translation or not."))


def _show_map(own: ReadMap, text: str, measure: str, top: float) -> None:
    name, reverse = direction_name(own.card.reverse), own.card.reverse
    st.markdown(f"**{name[:1].upper() + name[1:]}** · {plain(own.card.id.rsplit('-', 1)[-1])}")
    st.caption(_say_map(own))
    values = take_values(own.found, measure)
    show_figure(draw_map(values, own.source, own.target, reverse=reverse, log_p=own.found.log_p, top=top,
                         percent=measure == SHARE, texts=write_texts(measure)),
                key=f"rv-map-{'reversed' if reverse else 'forward'}", table=lambda: tabulate_map(own),
                recipe=_RECIPE.format(id=own.card.id, text=text, ids=list(own.ids), percent=measure == SHARE, top=top,
                                      values="shares" if measure == SHARE else "norms"),
                alt=tr("Gradients of {t} target words by {k} source words, {direction}; the largest is {top:.3g}.",
                       t=len(own.ids), k=len(own.source), direction=name, top=float(values.max())))


def _say_map(own: ReadMap) -> str:
    """What the first word of the translation hangs on."""
    shares = own.found.shares[:, 0]
    best = int(shares.argmax())
    return tr("“{word}”, the first word written, hangs on “{source}” with {share:.0%} of its gradient, on the first "
              "source word with {first:.0%}; an even spread gives {even:.0%}. Its probability is {p:.0%}.",
              word=plain(own.target[0]), source=plain(own.source[best]), share=float(shares[best]),
              first=float(shares[0]), even=1 / len(shares), p=float(np.exp(own.found.log_p[0])))


def tabulate_map(own: ReadMap) -> pd.DataFrame:
    """A row a pair of words."""
    k, t = own.found.norms.shape
    written = [*own.target, "<ED>"]
    return pd.DataFrame({
        "source": np.repeat([show_token(w) for w in own.source], t), "source_place": np.repeat(np.arange(1, k + 1), t),
        "target": np.tile([show_token(w) for w in written], k), "target_place": np.tile(np.arange(1, t + 1), k),
        "lag": find_lags(k, t, reverse=own.card.reverse, markers=1).ravel(), "norm": own.found.norms.ravel(),
        "share": own.found.shares.ravel(), "log_p": np.tile(own.found.log_p, k)})
