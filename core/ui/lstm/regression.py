"""The panels of the depth regression page: one checkpoint, one depth and one vector, from stored results."""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.depth_split import PROPERTIES
from core.analysis.lstm.heldout import VECTORS
from core.analysis.lstm.regression import PAIRS, PENALTIES, READOUTS, DepthRegression
from core.checkpoints.card import CheckpointCard
from core.errors import AnalysisError
from core.figures.lstm.regression import (
    Reference,
    draw_path,
    draw_predicted,
    draw_readouts,
    draw_shape,
    draw_weight_paths,
    draw_weights,
)
from core.reproduce.lstm.regression import STUDY
from core.reproduce.studies import load_study, run_study
from core.ui.controls import pick_one, pick_segment
from core.ui.language import language, tr
from core.ui.lstm.cached import HELD_OUT, get_checkpoint, get_encoded, get_study
from core.ui.lstm.findings import link_trajectory, name_property, name_unit
from core.ui.messages import guard
from core.ui.output import read_click, show_figure, show_numbers

HEAVIEST = "heaviest"  # the menu's first entry: the cell with the largest weight
SHOWN = 40             # surviving cells in the figure
_RECIPE = """\
from core.checkpoints.store import load_checkpoint
from core.reproduce.lstm.regression import STUDY
from core.reproduce.studies import load_study
from core.figures.lstm.regression import {imports}

result = load_study(STUDY, load_checkpoint("{id}").card, "{source}")
{lines}
"""


@dataclass(frozen=True)
class RegressionView:
    """What the page shows: results of one checkpoint on one source, one vector, one depth."""

    card: CheckpointCard
    source: str
    result: DepthRegression
    vector: str
    name: str

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """`SCORE` by readout."""
        return {m: self.result.score(self.vector, self.name, m) for m in READOUTS}

    @property
    def position(self) -> list[float]:
        """R² from the position alone, with its interval."""
        return self.result.position[PROPERTIES.index(self.name)].tolist()

    @property
    def place(self) -> tuple[int, int]:
        """Index of vector and property in the arrays of the result."""
        return VECTORS.index(self.vector), PROPERTIES.index(self.name)

    @property
    def words(self) -> dict[str, str]:
        """Fields of texts."""
        return {"vector": self.vector, "property": name_property(self.name)}

    def recipe(self, imports: str, lines: str) -> str:
        return _RECIPE.format(imports=imports, id=self.card.id, source=self.source, lines=lines)


def get_regression(card: CheckpointCard, source: str) -> DepthRegression:
    """Stored or cached result; what has to be computed first shows how far it is."""
    try:
        load_study(STUDY, card, source)
    except AnalysisError:
        if source == HELD_OUT:
            raise
        text = tr("Reading the sentences and fitting every readout, once …")
        bar = st.progress(0.0, text)
        try:
            study = replace(STUDY, compute=partial(
                STUDY.compute, progress=lambda share: bar.progress(min(share, 1.0), text)))
            run_study(study, get_checkpoint(card.id), get_encoded(card.id, source), source)
        finally:
            bar.empty()
    return get_study(card.id, source, STUDY.name)


def name_readout(readout: str, n: float | None = None) -> str:
    """A readout in words, with the number of cells it uses."""
    names = {"linear": tr("all cells"), "lasso": tr("Lasso"), "single": tr("best single cell")}
    return names[readout] if n is None else tr("{name} ({n:,})", name=names[readout], n=int(n))


def show_headline(view: RegressionView) -> None:
    """The verdict in words, and the numbers it rests on."""
    own, result = view.scores, view.result
    linear, lasso, single = (own[m] for m in READOUTS)
    unit = name_unit(view.card, view.source, result.n_groups)
    st.markdown(say_verdict(view))
    interval = tr("Share of the variance on the scored half, with its 95 % interval: whole {unit} drawn again 1,000 "
                  "times.", unit=unit)
    show_numbers([
        (tr("R², all cells"), f"{linear['r2']:.3f}", _span(linear), interval + " "
         + tr("Least squares on all {n:,} cells.", n=result.n_cells)),
        (tr("R², Lasso"), f"{lasso['r2']:.3f}", _span(lasso) + tr(" · {n:,} cells", n=int(lasso["cells"])),
         tr("The strongest penalty within one standard error of the best over five folds of the fitting half.")),
        (tr("R², best single cell"), f"{single['r2']:.3f}", _span(single),
         tr("A straight line through the cell with the largest |r| on the fitting half.")),
        (tr("position only"), _number(view.position[0]), tr("mean depth at each position"),
         tr("What is known from the place in the sentence alone, without any cell.")),
        (tr("untrained LSTM"), _number(linear["untrained"]), tr("all cells, fitted alike"),
         tr("The same network with its first, random weights: what any state that holds recent tokens gives away.")),
        (tr("control task"), _number(linear["task"]), tr("all cells, fitted alike"),
         tr("A depth drawn by lot for every word type (Hewitt and Liang 2019): how much of the fit could be learnt by "
            "heart from the type of the token."))], columns=3)


def say_verdict(view: RegressionView) -> str:
    """Whole state, few cells, one cell and the controls, in sentences."""
    linear, lasso, single = (view.scores[m] for m in READOUTS)
    best = max(linear, lasso, key=lambda score: score["r2"])
    bare = (view.position[0], linear["untrained"], lasso["untrained"])
    rival = max([value for value in bare if math.isfinite(value)], default=0.0)
    words = [tr("All cells of {vector} together give **{share}** of the variance of {property}; the {n:,} that Lasso "
                "keeps give {few}, the best single cell {one}.", share=f"{linear['r2']:.1%}", n=int(lasso["cells"]),
                few=f"{lasso['r2']:.1%}", one=f"{single['r2']:.1%}", **view.words)]
    if min(linear["over_low"], lasso["over_low"]) > 0:
        left = (1 - single["r2"]) / max(1 - lasso["r2"], 1e-9)
        words.append(tr("Both are tighter than the single cell, which leaves {times} times the error of Lasso.",
                        times=f"{left:.1f}"))
    elif linear["over_high"] < 0:
        words.append(tr("The single cell is the better readout here: fitting all cells on so little text does harm."))
    else:
        words.append(tr("More cells do not clearly help: the single cell holds nearly all of it."))
    words.append(tr("Neither the position nor an untrained LSTM comes near.") if best["low"] > rival + 0.2
                 else tr("That is above the position and an untrained LSTM, but not by far.") if best["low"] > rival
                 else tr("But the position or an untrained LSTM gives as much: this is no sign of learning."))
    return ("" if language() == "ja" else " ").join(words)


def show_predicted(view: RegressionView) -> None:
    """The seed's figure, one panel a readout."""
    st.header(tr("Predicted against true"), anchor=False)
    st.caption(tr("{n:,} tokens the fit has not seen. Each column of shades adds up to 100 % of the tokens at that "
                  "level; the line joins the medians, the dashes mark a perfect prediction.", n=view.result.n_scored))
    v, p = view.place
    for m, (column, readout) in enumerate(zip(st.columns(3, gap="medium"), READOUTS, strict=True)):
        score, levels = view.scores[readout], view.result.by_level(view.vector, view.name, readout)
        with column, guard():
            st.markdown(f"**{name_readout(readout, score['cells'])}**  R² {score['r2']:.3f}")
            figure = draw_predicted(
                view.result.density[v, p, m], tuple(view.result.ranges[p]), levels, vector=view.vector,
                x_title=tr("true {property}", **view.words), y_title=tr("predicted"), median_name=tr("median"),
                share_name=tr("of the level's tokens"))
            show_figure(figure, key=f"predicted_{readout}", table=_tabulate_levels(levels),
                        alt=tr("Predicted over true {property}, {readout}: medians and spread at {n} levels, "
                               "R² {r2:.3f}.",
                               readout=name_readout(readout), n=len(levels), r2=score["r2"], **view.words),
                        recipe=view.recipe("draw_predicted", (
                            f'levels = result.by_level("{view.vector}", "{view.name}", "{readout}")\n'
                            f'draw_predicted(result.density[{v}, {p}, {m}], result.ranges[{p}], levels, '
                            f'vector="{view.vector}").show()')))


@st.fragment
@guard()
def show_readouts(view: RegressionView) -> None:
    """Every vector and readout beside its controls."""
    st.header(tr("Every readout beside its controls"), anchor=False)
    readout = pick_segment(tr("Controls of"), READOUTS, "rgcontrol", "linear", format=name_readout)
    scores = {(v, m): view.result.score(v, view.name, m) for v in VECTORS for m in READOUTS}
    rows = [(name_readout(m), {v: [scores[v, m][k] for k in ("r2", "low", "high")] for v in VECTORS}) for m in READOUTS]
    controls = (("untrained", tr("untrained LSTM")), ("task", tr("control task")), ("rotated", tr("rotated labels")))
    rows += [(name, {v: [scores[v, readout][key]] for v in VECTORS}) for key, name in controls]
    rows.append((tr("position only"), {"": view.position}))
    table = pd.DataFrame([{"vector": v, "readout": m, **scores[v, m]} for v, m in scores])
    show_figure(draw_readouts(rows), key="readouts", table=table,
                alt=tr("R² for {property} from c, h and c_up by three readouts, with four controls below.",
                       **view.words),
                recipe=view.recipe("draw_readouts", (
                    'rows = [(m, {v: [result.score(v, "' + view.name + '", m)[k] for k in ("r2", "low", "high")]\n'
                    '             for v in ("c", "h", "c_up")}) for m in ("linear", "lasso", "single")]\n'
                    "draw_readouts(rows).show()")))
    st.caption(tr("Bars: 95 % intervals over documents. Rotated labels: the 95th percentile of 20 rotations of the "
                  "labels against the text. A high control task says that the readout can tell tokens apart, not that "
                  "it knows the depth: what counts is how far the true depth lies above it."))


@guard()
def show_path(view: RegressionView) -> None:
    """How much few cells give, and which come first."""
    st.header(tr("From how few cells?"), anchor=False)
    (v, p), steps, own = view.place, view.result.steps(view.vector, view.name), view.scores
    chosen = int(view.result.chosen[v, p])
    st.markdown(say_few(view, steps))
    left, right = st.columns(2, gap="large")
    with left:
        references = [Reference(name_readout("linear"), own["linear"]["r2"]),
                      Reference(name_readout("single"), own["single"]["r2"]),
                      Reference(tr("untrained LSTM"), own["linear"]["untrained"]),
                      Reference(tr("position only"), view.position[0])]
        figure = draw_path(steps, chosen, vector=view.vector, references=references, n_cells=view.result.n_cells,
                           x_title=tr("cells kept (of {n:,})", n=view.result.n_cells),
                           y_title=tr("R² on the scored half"),
                           lasso_name=tr("Lasso"), refit_name=tr("least squares on the kept cells"),
                           chosen_name=tr("chosen"))
        show_figure(figure, key="path", table=pd.DataFrame(steps).assign(penalty=PENALTIES),
                    alt=tr("R² for {property} against the number of cells of {vector} that Lasso keeps.", **view.words),
                    recipe=view.recipe("draw_path", (
                        f'steps = result.steps("{view.vector}", "{view.name}")\n'
                        f'draw_path(steps, int(result.chosen[{v}, {p}]), vector="{view.vector}").show()')))
    with right:
        cells, weights = view.result.path_cells[v, p], view.result.path_weights[v, p]
        figure = draw_weight_paths(PENALTIES, weights, cells, chosen, cell_name=tr("cell"), chosen_name=tr("chosen"),
                                   x_title=tr("penalty, share of the smallest that keeps no cell"),
                                   y_title=tr("levels per standard deviation of the cell"))
        table = pd.DataFrame(weights[:, cells >= 0], columns=cells[cells >= 0],
                             index=pd.Index(PENALTIES, name="penalty"))
        show_figure(figure, key="weights_path", table=table,
                    alt=tr("Weights of the {n} cells that enter the Lasso path first, as the penalty falls.",
                           n=int((cells >= 0).sum())),
                    recipe=view.recipe("draw_weight_paths", (
                        "from core.analysis.lstm.regression import PENALTIES\n"
                        f"draw_weight_paths(PENALTIES, result.path_weights[{v}, {p}], result.path_cells[{v}, {p}], "
                        f"int(result.chosen[{v}, {p}])).show()")))


def say_few(view: RegressionView, steps: dict[str, np.ndarray]) -> str:
    """The fewest cells on the path that give most of what all give."""
    goal, cells = 0.95 * view.scores["linear"]["r2"], steps["cells"]
    enough = np.flatnonzero((steps["refit"] >= goal) & (cells > 0))
    if view.scores["linear"]["r2"] <= 0 or not len(enough):
        return tr("Nothing on the path comes within 95 % of all cells.")
    k = enough[np.argmin(cells[enough])]
    return tr("**{n:,}** of {all:,} cells give 95 % of what all cells give: R² {r2:.3f} when least squares is fitted "
              "to them again. Lasso alone shrinks its weights, so it lies lower where it keeps few.", n=int(cells[k]),
              all=view.result.n_cells, r2=float(steps["refit"][k]))


def _follow_click() -> None:
    """A clicked marker becomes the cell of the menu."""
    if clicked := read_click("survivors"):
        st.session_state["rgcell"] = int(clicked[0])


@st.fragment
@guard()
def show_survivors(view: RegressionView) -> None:
    """The cells Lasso keeps, by weight; each leads to its trajectory."""
    kept = view.result.kept_cells(view.vector, view.name)
    st.header(tr("The cells that survive"), anchor=False)
    if not len(kept):
        st.info(tr("Lasso keeps no cell here: nothing it could use survives the folds."), icon=":material/info:")
        return
    cells = kept[:, 0].astype(int).tolist()
    r = dict(zip(cells, kept[:, 2].tolist(), strict=True))
    first = tr("heaviest: {cell}", cell=cells[0])
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=290):
            cell = pick_one(tr("Cell (or click one in the figure)"), [HEAVIEST, *cells], "rgcell",
                            format=lambda c: first if c == HEAVIEST else f"{c}  (r = {r[c]:.3f})")
        cell = cells[0] if cell == HEAVIEST else cell
        link_trajectory(view.card, tr("Open cell {cell} on the trajectories page", cell=cell), state=view.vector,
                        rank="hand", cells=str(cell))
        if len(cells) > 1:
            most = cells[:4]
            link_trajectory(view.card, tr("Open the {n} heaviest together", n=len(most)), state=view.vector,
                            rank="hand", cells=",".join(map(str, most)))
    figure = draw_weights(kept, vector=view.vector, picked=cell, n_cells=SHOWN, cell_name=tr("cell"),
                          x_title=tr("cells of {vector}, heaviest first", **view.words),
                          y_title=tr("levels per standard deviation"))
    show_figure(figure, key="survivors", on_select=_follow_click, selection_mode="points",
                table=pd.DataFrame(kept, columns=["cell", "weight", "r"]).astype({"cell": int}),
                alt=tr("Weights of the {n} heaviest of {all} cells of {vector} that Lasso keeps for {property}.",
                       n=min(SHOWN, len(kept)), all=len(kept), **view.words),
                recipe=view.recipe("draw_weights", f'draw_weights(result.kept_cells("{view.vector}", "{view.name}"), '
                                                   f'vector="{view.vector}").show()'))
    st.caption(tr("A cell can carry a large weight with a small r of its own: it then corrects what the others say."))


@st.fragment
@guard()
def show_shape(view: RegressionView) -> None:
    """c, h and c_up: straight, rising or neither, and which is best."""
    st.header(tr("Monotone or linear, and from which vector?"), anchor=False)
    readout = pick_segment(tr("Readout"), READOUTS, "rgshape", "linear", format=name_readout)
    st.markdown(say_shape(view, readout))
    left, right = st.columns([5, 4], gap="large")
    scores = {v: view.result.score(v, view.name, readout) for v in VECTORS}
    with left:
        curves = {v: view.result.by_level(v, view.name, readout) for v in VECTORS}
        figure = draw_shape(curves, x_title=tr("true {property}", **view.words), y_title=tr("predicted"))
        show_figure(figure, key="shape", table=pd.concat([_tabulate_levels(rows).assign(vector=v)
                                                          for v, rows in curves.items()]),
                    alt=tr("Median prediction of {property} at every true level, from c, h and c_up.", **view.words),
                    recipe=view.recipe("draw_shape", (
                        f'curves = {{v: result.by_level(v, "{view.name}", "{readout}") for v in ("c", "h", "c_up")}}\n'
                        "draw_shape(curves).show()")))
    with right:
        columns = {"r2": tr("R²"), "pearson": tr("Pearson"), "spearman": tr("Spearman"), "line": tr("straight line"),
                   "monotone": tr("rising curve"), "curve": tr("any curve")}
        table = pd.DataFrame({shown: [scores[v][key] for v in VECTORS] for key, shown in columns.items()},
                             index=pd.Index(VECTORS, name=tr("vector")))
        st.table(table.T.map(lambda x: f"{x:.3f}").rename_axis(tr("how well")))
        st.caption(tr("Last three rows: share of the prediction's variance that a straight line over the true level "
                      "explains, that a curve which only rises explains, and that any curve explains. A relation is "
                      "monotone where the last two agree, and linear where all three do."))
        st.table(pd.DataFrame([{tr("difference of R²"): f"{a} − {b}", tr("value"): f"{gap[0]:+.3f}",
                                tr("95 % interval"): f"{gap[1]:+.3f} – {gap[2]:+.3f}"}
                               for (a, b), gap in _gaps(view, readout).items()]).set_index(tr("difference of R²")))


def say_shape(view: RegressionView, readout: str) -> str:
    """Which vector is best, and whether the relation of the chosen one is straight or merely rises."""
    r2 = {v: view.result.score(v, view.name, readout)["r2"] for v in VECTORS}
    order = sorted(r2, key=r2.get, reverse=True)
    best, second = order[:2]
    pair, sign = ((best, second), 1) if (best, second) in PAIRS else ((second, best), -1)
    gap = sign * _gaps(view, readout)[pair]
    low = min(gap[1:])
    score = view.result.score(best, view.name, readout)
    words = [tr("**{vector}** gives {property} best", vector=best, property=name_property(view.name))
             + (tr(", ahead of {second} by {gap:.3f} of R² (95 % interval {low:.3f} – {high:.3f}).", second=second,
                   gap=gap[0], low=low, high=max(gap[1:])) if low > 0
                else tr(", but not clearly: {second} is as good within the 95 % interval.", second=second))]
    if score["curve"] - score["monotone"] > 0.01:
        words.append(tr("Over the true level its prediction does not even rise throughout."))
    elif score["bend_low"] > 0.005:
        words.append(tr("Its prediction rises with the true level but not in a straight line: a rising curve explains "
                        "{bend:.3f} more of it than a line.", bend=score["monotone"] - score["line"]))
    else:
        words.append(tr("Its prediction rises with the true level in a straight line."))
    return ("" if language() == "ja" else " ").join(words)


def _gaps(view: RegressionView, readout: str) -> dict[tuple[str, str], np.ndarray]:
    p, m = PROPERTIES.index(view.name), READOUTS.index(readout)
    return {pair: view.result.gaps[k, p, m] for k, pair in enumerate(PAIRS)}


def _tabulate_levels(levels: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(levels, columns=["level", "n", "mean", "q05", "q25", "q50", "q75", "q95"])


def _span(score: dict[str, float]) -> str:
    return f"{_number(score['low'])} – {_number(score['high'])}"


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "\u2212") if math.isfinite(value) else "–"
