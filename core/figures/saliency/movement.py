"""How much saliency moves from epoch to epoch in sentences got right and got wrong (Fig. 5), and how sure they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.palette import LINE_COLOURS

RIGHT, WRONG = LINE_COLOURS[1], LINE_COLOURS[0]


@dataclass(frozen=True)
class Curve:
    """A mean over K epochs and its interval, which may be NaN; arrays of shape (K,)."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Side:
    """Sentences got right, or got wrong: K - 1 steps of movement, and confidence after K epochs."""

    name: str
    movement: Curve
    confidence: Curve


def draw_movement(right: Side | None, wrong: Side | None, *,
                  titles: Sequence[str] = ("epoch", "movement to the next", "confidence")) -> go.Figure:
    """Movement above, confidence below, on one axis of epochs; a side without sentences is left out."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.64, 0.36])
    for side, colour, dash in ((right, RIGHT, "solid"), (wrong, WRONG, "solid")):
        if side is not None:
            add_band(figure, side.movement, name=side.name, colour=colour, dash=dash, format=".3g", row=1)
            add_band(figure, side.confidence, name=side.name, colour=colour, dash=dash, format=".1%", row=2)
    top = max((float(side.movement.mean.max()) for side in (right, wrong) if side is not None), default=1.0)
    figure.update_yaxes(title_text=titles[1], range=[0, 1.7 * top], exponentformat="power", row=1, col=1)
    figure.update_yaxes(title_text=titles[2], tickformat=".0%", row=2, col=1)
    figure.update_xaxes(title_text=titles[0], row=2, col=1)
    figure.update_xaxes(showgrid=False)
    figure.update_layout(height=480, margin={"l": 64, "r": 16, "t": 40, "b": 48}, hovermode="x",
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0})
    return figure


def add_band(figure: go.Figure, curve: Curve, *, name: str, colour: str, dash: str = "solid", format: str = ".3g",
             row: int | None = None) -> None:
    """A line over epochs 1, 2, … and its band, which goes with it when the legend is clicked."""
    place = {} if row is None else {"row": row, "col": 1}
    epochs = np.arange(1, len(curve.mean) + 1, dtype=np.float32)
    if np.isfinite(curve.low).all():
        edge = np.concatenate([curve.high, curve.low[::-1]]).astype(np.float32)
        figure.add_scatter(x=np.concatenate([epochs, epochs[::-1]]), y=edge, mode="lines", line={"width": 0},
                           fill="toself", fillcolor=fade(colour), hoverinfo="skip", showlegend=False,
                           legendgroup=name, **place)
    figure.add_scatter(x=epochs, y=curve.mean.astype(np.float32), mode="lines", name=name, legendgroup=name,
                       showlegend=row in (None, 1), line={"color": colour, "width": 2.2, "dash": dash},
                       hovertemplate=f"%{{y:{format}}}<extra>{name}</extra>", **place)


def fade(colour: str, share: float = 0.16) -> str:
    """A colour that lets what lies behind it through.

    >>> fade("#FF8000", 0.5)
    'rgba(255,128,0,0.5)'
    """
    return "rgba({},{},{},{})".format(*(int(colour[i:i + 2], 16) for i in (1, 3, 5)), share)
