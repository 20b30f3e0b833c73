"""How far word order and voice move a sentence vector: distances of many quadruples, and their ratios."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.phrases import COMPARISONS, QuadrupleEffects
from core.figures.palette import LINE_COLOURS, NEUTRAL

COLOURS = {"order": LINE_COLOURS[0], "voice": LINE_COLOURS[1], "looks": LINE_COLOURS[3], "random": NEUTRAL}
_ROW = 104  # px of one system


@dataclass(frozen=True)
class EffectTexts:
    """What the figures write, translated."""

    order: str = "roles swapped, same words"
    voice: str = "active against passive, same meaning"
    looks: str = "other voice, people in the same places, other meaning"
    random: str = "two phrases at random"
    distance: str = "distance, mean of random pairs = 1"
    ratio: str = "distance, as a multiple of active against passive"


ENGLISH = EffectTexts()


def draw_effects(effects: dict[str, QuadrupleEffects], *, texts: EffectTexts = ENGLISH) -> go.Figure:
    """Distributions of distances over quadruples, a row a system, a colour a comparison.

    Boxes hold the middle half, lines the middle 90 %; the diamond is the mean with its interval.

    Parameters
    ----------
    effects : dict
        Name of a system → its distances, from top to bottom.
    """
    figure = go.Figure()
    kinds = (*COMPARISONS, "random")
    for k, kind in enumerate(kinds):
        own = [found.scaled(kind) for found in effects.values()]
        y = [-n + 0.16 - 0.17 * k for n in range(len(own))]
        ends = np.array([np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)) for values in own], np.float32)
        figure.add_box(
            y=y, q1=ends[:, 1], median=ends[:, 2], q3=ends[:, 3], lowerfence=ends[:, 0], upperfence=ends[:, 4],
            orientation="h", name=getattr(texts, kind), width=0.13, legendgroup=kind, boxpoints=False,
            marker={"color": COLOURS[kind]}, line={"color": COLOURS[kind], "width": 1.6}, hoverinfo="skip")
        means = np.array([values.mean() for values in own], np.float32)
        figure.add_scatter(
            x=means, y=y, mode="markers", showlegend=False, legendgroup=kind, customdata=ends,
            marker={"symbol": "diamond", "size": 8, "color": COLOURS[kind], "line": {"width": 1, "color": "#ffffff"}},
            text=list(effects), hovertemplate=f"<b>%{{text}}</b><br>{getattr(texts, kind)}<br>%{{x:.3f}}  "
                                              "(%{customdata[0]:.3f} – %{customdata[4]:.3f})<extra></extra>")
    _lay_out(figure, list(effects), texts.distance)
    figure.update_xaxes(rangemode="tozero")
    return figure


def draw_ratios(effects: dict[str, QuadrupleEffects], *, texts: EffectTexts = ENGLISH) -> go.Figure:
    """Ratios to the distance of active and passive, with intervals; beyond the line the vector follows meaning."""
    figure = go.Figure()
    for place, (kind, name) in enumerate((("order", "order_to_voice"), ("looks", "looks_to_voice"))):
        ratio = np.array([getattr(found, name) for found in effects.values()], np.float32)
        y = [-n + 0.06 - 0.27 * place for n in range(len(ratio))]
        figure.add_scatter(
            x=ratio[:, 0], y=y, mode="markers", name=getattr(texts, kind), text=list(effects), customdata=ratio,
            error_x={"type": "data", "symmetric": False, "array": ratio[:, 2] - ratio[:, 0],
                     "arrayminus": ratio[:, 0] - ratio[:, 1], "thickness": 2.4, "width": 5},
            marker={"color": COLOURS[kind], "size": 10, "symbol": "square"},
            hovertemplate=f"<b>%{{text}}</b><br>{getattr(texts, kind)}<br>%{{x:.2f}} [%{{customdata[1]:.2f}}, "
                          "%{customdata[2]:.2f}]<extra></extra>")
    figure.add_vline(x=1, line={"color": NEUTRAL, "width": 1.6, "dash": "dash"}, layer="below")
    _lay_out(figure, list(effects), texts.ratio)
    reach = max([1.15, *(1.08 * float(x) for t in figure.data for x in t.customdata[:, 2] if np.isfinite(x))])
    figure.update_xaxes(range=[-0.04, reach])
    return figure


def _lay_out(figure: go.Figure, names: Sequence[str], x_title: str) -> None:
    """Rows with their names above them, so that no long name takes the figure's width."""
    said = [{"x": 0, "xref": "paper", "y": -n + 0.37, "text": f"<b>{name}</b>", "showarrow": False, "xanchor": "left",
             "yanchor": "middle", "font": {"size": 13}} for n, name in enumerate(names)]
    lines = [{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": -n + 0.52, "y1": -n + 0.52,
              "line": {"color": "rgba(127,135,148,0.3)", "width": 1}, "layer": "below"} for n in range(1, len(names))]
    figure.update_layout(
        height=_ROW * len(names) + 120, hovermode="closest", annotations=[*figure.layout.annotations, *said],
        shapes=[*figure.layout.shapes, *lines], margin={"l": 8, "r": 12, "t": 56, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "traceorder": "normal"},
        xaxis={"title": {"text": x_title}, "zeroline": False, "gridcolor": "rgba(127,135,148,0.18)"},
        yaxis={"range": [-len(names) + 0.5, 0.52], "visible": False, "fixedrange": True})
