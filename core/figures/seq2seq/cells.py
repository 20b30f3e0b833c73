"""Cells of both halves over source and translation, with the moment at which one hands over to the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.seq2seq.cells import PairCells
from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL, name_axis_tokens

_PANEL_PX = 230


@dataclass(frozen=True)
class CellTexts:
    """What the figure writes, translated."""

    encoder: str = "the encoder reads"
    decoder: str = "the decoder writes"
    cell: str = "cell {cell}"


ENGLISH = CellTexts()


def draw_cells(found: PairCells, cells: Sequence[int], *, layer: int = 0, states: Sequence[str] = ("c", "h"),
               texts: CellTexts = ENGLISH) -> go.Figure:
    """One panel a state, one line a cell, from the first token read to the last one written.

    Parameters
    ----------
    cells : sequence of int
    layer : int
        From 0, the one next to the words.
    states : sequence of str
        ``c`` and ``h``, from top to bottom.
    """
    figure = make_subplots(rows=len(states), cols=1, shared_xaxes=True, vertical_spacing=0.05)
    names = name_axis_tokens(found.tokens)
    border = found.n_read - 0.5
    for row, state in enumerate(states, 1):
        values = getattr(found, state)[layer]
        for n, cell in enumerate(cells):
            figure.add_scatter(
                x=names, y=values[:, cell].astype(np.float32), mode="lines+markers", name=texts.cell.format(cell=cell),
                legendgroup=str(cell), showlegend=row == 1, row=row, col=1, marker={"size": 4},
                line={"color": LINE_COLOURS[n % len(LINE_COLOURS)], "width": 2},
                hovertemplate=f"%{{x}}<br>{state}[{cell}] = %{{y:.3f}}<extra></extra>")
        figure.add_vline(x=border, line={"color": ACCENT, "width": 2, "dash": "dot"}, row=row, col=1)
        figure.update_yaxes(title_text=state, zeroline=True, zerolinecolor=NEUTRAL, gridcolor=FAINT, row=row, col=1)
    category = {"type": "category", "categoryorder": "array", "categoryarray": names, "showgrid": False,
                "range": [-0.6, len(names) - 0.4]}
    figure.update_xaxes(**category)
    figure.update_xaxes(tickangle=-60, tickfont={"size": 12}, row=len(states), col=1)
    for text, anchor in ((f"{texts.encoder} ", "right"), (f" {texts.decoder}", "left")):
        figure.add_annotation(x=border, xref="x", y=1, yref="paper", yanchor="bottom", xanchor=anchor, text=text,
                              showarrow=False, font={"size": 13})
    foot = 48 + min(110, 7 * max(len(n.rstrip("\u200b")) for n in names))  # px: slanted tokens, then the legend
    figure.update_layout(height=_PANEL_PX * len(states) + 28 + foot, hovermode="closest",
                         margin={"l": 56, "r": 16, "t": 28, "b": foot},
                         legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0})
    return figure
