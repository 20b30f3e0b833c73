"""The series of L1-regularised LSTMs: perplexity against cells and levels, cells kept, and what survivors follow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.lstm.sparsity import Sparsity
from core.figures.palette import ACCENT, NEUTRAL, VECTOR_COLOURS

_SHADES = ("#D08A18", "#C0703A", "#A85C6E", "#8E6BBF", "#5F7FC9", "#2A9D74", "#3F8F8F")  # weak to strong


@dataclass(frozen=True)
class Member:
    """One checkpoint of a series: the strength of its penalty and its numbers."""

    l1: float
    result: Sparsity

    @property
    def name(self) -> str:
        return f"{self.l1:g}"


def _shade(k: int, n: int) -> str:
    return _SHADES[round(k * (len(_SHADES) - 1) / max(n - 1, 1))]


def draw_series(members: Sequence[Member], *, picked: float | None = None, y_title: str = "perplexity",
                x_titles: Sequence[str] = ("cells needed", "median levels of c_up")) -> go.Figure:
    """Perplexity against the cells needed and against the median levels of c_up, along the strength.

    Parameters
    ----------
    members : sequence of Member
        By rising strength.
    picked : float, optional
        Strength of the member to ring.
    """
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    y = np.array([m.result.perplexity for m in members], np.float32)
    columns = ([m.result.needed for m in members], [m.result.median_levels for m in members])
    for column, (x, title) in enumerate(zip(columns, x_titles, strict=True), 1):
        x = np.asarray(x, np.float32)
        figure.add_scatter(
            x=x, y=y, mode="lines+markers+text", text=_join_names(members, x, y), textposition="middle right",
            line={"color": NEUTRAL, "width": 1.4}, marker={"size": 11, "color": VECTOR_COLOURS["c_up"]},
            showlegend=False, cliponaxis=False, customdata=[m.l1 for m in members],
            hovertemplate=f"L1 %{{customdata}}<br>{title} %{{x:.0f}}<br>{y_title} %{{y:.3f}}<extra></extra>",
            row=1, col=column)
        for k in [k for k, m in enumerate(members) if m.l1 == picked]:
            figure.add_scatter(x=x[[k]], y=y[[k]], mode="markers", showlegend=False, hoverinfo="skip",
                               marker={"symbol": "circle-open", "size": 19, "color": ACCENT, "line": {"width": 2.5}},
                               row=1, col=column)
        span = max(float(np.ptp(x)), (20.0, 4.0)[column - 1])
        figure.update_xaxes(title_text=title, range=[float(x.min()) - 0.15 * span, float(x.max()) + 0.45 * span],
                            showgrid=False, zeroline=False, row=1, col=column)
    margin = 0.15 * max(float(np.ptp(y)), 0.05)
    figure.update_yaxes(title_text=y_title, range=[float(y.min()) - margin, float(y.max()) + margin], zeroline=False,
                        row=1, col=1)
    figure.update_yaxes(zeroline=False, row=1, col=2)
    figure.update_layout(height=400, margin={"l": 56, "r": 16, "t": 24, "b": 48}, hovermode="closest")
    return figure


def _join_names(members: Sequence[Member], x: np.ndarray, y: np.ndarray) -> list[str]:
    """Labels; points that would write over one another share one, at the rightmost of them."""
    groups: list[list[int]] = []
    spans = max(np.ptp(x), 1), max(np.ptp(y), 0.05)
    for k in np.argsort(y, kind="stable"):
        near = next((g for g in groups if abs(x[g[-1]] - x[k]) < 0.2 * spans[0]
                     and abs(y[g[-1]] - y[k]) < 0.08 * spans[1]), None)
        groups.append([k]) if near is None else near.append(k)
    names = [""] * len(members)
    for group in groups:
        at = max(group, key=lambda k: (x[k], -abs(y[k] - np.median(y[group]))))
        names[at] = "  " + ", ".join(members[k].name for k in sorted(group, key=lambda k: members[k].l1))
    return names


def draw_kept(members: Sequence[Member], *, x_title: str = "cells kept", y_title: str = "perplexity",
              frequencies_name: str = "frequencies alone") -> go.Figure:
    """Perplexity with the first k cells at work and the others held at their mean, one line a strength."""
    figure = go.Figure()
    for k, member in enumerate(members):
        result = member.result
        figure.add_scatter(x=result.kept.astype(np.float32), y=result.perplexities.astype(np.float32),
                           mode="lines+markers", name=f"L1 {member.name}", marker={"size": 6},
                           line={"color": NEUTRAL if member.l1 == 0 else _shade(k, len(members)),
                                 "width": 2.2, "dash": "dot" if member.l1 == 0 else "solid"},
                           hovertemplate=f"L1 {member.name}<br>%{{x}}: %{{y:.3f}}<extra></extra>")
    kept = members[0].result.kept
    figure.add_scatter(x=kept[[0, -1]].astype(np.float32), y=np.full(2, members[0].result.unigram, np.float32),
                       mode="lines", name=frequencies_name, line={"color": NEUTRAL, "width": 1, "dash": "dash"},
                       hovertemplate=f"{frequencies_name} %{{y:.3f}}<extra></extra>")
    ticks = [t for t in kept.tolist() if t & (t - 1) == 0 and t < 0.7 * kept[-1]] + [int(kept[-1])]
    figure.update_layout(
        height=400, margin={"l": 56, "r": 16, "t": 40, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "type": "log", "tickvals": ticks, "ticktext": [f"{t:,}" for t in ticks],
               "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": y_title}, "type": "log", "zeroline": False, "dtick": "D2", "tickformat": ".3~g"})
    return figure


def draw_survivors(r: np.ndarray, cells: Sequence[int], names: Sequence[str], *, x_title: str = "cell",
                   r_title: str = "r") -> go.Figure:
    """Correlation of the busiest cells with every property.

    Parameters
    ----------
    r : array of shape (n, P)
        Of `cells`, busiest first.
    """
    labels = [str(cell) for cell in cells]
    z = np.asarray(r.T, np.float32)
    figure = go.Figure(go.Heatmap(
        x=labels, y=list(names), z=z, zmin=-1, zmax=1, zmid=0, xgap=1, ygap=1, autocolorscale=True,
        text=[[f"{v:.2f}".replace("-", "−") if len(labels) <= 24 and abs(v) >= 0.3 else "" for v in row] for row in z],
        texttemplate="%{text}", textfont={"size": 11}, colorbar={"title": {"text": r_title}, "thickness": 12},
        hovertemplate=f"{x_title} %{{x}}<br>%{{y}}: r = %{{z:.3f}}<extra></extra>"))
    figure.update_layout(
        height=90 + 34 * len(names), margin={"l": 76, "r": 8, "t": 12, "b": 48},
        xaxis={"title": {"text": x_title}, "type": "category", "showgrid": False, "tickangle": 0},
        yaxis={"autorange": "reversed", "showgrid": False})
    return figure
