"""The panels about relations: one as a direction, and which of Google's are learned first."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.analysis.qwem.concepts import take_eigenpairs
from core.analysis.qwem.relation import Relation, measure_relation
from core.checkpoints.card import ConceptsCard
from core.corpora.word_pairs import parse_pairs, read_word_pairs
from core.errors import AnalysisError
from core.figures.qwem.relations import (
    draw_localisation,
    draw_order,
    draw_ratios,
    draw_strength,
    draw_task_spectrum,
)
from core.reproduce.qwem.order import LearningOrder, load_order
from core.ui.controls import pick_one, pick_segment, pick_text
from core.ui.language import language, tr
from core.ui.messages import guard, quote_code
from core.ui.output import show_figure, show_guide
from core.ui.qwem.accuracy import family_name, find_family
from core.ui.qwem.cached import get_concepts

TYPED = "typed"
MAX_NAMED = 8  # unknown words written out
_RELATION = """\
from core.analysis.qwem.concepts import take_eigenpairs
from core.analysis.qwem.relation import measure_relation
from core.checkpoints.embeddings import load_concepts
from core.figures.qwem.relations import {draw}

concepts = load_concepts("{id}")
pairs = {pairs}
relation = measure_relation(take_eigenpairs(concepts).embed(), concepts.words, pairs)
{line}.show()
"""
_ORDER = """\
from core.checkpoints.embeddings import list_concepts
from core.figures.qwem.relations import {draw}
from core.reproduce.qwem.order import load_order

order = load_order(next(card for card in list_concepts()[0] if card.id == "{id}"))
{line}.show()
"""


@st.cache_resource(max_entries=32, show_spinner=False)
def get_relation(checkpoint_id: str, pairs: tuple[tuple[str, str], ...]) -> Relation:
    """One relation, measured; raises as `measure_relation`."""
    concepts = get_concepts(checkpoint_id)
    return measure_relation(take_eigenpairs(concepts).embed(), concepts.words, pairs)


@st.cache_resource(max_entries=24, show_spinner=False)
def get_relation_figures(checkpoint_id: str, pairs: tuple[tuple[str, str], ...], shown_in: str) -> list[go.Figure]:
    """Spectrum, concepts and strength of a relation in the language of this session, which is `shown_in`."""
    relation = get_relation(checkpoint_id, pairs)
    return [
        draw_task_spectrum(relation.spectrum, bulk=tr("Marchenko–Pastur bulk"), eigenvalues=tr("eigenvalues"),
                           spike=tr("spike"), x_title=tr("eigenvalue of RRᵀ / d"), y_title=tr("density")),
        draw_localisation(relation.spectrum.localisation, x_title=tr("concept k"), y_title=tr("share of the direction"),
                          name=tr("concept")),
        draw_strength(relation.dimensions, relation.snr, relation.control, relation.accuracy,
                      x_title=tr("dimensions d"), names=(tr("SNR"), tr("random words"), tr("right answers")))]


@st.cache_resource(max_entries=16, ttl=60, show_spinner=False)
def get_order_figures(checkpoint_id: str, measure: str, shown_in: str, _order: LearningOrder) -> list[go.Figure]:
    """The stored order of learning by one measure, and all measures beside one another."""
    m = _order.measures.index(measure)
    return [
        draw_order(_family_names(_order), _order.group, _order.half[m], _order.low[m], _order.high[m],
                   group_names=(tr("concrete"), tr("abstract"), tr("neither")), x_title=tr("learned at rank"),
                   never=tr("never")),
        draw_ratios([measure_name(k) for k in _order.measures], _order.ratio, _order.ratio_low, _order.ratio_high,
                    x_title=tr("rank of abstract over rank of concrete families"),
                    sides=(tr("abstract first"), tr("concrete first")))]


def pick_pairs() -> tuple[str, tuple[tuple[str, str], ...]]:
    """Name and pairs of a family that ships, or of typed lines."""
    families = read_word_pairs()
    chosen = pick_one(tr("Relation"), [*(f.name for f in families), TYPED], "anrel", "male-female",
                      format=lambda n: tr("my own word pairs …") if n == TYPED else family_name(n))
    if chosen != TYPED:
        return family_name(chosen), find_family(chosen).pairs
    text = pick_text(tr("Two words a line, at least three lines"), "anpairs",
                     "king queen\nman woman\nfather mother\nbrother sister", lines=6)
    return tr("your relation"), parse_pairs(text)


@st.fragment
@guard()
def show_relation(card: ConceptsCard) -> None:
    """One relation as a direction: spectrum, place among the concepts, strength against d."""
    st.header(tr("A relation as a direction"), anchor=False)
    name, pairs = pick_pairs()
    if not pairs:
        st.info(tr("Write at least three pairs of words."), icon=":material/info:")
        return
    relation = get_relation(card.id, pairs)
    st.markdown(_say_relation(name, relation))
    if relation.unknown:
        named = ", ".join(map(quote_code, relation.unknown[:MAX_NAMED]))
        more = len(relation.unknown) - MAX_NAMED
        st.caption(tr("Not in this text, and left out: {words}", words=named)
                   + (" " + tr("and {n} more", n=more) if more > 0 else ""))
    figures = get_relation_figures(card.id, pairs, language())
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(tr("Spectrum of the differences"), anchor=False)
        _show_spectrum(card, pairs, relation, figures[0])
    with right:
        st.subheader(tr("Concepts that carry it"), anchor=False)
        _show_localisation(card, pairs, relation, figures[1])
    st.subheader(tr("Strength against the number of dimensions"), anchor=False)
    _show_strength(card, pairs, relation, figures[2])
    show_guide(tr("Each pair gives one difference b − a. If the differences shared nothing, all eigenvalues would lie "
                  "in the blue bulk, which the Marchenko–Pastur law draws for mere scatter. A red spike far right of "
                  "it is what the pairs share: the relation as one direction. A spike whose share is no larger than "
                  "that of random word pairs, or an SNR near the grey line, says there is no such direction here. "
                  "With few pairs the bulk is a rough guide only; its width is fitted to the second eigenvalue."))


def _say_relation(name: str, relation: Relation) -> str:
    spectrum = relation.spectrum
    values = {"name": name, "share": spectrum.share, "control": spectrum.control_share, "n": len(relation.known),
              "snr": float(relation.snr[-1]), "random": float(relation.control[-1]),
              "accuracy": float(relation.accuracy[-1])}
    first = (tr("**{name}** is a direction: the spike holds {share:.0%} of the spread of {n} pairs; 95 % of random "
                "families stay below {control:.0%}.", **values) if spectrum.share > spectrum.control_share else
             tr("**{name}** is no direction here: the spike holds {share:.0%} of the spread of {n} pairs, and random "
                "families reach {control:.0%}.", **values))
    return first + "  \n" + tr("In all dimensions its SNR is {snr:.1f} (random words {random:.1f}), and {accuracy:.0%} "
                               "of its analogies come out right.", **values)


def _recipe(card: ConceptsCard, pairs, draw: str, line: str) -> str:
    return _RELATION.format(draw=draw, id=card.id, pairs=[list(pair) for pair in pairs], line=line)


def _show_spectrum(card: ConceptsCard, pairs, relation: Relation, figure: go.Figure) -> None:
    spectrum = relation.spectrum
    show_figure(figure, key="an-spectrum", recipe=_recipe(card, pairs, "draw_task_spectrum",
                                                          "draw_task_spectrum(relation.spectrum)"),
                table=lambda: pd.DataFrame({"eigenvalue": spectrum.eigenvalues}),
                alt=tr("Eigenvalues of {n} differences: the largest holds {share:.0%} of the spread; the bulk ends at "
                       "{edge:.3g}.", n=len(relation.known), share=spectrum.share,
                       edge=float(spectrum.eigenvalues[1])))


def _show_localisation(card: ConceptsCard, pairs, relation: Relation, figure: go.Figure) -> None:
    shares = relation.spectrum.localisation
    half = int((shares.cumsum() < 0.5).sum()) + 1
    show_figure(figure, key="an-local", recipe=_recipe(card, pairs, "draw_localisation",
                                                       "draw_localisation(relation.spectrum.localisation)"),
                table=lambda: pd.DataFrame({"concept": np.arange(1, len(shares) + 1), "share": shares}),
                alt=tr("Share of the direction on each concept: strongest concept {k} with {share:.0%}; half of it "
                       "within the first {half}.", k=int(shares.argmax()) + 1, share=float(shares.max()), half=half))


def _show_strength(card: ConceptsCard, pairs, relation: Relation, figure: go.Figure) -> None:
    show_figure(figure, key="an-snr", recipe=_recipe(card, pairs, "draw_strength", (
                    "draw_strength(relation.dimensions, relation.snr, relation.control, relation.accuracy)")),
                table=lambda: pd.DataFrame({"d": relation.dimensions, "snr": relation.snr,
                                            "random": relation.control, "accuracy": relation.accuracy}),
                alt=tr("SNR against d: from {first:.1f} to {last:.1f}, random words {random:.1f} at the end; right "
                       "answers from {low:.0%} to {high:.0%}.", first=float(relation.snr[0]),
                       last=float(relation.snr[-1]), random=float(relation.control[-1]),
                       low=float(relation.accuracy[0]), high=float(relation.accuracy[-1])))


def measure_name(measure: str) -> str:
    """What counts as learned, in a few words."""
    return {"level": tr("accuracy reaches 25 %"), "half": tr("half of its final accuracy"),
            "direction": tr("half of its direction"), "snr": tr("half of its SNR")}[measure]


@st.fragment
@guard()
def show_first(card: ConceptsCard) -> None:
    """Concrete or abstract first, by four measures."""
    st.header(tr("Which is learned first, the concrete or the abstract?"), anchor=False)
    try:
        order = load_order(card)
    except AnalysisError:
        st.info(tr("The order of learning is stored for the texts that come with the lab. With Google's questions on "
                   "this machine it can be measured for registered texts: python -m core.reproduce qwem --recompute"),
                icon=":material/info:")
        return
    st.markdown(_say_order(order))
    measure = pick_segment(tr("Learned when"), order.measures, "anord", format=measure_name)
    m = order.measures.index(measure)
    by_family, by_measure = get_order_figures(card.id, measure, language(), order)
    left, right = st.columns(2, gap="large")
    with left:
        show_figure(by_family, key="an-order", recipe=_ORDER.format(draw="draw_order", id=card.id, line=(
                        f"draw_order(order.names, order.group, order.half[{m}], order.low[{m}], order.high[{m}])")),
                    table=lambda: pd.DataFrame({"family": order.names, "group": order.group, "rank": order.half[m],
                                                "low": order.low[m], "high": order.high[m]}),
                    alt=tr("Rank at which each of {n} families is learned, with intervals; {never} never are.",
                           n=len(order.names), never=int(np.isnan(order.half[m]).sum())))
    with right:
        show_figure(by_measure, key="an-ratios", recipe=_ORDER.format(draw="draw_ratios", id=card.id, line=(
                        "draw_ratios(order.measures, order.ratio, order.ratio_low, order.ratio_high)")),
                    table=lambda: pd.DataFrame({"measure": order.measures, "ratio": order.ratio,
                                                "low": order.ratio_low, "high": order.ratio_high, "p": order.p}),
                    alt=tr("Four measures of the order with 95 % intervals: {ratios}; 1 is no difference.",
                           ratios=", ".join(f"{r:.2f}" for r in order.ratio)))
    show_guide(tr("A news summary of the paper says that concrete concepts come first and abstract ones, such as "
                  "tense, later. Squares are concrete (capitals, cities, currencies), circles abstract (grammar). If "
                  "the sentence held, the squares would lie left of the circles, and all four bars right of the line "
                  "at 1. “Learned” has no single meaning, so four are shown: a family with a low final accuracy "
                  "reaches half of it early, and a level leaves out those that never get there. The bars draw "
                  "families and pairs again; with four concrete families they are wide."))


def _family_names(order: LearningOrder) -> list[str]:
    return [family_name(name) for name in order.names]


def _say_order(order: LearningOrder) -> str:
    known = np.isfinite(order.ratio)
    if not known.any():
        return tr("Too few families are learned in this text to compare concrete with abstract ones.")
    above, below = int((order.ratio_low > 1).sum()), int((order.ratio_high < 1).sum())
    ratios = ", ".join(f"{r:.2f} [{a:.2f}, {b:.2f}]" for r, a, b in
                       zip(order.ratio[known], order.ratio_low[known], order.ratio_high[known], strict=True))
    if above == int(known.sum()):
        return tr("**The sentence “concrete first” is supported**: every measure puts the concrete families first "
                  "(ratios {ratios}).", ratios=ratios)
    return tr("**The sentence “concrete first” is not supported by this text.** Of {n} measures, {above} put the "
              "concrete families first and {below} the abstract ones; the others cannot tell. Ratios: {ratios}.",
              n=int(known.sum()), above=above, below=below, ratios=ratios)
