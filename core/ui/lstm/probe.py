"""The L1 probe on the page "Inside or outside": its path, its controls, the cells that survive."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.probe import PROBED, PROBES, PhraseProbe
from core.checkpoints.card import CheckpointCard
from core.errors import AnalysisError
from core.figures.lstm.probe import MEASURES, draw_path, draw_weights
from core.reproduce.lstm.probe import STUDY
from core.reproduce.studies import HELD_OUT, load_study, run_study
from core.ui.controls import pick_one, pick_segment
from core.ui.language import language, tr
from core.ui.lstm.cached import get_checkpoint, get_encoded, get_study
from core.ui.lstm.findings import link_trajectory, name_unit
from core.ui.messages import guard
from core.ui.output import read_click, show_figure, show_guide, show_numbers

SHOWN = 60  # weights drawn; the table has all
STRONGEST = "strongest"
_RECIPE = """\
from core.checkpoints.store import load_checkpoint
from core.figures.lstm.probe import {draw}
from core.reproduce.lstm.probe import STUDY
from core.reproduce.studies import load_study

result = load_study(STUDY, load_checkpoint("{id}").card, "{source}")
{line}.show()
"""


def fit_probe(card: CheckpointCard, source: str) -> PhraseProbe:
    """The stored probe; where there is none, it is fitted under a bar that shows how far it is, and kept."""
    try:
        load_study(STUDY, card, source)
    except AnalysisError:
        if source != HELD_OUT:
            bar = st.progress(0.0, tr("Fitting the path of the probe, once …"))
            study = replace(STUDY, compute=partial(STUDY.compute, progress=lambda done, n: bar.progress(done / n)))
            run_study(study, get_checkpoint(card.id), get_encoded(card.id, source), source)
            bar.empty()
    return get_study(card.id, source, STUDY.name)


@st.fragment
@guard()
def show_probe(card: CheckpointCard, source: str, result: PhraseProbe) -> None:
    """Controls, path and weights."""
    st.header(tr("How many cells does it take?"), anchor=False)
    st.caption(tr("A logistic probe on all cells of c, over all tokens; the L1 penalty λ leaves weights only where "
                  "they pay. Weights, point and score each come from documents of their own."))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        phrase = pick_segment(tr("Phrase"), PROBED, "pbp", "VP")
        measure = pick_segment(tr("Quality"), MEASURES, "pbm", "accuracy",
                               format=lambda m: tr("accuracy") if m == "accuracy" else "AUC")
        points = result.find_points(phrase)
        path = result.read_path(phrase)
        if points:
            with st.container(width=330):
                options = ["few", "error", "best", *range(len(path["n_cells"]))]
                chosen = pick_one(tr("Point of the path"), options, "pbk",
                                  format=lambda k: _name_point(k, points, path))
    if not points:
        st.info(tr("There is nothing to compare: in this text no token, or every token, is inside {phrase}. Choose "
                   "another phrase, or other sentences.", phrase=phrase), icon=":material/info:")
        return
    point = points.get(chosen, chosen)
    _show_headline(card, source, result, phrase, point)
    _show_path(card, source, result, phrase, measure, point)
    _show_weights(card, source, result, phrase, point)
    show_guide(tr("Look for a curve that is high at its left end already: then few cells suffice. It has to stand "
                  "above the same probe on an untrained LSTM, whose cells fade with the words, and above the control "
                  "task, random labels that can only be learned by heart; the gap to the latter is the selectivity of "
                  "the probe. If the curve rises steadily to the right end, or if a control keeps up with it, the "
                  "phrase is not kept in few cells."))


def _name_point(k: str | int, points: dict[str, int], path: dict[str, np.ndarray]) -> str:
    cells = int(path["n_cells"][points.get(k, k)])
    if k == "few":
        return tr("best of at most 5 % of the cells: {n}", n=cells)
    if k == "error":
        return tr("within one standard error of the best: {n}", n=cells)
    if k == "best":
        return tr("best of the path: {n}", n=cells)
    return tr("{n} cells (λ = {penalty:.2g})", n=cells, penalty=float(path["penalty"][k]))


def _show_headline(card: CheckpointCard, source: str, result: PhraseProbe, phrase: str, point: int) -> None:
    path = {name: column[point] for name, column in result.read_path(phrase).items()}
    rivals, unit = result.compare(phrase, int(path["n_cells"])), name_unit(card, source, result.n_groups)
    best = result.read_path(phrase)["accuracy"][result.find_points(phrase)["best"]]
    control = rivals["control"]
    beaten = path["low"] > np.nanmax(list(rivals.values()))
    words = [tr("With {n} of {total:,} cells the probe is right for **{accuracy:.1%}** of the tokens; the best of the "
                "path reaches {best:.1%}.", n=int(path["n_cells"]), total=result.n_cells,
                accuracy=float(path["accuracy"]), best=float(best)),
             tr("No control with as many cells comes near it.") if beaten and path["low"] > np.nanmax(
                 list(rivals.values())) + 0.05 else tr("Every control is below it.") if beaten
             else tr("But a control with as many cells does as well.")]
    st.markdown(("" if language() == "ja" else " ").join(words))
    show_numbers([
        (tr("accuracy"), f"{path['accuracy']:.3f}", f"{path['low']:.3f} – {path['high']:.3f}",
         tr("With its 95 % interval: whole {unit} drawn again 1,000 times.", unit=unit)),
        (tr("majority class"), f"{rivals['majority']:.3f}", tr("always the same answer"),
         tr("Share of the more frequent answer.")),
        (tr("position only"), f"{rivals['position']:.3f}", tr("from the place alone"),
         tr("The more frequent answer at each place in the sentence.")),
        (tr("untrained LSTM"), _write(rivals["untrained"]), tr("with as many cells"),
         tr("The same probe on the same network with its first, random weights.")),
        (tr("control task"), _write(control), tr("with as many cells"),
         tr("Random labels, the same for every token of a type, with the same balance (Hewitt and Liang 2019). Not "
            "measured where there are too few token types.")),
        (tr("selectivity"), _write(path["accuracy"] - control), tr("accuracy less control task"),
         tr("What the probe does not owe to learning types by heart."))], columns=3)


def _write(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "–"


def _show_path(card: CheckpointCard, source: str, result: PhraseProbe, phrase: str, measure: str, point: int) -> None:
    names = {"trained": tr("trained LSTM"), "untrained": tr("untrained LSTM"), "control": tr("control task"),
             "majority": tr("majority class"), "position": tr("position only")}
    figure = draw_path(result, phrase, measure=measure, point=point, names=names, x_title=tr("cells with a weight"),
                       y_title=tr("held-out accuracy") if measure == "accuracy" else tr("held-out AUC"))
    table = pd.concat([pd.DataFrame(result.read_path(phrase, probe)).drop(columns=["phrase"]).assign(probe=probe)
                       for probe in PROBES])
    n = result.read_path(phrase)["n_cells"]
    show_figure(figure, key="pb_path", table=table,
                alt=tr("Quality of the probe for {phrase} against {first} to {last} cells, with its controls.",
                       phrase=phrase, first=int(n.min()), last=int(n.max())),
                recipe=_RECIPE.format(draw="draw_path", id=card.id, source=source,
                                      line=f'draw_path(result, "{phrase}", measure="{measure}", point={point})'))


def _follow_click() -> None:
    """A clicked marker becomes the cell of the menu."""
    if clicked := read_click("pb_weights"):
        st.session_state["pbc"] = int(clicked[0])


def _show_weights(card: CheckpointCard, source: str, result: PhraseProbe, phrase: str, point: int) -> None:
    cells, weights = result.read_weights(phrase, point)
    st.header(tr("The cells that survive"), anchor=False)
    if not len(cells):
        st.caption(tr("At this penalty no cell has a weight: the probe knows the base rate only."))
        return
    by_cell = dict(zip(cells.tolist(), weights.tolist(), strict=True))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=270):
            cell = pick_one(tr("Cell (or click one in the figure)"), [STRONGEST, *by_cell], "pbc",
                            format=lambda c: tr("strongest: {cell}", cell=int(cells[0])) if c == STRONGEST
                            else f"{c}  ({by_cell[c]:+.3f})")
        cell = int(cells[0]) if cell == STRONGEST else cell
        link_trajectory(card, tr("Open cell {cell} on the trajectories page", cell=cell), state="c", rank="hand",
                        cells=str(cell))
        link_trajectory(card, tr("Open the {n} strongest together", n=min(8, len(cells))), state="c", rank="hand",
                        cells=",".join(map(str, cells[:8])))
    st.caption(tr("Weights in standard deviations of the cell; positive: higher inside {phrase}, the other cells "
                  "given. {shown} of {n} cells.", phrase=phrase, shown=min(SHOWN, len(cells)), n=len(cells)))
    figure = draw_weights(cells, weights, phrase=phrase, n_shown=SHOWN, picked=cell, cell_name=tr("cell"),
                          x_title=tr("cells of c, the largest weight first"), y_title=tr("weight"))
    show_figure(figure, key="pb_weights", on_select=_follow_click, selection_mode="points",
                table=pd.DataFrame({"cell": cells, "weight": weights}),
                alt=tr("Weights of {n} surviving cells for {phrase}; the largest belongs to cell {cell}.", n=len(cells),
                       phrase=phrase, cell=int(cells[0])),
                recipe=_RECIPE.format(draw="draw_weights", id=card.id, source=source,
                                      line=f'draw_weights(*result.read_weights("{phrase}", {point}), '
                                           f'phrase="{phrase}")'))
