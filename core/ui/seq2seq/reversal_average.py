"""Gradients averaged over our own sentences: by the lag between reading and writing, and of the first word."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.gradients import LONGEST, GradientMap, store_gradients
from core.analysis.seq2seq.lags import LagCurve, average_by_lag, estimate_over_sentences
from core.checkpoints.card import Seq2SeqCard
from core.figures.seq2seq.gradients import GradientTexts, draw_by_lag
from core.ui.language import tr
from core.ui.output import show_figure, show_guide, show_numbers
from core.ui.seq2seq.cached import get_checkpoint
from core.ui.wording import join_sentences

_RECIPE = """\
from core.analysis.seq2seq.gradients import store_gradients
from core.analysis.seq2seq.lags import average_by_lag
from core.checkpoints.seq2seq import load_seq2seq
from core.figures.seq2seq.gradients import draw_by_lag

curves, untrained = {{}}, {{}}
for found, first in ((curves, False), (untrained, True)):
    for checkpoint in map(load_seq2seq, {ids}):
        maps = store_gradients(checkpoint, untrained=first).split()
        found[checkpoint.card.reverse] = average_by_lag([{values} for m in maps], reverse=checkpoint.card.reverse)
draw_by_lag({call}).show()
"""


@dataclass(frozen=True, eq=False)
class Averages:
    """What our own sentences say of one model.

    Attributes
    ----------
    by_lag, norm_by_lag : LagCurve
        Of shares in units of an even spread, and of norms.
    first, first_norm, even : tuple of float
        Mean, low and high over sentences of the share and the norm that the first source word has in the first target
        word, and of 1 / K.
    n : int
        Sentences.
    """

    by_lag: LagCurve
    norm_by_lag: LagCurve
    first: tuple[float, float, float]
    first_norm: tuple[float, float, float]
    even: float
    n: int


@st.cache_resource(max_entries=16, show_spinner=False)
def get_averages(checkpoint_id: str, untrained: bool) -> Averages:
    """Averages over our own sentences; measured once, then kept on disk (10 s at 500 units)."""
    checkpoint = get_checkpoint(checkpoint_id)
    return average_maps(store_gradients(checkpoint, untrained=untrained).split(), reverse=checkpoint.card.reverse)


def average_maps(maps: list[GradientMap], *, reverse: bool) -> Averages:
    """Averages over sentences."""
    first = np.array([[m.shares[0, 0], m.norms[0, 0]] for m in maps], float)
    share, norm = (tuple(float(v[c]) for v in estimate_over_sentences(first)) for c in range(2))
    return Averages(average_by_lag([relate_to_even(m) for m in maps], reverse=reverse),
                    average_by_lag([m.words for m in maps], reverse=reverse), share, norm,
                    float(np.mean([1 / len(m.norms) for m in maps])), len(maps))


def relate_to_even(found: GradientMap) -> np.ndarray:
    """Shares in units of an even spread over the K source words, (K, T): 1 is what no preference at all gives."""
    return found.shares[:, :-1] * len(found.norms)


def show_average(cards: list[Seq2SeqCard], measure: str, texts: GradientTexts) -> None:
    """Numbers of the first word and curves over the lag."""
    st.subheader(tr("On average over our own sentences"), anchor=False)
    share = measure == "share"
    with st.spinner(tr("Measuring gradients on our own sentences, once …"), show_time=True):
        found = {card.reverse: get_averages(card.id, False) for card in cards}
        untrained = {card.reverse: get_averages(card.id, True) for card in cards}
    _show_first(found, untrained, share)
    st.markdown(say_first(found, untrained, share))
    curves = {reverse: own.by_lag if share else own.norm_by_lag for reverse, own in found.items()}
    controls = {reverse: own.by_lag for reverse, own in untrained.items()} if share else None
    axis = tr("share, in even spreads") if share else texts.value
    show_figure(draw_by_lag(curves, controls, chance=1.0 if share else None, texts=_rename(texts, axis)),
                key="rv-by-lag", table=lambda: tabulate_averages(found, untrained),
                recipe=_RECIPE.format(ids=[card.id for card in cards],
                                      values="m.shares[:, :-1] * len(m.norms)" if share else "m.words",
                                      call="curves, untrained, chance=1.0" if share else "curves"),
                alt=tr("Mean gradient between words over the steps between reading the one and writing the other, for "
                       "{n} sentences and {directions} directions.", n=next(iter(found.values())).n,
                       directions=len(cards)))
    show_guide(tr("To the left are words that were written soon after the other was read. The wide and the dotted line "
                  "are the same networks before training. Where they lie on one another, only the lag counts: every "
                  "step forgets a little, and this is where learning has to begin. Read backwards, the first words "
                  "stand on the left; read forwards, what stands there is the end of the source with the beginning of "
                  "the translation. Bands: 95 % intervals from sentences drawn again. The sentences have up to "
                  "{longest} words, none was learned from, and the longest lags come from the longest of them only.",
                  longest=LONGEST))


def _rename(texts: GradientTexts, value: str) -> GradientTexts:
    return GradientTexts(**vars(texts) | {"value": value})


def _show_first(found: dict[bool, Averages], untrained: dict[bool, Averages], share: bool) -> None:
    """The first word's numbers, each with its interval and what an even spread would give."""
    numbers = []
    for names, group in (((tr("forward"), tr("reversed")), found),
                         ((tr("forward, untrained"), tr("reversed, untrained")), untrained)):
        for reverse, own in group.items():
            mean, low, high = own.first if share else own.first_norm
            below = (tr("{low:.1%} to {high:.1%}", low=low, high=high) if share
                     else tr("{low:.2g} to {high:.2g}", low=low, high=high))
            help = (tr("Share of the first target word's gradient that falls on the first source word, its 95 % "
                       "interval over {n} sentences.", n=own.n)
                    if share else tr("Norm of the gradient from the first source word to the first target word; 95 % "
                                     "interval over {n} sentences.", n=own.n))
            numbers.append((names[reverse], f"{mean:.1%}" if share else f"{mean:.2g}", below, help))
    st.markdown(tr("How much of the first target word's gradient falls on the **first source word** (**{even:.1%}** if "
                   "all words counted alike):", even=next(iter(found.values())).even) if share else
                tr("The gradient from the **first source word** to the first target word:"))
    show_numbers(numbers, columns=len(numbers))


def say_first(found: dict[bool, Averages], untrained: dict[bool, Averages], share: bool) -> str:
    """What became of the supposition, by the intervals: where learning began, and where it ended."""
    if len(found) < 2:
        return ""
    start, said = (untrained[False].first, untrained[True].first), []
    fields = {"forward": start[0][0], "reversed": start[1][0], "even": found[True].even}
    if start[1][1] > start[0][2]:
        said.append(tr("**Before training**, the wiring alone gives the first source word {forward:.1%} of the first "
                       "target word's gradient read forwards and **{reversed:.1%}** read backwards, where an even "
                       "spread gives {even:.1%}: the head start that the paper supposes.", **fields))
    else:
        said.append(tr("**Before training** the paper's head start does not show: the first source word has "
                       "{forward:.1%} of the first target word's gradient read forwards and {reversed:.1%} read "
                       "backwards; an even spread gives {even:.1%}.", **fields))
    forward, backward = (own.first if share else own.first_norm for own in (found[False], found[True]))
    if backward[1] > forward[2]:
        said.append(tr("**After training** the first word still reaches its translation better when it is read last."))
    elif backward[2] < forward[1]:
        said.append(tr("**After training** it is the other way round: the first word reaches its translation better "
                       "when it is read first, across all the words between. The gap of the start does not last."))
    else:
        said.append(tr("**After training** no certain difference between the directions is left for the first word."))
    return join_sentences(said)


def tabulate_averages(found: dict[bool, Averages], untrained: dict[bool, Averages]) -> pd.DataFrame:
    """A row a direction and lag."""
    tables = []
    for state, group in (("trained", found), ("untrained", untrained)):
        for reverse, own in group.items():
            tables.append(pd.DataFrame({
                "network": state, "direction": "reversed" if reverse else "forward", "lag": own.by_lag.lag,
                "share_in_even_spreads": own.by_lag.mean, "share_low": own.by_lag.low, "share_high": own.by_lag.high,
                "norm": own.norm_by_lag.mean, "norm_low": own.norm_by_lag.low, "norm_high": own.norm_by_lag.high,
                "sentences": own.by_lag.n}))
    return pd.concat(tables, ignore_index=True)
