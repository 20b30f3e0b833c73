"""Phrases in the plane of their two main axes: the colour is what they mean, the symbol how they say it (Figure 2 of
Sutskever et al. 2014)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.phrases import PhrasePlane
from core.figures.palette import LINE_COLOURS, NEUTRAL, write_token
from core.figures.projection import SYMBOLS
from core.figures.seq2seq.labels import SIZES, Place, break_text, place_texts

WIDE_FROM = 7  # phrases from which the figure takes the width of the page
_WIDE = ((260, 390), (620, 440))
_COLOURS = (LINE_COLOURS[0], LINE_COLOURS[1], *LINE_COLOURS[2:])


@dataclass(frozen=True)
class PlaneTexts:
    """What the figure writes, translated."""

    axis: str = "axis {k}: {share:.0%} of the variance"
    unknown: str = "with words that the model does not know"


@dataclass(frozen=True)
class PhraseLooks:
    """S phrases: their text, what they mean, how they say it, whether all their words are known."""

    texts: Sequence[str]
    meanings: Sequence[str]
    forms: Sequence[str]
    known: Sequence[bool]


ENGLISH = PlaneTexts()


def draw_plane(plane: PhrasePlane, looks: PhraseLooks, *, texts: PlaneTexts = ENGLISH,
               height: int = 440) -> go.Figure:
    """Points with their phrases beside them, as far as there is room; hollow where a word is unknown.

    Parameters
    ----------
    plane : PhrasePlane
        Both axes are drawn to about one scale.
    """
    figure, wide = go.Figure(), len(looks.texts) >= WIDE_FROM
    frame = _frame(plane.points, (_WIDE if wide else SIZES)[1])
    meanings, forms = (list(dict.fromkeys(column)) for column in (looks.meanings, looks.forms))
    markers = [{"color": _COLOURS[meanings.index(m) % len(_COLOURS)], "symbol": _symbol(
        forms.index(f) + meanings.index(m) // len(_COLOURS), known)}
        for m, f, known in zip(looks.meanings, looks.forms, looks.known, strict=True)]
    figure.add_scatter(
        x=plane.points[:, 0], y=plane.points[:, 1], mode="markers", showlegend=False,
        text=[_write_hover(looks, i, texts) for i in range(len(looks.texts))],
        customdata=np.arange(len(looks.texts), dtype=np.int32)[:, None],
        marker={"color": [m["color"] for m in markers], "symbol": [m["symbol"] for m in markers], "size": 12,
                "line": {"width": 2, "color": [m["color"] for m in markers]}},
        hovertemplate="%{text}<extra></extra>")
    _add_labels(figure, plane.points, looks.texts, frame, wide=wide)
    _add_legend(figure, meanings, forms)
    x0, x1, y0, y1 = frame
    axis = {"zeroline": True, "zerolinecolor": "rgba(127,135,148,0.35)", "showgrid": False, "showticklabels": False}
    figure.update_layout(
        height=height + 100 * wide, hovermode="closest", margin={"l": 28, "r": 8, "t": 8, "b": 32},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "itemclick": False,
                "itemdoubleclick": False, "font": {"size": 12}},
        xaxis=axis | {"range": [x0, x1], "title": {"text": texts.axis.format(k=1, share=plane.shares[0])}},
        yaxis=axis | {"range": [y0, y1], "title": {"text": texts.axis.format(k=2, share=plane.shares[1])}})
    return figure


def _symbol(place: int, known: bool) -> str:
    name = SYMBOLS[place % len(SYMBOLS)]
    return name if known else name + "-open"


def _write_hover(looks: PhraseLooks, i: int, texts: PlaneTexts) -> str:
    lines = [f"<b>{write_token(looks.texts[i])}</b>", " · ".join(
        write_token(part) for part in (looks.meanings[i], looks.forms[i]) if part)]
    if not looks.known[i]:
        lines.append(texts.unknown)
    return "<br>".join(line for line in lines if line)


def _frame(points: np.ndarray, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Room for the points and labels around them, both axes to one scale at `size`."""
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    middle, span = (low + high) / 2, np.maximum(high - low, 1e-6)
    unit = max(span[0] / (0.62 * size[0]), span[1] / (0.66 * size[1]))  # data a px
    halves = unit * np.array(size) / 2
    return (float(middle[0] - halves[0]), float(middle[0] + halves[0]), float(middle[1] - halves[1]),
            float(middle[1] + halves[1]))


def _add_labels(figure: go.Figure, points: np.ndarray, texts: Sequence[str],
                frame: tuple[float, float, float, float], *, wide: bool) -> None:
    x0, x1, y0, y1 = frame
    lines = [break_text(text) for text in texts]
    places = place_texts((points - [x0, y0]) / [x1 - x0, y1 - y0], lines, sizes=_WIDE if wide else SIZES)
    for point, own, place in zip(points.tolist(), lines, places, strict=True):
        if place is not None:
            _add_label(figure, point, "<br>".join(map(write_token, own)), place)


def _add_label(figure: go.Figure, point: list[float], text: str, place: Place) -> None:
    if place.led:  # the arrow ends at the point, the text stands at the offset
        figure.add_annotation(x=point[0], y=point[1], text=text, ax=place.right, ay=-place.up, showarrow=True,
                              arrowhead=0, arrowwidth=1, arrowcolor=NEUTRAL, standoff=7, borderpad=0,
                              font={"size": 12})
    else:
        figure.add_annotation(x=point[0], y=point[1], text=text, showarrow=False, xshift=place.right,
                              yshift=place.up, font={"size": 12})


def _add_legend(figure: go.Figure, meanings: Sequence[str], forms: Sequence[str]) -> None:
    """Colours for meanings, grey symbols for forms; neither where there is only one without a name."""
    marks = [(m, {"color": _COLOURS[k % len(_COLOURS)], "symbol": "square", "size": 11})
             for k, m in enumerate(meanings) if m]
    marks += [(f, {"color": NEUTRAL, "symbol": SYMBOLS[k % len(SYMBOLS)], "size": 10})
              for k, f in enumerate(forms) if f]
    for name, marker in marks:
        figure.add_scatter(x=[None], y=[None], mode="markers", name=write_token(name), marker=marker)
