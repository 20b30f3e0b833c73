"""How well vectors keep senses apart, beside what guessing gets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, NEUTRAL, VECTOR_COLOURS, write_token

_ROOM = 1.36  # of the accuracy's axis: its numbers stand right of 100 %
_ROW = 34     # px


@dataclass(frozen=True)
class PurityRow:
    """One kind of vector: its accuracy with interval, and its silhouette.

    Attributes
    ----------
    kind : {"mix", "layer", "control"}
        What the sliders make, a layer alone, or vectors that do not know the order of the sentence.
    """

    name: str
    accuracy: float
    low: float
    high: float
    silhouette: float
    kind: str = "layer"


@dataclass(frozen=True)
class PurityTexts:
    """What the figure writes, translated."""

    accuracy: str = "nearest has the sense"
    silhouette: str = "silhouette"
    chance: str = "commonest sense {share}"


ENGLISH = PurityTexts()
_COLOURS = {"mix": ACCENT, "layer": VECTOR_COLOURS["h"], "control": NEUTRAL}


def draw_purity(rows: Sequence[PurityRow], *, chance: float, texts: PurityTexts = ENGLISH) -> go.Figure:
    """Two bars a row: accuracy with its interval and the chance level, and the silhouette about 0."""
    figure = go.Figure()
    names = [write_token(row.name) for row in rows]
    colours = [_COLOURS[row.kind] for row in rows]
    accuracy, low, high, silhouette = np.array([(r.accuracy, r.low, r.high, r.silhouette) for r in rows],
                                               np.float32).T
    shared = {"orientation": "h", "showlegend": False, "y": names, "width": 0.55,
              "marker": {"color": colours, "opacity": 0.75, "line": {"width": 0},
                         "pattern": {"shape": ["/" if row.kind == "control" else "" for row in rows], "size": 6,
                                     "fillmode": "overlay", "solidity": 0.25}}}
    figure.add_bar(
        x=accuracy, error_x={"type": "data", "symmetric": False, "array": high - accuracy, "arrayminus": accuracy - low,
                             "thickness": 1.4, "width": 4, "color": NEUTRAL},
        customdata=np.stack([low, high], 1),
        hovertemplate=f"<b>%{{y}}</b><br>{texts.accuracy}: %{{x:.1%}} "
                      "[%{customdata[0]:.1%}, %{customdata[1]:.1%}]<extra></extra>", **shared)
    figure.add_bar(x=silhouette, xaxis="x2", **shared,
                   hovertemplate=f"<b>%{{y}}</b><br>{texts.silhouette}: %{{x:.3f}}<extra></extra>")
    bottom, top = min(0.0, float(silhouette.min(initial=0))), max(0.1, float(silhouette.max(initial=0)))
    room = (top - bottom) * 1.1
    for name, row in zip(names, rows, strict=True):
        _write(figure, "x", _ROOM, name, f"{row.accuracy:.0%}", bold=row.kind == "mix")
        _write(figure, "x2", top + room * 0.55, name, f"{row.silhouette:.2f}".replace("-", "−"), bold=row.kind == "mix")
    figure.add_shape(type="line", x0=chance, x1=chance, y0=-0.5, y1=len(rows) - 0.5,
                     line={"width": 1.6, "dash": "dot", "color": NEUTRAL})
    figure.add_annotation(x=chance, y=1, yref="paper", yanchor="bottom", showarrow=False, font={"size": 11},
                          text=texts.chance.format(share=f"{chance:.0%}"))
    figure.update_layout(
        height=_ROW * len(rows) + 96, bargap=0.3, hovermode="closest", dragmode=False,
        margin={"l": 8, "r": 4, "t": 24, "b": 56},
        yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True, "ticksuffix": " "},
        xaxis={"domain": [0, 0.6], "range": [0, _ROOM], "tickvals": [0, 0.5, 1], "tickformat": ".0%",
               "fixedrange": True, "zeroline": False, "title": {"text": texts.accuracy}},
        xaxis2={"domain": [0.66, 1], "range": [bottom - room * 0.06, top + room * 0.58], "fixedrange": True,
                "zeroline": True, "zerolinecolor": NEUTRAL, "nticks": 3, "anchor": "y",
                "title": {"text": texts.silhouette}})
    return figure


def _write(figure: go.Figure, axis: str, x: float, name: str, text: str, *, bold: bool) -> None:
    figure.add_annotation(x=x, y=name, xref=axis, yref="y", xanchor="right", showarrow=False, borderpad=0,
                          text=f"<b>{text}</b>" if bold else text, font={"size": 12})
