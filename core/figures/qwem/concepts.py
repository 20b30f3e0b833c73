"""One concept as the words at its two ends, and one word as the concepts it is made of (seed 003)."""

from collections.abc import Mapping, Sequence
from textwrap import shorten

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, LINE_COLOURS, NEUTRAL, write_token

POLES = (LINE_COLOURS[0], LINE_COLOURS[1])  # positive, negative
MAX_LETTERS = 16                            # of a word beside its bar on a phone
_ROOM = 2.1                                 # half-width of the figure in units of the longest bar: words stand there


def cut_word(word: str) -> str:
    """A word short enough for a label, without markup.

    >>> cut_word("Donaudampfschifffahrt")
    'Donaudampfschif…'
    """
    return write_token(word if len(word) <= MAX_LETTERS else word[:MAX_LETTERS - 1] + "…")


def draw_poles(words: Sequence[str], vector: np.ndarray, n: int = 12, *, value_title: str = "component v",
               none_text: str = "no word at this end") -> go.Figure:
    """The `n` words farthest out at either end, back to back: a bar's length is the word's component.

    Parameters
    ----------
    words : sequence of str, length V
    vector : float array of shape (V,)
        The concept.

    Returns
    -------
    plotly Figure
        Bars carry ``customdata`` [row].
    """
    figure, order = go.Figure(), np.argsort(vector, kind="stable")
    ends = (order[::-1][:min(n, int((vector > 0).sum()))], order[:min(n, int((vector < 0).sum()))])
    rows = max(map(len, ends))
    top = float(np.abs(vector).max())
    for end, colour, side in zip(ends, POLES, (1, -1), strict=True):
        if not len(end):
            figure.add_annotation(x=side * _ROOM * top / 2, y=0, text=none_text, showarrow=False)
        figure.add_bar(
            x=vector[end].astype(np.float32), y=np.arange(len(end), dtype=np.float32), orientation="h",
            text=[cut_word(words[i]) for i in end], textposition="outside", cliponaxis=False, textfont={"size": 13},
            textangle=0, marker={"color": colour}, customdata=end.astype(np.int32)[:, None], showlegend=False,
            hovertext=[write_token(words[i]) for i in end],
            hovertemplate="<b>%{hovertext}</b>  %{x:.4f}<extra></extra>")
    figure.update_layout(
        height=24 * rows + 76, barmode="overlay", bargap=0.28, hovermode="closest",
        margin={"l": 4, "r": 4, "t": 8, "b": 48},
        xaxis={"title": {"text": value_title}, "range": [-_ROOM * top, _ROOM * top], "showgrid": False,
               "zeroline": True, "zerolinecolor": NEUTRAL, "nticks": 5, "fixedrange": True},
        yaxis={"range": [rows - 0.5, -0.5], "visible": False, "fixedrange": True})
    return figure


def draw_word(places: np.ndarray, *, chosen: int | None = None, names: Mapping[int, str] | None = None,
              concept_name: str = "concept", axes: tuple[str, str] = ("concept k", "√λ · v"),
              n_named: int = 6) -> go.Figure:
    """A word's place along every concept, the strongest named.

    Parameters
    ----------
    places : float array of shape (K,)
        √λ_k v_k of the word.
    chosen : int, optional
        The concept that is open, from 0.
    names : mapping from int to str
        What concepts are called, beside their number.

    Returns
    -------
    plotly Figure
        Bars carry ``customdata`` [k], from 0.
    """
    k, values = len(places), np.asarray(places, np.float32)
    x = np.arange(1, k + 1, dtype=np.float32)
    said = [f"{concept_name} {j + 1}" + (f" · {write_token(names[j])}" if names and j in names else "")
            for j in range(k)]
    colours = [ACCENT if j == chosen else POLES[int(v < 0)] for j, v in enumerate(values)]
    figure = go.Figure(go.Bar(
        x=x, y=values, marker={"color": colours, "line": {"width": 0}}, showlegend=False, hovertext=said,
        customdata=np.arange(k, dtype=np.int32)[:, None], hovertemplate="%{hovertext}: %{y:.3f}<extra></extra>"))
    _name_bars(figure, values, names or {}, n_named)
    top = max(float(np.abs(values).max()), 1e-9)
    figure.update_layout(
        height=320, bargap=0.15, hovermode="closest", margin={"l": 56, "r": 12, "t": 12, "b": 48},
        xaxis={"title": {"text": axes[0]}, "range": [0.2 - 0.01 * k, k + 0.8 + 0.01 * k], "showgrid": False,
               "zeroline": False},
        yaxis={"title": {"text": axes[1]}, "range": [-1.25 * top, 1.25 * top], "zeroline": True,
               "zerolinecolor": NEUTRAL})
    return figure


def _name_bars(figure: go.Figure, values: np.ndarray, names: Mapping[int, str], n: int) -> None:
    """Numbers over the longest bars, where they do not cover each other."""
    taken: list[tuple[int, bool]] = []
    for j in np.argsort(-np.abs(values), kind="stable")[:3 * n].tolist():
        up = bool(values[j] >= 0)
        if len(taken) == n or any(abs(j - other) < 0.045 * len(values) and up == side for other, side in taken):
            continue
        taken.append((j, up))
        text = shorten(f"{j + 1} {write_token(names[j])}", 18, placeholder="…") if j in names else str(j + 1)
        figure.add_annotation(x=j + 1, y=float(values[j]), text=text, showarrow=False, yshift=9 if up else -9,
                              font={"size": 12})
