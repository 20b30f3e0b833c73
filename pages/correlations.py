"""Correlations: which cells follow a syntactic property, how closely, and what else could explain it."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.correlation import PROPERTIES
from core.analysis.heldout import VECTORS
from core.figures.epochs import draw_epochs
from core.figures.heatmap import draw_correlation, sort_cells
from core.figures.levels import LevelCurve, draw_levels
from core.figures.spectrum import draw_spectrum
from core.ui import frame
from core.ui.cached import DEMO, HELD_OUT, get_held_out
from core.ui.controls import pick_one, pick_segment, pick_switch
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import page_header, show_figure, show_guide
from core.ui.pickers import pick_checkpoint, pick_source
from core.ui.registry import find_page

BEST, POSITION = "best", PROPERTIES.index("position")
COUNTS = (30, 60, 120, 250)


def name_property(name: str) -> str:
    """A property in words: depth, VP depth, position."""
    return {"depth": tr("depth"), "position": tr("position")}.get(name) or tr("{phrase} depth", phrase=name)


def write_recipe(card, source: str, imports: str, lines: str) -> str:
    """Lines that draw a figure from stored results."""
    return ("from core.analysis.correlation import PROPERTIES\nfrom core.analysis.heldout import VECTORS\n"
            f"from core.checkpoints.store import load_checkpoint\nfrom core.figures.{imports}\n"
            "from core.reproduce.lstm import load_held_out\n\n"
            f'result = load_held_out(load_checkpoint("{card.id}").card, "{source}")\n{lines}\n')


def pick_view() -> tuple[str, str, bool]:
    """Internal vector, property, and whether the position is held constant."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        vector = pick_segment(tr("Internal vector"), VECTORS, "cvec", "c")
        name = pick_segment(tr("Property"), PROPERTIES, "cprop", "depth", help=tr(
            "Open brackets of all phrases, or of one phrase alone, or the place in the sentence."),
            format=lambda p: {"depth": tr("depth"), "position": tr("position")}.get(p, p))
        given = pick_switch(tr("Given position"), "cgiven", help=tr(
            "Partial correlation: what is left of r when the position in the sentence is held constant."))
    if given and name == "position":
        st.caption(tr("The position cannot be held constant and be asked for at once; this is the plain correlation."))
    return vector, name, given and name != "position"


def unit_of(card, source: str, n_groups: int) -> str:
    """What was drawn again for the interval: documents, or sentences where documents are few."""
    test = [d for d in card.split["test"] if source == HELD_OUT or d.startswith(source + "/")]
    foreign = source not in (DEMO, HELD_OUT, *(c.name for c in card.corpora))
    return tr("{n:,} documents", n=n_groups) if foreign or n_groups == len(test) else tr("{n:,} sentences", n=n_groups)


def say_verdict(best: dict, vector: str, name: str) -> str:
    """How closely the best cell follows, against every control."""
    r, partial, floor = abs(best["r"]), abs(best["partial"]), max(best["null"], best["untrained"])
    how = (tr("almost exactly") if r >= 0.98 else tr("closely") if r >= 0.85 else tr("clearly, not closely")
           if r >= 0.6 else tr("loosely") if r >= 0.3 else tr("hardly"))
    words = [tr("Cell {cell} of {vector} follows {property} **{how}**.", cell=int(best["cell"]),
                vector=vector, property=name_property(name), how=how)]
    if best["low"] > floor:
        words.append(tr("Neither rotated labels nor an untrained LSTM come near it.") if r > floor + 0.2
                     else tr("It is above rotated labels and an untrained LSTM."))
    else:
        words.append(tr("But an untrained LSTM follows it as well: this is no sign of learning.")
                     if best["low"] > best["null"] else tr("But rotated labels reach as much: this may be chance."))
    if name != "position":
        words.append(tr("The position in the sentence does not explain it.") if partial > 0.8 * r
                     else tr("The position in the sentence explains part of it.") if partial > 0.4 * r
                     else tr("The position in the sentence explains most of it."))
    return " ".join(words)


def show_headline(card, source: str, result, best: dict, view: tuple) -> None:
    """The verdict in words, and the numbers it rests on."""
    vector, name, _ = view
    st.markdown(say_verdict(best, vector, name))
    grid = st.grid(min_column_width=150)

    def show(label: str, value: str, below: str, help: str) -> None:
        grid.metric(label, value, below, delta_color="off", delta_arrow="off", border=True, help=help)

    show(tr("Best cell"), f"{best['cell']:.0f}", tr("of {n:,}", n=result.r.shape[1]),
         tr("Largest |r| on one half of the text, chosen there; the other numbers come from the other half."))
    show(tr("Held-out |r|"), f"{abs(best['r']):.3f}", f"{best['low']:.3f} – {best['high']:.3f}",
         tr("With its 95 % interval: {units} drawn again 1,000 times.", units=unit_of(card, source, result.n_groups)))
    show(tr("rotated labels").capitalize(), f"{best['null']:.3f}", tr("largest of all cells"),
         tr("The labels shifted against the text: 95 % of the largest |r| stay below this."))
    show(tr("untrained LSTM"), f"{best['untrained']:.3f}", tr("chosen alike"),
         tr("The best cell of the same network with its first, random weights."))
    show(tr("Given position"), "–" if name == "position" else f"{abs(best['partial']):.3f}", tr("partial |r|"),
         tr("Partial correlation: what is left of r when the position in the sentence is held constant."))
    show(tr("Scored on"), f"{result.n_scored:,}", tr("of {n:,} tokens", n=result.n_tokens),
         tr("{corpus}: {units} in all.", corpus=result.corpus, units=unit_of(card, source, result.n_groups)))


@st.fragment
def show_spectrum(card, source: str, r: np.ndarray, best: dict, view: tuple) -> None:
    """r of every dimension, as on the seed's slide."""
    vector, name, given = view
    st.subheader(tr("Every dimension"), anchor=False)
    by_r = pick_segment(tr("Order"), ("index", "r"), "corder", "index",
                        format=lambda o: tr("by index") if o == "index" else tr("by r")) == "r"
    title = tr("r with {property}", property=name_property(name)) + (" | " + tr("position") if given else "")
    figure = draw_spectrum(r, vector=vector, null=None if given else best["null"], by_r=by_r, y_title=title,
                           x_title=tr("rank") if by_r else tr("dimension of {vector}", vector=vector),
                           cell_name=tr("cell"), null_name=tr("rotated labels"))
    largest = int(np.abs(r).argmax())
    show_figure(figure, key="spectrum", table=pd.DataFrame({"cell": np.arange(len(r)), "r": r}),
                alt=tr("Correlation of each of {n} cells of {vector} with {property}; the largest is {r:.3f}, cell {cell}.",
                       n=len(r), vector=vector, property=name_property(name), r=float(r[largest]), cell=largest),
                recipe=write_recipe(card, source, "spectrum import draw_spectrum", (
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
    by, size = PROPERTIES.index(name), len(r)
    columns = [p for p in range(len(PROPERTIES)) if not (given and p == POSITION)]
    st.subheader(tr("Cells and properties"), anchor=False)
    order = sort_cells(r, by)
    counts = [n for n in COUNTS if n < size] + [size]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        n = pick_segment(tr("Strongest cells"), counts, "cn", 60 if 60 in counts else size,
                         format=lambda n: tr("all {n:,}", n=n) if n == size else str(n))
        with st.container(width=260):
            cell = pick_one(tr("Cell (or click one in the figure)"), [BEST, *order.tolist()], "ccell", format=lambda c: (
                tr("strongest: {cell}", cell=int(order[0])) if c == BEST else f"{c}  (r = {r[c, by]:.3f})"))
        cell = int(order[0]) if cell == BEST else cell
        entry = find_page("trajectories")
        if entry.path.is_file():
            st.page_link(entry.path, label=tr("Open cell {cell} on the trajectories page", cell=cell), icon=entry.icon,
                         query_params={"kind": str(card.kind), "model": card.id, "state": vector, "rank": "hand",
                                       "cells": str(cell)})
    figure = draw_correlation(r[:, columns], [name_property(PROPERTIES[p]) for p in columns], by=columns.index(by),
                              n_cells=n, picked=cell, cell_name=tr("cell"),
                              x_title=tr("cells of {vector}, closest to {property} first", vector=vector,
                                         property=name_property(name)))
    show_figure(figure, key="cells_map", on_select=follow_click, selection_mode="points",
                table=pd.DataFrame(r[order[:n]][:, columns], columns=[PROPERTIES[p] for p in columns],
                                   index=pd.Index(order[:n], name="cell")),
                alt=tr("Correlation of the {n} strongest cells of {vector} with {k} properties, sorted by {property}.",
                       n=n, vector=vector, k=len(columns), property=name_property(name)),
                recipe=write_recipe(card, source, "heatmap import draw_correlation", (
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
    table = pd.concat([pd.DataFrame({"vector": c.vector, "cell": c.cell, "level": c.values.levels,
                                     "n": c.values.counts.astype(int)}).join(
        pd.DataFrame(c.values.quantiles, columns=["q05", "q25", "q50", "q75", "q95"])) for c in curves])
    show_figure(figure, key="levels", table=table,
                alt=tr("Value of the best cell of c and of h at each level of {property}, with 25–75 % and 5–95 % bands.",
                       property=name_property(name)),
                recipe=write_recipe(card, source, "levels import LevelCurve, draw_levels", (
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
    table = pd.DataFrame(result.epochs, columns=["perplexity", *PROPERTIES],
                         index=pd.RangeIndex(1, len(result.epochs) + 1, name="epoch"))
    show_figure(figure, key="epochs", table=table, recipe=write_recipe(
        card, source, "epochs import draw_epochs", "draw_epochs(result.epochs, PROPERTIES).show()"),
        alt=tr("Perplexity and the best |r| of c with each property after each of {n} epochs.", n=len(result.epochs)))


@st.fragment
def show_result(card, source: str, result) -> None:
    """Everything that needs no new computation."""
    view = vector, name, given = pick_view()
    best = result.best_cell(vector, name)
    if not math.isfinite(best["r"]):
        st.info(tr("{property} has one value only in this text: there is nothing to follow. Choose another property "
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
    show_guide(tr("Look for a single stem that stands far outside the grey band: one cell that follows the property while "
                  "its neighbours do not. The band is what the best of all cells reaches when the labels are shifted, so a "
                  "stem inside it says nothing. In the map, a cell that is strong in every row follows sentence length, "
                  "not one phrase. A counter climbs in even steps over the levels with narrow bands; a band as wide as "
                  "the climb, an r that falls once the position is given, or an untrained LSTM as good as the trained one "
                  "would refute it."))


frame.ensure()
page_header("correlations")
with guard():
    card = pick_checkpoint()
    source = pick_source("csrc", stored=True)
    with st.spinner(tr("Reading the sentences and measuring every cell, once …"), show_time=True), st.skeleton(400):
        result = get_held_out(card.id, source)
    show_result(card, source, result)
