"""How surprised both directions are by every word: forward above the sentence, backward below it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.elmo.surprise import SentenceSurprise
from core.figures.palette import ACCENT, FAINT, NEUTRAL, write_token
from core.figures.seq2seq.columns import GUTTER, Columns, cut_label, lay_columns

DIRECTION_COLOURS = ("#3D85C6", "#2A9D74")  # forward, backward
_BAR_PX, _MARGIN, _LEAST_PX = 26, 60, 420
_HEIGHT = 430
_DOMAINS = ((0.57, 1.0), (0.0, 0.43))


@dataclass(frozen=True)
class SurpriseTexts:
    """What the figures write, translated."""

    forward: str = "forward"
    backward: str = "backward"
    usual: str = "without context"
    bits: str = "bits"
    hover: str = "{bits} bits, p = {p}<br>{rank} words thought likelier"
    without: str = "without context {bits} bits"
    unknown: str = "not among the model's words, scored as UNK"
    nothing: str = "nothing stands there to guess it from"
    start: str = "beginning"
    end: str = "end"
    sentence: str = "sentence"
    mean: str = "bits a word, mean"


ENGLISH = SurpriseTexts()


def name_places(scored: SentenceSurprise, texts: SurpriseTexts = ENGLISH) -> list[str]:
    """The words between names for both ends, unmarked."""
    return [texts.start, *map(cut_label, scored.words), texts.end]


def lay_sentence(scored: SentenceSurprise, texts: SurpriseTexts = ENGLISH) -> Columns:
    """Columns wide enough for the words; `needed` is the least width of the figure."""
    return lay_columns([[name + " "] for name in name_places(scored, texts)], least=_BAR_PX + 4)


def draw_both_ways(scored: SentenceSurprise, usual: np.ndarray | None = None, *, picked: int | None = None,
                   texts: SurpriseTexts = ENGLISH) -> go.Figure:
    """Bars over and under the words of a sentence, in bits.

    Parameters
    ----------
    usual : float array of shape (2, n + 2), optional
        Bits without context, drawn as a dash across each bar.
    picked : int, optional
        The place that is marked.

    Returns
    -------
    plotly Figure
        What can be clicked carries ``customdata`` [place].
    """
    figure, columns = go.Figure(), lay_sentence(scored, texts)
    x = (np.array(columns.left) + (np.array(columns.width) - GUTTER) / 2).astype(np.float32)
    values = np.stack([scored.bits, usual]) if usual is not None else scored.bits[None]
    top = 1.08 * max(float(np.nanmax(values)), 1.0)
    unknown = np.array([False, *~scored.known, False])
    for d, name in enumerate((texts.forward, texts.backward)):
        axis = {"yaxis": "y2"} if d else {}
        _add_columns(figure, scored, usual, columns=columns, x=x, d=d, top=top, picked=picked, texts=texts, axis=axis)
        figure.add_bar(
            x=x, y=np.nan_to_num(scored.bits[d]).astype(np.float32), width=_BAR_PX, name=name, hoverinfo="skip", **axis,
            marker={"color": DIRECTION_COLOURS[d], "cornerradius": 3,
                    "pattern": {"shape": ["/" if u else "" for u in unknown], "size": 7, "solidity": 0.3,
                                "fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.75)"}})
        if usual is not None:
            figure.add_scatter(
                x=x, y=usual[d].astype(np.float32), mode="markers", name=texts.usual, legendgroup="usual",
                showlegend=not d, hoverinfo="skip", **axis,
                marker={"symbol": "line-ew", "size": _BAR_PX - 8, "line": {"width": 2.5, "color": ACCENT}})
    figure.add_scatter(x=x, y=np.zeros(len(x), np.float32), mode="text", yaxis="y3", hoverinfo="skip",
                       showlegend=False, text=_write_words(scored, picked, texts), textfont={"size": 14})
    figure.update_layout(
        height=_HEIGHT, barmode="overlay", hovermode="closest", dragmode=False,
        margin={"l": _MARGIN, "r": 8, "t": 36, "b": 8},
        legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "xref": "container", "x": 0,
                "itemclick": False,
                "itemdoubleclick": False},
        xaxis={"range": [0, max(columns.total, _LEAST_PX)], "visible": False, "fixedrange": True, "anchor": "y3"},
        yaxis={"domain": _DOMAINS[0], "range": [0, top], "title": {"text": texts.bits}, "fixedrange": True,
               "nticks": 5},
        yaxis2={"domain": _DOMAINS[1], "range": [top, 0], "title": {"text": texts.bits}, "fixedrange": True,
                "nticks": 5},
        yaxis3={"domain": (_DOMAINS[1][1], _DOMAINS[0][0]), "range": [-1, 1], "visible": False, "fixedrange": True})
    return figure


def _add_columns(figure: go.Figure, scored: SentenceSurprise, usual: np.ndarray | None, *, columns: Columns,
                 x: np.ndarray, d: int, top: float, picked: int | None, texts: SurpriseTexts, axis: dict) -> None:
    """What is clicked and hovered over: the whole height of a word's column."""
    n = len(x)
    width = np.array(columns.width, np.float32)
    figure.add_bar(
        x=x, y=np.full(n, top, np.float32), width=width, showlegend=False,
        customdata=np.arange(n, dtype=np.int32)[:, None],
        text=[_write_hover(scored, usual, d, i, texts) for i in range(n)], textposition="none",
        hovertemplate="%{text}<extra></extra>", unselected={"marker": {"opacity": 1}},
        marker={"color": [FAINT if i == picked else "rgba(0,0,0,0)" for i in range(n)], "line": {"width": 0}}, **axis)


def _write_words(scored: SentenceSurprise, picked: int | None, texts: SurpriseTexts) -> list[str]:
    shown = []
    for i, name in enumerate(name_places(scored, texts)):
        own = write_token(name)
        if i in (0, len(scored.words) + 1):
            own = f"<i><span style='color:{NEUTRAL}'>{own}</span></i>"
        elif not scored.known[i - 1]:
            own = f"<i>{own}</i><sup>?</sup>"
        shown.append(f"<b>{own}</b>" if i == picked else own)
    return shown


def _write_hover(scored: SentenceSurprise, usual: np.ndarray | None, d: int, i: int, texts: SurpriseTexts) -> str:
    lines = [f"<b>{write_token(name_places(scored, texts)[i])}</b>"]
    bits = float(scored.bits[d, i])
    if not np.isfinite(bits):
        return "<br>".join([*lines, texts.nothing])
    lines.append(texts.hover.format(bits=f"{bits:.1f}", p=f"{2 ** -bits:.2g}", rank=f"{int(scored.ranks[d, i]):,}"))
    if usual is not None:
        lines.append(texts.without.format(bits=f"{float(usual[d, i]):.1f}"))
    if 0 < i <= len(scored.words) and not scored.known[i - 1]:
        lines.append(texts.unknown)
    return "<br>".join(lines)


def draw_sentences(means: np.ndarray, labels: Sequence[str], *, picked: int | None = None,
                   texts: SurpriseTexts = ENGLISH) -> go.Figure:
    """The mean bits a word of every sentence of a text, forward up and backward down.

    Parameters
    ----------
    means : float array of shape (2, S)
    labels : sequence of str, length S
        The sentences, for the pointer.

    Returns
    -------
    plotly Figure
        What can be clicked carries ``customdata`` [sentence].
    """
    n, figure = means.shape[1], go.Figure()
    x, top = np.arange(1, n + 1, dtype=np.float32), 1.08 * max(float(np.nanmax(means)), 1.0)
    for d, name in enumerate((texts.forward, texts.backward)):
        sign = -1 if d else 1
        figure.add_bar(x=x, y=np.full(n, sign * top, np.float32), width=1, showlegend=False,
                       customdata=np.arange(n, dtype=np.int32)[:, None], textposition="none",
                       text=[f"{i + 1}: {write_token(label)}<br>{means[d, i]:.1f} {texts.mean}"
                             for i, label in enumerate(labels)],
                       marker={"color": [FAINT if i == picked else "rgba(0,0,0,0)" for i in range(n)],
                               "line": {"width": 0}},
                       hovertemplate="%{text}<extra></extra>", unselected={"marker": {"opacity": 1}})
        figure.add_bar(x=x, y=(sign * means[d]).astype(np.float32), width=0.8, name=name, hoverinfo="skip",
                       marker={"color": DIRECTION_COLOURS[d], "line": {"width": 0}})
    ticks = np.linspace(0, np.floor(top), 3).round().astype(int)
    figure.update_layout(
        height=250, barmode="overlay", hovermode="closest", dragmode=False,
        margin={"l": _MARGIN, "r": 8, "t": 36, "b": 44},
        legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "xref": "container", "x": 0,
                "itemclick": False,
                "itemdoubleclick": False},
        xaxis={"range": [0.4, n + 0.6], "title": {"text": texts.sentence}, "showgrid": False, "fixedrange": True,
               "tickformat": "d", "nticks": min(n + 1, 12)},
        yaxis={"range": [-top, top], "title": {"text": texts.mean}, "fixedrange": True,
               "tickvals": [*(-ticks[:0:-1]).tolist(), *ticks.tolist()],
               "ticktext": [*map(str, ticks[:0:-1]), *map(str, ticks)]})
    return figure
