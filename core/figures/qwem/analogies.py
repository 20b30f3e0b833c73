"""Analogy accuracy by rank and by family, of several embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL

COLOURS = {"mstar": "#D1495B", "mstar_prior": "#E08A3C", "ppmi": "#3D85C6", "pmi": "#8E6BBF", "log_count": "#5F7FC9",
           "word2vec": "#2A9D74"}
_SYMBOLS = {"mstar": "circle", "mstar_prior": "circle-open", "ppmi": "square", "pmi": "triangle-up",
            "word2vec": "diamond", "log_count": "cross"}
_FAMILIES = tuple(c for c in LINE_COLOURS if c not in COLOURS.values())
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}


@dataclass(frozen=True)
class Curve:
    """Accuracy of one embedding or family along the rank, with its interval; one point where it has one rank.

    Attributes
    ----------
    kind : str
        A key of `COLOURS`; empty for a family of the main embedding.
    ranks, share, low, high : arrays of shape (R,)
    """

    name: str
    kind: str
    ranks: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray


def draw_by_rank(curves: Sequence[Curve], *, rank: int | None = None, x_title: str = "dimensions used",
                 y_title: str = "right answers", right: str = "right", rank_name: str = "dimensions") -> go.Figure:
    """One line a curve with its band; a diamond with a bar where there is one rank only."""
    figure, families = go.Figure(), 0
    for curve in curves:
        colour = COLOURS.get(curve.kind) or _FAMILIES[families % len(_FAMILIES)]
        families += not curve.kind
        x, share, low, high = (np.asarray(a, np.float32) for a in (curve.ranks, curve.share, curve.low, curve.high))
        hover = f"{rank_name} %{{x}}<br>{right} %{{y:.1%}}<extra>{curve.name}</extra>"
        if len(x) == 1:
            figure.add_scatter(x=x, y=share, name=curve.name, mode="markers", hovertemplate=hover,
                               marker={"symbol": "diamond", "size": 11, "color": colour},
                               error_y={"type": "data", "symmetric": False, "array": high - share,
                                        "arrayminus": share - low, "color": colour, "thickness": 2})
            continue
        if curve.kind:
            figure.add_scatter(x=np.concatenate([x, x[::-1]]), y=np.concatenate([high, low[::-1]]), mode="lines",
                               line={"width": 0}, fill="toself", fillcolor=colour, opacity=0.14, showlegend=False,
                               hoverinfo="skip")
        figure.add_scatter(x=x, y=share, name=curve.name, mode="lines", hovertemplate=hover,
                           line={"color": colour, "width": 2.6 if curve.kind else 1.6,
                                 "dash": "solid" if curve.kind else "dot"})
    chosen = [] if rank is None else [{"type": "line", "yref": "paper", "x0": rank, "x1": rank, "y0": 0, "y1": 1,
                                       "layer": "below", "line": {"color": ACCENT, "width": 1.5}}]
    figure.update_layout(height=400, hovermode="closest", margin={"l": 56, "r": 16, "t": 40, "b": 48}, legend=_LEGEND,
                         shapes=chosen,
                         xaxis={"title": {"text": x_title}, "rangemode": "tozero", "showgrid": False},
                         yaxis={"title": {"text": y_title}, "tickformat": ".0%", "range": [0, 1.02]})
    return figure


@dataclass(frozen=True)
class Marks:
    """Accuracy of one embedding for each of F families, with intervals; NaN where there is none."""

    name: str
    kind: str
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray


def draw_families(names: Sequence[str], marks: Sequence[Marks], *, x_title: str = "right answers") -> go.Figure:
    """One row a family, the first on top; one mark an embedding, with its interval."""
    figure, rows = go.Figure(), -np.arange(len(names), dtype=np.float32)
    for n, mark in enumerate(marks):
        share, low, high = (np.asarray(a, np.float32) for a in (mark.share, mark.low, mark.high))
        colour, offset = COLOURS[mark.kind], 0.17 * ((len(marks) - 1) / 2 - n)
        figure.add_scatter(
            x=share, y=rows + np.float32(offset), name=mark.name, mode="markers", customdata=np.stack([low, high], 1),
            text=list(names), marker={"symbol": _SYMBOLS[mark.kind], "size": 9, "color": colour},
            error_x={"type": "data", "symmetric": False, "array": high - share, "arrayminus": share - low,
                     "color": colour, "thickness": 1.4, "width": 0},
            hovertemplate="%{text}<br>%{x:.1%} [%{customdata[0]:.1%}, %{customdata[1]:.1%}]"
                          f"<extra>{mark.name}</extra>")
    between = [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y - 0.5, "y1": y - 0.5, "layer": "below",
                "line": {"color": FAINT, "width": 1}} for y in rows[:-1].tolist()]
    figure.update_layout(height=34 * len(names) + 110, shapes=between, hovermode="closest", legend=_LEGEND,
                         margin={"l": 8, "r": 16, "t": 40, "b": 48},
                         xaxis={"title": {"text": x_title}, "tickformat": ".0%", "range": [-0.02, 1.02],
                                "zeroline": False},
                         yaxis={"tickvals": rows, "ticktext": list(names), "range": [-len(names) + 0.4, 0.6],
                                "automargin": True, "showgrid": False, "zeroline": False})
    return figure


def draw_answers(words: Sequence[str], cosines: np.ndarray, *, right: str | None = None,
                 x_title: str = "cosine") -> go.Figure:
    """Nearest words as bars, best on top; words are plain text. `right` is drawn in another colour."""
    shown = [word.replace("&", "&amp;").replace("<", "&lt;") for word in words]
    places = -np.arange(len(words), dtype=np.float32)
    figure = go.Figure(go.Bar(
        x=np.asarray(cosines, np.float32), y=places, orientation="h", text=shown, textposition="auto",
        marker={"color": [COLOURS["word2vec"] if word == right else COLOURS["mstar"] if n == 0 else NEUTRAL
                          for n, word in enumerate(words)]},
        hovertemplate="%{text}: %{x:.3f}<extra></extra>"))
    figure.update_layout(height=30 * len(words) + 70, margin={"l": 8, "r": 16, "t": 8, "b": 44}, showlegend=False,
                         xaxis={"title": {"text": x_title}, "range": [min(0, float(min(cosines, default=0))), 1]},
                         yaxis={"visible": False}, bargap=0.25)
    return figure
