"""Saliency of each word of a sentence over the epochs (seed 004, Figs. 3 and 4)."""

import numpy as np
import plotly.graph_objects as go

from core.analysis.saliency.course import SentenceCourse
from core.figures.palette import LINE_COLOURS, NEUTRAL, write_token
from core.figures.saliency.cells import cut_word
from core.figures.saliency.sentence import ENGLISH, CourseTexts

N_NAMED = len(LINE_COLOURS)  # as many as there are colours; the other words are grey
NAME = 14                    # letters of a name beside its curve
_NAME_PX = 17


def draw_curves(course: SentenceCourse, values: np.ndarray, *, height: int = 400,
                span: tuple[float, float] | None = None, texts: CourseTexts = ENGLISH) -> go.Figure:
    """One line a word; the words that reach farthest are in colour and named at their ends, the others are grey.

    Parameters
    ----------
    values : float array of shape (T, K)
    span : (float, float), optional
        Of the upright axis, where two figures are to be compared.
    """
    figure, named = go.Figure(), choose_named(values)
    order = [t for t in range(len(course.words)) if t not in named] + named[::-1]
    for t in order:
        colour = LINE_COLOURS[named.index(t)] if t in named else NEUTRAL
        word = write_token(course.words[t])
        figure.add_scatter(x=course.epochs, y=values[t].astype(np.float32), mode="lines", showlegend=False,
                           opacity=1.0 if t in named else 0.45,
                           line={"color": colour, "width": 2 if t in named else 1.2},
                           hovertemplate=f"{word}<br>{texts.epoch} %{{x}}: %{{y:.4~g}}<extra></extra>")
    low, high = span or (min(0.0, float(values.min(initial=0))), float(values.max(initial=0)))
    room = 0.06 * max(high - low, 1e-9)
    low, high = low - room * (low < 0), high + room
    names = [name_curve(course.words[t]) for t in named]
    gap = _NAME_PX / (height - 72) * (high - low)
    places = spread_labels(values[named, -1].astype(np.float64), gap, low, high)
    figure.add_scatter(x=[float(course.epochs[-1])] * len(named), y=places.tolist(), mode="text", cliponaxis=False,
                       text=[f"  {write_token(name)}" for name in names], textposition="middle right",
                       textfont={"color": list(LINE_COLOURS[:len(named)]), "size": 13}, showlegend=False,
                       hoverinfo="skip")
    figure.update_layout(
        height=height, hovermode="closest",
        margin={"l": 56, "r": 24 + 7 * max(map(len, names), default=0), "t": 24, "b": 48},
        xaxis={"title": {"text": texts.epoch}, "range": [float(course.epochs[0]), float(course.epochs[-1])],
               "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": texts.value}, "range": [low, high], "zeroline": low < 0, "zerolinecolor": NEUTRAL,
               "exponentformat": "power"})
    return figure


def name_curve(word: str) -> str:
    """A word beside its curve: cut, and a mark such as a full stop in quotation marks, since it would not be seen."""
    return cut_word(word, NAME) if any(c.isalnum() for c in word) else f"“{cut_word(word, NAME)}”"


def choose_named(values: np.ndarray) -> list[int]:
    """Words with the largest mean distance from 0 over the last quarter of the epochs, in the order of the sentence."""
    late = np.abs(values[:, -max(1, values.shape[1] // 4):]).mean(1)
    return sorted(np.argsort(-late, kind="stable")[:N_NAMED].tolist())


def spread_labels(places: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Heights of labels at least `gap` apart and within bounds, near their places and in their order.

    Where they cannot all fit they share the room evenly.
    """
    n, order = len(places), np.argsort(places, kind="stable")
    gap = min(gap, (high - low) / max(n - 1, 1))
    found = places[order].astype(np.float64)
    for _ in range(2):  # upwards, then down from the top
        for i in range(1, n):
            found[i] = max(found[i], found[i - 1] + gap)
        found = np.minimum(found, high - gap * np.arange(n)[::-1])
    # the pass above pushes upwards only: runs are moved back onto the middle of their places
    start = 0
    for i in range(1, n + 1):
        if i == n or found[i] - found[i - 1] > gap * 1.001:
            shift = float(np.mean(places[order][start:i] - found[start:i]))
            floor = low if start == 0 else found[start - 1] + gap
            ceiling = high if i == n else found[i] - gap
            shift = min(max(shift, floor - found[start]), ceiling - found[i - 1])
            found[start:i] += shift
            start = i
    result = np.empty(n)
    result[order] = found
    return result
