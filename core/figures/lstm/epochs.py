"""Perplexity and the best correlations after every epoch of training."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.palette import ACCENT, NEUTRAL, PHRASE_COLOURS

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")


def draw_epochs(epochs: np.ndarray, properties: Sequence[str], *, names: Sequence[str] | None = None,
                x_title: str = "epoch", r_title: str = "best |r|",
                perplexity_title: str = "perplexity") -> go.Figure:
    """|r| of the best cell for each property above, perplexity below.

    Parameters
    ----------
    epochs : float array of shape (E, 1 + P)
        Perplexity, then |r| for each property (`HeldOut.epochs`).
    properties : sequence of str, length P
        Ids, which carry the colours.
    names : sequence of str, optional
        Shown names.
    """
    x = np.arange(1, len(epochs) + 1, dtype=np.float32)
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.06)
    colours = PHRASE_COLOURS | {"depth": ACCENT, "position": NEUTRAL}
    for p, (key, name) in enumerate(zip(properties, names or properties, strict=True)):
        figure.add_scatter(
            x=x, y=epochs[:, 1 + p].astype(np.float32), name=name, mode="lines+markers", marker={"size": 4},
            line={"color": colours.get(key, NEUTRAL), "width": 3 if key == "depth" else 1.8,
                  "dash": _DASHES[p % len(_DASHES)]},
            hovertemplate=f"{name}: %{{y:.3f}}<extra></extra>", row=1, col=1)
    figure.add_scatter(x=x, y=epochs[:, 0].astype(np.float32), mode="lines+markers", showlegend=False,
                       line={"color": NEUTRAL, "width": 2}, marker={"size": 4},
                       hovertemplate=f"{perplexity_title} %{{y:.3f}}<extra></extra>", row=2, col=1)
    figure.update_layout(height=400, hovermode="x unified", margin={"l": 56, "r": 16, "t": 60, "b": 48},
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0})
    figure.update_yaxes(title_text=r_title, range=[0, 1.03], dtick=0.5, zeroline=False, row=1, col=1)
    figure.update_yaxes(title_text=perplexity_title, zeroline=False, nticks=4, row=2, col=1)
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_xaxes(title_text=x_title, row=2, col=1, **({"dtick": 1} if len(epochs) <= 16 else {}))
    return figure
