"""r of every cell with one property, over the cell's index (seed 000, "which dimension correlates with depth")."""

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, FAINT, NEUTRAL, VECTOR_COLOURS

WEBGL_FROM = 1000  # points; below, SVG is sharper and costs no WebGL context


def draw_spectrum(r: np.ndarray, *, vector: str, null: float | None = None, by_r: bool = False,
                  x_title: str = "dimension", y_title: str = "r", cell_name: str = "cell",
                  null_name: str = "rotated labels") -> go.Figure:
    """One stem a cell, the largest |r| ringed and named, ±null as a grey ribbon behind.

    Parameters
    ----------
    r : float array of shape (H,)
        Signed correlation of each cell.
    vector : str
        ``c``, ``h`` or ``c_up``: the colour.
    null : float, optional
        95th percentile of the largest |r| of any cell under rotated labels.
    by_r : bool
        Order cells by falling r instead of by index.
    """
    cells = np.argsort(-r, kind="stable") if by_r else np.arange(len(r))
    values = r[cells].astype(np.float32)
    scatter = go.Scattergl if len(r) >= WEBGL_FROM else go.Scatter
    x = np.arange(len(r), dtype=np.float32)
    figure = go.Figure()
    if null is not None and np.isfinite(null):
        edge = np.array([-0.5, len(r) - 0.5], np.float32)
        figure.add_scatter(x=np.concatenate([edge, edge[::-1]]), y=np.array([null, null, -null, -null], np.float32),
                           mode="lines", line={"width": 0}, fill="toself", fillcolor=FAINT, name=null_name,
                           hoverinfo="skip")
    figure.add_trace(scatter(x=np.repeat(x, 3), y=_stems(values), mode="lines", line={"color": NEUTRAL, "width": 1},
                             opacity=0.45, showlegend=False, hoverinfo="skip"))
    figure.add_trace(scatter(
        x=x, y=values, mode="markers", name=vector, customdata=cells.astype(np.int32),
        marker={"color": VECTOR_COLOURS[vector], "size": 7 if len(r) <= 250 else 4},
        hovertemplate=f"{cell_name} %{{customdata}}<br>r = %{{y:.3f}}<extra></extra>"))
    _mark_largest(figure, values, cells, cell_name)
    figure.update_layout(
        height=380, hovermode="closest", margin={"l": 56, "r": 16, "t": 36, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "range": [-0.02 * len(r) - 0.5, 1.02 * len(r) - 0.5], "showgrid": False,
               "zeroline": False},
        yaxis={"title": {"text": y_title}, "range": [-1.3, 1.3], "tickvals": [-1, -0.5, 0, 0.5, 1], "zeroline": True,
               "zerolinecolor": NEUTRAL})
    return figure


def _stems(values: np.ndarray) -> np.ndarray:
    """0, value, gap for each cell: all stems in one trace."""
    stems = np.full((len(values), 3), np.nan, np.float32)
    stems[:, 0], stems[:, 1] = 0, values
    return stems.ravel()


def _mark_largest(figure: go.Figure, values: np.ndarray, cells: np.ndarray, cell_name: str) -> None:
    place = int(np.abs(values).argmax())
    side = "left" if place < 0.25 * len(values) else "right" if place > 0.75 * len(values) else "center"
    figure.add_scatter(x=[place], y=[values[place]], mode="markers", showlegend=False, hoverinfo="skip",
                       marker={"symbol": "circle-open", "size": 15, "color": ACCENT, "line": {"width": 2.5}})
    r = f"{values[place]:.3f}".replace("-", "\u2212")
    figure.add_annotation(x=place, y=float(values[place]), text=f"{cell_name} {cells[place]}, r = {r}",
                          ax=0, ay=-24 if values[place] >= 0 else 24, xanchor=side, showarrow=True, arrowhead=0,
                          arrowwidth=1.5, arrowcolor=ACCENT, standoff=8, font={"size": 13})
