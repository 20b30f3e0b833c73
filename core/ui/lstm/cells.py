"""The panels of the correlations page: one checkpoint, one vector and one property, from stored results."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.correlation import PROPERTIES
from core.analysis.lstm.heldout import VECTORS, HeldOut
from core.checkpoints.card import CheckpointCard
from core.figures.heatmap import draw_correlation, sort_cells
from core.figures.lstm.epochs import draw_epochs
from core.figures.lstm.levels import LevelCurve, draw_levels, tabulate_levels
from core.figures.spectrum import draw_spectrum
from core.ui.controls import pick_one, pick_segment
from core.ui.language import tr
from core.ui.lstm.cached import HELD_OUT
from core.ui.lstm.findings import link_trajectory, name_property, name_unit, say_verdict, write_recipe
from core.ui.messages import guard
from core.ui.output import read_click, show_figure, show_numbers

BEST = "best"  # the menu's first entry: whichever cell follows the property most closely
COUNTS = (30, 60, 120, 250)
POSITION = PROPERTIES.index("position")
_IMPORTS = ("from core.analysis.lstm.correlation import PROPERTIES\nfrom core.analysis.lstm.heldout import VECTORS\n"
            "from core.figures.")
_LEVELS = """\
curves = []
for vector in ("c", "h"):
    best, values = result.best_cell(vector, "{name}"), result.value_by_level(vector, "{name}")
    curves.append(LevelCurve(vector, int(best["cell"]), values, 1 if best["r"] >= 0 else -1))
draw_levels(curves, x_title="{name}").show()"""


@dataclass(frozen=True)
class CellView:
    """What the page shows: results of one checkpoint on one source, one vector, one property.

    ``given``: hold the position in the sentence constant.
    """

    card: CheckpointCard
    source: str
    result: HeldOut
    vector: str
    name: str
    given: bool

    @property
    def r(self) -> np.ndarray:
        """Correlations of all cells, (H, P)."""
        return (self.result.partial if self.given else self.result.r)[VECTORS.index(self.vector)]

    @property
    def best(self) -> dict[str, float]:
        return self.result.best_cell(self.vector, self.name)

    @property
    def words(self) -> dict[str, str]:
        """Fields of texts."""
        return {"vector": self.vector, "property": name_property(self.name)}

    def recipe(self, imports: str, lines: str) -> str:
        lines = lines.format(field="partial" if self.given else "r", vector=self.vector, name=self.name)
        return write_recipe(self.card, self.source, imports, lines)


def show_headline(view: CellView) -> None:
    """The verdict in words, and the numbers it rests on."""
    best, result, unit = view.best, view.result, name_unit(view.card, view.source, view.result.n_groups)
    partial = "–" if view.name == "position" else f"{abs(best['partial']):.3f}"
    st.markdown(say_verdict(best, view.vector, view.name))
    show_numbers([
        (tr("best cell"), f"{best['cell']:.0f}", tr("of {n:,}", n=result.r.shape[1]),
         tr("Largest |r| on one half of the text, chosen there; the other numbers come from the other half.")),
        (tr("held-out |r|"), f"{abs(best['r']):.3f}", f"{best['low']:.3f} – {best['high']:.3f}",
         tr("With its 95 % interval: whole {unit} drawn again 1,000 times.", unit=unit)),
        (tr("rotated labels"), f"{best['null']:.3f}", tr("largest of all cells"),
         tr("The labels shifted against the text: 95 % of the largest |r| stay below this.")),
        (tr("untrained LSTM"), f"{best['untrained']:.3f}", tr("chosen alike"),
         tr("The best cell of the same network with its first, random weights.")),
        (tr("given position"), partial, tr("partial |r|"),
         tr("Partial correlation: what is left of r when the position in the sentence is held constant.")),
        (tr("tokens scored"), f"{result.n_scored:,}", tr("of {n:,}", n=result.n_tokens),
         tr("{corpus}: {unit} in all.", corpus=result.corpus, unit=unit))], columns=3)


@st.fragment
@guard()
def show_spectrum(view: CellView) -> None:
    """r of every dimension, as on the seed's slide."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header(tr("Every dimension"), anchor=False, width="content")
        by_r = pick_segment(tr("Order"), ("index", "r"), "corder", "index",
                            format=lambda o: tr("by index") if o == "index" else tr("by r")) == "r"
    st.caption(tr("r over all {n:,} tokens; the held-out |r| above is that of the half that did not choose the cell.",
                  n=view.result.n_tokens))
    r = view.r[:, PROPERTIES.index(view.name)]
    largest = int(np.abs(r).argmax())
    figure = draw_spectrum(
        r, vector=view.vector, null=None if view.given else view.best["null"], by_r=by_r, cell_name=tr("cell"),
        x_title=tr("rank") if by_r else tr("dimension of {vector}", **view.words), null_name=tr("rotated labels"),
        y_title=tr("r with {property}", **view.words) + f" | {tr('position')}" * view.given)
    show_figure(figure, key="spectrum", table=pd.DataFrame({"cell": np.arange(len(r)), "r": r}),
                alt=tr("Correlation of {n} cells of {vector} with {property}; the largest is {r:.3f}, of cell {cell}.",
                       n=len(r), r=float(r[largest]), cell=largest, **view.words),
                recipe=view.recipe(_IMPORTS + "spectrum import draw_spectrum",
                                   'r = result.{field}[VECTORS.index("{vector}"), :, PROPERTIES.index("{name}")]\n'
                                   f'draw_spectrum(r, vector="{{vector}}", by_r={by_r}).show()'))


def _follow_click() -> None:
    """A clicked field becomes the cell of the menu."""
    if clicked := read_click("cells_map"):
        st.session_state["ccell"] = int(clicked[0])


@st.fragment
@guard()
def show_cells(view: CellView) -> None:
    """Many cells with all properties; one of them leads to its trajectory."""
    r, by = view.r, PROPERTIES.index(view.name)
    shown = [p for p in range(len(PROPERTIES)) if not (view.given and p == POSITION)]
    order, counts = sort_cells(r, by), [n for n in COUNTS if n < len(r)] + [len(r)]
    st.header(tr("Cells and properties"), anchor=False)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        n = pick_segment(tr("Strongest cells"), counts, "cn", 60 if 60 in counts else len(r),
                         format=lambda n: tr("all {n:,}", n=n) if n == len(r) else str(n))
        strongest = tr("strongest: {cell}", cell=int(order[0]))
        with st.container(width=270):
            cell = pick_one(tr("Cell (or click one in the figure)"), [BEST, *order.tolist()], "ccell",
                            format=lambda c: strongest if c == BEST else f"{c}  (r = {r[c, by]:.3f})")
        cell = int(order[0]) if cell == BEST else cell
        link_trajectory(view.card, tr("Open cell {cell} on the trajectories page", cell=cell), state=view.vector,
                        rank="hand", cells=str(cell))
    figure = draw_correlation(r[:, shown], [name_property(PROPERTIES[p]) for p in shown], by=shown.index(by), n_cells=n,
                              picked=cell, cell_name=tr("cell"),
                              x_title=tr("cells of {vector}, closest to {property} first", **view.words))
    table = pd.DataFrame(r[order[:n]][:, shown], columns=[PROPERTIES[p] for p in shown],
                         index=pd.Index(order[:n], name="cell"))
    show_figure(figure, key="cells_map", on_select=_follow_click, selection_mode="points", table=table,
                alt=tr("Correlation of the {n} strongest cells of {vector} with {k} properties, sorted by {property}.",
                       n=n, k=len(shown), **view.words),
                recipe=view.recipe(_IMPORTS + "heatmap import draw_correlation",
                                   'r = result.{field}[VECTORS.index("{vector}")]\n'
                                   'by = PROPERTIES.index("{name}")\n'
                                   f'draw_correlation(r, PROPERTIES, by=by, n_cells={n}).show()'))


def show_levels(view: CellView) -> None:
    """The best c cell and the best h cell at every level of the property."""
    st.header(tr("The best cell at each level"), anchor=False)
    best = {vector: view.result.best_cell(vector, view.name) for vector in ("c", "h")}
    curves = [LevelCurve(v, int(b["cell"]), view.result.value_by_level(v, view.name), 1 if b["r"] >= 0 else -1)
              for v, b in best.items() if math.isfinite(b["r"])]
    figure = draw_levels(curves, x_title=name_property(view.name), cell_name=tr("cell"), flipped=tr("sign turned"),
                         y_title=tr("value, standard deviations from its mean"))
    show_figure(figure, key="levels", table=tabulate_levels(curves),
                alt=tr("Value of the best cells of c and h at each level of {property}, with 25–75 % and 5–95 % bands.",
                       property=name_property(view.name)),
                recipe=view.recipe("from core.figures.lstm.levels import LevelCurve, draw_levels", _LEVELS))


def show_training(view: CellView) -> None:
    """The same correlations after every epoch."""
    st.header(tr("Over training"), anchor=False)
    epochs = view.result.epochs
    if not len(epochs):
        st.caption(tr("Curves over training are kept only with the stored held-out numbers.")
                   if view.source != HELD_OUT
                   else tr("The weights of single epochs were not kept for this checkpoint."))
        return
    figure = draw_epochs(epochs, PROPERTIES, names=[name_property(p) for p in PROPERTIES], x_title=tr("epoch"),
                         r_title=tr("best |r| of c"), perplexity_title=tr("perplexity"))
    table = pd.DataFrame(epochs, columns=["perplexity", *PROPERTIES],
                         index=pd.RangeIndex(1, len(epochs) + 1, name="epoch"))
    show_figure(figure, key="epochs", table=table,
                alt=tr("Perplexity and the best |r| of c with each property after each of {n} epochs.", n=len(epochs)),
                recipe=view.recipe(_IMPORTS + "epochs import draw_epochs",
                                   "draw_epochs(result.epochs, PROPERTIES).show()"))
