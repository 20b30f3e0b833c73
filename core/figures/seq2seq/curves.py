"""Perplexity over epochs, read forwards and backwards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.curves import Curve, average_curves
from core.figures.palette import LINE_COLOURS
from core.figures.saliency.movement import fade

FORWARD, REVERSED = LINE_COLOURS[1], LINE_COLOURS[0]
COLOURS = {False: FORWARD, True: REVERSED}


@dataclass(frozen=True)
class CurveTexts:
    """Words of the figure."""

    epoch: str = "epoch"
    perplexity: str = "perplexity"
    forward: str = "forward"
    reversed: str = "reversed"
    validation: str = "unread"
    train: str = "while learning"
    seed: str = "seed"
    mean: str = "mean"

    def direction(self, reverse: bool) -> str:
        return self.reversed if reverse else self.forward


ENGLISH = CurveTexts()


def draw_learning(curves: Sequence[Curve], *, train: bool = True, texts: CurveTexts = ENGLISH) -> go.Figure:
    """Validation solid, training dotted; a thin line a seed where there are several, and their mean.

    Perplexities stand on a logarithmic axis: equal distances are equal ratios.
    """
    figure = go.Figure()
    parts = (("validation", texts.validation, "solid"), *([("train", texts.train, "dot")] if train else []))
    for part, part_name, dash in parts:
        for reverse in (False, True):
            own = [curve for curve in curves if curve.reverse == reverse]
            if own:
                _add_runs(figure, own, part, name=f"{texts.direction(reverse)}, {part_name}", dash=dash, texts=texts)
    values = np.concatenate([getattr(curve, part) for curve in curves for part, *_ in parts] or [[1.0]])
    low, high = float(values.min()), float(values.max())
    ticks = [t for t in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000) if low / 1.3 < t < high * 1.3]
    last = max((int(curve.epochs[-1]) for curve in curves), default=1)
    figure.update_layout(
        height=430, margin={"l": 64, "r": 16, "t": 48, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": texts.epoch}, "showgrid": False, "range": [0.8, last + 0.2],
               "tickformat": "d", "tick0": 1, "dtick": max(1, round(last / 10))},
        yaxis={"title": {"text": texts.perplexity}, "type": "log", "tickvals": ticks,
               "ticktext": [str(t) for t in ticks], "range": [np.log10(low / 1.08), np.log10(high * 1.08)]})
    return figure


def _add_runs(figure: go.Figure, curves: Sequence[Curve], part: str, *, name: str, dash: str,
              texts: CurveTexts) -> None:
    colour = COLOURS[curves[0].reverse]
    for curve in curves if len(curves) > 1 else ():
        figure.add_scatter(x=curve.epochs.astype(np.float32), y=getattr(curve, part).astype(np.float32), mode="lines",
                           showlegend=False, legendgroup=name,
                           line={"color": fade(colour, 0.5), "width": 1, "dash": dash},
                           hovertemplate=f"{texts.epoch} %{{x}}: %{{y:.2f}}<extra>{name}, {texts.seed} {curve.seed}"
                                         "</extra>")
    epochs, validation, train = average_curves(curves)
    label = name if len(curves) == 1 else f"{name} ({texts.mean})"
    values = validation if part == "validation" else train
    figure.add_scatter(x=epochs.astype(np.float32), y=values.astype(np.float32),
                       mode="lines+markers" if part == "validation" else "lines", name=name, legendgroup=name,
                       marker={"size": 6},
                       line={"color": colour, "width": 2.6 if part == "validation" else 1.8, "dash": dash},
                       hovertemplate=f"{texts.epoch} %{{x}}: %{{y:.2f}}<extra>{label}</extra>")
