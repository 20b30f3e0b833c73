"""How deep a cell counts: the depth it tells, its error and the ends it finds, and models side by side."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import FAINT, LINE_COLOURS, NEUTRAL, VECTOR_COLOURS, name_axis_tokens

RED, BLUE, GREEN = (VECTOR_COLOURS[name] for name in ("c", "h", "c_up"))
_BAND = "rgba(209,73,91,0.20)"
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}


def draw_form(tokens: tuple[str, ...], depth: np.ndarray, told: np.ndarray, *, tags: Sequence[str] = (),
              depth_name: str = "depth", told_name: str = "told by the cell", y_title: str = "brackets") -> go.Figure:
    """The depth one cell tells after each token, over the depth itself.

    Parameters
    ----------
    depth, told : arrays of shape (T,)
        In brackets.
    tags : sequence of str
        What each token is, for hovering.
    """
    names = name_axis_tokens(tokens)
    tags = np.array([t or "" for t in tags] or [""] * len(tokens))
    figure = go.Figure()
    figure.add_scatter(x=names, y=depth.astype(np.float32), name=depth_name, mode="lines", fill="tozeroy",
                       fillcolor=FAINT, line={"color": NEUTRAL, "width": 2, "shape": "hvh"},
                       hovertemplate=f"{depth_name} %{{y}}<extra></extra>")
    figure.add_scatter(x=names, y=told.astype(np.float32), name=told_name, mode="lines+markers",
                       customdata=tags[:, None], line={"color": RED, "width": 2.4}, marker={"size": 5},
                       hovertemplate=f"{told_name} %{{y:.2f}}  %{{customdata[0]}}<extra></extra>")
    longest = max(len(name.rstrip("\u200b")) for name in names)
    upright = longest <= 2
    figure.update_layout(
        height=360 + (0 if upright else min(104, 7 * longest)), hovermode="x unified", legend=_LEGEND,
        margin={"l": 52, "r": 16, "t": 34, "b": 34 if upright else min(118, 22 + 7 * longest)},
        xaxis={"type": "category", "categoryorder": "array", "categoryarray": names, "showgrid": False,
               "range": [-0.6, len(names) - 0.4], "tickangle": 0 if upright else -90, "tickfont": {"size": 11}},
        yaxis={"title": {"text": y_title}, "zeroline": False})
    return figure


def draw_told_depth(depth: np.ndarray, quantiles: np.ndarray, counts: np.ndarray, *, trained: int,
                    x_title: str = "depth", y_title: str = "depth told by the cell", exact_name: str = "exact count",
                    told_name: str = "cell, median and 5–95 %", trained_name: str = "trained to") -> go.Figure:
    """The depth a cell tells against the true one, beyond the depth of training.

    Parameters
    ----------
    depth : array of shape (K,)
    quantiles : array of shape (K, 5)
        5, 25, 50, 75 and 95 %.
    """
    figure, x = go.Figure(), depth.astype(np.float32)
    figure.add_scatter(x=x, y=x, name=exact_name, mode="lines", line={"color": NEUTRAL, "width": 1.5, "dash": "dash"},
                       hoverinfo="skip")
    figure.add_scatter(x=np.concatenate([x, x[::-1]]), y=np.concatenate([quantiles[:, 0], quantiles[::-1, 4]]),
                       mode="lines", line={"width": 0}, fill="toself", fillcolor=_BAND, showlegend=False,
                       hoverinfo="skip")
    figure.add_scatter(x=x, y=quantiles[:, 2].astype(np.float32), name=told_name, mode="lines+markers",
                       line={"color": RED, "width": 2.4}, marker={"size": 5}, customdata=counts[:, None],
                       hovertemplate=f"{x_title} %{{x}}: %{{y:.2f}}<br>n = %{{customdata[0]:,.0f}}<extra></extra>")
    _mark_trained(figure, trained, trained_name)
    return _lay_out(figure, x_title, y_title)


def draw_curves(curves: Sequence[tuple[str, np.ndarray, np.ndarray]], *, bands: Sequence[np.ndarray | None] = (),
                trained: float | None = None, level: float | None = None, x_title: str = "depth", y_title: str = "",
                trained_name: str = "trained to", share: bool = False, limit: float | None = None) -> go.Figure:
    """Some curves over depth; the first is what matters, the others are its controls.

    Parameters
    ----------
    curves : sequence of (name, x, y)
        Points that are NaN are left out.
    bands : sequence of arrays (K, 2) or None
        Interval of each curve.
    level : float, optional
        A height to compare with.
    share : bool
        The values are shares: the axis goes from 0 to 100 %.
    limit : float, optional
        Top of the axis: a control that leaves it is cut.
    """
    figure = go.Figure()
    dashes = ("solid", "dot", "dash", "dashdot", "longdash", "solid", "dot", "dash")
    for k, (name, x, y) in enumerate(curves):
        colour, kept = LINE_COLOURS[k % len(LINE_COLOURS)], np.isfinite(y)
        band = bands[k] if k < len(bands) else None
        if band is not None:
            red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
            figure.add_scatter(x=np.concatenate([x[kept], x[kept][::-1]]).astype(np.float32), mode="lines",
                               y=np.concatenate([band[kept, 0], band[kept, 1][::-1]]).astype(np.float32),
                               line={"width": 0}, fill="toself", fillcolor=f"rgba({red},{green},{blue},0.2)",
                               showlegend=False, hoverinfo="skip")
        figure.add_scatter(x=x[kept].astype(np.float32), y=y[kept].astype(np.float32), name=name, mode="lines+markers",
                           line={"color": colour, "width": 2.4 if k == 0 else 1.8, "dash": dashes[k % len(dashes)]},
                           marker={"size": 5 if k == 0 else 4},
                           hovertemplate=f"{name} %{{y:{'.1%' if share else '.2f'}}}<extra></extra>")
    if level is not None:
        figure.add_hline(y=level, line={"color": NEUTRAL, "width": 1, "dash": "dash"})
    if trained is not None:
        _mark_trained(figure, trained, trained_name, y=0.5 if share else 1)
    figure = _lay_out(figure, x_title, y_title)
    figure.update_layout(hovermode="x unified")
    if share:
        figure.update_yaxes(range=[-0.03, 1.05], tickformat=".0%")
    elif limit is not None:
        figure.update_yaxes(range=[0, limit])
    return figure


def _mark_trained(figure: go.Figure, trained: float, name: str, *, y: float = 1) -> None:
    figure.add_vline(x=trained, line={"color": NEUTRAL, "width": 1.5, "dash": "dot"})
    figure.add_annotation(x=trained, y=y, yref="paper", yanchor="top", xanchor="left", xshift=4, showarrow=False,
                          text=f"{name} {trained:g}", font={"size": 12, "color": NEUTRAL})


def _lay_out(figure: go.Figure, x_title: str, y_title: str) -> go.Figure:
    return figure.update_layout(
        height=400, hovermode="closest", margin={"l": 56, "r": 16, "t": 56, "b": 48}, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "showgrid": False, "zeroline": False, "rangemode": "tozero"},
        yaxis={"title": {"text": y_title}, "zeroline": False, "rangemode": "tozero"})
