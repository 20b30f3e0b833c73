"""What stood to choice at every step: the most probable words, and the one that was taken."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.alternatives import Alternatives
from core.figures.palette import FAINT
from core.figures.seq2seq.columns import MARGIN, Columns, lay_columns, style_steps, write_label, write_share
from core.figures.seq2seq.tree import BEST, FIXED

ROW_PX = 46
_FILL = "rgba(61,133,198,0.34)"  # a veil: the theme's text stays legible on it
_GAP = 8                         # px between cells


@dataclass(frozen=True)
class StepTexts:
    """What the figure writes, translated."""

    step: str = "step"
    end: str = "end"
    chosen: str = "taken"
    hover: str = "{word}: p = {p}<br>step {step}, rank {rank}"


ENGLISH = StepTexts()


@dataclass(frozen=True)
class _Cell:
    step: int
    row: float
    token: int
    p: float
    rank: int
    chosen: bool


def list_step_labels(found: Alternatives, tokens: Sequence[str], k: int) -> list[list[str]]:
    """The words of every step, for columns."""
    return [[tokens[i] for i in (*found.ids[s, :k], found.chosen[s])] for s in range(len(found))]


def draw_steps(found: Alternatives, tokens: Sequence[str], *, k: int = 5, n_fixed: int = 0,
               columns: Columns | None = None, texts: StepTexts = ENGLISH) -> go.Figure:
    """A column a step, a cell a word, filled as far as its probability; a frame round what was taken.

    Parameters
    ----------
    tokens : sequence of str
        Target words by id.
    k : int
        Words a step. What was taken stands below them where it is none of them.
    n_fixed : int
        Steps that were given.
    columns : Columns, optional
        Where another figure is to stand below it in the same columns.

    Returns
    -------
    plotly Figure
        Cells carry ``customdata`` [step, id], steps from 0.
    """
    k = min(k, found.ids.shape[1])
    columns = columns or lay_columns(list_step_labels(found, tokens, k))
    cells = _list_cells(found, k)
    left = np.array([columns.left[c.step] for c in cells])
    width = np.array([columns.width[c.step] for c in cells]) - _GAP
    rows = np.array([-c.row for c in cells], np.float32)
    figure = go.Figure()
    colours = [(FIXED if c.step < n_fixed else BEST) if c.chosen else "rgba(0,0,0,0)" for c in cells]
    hover = [texts.hover.format(word=_write_word(c, tokens, texts), p=f"{c.p:.3g}", step=c.step + 1, rank=c.rank + 1)
             for c in cells]
    shared = {"orientation": "h", "width": 0.88, "showlegend": False, "base": left.astype(np.float32), "y": rows}
    figure.add_bar(x=(width * [c.p for c in cells]).astype(np.float32), marker={"color": _FILL, "line": {"width": 0}},
                   hoverinfo="skip", **shared)
    figure.add_bar(x=width.astype(np.float32), customdata=np.array([[c.step, c.token] for c in cells]), text=hover,
                   textposition="none", hovertemplate="%{text}<extra></extra>",
                   marker={"color": FAINT, "line": {"width": 2, "color": colours}, "cornerradius": 4},
                   unselected={"marker": {"opacity": 1}}, **shared)
    figure.add_scatter(x=(left + 6).astype(np.float32), y=rows, mode="text", textposition="middle right",
                       text=[_write_cell(c, tokens, texts) for c in cells], textfont={"size": 13}, hoverinfo="skip",
                       showlegend=False)
    _lay_out(figure, k, columns, extra=any(c.row > k - 1 for c in cells), texts=texts)
    return figure


def _list_cells(found: Alternatives, k: int) -> list[_Cell]:
    cells = []
    for s in range(len(found)):
        cells += [_Cell(s, r, int(i), float(p), r, bool(i == found.chosen[s]))
                  for r, (i, p) in enumerate(zip(found.ids[s, :k], found.p[s, :k], strict=True))]
        if found.chosen[s] not in found.ids[s, :k]:
            cells.append(_Cell(s, k + 0.15, int(found.chosen[s]), float(found.chosen_p[s]), int(found.rank[s]), True))
    return cells


def _write_word(cell: _Cell, tokens: Sequence[str], texts: StepTexts) -> str:
    return texts.end if tokens[cell.token] == "<ED>" else write_label(tokens[cell.token])


def _write_cell(cell: _Cell, tokens: Sequence[str], texts: StepTexts) -> str:
    word = _write_word(cell, tokens, texts)
    return f"{f'<b>{word}</b>' if cell.chosen else word}<br><span style='font-size:0.8em'>{write_share(cell.p)}</span>"


def _lay_out(figure: go.Figure, k: int, columns: Columns, *, extra: bool, texts: StepTexts) -> None:
    rows = k + 1.15 * extra
    ticks = [*range(k), *([k + 0.15] if extra else [])]
    figure.update_layout(
        height=int(ROW_PX * rows) + 36, barmode="overlay", margin={"l": MARGIN, "r": MARGIN, "t": 28, "b": 8},
        yaxis={"range": [-rows + 0.5, 0.5], "tickvals": [-t for t in ticks], "showgrid": False, "zeroline": False,
               "ticktext": [str(r + 1) for r in range(k)] + (["…"] if extra else []), "fixedrange": True},
        **style_steps(columns, texts.step))
