"""One word's tokens among other words, and what a selection of them has in common."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, FAINT, NEUTRAL, write_token
from core.figures.projection import Cloud, draw_clouds

MAX_LINES = 40  # sentences drawn over one another


def draw_roles(clouds: Sequence[Cloud], *, forms: Sequence[str], places: np.ndarray, background: np.ndarray,
               axes: Sequence[str], other_name: str = "other words") -> go.Figure:
    """A word's tokens by part of speech, in front of all words, with some other words named.

    Parameters
    ----------
    clouds : sequence of Cloud
        One for each part of speech.
    forms, places : sequence of str, and array of shape (len(forms), 2)
        Other words at the mean of their tokens.
    background : array of shape (N, 2)
        Some words of all kinds, in grey.

    Returns
    -------
    plotly Figure
        Markers of the word's tokens carry ``customdata`` [id]; the others carry none.
    """
    figure = draw_clouds(clouds, axes=axes, named=False, height=600)
    background = np.asarray(background, np.float32)
    dots = go.Scattergl(x=background[:, 0], y=background[:, 1], mode="markers", name=other_name, hoverinfo="skip",
                        marker={"color": NEUTRAL, "size": 3, "opacity": 0.25})
    figure.add_trace(dots)
    figure.data = (figure.data[-1], *figure.data[:-1])
    for form, (x, y) in zip(forms, np.asarray(places, float).reshape(-1, 2), strict=True):
        figure.add_annotation(x=x, y=y, text=f"<i>{write_token(form)}</i>", showarrow=True, arrowhead=6, arrowsize=0.7,
                              arrowwidth=1, arrowcolor=NEUTRAL, ax=0, ay=-16, font={"size": 13}, standoff=2)
    for trace in figure.data[1:]:
        trace.marker.update(size=9, line={"width": 0.8, "color": "#ffffff"})
        trace.hovertemplate = "%{text}<extra>" + trace.name + "</extra>"
    figure.update_layout(dragmode="lasso")
    return figure


def draw_contrast(selected: np.ndarray, rest: np.ndarray, edges: np.ndarray, *, names: tuple[str, str],
                  colour: str = ACCENT, x_title: str = "value", y_title: str = "share of tokens") -> go.Figure:
    """Histograms of one cell on selected tokens and on the rest, each adding up to one."""
    figure = go.Figure()
    middles, width = ((edges[:-1] + edges[1:]) / 2).astype(np.float32), float(edges[1] - edges[0])
    for values, name, fill, pattern in ((rest, names[1], NEUTRAL, ""), (selected, names[0], colour, "/")):
        counts = np.histogram(values, edges)[0]
        figure.add_bar(x=middles, y=(counts / max(len(values), 1)).astype(np.float32), width=width, name=name,
                       customdata=counts,
                       marker={"color": fill, "opacity": 0.6, "line": {"width": 0},
                               "pattern": {"shape": pattern, "fillmode": "overlay", "solidity": 0.2}},
                       hovertemplate=f"<b>{name}</b><br>%{{x:.2f}}: %{{y:.1%}} (n = %{{customdata:,}})<extra></extra>")
    figure.update_layout(
        height=340, barmode="overlay", hovermode="closest", margin={"l": 56, "r": 16, "t": 36, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "zeroline": False, "showgrid": False},
        yaxis={"title": {"text": y_title}, "tickformat": ".0%", "zeroline": False, "rangemode": "tozero"})
    return figure


def draw_aligned(lines: Sequence[tuple[np.ndarray, np.ndarray, Sequence[str]]], *, word: str, colour: str = ACCENT,
                 rest: np.ndarray | None = None, names: tuple[str, str] = ("selected", "the rest, 25–75 %"),
                 x_title: str = "tokens from the word", y_title: str = "value") -> go.Figure:
    """One cell in several sentences, laid over one another at the word.

    Parameters
    ----------
    lines : sequence of (places, values, tokens)
        ``places`` (T,) are distances from the word, 0 at it.
    rest : array of shape (L, 4), optional
        Place, and the 25, 50 and 75 % quantiles of the tokens outside the selection.
    """
    figure = go.Figure()
    if rest is not None and len(rest):
        place, low, middle, high = np.asarray(rest, np.float32).T
        figure.add_scatter(x=np.concatenate([place, place[::-1]]), y=np.concatenate([low, high[::-1]]), mode="lines",
                           line={"width": 0}, fill="toself", fillcolor=FAINT, name=names[1], hoverinfo="skip")
        figure.add_scatter(x=place, y=middle, mode="lines", line={"color": NEUTRAL, "width": 2, "dash": "dot"},
                           showlegend=False, hoverinfo="skip")
    for n, (places, values, tokens) in enumerate(lines[:MAX_LINES]):
        figure.add_scatter(
            x=places, y=np.asarray(values, np.float32), mode="lines+markers", name=names[0], legendgroup="selected",
            showlegend=n == 0, line={"color": colour, "width": 1.6}, marker={"size": 4}, text=[write_token(t) for t in
                                                                                               tokens],
            opacity=1 if len(lines) == 1 else max(0.28, 1 / np.sqrt(len(lines))),
            hovertemplate="%{text}: %{y:.3f}<extra></extra>")
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1, "dash": "dash"})
    figure.add_annotation(x=0, y=1, yref="paper", yanchor="bottom", text=f"<b>{write_token(word)}</b>",
                          showarrow=False, xanchor="left")
    figure.update_layout(
        height=340, hovermode="closest", margin={"l": 56, "r": 16, "t": 56, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.08, "x": 0},
        xaxis={"title": {"text": x_title}, "zeroline": False, "showgrid": False, "dtick": 2},
        yaxis={"title": {"text": y_title}, "zeroline": False})
    return figure
