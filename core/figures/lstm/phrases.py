"""One cell inside and outside a phrase: histograms, ROC curve, and how it stands among all cells."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.lstm.phrases import SIZES, CellOverlap
from core.figures.palette import ACCENT, FAINT, NEUTRAL, PHRASE_COLOURS, VECTOR_COLOURS
from core.figures.spectrum import WEBGL_FROM

_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
_MARGIN = {"l": 56, "r": 16, "t": 40, "b": 48}


def draw_overlap(cell: CellOverlap, n_bins: int, *, phrase: str, x_title: str = "value",
                 y_title: str = "share of tokens",
                 names: Sequence[str] = ("inside", "outside", "overlap")) -> go.Figure:
    """Shares of the tokens inside and outside by the cell's value; what both have in common is hatched.

    The outermost bins hold all that lies beyond them. `names` are those of the three traces.
    """
    outside, inside = cell.shares(n_bins).astype(np.float32)
    edges = np.linspace(cell.start, cell.stop, n_bins + 1, dtype=np.float32)
    figure = go.Figure()
    width, middle = float(edges[1] - edges[0]), (edges[1:] + edges[:-1]) / 2
    for name, shares, marker in (
            (names[1], outside, {"color": NEUTRAL, "opacity": 0.55}),
            (names[0], inside, {"color": PHRASE_COLOURS[phrase], "opacity": 0.6}),
            (names[2], np.minimum(outside, inside),
             {"color": "rgba(0,0,0,0)", "pattern": {"shape": "/", "fgcolor": ACCENT, "size": 6, "solidity": 0.3},
              "line": {"width": 0}})):
        figure.add_bar(x=middle, y=shares, width=width, name=name, marker={"line": {"width": 0}} | marker,
                       hovertemplate=f"{x_title} %{{x:.3f}}<br>{name}: %{{y:.2%}}<extra></extra>")
    figure.update_layout(
        height=400, barmode="overlay", bargap=0, hovermode="closest", margin=_MARGIN, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": y_title}, "tickformat": ".0%", "rangemode": "tozero", "nticks": 6})
    return figure


def tabulate_overlap(cell: CellOverlap, n_bins: int) -> pd.DataFrame:
    """The bins with their shares."""
    edges = np.linspace(cell.start, cell.stop, n_bins + 1)
    outside, inside = cell.shares(n_bins)
    return pd.DataFrame({"from": edges[:-1], "to": edges[1:], "inside": inside, "outside": outside,
                         "overlap": np.minimum(inside, outside)})


def draw_roc(cell: CellOverlap, *, phrase: str, x_title: str = "outside, taken for inside",
             y_title: str = "inside, found", names: Sequence[str] = ("threshold on the cell", "chance")) -> go.Figure:
    """ROC curve of a threshold on the cell, the best threshold marked."""
    false, true = (rates.astype(np.float32) for rates in cell.roc())
    best, auc = int((true - false).argmax()), float(cell.auc[0])
    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name=names[1], hoverinfo="skip",
                       line={"color": NEUTRAL, "width": 1.5, "dash": "dash"})
    figure.add_scatter(x=false, y=true, mode="lines", name=names[0], fill="tozeroy", fillcolor=FAINT,
                       line={"color": PHRASE_COLOURS[phrase], "width": 2.5},
                       hovertemplate=f"{x_title} %{{x:.1%}}<br>{y_title} %{{y:.1%}}<extra></extra>")
    figure.add_scatter(x=false[[best]], y=true[[best]], mode="markers", showlegend=False,
                       marker={"symbol": "circle-open", "size": 13, "color": ACCENT, "line": {"width": 2.5}},
                       hovertemplate=f"{x_title} %{{x:.1%}}<br>{y_title} %{{y:.1%}}<extra></extra>")
    figure.add_annotation(x=0.97, y=0.06, xanchor="right", yanchor="bottom", showarrow=False, font={"size": 16},
                          text=f"AUC {auc:.3f}")
    axis = {"range": [-0.02, 1.02], "tickformat": ".0%", "showgrid": False, "zeroline": False, "dtick": 0.25}
    figure.update_layout(height=400, hovermode="closest", margin=_MARGIN, legend=_LEGEND,
                         xaxis=axis | {"title": {"text": x_title}}, yaxis=axis | {"title": {"text": y_title}})
    return figure


def draw_every_cell(overlaps: np.ndarray, *, vector: str, null: float, picked: int, x_title: str = "dimension",
                    y_title: str = "overlap", cell_name: str = "cell", null_name: str = "rotated labels") -> go.Figure:
    """Overlap of every cell over its index, the picked one ringed; above the line is what chance reaches."""
    x, y = np.arange(len(overlaps), dtype=np.float32), overlaps.astype(np.float32)
    scatter = go.Scattergl if len(y) >= WEBGL_FROM else go.Scatter
    figure = go.Figure()
    if np.isfinite(null):
        figure.add_scatter(x=np.array([-0.5, len(y) - 0.5], np.float32), y=np.array([null, null], np.float32),
                           mode="lines", line={"color": NEUTRAL, "width": 1.5, "dash": "dash"}, name=null_name,
                           hoverinfo="skip")
    figure.add_trace(scatter(x=x, y=y, mode="markers", name=vector, customdata=np.arange(len(y), dtype=np.int32),
                             marker={"color": VECTOR_COLOURS[vector], "size": 7 if len(y) <= 250 else 4},
                             hovertemplate=f"{cell_name} %{{customdata}}<br>{y_title} %{{y:.3f}}<extra></extra>"))
    figure.add_scatter(x=[picked], y=y[[picked]], mode="markers", showlegend=False, hoverinfo="skip",
                       marker={"symbol": "circle-open", "size": 15, "color": ACCENT, "line": {"width": 2.5}})
    side = "left" if picked < 0.25 * len(y) else "right" if picked > 0.75 * len(y) else "center"
    figure.add_annotation(x=picked, y=float(y[picked]), text=f"{cell_name} {picked}", ax=0, ay=24, xanchor=side,
                          showarrow=True, arrowhead=0, arrowwidth=1.5, arrowcolor=ACCENT, standoff=8, font={"size": 13})
    figure.update_layout(
        height=340, hovermode="closest", margin=_MARGIN, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "showgrid": False, "zeroline": False,
               "range": [-0.02 * len(y) - 0.5, 1.02 * len(y) - 0.5]},
        yaxis={"title": {"text": y_title}, "range": [-0.08, 1.04], "dtick": 0.25, "zeroline": False})
    return figure


def draw_sizes(cell: CellOverlap, *, phrase: str, x_title: str = "bins", y_title: str = "overlap") -> go.Figure:
    """The overlap of one cell by the number of bins, with 95 % intervals; the definition's number is ringed."""
    overlaps = np.array([cell.overlap(size) for size in SIZES], np.float32)
    low, high = cell.intervals.astype(np.float32).T
    x = [str(size) for size in SIZES]
    figure = go.Figure(go.Scatter(
        x=x, y=overlaps, mode="lines+markers", showlegend=False, customdata=np.column_stack([low, high]),
        line={"color": PHRASE_COLOURS[phrase], "width": 2}, marker={"size": 8},
        error_y={"type": "data", "symmetric": False, "array": high - overlaps, "arrayminus": overlaps - low,
                 "thickness": 2, "width": 5},
        hovertemplate=f"{x_title} %{{x}}<br>{y_title} %{{y:.3f}} [%{{customdata[0]:.3f}}, %{{customdata[1]:.3f}}]"
                      "<extra></extra>"))
    own = SIZES.index(cell.n_bins)
    figure.add_scatter(x=[x[own]], y=overlaps[[own]], mode="markers", showlegend=False, hoverinfo="skip",
                       marker={"symbol": "circle-open", "size": 16, "color": ACCENT, "line": {"width": 2.5}})
    figure.update_layout(height=340, hovermode="closest", margin=_MARGIN,
                         xaxis={"title": {"text": x_title}, "type": "category", "showgrid": False},
                         yaxis={"title": {"text": y_title}, "range": [0, max(0.3, 1.15 * float(np.nanmax(high)))],
                                "zeroline": False})
    return figure
