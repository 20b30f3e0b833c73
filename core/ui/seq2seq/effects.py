"""Word order against voice in numbers: two directions of reading, and what they are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.analysis.seq2seq.phrases import COMPARISONS, MEASURES, WORDINGS, Measure, QuadrupleEffects
from core.checkpoints.card import Seq2SeqCard
from core.corpora.phrases import PhraseQuadruple
from core.figures.seq2seq.effects import EffectTexts, draw_effects, draw_ratios
from core.ui.controls import pick_number, pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.pickers import direction_name, sibling
from core.ui.seq2seq.vectors import TRAINED, UNTRAINED, WORDS, Draw, VectorChoice, draw_quadruples, measure_effects
from core.ui.wording import join_sentences, plain

_RECIPE = """\
from core.analysis.seq2seq.phrases import (
    average_words, join_parts, list_wordings, measure_quadruples, record_quadruples)
from core.analysis.seq2seq.untrained import untrain
from core.checkpoints.seq2seq import load_seq2seq
from core.corpora.phrases import generate_quadruples
from core.figures.seq2seq.effects import {draw}

effects, checkpoint = {{}}, load_seq2seq("{id}")
quadruples = generate_quadruples({n}, known=checkpoint.vocabulary.source.tokens, style="{style}", seed={seed})
networks = {{id: load_seq2seq(id) for id in {ids}}} | {{"untrained": untrain(checkpoint)}}
for name, network in networks.items():
    vectors = join_parts(record_quadruples(network, quadruples), "{part}", {layer})
    effects[name] = measure_quadruples(vectors, measure="{measure}")
bags = average_words(checkpoint, list_wordings(quadruples))
effects["bag of words"] = measure_quadruples(bags, measure="{measure}")
{draw}(effects).show()
"""


@dataclass(frozen=True)
class System:
    """A kind of vector that is measured."""

    name: str
    checkpoint_id: str
    kind: str


@st.fragment
@guard()
def show_effects(card: Seq2SeqCard, choice: VectorChoice) -> None:
    """Controls, verdict, distributions, ratios."""
    st.header(tr("Word order against voice"), anchor=False)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        measure = pick_segment(tr("Distance"), MEASURES, "svdist", "cosine", format=name_measure)
        with st.container(width=260):
            n = pick_number(tr("Quadruples of phrases"), 20, 500, "svn", default=200, step=20)
        with st.container(width=180):
            seed = pick_number(tr("Seed"), 0, 20, "svseed")
    draw = Draw(card.id, n, seed)
    drawn = draw_quadruples(draw)
    quadruples = drawn.quadruples
    if len(quadruples) < n:
        st.caption(tr("The words that the model knows make {n} quadruples only.", n=len(quadruples)))
    _explain(quadruples[0])
    systems = list_systems(card)
    with st.spinner(tr("Reading {n:,} phrases with every network, once …", n=4 * len(quadruples)), show_time=True):
        effects = {s.name: measure_effects(s.checkpoint_id, s.kind, draw, choice=choice, measure=measure)
                   for s in systems}
    st.markdown(_say_verdict(systems, effects))
    trained = [s.checkpoint_id for s in systems if s.kind == TRAINED]
    _show_figures(effects, _RECIPE.format(
        draw="{draw}", ids=trained, id=card.id, n=len(quadruples), seed=seed, style=drawn.style, part=choice.part,
        layer=choice.layer, measure=measure), measure)
    show_guide(tr("Left, red must lie right of blue if word order moves the vector further than voice; all is "
                  "measured in distances of two phrases taken at random. Brown is the trap: there the people keep "
                  "their places and the voice changes, so the phrase looks like the other and means the opposite. A "
                  "vector of meaning has brown far out and blue near 0; a vector of surface has it the other way "
                  "round. Whatever the untrained network shows as well is no sign of learning."))


def name_measure(measure: Measure) -> str:
    return {"cosine": tr("1 − cosine"), "euclidean": tr("Euclidean")}[measure]


def list_systems(card: Seq2SeqCard) -> list[System]:
    """The chosen checkpoint, that of the other direction, and the controls."""
    other = sibling(card)
    found = [System(direction_name(card.reverse), card.id, TRAINED)]
    if other is not None:
        found.append(System(direction_name(other.reverse), other.id, TRAINED))
    return [*found, System(tr("{direction}, untrained", direction=direction_name(card.reverse)), card.id, UNTRAINED),
            System(tr("bag of words"), card.id, WORDS)]


def _explain(example: PhraseQuadruple) -> None:
    fields = {name: plain(getattr(example, name)) for name in WORDINGS}
    st.markdown("\n".join([
        tr("A quadruple begins with a phrase such as “{active}”. It is compared with", **fields), "",
        "- " + tr("**word order**: “{active_swapped}”, the same words and another meaning;", **fields),
        "- " + tr("**voice**: “{passive}”, other words and the same meaning;", **fields),
        "- " + tr("**looks alike**: “{passive_swapped}”, the people in the same places and another meaning.",
                  **fields)]))


def _say_verdict(systems: Sequence[System], effects: dict[str, QuadrupleEffects]) -> str:
    """Whether the paper's sentence holds, by the intervals, for each trained network."""
    said = [tr("The paper reads off its Figure 2 that a sentence's vector is sensitive to word order and fairly "
               "insensitive to voice.")]
    for system in systems:
        if system.kind == TRAINED:
            said.append(_say_system(system.name, effects[system.name]))
    untrained = next(effects[s.name] for s in systems if s.kind == UNTRAINED)
    said.append(tr("An untrained network has a ratio of {ratio:.2f} already, and a bag of words {bag:.2f}: it cannot "
                   "tell phrases of the same words apart.", ratio=untrained.order_to_voice[0],
                   bag=next(effects[s.name] for s in systems if s.kind == WORDS).order_to_voice[0]))
    return "\n\n".join(said)


def _say_system(name: str, found: QuadrupleEffects) -> str:
    order, voice, looks = found.relative[:, 0]
    ratio, low, high = found.order_to_voice
    fields = {"name": name, "order": order, "voice": voice, "ratio": ratio, "low": low, "high": high}
    sensitive = found.relative[0, 1] > 0.05
    if low > 1 and sensitive:
        first = tr("**{name}: by these numbers it holds.** Swapped roles move the vector by {order:.2f} of the "
                   "distance of two random phrases, a change of voice by {voice:.2f}: a ratio of {ratio:.2f} "
                   "[{low:.2f}, {high:.2f}].", **fields)
    elif high < 1:
        first = tr("**{name}: by these numbers it does not hold.** The vector is sensitive to word order ({order:.2f} "
                   "of the distance of two random phrases), but a change of voice moves it further ({voice:.2f}): a "
                   "ratio of {ratio:.2f} [{low:.2f}, {high:.2f}].", **fields) if sensitive else tr(
            "**{name}: by these numbers it does not hold.** Swapped roles hardly move the vector ({order:.2f} of the "
            "distance of two random phrases), a change of voice does ({voice:.2f}): a ratio of {ratio:.2f} [{low:.2f}, "
            "{high:.2f}].", **fields)
    else:
        first = tr("**{name}: these numbers cannot tell.** Swapped roles move the vector by {order:.2f} of the "
                   "distance of two random phrases, a change of voice by {voice:.2f}: a ratio of {ratio:.2f} "
                   "[{low:.2f}, {high:.2f}], which holds 1.", **fields)
    ratio, low, high = found.looks_to_voice
    second = tr("Phrases that only look alike are nearer ({looks:.2f}) than those that mean the same: the people's "
                "places weigh more than who does what.", looks=looks) if high < 1 else tr(
        "Phrases that only look alike are farther away ({looks:.2f}) than those that mean the same: the vector knows "
        "who does what.", looks=looks) if low > 1 else tr(
        "Phrases that only look alike are about as far away ({looks:.2f}) as those that mean the same.", looks=looks)
    return join_sentences([first, second])


def _show_figures(effects: dict[str, QuadrupleEffects], recipe: str, measure: Measure) -> None:
    """Distributions, ratios and numbers; `recipe` lacks the name of the figure."""
    texts = EffectTexts(tr("word order: roles swapped"), tr("voice: same meaning"), tr("looks alike, other meaning"),
                        tr("two phrases at random"), tr("distance; two phrases at random = 1"),
                        tr("distance, as a multiple of that of voice"))
    left, right = st.columns([6, 5], gap="medium")
    with left:
        show_figure(draw_effects(effects, texts=texts), key="sv-effects", table=lambda: tabulate_distances(effects),
                    recipe=recipe.replace("{draw}", "draw_effects"),
                    alt=tr("Distances within {n} quadruples of phrases for {systems} kinds of vector: middle half, "
                           "middle 90 % and mean for word order, voice, looks and random pairs.",
                           n=len(next(iter(effects.values())).random), systems=len(effects)))
    with right:
        show_figure(draw_ratios(effects, texts=texts), key="sv-ratios", table=lambda: tabulate_effects(effects),
                    recipe=recipe.replace("{draw}", "draw_ratios"),
                    alt=tr("Distance of word order over distance of voice: {ratios}.", ratios="; ".join(
                        f"{name} {found.order_to_voice[0]:.2f}" for name, found in effects.items())))
    st.dataframe(_list_numbers(effects, measure), hide_index=True, width="stretch")
    st.caption(tr("Intervals: 95 %, quadruples drawn again 1,000 times. They speak of phrases from this small grammar, "
                  "not of all English, and of these networks only."))


def _list_numbers(effects: dict[str, QuadrupleEffects], measure: Measure) -> pd.DataFrame:
    """What a reader compares: mean cosines (or distances), the ratio, and in how many quadruples order wins."""
    def show(value: float) -> str:
        return f"{1 - value:.3f}" if measure == "cosine" else f"{value:.2f}"

    named = (tr("cosine: {what}") if measure == "cosine" else tr("distance: {what}"))
    rows = []
    for name, found in effects.items():
        order, voice, looks = (float(d.mean()) for d in found.distances)
        rows.append({tr("vector"): name, named.format(what=tr("word order")): show(order),
                     named.format(what=tr("voice")): show(voice), named.format(what=tr("looks alike")): show(looks),
                     named.format(what=tr("at random")): show(float(found.random.mean())),
                     tr("order / voice"): "{:.2f} [{:.2f}, {:.2f}]".format(*found.order_to_voice),
                     tr("order moves further in"): f"{found.share[0]:.0%}"})
    return pd.DataFrame(rows)


def tabulate_distances(effects: dict[str, QuadrupleEffects]) -> pd.DataFrame:
    """A row a quadruple and system."""
    return pd.concat([pd.DataFrame({"vector": name, "quadruple": range(len(found.random)), "random": found.random}
                                   | dict(zip(COMPARISONS, found.distances, strict=True)))
                      for name, found in effects.items()])


def tabulate_effects(effects: dict[str, QuadrupleEffects]) -> pd.DataFrame:
    """A row a system: relative distances and ratios with their intervals."""
    rows = []
    for name, found in effects.items():
        named = dict(zip(COMPARISONS, found.relative, strict=True)) | {
            "order_to_voice": found.order_to_voice, "looks_to_voice": found.looks_to_voice, "share": found.share}
        rows.append({"vector": name} | {f"{key}{end}": float(value) for key, ends in named.items()
                                        for end, value in zip(("", "_low", "_high"), ends, strict=True)})
    return pd.DataFrame(rows)


