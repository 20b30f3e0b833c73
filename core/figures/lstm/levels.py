"""The best cell's value at every level of a property (seed 000, "value of the best dimension and depth")."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.lstm.correlation import ValueByLevel
from core.figures.palette import VECTOR_COLOURS

_WEIGHTS = np.array([0.15, 0.225, 0.25, 0.225, 0.15])  # share of tokens nearest to the 5, 25, 50, 75, 95 % quantile


@dataclass(frozen=True)
class LevelCurve:
    """The best cell of one vector: its values by level and the sign of its correlation."""

    vector: str
    cell: int
    values: ValueByLevel
    sign: int

    def standardise(self) -> np.ndarray:
        """Quantiles in standard deviations of the cell over all tokens, rising; shape (levels, 5).

        Mean and deviation come from the quantiles, each standing for the share of tokens nearest to it
        (1 % too wide for a normal distribution). With a falling cell the quantiles change places.
        """
        q, n = self.values.quantiles.astype(np.float64), self.values.counts.astype(np.float64)
        weights = n[:, None] * _WEIGHTS / n.sum()
        mean = (weights * q).sum()
        deviation = np.sqrt((weights * (q - mean) ** 2).sum())
        z = (q - mean) / max(deviation, 1e-12)
        return z if self.sign >= 0 else -z[:, ::-1]


def draw_levels(curves: Sequence[LevelCurve], *, x_title: str = "depth", y_title: str = "standard deviations",
                cell_name: str = "cell", flipped: str = "flipped") -> go.Figure:
    """Median, 25–75 % and 5–95 % bands of each curve, standardised so that c and h can be compared.

    Parameters
    ----------
    flipped : str
        Said of a curve whose sign was turned.
    """
    figure = go.Figure()
    for curve in curves:
        z, levels = curve.standardise().astype(np.float32), curve.values.levels.astype(np.float32)
        for low, high, opacity in ((0, 4, 0.16), (1, 3, 0.30)):
            figure.add_scatter(
                x=np.concatenate([levels, levels[::-1]]), y=np.concatenate([z[:, low], z[::-1, high]]), mode="lines",
                line={"width": 0}, fill="toself", fillcolor=_with_alpha(VECTOR_COLOURS[curve.vector], opacity),
                showlegend=False, hoverinfo="skip")
    for curve in curves:
        z, raw = curve.standardise().astype(np.float32), curve.values.quantiles
        name = f"{curve.vector}, {cell_name} {curve.cell}" + (f" ({flipped})" if curve.sign < 0 else "")
        figure.add_scatter(
            x=curve.values.levels.astype(np.float32), y=z[:, 2], mode="lines+markers", name=name,
            line={"color": VECTOR_COLOURS[curve.vector], "width": 2.5,
                  "dash": "solid" if curve.vector == "c" else "dot"},
            marker={"size": 6, "symbol": "circle" if curve.vector == "c" else "diamond"},
            customdata=np.column_stack([raw, curve.values.counts]).astype(np.float32),
            hovertemplate=f"<b>{name}</b><br>{x_title} %{{x}}: %{{y:.2f}}<br>{curve.vector} = %{{customdata[2]:.3f}} "
                          "(5–95 %: %{customdata[0]:.3f} – %{customdata[4]:.3f})<br>"
                          "n = %{customdata[5]:,.0f}<extra></extra>")
    figure.update_layout(
        height=400, hovermode="closest", margin={"l": 56, "r": 16, "t": 36, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": y_title}, "zeroline": False})
    return figure


def _with_alpha(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def tabulate_levels(curves: Sequence[LevelCurve]) -> pd.DataFrame:
    """The curves as a table, in the cells' own units."""
    rows = [(c.vector, c.cell, float(level), int(n), *q) for c in curves for level, n, q in
            zip(c.values.levels, c.values.counts, c.values.quantiles.tolist(), strict=True)]
    return pd.DataFrame(rows, columns=["vector", "cell", "level", "n", "q05", "q25", "q50", "q75", "q95"])
