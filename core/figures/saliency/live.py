"""A text CNN while it learns: accuracy, loss and the movement of its saliency, within the frame of the whole run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import LINE_COLOURS, NEUTRAL
from core.figures.saliency.movement import RIGHT, WRONG

LEARNED, TEST, LOSS = LINE_COLOURS[2], LINE_COLOURS[3], LINE_COLOURS[4]
_DOMAINS = ((0.62, 1.0), (0.36, 0.53), (0.0, 0.27))  # accuracy, loss, movement
_MARKED = 12  # epochs; of more the lines alone are drawn


@dataclass(frozen=True)
class LiveTexts:
    """Words of the figure."""

    epoch: str = "epoch"
    accuracy: str = "right"
    loss: str = "loss"
    movement: str = "movement"
    learned: str = "on T1, learned from"
    test: str = "on T3, unread"
    chance: str = "always the largest class"
    right: str = "sentences got right"
    wrong: str = "sentences got wrong"


ENGLISH = LiveTexts()


def draw_live(learned: np.ndarray, test: np.ndarray, loss: np.ndarray, *, right: np.ndarray, wrong: np.ndarray,
              chance: float, n_epochs: int, texts: LiveTexts = ENGLISH) -> go.Figure:
    """Three curves one above the other, over the epochs of the whole run.

    Parameters
    ----------
    learned, test, loss : arrays of shape (E,)
        After each epoch so far.
    right, wrong : arrays of shape (E - 1,)
        Movement of saliency from each epoch to the next; drawn at the later one. NaN where a side has no sentence.
    chance : float
        Share of right predictions without having learned anything.
    n_epochs : int
        Of the whole run: the axis reaches there from the beginning.
    """
    x = np.arange(1, len(learned) + 1, dtype=np.float32)
    traces = [
        go.Scatter(x=[0.5, n_epochs + 0.5], y=[chance, chance], mode="lines", name=texts.chance,
                   line={"color": NEUTRAL, "width": 1.5, "dash": "dash"}, hovertemplate=f"%{{y:.1%}}<extra>"
                   f"{texts.chance}</extra>"),
        _line(x, learned, LEARNED, texts.learned, format=".1%"), _line(x, test, TEST, texts.test, format=".1%"),
        _line(x, loss, LOSS, texts.loss, format=".3f", axis="y2"),
        _line(x[1:], right, RIGHT, texts.right, format=".3g", axis="y3"),
        _line(x[1:], wrong, WRONG, texts.wrong, format=".3g", axis="y3")]
    lowest = min(chance, float(min(learned.min(initial=1.0), test.min(initial=1.0))))
    return go.Figure(traces, _lay_out(n_epochs, texts, bottom=max(0.0, np.floor(lowest * 10 - 0.5) / 10),
                                      tops=(_reach(loss), _reach(np.concatenate([right, wrong])))))


def _reach(values: np.ndarray) -> float:
    """Where an axis that begins at 0 ends, so that no line touches its edge."""
    return 1.08 * float(np.nanmax(values, initial=0)) or 1.0


def _line(x: np.ndarray, y: Sequence[float], colour: str, name: str, *, format: str, axis: str = "y") -> go.Scatter:
    legend = {"y": "legend", "y3": "legend2"}.get(axis)
    return go.Scatter(x=x, y=np.asarray(y, np.float32), yaxis=axis, name=name, legend=legend,
                      showlegend=legend is not None, mode="lines+markers" if len(x) <= _MARKED else "lines",
                      marker={"size": 5}, line={"color": colour, "width": 2.2},
                      hovertemplate=f"%{{y:{format}}}<extra>{name}</extra>")


def _lay_out(n_epochs: int, texts: LiveTexts, *, bottom: float, tops: tuple[float, float]) -> dict:
    legend = {"orientation": "h", "yanchor": "bottom", "x": 0}
    accuracy, loss, movement = (list(domain) for domain in _DOMAINS)
    return {
        "height": 600, "margin": {"l": 64, "r": 16, "t": 40, "b": 48}, "hovermode": "x",
        "legend": legend | {"y": 1.01}, "legend2": legend | {"y": _DOMAINS[2][1] + 0.005},
        "xaxis": {"title": {"text": texts.epoch}, "range": [0.5, n_epochs + 0.5], "showgrid": False, "anchor": "y3",
                  "nticks": 12, "tickformat": "d"},
        "yaxis": {"title": {"text": texts.accuracy}, "tickformat": ".0%", "domain": accuracy,
                  "range": [bottom, 1.02]},
        "yaxis2": {"title": {"text": texts.loss}, "domain": loss, "range": [0, tops[0]], "nticks": 4},
        "yaxis3": {"title": {"text": texts.movement}, "domain": movement, "range": [0, tops[1]], "nticks": 4,
                   "exponentformat": "power"}}
