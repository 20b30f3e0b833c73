"""Six models and their rivals: accuracy over epochs, differences with their intervals, and where a threshold cuts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL
from core.figures.saliency.movement import Curve, add_band

DASHES = ("solid", "dash", "dot")
SEEDS = LINE_COLOURS[1]
CLEAR = LINE_COLOURS[0]  # an interval without 0


@dataclass(frozen=True)
class ForestRow:
    """A mean with its interval, the values it is the mean of, and a value to compare with."""

    label: str
    mean: float
    low: float
    high: float
    values: np.ndarray
    mark: float | None = None


def draw_accuracies(curves: dict[str, Curve], *, window: tuple[int, int] | None = None,
                    titles: Sequence[str] = ("epoch", "accuracy on T3"), colours: Sequence[int] = ()) -> go.Figure:
    """A line and a band for every model (Fig. 6).

    Parameters
    ----------
    window : int, int, optional
        First and last epoch of a part to shade.
    colours : sequence of int, optional
        Places in a list of colours and dashes, so that a model keeps its look whichever others are shown.
    """
    figure = go.Figure()
    for n, (name, curve) in enumerate(curves.items()):
        look = colours[n] if len(colours) else n
        add_band(figure, curve, name=name, colour=LINE_COLOURS[look % len(LINE_COLOURS)],
                 dash=DASHES[look // len(LINE_COLOURS) % len(DASHES)], format=".1%")
    means = np.concatenate([curve.mean for curve in curves.values()]) if curves else np.array([0.0, 1.0])
    room = max(0.02, 0.25 * float(means.max() - means.min()))  # what bands of few seeds need more is cut off
    if window is not None:
        figure.add_vrect(x0=window[0] - 0.5, x1=window[1] + 0.5, fillcolor=FAINT, line_width=0, layer="below")
    figure.update_layout(height=460, margin={"l": 56, "r": 16, "t": 24, "b": 48}, hovermode="closest",
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
                         xaxis={"title": {"text": titles[0]}, "showgrid": False},
                         yaxis={"title": {"text": titles[1]}, "tickformat": ".0%",
                             "range": [float(means.min()) - room, float(means.max()) + room]})
    return figure


def draw_forest(rows: Sequence[ForestRow], *, x_title: str, scale: float = 1.0, unit: str = ".2f",
                noise: float | None = None, sides: Sequence[str] = (),
                names: Sequence[str] = ("each seed", "mean and 95 % interval", "to compare", "noise")) -> go.Figure:
    """One row a number, the first on top: interval (coloured where it leaves out 0), and a dot for every seed.

    Parameters
    ----------
    scale : float
        What values are multiplied by: 100 makes points of shares.
    unit : str
        Format of a shown number.
    noise : float, optional
        Half the width of a shaded strip round 0, in shown units.
    sides : two str, optional
        What lies to the left and to the right of 0.
    names : four str
        Of the seeds' dots, the means, the marks and the strip.
    """
    figure, y = go.Figure(), -np.arange(len(rows), dtype=np.float32)
    if noise is not None:
        figure.add_scatter(x=[None], y=[None], mode="markers", name=names[3],
                           marker={"symbol": "square", "size": 13, "color": "rgba(127,135,148,0.35)"})
    dots = [(scale * value, place - 0.24, n) for row, place in zip(rows, y, strict=True)
            for n, value in enumerate(row.values, 1)]
    x, heights, seeds = (np.array(a, np.float32) for a in zip(*dots, strict=True)) if dots else ([], [], [])
    figure.add_scatter(x=x, y=heights, mode="markers", name=names[0], customdata=seeds,
                       marker={"size": 6, "color": SEEDS, "opacity": 0.85},
                       hovertemplate=f"%{{x:{unit}}}<extra>{names[0]} %{{customdata}}</extra>")
    mean, low, high = (scale * np.array([getattr(row, k) for row in rows], np.float32) for k in ("mean", "low", "high"))
    colours = [CLEAR if row.high < 0 or row.low > 0 else NEUTRAL for row in rows]
    for colour in (CLEAR, NEUTRAL):
        ends = [(x, place) for place, a, b, own in zip(y.tolist(), low.tolist(), high.tolist(), colours, strict=True)
                if own == colour and np.isfinite([a, b]).all() for x in (a, b, None)]
        if ends:
            figure.add_scatter(x=[x for x, _ in ends], y=[place for _, place in ends], mode="lines", hoverinfo="skip",
                               showlegend=False, line={"color": colour, "width": 3.4})
    figure.add_scatter(x=mean, y=y, mode="markers", name=names[1], text=[row.label for row in rows],
                       marker={"size": 12, "color": colours, "symbol": "square"},
                       customdata=np.stack([low, high], 1),
                       hovertemplate=f"%{{text}}<br>%{{x:{unit}}} [%{{customdata[0]:{unit}}}, "
                                     f"%{{customdata[1]:{unit}}}]<extra></extra>")
    marked = [(scale * row.mark, place) for row, place in zip(rows, y, strict=True) if row.mark is not None]
    if marked:
        figure.add_scatter(x=[m for m, _ in marked], y=[place for _, place in marked], mode="markers", name=names[2],
                           marker={"symbol": "diamond-open", "size": 14, "color": ACCENT, "line": {"width": 2.4}},
                           hovertemplate=f"%{{x:{unit}}}<extra>{names[2]}</extra>")
    said = [{"x": 0, "xref": "paper", "y": place + 0.34, "text": row.label, "showarrow": False, "xanchor": "left",
             "font": {"size": 13}} for place, row in zip(y.tolist(), rows, strict=True)]
    said += [{"x": at, "xref": "paper", "y": 0.7, "yanchor": "bottom", "xanchor": anchor, "showarrow": False,
              "text": f"← {side}" if anchor == "left" else f"{side} →", "font": {"color": NEUTRAL}}
             for at, side, anchor in zip((0, 1), sides, ("left", "right"), strict=False)]
    strips = [] if noise is None else [
        {"type": "rect", "x0": -noise, "x1": noise, "y0": 0, "y1": 1, "yref": "y domain", "fillcolor": FAINT,
         "line": {"width": 0}, "layer": "below"}]
    strips.append({"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "y domain",
                   "line": {"color": NEUTRAL, "width": 1.6}})
    figure.update_layout(height=58 * len(rows) + (150 if sides else 120), hovermode="closest", annotations=said,
                         shapes=strips,
                         margin={"l": 8, "r": 12, "t": 16, "b": 48},
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
                         xaxis={"title": {"text": x_title}, "zeroline": False, "gridcolor": FAINT,
                                "range": _find_range(rows, scale, noise or 0)},
                         yaxis={"range": [-len(rows) + 0.5, 1.2 if sides else 0.75], "visible": False,
                                "fixedrange": True})
    return figure


def _find_range(rows: Sequence[ForestRow], scale: float, least: float) -> list[float]:
    """Room for every dot and mark, and for intervals as far as five times that: of two seeds they are endless."""
    marks = np.concatenate([[row.mean, row.mark or 0] for row in rows] + [row.values for row in rows])
    ends = np.array([[row.low, row.high] for row in rows]).ravel()
    reach = max(scale * float(np.nanmax(np.abs(marks))), least, 1e-9)
    low, high = (limit(0.0, limit(scale * np.concatenate([marks, ends[np.isfinite(ends)]])))
                 for limit in (min, max))
    low, high = max(float(low), -5 * reach), min(float(high), 5 * reach)
    margin = 0.06 * (high - low)
    return [low - margin, high + margin]


def draw_threshold(scores: np.ndarray, threshold: float, *, titles: Sequence[str] = ("A_S", "sentences"),
                   names: Sequence[str] = ("taken", "left", "median")) -> go.Figure:
    """Histogram of A_S on a logarithmic axis, what lies above a threshold in colour; scores of 0 are left out."""
    logs = np.log10(scores[scores > 0].astype(np.float64))
    edges = np.linspace(*(np.quantile(logs, (0.001, 0.999))), 61) if len(logs) > 1 else np.array([-1.0, 1.0])
    cut, width = np.log10(threshold), edges[1] - edges[0]
    logs = np.clip(logs, edges[0], edges[-1])
    figure = go.Figure()
    for own, name, colour in ((logs > cut, names[0], LINE_COLOURS[0]), (logs <= cut, names[1], NEUTRAL)):
        figure.add_bar(x=((edges[:-1] + edges[1:]) / 2).astype(np.float32),
                       y=np.histogram(logs[own], edges)[0].astype(np.float32), width=float(width), name=name,
                       marker={"color": colour, "line": {"width": 0}},
                       hovertemplate=f"%{{y:,.0f}}<extra>{name}</extra>")
    if np.median(scores) > 0:
        look = {"color": ACCENT, "dash": "dot", "width": 2.4}
        figure.add_vline(x=float(np.log10(np.median(scores))), line=look)
        figure.add_scatter(x=[None], y=[None], mode="lines", line=look, name=names[2])
    whole = np.arange(np.floor(edges[0]), np.ceil(edges[-1]) + 1)
    marks = np.unique((whole[:, None] + np.log10([1, 2, 5])).ravel())
    shown = marks[(marks >= edges[0]) & (marks <= edges[-1])]
    figure.update_layout(height=300, margin={"l": 56, "r": 16, "t": 40, "b": 48}, barmode="stack", bargap=0,
                         hovermode="closest", legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
                         xaxis={"title": {"text": titles[0]}, "showgrid": False, "tickvals": shown.tolist(),
                                "ticktext": [f"{10 ** mark:.0e}".replace("e-0", "e−") for mark in shown]},
                         yaxis={"title": {"text": titles[1]}})
    return figure
