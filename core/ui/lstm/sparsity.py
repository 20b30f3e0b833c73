"""The panels of the page about sparse LSTMs: a series of checkpoints that differ in their L1 penalty."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.correlation import PROPERTIES
from core.analysis.lstm.sparsity import ACTIVE, Sparsity
from core.checkpoints.card import CheckpointCard
from core.errors import AnalysisError
from core.figures.lstm.sparsity import Member, draw_kept, draw_series, draw_survivors
from core.ui.controls import pick_one, pick_segment
from core.ui.language import language, tr
from core.ui.lstm.cached import get_study
from core.ui.lstm.findings import link_trajectory, name_property
from core.ui.lstm.pickers import kind_name
from core.ui.messages import guard
from core.ui.output import show_figure

N_SURVIVORS = 20
_RECIPE = """\
from core.checkpoints.store import load_card
from core.figures.lstm.sparsity import Member, {name}
from core.reproduce.lstm.sparsity import load_sparsity

cards = [load_card(id) for id in {ids}]
members = [Member(card.training.get("l1", 0), load_sparsity(card, "{source}")) for card in cards]
{lines}.show()
"""


@dataclass(frozen=True)
class Series:
    """Checkpoints of one kind and size, alike but for the strength of their L1 penalty, weakest first.

    ``on``: what the penalty is on; ``epochs``: the most that training could take.
    """

    kind: int
    hidden_size: int
    on: str
    epochs: int
    cards: tuple[CheckpointCard, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.hidden_size}-{self.on}-{self.epochs}"


def find_series(cards: list[CheckpointCard]) -> list[Series]:
    """Every series among the checkpoints, the longest first: sizes with at least one penalised model.

    The plain model of a series has its kind, size and corpora and, where there is one, its number of epochs. Models
    that share their strength differ in their seed: the one of the lowest validation perplexity stands for them.
    """
    found: dict[tuple, list[CheckpointCard]] = {}
    for card in filter(_strength, cards):
        found.setdefault(_settings(card), []).append(card)
    series = []
    for (kind, size, epochs, corpora), own in found.items():
        plain = [c for c in cards if not _strength(c) and _settings(c)[:2] == (kind, size)
                 and _settings(c)[3] == corpora]
        plain = [c for c in plain if _settings(c)[2] == epochs] or plain
        for on in sorted({_penalised(card) for card in own}):
            ranked = sorted([*plain, *(card for card in own if _penalised(card) == on)],
                            key=lambda c: (_strength(c), c.scores["validation"].perplexity))
            first = {_strength(card): card for card in reversed(ranked)}
            series.append(Series(kind, size, on, epochs, tuple(first[l1] for l1 in sorted(first))))
    return sorted(series, key=lambda s: (s.kind, s.hidden_size, s.on, -len(s.cards), -s.epochs))


def _settings(card: CheckpointCard) -> tuple[int, int, int, tuple[str, ...]]:
    return (card.kind, int(card.model["hidden_size"]), int(card.training.get("epochs", card.epochs)),
            tuple(corpus.name for corpus in card.corpora))


def _penalised(card: CheckpointCard) -> str:
    return str(card.training.get("l1_on", "activations"))


def _strength(card: CheckpointCard) -> float:
    return float(card.training.get("l1", 0))


def pick_series(series: list[Series]) -> Series:
    """One series from a menu."""
    on = {"activations": tr("L1 on activations"), "weights": tr("L1 on weights")}
    own = {s.id: s for s in series}
    return own[pick_one(tr("Series"), list(own), "sser", format=lambda i: tr(
        "{kind}, {units} units, {on}, {n} epochs", kind=kind_name(own[i].kind), units=own[i].hidden_size,
        on=on.get(own[i].on, own[i].on), n=own[i].epochs))]


def explain_training() -> None:
    """How to train a series where there is none."""
    st.info(tr("There is no series yet. Train one model for each strength, a few minutes each, then measure them:"),
            icon=":material/info:")
    st.code("for l1 in 0.001 0.003 0.01 0.03 0.1; do\n"
            "  python -m core.training lstm --kind 2 --l1 $l1\ndone\npython -m core.reproduce --recompute",
            language="bash")


def load_members(series: Series, source: str) -> list[tuple[CheckpointCard, Member]]:
    """Results of a series; members that are not measured are named and left out.

    Raises
    ------
    AnalysisError
        When none of them is measured.
    """
    members, missing = [], []
    for card in series.cards:
        try:
            members.append((card, Member(_strength(card), get_study(card.id, source, "sparsity"))))
        except AnalysisError as error:
            missing.append((card, error))
    if not members:
        raise missing[0][1]
    if missing:
        st.caption(tr("Not measured yet: {ids}.", ids=", ".join(card.id for card, _ in missing)))
    return members


@dataclass(frozen=True)
class SeriesView:
    """A measured series on one source."""

    source: str
    cards: tuple[CheckpointCard, ...]
    members: tuple[Member, ...]

    def recipe(self, name: str, lines: str) -> str:
        return _RECIPE.format(name=name, ids=[card.id for card in self.cards], source=self.source, lines=lines)

    def tabulate(self) -> pd.DataFrame:
        """One row a checkpoint."""
        return pd.DataFrame([{
            "l1": m.l1, "perplexity": m.result.perplexity, "active": m.result.active, "carrying": m.result.carrying,
            "needed": m.result.needed, "levels_c_up": m.result.median_levels,
            **{f"r_{name}": float(np.abs(m.result.r[:, p]).max()) for p, name in enumerate(PROPERTIES)},
            "epochs": card.epochs, "id": card.id} for card, m in zip(self.cards, self.members, strict=True)])


def say_finding(view: SeriesView) -> None:
    """What the penalty buys and costs, in words: the sparsest member that loses little, and the strongest."""
    first, last = view.members[0], view.members[-1]
    if len(view.members) < 2:
        st.markdown(tr("There is one model only; a series needs two or more strengths."))
        return
    cheap = [m for m in view.members if m.result.perplexity <= 1.05 * first.result.perplexity]
    fewest = min(cheap, key=lambda m: m.result.needed)
    words = []
    if fewest is first or fewest.result.needed >= first.result.needed:
        words.append(tr("No model of the series does with fewer cells at a loss of 5 % in perplexity."))
    else:
        words.append(tr("At L1 {l1}, **{few} cells** do what {many} do at L1 {first}; perplexity is {ours:.2f} against "
                        "{theirs:.2f}.", l1=fewest.name, few=fewest.result.needed, many=first.result.needed,
                        first=first.name, ours=fewest.result.perplexity, theirs=first.result.perplexity))
    a, b = first.result.median_levels, last.result.median_levels
    words.append(tr("The median active cell of c_up needs {n:.0f} levels at L1 {l1}, against {m:.0f} at L1 {first}.",
                    n=b, m=a, l1=last.name, first=first.name))
    words.append(tr("The strongest penalty makes it more discrete.") if b < a - 0.5
                 else tr("The penalty does not make it more discrete."))
    st.markdown(("" if language() == "ja" else " ").join(words))


def show_series(view: SeriesView, picked: float) -> None:
    """Perplexity against cells and levels, then the whole series as numbers."""
    figure = draw_series(view.members, picked=picked, y_title=tr("held-out perplexity"),
                         x_titles=(tr("cells needed"), tr("median levels of c_up")))
    show_figure(figure, key="series", table=view.tabulate,
                alt=tr("Perplexity of {n} models against the cells they need and the levels of c_up, along the "
                       "strength of the L1 penalty.", n=len(view.members)),
                recipe=view.recipe("draw_series", "draw_series(members)"))
    columns = {"l1": tr("L1"), "perplexity": tr("perplexity"), "active": tr("active cells"),
               "carrying": tr("cells with 95 % of the variance"), "needed": tr("cells needed"),
               "levels_c_up": tr("median levels of c_up"), "r_depth": tr("best |r|, depth"), "r_VP": tr("best |r|, VP"),
               "epochs": tr("epochs"), "id": tr("Checkpoint")}
    st.dataframe(view.tabulate()[list(columns)].rename(columns=columns), hide_index=True, column_config={
        columns["perplexity"]: st.column_config.NumberColumn(format="%.3f"),
        columns["r_depth"]: st.column_config.NumberColumn(format="%.3f"),
        columns["r_VP"]: st.column_config.NumberColumn(format="%.3f"),
        columns["l1"]: st.column_config.NumberColumn(format="%g")})
    result = view.members[0].result
    st.caption(tr("{corpus}: {scored:,} tokens scored, of documents other than those that ranked the cells. Active: "
                  "standard deviation of h of {least} or more. Needed: with the others held at their mean, the model "
                  "keeps 95 % of what it gains on the frequencies of the tokens (tried: 1, 2, 3, 4, 6, 8, … cells).",
                  corpus=result.corpus, scored=result.n_scored, least=ACTIVE))


def show_kept(view: SeriesView) -> None:
    """What each model can do with its first k cells."""
    st.header(tr("With the first k cells alone"), anchor=False)
    figure = draw_kept(view.members, x_title=tr("cells at work, the others held at their mean"),
                       y_title=tr("held-out perplexity"), frequencies_name=tr("token frequencies alone"))
    show_figure(figure, key="kept", table=lambda: pd.concat(
                    [pd.DataFrame({"l1": m.l1, "cells": m.result.kept, "perplexity": m.result.perplexities})
                     for m in view.members], ignore_index=True),
                alt=tr("Perplexity with 1, 2, 4, … cells at work, one line for each strength of the penalty."),
                recipe=view.recipe("draw_kept", "draw_kept(members)"))


def pick_member(view: SeriesView) -> float:
    """One strength of the series; by default the strongest that loses little."""
    strengths = [m.l1 for m in view.members]
    cheap = [m.l1 for m in view.members if m.result.perplexity <= 1.05 * view.members[0].result.perplexity]
    return pick_segment(tr("Strength of the L1 penalty"), strengths, "sl1", max(cheap), format=lambda v: f"{v:g}")


@st.fragment
@guard()
def show_survivors(view: SeriesView, picked: float) -> None:
    """The busiest cells of one model and what they follow."""
    k = [m.l1 for m in view.members].index(picked)
    card, result = view.cards[k], view.members[k].result
    cells = result.order[:min(N_SURVIVORS, len(result.order))]
    st.header(tr("What the busiest cells follow"), anchor=False)
    st.caption(_describe_survivors(result))
    figure = draw_survivors(result.r[cells], cells.tolist(), [name_property(p) for p in PROPERTIES],
                            x_title=tr("cell of c, busiest first"))
    show_figure(figure, key="survivors",
                table=pd.DataFrame(result.r[cells], columns=list(PROPERTIES), index=pd.Index(cells, name="cell")),
                alt=tr("Correlation of the {n} busiest cells with {k} properties at L1 {l1}.", n=len(cells),
                       k=len(PROPERTIES), l1=f"{picked:g}"),
                recipe=view.recipe("draw_survivors", f"result = members[{k}].result\n"
                                   f"cells = result.order[:{len(cells)}]\n"
                                   "draw_survivors(result.r[cells], cells.tolist(), "
                                   f"{list(PROPERTIES)})"))
    link_trajectory(card, tr("Open these cells on the trajectories page"), state="c", rank="hand",
                    cells=",".join(map(str, cells[:6].tolist())))


def _describe_survivors(result: Sparsity) -> str:
    """The best cell for depth and VP, and whether it is one of the busiest."""
    words = []
    rank = {int(cell): place for place, cell in enumerate(result.order, 1)}
    for name in ("depth", "VP"):
        r = np.abs(result.r[:, PROPERTIES.index(name)])
        cell = int(r.argmax())
        words.append(tr("The cell closest to {property} is {cell} (|r| = {r:.3f}), number {place:,} of {n:,} by what "
                        "it hands on.", property=name_property(name), cell=cell, r=float(r[cell]), place=rank[cell],
                        n=len(r)))
    return ("" if language() == "ja" else " ").join(words)
