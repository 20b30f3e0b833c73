"""Gradients from source words to target words: one sentence as a map, many sentences by time lag."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.lags import LagCurve, find_lags
from core.figures.palette import NEUTRAL, write_token
from core.figures.saliency.cells import cut_word
from core.figures.saliency.movement import fade
from core.figures.saliency.sentence import SHADES
from core.figures.seq2seq.curves import COLOURS

_WORD = 14   # letters of a word beside the map
_ROW_PX = 24


@dataclass(frozen=True)
class GradientTexts:
    """Words of the figures."""

    value: str = "share of the gradient"
    lag: str = "lag in steps"
    probability: str = "probability of the word"
    end: str = "end"
    forward: str = "forward"
    reversed: str = "reversed"
    untrained: str = "before training"
    chance: str = "an even spread"
    step_axis: str = "steps between reading and writing"

    def direction(self, reverse: bool) -> str:
        return self.reversed if reverse else self.forward


ENGLISH = GradientTexts()


def draw_map(values: np.ndarray, source: Sequence[str], target: Sequence[str], *, reverse: bool, log_p: np.ndarray,
             top: float | None = None, percent: bool = True, texts: GradientTexts = ENGLISH) -> go.Figure:
    """Source words down in the written order, target words across, the end last.

    Parameters
    ----------
    values : float array of shape (K, T + 1)
    source, target : sequences of K and T words
    reverse : bool
        How the model reads; decides the lags that are shown on hovering.
    log_p : float array of shape (T + 1,)
        Log-probabilities of the target words, nats.
    top : float, optional
        End of the scale of shades, where two maps are to be compared.
    """
    lags = find_lags(*values.shape, reverse=reverse, markers=1)
    written = [*(write_token(cut_word(word, _WORD)) for word in target), f"<i>{texts.end}</i>"]
    read = [write_token(cut_word(word, _WORD)) for word in source]
    number = ".1%" if percent else ".3g"
    hover = np.empty((*values.shape, 4), object)
    hover[..., 0], hover[..., 1] = np.array(read, object)[:, None], np.array(written, object)[None, :]
    hover[..., 2], hover[..., 3] = lags, np.exp(log_p.astype(np.float64)).round(4)[None, :]
    figure = go.Figure(go.Heatmap(
        z=values.astype(np.float32), zmin=0, zmax=top or float(values.max(initial=1e-9)), colorscale=SHADES, xgap=1,
        ygap=1, customdata=hover,
        hovertemplate=f"%{{customdata[0]}} → %{{customdata[1]}}<br>{texts.value} %{{z:{number}}}<br>{texts.lag} "
                      f"%{{customdata[2]}}<br>{texts.probability} %{{customdata[3]:.1%}}<extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "nticks": 5, "xpad": 4, "tickformat": ".0%" if percent else "~g",
                  "len": 1}))
    left = 18 + 8 * max((len(word) for word in (cut_word(w, _WORD) for w in source)), default=1)
    above = 18 + 6 * max((len(word) for word in (cut_word(w, _WORD) for w in target)), default=1)
    figure.update_layout(
        height=_ROW_PX * len(source) + above + 20, margin={"l": left, "r": 4, "t": above, "b": 12},
        hovermode="closest", dragmode=False,
        xaxis={"side": "top", "tickvals": list(range(len(written))), "ticktext": written, "tickangle": -60,
               "showgrid": False, "zeroline": False, "fixedrange": True, "range": [-0.5, len(written) - 0.5]},
        yaxis={"tickvals": list(range(len(read))), "ticktext": read, "range": [len(read) - 0.5, -0.5],
               "showgrid": False, "zeroline": False, "fixedrange": True})
    return figure


def draw_by_lag(curves: dict[bool, LagCurve], untrained: dict[bool, LagCurve] | None = None, *,
                chance: float | None = None, texts: GradientTexts = ENGLISH) -> go.Figure:
    """Mean gradient over the time lag, a line and a band a direction; of untrained networks the line alone.

    Parameters
    ----------
    curves, untrained : dict
        reverse → curve.
    chance : float, optional
        What an even spread over the source's words would give.
    """
    figure, shown = go.Figure(), [*curves.values(), *(untrained or {}).values()]
    last = max((float(c.lag[-1]) for c in shown if len(c.lag)), default=1.0)
    if chance is not None:
        figure.add_scatter(x=[0, last + 1], y=[chance, chance], mode="lines", name=texts.chance, hoverinfo="skip",
                           line={"color": NEUTRAL, "width": 1.5, "dash": "dash"})
    for reverse, curve in curves.items():
        _add_band(figure, curve, name=texts.direction(reverse), colour=COLOURS[reverse], texts=texts)
    for reverse, curve in (untrained or {}).items():  # the two lie on one another: the one is wide, the other thin
        _add_band(figure, curve, name=f"{texts.direction(reverse)}, {texts.untrained}", colour=COLOURS[reverse],
                  look={"dash": "dot", "width": 1.8} if reverse else {"width": 6}, texts=texts)
    figure.update_layout(
        height=420, margin={"l": 64, "r": 16, "t": 48, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": texts.step_axis}, "range": [0.5, last + 0.5], "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": texts.value}, "rangemode": "tozero", "exponentformat": "power"})
    return figure


def _add_band(figure: go.Figure, curve: LagCurve, *, name: str, colour: str,
              look: dict | None = None, texts: GradientTexts = ENGLISH) -> None:
    x = curve.lag.astype(np.float32)
    if look is None:
        edge = np.concatenate([curve.high, curve.low[::-1]]).astype(np.float32)
        figure.add_scatter(x=np.concatenate([x, x[::-1]]), y=edge, mode="lines", line={"width": 0}, fill="toself",
                           fillcolor=fade(colour), hoverinfo="skip", showlegend=False, legendgroup=name)
    figure.add_scatter(x=x, y=curve.mean.astype(np.float32), mode="lines", name=name, legendgroup=name,
                       customdata=np.stack([curve.low, curve.high, curve.n], 1).astype(np.float32),
                       line={"color": colour} | (look or {"width": 2.4}),
                       opacity=0.35 if look and "dash" not in look else 1.0,
                       hovertemplate=f"{texts.lag} %{{x}}: %{{y:.3g}} [%{{customdata[0]:.3g}}, "
                                     f"%{{customdata[1]:.3g}}], n = %{{customdata[2]:.0f}}<extra>{name}</extra>")
