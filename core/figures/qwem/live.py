"""An embedding while it is trained: its curves up to now within the frame of the whole run."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import LINE_COLOURS
from core.figures.qwem.dynamics import ENGLISH, SceneTexts

_LOSS = "#3D85C6"
FIRST = 0.3            # of τ₁, where the axis begins
_SPLIT = (0.30, 0.40)  # top of the loss, foot of the curves, as shares of the height


def draw_live(time: np.ndarray, measured: np.ndarray, loss: np.ndarray, *,
              predicted: tuple[np.ndarray, np.ndarray] | None = None, unit: float = 1.0, end: float | None = None,
              top: float | None = None, texts: SceneTexts = ENGLISH,
              names: Sequence[str] = ("measured", "predicted")) -> go.Figure:
    """Singular values so far, solid, over those of the closed form, dotted, to the end; the loss below them.

    Parameters
    ----------
    time, loss : arrays of shape (N,)
        The first moment is the start, at 0, and not drawn.
    measured : array of shape (N, K)
        s_k.
    predicted : arrays of shape (T,) and (T, K), optional
        Times and s_k of the closed form, also of what is still to come.
    unit : float
        τ₁: the unit of the axis.
    end : float, optional
        When the run will end, in `unit`: the axis reaches there from the beginning.
    top : float, optional
        What the strengths can be expected to reach.
    """
    later, traces = time > 0, []
    x = (time[later] / unit).astype(np.float32)
    if predicted is not None:
        ahead = (predicted[0] / unit).astype(np.float32)
        traces += [go.Scatter(
            x=ahead, y=predicted[1][:, k].astype(np.float32), mode="lines", name=names[1], legendgroup=names[1],
            showlegend=k == 0, hoverinfo="skip", opacity=0.75,
            line={"color": LINE_COLOURS[k % len(LINE_COLOURS)], "width": 1.6, "dash": "dot"})
            for k in range(measured.shape[1])]
    for k in range(measured.shape[1]):
        traces.append(go.Scatter(
            x=x, y=measured[later, k].astype(np.float32), mode="lines", name=names[0], legendgroup=names[0],
            showlegend=k == 0, line={"color": LINE_COLOURS[k % len(LINE_COLOURS)], "width": 2.2},
            hovertemplate=f"{texts.concept} {k + 1}<br>{texts.time} = %{{x:.2f}}<br>"
                          f"{texts.strength} = %{{y:.2f}}<extra>{names[0]}</extra>"))
    traces.append(go.Scatter(
        x=x, y=loss[later].astype(np.float32), mode="lines", showlegend=False, yaxis="y2",
        line={"color": _LOSS, "width": 2.2},
        hovertemplate=f"{texts.time} = %{{x:.2f}}<br>{texts.loss} %{{y:.1%}}<extra></extra>"))
    last = float(end or (x[-1] if len(x) else 1))
    high = max(float(top or 0), float(measured.max(initial=0)), 1e-12)
    shown, drawn = np.log10([FIRST, last]).tolist(), loss[later]
    return go.Figure(traces, {
        "height": 520, "margin": {"l": 56, "r": 16, "t": 40, "b": 48}, "hovermode": "closest",
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0, "traceorder": "reversed"},
        "xaxis": {"title": {"text": texts.time}, "type": "log", "range": shown,
                  "tickvals": [0.3, 0.5, 1, 2, 3, 5, 10, 20, 30], "showgrid": False, "anchor": "y2"},
        "yaxis": {"title": {"text": texts.strength}, "range": [0, 1.05 * high], "domain": [_SPLIT[1], 1]},
        "yaxis2": {"title": {"text": texts.loss}, "tickformat": ".0%", "domain": [0, _SPLIT[0]], "nticks": 4,
                   "range": [min(0.0, float(drawn.min(initial=0))), 1.05 * max(1.0, float(drawn.max(initial=0)))]}})
