"""Filters of a text CNN: how much each moves the decision, what it answers to, and where it fires in one sentence."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.saliency.filters import FilterAnswers, NGram
from core.analysis.saliency.windows import WindowAnswers, cut_window
from core.figures.palette import ACCENT, NEUTRAL, name_axis_tokens, write_token
from core.figures.saliency.sentence import CLASS_COLOURS, SIGNED

_ROW_PX = 26
EDGE = "·"  # stands for a place beyond an end of the sentence


def colour_class(label: int) -> str:
    """Colour of a class, the same on all pages about text CNNs."""
    return CLASS_COLOURS[label % len(CLASS_COLOURS)]


def weigh_filters(found: FilterAnswers) -> np.ndarray:
    """Mean answer times the spread of its effects, (F,): how far a filter moves the decision on average."""
    return found.values.mean(0) * (found.effects.max(1) - found.effects.min(1))


def draw_ranking(found: FilterAnswers, order: np.ndarray, label_names: Sequence[str], *, chosen: int | None = None,
                 names: Sequence[str] = (), x_title: str = "moves the decision by", speaks: str = "speaks for {label}",
                 ) -> go.Figure:
    """Bars of some filters, the first on top, in the colour of the class they speak for.

    Parameters
    ----------
    order : int array of shape (n,)
    chosen : int, optional
        A filter that is drawn in full colour while the others fade.
    names : sequence of str, length n, optional
        What stands beside each bar, plain text.
    """
    figure, weights = go.Figure(), weigh_filters(found)
    best, rows = found.effects.argmax(1)[order], -np.arange(len(order), dtype=np.float32)
    shown = [write_token(name) for name in names] or [str(f) for f in order]
    for label, name in enumerate(label_names):
        own = best == label
        if own.any():
            faded = [1.0 if chosen is None or f == chosen else 0.45 for f in order[own].tolist()]
            figure.add_bar(
                x=weights[order][own].astype(np.float32), y=rows[own], orientation="h", customdata=order[own][:, None],
                name=speaks.format(label=write_token(name)), marker={"color": colour_class(label), "opacity": faded},
                text=[shown[i] for i in np.flatnonzero(own)], hoverinfo="text", textposition="none",
                hovertemplate=f"%{{customdata[0]}} · %{{text}}<br>{x_title} %{{x:.3f}}<extra></extra>")
    figure.update_layout(
        height=_ROW_PX * len(order) + 100, barmode="overlay", bargap=0.25, hovermode="closest",
        margin={"l": 8, "r": 16, "t": 40, "b": 48}, legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": x_title}, "rangemode": "tozero"},
        yaxis={"tickvals": rows, "ticktext": shown, "automargin": True, "showgrid": False, "zeroline": False,
               "range": [-len(order) + 0.4, 0.6]})
    return figure


def draw_ngrams(grams: Sequence[NGram], *, colour: str = NEUTRAL, x_title: str = "answer",
                sentences: str = "sentences") -> go.Figure:
    """N-grams a filter answers to most, the first on top."""
    rows = -np.arange(len(grams), dtype=np.float32)
    figure = go.Figure(go.Bar(
        x=np.array([g.value for g in grams], np.float32), y=rows, orientation="h", marker={"color": colour},
        customdata=np.array([[g.count] for g in grams]).reshape(-1, 1),
        hovertemplate=f"%{{x:.2f}}, {sentences}: %{{customdata[0]}}<extra></extra>"))
    figure.update_layout(
        height=_ROW_PX * len(grams) + 80, margin={"l": 8, "r": 16, "t": 16, "b": 48}, showlegend=False, bargap=0.3,
        xaxis={"title": {"text": x_title}, "rangemode": "tozero"},
        yaxis={"tickvals": rows, "ticktext": [" ".join(map(write_token, g.words)) for g in grams], "automargin": True,
               "showgrid": False, "zeroline": False})
    return figure


def draw_spread(answers: np.ndarray, labels: np.ndarray, label_names: Sequence[str], *, x_title: str = "answer",
                y_title: str = "share of the label's sentences") -> go.Figure:
    """How a filter's answers (S,) are spread within each class: shares that reach at least so far.

    The curve of a class begins at the share of its sentences that make the filter answer at all.
    """
    figure, top = go.Figure(), max(float(answers.max(initial=0)), 1e-6)
    x = np.linspace(0, top, 120)
    for label, name in enumerate(label_names):
        own = np.sort(answers[labels == label])
        if not len(own):
            continue
        share = 1 - np.searchsorted(own, x, side="left") / len(own)
        share[0] = (own > 0).mean()
        figure.add_scatter(x=x.astype(np.float32), y=share.astype(np.float32), mode="lines", name=write_token(name),
                           line={"color": colour_class(label), "width": 2.4},
                           hovertemplate=f"≥ %{{x:.2f}}: %{{y:.1%}}<extra>{write_token(name)}</extra>")
    figure.update_layout(
        height=340, hovermode="closest", margin={"l": 56, "r": 16, "t": 40, "b": 48},
        legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": x_title}, "range": [0, top], "showgrid": False},
        yaxis={"title": {"text": y_title}, "tickformat": ".0%", "range": [0, 1.02]})
    return figure


def draw_windows(found: WindowAnswers, words: Sequence[str], filters: Sequence[int], *, label: int,
                 x_title: str = "last word of the window", y_title: str = "filter",
                 value: str = "adds to the score") -> go.Figure:
    """Filters × windows of one sentence, coloured by what an answer there would add to a class; a ring where it counts.

    Parameters
    ----------
    filters : sequence of int
        Which, from top to bottom.
    label : int
        The class whose score is meant: green raises it, magenta lowers it.
    """
    own = np.asarray(filters)
    best = found.values[own].max(1)
    each = np.divide(found.added[own, label], best, out=np.zeros(len(own), np.float32), where=best > 0)
    z = (found.values[own] * each[:, None]).astype(np.float32)
    reach = max(float(np.abs(z).max(initial=0)), 1e-6)
    columns = name_axis_tokens((*words, *[EDGE] * (z.shape[1] - len(words))))
    rows = [f"{f}" for f in own.tolist()]
    grams = [[" ".join(map(write_token, cut_window(tuple(words), p, int(found.heights[f])))) for p in range(z.shape[1])]
             for f in own.tolist()]
    figure = go.Figure(go.Heatmap(
        z=z, x=columns, y=rows, text=grams, zmin=-reach, zmax=reach, colorscale=SIGNED, xgap=1, ygap=1,
        colorbar={"thickness": 10, "len": 0.9}, showscale=True,
        hovertemplate=f"{y_title} %{{y}} · %{{text}}<br>{value} %{{z:+.3f}}<extra></extra>"))
    fired = best > 0
    figure.add_scatter(x=[columns[p] for p in found.places[own][fired]], y=[r for r, f in zip(rows, fired, strict=True)
                                                                            if f],
                       mode="markers", hoverinfo="skip", showlegend=False,
                       marker={"symbol": "circle-open", "size": 11, "color": ACCENT, "line": {"width": 2}})
    figure.update_layout(
        height=24 * len(rows) + 130, margin={"l": 56, "r": 8, "t": 16, "b": 96}, hovermode="closest",
        xaxis={"type": "category", "title": {"text": x_title}, "tickangle": -60, "showgrid": False,
               "range": [-0.5, z.shape[1] - 0.5]},
        yaxis={"type": "category", "title": {"text": y_title}, "range": [len(rows) - 0.5, -0.5], "showgrid": False})
    return figure
