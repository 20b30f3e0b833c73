"""A relation as a direction: its spectrum, where it lives, its strength against d; and when relations are learned."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.qwem.directions import TaskSpectrum, marchenko_pastur
from core.figures.palette import ACCENT, FAINT, NEUTRAL

MARK, NOISE = "#D1495B", "#3D85C6"
GROUPS = {0: "#B4762C", 1: "#3D85C6", -1: NEUTRAL}  # concrete, abstract, neither
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}


def draw_task_spectrum(spectrum: TaskSpectrum, *, bulk: str = "Marchenko–Pastur", eigenvalues: str = "eigenvalues",
                       spike: str = "spike", x_title: str = "eigenvalue of RRᵀ / d",
                       y_title: str = "density") -> go.Figure:
    """Eigenvalues as sticks, the bulk that scatter alone would make behind them, the largest one named."""
    values, figure = spectrum.eigenvalues.astype(np.float32), go.Figure()
    top = 1.0
    if spectrum.gamma:
        high = spectrum.sigma2 * (1 + np.sqrt(spectrum.gamma)) ** 2
        low = spectrum.sigma2 * (1 - np.sqrt(spectrum.gamma)) ** 2
        x = np.linspace(max(low, high * 1e-3), high, 300)
        density = marchenko_pastur(x, spectrum.gamma, spectrum.sigma2)
        top = float(np.quantile(density, 0.98))
        figure.add_scatter(x=x.astype(np.float32), y=np.minimum(density, 1.2 * top).astype(np.float32), name=bulk,
                           mode="lines", line={"color": NOISE, "width": 2}, fill="tozeroy", hoverinfo="skip")
    figure.add_bar(x=values[1:], y=np.full(len(values) - 1, 0.35 * top, np.float32), name=eigenvalues,
                   width=0.004 * float(values[0]), marker={"color": NEUTRAL},
                   hovertemplate="%{x:.3g}<extra></extra>")
    figure.add_bar(x=values[:1], y=[0.7 * top], name=spike, width=0.008 * float(values[0]), marker={"color": MARK},
                   hovertemplate="%{x:.3g}<extra></extra>")
    figure.add_annotation(x=float(values[0]), y=0.7 * top, text=f"{spike} {values[0]:.3g} · {spectrum.share:.0%}",
                          showarrow=False, xanchor="right", xshift=4, yshift=12)
    figure.update_layout(height=360, margin={"l": 56, "r": 16, "t": 40, "b": 48}, legend=_LEGEND, barmode="overlay",
                         xaxis={"title": {"text": x_title}, "range": [0, 1.06 * float(values[0])], "showgrid": False},
                         yaxis={"title": {"text": y_title}, "rangemode": "tozero", "range": [0, 1.3 * top]})
    return figure


def draw_localisation(shares: np.ndarray, *, x_title: str = "concept k", y_title: str = "share of the direction",
                      name: str = "concept") -> go.Figure:
    """How much of the mean difference lies on each eigenvector, and the running total."""
    k = np.arange(1, len(shares) + 1, dtype=np.float32)
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    figure.add_bar(x=k, y=shares.astype(np.float32), marker={"color": MARK}, name=y_title, showlegend=False,
                   hovertemplate=f"{name} %{{x}}: %{{y:.1%}}<extra></extra>")
    figure.add_scatter(x=k, y=shares.cumsum().astype(np.float32), mode="lines", line={"color": NEUTRAL, "width": 1.5},
                       showlegend=False, secondary_y=True, hovertemplate="1 – %{x}: %{y:.0%}<extra></extra>")
    figure.update_layout(height=320, margin={"l": 56, "r": 48, "t": 16, "b": 48}, bargap=0.1, hovermode="closest",
                         xaxis={"title": {"text": x_title}, "showgrid": False})
    figure.update_yaxes(title_text=y_title, tickformat=".0%", rangemode="tozero", secondary_y=False)
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=False,
                        secondary_y=True)
    return figure


def draw_strength(dimensions: np.ndarray, snr: np.ndarray, control: np.ndarray, accuracy: np.ndarray | None = None, *,
                  x_title: str = "dimensions d", names: Sequence[str] = ("SNR", "random words", "right answers"),
                  ) -> go.Figure:
    """SNR of a relation against d, above that of random words; its accuracy against d beside it.

    Parameters
    ----------
    dimensions, snr, control : arrays of shape (D,)
    accuracy : array of shape (D,), optional
    """
    figure = make_subplots(rows=1, cols=1 if accuracy is None else 2, horizontal_spacing=0.12)
    x = np.asarray(dimensions, np.float32)
    for y, name, colour, dash in ((snr, names[0], MARK, "solid"), (control, names[1], NEUTRAL, "dot")):
        figure.add_scatter(x=x, y=np.asarray(y, np.float32), name=name, mode="lines+markers",
                           line={"color": colour, "dash": dash}, row=1, col=1,
                           hovertemplate=f"d = %{{x}}<br>{name} %{{y:.2f}}<extra></extra>")
    figure.update_yaxes(title_text=names[0], rangemode="tozero", row=1, col=1)
    if accuracy is not None:
        figure.add_scatter(x=x, y=np.asarray(accuracy, np.float32), name=names[2], mode="lines+markers",
                           line={"color": "#2A9D74"}, row=1, col=2,
                           hovertemplate=f"d = %{{x}}<br>{names[2]} %{{y:.0%}}<extra></extra>")
        figure.update_yaxes(title_text=names[2], tickformat=".0%", range=[0, 1.02], row=1, col=2)
    figure.update_xaxes(title_text=x_title, type="log", tickvals=x, ticktext=[f"{d:.0f}" for d in x], showgrid=False)
    figure.update_layout(height=340, margin={"l": 56, "r": 16, "t": 40, "b": 48}, legend=_LEGEND, hovermode="closest")
    return figure


def draw_order(names: Sequence[str], group: np.ndarray, half: np.ndarray, low: np.ndarray, high: np.ndarray, *,
               group_names: Sequence[str] = ("concrete", "abstract", "neither"), x_title: str = "learned at rank",
               never: str = "never") -> go.Figure:
    """One row a family by the rank at which it is learned, the first on top; a family that never is says so.

    Parameters
    ----------
    group : int array of shape (F,)
        0 concrete, 1 abstract, -1 neither.
    half, low, high : arrays of shape (F,)
    """
    order = sorted(range(len(names)), key=lambda f: (np.inf if np.isnan(half[f]) else half[f]))
    rows = {f: -float(n) for n, f in enumerate(order)}
    figure = go.Figure()
    for g, name in zip((0, 1, -1), group_names, strict=True):
        own = [f for f in order if group[f] == g and np.isfinite(half[f])]
        x, a, b = (np.array([v[f] for f in own], np.float32) for v in (half, low, high))
        figure.add_scatter(
            x=x, y=[rows[f] for f in own], name=name, mode="markers", customdata=np.stack([a, b], 1),
            text=[names[f] for f in own],
            marker={"color": GROUPS[g], "size": 11, "symbol": {0: "square", 1: "circle", -1: "diamond-open"}[g]},
            error_x={"type": "data", "symmetric": False, "array": b - x, "arrayminus": x - a, "color": GROUPS[g],
                     "thickness": 2, "width": 0},
            hovertemplate=f"%{{text}} ({name})<br>%{{x:.0f}} [%{{customdata[0]:.0f}}, %{{customdata[1]:.0f}}]"
                          "<extra></extra>")
    for f in order:
        if np.isnan(half[f]):
            figure.add_annotation(x=0, xref="paper", y=rows[f], text=never, showarrow=False, xanchor="left",
                                  font={"color": GROUPS[int(group[f])]})
    figure.update_layout(
        height=30 * len(names) + 110, hovermode="closest", margin={"l": 8, "r": 16, "t": 40, "b": 48}, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "type": "log", "tickvals": [1, 2, 5, 10, 20, 50, 100, 200],
               "gridcolor": FAINT},
        yaxis={"tickvals": list(rows.values()), "ticktext": [names[f] for f in order], "automargin": True,
               "range": [-len(names) + 0.4, 0.6], "showgrid": False, "zeroline": False})
    return figure


def draw_ratios(names: Sequence[str], ratio: np.ndarray, low: np.ndarray, high: np.ndarray, *,
                x_title: str = "rank of the abstract families over that of the concrete ones",
                sides: Sequence[str] = ("abstract first", "concrete first")) -> go.Figure:
    """How many times later abstract families are learned, by every measure, with intervals; 1 is no difference."""
    rows = -np.arange(len(names), dtype=np.float32)
    ratio, low, high = (np.asarray(a, np.float32) for a in (ratio, low, high))
    figure = go.Figure(go.Scatter(
        x=ratio, y=rows, mode="markers", marker={"size": 12, "color": MARK}, customdata=np.stack([low, high], 1),
        text=list(names), showlegend=False,
        error_x={"type": "data", "symmetric": False, "array": high - ratio, "arrayminus": ratio - low, "color": MARK,
                 "thickness": 2.4, "width": 5},
        hovertemplate="%{text}<br>%{x:.2f} [%{customdata[0]:.2f}, %{customdata[1]:.2f}]<extra></extra>"))
    figure.add_vline(x=1, line={"color": ACCENT, "width": 2})
    for x, side, anchor in zip((0.48, 0.52), sides, ("right", "left"), strict=True):
        figure.add_annotation(x=x, xref="paper", y=1.02, yref="paper", yanchor="bottom", xanchor=anchor,
                              showarrow=False, text=f"← {side}" if anchor == "right" else f"{side} →")
    reach = 1.15 * float(np.nanmax(np.abs(np.log10(np.concatenate([low, high]))), initial=0.5))
    figure.update_layout(height=48 * len(names) + 120, margin={"l": 8, "r": 16, "t": 40, "b": 48},
                         xaxis={"title": {"text": x_title}, "type": "log", "range": [-reach, reach],
                                "tickvals": [0.1, 0.2, 0.5, 1, 2, 5, 10]},
                         yaxis={"tickvals": rows, "ticktext": list(names), "range": [-len(names) + 0.4, 0.6],
                                "automargin": True, "showgrid": False, "zeroline": False})
    return figure
