"""Two examples of a word at every layer, beside all pairs of one sense and of two."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, LINE_COLOURS, NEUTRAL, write_token

_BAND = 9     # px
_ROW = 58
_SAME, _OTHER = LINE_COLOURS[2], NEUTRAL


@dataclass(frozen=True)
class PairRow:
    """One kind of vector: the cosine of the pair, and 5 %, 50 %, 95 % quantiles of all pairs of either kind or None."""

    name: str
    cosine: float
    same: tuple[float, float, float] | None
    other: tuple[float, float, float] | None


@dataclass(frozen=True)
class PairTexts:
    """What the figure writes, translated."""

    axis: str = "cosine of the two vectors"
    pair: str = "these two"
    same: str = "pairs of one sense (5–95 %)"
    other: str = "pairs of two senses (5–95 %)"
    middle: str = "median {value}"


ENGLISH = PairTexts()


def draw_pair(rows: Sequence[PairRow], *, texts: PairTexts = ENGLISH) -> go.Figure:
    """A row a kind of vector: bands from 5 to 95 % with a stroke at the median, and the pair as a diamond."""
    figure, n = go.Figure(), len(rows)
    for shift, kind, colour, name in ((-0.17, "same", _SAME, texts.same), (0.17, "other", _OTHER, texts.other)):
        _add_bands(figure, [getattr(row, kind) for row in rows], shift, colour=colour, name=name, texts=texts)
    cosines = np.array([row.cosine for row in rows], np.float32)
    figure.add_scatter(
        x=cosines, y=np.arange(n, dtype=np.float32), mode="markers+text", name=texts.pair,
        text=[f"<b>{row.cosine:.2f}</b>".replace("-", "−") for row in rows],
        textposition=["middle left" if row.cosine > 0.8 else "middle right" for row in rows],
        marker={"symbol": "diamond", "size": 13, "color": ACCENT, "line": {"width": 1.2, "color": "#ffffff"}},
        hovertemplate=f"{texts.pair}: %{{x:.3f}}<extra></extra>")
    edges = [value for row in rows for band in (row.same, row.other) if band for value in band]
    low = min([0.0, *(value - 0.06 for value in (*edges, *cosines.tolist()))])
    figure.update_layout(
        height=_ROW * n + 96, hovermode="closest", dragmode=False, margin={"l": 8, "r": 12, "t": 8, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "itemclick": False,
                "itemdoubleclick": False},
        xaxis={"range": [low, 1.03], "title": {"text": texts.axis}, "zeroline": low < 0, "fixedrange": True,
               "zerolinecolor": "rgba(127,135,148,0.35)", "showgrid": True},
        yaxis={"range": [n - 0.5, -0.5], "tickvals": list(range(n)), "automargin": True, "ticksuffix": " ",
               "ticktext": [write_token(row.name) for row in rows], "showgrid": False, "zeroline": False,
               "fixedrange": True})
    return figure


def _add_bands(figure: go.Figure, bands: Sequence[tuple[float, float, float] | None], shift: float, *, colour: str,
               name: str, texts: PairTexts) -> None:
    present = [(row + shift, band) for row, band in enumerate(bands) if band is not None]
    if not present:
        return
    x = np.array([value for _, (low, _, high) in present for value in (low, high, np.nan)], np.float32)
    y = np.array([value for at, _ in present for value in (at, at, np.nan)], np.float32)
    figure.add_scatter(x=x, y=y, mode="lines", name=name, line={"color": colour, "width": _BAND}, opacity=0.45,
                       hoverinfo="skip")
    middles = np.array([band[1] for _, band in present], np.float32)
    figure.add_scatter(x=middles, y=np.array([at for at, _ in present], np.float32), mode="markers", showlegend=False,
                       marker={"symbol": "line-ns", "size": 13, "line": {"width": 2.6, "color": colour}},
                       hovertemplate=f"{name}: " + texts.middle.format(value="%{x:.2f}") + "<extra></extra>")
