"""All words in the plane of two concepts: thousands of points, and names where there is room for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import LINE_COLOURS, NEUTRAL, write_token
from core.figures.qwem.concepts import cut_word
from core.figures.spectrum import WEBGL_FROM

WIDTH, HEIGHT, LETTER, LINE = 340, 520, 7, 18  # px: of a figure on a small screen, of a label's letters and lines
TRIED = 3_000                                  # words that are tried for a label, the best first
SEARCHED, NEAR = LINE_COLOURS[3], LINE_COLOURS[1]

Box = tuple[float, float, float, float]  # x from and to, y from and to


@dataclass(frozen=True)
class Found:
    """A word that was searched and its neighbours: rows of the map."""

    word: int
    neighbours: np.ndarray


def draw_map(points: np.ndarray, words: Sequence[str], *, axes: tuple[str, str], rank: np.ndarray | None = None,
             box: Box | None = None, found: Found | None = None, n_labels: int = 60,
             found_names: tuple[str, str] = ("searched word", "its neighbours")) -> go.Figure:
    """Words as points; those that stand out are named as far as labels do not cover each other.

    Parameters
    ----------
    points : float array of shape (V, 2)
    words : sequence of str, length V
    rank : array of shape (V,), optional
        Names go to the lowest; to those farthest from the origin if None.
    box : x0, x1, y0, y1, optional
        Only what lies in it is drawn.
    found : Found, optional
        Marked, and named before all others.

    Returns
    -------
    plotly Figure
        Markers carry ``customdata`` [row].
    """
    points = np.asarray(points, np.float32)
    x0, x1, y0, y1 = box or _frame(points)
    inside = np.flatnonzero((points[:, 0] >= x0) & (points[:, 0] <= x1) & (points[:, 1] >= y0) & (points[:, 1] <= y1))
    scale = np.array([x1 - x0, y1 - y0], np.float32)
    priority = -np.hypot(*(points[inside] / scale).T) if rank is None else np.asarray(rank)[inside]
    asked = np.zeros(0, int) if found is None else np.intersect1d([found.word, *found.neighbours], inside)
    asked = asked[np.argsort(asked != (found.word if found else -1), kind="stable")]
    ranked = np.concatenate([asked, np.setdiff1d(inside[np.argsort(priority, kind="stable")[:TRIED]], asked, True)])
    rows = ranked[place_labels((points[ranked] - [x0, y0]) / scale, [words[i] for i in ranked], n_labels)]
    plain = rows[~np.isin(rows, asked)]
    figure = go.Figure()
    kind = go.Scattergl if len(inside) >= WEBGL_FROM else go.Scatter
    figure.add_trace(kind(
        x=points[inside, 0], y=points[inside, 1], mode="markers", showlegend=False,
        text=np.array([write_token(words[i]) for i in inside], object), customdata=inside.astype(np.int32)[:, None],
        marker={"color": NEUTRAL, "size": 4 if len(inside) > 2000 else 6, "opacity": 0.5, "line": {"width": 0}},
        hovertemplate="<b>%{text}</b>  %{x:.2f}, %{y:.2f}<extra></extra>"))
    figure.add_scatter(x=points[plain, 0], y=points[plain, 1], mode="text", text=[cut_word(words[i]) for i in plain],
                       textposition="top center", textfont={"size": 12}, hoverinfo="skip", showlegend=False)
    if found is not None:
        _mark(figure, points, words, found.neighbours, found_names[1], {"color": NEAR, "size": 9})
        _mark(figure, points, words, np.array([found.word]), found_names[0], {
            "color": SEARCHED, "size": 14, "symbol": "diamond", "line": {"width": 1, "color": "#ffffff"}})
        for i in rows[np.isin(rows, asked)].tolist():  # within the cloud, where bare letters could not be read
            figure.add_annotation(
                x=float(points[i, 0]), y=float(points[i, 1]), text=cut_word(words[i]), showarrow=False, yshift=18,
                borderpad=1, bgcolor=SEARCHED if i == found.word else NEAR, opacity=0.92,
                font={"size": 12, "color": "#ffffff"})
    figure.update_layout(
        height=HEIGHT + 100, hovermode="closest", dragmode="select", margin={"l": 56, "r": 12, "t": 40, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": axes[0]}, "range": [x0, x1], "zeroline": True, "zerolinecolor": NEUTRAL},
        yaxis={"title": {"text": axes[1]}, "range": [y0, y1], "zeroline": True, "zerolinecolor": NEUTRAL})
    return figure


def _frame(points: np.ndarray) -> Box:
    """All points with room for labels; never empty."""
    low, high = points.min(0), points.max(0)
    pad = 0.08 * np.maximum(high - low, 1e-6)
    return float(low[0] - pad[0]), float(high[0] + pad[0]), float(low[1] - pad[1]), float(high[1] + pad[1])


def _mark(figure: go.Figure, points: np.ndarray, words: Sequence[str], rows: np.ndarray, name: str,
          marker: dict) -> None:
    figure.add_scatter(x=points[rows, 0], y=points[rows, 1], mode="markers", name=name, marker=marker,
                       text=[write_token(words[i]) for i in rows], customdata=rows.astype(np.int32)[:, None],
                       hovertemplate="<b>%{text}</b>  %{x:.2f}, %{y:.2f}<extra></extra>")


def place_labels(points: np.ndarray, words: Sequence[str], n: int) -> list[int]:
    """Which of some points, in this order, can be named without one label covering another; at most `n`.

    Parameters
    ----------
    points : float array of shape (N, 2)
        Within 0 … 1 each way.
    """
    kept: list[int] = []
    centres, halves = np.empty((n, 2)), np.empty(n)
    for i, (x, y) in enumerate(points.tolist()):
        if (m := len(kept)) == n:
            break
        half, centre = LETTER * len(cut_word(words[i])) / 2, (x * WIDTH, y * HEIGHT)
        covered = (np.abs(centres[:m, 0] - centre[0]) < halves[:m] + half) & (np.abs(centres[:m, 1] - centre[1]) < LINE)
        if half <= centre[0] <= WIDTH - half and not covered.any():
            centres[m], halves[m] = centre, half
            kept.append(i)
    return kept
