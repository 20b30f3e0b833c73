"""The time lag of every word: a sentence and its translation unrolled in time, read forwards and backwards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.lags import find_lags
from core.figures.palette import FAINT, NEUTRAL, write_token
from core.figures.seq2seq.curves import FORWARD, REVERSED

N_FRAMES = 13      # from forward to reversed
_ENDS = ("#3D85C6", "#8E6BBF", "#D1495B")  # colours of the first, the middle and the last word
_ROW_PX, _ARC = 30, 25                     # px a word; points of an arc
_TURN = 0.06       # how far words swing sideways while the sentence turns round, a row's share


@dataclass(frozen=True)
class LagTexts:
    """Words of the figures."""

    reads: str = "reads"
    writes: str = "writes"
    forward: str = "forward"
    reversed: str = "reversed"
    moment: str = "{direction}: least lag {least}, mean {mean:g}"
    lag: str = "lag in steps"
    word: str = "word k"
    mean: str = "mean of either"


ENGLISH = LagTexts()


def colour_words(n: int) -> list[str]:
    """A colour a word, in the order in which they are written."""
    stops = np.array([[int(c[i:i + 2], 16) for i in (1, 3, 5)] for c in _ENDS], float)
    places = np.linspace(0, len(stops) - 1, max(n, 2))[:n]
    mixed = np.stack([np.interp(places, range(len(stops)), stops[:, c]) for c in range(3)], 1).round().astype(int)
    return ["#{:02X}{:02X}{:02X}".format(*row) for row in mixed]


def draw_scene(source: Sequence[str], target: Sequence[str], *, texts: LagTexts = ENGLISH) -> go.Figure:
    """Time runs downwards: K words are read, then K are written; an arc links each word to its translation.

    Two buttons turn the order of reading round, in the browser alone.

    Parameters
    ----------
    source, target : sequences of str, length K
        Word k of one translates word k of the other.
    """
    if len(source) != len(target):
        raise ValueError(f"{len(source)} words cannot be linked one to one to {len(target)}.")
    n, figure = len(source), go.Figure()
    colours = colour_words(n)
    figure.add_scatter(x=[0.0] * n, y=[float(n + k) for k in range(1, n + 1)], mode="text", hoverinfo="skip",
                       text=[f"{write_token(word)}  " for word in target], textposition="middle left",
                       textfont={"color": colours, "size": 14}, cliponaxis=False, showlegend=False)
    moments = [_list_moving(source, turn, texts) for turn in np.linspace(0, 1, N_FRAMES)]
    arcs = [{"mode": "lines", "line": {"color": colour, "width": 2.2}, "hoverinfo": "skip"} for colour in colours]
    looks = [*arcs,
             {"mode": "text", "textposition": "middle left", "textfont": {"color": colours, "size": 14},
              "hoverinfo": "skip", "cliponaxis": False},
             {"mode": "text", "textposition": "middle right", "textfont": {"color": colours, "size": 12},
              "hoverinfo": "skip", "cliponaxis": False},
             {"mode": "text", "textposition": "middle right", "textfont": {"size": 15}, "hoverinfo": "skip",
              "cliponaxis": False}]
    for look, data in zip(looks, moments[0], strict=True):
        figure.add_trace(go.Scatter(**look, **data, showlegend=False))
    figure.frames = [{"name": str(f), "traces": list(range(1, len(looks) + 1)), "data": data}
                     for f, data in enumerate(moments)]
    _lay_out(figure, n, texts)
    return figure


def _list_moving(source: Sequence[str], turn: float, texts: LagTexts) -> list[dict]:
    """Arcs, source words, lags and the verdict while the sentence turns round its middle; plain lists for frames."""
    n = len(source)
    middle, k = (n + 1) / 2, np.arange(1, n + 1)
    radius = k - middle
    y = middle + radius * np.cos(np.pi * turn)
    x = radius * np.sin(np.pi * turn) * _TURN
    written = n + k
    reach = (written - y) / (2 * n)  # of an arc, in the width of the figure
    theta = np.linspace(0, np.pi, _ARC)
    arcs = [{"x": np.round(a * (1 + np.cos(theta)) / 2 + w * np.sin(theta), 3).tolist(),
             "y": np.round((b + c) / 2 - (c - b) / 2 * np.cos(theta), 3).tolist()}
            for a, b, c, w in zip(x, y, written, reach, strict=True)]
    reverse = turn > 0.5
    lags = find_lags(n, n, reverse=reverse).diagonal()
    still = turn in (0.0, 1.0)
    said = texts.moment.format(direction=texts.reversed if reverse else texts.forward, least=int(lags.min()),
                               mean=float(lags.mean()))
    return [*arcs,
            {"x": np.round(x, 3).tolist(), "y": np.round(y, 3).tolist(),
             "text": [f"{write_token(word)}  " for word in source]},
            {"x": np.round(reach + x / 2, 3).tolist(), "y": np.round((y + written) / 2, 3).tolist(),
             "text": [f" {lag}" if still else "" for lag in lags]},
            {"x": [-0.42], "y": [-0.1], "text": [f"<b>{said}</b>" if still else ""]}]


def _lay_out(figure: go.Figure, n: int, texts: LagTexts) -> None:
    def press(label: str, names: list[str]) -> dict:
        return {"method": "animate", "label": label, "args": [names, {
            "mode": "immediate", "frame": {"duration": 45, "redraw": True}, "transition": {"duration": 0}}]}

    names = [str(f) for f in range(N_FRAMES)]
    sides = [{"x": 1, "xref": "paper", "xanchor": "right", "y": y, "yanchor": "top", "text": text, "showarrow": False,
              "font": {"color": NEUTRAL, "size": 12}} for y, text in ((0.6, texts.reads), (n + 0.6, texts.writes))]
    figure.update_layout(
        height=_ROW_PX * (2 * n + 1) + 72, margin={"l": 4, "r": 4, "t": 52, "b": 12}, dragmode=False,
        hovermode=False, annotations=sides,
        shapes=[{"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": n + 0.5, "y1": 2 * n + 0.5,
                 "fillcolor": FAINT, "line": {"width": 0}, "layer": "below"}],
        xaxis={"visible": False, "fixedrange": True, "range": [-0.42, 1.1]},
        yaxis={"visible": False, "fixedrange": True, "range": [2 * n + 0.6, -0.6]},
        updatemenus=[{"type": "buttons", "direction": "left", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom",
                      "pad": {"b": 6}, "showactive": False, "bgcolor": "rgba(127,135,148,0.15)",
                      "font": {"color": NEUTRAL},  # Plotly whitens a button under the pointer, on dark pages too
                      "buttons": [press(f"▶ {texts.reversed}", names), press(f"◀ {texts.forward}", names[::-1])]}])


def draw_lags(n: int, *, texts: LagTexts = ENGLISH) -> go.Figure:
    """The lag of word k of n in both directions, and the mean that both share."""
    figure, k = go.Figure(), np.arange(1, n + 1, dtype=np.float32)
    figure.add_scatter(x=[0.5, n + 0.5], y=[n, n], mode="lines", name=texts.mean, hoverinfo="skip",
                       line={"color": NEUTRAL, "width": 8}, opacity=0.35)
    for reverse, name, colour in ((False, texts.forward, FORWARD), (True, texts.reversed, REVERSED)):
        lags = find_lags(n, n, reverse=reverse).diagonal().astype(np.float32)
        figure.add_scatter(x=k, y=lags, mode="lines+markers", name=name, marker={"size": 8},
                           line={"color": colour, "width": 2.2},
                           hovertemplate=f"{texts.word} = %{{x}}: %{{y}}<extra>{name}</extra>")
    figure.update_layout(
        height=330, margin={"l": 56, "r": 16, "t": 40, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": texts.word}, "range": [0.5, n + 0.5], "showgrid": False, "tickformat": "d",
               "nticks": n + 1},
        yaxis={"title": {"text": texts.lag}, "range": [0, 2 * n], "zeroline": False, "nticks": 8, "tickformat": "d"})
    return figure
