"""Many vectors in a plane or in space, and as stripes (seed 000, "learning parts of speech" (2) to (5))."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import LINE_COLOURS, NEUTRAL, write_token
from core.figures.spectrum import WEBGL_FROM

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "hexagon")
SYMBOLS_3D = ("circle", "diamond", "square", "circle-open", "cross", "x", "diamond-open", "square-open")


@dataclass(frozen=True)
class Cloud:
    """Points that belong together: a tag's words.

    Attributes
    ----------
    name : str
        Shown in the legend and at the middle of the points.
    points : float array of shape (N, D)
    texts : sequence of str, length N
        Shown when hovering; markup in them is shown, not obeyed.
    ids : int array of shape (N,)
        Handed back by clicks.
    """

    name: str
    points: np.ndarray
    texts: Sequence[str]
    ids: np.ndarray


def draw_clouds(clouds: Sequence[Cloud], *, axes: Sequence[str], named: bool = True, height: int = 560) -> go.Figure:
    """Clouds in two or three dimensions, as many as `axes` has titles.

    Parameters
    ----------
    named : bool
        Write each cloud's name at the median of its points (two dimensions).

    Returns
    -------
    plotly Figure
        Markers carry ``customdata`` [id].
    """
    figure, flat = go.Figure(), len(axes) == 2
    n = sum(len(cloud.points) for cloud in clouds)
    kind = go.Scatter3d if not flat else go.Scattergl if n >= WEBGL_FROM else go.Scatter
    symbols = SYMBOLS if flat else SYMBOLS_3D
    size = (5 if n > 1500 else 8) if flat else 4
    for k, cloud in enumerate(clouds):
        points = np.asarray(cloud.points, np.float32)
        place = dict(zip("xyz", points[:, :len(axes)].T, strict=False))
        colour, symbol = mark_cloud(k)
        figure.add_trace(kind(
            **place, mode="markers", name=cloud.name, text=[write_token(text) for text in cloud.texts],
            customdata=np.asarray(cloud.ids, np.int32)[:, None],
            marker={"color": colour, "size": size, "symbol": symbol if flat else symbols[k // len(LINE_COLOURS) % 8],
                    "opacity": 0.72, "line": {"width": 0}},
            hovertemplate=f"<b>%{{text}}</b>  {cloud.name}<extra></extra>"))
    figure.update_layout(
        height=height, hovermode="closest", margin={"l": 56, "r": 16, "t": 40, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0, "itemsizing": "constant"})
    if flat:
        figure.update_xaxes(title_text=axes[0], zeroline=False)
        figure.update_yaxes(title_text=axes[1], zeroline=False)
        if named:
            _name_clouds(figure, clouds)
    else:
        figure.update_layout(
            margin={"l": 0, "r": 0, "t": 40, "b": 0},
            scene={axis + "axis": {"title": {"text": title}, "showbackground": False, "gridcolor": NEUTRAL,
                                   "zeroline": False, "nticks": 5}
                   for axis, title in zip("xyz", axes, strict=True)} | {"aspectmode": "cube"})
    return figure


def mark_cloud(k: int) -> tuple[str, str]:
    """Colour and symbol of the k-th cloud; the symbol changes with every colour, and again after all colours."""
    n = len(LINE_COLOURS)
    return LINE_COLOURS[k % n], SYMBOLS[(k + k // n) % len(SYMBOLS)]


def _name_clouds(figure: go.Figure, clouds: Sequence[Cloud]) -> None:
    for k, cloud in enumerate(clouds):
        if len(cloud.points):
            x, y = np.median(np.asarray(cloud.points, np.float32)[:, :2], axis=0).tolist()
            figure.add_annotation(x=x, y=y, text=f"<b>{cloud.name}</b>", showarrow=False, borderpad=2,
                                  bgcolor=mark_cloud(k)[0], font={"size": 12, "color": "#ffffff"}, opacity=0.92)


def fold_signs(x: np.ndarray) -> np.ndarray:
    """exp([x; -x]), the seed's way of showing negative loadings: (N, K) to (N, 2 K), all positive.

    >>> fold_signs(np.array([[0.0, 1.0]])).round(2).tolist()
    [[1.0, 2.72, 1.0, 0.37]]
    """
    return np.exp(np.concatenate([x, -x], 1))


def draw_stripes(clouds: Sequence[Cloud], *, x_title: str = "component", value_title: str = "exp(±x)") -> go.Figure:
    """Each vector as a row of 2 K positive values, clouds below one another.

    Colours end at the value that 1 % of all exceed.
    """
    rows = np.concatenate([cloud.points for cloud in clouds]).astype(np.float32)
    folded, k = fold_signs(rows).astype(np.float32), rows.shape[1]
    texts = [write_token(text) for cloud in clouds for text in cloud.texts]
    tops = np.concatenate([[0], np.cumsum([len(cloud.points) for cloud in clouds])]).tolist()
    signs = np.array([f"{'+' if j < k else '−'}{j % k + 1}" for j in range(2 * k)], object)
    figure = go.Figure(go.Heatmap(
        z=folded, x=np.arange(2 * k, dtype=np.float32), y=np.arange(len(rows), dtype=np.float32), zmin=0,
        zmax=float(np.quantile(folded, 0.99)), autocolorscale=True,
        customdata=np.broadcast_to(signs, folded.shape), text=np.broadcast_to(np.array(texts, object)[:, None],
                                                                              folded.shape),
        hovertemplate="<b>%{text}</b><br>%{customdata}: %{z:.2f}<extra></extra>",
        colorbar={"title": {"text": value_title, "side": "right"}, "thickness": 12, "outlinewidth": 0, "nticks": 5,
                  "xpad": 6, "lenmode": "pixels", "len": 220, "y": 1, "yanchor": "top"}))
    for top in tops[1:-1]:
        figure.add_shape(type="line", x0=-0.5, x1=2 * k - 0.5, y0=top - 0.5, y1=top - 0.5,
                         line={"width": 2, "color": "#ffffff"})
    figure.add_shape(type="line", x0=k - 0.5, x1=k - 0.5, y0=-0.5, y1=len(rows) - 0.5,
                     line={"width": 1.5, "color": "#ffffff", "dash": "dot"})
    ticks = [j for half in (0, k) for j in range(half, half + k) if j == half or (j - half + 1) % 10 == 0]
    figure.update_layout(
        height=max(260, 5 * len(rows) + 110), hovermode="closest", margin={"l": 64, "r": 8, "t": 12, "b": 52},
        xaxis={"title": {"text": x_title}, "tickvals": ticks, "ticktext": [signs[j] for j in ticks],
               "showgrid": False, "zeroline": False, "range": [-0.5, 2 * k - 0.5], "tickangle": 0},
        yaxis={"tickvals": [(a + b - 1) / 2 for a, b in pairwise(tops)],
               "ticktext": [f"<b>{cloud.name}</b>" for cloud in clouds], "range": [len(rows) - 0.5, -0.5],
               "showgrid": False, "zeroline": False, "fixedrange": True})
    return figure
