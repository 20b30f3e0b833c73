"""Correlations of many cells with all properties at once, and the invisible grid that makes a heatmap clickable."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, NEUTRAL
from core.figures.spectrum import WEBGL_FROM

MAX_COLUMNS = 512  # more than a screen shows; wider maps pool neighbours
NAMED_COLUMNS = 120  # with so few, every column is one category with its cell's number


def sort_cells(r: np.ndarray, by: int) -> np.ndarray:
    """Cells by falling |r| with property `by`, int array of shape (H,)."""
    return np.argsort(-np.abs(r[:, by]), kind="stable")


def pool_strongest(values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The entry of largest magnitude of every `size` neighbouring rows.

    A mean would cancel: neighbours in a ranking by |r| may have opposite signs.

    Parameters
    ----------
    values : array of shape (N, P)

    Returns
    -------
    pooled : array of shape (ceil(N / size), P)
    rows : int array of the same shape
        Which row each entry was taken from.
    """
    starts = np.arange(0, len(values), size)
    rows = np.stack([a + np.abs(values[a:a + size]).argmax(0) for a in starts])
    return np.take_along_axis(values, rows, 0), rows


def draw_correlation(r: np.ndarray, properties: Sequence[str], *, by: int, n_cells: int = 60,
                     picked: int | None = None, x_title: str = "cell", cell_name: str = "cell") -> go.Figure:
    """Properties down, cells across, sorted by |r| with one property.

    Parameters
    ----------
    r : float array of shape (H, P)
    properties : sequence of str, length P
        Shown names.
    by : int
        The property that orders the cells; its row is set in bold.
    n_cells : int
        How many of the strongest cells to show; more than `MAX_COLUMNS` are pooled (`pool_strongest`).
    picked : int, optional
        A cell to frame.

    Returns
    -------
    plotly Figure
        The markers of the last trace carry ``customdata`` [cell, property, r].
    """
    order = sort_cells(r, by)[:n_cells]
    size = -(-len(order) // MAX_COLUMNS)
    values, rows = pool_strongest(r[order].astype(np.float32), size)
    cells, limit = order[rows], max(0.1, np.ceil(np.abs(values).max() * 10) / 10)
    named = len(values) <= NAMED_COLUMNS
    x = [str(c) for c in cells[:, by]] if named else np.arange(0, len(order), size, dtype=np.float32)
    figure = go.Figure(go.Heatmap(
        z=values.T, x=x, y=np.arange(len(properties)), autocolorscale=True, zmid=0, zmin=-limit, zmax=limit,
        xgap=1 if named else 0, ygap=1, hoverinfo="skip",
        colorbar={"title": {"text": "r"}, "thickness": 12, "outlinewidth": 0, "nticks": 5, "xpad": 6}))
    hover = np.column_stack([cells.T.ravel(), np.repeat(np.arange(len(properties)), len(values)), values.T.ravel()])
    add_click_grid(figure, x, np.arange(len(properties)), hover,
                   hovertemplate=f"{cell_name} %{{customdata[0]:.0f}}<br>%{{text}}<br>r = %{{customdata[2]:.3f}}"
                                 "<extra></extra>", text=np.repeat(np.array(properties, object), len(values)))
    if picked is not None and picked in order:
        _frame_column(figure, int(np.flatnonzero(order == picked)[0]), size, n_rows=len(properties), named=named)
    labels = [f"<b>{name}</b>" if p == by else name for p, name in enumerate(properties)]
    pooled = "" if size == 1 else f" (1 : {size})"
    figure.update_layout(
        height=32 * len(properties) + 112, hovermode="closest", margin={"l": 76, "r": 8, "t": 12, "b": 64},
        xaxis={"title": {"text": x_title + pooled}, "showgrid": False, "zeroline": False,
               "tickangle": -90 if named else 0, "tickfont": {"size": 11}, "type": "category" if named else "linear",
               "range": [-0.5, len(values) - 0.5] if named else [-0.5 * size, len(order) - 0.5 * size]},
        yaxis={"tickvals": list(range(len(properties))), "ticktext": labels, "range": [len(properties) - 0.5, -0.5],
               "showgrid": False, "zeroline": False, "fixedrange": True})
    return figure


def add_click_grid(figure: go.Figure, x: Sequence, y: Sequence, customdata: np.ndarray, *, hovertemplate: str,
                   text: Sequence | None = None) -> None:
    """Invisible squares over a heatmap, row by row: Streamlit reports clicks on markers only."""
    scatter = go.Scattergl if len(x) * len(y) >= WEBGL_FROM else go.Scatter
    figure.add_trace(scatter(
        x=np.tile(np.asarray(x), len(y)), y=np.repeat(np.asarray(y), len(x)), mode="markers", showlegend=False,
        marker={"symbol": "square", "size": 14, "opacity": 0, "color": NEUTRAL}, customdata=customdata, text=text,
        hovertemplate=hovertemplate, selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}}))
    figure.update_layout(hoverdistance=60)  # px: a wide field is larger than its marker


def _frame_column(figure: go.Figure, rank: int, size: int, *, n_rows: int, named: bool) -> None:
    middle = rank // size * (1 if named else size)
    half = 0.5 * (1 if named else size)
    figure.add_shape(type="rect", x0=middle - half, x1=middle + half, y0=-0.5, y1=n_rows - 0.5,
                     line={"color": ACCENT, "width": 2.5})
