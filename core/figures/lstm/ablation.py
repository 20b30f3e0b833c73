"""What each cell costs when it is ablated, against how closely it follows depth."""

import numpy as np
import plotly.graph_objects as go

from core.analysis.lstm.ablation import MODES, AblationResult
from core.figures.palette import ACCENT, NEUTRAL, VECTOR_COLOURS

NAMED = 8  # cells named beside their points


def draw_ablation(result: AblationResult, mode: str, *, picked: int | None = None, cell_name: str = "cell",
                  x_title: str = "|r| with depth", y_title: str = "change of the loss, nats a token",
                  exact_name: str = "ablated", estimate_name: str = "first-order estimate") -> go.Figure:
    """One point a cell: |r| with depth across, change of the loss up (square-root scale).

    Cells ablated exactly carry their 95 % interval; the others, if any, are estimates and drawn faint.
    ``customdata`` is [cell, change].

    Parameters
    ----------
    mode : str
        One of `MODES`.
    picked : int, optional
        A cell to ring.
    """
    m, r = MODES.index(mode), np.abs(result.r)
    change = result.change(mode).astype(np.float64)
    rest = np.setdiff1d(np.arange(len(r)), result.cells)
    figure = go.Figure()
    if len(rest):
        _add_points(figure, rest, r, change, name=estimate_name, cell_name=cell_name,
                    marker={"size": 5, "color": NEUTRAL, "opacity": 0.4, "symbol": "circle-open"})
    own = result.exact[m].astype(np.float64)
    middle, low, high = (_root(own[:, k]) for k in range(3))
    _add_points(figure, result.cells, r, change, name=exact_name, cell_name=cell_name,
                marker={"size": 8, "color": VECTOR_COLOURS["c"]},
                error_y={"type": "data", "symmetric": False, "array": np.clip(high - middle, 0, None),
                         "arrayminus": np.clip(middle - low, 0, None), "thickness": 1, "width": 0,
                         "color": VECTOR_COLOURS["c"]})
    _name_largest(figure, result.cells, r, change)
    if picked is not None and 0 <= picked < len(r):
        figure.add_scatter(x=[r[picked]], y=[_root(change[picked])], mode="markers", showlegend=False,
                           hoverinfo="skip", marker={"symbol": "circle-open", "size": 17, "color": ACCENT,
                                                     "line": {"width": 2.5}})
    ticks = _choose_ticks(np.concatenate([change, own.ravel()]))
    figure.update_layout(
        height=440, hovermode="closest", margin={"l": 76, "r": 16, "t": 36, "b": 52},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "range": [-0.03, 1.05], "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": y_title}, "tickvals": _root(ticks), "zeroline": True, "zerolinecolor": NEUTRAL,
               "ticktext": [f"{t:g}".replace("-", "\u2212") for t in ticks]})
    return figure


def _root(values):
    """Square root that keeps the sign: small changes stay apart, large ones stay on the page."""
    return np.sign(values) * np.sqrt(np.abs(values))


def _choose_ticks(values: np.ndarray) -> np.ndarray:
    steps = np.array([0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8])
    low, high = min(values.min(), 0), max(values.max(), 0)
    steps = steps[steps >= 0.01 * max(high, -low)]
    return np.concatenate([-steps[steps <= -low * 1.2][::-1], [0], steps[steps <= max(high * 1.2, steps[0])]])


def _add_points(figure: go.Figure, cells: np.ndarray, r: np.ndarray, change: np.ndarray, *, name: str,
                cell_name: str, **style) -> None:
    figure.add_scatter(
        x=r[cells].astype(np.float32), y=_root(change[cells]).astype(np.float32), mode="markers", name=name,
        customdata=np.column_stack([cells, change[cells]]),
        hovertemplate=f"<b>{cell_name} %{{customdata[0]:.0f}}</b><br>|r| = %{{x:.3f}}<br>Δ = %{{customdata[1]:.4f}}"
                      f"<extra>{name}</extra>", **style)


def _name_largest(figure: go.Figure, cells: np.ndarray, r: np.ndarray, change: np.ndarray) -> None:
    """Names of the costliest and the closest cells, dropped where they would collide."""
    order = [*cells[np.argsort(-change[cells], kind="stable")[:NAMED]], *cells[np.argsort(-r[cells])[:2]]]
    placed: list[tuple[float, float]] = []
    span = max(float(np.ptp(_root(change))), 1e-9)
    for cell in dict.fromkeys(order):
        at = float(r[cell]), float(_root(change[cell])) / span
        if all(abs(at[0] - x) > 0.05 or abs(at[1] - y) > 0.06 for x, y in placed):
            placed.append(at)
            figure.add_annotation(x=at[0], y=float(_root(change[cell])), text=str(cell), showarrow=False, xshift=7,
                                  yshift=9, xanchor="left", font={"size": 12})
