"""L1 probes: quality against the number of cells, and the cells that survive."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.lstm.probe import PROBES, PhraseProbe
from core.figures.palette import ACCENT, FAINT, NEUTRAL, PHRASE_COLOURS

MEASURES = ("accuracy", "auc")
_LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
_CONTROL_LOOK = {"untrained": {"color": "#3D85C6", "dash": "dash"}, "control": {"color": "#8E6BBF", "dash": "dot"}}


def draw_path(result: PhraseProbe, phrase: str, *, measure: str = "accuracy", point: int | None = None,
              names: dict[str, str] | None = None, x_title: str = "cells with a weight",
              y_title: str = "") -> go.Figure:
    """Accuracy or AUC against the number of cells, for the model and its controls.

    Parameters
    ----------
    measure : str
        One of `MEASURES`; the interval and the baselines are those of accuracy.
    point : int, optional
        Point of the trained model's path to mark.
    names : dict, optional
        Shown names of ``trained``, ``untrained``, ``control``, ``majority`` and ``position``.
    """
    names = {key: key for key in (*PROBES, "majority", "position")} | (names or {})
    figure, y_title = go.Figure(), y_title or measure
    paths = {probe: result.read_path(phrase, probe) for probe in PROBES}
    ours = paths["trained"]
    used = _find_front(ours["n_cells"])
    if measure == "accuracy":
        x = ours["n_cells"][used].astype(np.float32)
        figure.add_scatter(
            x=np.concatenate([x, x[::-1]]), mode="lines", line={"width": 0}, fill="toself", fillcolor=FAINT,
            y=np.concatenate([ours["low"][used], ours["high"][used][::-1]]).astype(np.float32), showlegend=False,
            hoverinfo="skip")
    for probe in PROBES:
        path = paths[probe]
        keep = _find_front(path["n_cells"])
        if not len(keep):
            continue
        look = _CONTROL_LOOK.get(probe, {"color": PHRASE_COLOURS[phrase], "dash": "solid"})
        figure.add_scatter(
            x=path["n_cells"][keep].astype(np.float32), y=path[measure][keep].astype(np.float32), name=names[probe],
            mode="lines+markers", line=look | {"width": 3 if probe == "trained" else 2},
            marker={"size": 7 if probe == "trained" else 5},
            customdata=np.column_stack([path["low"], path["high"], path["auc"], path["accuracy"], path["penalty"]]
                                       )[keep].astype(np.float32),
            hovertemplate=f"<b>{names[probe]}</b><br>{x_title}: %{{x:.0f}}<br>%{{customdata[3]:.2%}} "
                          "[%{customdata[0]:.2%}, %{customdata[1]:.2%}]<br>AUC %{customdata[2]:.4f}<br>"
                          "λ = %{customdata[4]:.2g}<extra></extra>")
    widest = max((float(p["n_cells"].max()) for p in paths.values() if len(p["n_cells"])), default=1.0)
    edges = np.array([1, max(widest, 2.0)], np.float32)
    if measure == "accuracy":
        for name, dash in (("position", "dashdot"), ("majority", "solid")):
            value = result.compare(phrase, 0)[name]
            figure.add_scatter(x=edges, y=np.array([value, value], np.float32), mode="lines", name=names[name],
                               line={"color": NEUTRAL, "width": 1.5, "dash": dash},
                               hovertemplate=f"{names[name]} %{{y:.2%}}<extra></extra>")
    if point is not None and ours["n_cells"][point] > 0:
        figure.add_scatter(x=ours["n_cells"][[point]].astype(np.float32), y=ours[measure][[point]].astype(np.float32),
                           mode="markers", showlegend=False, hoverinfo="skip",
                           marker={"symbol": "circle-open", "size": 17, "color": ACCENT, "line": {"width": 3}})
    ticks = [v for v in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if v <= 1.1 * edges[1]]
    figure.update_layout(
        height=420, hovermode="closest", margin={"l": 60, "r": 16, "t": 60, "b": 48}, legend=_LEGEND,
        xaxis={"title": {"text": x_title}, "type": "log", "tickvals": ticks, "ticktext": [str(v) for v in ticks],
               "showgrid": False, "range": [-0.05, float(np.log10(edges[1])) + 0.05]},
        yaxis={"title": {"text": y_title}, "tickformat": ".0%" if measure == "accuracy" else ".2f", "zeroline": False})
    return figure


def _find_front(n_cells: np.ndarray) -> np.ndarray:
    """Points of a path that have more cells than all before them, the last of equals: a curve that never turns back."""
    front = np.flatnonzero((n_cells > 0) & (n_cells >= np.maximum.accumulate(n_cells))) if len(n_cells) else []
    return np.array([k for k in front if n_cells[k] not in n_cells[k + 1:]], int)


def draw_weights(cells: Sequence[int], weights: np.ndarray, *, phrase: str, n_shown: int = 60,
                 picked: int | None = None, x_title: str = "cell", y_title: str = "weight",
                 cell_name: str = "cell") -> go.Figure:
    """Weights of the surviving cells, the largest magnitude first, at most `n_shown`.

    Returns
    -------
    plotly Figure
        The markers of the last trace carry ``customdata`` [cell, weight].
    """
    cells, weights = np.asarray(cells)[:n_shown], np.asarray(weights, np.float32)[:n_shown]
    x = [str(cell) for cell in cells]
    figure = go.Figure(go.Bar(x=x, y=weights, width=0.16, showlegend=False, hoverinfo="skip",
                              marker={"color": NEUTRAL, "line": {"width": 0}}))
    ring = [3 if cell == picked else 0 for cell in cells]
    figure.add_scatter(x=x, y=weights, mode="markers", showlegend=False,
                       customdata=np.column_stack([cells, weights]),
                       marker={"size": 11, "color": PHRASE_COLOURS[phrase], "line": {"width": ring, "color": ACCENT}},
                       hovertemplate=f"{cell_name} %{{x}}<br>{y_title} %{{y:.3f}}<extra></extra>")
    figure.update_layout(
        height=320, hovermode="closest", margin={"l": 60, "r": 16, "t": 16, "b": 64},
        xaxis={"title": {"text": x_title}, "type": "category", "tickangle": -90, "showgrid": False,
               "tickfont": {"size": 11}, "range": [-0.6, max(len(x), 8) - 0.4]},
        yaxis={"title": {"text": y_title}, "zeroline": True, "zerolinecolor": NEUTRAL})
    return figure
