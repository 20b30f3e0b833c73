"""Perplexity, ED and the depth cell against the number of levels c_up may take; and where the levels lie."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.lstm.snap import SCORES, SnapResult
from core.figures.palette import ACCENT, FAINT, NEUTRAL, VECTOR_COLOURS

_STYLES = {"model": (VECTOR_COLOURS["c_up"], "solid", "circle"), "cell": (VECTOR_COLOURS["h"], "dash", "diamond"),
           "random": (NEUTRAL, "dot", "x"), "untrained": (VECTOR_COLOURS["i"], "dashdot", "square")}
_FIXED = {"ternary": "star", "binary": "star-square"}


def draw_snap(result: SnapResult, *, names: dict[str, str] | None = None, x_title: str = "levels of c_up",
              titles: tuple[str, str, str] = ("perplexity", "ED predicted", "|r| kept")) -> go.Figure:
    """Three panels over k: perplexity, share of true ED predicted, |r| of the depth cell relative to before.

    Parameters
    ----------
    names : dict
        Shown names of the grids (`core.analysis.lstm.snap.GRIDS`).
    """
    names = names or {}
    figure = make_subplots(rows=1, cols=3, subplot_titles=titles, horizontal_spacing=0.1)
    for column, score in enumerate(("perplexity", "ed", "kept"), 1):
        for grid, (colour, dash, symbol) in _STYLES.items():
            if grid == "untrained" and score != "kept":
                continue
            ks = np.unique(result.column(grid, "k")[result.column(grid, "k") > 0]).astype(int)
            rows = [result.score(grid, k) for k in ks]
            if grid == "random":
                figure.add_scatter(x=result.column(grid, "k"), y=result.column(grid, score), mode="markers",
                                   showlegend=False, marker={"color": colour, "size": 5, "symbol": "x-thin-open"},
                                   hovertemplate="%{y:.3f}<extra></extra>", row=1, col=column)
            _add_curve(figure, ks, rows, score, name=names.get(grid, grid), legend=score == "kept", column=column,
                       line={"color": colour, "dash": dash, "width": 2}, marker={"size": 7, "symbol": symbol},
                       intervals=grid != "random")
        for grid, symbol in _FIXED.items():
            k = int(result.column(grid, "k")[0])
            _add_curve(figure, np.array([k]), [result.score(grid, k)], score, name=names.get(grid, grid),
                       legend=score == "kept", column=column, line={"color": VECTOR_COLOURS["c"]},
                       marker={"size": 14, "symbol": symbol, "color": VECTOR_COLOURS["c"]}, intervals=True)
        figure.add_hline(y=result.score("none", 0)[score], line={"color": ACCENT, "width": 1.5, "dash": "dot"}, row=1,
                         col=column)
    ks = np.unique(result.scores[:, 1]).astype(int)[1:].tolist()
    figure.update_xaxes(title_text=x_title, col=2)  # one for all three: side by side on a phone they would collide
    figure.update_xaxes(type="log", tickvals=ks, ticktext=[str(k) for k in ks], showgrid=False)
    plain = result.score("none", 0)["perplexity"]  # random levels may be worse by any factor: 30 are shown
    worst = min(np.nanmax(result.scores[:, SCORES.index("perplexity")]), 30 * plain)
    figure.update_yaxes(type="log", range=np.log10([0.9 * plain, 1.1 * worst]).tolist(), nticks=6, row=1, col=1)
    figure.update_annotations(font={"size": 14})
    figure.update_yaxes(range=[-0.04, 1.06], tickformat=".0%", row=1, col=2)
    figure.update_yaxes(range=[-0.04, 1.1], row=1, col=3)
    figure.update_layout(height=400, hovermode="closest", margin={"l": 48, "r": 12, "t": 36, "b": 110},
                         legend={"orientation": "h", "yanchor": "top", "y": -0.22, "x": 0})
    return figure


def _add_curve(figure: go.Figure, ks: np.ndarray, rows: list[dict], score: str, *, name: str, legend: bool,
               column: int, intervals: bool, **style) -> None:
    values = np.array([row[score] for row in rows])
    error = {"type": "data", "symmetric": False, "thickness": 1.2, "width": 3,
             "array": np.array([row[f"{score}_high"] for row in rows]) - values,
             "arrayminus": values - np.array([row[f"{score}_low"] for row in rows])} if intervals else None
    figure.add_scatter(x=ks, y=values.astype(np.float32), mode="lines+markers", name=name, legendgroup=name,
                       showlegend=legend, error_y=error,
                       hovertemplate=f"{name}<br>%{{x}}: %{{y:.3f}}<extra></extra>", row=1, col=column, **style)


def draw_updates(result: SnapResult, k: int, *, x_title: str = "c_up", y_title: str = "share of all values",
                 level_name: str = "levels") -> go.Figure:
    """Where c_up lies, all cells together, and the k levels fitted to it."""
    shares = result.histogram / max(result.histogram.sum(), 1)
    edges = np.linspace(-1, 1, len(shares) + 1, dtype=np.float32)
    levels = result.levels[result.levels[:, 0] == k, 1]
    figure = go.Figure(go.Bar(x=(edges[1:] + edges[:-1]) / 2, y=shares.astype(np.float32), showlegend=False,
                              marker={"color": VECTOR_COLOURS["c_up"], "line": {"width": 0}},
                              hovertemplate="%{x:.2f}: %{y:.1%}<extra></extra>"))
    figure.add_scatter(x=levels, y=np.full(len(levels), -0.03 * shares.max(), np.float32), mode="markers",
                       name=level_name, marker={"symbol": "triangle-up", "size": 12, "color": ACCENT},
                       hovertemplate="%{x:.3f}<extra></extra>")
    figure.update_layout(height=400, bargap=0.05, margin={"l": 56, "r": 16, "t": 36, "b": 48}, hovermode="closest",
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
                         xaxis={"title": {"text": x_title}, "range": [-1.04, 1.04], "showgrid": False,
                                "zeroline": False},
                         yaxis={"title": {"text": y_title}, "tickformat": ".0%", "gridcolor": FAINT, "zeroline": False})
    return figure
