"""Correlations: which cells follow a syntactic property, how closely, and what else could explain it."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.correlation import PROPERTIES
from core.analysis.heldout import VECTORS
from core.figures.epochs import draw_epochs
from core.figures.heatmap import draw_correlation, sort_cells
from core.figures.levels import LevelCurve, draw_levels, tabulate_levels
from core.figures.spectrum import draw_spectrum
from core.ui import frame
from core.ui.cached import HELD_OUT, get_held_out
from core.ui.controls import pick_one, pick_segment, pick_switch
from core.ui.findings import link_trajectory, name_property, name_unit, say_verdict, show_numbers, write_recipe
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import page_header, show_figure, show_guide
from core.ui.pickers import pick_checkpoint, pick_source

BEST, POSITION, COUNTS = "best", PROPERTIES.index("position"), (30, 60, 120, 250)
IMPORTS = ("from core.analysis.correlation import PROPERTIES\nfrom core.analysis.heldout import VECTORS\n"
           "from core.figures.")


def pick_view() -> tuple[str, str, bool]:
    """Internal vector, property, and whether the position is held constant."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        vector = pick_segment(tr("Internal vector"), VECTORS, "cvec", "c")
        name = pick_segment(tr("Property"), PROPERTIES, "cprop", "depth", format=lambda p: name_property(p, short=True),
                            help=tr("Open brackets of all phrases, or of one phrase alone, or the place in the sentence."))
        given = pick_switch(tr("Given position"), "cgiven", help=tr(
            "Partial correlation: what is left of r when the position in the sentence is held constant."))
    if given and name == "position":
        st.caption(tr("The position cannot be held constant and be asked for at once; this is the plain correlation."))
    return vector, name, given and name != "position"


def show_headline(card, source: str, result, best: dict, view: tuple) -> None:
    """The verdict in words, and the numbers it rests on."""
    vector, name, _ = view
    unit = name_unit(card, source, result.n_groups)
    st.markdown(say_verdict(best, vector, name))
    show_numbers([
        (tr("Best cell"), f"{best['cell']:.0f}", tr("of {n:,}", n=result.r.shape[1]),
         tr("Largest |r| on one half of the text, chosen there; the other numbers come from the other half.")),
        (tr("Held-out |r|"), f"{abs(best['r']):.3f}", f"{best['low']:.3f} – {best['high']:.3f}",
         tr("With its 95 % interval: whole {unit} drawn again 1,000 times.", unit=unit)),
        (tr("rotated labels"), f"{best['null']:.3f}", tr("largest of all cells"),
         tr("The labels shifted against the text: 95 % of the largest |r| stay below this.")),
        (tr("untrained LSTM"), f"{best['untrained']:.3f}", tr("chosen alike"),
         tr("The best cell of the same network with its first, random weights.")),
        (tr("given position"), "–" if name == "position" else f"{abs(best['partial']):.3f}", tr("partial |r|"),
         tr("Partial correlation: what is left of r when the position in the sentence is held constant.")),
        (tr("tokens scored"), f"{result.n_scored:,}", tr("of {n:,}", n=result.n_tokens),
         tr("{corpus}: {unit} in all.", corpus=result.corpus, unit=unit))])


@st.fragment
def show_spectrum(card, source: str, r: np.ndarray, best: dict, view: tuple) -> None:
    """r of every dimension, as on the seed's slide."""
    vector, name, given = view
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.subheader(tr("Every dimension"), anchor=False)
        by_r = pick_segment(tr("Order"), ("index", "r"), "corder", "index",
                            format=lambda o: tr("by index") if o == "index" else tr("by r")) == "r"
    largest, title = int(np.abs(r).argmax()), tr("r with {property}", property=name_property(name))
    figure = draw_spectrum(r, vector=vector, null=None if given else best["null"], by_r=by_r, cell_name=tr("cell"),
                           y_title=title + f" | {tr('position')}" * given, null_name=tr("rotated labels"),
                           x_title=tr("rank") if by_r else tr("dimension of {vector}", vector=vector))
    show_figure(figure, key="spectrum", table=pd.DataFrame({"cell": np.arange(len(r)), "r": r}),
                alt=tr("Correlation of each of {n} cells of {vector} with {property}; the largest is {r:.3f}, cell {cell}.",
                       n=len(r), vector=vector, property=name_property(name), r=float(r[largest]), cell=largest),
                recipe=write_recipe(card, source, IMPORTS + "spectrum import draw_spectrum", (
                    f'r = result.{"partial" if given else "r"}[VECTORS.index("{vector}"), :, PROPERTIES.index("{name}")]\n'
                    f'draw_spectrum(r, vector="{vector}", by_r={by_r}).show()')))


def follow_click() -> None:
    """A clicked field becomes the cell of the menu."""
    points = st.session_state["cells_map"].selection.points
    if points:
        st.session_state["ccell"] = int(points[0]["customdata"][0])


@st.fragment
def show_cells(card, source: str, r: np.ndarray, view: tuple) -> None:
    """Many cells with all properties; one of them leads to its trajectory."""
    vector, name, given = view
    by, size, words = PROPERTIES.index(name), len(r), {"vector": vector, "property": name_property(name)}
    shown = [p for p in range(len(PROPERTIES)) if not (given and p == POSITION)]
    order, counts = sort_cells(r, by), [n for n in COUNTS if n < size] + [size]
    st.subheader(tr("Cells and properties"), anchor=False)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        n = pick_segment(tr("Strongest cells"), counts, "cn", 60 if 60 in counts else size,
                         format=lambda n: tr("all {n:,}", n=n) if n == size else str(n))
        with st.container(width=270):
            cell = pick_one(tr("Cell (or click one in the figure)"), [BEST, *order.tolist()], "ccell", format=lambda c: (
                tr("strongest: {cell}", cell=int(order[0])) if c == BEST else f"{c}  (r = {r[c, by]:.3f})"))
        cell = int(order[0]) if cell == BEST else cell
        link_trajectory(card, tr("Open cell {cell} on the trajectories page", cell=cell), state=vector, rank="hand",
                        cells=str(cell))
    figure = draw_correlation(r[:, shown], [name_property(PROPERTIES[p]) for p in shown], by=shown.index(by), n_cells=n,
                              picked=cell, cell_name=tr("cell"),
                              x_title=tr("cells of {vector}, closest to {property} first", **words))
    show_figure(figure, key="cells_map", on_select=follow_click, selection_mode="points",
                table=pd.DataFrame(r[order[:n]][:, shown], columns=[PROPERTIES[p] for p in shown],
                                   index=pd.Index(order[:n], name="cell")),
                alt=tr("Correlation of the {n} strongest cells of {vector} with {k} properties, sorted by {property}.",
                       n=n, k=len(shown), **words),
                recipe=write_recipe(card, source, IMPORTS + "heatmap import draw_correlation", (
                    f'r = result.{"partial" if given else "r"}[VECTORS.index("{vector}")]\n'
                    f'draw_correlation(r, PROPERTIES, by=PROPERTIES.index("{name}"), n_cells={n}).show()')))


def show_levels(card, source: str, result, name: str) -> None:
    """The best c cell and the best h cell at every level of the property."""
    st.subheader(tr("The best cell at each level"), anchor=False)
    best = {vector: result.best_cell(vector, name) for vector in ("c", "h")}
    curves = [LevelCurve(v, int(b["cell"]), result.value_by_level(v, name), 1 if b["r"] >= 0 else -1)
              for v, b in best.items() if math.isfinite(b["r"])]
    figure = draw_levels(curves, x_title=name_property(name), y_title=tr("value, standard deviations from its mean"),
                         cell_name=tr("cell"), flipped=tr("sign turned"), counted=tr("tokens"))
    show_figure(figure, key="levels", table=tabulate_levels(curves),
                alt=tr("Value of the best cell of c and of h at each level of {property}, with 25–75 % and 5–95 % bands.",
                       property=name_property(name)),
                recipe=write_recipe(card, source, "from core.figures.levels import LevelCurve, draw_levels", (
                    f'curves = []\nfor vector in ("c", "h"):\n    best = result.best_cell(vector, "{name}")\n'
                    f'    values = result.value_by_level(vector, "{name}")\n'
                    '    curves.append(LevelCurve(vector, int(best["cell"]), values, 1 if best["r"] >= 0 else -1))\n'
                    f'draw_levels(curves, x_title="{name}").show()')))


def show_training(card, source: str, result) -> None:
    """The same correlations after every epoch."""
    st.subheader(tr("Over training"), anchor=False)
    if not len(result.epochs):
        st.caption(tr("Curves over training are kept only with the stored held-out numbers.") if source != HELD_OUT
                   else tr("The weights of single epochs were not kept for this checkpoint."))
        return
    figure = draw_epochs(result.epochs, PROPERTIES, names=[name_property(p) for p in PROPERTIES], x_title=tr("epoch"),
                         r_title=tr("best |r| of c"), perplexity_title=tr("perplexity"))
    show_figure(figure, key="epochs", table=pd.DataFrame(result.epochs, columns=["perplexity", *PROPERTIES],
                                                         index=pd.RangeIndex(1, len(result.epochs) + 1, name="epoch")),
                alt=tr("Perplexity and the best |r| of c with each property after each of {n} epochs.", n=len(result.epochs)),
                recipe=write_recipe(card, source, IMPORTS + "epochs import draw_epochs",
                                    "draw_epochs(result.epochs, PROPERTIES).show()"))


@st.fragment
def show_result(card, source: str, result) -> None:
    """Everything that needs no new computation."""
    view = vector, name, given = pick_view()
    best = result.best_cell(vector, name)
    if not math.isfinite(best["r"]):
        st.info(tr("There is nothing to follow: {property} has one value only in this text. Choose another property, "
                   "or other sentences.", property=name_property(name)), icon=":material/info:")
        return
    r = (result.partial if given else result.r)[VECTORS.index(vector)]
    show_headline(card, source, result, best, view)
    show_spectrum(card, source, r[:, PROPERTIES.index(name)], best, view)
    show_cells(card, source, r, view)
    left, right = st.columns(2, gap="large")
    with left:
        show_levels(card, source, result, name)
    with right:
        show_training(card, source, result)
    show_guide(tr("Look for a stem far outside the grey band: one cell that follows the property while its neighbours do "
                  "not. The band is what the best of all cells reaches when the labels are shifted; a stem inside it says "
                  "nothing. In the map, a cell that is strong in every row, position included, follows the length of the "
                  "sentence rather than one phrase. A counter climbs in even steps over the levels, with narrow bands. "
                  "Bands as wide as the climb, an r that falls once the position is given, or an untrained LSTM that is "
                  "as good would refute it."))


frame.ensure()
page_header("correlations")
with guard():
    card = pick_checkpoint()
    source = pick_source("csrc", stored=True)
    with st.spinner(tr("Reading the sentences and measuring every cell, once …"), show_time=True), st.skeleton(400):
        result = get_held_out(card.id, source)
    show_result(card, source, result)
