"""A recorded training beside its prediction, and trainings from many starts beside one another."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.palette import LINE_COLOURS, NEUTRAL
from core.figures.qwem.dynamics import ENGLISH, SceneTexts


def draw_run(time: np.ndarray, measured: np.ndarray, predicted: np.ndarray | None, *, tau: np.ndarray | None = None,
             unit: float = 1.0, texts: SceneTexts = ENGLISH,
             names: Sequence[str] = ("measured", "predicted")) -> go.Figure:
    """Singular values along a training, solid, over those of the closed form, dotted.

    Parameters
    ----------
    time : array of shape (N,)
    measured, predicted : arrays of shape (N, K)
        s_k.
    tau : array of shape (K,), optional
        Marked by circles at half of λ_k.
    unit : float
        τ₁: the unit of the axis.
    """
    later = time > 0
    x, figure = (time[later] / unit).astype(np.float32), go.Figure()
    for k in range(measured.shape[1]):
        colour = LINE_COLOURS[k % len(LINE_COLOURS)]
        figure.add_scatter(x=x, y=measured[later, k].astype(np.float32), mode="lines", name=names[0],
                           legendgroup=names[0], showlegend=k == 0, line={"color": colour, "width": 2},
                           hovertemplate=f"{texts.concept} {k + 1}<br>{texts.time} = %{{x:.2f}}<br>"
                                         f"{texts.strength} = %{{y:.2f}}<extra>{names[0]}</extra>")
        if predicted is not None:
            figure.add_scatter(x=x, y=predicted[later, k].astype(np.float32), mode="lines", name=names[1],
                               legendgroup=names[1], showlegend=k == 0, hoverinfo="skip",
                               line={"color": colour, "width": 2, "dash": "dot"})
    if tau is not None and predicted is not None:
        own = np.isfinite(tau) & (tau <= time[-1])
        figure.add_scatter(x=(tau[own] / unit).astype(np.float32),
                           y=[float(np.interp(t, time, predicted[:, k])) for k, t in enumerate(tau) if own[k]],
                           mode="markers", name="τ<sub>k</sub>", customdata=np.flatnonzero(own) + 1,
                           marker={"symbol": "circle-open", "size": 8, "color": NEUTRAL},
                           hovertemplate="τ<sub>%{customdata}</sub> = %{x:.2f} τ₁<extra></extra>")
    figure.update_layout(height=400, margin={"l": 56, "r": 16, "t": 40, "b": 48}, hovermode="closest",
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
                         xaxis={"title": {"text": texts.time}, "type": "log", "showgrid": False,
                                "tickvals": [0.1, 0.2, 0.5, 1, 2, 5, 10]},
                         yaxis={"title": {"text": texts.strength}, "rangemode": "tozero"})
    return figure


def draw_rises(inits: Sequence[float], ratios: Sequence[np.ndarray], widths: Sequence[np.ndarray],
               expected: Sequence[np.ndarray], *, titles: Sequence[str] = ("half-rise / τ_k", "width of a step"),
               x_title: str = "start", names: Sequence[str] = ("each concept", "median", "closed form")) -> go.Figure:
    """Against the start: when concepts rise in units of τ_k, and how wide their steps are, beside the closed form.

    Parameters
    ----------
    ratios, widths, expected : sequences of arrays
        One array for each start, a value for each concept that rose.
    """
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.13)
    for column, courses in enumerate((ratios, widths), 1):
        x = np.repeat(np.asarray(inits, np.float64), [len(c) for c in courses])
        figure.add_scatter(x=x, y=np.concatenate(courses).astype(np.float32), mode="markers", name=names[0],
                           showlegend=column == 1, marker={"color": NEUTRAL, "size": 5, "opacity": 0.6},
                           hovertemplate="%{y:.3f}<extra></extra>", row=1, col=column)
        figure.add_scatter(x=list(inits), y=np.array([np.median(c) for c in courses], np.float32), name=names[1],
                           mode="lines+markers", showlegend=column == 1, line={"color": LINE_COLOURS[0]},
                           marker={"size": 9}, hovertemplate=f"{names[1]} %{{y:.3f}}<extra></extra>",
                           row=1, col=column)
    figure.add_scatter(x=list(inits), y=np.array([np.median(c) for c in expected], np.float32), name=names[2],
                       mode="lines", line={"color": LINE_COLOURS[1], "dash": "dot", "width": 2.4},
                       hovertemplate=f"{names[2]} %{{y:.3f}}<extra></extra>", row=1, col=2)
    figure.add_hline(y=1, line={"color": LINE_COLOURS[1], "dash": "dot", "width": 2.4}, row=1, col=1)
    figure.update_xaxes(title_text=x_title, type="log", exponentformat="power", showgrid=False)
    for column, title in enumerate(titles, 1):
        figure.update_yaxes(title_text=title, row=1, col=column)
    figure.update_yaxes(rangemode="tozero", row=1, col=2)
    figure.update_layout(height=360, margin={"l": 56, "r": 16, "t": 40, "b": 48}, hovermode="closest",
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0})
    return figure


def draw_agreement(squares: np.ndarray, *, x_title: str = "eigenvector of M*", y_title: str = "trained direction",
                   ) -> go.Figure:
    """(u_i · v_j)² of trained directions and eigenvectors (K, K): a diagonal where training finds them one by one."""
    k = np.arange(1, len(squares) + 1)
    figure = go.Figure(go.Heatmap(
        z=squares.astype(np.float32), x=k, y=k, zmin=0, zmax=1, autocolorscale=True, colorbar={"thickness": 12},
        hovertemplate=f"{y_title} %{{y}}, {x_title} %{{x}}<br>%{{z:.2f}}<extra></extra>"))
    figure.update_layout(height=400, margin={"l": 56, "r": 16, "t": 16, "b": 48},
                         xaxis={"title": {"text": x_title}, "showgrid": False, "constrain": "domain"},
                         yaxis={"title": {"text": y_title}, "autorange": "reversed", "showgrid": False,
                                "scaleanchor": "x", "constrain": "domain"})
    return figure
