"""The panels of the page "Inside or outside": one cell against one phrase."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.heldout import VECTORS
from core.analysis.lstm.phrases import SELECTIONS, SIZES, CellOverlap, PhraseCells
from core.checkpoints.card import CheckpointCard
from core.figures.lstm.phrases import draw_every_cell, draw_overlap, draw_roc, draw_sizes, tabulate_overlap
from core.tokens.linearise import PHRASES, Kind
from core.ui.controls import pick_one, pick_segment
from core.ui.language import language, tr
from core.ui.lstm.findings import link_trajectory, name_unit
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide, show_numbers

STUDY = "phrases"
_RECIPE = """\
from core.checkpoints.store import load_checkpoint
from core.figures.lstm.phrases import {draw}
from core.reproduce.lstm.phrases import STUDY
from core.reproduce.studies import load_study

result = load_study(STUDY, load_checkpoint("{id}").card, "{source}")
cell = result.read_cell("{vector}", "{selection}", "{phrase}", rank={rank})
{line}.show()
"""


@dataclass(frozen=True)
class PhraseView:
    """What is shown: results of one checkpoint on one source, and the choices made."""

    card: CheckpointCard
    source: str
    result: PhraseCells
    vector: str
    selection: str
    phrase: str
    rank: int = 0
    n_bins: int = 0

    @property
    def cell(self) -> CellOverlap | None:
        return self.result.read_cell(self.vector, self.selection, self.phrase, rank=self.rank)

    @property
    def words(self) -> dict[str, str]:
        """Fields of texts."""
        return {"vector": self.vector, "phrase": self.phrase}

    def recipe(self, draw: str, line: str) -> str:
        return _RECIPE.format(draw=draw, line=line, id=self.card.id, source=self.source, vector=self.vector,
                              selection=self.selection, phrase=self.phrase, rank=self.rank)


@st.fragment
@guard()
def show_phrases(card: CheckpointCard, source: str, result: PhraseCells) -> None:
    """Controls, verdict and figures of one cell."""
    view = _pick_view(card, source, result)
    if view.cell is None:
        st.info(tr("There is nothing to compare: in this text no token, or every token, is inside {phrase}. Choose "
                   "another phrase, or other sentences.", phrase=view.phrase), icon=":material/info:")
        return
    _show_headline(view)
    left, right = st.columns([6, 4], gap="large")
    with left:
        view = _show_histogram(view)
    with right:
        _show_roc(view)
    left, right = st.columns([6, 4], gap="large")
    with left:
        _show_every_cell(view)
    with right:
        _show_sizes(view)
    show_guide(tr("Look for two hills that hardly meet: then a single threshold on this cell says whether a phrase is "
                  "open, and the ROC curve runs into the upper left corner. Hatched is what both sides share. An "
                  "overlap that is near that of rotated labels, of an untrained LSTM or of the mere position in the "
                  "sentence would refute it; so would one that is small only with very many bins, where sparse bins "
                  "flatter it."))


def _pick_view(card: CheckpointCard, source: str, result: PhraseCells) -> PhraseView:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        phrase = pick_segment(tr("Phrase"), PHRASES, "php", "VP")
        vector = pick_segment(tr("Internal vector"), VECTORS, "phv", "c")
        selection = "all"
        if Kind(card.kind).has_words:
            selection = pick_segment(tr("Tokens"), SELECTIONS, "phs", "all",
                                     format=lambda s: tr("all tokens") if s == "all" else tr("words only"),
                                     help=tr("All tokens include the brackets themselves, which makes it harder."))
    return PhraseView(card, source, result, vector, selection, phrase)


def _show_headline(view: PhraseView) -> None:
    cell, b = view.cell, SIZES.index(view.cell.n_bins)
    overlap, (low, high) = cell.overlap(cell.n_bins), cell.intervals[b].tolist()
    n_out, n_in = cell.counts.sum(1).tolist()
    unit = name_unit(view.card, view.source, view.result.n_groups)
    st.markdown(_say_verdict(view, overlap, high))
    show_numbers([
        (tr("best cell"), str(cell.cell), tr("of {n:,}", n=view.result.overlaps.shape[-1]),
         tr("Least overlap on one half of the text, chosen there; the other numbers come from the other half.")),
        (tr("overlap"), f"{overlap:.3f}", f"{low:.3f} – {high:.3f}",
         tr("With its 95 % interval: whole {unit} drawn again 1,000 times.", unit=unit)),
        (tr("AUC"), f"{cell.auc[0]:.3f}", f"{cell.auc[1]:.3f} – {cell.auc[2]:.3f}",
         tr("Chance that the cell tells a token inside from one outside; 0.5 is guessing. It needs no bins.")),
        (tr("rotated labels"), f"{cell.controls['null']:.3f}", tr("least of all cells"),
         tr("The labels shifted against the text: 95 % of the least overlaps stay above this.")),
        (tr("untrained LSTM"), f"{cell.controls['untrained']:.3f}", tr("chosen alike"),
         tr("The best cell of the same network with its first, random weights.")),
        (tr("position only"), f"{cell.controls['position']:.3f}", tr("{n_in:,} inside, {n_out:,} outside", n_in=n_in,
                                                                     n_out=n_out),
         tr("The overlap of the place in the sentence, taken as if it were a cell."))], columns=3)


def _say_verdict(view: PhraseView, overlap: float, high: float) -> str:
    cell = view.cell
    how = (tr("almost always") if overlap <= 0.05 else tr("mostly") if overlap <= 0.2 else tr("often")
           if overlap <= 0.4 else tr("hardly"))
    words = [tr("Cell {cell} of {vector} alone tells **{how}** whether the model is inside {phrase}: the two "
                "histograms share {overlap:.1%}.", cell=cell.cell, how=how, overlap=overlap, **view.words)]
    rivals = [cell.controls[name] for name in ("null", "untrained", "position")]
    words.append(tr("Neither rotated labels nor an untrained LSTM nor the position come near it.")
                 if high < min(rivals) - 0.2 else tr("It is better than rotated labels, an untrained LSTM and the "
                                                     "position.")
                 if high < min(rivals) else tr("But a control does as well: this is no sign of learning."))
    return ("" if language() == "ja" else " ").join(words)


def _show_histogram(view: PhraseView) -> PhraseView:
    st.header(tr("One cell, inside and outside"), anchor=False)
    ranks = [k for k in range(view.result.cells.shape[-1])
             if view.result.read_cell(view.vector, view.selection, view.phrase, rank=k) is not None]

    def name_rank(rank: int) -> str:
        cell = view.result.read_cell(view.vector, view.selection, view.phrase, rank=rank)
        return tr("{rank}: cell {cell} ({overlap:.3f})", rank=rank + 1, cell=cell.cell,
                  overlap=cell.overlap(cell.n_bins))

    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=210):
            rank = pick_one(tr("Cell, by rank"), ranks, "phc", format=name_rank)
        with st.container(width=150):
            sizes = [0, *SIZES]
            size = pick_one(tr("Bins"), sizes, "phb", 0,
                            format=lambda n: tr("{n} (definition)", n=view.cell.n_bins) if n == 0 else str(n))
    view = PhraseView(view.card, view.source, view.result, view.vector, view.selection, view.phrase, rank,
                      size or view.cell.n_bins)
    cell = view.cell
    figure = draw_overlap(cell, view.n_bins, phrase=view.phrase, x_title=tr("cell {cell} of {vector}", cell=cell.cell,
                                                                           vector=view.vector),
                          y_title=tr("share of tokens"),
                          names=(tr("inside {phrase}", **view.words), tr("outside"),
                                 tr("overlap {overlap:.3f}", overlap=cell.overlap(view.n_bins))))
    show_figure(figure, key="ph_histogram", table=tabulate_overlap(cell, view.n_bins),
                alt=tr("Histograms of cell {cell} of {vector} inside and outside {phrase}; they share {overlap:.1%}.",
                       cell=cell.cell, overlap=cell.overlap(view.n_bins), **view.words),
                recipe=view.recipe("draw_overlap", f'draw_overlap(cell, {view.n_bins}, phrase="{view.phrase}")'))
    link_trajectory(view.card, tr("Open cell {cell} on the trajectories page", cell=cell.cell), state=view.vector,
                    rank="hand", cells=str(cell.cell))
    return view


def _show_roc(view: PhraseView) -> None:
    st.header(tr("Every threshold"), anchor=False)
    st.caption(tr("A threshold on the cell takes a token for inside; the ring marks the one that tells best."))
    cell = view.cell
    false, true = cell.roc()
    figure = draw_roc(cell, phrase=view.phrase, x_title=tr("outside, taken for inside"), y_title=tr("inside, found"),
                      names=(tr("threshold on cell {cell}", cell=cell.cell), tr("chance")))
    show_figure(figure, key="ph_roc", table=pd.DataFrame({"false_positive": false, "true_positive": true}),
                alt=tr("ROC curve of cell {cell} for {phrase}, area {auc:.3f}.", cell=cell.cell, phrase=view.phrase,
                       auc=float(cell.auc[0])),
                recipe=view.recipe("draw_roc", f'draw_roc(cell, phrase="{view.phrase}")'))


def _show_every_cell(view: PhraseView) -> None:
    st.header(tr("Every cell"), anchor=False)
    st.caption(tr("On the half of the text that chooses; below the line is what chance does not reach."))
    overlaps = view.result.overlaps[view.result.find(view.vector, view.selection, view.phrase)].astype(np.float32)
    figure = draw_every_cell(overlaps, vector=view.vector, null=view.cell.controls["null"], picked=view.cell.cell,
                             x_title=tr("dimension of {vector}", vector=view.vector), y_title=tr("overlap"),
                             cell_name=tr("cell"), null_name=tr("rotated labels"))
    at = f'result.find("{view.vector}", "{view.selection}", "{view.phrase}")'
    show_figure(figure, key="ph_cells", table=pd.DataFrame({"cell": np.arange(len(overlaps)), "overlap": overlaps}),
                alt=tr("Overlap of {n} cells of {vector} for {phrase}; the least is {least:.3f}.", n=len(overlaps),
                       least=float(overlaps.min()), **view.words),
                recipe=view.recipe("draw_every_cell", f'draw_every_cell(result.overlaps[{at}], vector="{view.vector}", '
                                                      'null=cell.controls["null"], picked=cell.cell)'))


def _show_sizes(view: PhraseView) -> None:
    st.header(tr("By the number of bins"), anchor=False)
    st.caption(tr("Few bins hide a separation, many are sparse and flatter it; the ring is the definition."))
    cell = view.cell
    figure = draw_sizes(cell, phrase=view.phrase, x_title=tr("bins"), y_title=tr("overlap"))
    table = pd.DataFrame({"bins": SIZES, "overlap": [cell.overlap(n) for n in SIZES], "low": cell.intervals[:, 0],
                          "high": cell.intervals[:, 1]})
    show_figure(figure, key="ph_sizes", table=table,
                alt=tr("Overlap of cell {cell} with {first} to {last} bins.", cell=cell.cell, first=SIZES[0],
                       last=SIZES[-1]),
                recipe=view.recipe("draw_sizes", f'draw_sizes(cell, phrase="{view.phrase}")'))
