"""All examples of one word in a plane, a colour and a symbol for each sense."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import NEUTRAL, write_token
from core.figures.projection import mark_cloud
from core.figures.spectrum import WEBGL_FROM

LINE = 46          # characters of a line of what hovers
REACH = 9          # words shown on either side
LABEL = 28         # characters of a sense's name
_ROOM = 1.12       # axes reach this much farther than the points


@dataclass(frozen=True)
class SenseLooks:
    """N examples: their words and the place of the one in question, their senses (``""`` is none)."""

    words: Sequence[Sequence[str]]
    positions: Sequence[int]
    senses: Sequence[str]

    @cached_property
    def hover(self) -> list[str]:
        """What each point shows; kept, for it stays while sliders move."""
        return [write_context(words, place) for words, place in zip(self.words, self.positions, strict=True)]


@dataclass(frozen=True)
class SenseTexts:
    """What the figure writes, translated."""

    axis: str = "the two main axes: {share} of the variance"
    none: str = "no sense given"


ENGLISH = SenseTexts()


def draw_senses(points: np.ndarray, looks: SenseLooks, *, shares: np.ndarray | None = None, gamma: float = 1.0,
                focus: int | None = None, chosen: Sequence[int] = (), texts: SenseTexts = ENGLISH,
                height: int = 520) -> go.Figure:
    """One point an example; hovering shows its sentence.

    Parameters
    ----------
    points : array of shape (N, 2)
        Drawn to one scale along both axes.
    shares : array of shape (2,), optional
        Of the variance along the two principal axes; without them (UMAP) the axes have no title.
    gamma : float
        The axes reach as far as they would at 1, or farther: a small γ is seen as a small cloud.
    focus : int, optional
        An example to ring.
    chosen : sequence of int
        Examples to keep bright while the others fade; none fades where it is empty.

    Returns
    -------
    plotly Figure
        Markers carry ``customdata`` [row].
    """
    figure, points = go.Figure(), np.asarray(points, np.float32)
    kind = go.Scattergl if len(points) >= WEBGL_FROM else go.Scatter
    size = 10 if len(points) <= 150 else 8 if len(points) <= 600 else 6
    keep = np.zeros(len(points), bool)
    keep[list(chosen)] = True
    senses = np.array(looks.senses, object)
    for k, sense in enumerate(dict.fromkeys(looks.senses)):
        rows = np.flatnonzero(senses == sense)
        colour, symbol = mark_cloud(k) if sense else (NEUTRAL, "circle")
        name = write_token(cut_name(sense)) if sense else texts.none
        figure.add_trace(kind(
            x=points[rows, 0], y=points[rows, 1], mode="markers", name=f"{name} ({len(rows):,})",
            text=[looks.hover[row] for row in rows],
            customdata=rows.astype(np.int32)[:, None],
            selectedpoints=np.flatnonzero(keep[rows]) if len(chosen) else None,
            marker={"color": colour, "symbol": symbol, "size": size, "opacity": 0.8,
                    "line": {"width": 0.8, "color": "#ffffff"}},
            unselected={"marker": {"opacity": 0.15}}, hovertemplate=f"%{{text}}<extra>{name}</extra>"))
    if focus is not None:
        figure.add_trace(kind(x=points[[focus], 0], y=points[[focus], 1], mode="markers", hoverinfo="skip",
                              showlegend=False, marker={"symbol": "circle-open", "size": size + 11, "color": NEUTRAL,
                                                        "line": {"width": 2.5}}))
        figure.data = (figure.data[-1], *figure.data[:-1])  # below the others: they are hovered over
    frame = _frame(points, max(1.0, 1 / max(gamma, 1e-6)))
    share = "" if shares is None else texts.axis.format(share=f"{float(np.sum(shares)):.0%}")
    axis = {"zeroline": True, "zerolinecolor": "rgba(127,135,148,0.3)", "showgrid": False, "nticks": 7,
            "showticklabels": shares is not None}
    figure.update_layout(
        height=height, hovermode="closest", dragmode="pan", clickmode="event+select",
        margin={"l": 40, "r": 8, "t": 8, "b": 44},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "itemsizing": "constant"},
        xaxis=axis | {"range": frame[0], "title": {"text": share}},
        yaxis=axis | {"range": frame[1], "scaleanchor": "x"})
    return figure


def _frame(points: np.ndarray, wider: float) -> list[list[float]]:
    """Ranges of both axes, `wider` times as wide as the points need; a flat cloud still gets a frame."""
    low, high = points.min(0, initial=0).astype(float), points.max(0, initial=0).astype(float)
    half = np.maximum((high - low) / 2 * _ROOM, 1e-3)
    half = np.maximum(half, half.max() * 0.4) * wider
    return [[float(m - h), float(m + h)] for m, h in zip((low + high) / 2, half, strict=True)]


def cut_name(sense: str) -> str:
    """A sense's name, shortened where it is long.

    >>> cut_name("a very long name of a meaning indeed")
    'a very long name of a meani…'
    """
    return sense if len(sense) <= LABEL else sense[:LABEL - 1] + "…"


def write_context(words: Sequence[str], position: int, reach: int = REACH) -> str:
    """A word in bold among its neighbours, in lines, for Plotly: markup in words is shown and not obeyed.

    >>> write_context(["<b>", "the", "bank"], 2)
    '&lt;b> the <b>bank</b>'
    """
    first, last = max(0, position - reach), min(len(words), position + reach + 1)
    shown = [(_cut_word(words[k]), k == position) for k in range(first, last)]
    if first:
        shown.insert(0, ("…", False))
    if last < len(words):
        shown.append(("…", False))
    lines, room = [[]], LINE
    for word, own in shown:
        if room < len(word) and lines[-1]:
            lines.append([])
            room = LINE
        room -= len(word) + 1
        lines[-1].append(f"<b>{write_token(word)}</b>" if own else write_token(word))
    return "<br>".join(map(" ".join, lines))


def _cut_word(word: str) -> str:
    return word if len(word) <= LINE else word[:LINE - 1] + "…"
