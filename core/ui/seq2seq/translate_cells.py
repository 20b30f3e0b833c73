"""Cells of encoder and decoder over one sentence and its translation."""

import pandas as pd
import streamlit as st

from core.analysis.seq2seq.cells import PairCells, rank_cells, read_cells
from core.figures.palette import show_token
from core.figures.seq2seq.cells import CellTexts, draw_cells
from core.translate.beam import BeamResult
from core.ui.controls import pick_many, pick_number, pick_segment
from core.ui.language import tr
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.cached import get_checkpoint
from core.ui.seq2seq.translate_choice import Task
from core.ui.seq2seq.wide import scroll_wide

MAX_CELLS = 8
BY_HAND = "hand"
_TOKEN_PX = 26


@st.cache_data(max_entries=32, show_spinner=False)
def get_cells(checkpoint_id: str, source: tuple[str, ...], target: tuple[int, ...]) -> PairCells:
    """Both halves over one pair."""
    return read_cells(get_checkpoint(checkpoint_id), source, target)


def show_cells(task: Task, prefix: tuple[str, ...], result: BeamResult) -> None:
    """Trajectories of some cells, c above h."""
    found = get_cells(task.card.id, task.source.words, result.best.ids)
    layer, chosen = _pick_cells(found)
    if len(task.ids) > 1:
        st.caption(tr("The cells are those of the first model of the ensemble."))
    lines = (f"target = translator.vocabulary.target.encode({[task.tokens[i] for i in result.best.ids]})\n"
             "cells = read_cells(translator.checkpoints[0], source, target.tolist())\n"
             f"draw_cells(cells, {chosen}, layer={layer}).show()")
    texts = CellTexts(tr("the encoder reads"), tr("the decoder writes"), tr("cell {cell}"))
    with scroll_wide("tr-cells-wide", 120 + _TOKEN_PX * len(found.tokens)):
        show_figure(
            draw_cells(found, chosen, layer=layer, texts=texts), key="tr-cells",
            table=lambda: _tabulate(found, chosen, layer),
            recipe=task.write_recipe(lines, imports="from core.analysis.seq2seq.cells import read_cells\n",
                                     more="from core.figures.seq2seq.cells import draw_cells\n"),
            alt=tr("States c and h of cells {cells} over {m} tokens read and {n} tokens written.",
                   cells=", ".join(map(str, chosen)), m=found.n_read, n=len(found.tokens) - found.n_read))
    show_guide(tr("From left to right the model reads, in its own order, then writes; at the dotted line the decoder "
                  "takes over every c and h, and they are all it ever learns of the sentence. Look for a cell that "
                  "runs on across the line and falls while something is written: it may carry what is still to be "
                  "said. One that only drifts may count words: change the sentence and see. Cells that move much are "
                  "not thereby the ones that matter; others can be named by hand."))


def _pick_cells(found: PairCells) -> tuple[int, list[int]]:
    n_layers, n_cells = found.shape
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        layer = 0
        if n_layers > 1:
            layer = pick_segment(tr("Layer"), range(n_layers), "trlayer", 0, format=lambda k: str(k + 1))
        rank = pick_segment(tr("Cells that move most in"), ["c", "h", BY_HAND], "trrank", "c",
                            format=lambda r: tr("by hand") if r == BY_HAND else r)
        ranked = rank_cells((found.h if rank == "h" else found.c)[layer]).tolist()
        if rank == BY_HAND:
            return layer, pick_many(tr("Cells"), range(n_cells), "trcells", ranked[:3],
                                    max_selections=MAX_CELLS) or ranked[:1]
        with st.container(width=180):
            n = pick_number(tr("How many cells"), 1, min(MAX_CELLS, n_cells), "trcount", default=4)
    return layer, ranked[:n]


def _tabulate(found: PairCells, chosen: list[int], layer: int) -> pd.DataFrame:
    """A row a token."""
    columns = {f"{name}_{cell}": getattr(found, name)[layer, :, cell] for cell in chosen for name in "ch"}
    half = ["encoder"] * found.n_read + ["decoder"] * (len(found.tokens) - found.n_read)
    return pd.DataFrame({"half": half, "token": [show_token(t) for t in found.tokens]} | columns)
