"""What each layer keeps: scores of representations, learned weights of layers, and how much data a task wants."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import LINE_COLOURS, NEUTRAL

_ROW = 40        # px of one representation
_SHARE_ROW = 36  # px of one task


@dataclass(frozen=True)
class ScoreTexts:
    """What the figure writes, translated."""

    score: str = "accuracy on unseen sentences"
    base: str = "most frequent answer"


@dataclass(frozen=True)
class EfficiencyTexts:
    """What the figure writes, translated."""

    fraction: str = "share of the training sentences"
    score: str = "accuracy"
    without: str = "static vectors of the word and its neighbours"
    beside: str = "and the layers of the language model"


def draw_scores(names: Sequence[str], ends: np.ndarray, *, base: float | None = None, controls: Sequence[bool] = (),
                texts: ScoreTexts = ScoreTexts()) -> go.Figure:
    """A row a representation, a dot with its interval; grey ones are controls.

    Parameters
    ----------
    names : sequence of str, length R
        From top to bottom.
    ends : float array of shape (R, 3)
        Score, and the ends of its interval; rows of NaN are left out.
    base : float, optional
        The dashed line: what knowing nothing gives.
    controls : sequence of bool, length R, optional
        Which rows are controls.
    """
    rows = [r for r in range(len(names)) if np.isfinite(ends[r, 0])]
    own = np.asarray(ends, np.float32)[rows]
    grey = [bool(controls[r]) if len(controls) else False for r in rows]
    figure = go.Figure()
    figure.add_scatter(
        x=own[:, 0], y=[names[r] for r in rows], mode="markers", customdata=own,
        error_x={"type": "data", "symmetric": False, "array": own[:, 2] - own[:, 0],
                 "arrayminus": own[:, 0] - own[:, 1], "thickness": 2.4, "width": 5, "color": NEUTRAL},
        marker={"size": 12, "color": [NEUTRAL if g else LINE_COLOURS[1] for g in grey],
                "symbol": ["diamond" if g else "circle" for g in grey]},
        hovertemplate="<b>%{y}</b><br>%{x:.3f} [%{customdata[1]:.3f}, %{customdata[2]:.3f}]<extra></extra>")
    low, high = float(own[:, 1].min()), float(own[:, 2].max())
    if base is not None:
        near = base > low - 0.5 * (high - low)  # farther away it would press what differs into a corner
        if near:
            figure.add_vline(x=base, line={"color": NEUTRAL, "width": 1.6, "dash": "dash"}, layer="below")
            low, high = min(low, base), max(high, base)
        figure.add_annotation(x=base if near else 0, xref="x" if near else "paper", y=1, yref="paper",
                              text=f"{texts.base} {base:.2f}" if near else f"← {texts.base} {base:.2f}", yshift=11,
                              showarrow=False, font={"size": 12}, xanchor="left")
    reach = max(high - low, 0.02)
    figure.update_layout(
        height=_ROW * len(rows) + 110, showlegend=False, hovermode="closest",
        margin={"l": 8, "r": 16, "t": 34, "b": 48},
        xaxis={"title": {"text": texts.score}, "range": [low - 0.08 * reach, high + 0.08 * reach], "zeroline": False,
               "gridcolor": "rgba(127,135,148,0.18)"},
        yaxis={"autorange": "reversed", "type": "category", "automargin": True, "fixedrange": True})
    return figure


def draw_shares(tasks: Sequence[str], shares: np.ndarray, *, layer: str = "layer {n}") -> go.Figure:
    """The paper's Figure 2 on its side, for names of tasks are long: tasks down, layers across, the share of each layer
    in the learned mix.

    Parameters
    ----------
    shares : float array of shape (T, L + 1)
        Each row sums to 1.
    layer : str
        Template of the names of layers.
    """
    z = np.asarray(shares, np.float32)
    figure = go.Figure(go.Heatmap(
        z=z, x=[layer.format(n=n) for n in range(z.shape[1])], y=list(tasks), zmin=0, zmax=max(0.7, float(z.max())),
        text=[[f"{v:.2f}" for v in row] for row in z], texttemplate="%{text}", textfont={"size": 13}, xgap=3, ygap=3,
        showscale=False, hovertemplate="%{y}, %{x}: %{z:.3f}<extra></extra>"))
    figure.update_layout(
        height=_SHARE_ROW * len(z) + 48, margin={"l": 8, "r": 8, "t": 32, "b": 8},
        xaxis={"type": "category", "side": "top", "fixedrange": True, "showgrid": False},
        yaxis={"type": "category", "autorange": "reversed", "fixedrange": True, "automargin": True, "ticksuffix": " ",
               "showgrid": False})
    return figure


def draw_efficiency(fractions: np.ndarray, score: np.ndarray, *, base: float | None = None,
                    texts: EfficiencyTexts = EfficiencyTexts()) -> go.Figure:
    """The paper's Figure 1: what a task reaches from ever more data, without and with the language model.

    Parameters
    ----------
    fractions : float array of shape (K,)
    score : float array of shape (K, 2, S)
        One line a way, a dot a seed.
    """
    figure = go.Figure()
    x = np.asarray(fractions, np.float32)
    for way, (name, colour) in enumerate(((texts.without, NEUTRAL), (texts.beside, LINE_COLOURS[1]))):
        own = np.asarray(score[:, way], np.float32)
        figure.add_scatter(x=x, y=np.nanmean(own, axis=1), name=name, mode="lines", legendgroup=name,
                           line={"color": colour, "width": 2.6}, hovertemplate="%{x:.1~%}: %{y:.3f}<extra></extra>")
        figure.add_scatter(x=np.repeat(x, own.shape[1]), y=own.ravel(), mode="markers", showlegend=False,
                           marker={"color": colour, "size": 6, "opacity": 0.75}, legendgroup=name, hoverinfo="skip")
    if base is not None and np.isfinite(base):
        figure.add_hline(y=base, line={"color": NEUTRAL, "width": 1.4, "dash": "dash"}, layer="below")
    figure.update_layout(
        height=340, hovermode="x", margin={"l": 8, "r": 12, "t": 48, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        xaxis={"type": "log", "title": {"text": texts.fraction}, "tickformat": ".1~%", "tickvals": x.tolist(),
               "gridcolor": "rgba(127,135,148,0.18)"},
        yaxis={"title": {"text": texts.score}, "gridcolor": "rgba(127,135,148,0.18)", "zeroline": False})
    return figure
