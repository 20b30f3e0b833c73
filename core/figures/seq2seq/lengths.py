"""BLEU by length or rarity of the source: sentences in order, cut into bins (Figure 3 of Sutskever et al. 2014)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.lengths import BinnedBLEU, Bins
from core.figures.palette import FAINT, NEUTRAL
from core.figures.saliency.movement import fade
from core.figures.seq2seq.curves import COLOURS

DASHES = {1: "dot", 2: "dash", 12: "solid"}  # beam


@dataclass(frozen=True)
class SystemLook:
    """Name, direction and beam of a system."""

    name: str
    reverse: bool
    beam: int

    @property
    def line(self) -> dict:
        return {"color": COLOURS[self.reverse], "dash": DASHES.get(self.beam, "dashdot"), "width": 2.4}


@dataclass(frozen=True)
class LengthTexts:
    """What the figure writes, translated."""

    value: str = "words of the source"
    x: str = "sentences, sorted; marks say where a bin ends"
    y: str = "BLEU"
    size: str = "{n} sentences"


ENGLISH = LengthTexts()


def draw_lengths(bins: Bins, scores: BinnedBLEU, systems: Sequence[SystemLook], *, chosen: Sequence[int] = (),
                 decimals: int = 0, texts: LengthTexts = ENGLISH) -> go.Figure:
    """A line and a band for each system over the sorted sentences; the width of a bin is the number of its sentences.

    The axes stand still, so that a drag is free for the box of the mode bar: where a box is the first thing that a drag
    draws, Streamlit takes no clicks.

    Parameters
    ----------
    systems : sequence of SystemLook
        As in `scores`.
    chosen : sequence of int, optional
        Bins to shade.
    decimals : int
        Of the values at the edges of bins.

    Returns
    -------
    plotly Figure
        Markers carry ``customdata`` [bin, …].
    """
    figure, middles = go.Figure(), ((bins.starts[:-1] + bins.starts[1:]) / 2).astype(np.float32)
    spans = [bins.span(b) for b in range(len(bins))]
    said = [f"{low:.{decimals}f} – {high:.{decimals}f}" for low, high in spans]
    for k, system in enumerate(systems):
        _add_band(figure, bins, scores.low[k], scores.high[k], middles, system)
        ends = np.column_stack([np.arange(len(bins)), scores.low[k], scores.high[k], bins.sizes]).astype(np.float32)
        figure.add_scatter(
            x=middles, y=scores.bleu[k], mode="lines+markers", name=system.name, legendgroup=str(k), line=system.line,
            marker={"size": 9, "color": system.line["color"]}, unselected={"marker": {"opacity": 1}}, customdata=ends,
            text=said,
            hovertemplate=f"<b>{system.name}</b><br>{texts.value}: %{{text}}<br>{texts.y} %{{y:.1f}} "
                          "[%{customdata[1]:.1f}, %{customdata[2]:.1f}]<br>"
                          + texts.size.format(n="%{customdata[3]:,.0f}") + "<extra></extra>")
    for b in chosen:
        figure.add_vrect(x0=float(bins.starts[b]), x1=float(bins.starts[b + 1]), fillcolor=FAINT, line_width=0,
                         layer="below")
    _lay_out(figure, bins, scores, decimals, texts)
    return figure


def _add_band(figure: go.Figure, bins: Bins, low: np.ndarray, high: np.ndarray, middles: np.ndarray,
              system: SystemLook) -> None:
    """Through the middles of bins; of a single bin over its whole width."""
    x = middles if len(bins) > 1 else bins.starts.astype(np.float32)
    if len(bins) == 1:
        low, high = np.repeat(low, 2), np.repeat(high, 2)
    figure.add_scatter(
        x=np.concatenate([x, x[::-1]]), y=np.concatenate([high, low[::-1]]).astype(np.float32), mode="lines",
        line={"width": 0}, fill="toself", fillcolor=fade(system.line["color"], 0.13), hoverinfo="skip",
        showlegend=False, legendgroup=str(len(figure.data) // 2))


def _thin(places: list[int], gap: float) -> list[tuple[int, int]]:
    """Places with their numbers, such that their labels do not touch; the last is always one."""
    kept: list[tuple[int, int]] = []
    for b, x in enumerate(places):
        if b == len(places) - 1:
            kept = [(k, y) for k, y in kept if x - y >= gap]
        if not kept or x - kept[-1][1] >= gap:
            kept.append((b, x))
    return kept


def _lay_out(figure: go.Figure, bins: Bins, scores: BinnedBLEU, decimals: int, texts: LengthTexts) -> None:
    n, top = int(bins.starts[-1]), max(float(scores.high.max()), 1.0) * 1.06
    edges = [bins.span(0)[0], *(bins.span(b)[1] for b in range(len(bins)))]
    ticks = _thin(bins.starts.tolist(), 0.05 * n)
    lines = [{"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "layer": "below",
              "line": {"color": "rgba(127,135,148,0.25)", "width": 1}} for x in bins.starts[1:-1].tolist()]
    counts = [{"x": float(a + b) / 2, "y": 1, "yref": "paper", "yanchor": "bottom", "text": f"{b - a:,}",
               "showarrow": False, "font": {"size": 11, "color": NEUTRAL}}
              for a, b in zip(bins.starts[:-1].tolist(), bins.starts[1:].tolist(), strict=True)
              if len(bins) <= 12 and b - a >= 0.05 * n]
    figure.update_layout(
        height=440, hovermode="closest", dragmode="pan", selectdirection="h",
        margin={"l": 52, "r": 12, "t": 28, "b": 56},
        shapes=[*figure.layout.shapes, *lines], annotations=counts,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.06, "x": 0},
        xaxis={"title": {"text": texts.x}, "range": [-0.01 * n, 1.01 * n], "tickvals": [x for _, x in ticks],
               "ticktext": [f"{edges[b]:,.{decimals}f}" for b, _ in ticks], "showgrid": False, "zeroline": False,
               "tickangle": 0, "fixedrange": True},
        yaxis={"title": {"text": texts.y}, "range": [0, top], "zeroline": False, "fixedrange": True})
