"""Depth read off the state (seed 000, "regression of depth"): readouts, their controls, the Lasso path, its cells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL, VECTOR_COLOURS

SYMBOLS = {"c": "circle", "h": "diamond", "c_up": "square"}
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}


def draw_predicted(shares: np.ndarray, edges: tuple[float, float], levels: np.ndarray, *, vector: str = "c",
                   x_title: str = "true depth", y_title: str = "predicted", median_name: str = "median",
                   share_name: str = "of the level's tokens", height: int = 360) -> go.Figure:
    """Where the prediction lies at every true level: each column of shades adds up to 100 %.

    Parameters
    ----------
    shares : float array of shape (L, bins)
        Of one readout, from `DepthRegression.density`.
    edges : tuple of two float
        Outer edges of the bins.
    levels : float array of shape (rows, 8)
        From `DepthRegression.by_level`: level, count, mean, quantiles.
    """
    low, high = float(edges[0]), float(edges[1])
    middles = low + (np.arange(shares.shape[1]) + 0.5) * (high - low) / shares.shape[1]
    x = levels[:, 0].astype(np.float32)
    z = shares[levels[:, 0].astype(int)].T.astype(np.float32)
    colour = VECTOR_COLOURS[vector]
    figure = go.Figure(go.Heatmap(
        x=x, y=middles.astype(np.float32), z=np.where(z > 0, z, np.nan), zmin=0,
        zmax=float(max(z.max(initial=0), 0.05)), showscale=False, xgap=1,
        colorscale=[[0, _fade(colour, 0.08)], [1, _fade(colour, 1)]],
        hovertemplate=f"{x_title} %{{x}}<br>{y_title} %{{y:.1f}}<br>%{{z:.1%}} {share_name}<extra></extra>"))
    figure.add_scatter(x=np.array([low, high], np.float32), y=np.array([low, high], np.float32), mode="lines",
                       line={"color": NEUTRAL, "width": 1.5, "dash": "dash"}, showlegend=False, hoverinfo="skip")
    figure.add_scatter(
        x=x, y=levels[:, 5].astype(np.float32), mode="lines+markers", showlegend=False,
        line={"color": ACCENT, "width": 2}, marker={"size": 5}, customdata=levels[:, [1, 3, 7]].astype(np.float32),
        hovertemplate=f"{x_title} %{{x}}, {median_name} %{{y:.2f}}<br>5–95 %: %{{customdata[1]:.2f}} – "
                      "%{customdata[2]:.2f}<br>n = %{customdata[0]:,.0f}<extra></extra>")
    end = float(x.max(initial=0)) + 0.5
    figure.update_layout(
        height=height, hovermode="closest", margin={"l": 48, "r": 8, "t": 8, "b": 44},
        xaxis={"title": {"text": x_title}, "range": [-0.5, end], "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": y_title}, "range": [min(low, -1), end + 0.5], "zeroline": False})
    return figure


def draw_readouts(rows: Sequence[tuple[str, dict[str, Sequence[float]]]], *, n_readouts: int = 3,
                  x_title: str = "R²") -> go.Figure:
    """One row a readout or control, one marker a vector, with intervals where they are known.

    Parameters
    ----------
    rows : sequence of (name, values)
        Values by vector: R², or R² with both ends of its interval. A vector ``""`` stands for none.
    n_readouts : int
        The first rows are readouts, filled; the others controls, hollow.
    """
    figure, places, smallest = go.Figure(), -np.arange(len(rows), dtype=np.float32), 0.0
    places[n_readouts:] -= 0.35  # a gap between readouts and controls
    vectors = list(dict.fromkeys(v for _, values in rows for v in values))
    for vector in vectors:
        offset = {"c": 0.24, "h": 0.0, "c_up": -0.24}.get(vector, 0.0)
        colour = VECTOR_COLOURS.get(vector, NEUTRAL)
        for first, own in ((True, rows[:n_readouts]), (False, rows[n_readouts:])):
            shift = 0 if first else n_readouts
            found = [(k + shift, name, values[vector]) for k, (name, values) in enumerate(own) if vector in values
                     and np.isfinite(values[vector][0])]
            if not found:
                continue
            x = np.array([v[0] for _, _, v in found], np.float32)
            ends = np.array([v[1:] if len(v) == 3 else (v[0], v[0]) for _, _, v in found], np.float32)
            smallest = min(smallest, float(x.min()))
            symbol = SYMBOLS.get(vector, "line-ns")
            figure.add_scatter(
                x=x, y=[float(places[k]) + offset for k, _, _ in found], mode="markers", name=vector or " ",
                showlegend=first, text=[name for _, name, _ in found], customdata=ends,
                marker={"color": colour, "size": 10, "symbol": symbol if first else f"{symbol}-open",
                        "line": {"width": 0 if first else 2, "color": colour}},
                error_x={"type": "data", "symmetric": False, "visible": bool((ends[:, 1] > ends[:, 0]).any()),
                         "array": ends[:, 1] - x, "arrayminus": x - ends[:, 0], "thickness": 2, "width": 4,
                         "color": colour},
                hovertemplate=f"%{{text}}, {vector or ' '}<br>{x_title} %{{x:.3f}} "
                              "[%{customdata[0]:.3f}, %{customdata[1]:.3f}]<extra></extra>")
    for place in places:
        figure.add_shape(type="rect", xref="paper", x0=0, x1=1, y0=float(place) - 0.44, y1=float(place) + 0.44,
                         layer="below", line={"width": 0}, fillcolor=FAINT, opacity=0.5)
    figure.update_layout(
        height=46 * len(rows) + 110, hovermode="closest", margin={"l": 8, "r": 12, "t": 36, "b": 44}, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "range": [max(smallest, -0.5) - 0.04, 1.03], "zeroline": True,
               "zerolinecolor": NEUTRAL, "gridcolor": FAINT},
        yaxis={"tickvals": places.tolist(), "ticktext": [name for name, _ in rows], "automargin": True,
               "range": [float(places[-1]) - 0.6, 0.6], "showgrid": False, "zeroline": False, "fixedrange": True})
    return figure


@dataclass(frozen=True)
class Reference:
    """A level that a figure compares with: shown name and R²."""

    name: str
    r2: float


def draw_path(steps: dict[str, np.ndarray], chosen: int, *, vector: str = "c", references: Sequence[Reference] = (),
              n_cells: int | None = None, x_title: str = "cells kept", y_title: str = "R²", lasso_name: str = "Lasso",
              refit_name: str = "least squares on the kept cells", chosen_name: str = "chosen") -> go.Figure:
    """R² on the scored half against the number of cells that Lasso keeps.

    Parameters
    ----------
    steps : dict of arrays
        From `DepthRegression.steps`.
    chosen : int
        Step of the Lasso readout.
    """
    rows = _last_of_each(steps["cells"])
    x = steps["cells"][rows].astype(np.float32)
    colour = VECTOR_COLOURS[vector]
    figure = go.Figure()
    figure.add_scatter(x=np.concatenate([x, x[::-1]]), mode="lines",
                       y=np.concatenate([steps["low"][rows], steps["high"][rows[::-1]]]),
                       line={"width": 0}, fill="toself", fillcolor=_fade(colour, 0.18), showlegend=False,
                       hoverinfo="skip")
    for name, key, dash, symbol in ((lasso_name, "r2", "solid", "circle"), (refit_name, "refit", "dot", "diamond")):
        figure.add_scatter(x=x, y=steps[key][rows], name=name, mode="lines+markers",
                           marker={"size": 5, "symbol": symbol},
                           line={"color": colour if key == "r2" else ACCENT, "width": 2.5, "dash": dash},
                           hovertemplate=f"{name}<br>%{{x}}: {y_title} %{{y:.3f}}<extra></extra>")
    figure.add_scatter(x=[steps["cells"][chosen]], y=[steps["r2"][chosen]], name=chosen_name, mode="markers",
                       marker={"symbol": "circle-open", "size": 15, "color": colour, "line": {"width": 2.5}},
                       hovertemplate=f"{chosen_name}<br>%{{x}}: {y_title} %{{y:.3f}}<extra></extra>")
    end = float(np.log10(max(n_cells or 1, x.max(initial=1), 2)))
    kept = [r for r in references if np.isfinite(r.r2)]
    highest = max((r.r2 for r in kept), default=0)
    under = [0 < highest - r.r2 < 0.12 for r in kept]  # between that line and the highest the curves run
    heights = _spread([r.r2 - 0.065 * below for r, below in zip(kept, under, strict=True)], 0.055)
    for reference, y in zip(kept, heights, strict=True):
        figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=reference.r2, y1=reference.r2, layer="below",
                         line={"color": NEUTRAL, "width": 1.5, "dash": "dash"})
        side = "left" if reference.r2 == highest else "right"  # the curves end at the highest line
        figure.add_annotation(xref="paper", x=float(side == "right"), y=y, text=f"{reference.name} {reference.r2:.3f}",
                              showarrow=False, xanchor=side, yanchor="bottom", font={"size": 12})
    lowest = min([0.0, *(r.r2 for r in kept)])
    figure.update_layout(
        height=420, hovermode="closest", margin={"l": 52, "r": 12, "t": 60, "b": 48}, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "type": "log", "range": [-0.05, end + 0.05],
               "dtick": "D2" if end < 1.5 else 1, "zeroline": False, "showgrid": False},
        yaxis={"title": {"text": y_title}, "range": [max(lowest, -0.3) - 0.03, 1.06], "zeroline": False})
    return figure


def draw_weights(kept: np.ndarray, *, vector: str = "c", picked: int | None = None, n_cells: int = 40,
                 x_title: str = "cell", y_title: str = "weight", cell_name: str = "cell") -> go.Figure:
    """The heaviest cells of the Lasso readout.

    Parameters
    ----------
    kept : float array of shape (rows, 3)
        Cell, weight, r, heaviest first (`DepthRegression.kept_cells`).
    picked : int, optional
        A cell to ring.

    Returns
    -------
    plotly Figure
        The markers of the second trace carry ``customdata`` [cell, weight, r].
    """
    rows = kept[:n_cells]
    names = [f"{cell:.0f}" for cell in rows[:, 0]]
    y = rows[:, 1].astype(np.float32)
    stems = np.full((len(rows), 3), np.nan, np.float32)
    stems[:, 0], stems[:, 1] = 0, y
    figure = go.Figure(go.Scatter(x=np.repeat(names, 3), y=stems.ravel(), mode="lines", showlegend=False,
                                  line={"color": NEUTRAL, "width": 2}, hoverinfo="skip"))
    figure.add_scatter(
        x=names, y=y, mode="markers", showlegend=False, customdata=rows.astype(np.float32),
        marker={"color": VECTOR_COLOURS[vector], "size": 10, "symbol": SYMBOLS[vector]},
        hovertemplate=f"{cell_name} %{{x}}<br>{y_title} %{{y:.3f}}<br>r = %{{customdata[2]:.3f}}<extra></extra>")
    if picked is not None and str(picked) in names:
        figure.add_scatter(x=[str(picked)], y=[y[names.index(str(picked))]], mode="markers", showlegend=False,
                           hoverinfo="skip", marker={"symbol": "circle-open", "size": 18, "color": ACCENT,
                                                     "line": {"width": 3}})
    figure.update_layout(
        height=340, hovermode="closest", margin={"l": 56, "r": 12, "t": 12, "b": 64},
        xaxis={"title": {"text": x_title}, "type": "category", "categoryorder": "array", "categoryarray": names,
               "range": [-0.7, len(names) - 0.3], "showgrid": False, "tickangle": -90 if len(names) > 12 else 0},
        yaxis={"title": {"text": y_title}, "zeroline": True, "zerolinecolor": NEUTRAL})
    return figure


def draw_weight_paths(penalties: np.ndarray, weights: np.ndarray, cells: np.ndarray, chosen: int, *,
                      n_named: int = 6, x_title: str = "penalty", y_title: str = "weight",
                      cell_name: str = "cell", chosen_name: str = "chosen") -> go.Figure:
    """How the cells that enter first gain weight as the penalty falls.

    Parameters
    ----------
    penalties : float array of shape (K,)
        Falling, as shares of the smallest that keeps no cell.
    weights : float array of shape (K, cells)
    cells : int array of shape (cells,)
        -1 for none.
    n_named : int
        The heaviest at the end are coloured and named; the others stay grey.
    """
    own = np.flatnonzero(cells >= 0)
    named = own[np.argsort(-np.abs(weights[-1, own]), kind="stable")][:n_named].tolist()
    figure = go.Figure()
    for k in [*(k for k in own if k not in named), *named[::-1]]:
        rank = named.index(k) if k in named else None
        figure.add_scatter(
            x=penalties.astype(np.float32), y=weights[:, k].astype(np.float32), mode="lines",
            name=f"{cell_name} {cells[k]}", showlegend=rank is not None, legendrank=1000 + (rank or 0),
            opacity=0.45 if rank is None else 1,
            line={"width": 1 if rank is None else 2.5, "color": NEUTRAL if rank is None else LINE_COLOURS[rank]},
            hovertemplate=f"{cell_name} {cells[k]}<br>{x_title} %{{x:.4f}}<br>{y_title} %{{y:.3f}}<extra></extra>")
    figure.add_shape(type="line", x0=float(penalties[chosen]), x1=float(penalties[chosen]), yref="paper", y0=0, y1=1,
                     line={"color": ACCENT, "width": 2, "dash": "dot"})
    figure.add_annotation(x=float(np.log10(penalties[chosen])), xref="x", yref="paper", y=0, text=chosen_name,
                          showarrow=False, xanchor="right", yanchor="bottom", font={"size": 12, "color": ACCENT})
    figure.update_layout(
        height=420, hovermode="closest", margin={"l": 52, "r": 12, "t": 60, "b": 48}, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "type": "log", "autorange": "reversed", "showgrid": False,
               "zeroline": False, "dtick": 1, "exponentformat": "power"},
        yaxis={"title": {"text": y_title}, "zeroline": True, "zerolinecolor": NEUTRAL})
    return figure


def draw_shape(curves: dict[str, np.ndarray], *, x_title: str = "true depth", y_title: str = "predicted") -> go.Figure:
    """Median prediction of every vector over the true level, with 25–75 % bands, and the line of no error.

    Parameters
    ----------
    curves : dict of float arrays of shape (rows, 8)
        By vector, from `DepthRegression.by_level`.
    """
    figure = go.Figure()
    for vector, rows in curves.items():
        x, q = rows[:, 0].astype(np.float32), rows[:, 3:].astype(np.float32)
        figure.add_scatter(x=np.concatenate([x, x[::-1]]), y=np.concatenate([q[:, 1], q[::-1, 3]]), mode="lines",
                           line={"width": 0}, fill="toself", fillcolor=_fade(VECTOR_COLOURS[vector], 0.16),
                           showlegend=False, hoverinfo="skip")
    for vector, rows in curves.items():
        x, q = rows[:, 0].astype(np.float32), rows[:, 3:].astype(np.float32)
        figure.add_scatter(
            x=x, y=q[:, 2], name=vector, mode="lines+markers", customdata=rows[:, [1, 2, 3, 7]].astype(np.float32),
            line={"color": VECTOR_COLOURS[vector], "width": 2.5}, marker={"size": 7, "symbol": SYMBOLS[vector]},
            hovertemplate=f"<b>{vector}</b><br>{x_title} %{{x}}: %{{y:.2f}}<br>5–95 %: %{{customdata[2]:.2f}} – "
                          "%{customdata[3]:.2f}<br>n = %{customdata[0]:,.0f}<extra></extra>")
    top = max((float(rows[:, 0].max(initial=1)) for rows in curves.values()), default=1.0)
    figure.add_scatter(x=np.array([0, top], np.float32), y=np.array([0, top], np.float32), mode="lines",
                       showlegend=False, hoverinfo="skip", line={"color": NEUTRAL, "width": 1.5, "dash": "dash"})
    figure.update_layout(
        height=420, hovermode="closest", margin={"l": 52, "r": 12, "t": 36, "b": 48}, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "showgrid": False, "zeroline": False, "range": [-0.4, top + 0.4]},
        yaxis={"title": {"text": y_title}, "zeroline": False})
    return figure


def _last_of_each(cells: np.ndarray) -> np.ndarray:
    """The weakest penalty at each number of cells, by rising number; no cell at all is left out."""
    last = {int(n): k for k, n in enumerate(cells) if n > 0}
    return np.array([last[n] for n in sorted(last)], int)


def _spread(values: list[float], apart: float) -> list[float]:
    """Heights for labels of lines at `values`, none closer than `apart`: the lower of two makes way."""
    placed, ceiling = {}, np.inf
    for k in sorted(range(len(values)), key=lambda k: -values[k]):
        placed[k] = min(values[k], ceiling)
        ceiling = placed[k] - apart
    return [placed[k] for k in range(len(values))]


def _fade(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
