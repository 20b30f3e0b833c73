"""A model while it learns: every cell's r, the counter on one sentence, and the way there."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.lstm.learning import Learning
from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL, VECTOR_COLOURS, name_axis_tokens, write_token

DRAWN_CELLS = 60     # strongest ones of the way there; more would be one grey
_HEIGHTS, _GAPS = (190, 150, 130, 90), (52, 58, 14)  # px of the rows, and under the first three
_RUNS = (VECTOR_COLOURS["c"], VECTOR_COLOURS["h"])


def draw_learning(learning: Learning, *, scrub: bool = True, at: int = -1, cell_name: str = "cell",
                  titles: Sequence[str] = ("r with depth", "depth", "|r|", "perplexity"),
                  axes: Sequence[str] = ("cell of c", "epochs read"), null_name: str = "rotated labels",
                  train_name: str = "text being read", unread_name: str = "unread text",
                  play: str = "▶ play", prefix: str = "epoch ") -> go.Figure:
    """One moment of training, and a slider over all of them that needs no server.

    Parameters
    ----------
    scrub : bool
        Whether to add the slider and its frames; a run under way does without.
    at : int
        The look drawn first.
    titles : sequence of 4 str
        Vertical axes, from above.
    axes : sequence of 2 str
        Horizontal axes: cells, training.
    """
    at = at % learning.n_looks
    figure = go.Figure()
    _add_moment(figure, learning, at, cell_name, null_name)
    _add_way(figure, learning, at, cell_name, train_name, unread_name)
    _lay_out(figure, learning, titles, axes)
    figure.layout.annotations = [_label(learning, at, cell_name)]
    if scrub and learning.n_looks > 1:
        _add_scrubber(figure, learning, at, cell_name, play, prefix)
    return figure


def _moment(learning: Learning, k: int) -> list[dict]:
    """What the first five traces show at look ``k``: band, stems, cells, ring, the counter on the sentence."""
    r, cell, null = learning.r[k], learning.counter, float(learning.null[k])
    stems = np.full((len(r), 3), np.nan, np.float32)
    stems[:, 0], stems[:, 1] = 0, r
    return [{"y": np.array([null, null, -null, -null], np.float32)}, {"y": stems.ravel()},
            {"y": r.astype(np.float32)}, {"y": r[[cell]].astype(np.float32)}, {"y": learning.in_depth_units()[k]}]


def _cursor(learning: Learning, k: int) -> dict:
    return {"x": np.repeat(learning.epoch[k], 2)}


def _add_moment(figure: go.Figure, learning: Learning, k: int, cell_name: str, null_name: str) -> None:
    n, names = learning.r.shape[1], name_axis_tokens(learning.tokens)
    band, stems, cells, ring, trace = _moment(learning, k)
    edge = np.array([-0.5, n - 0.5, n - 0.5, -0.5], np.float32)
    index = np.arange(n, dtype=np.float32)
    figure.add_scatter(x=edge, **band, mode="lines", line={"width": 0}, fill="toself", fillcolor=FAINT,
                       name=null_name, hoverinfo="skip")
    figure.add_scatter(x=np.repeat(index, 3), **stems, mode="lines", line={"color": NEUTRAL, "width": 1}, opacity=0.45,
                       showlegend=False, hoverinfo="skip")
    figure.add_scatter(x=index, **cells, mode="markers", showlegend=False,
                       marker={"color": VECTOR_COLOURS["c"], "size": 6},
                       hovertemplate=f"{cell_name} %{{x}}<br>r = %{{y:.3f}}<extra></extra>")
    figure.add_scatter(x=[learning.counter], **ring, mode="markers", showlegend=False, hoverinfo="skip",
                       marker={"symbol": "circle-open", "size": 15, "color": ACCENT, "line": {"width": 2.5}})
    words = [write_token(t) for t in learning.tokens]
    figure.add_scatter(x=names, **trace, xaxis="x2", yaxis="y2", mode="lines+markers", showlegend=False, text=words,
                       line={"color": VECTOR_COLOURS["c"], "width": 2.4}, marker={"size": 5},
                       hovertemplate=f"%{{text}}<br>{cell_name} {learning.counter}: %{{y:.2f}}<extra></extra>")
    figure.add_scatter(x=names, y=learning.depth, xaxis="x2", yaxis="y2", mode="lines", showlegend=False, text=words,
                       line={"color": NEUTRAL, "width": 1.2, "shape": "hvh"}, fill="tozeroy", fillcolor=FAINT,
                       hovertemplate="%{text}<br>%{y}<extra></extra>")


def _add_way(figure: go.Figure, learning: Learning, k: int, cell_name: str, train: str, unread: str) -> None:
    r, cell = np.abs(learning.r), learning.counter
    others = [int(j) for j in np.argsort(-r[-1])[:DRAWN_CELLS] if j != cell]
    gap = np.full((1, len(others)), np.nan, np.float32)
    figure.add_scatter(x=np.tile(np.append(learning.epoch, np.nan), len(others)).astype(np.float32),
                       y=np.concatenate([r[:, others], gap]).T.ravel(), xaxis="x3", yaxis="y3", mode="lines",
                       line={"color": NEUTRAL, "width": 0.8}, opacity=0.5, showlegend=False, hoverinfo="skip")
    figure.add_scatter(x=learning.epoch, y=r[:, cell], xaxis="x3", yaxis="y3", mode="lines", showlegend=False,
                       line={"color": ACCENT, "width": 2.6}, name=f"{cell_name} {cell}",
                       hovertemplate=f"{cell_name} {cell}: %{{y:.3f}}<extra></extra>")
    known = np.isfinite(learning.train)
    for name, x, y, colour, dash in (
            (train, learning.epoch[known], learning.train[known], NEUTRAL, "dot"),
            (unread, learning.epoch, learning.perplexity, VECTOR_COLOURS["h"], "solid")):
        if len(x):
            figure.add_scatter(x=x, y=y, xaxis="x4", yaxis="y4", mode="lines", name=name,
                               line={"color": colour, "width": 2, "dash": dash},
                               hovertemplate=f"{name}: %{{y:.3f}}<extra></extra>")
    for axis in ("3", "4"):
        figure.add_scatter(**_cursor(learning, k), y=[0, 1], xaxis=f"x{axis}", yaxis=f"y{int(axis) + 2}", mode="lines",
                           line={"color": ACCENT, "width": 2, "dash": "dot"}, showlegend=False, hoverinfo="skip")


def _label(learning: Learning, k: int, cell_name: str) -> dict:
    """Name and r of the counter beside its ring."""
    cell, n = learning.counter, learning.r.shape[1]
    value = float(learning.r[k, cell])
    side = "left" if cell < 0.25 * n else "right" if cell > 0.75 * n else "center"
    return {"x": cell, "y": value, "xref": "x", "yref": "y", "showarrow": False, "xanchor": side,
            "yshift": 20 if value >= 0 else -20, "font": {"size": 13},
            "text": f"{cell_name} {cell}, r = {value:.3f}".replace("-", "\u2212")}


def _lay_out(figure: go.Figure, learning: Learning, titles: Sequence[str], axes: Sequence[str]) -> None:
    total = sum(_HEIGHTS) + sum(_GAPS)
    top, domains = 1.0, []
    for height, gap in zip(_HEIGHTS, (*_GAPS, 0), strict=True):
        domains.append([max(0.0, top - height / total), top])
        top -= (height + gap) / total
    n, names = learning.r.shape[1], name_axis_tokens(learning.tokens)
    upright = max(map(len, learning.tokens[1:-1])) <= 2
    scaled = learning.in_depth_units()[-1]
    low, high = min(-0.6, float(scaled.min())) - 0.2, max(float(learning.depth.max()), float(scaled.max())) + 0.6
    bare = {"showgrid": False, "zeroline": False}
    end = float(learning.epoch[-1]) or 1.0
    span = [-0.01 * end, 1.01 * end]
    seen = np.concatenate([learning.perplexity, learning.train[np.isfinite(learning.train)]])
    worst = float(np.quantile(seen, 0.9)) if len(seen) > 4 else float(seen.max())
    under = {"range": [0, 1], "visible": False, "fixedrange": True}
    figure.update_layout(
        height=total + 100, margin={"l": 56, "r": 16, "t": 34, "b": 66}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.005, "x": 0},
        xaxis=bare | {"range": [-0.02 * n - 0.5, 1.02 * n - 0.5], "anchor": "y", "title": {"text": axes[0],
                                                                                        "standoff": 4}},
        xaxis2=bare | {"type": "category", "categoryorder": "array", "categoryarray": names, "anchor": "y2",
                       "range": [-0.6, len(names) - 0.4], "tickangle": 0 if upright else -60,
                       "tickfont": {"size": 11}},
        xaxis3=bare | {"range": span, "anchor": "y3", "showticklabels": False},
        xaxis4=bare | {"range": span, "anchor": "y4", "matches": "x3", "title": {"text": axes[1], "standoff": 4}},
        yaxis={"domain": domains[0], "range": [-1.4, 1.4], "tickvals": [-1, -0.5, 0, 0.5, 1],
               "zerolinecolor": NEUTRAL, "title": {"text": titles[0]}},
        yaxis2={"domain": domains[1], "range": [low, high], "title": {"text": titles[1]}, "zeroline": False,
                "dtick": 2 if high < 14 else 4},
        yaxis3={"domain": domains[2], "range": [0, 1.03], "tickvals": [0, 0.5, 1], "title": {"text": titles[2]},
                "zeroline": False},
        yaxis4={"domain": domains[3], "range": [0.97 * float(seen.min()), 1.03 * max(worst, float(seen.min()) * 1.05)],
                "title": {"text": titles[3]}, "nticks": 4, "zeroline": False},
        yaxis5=under | {"overlaying": "y3"}, yaxis6=under | {"overlaying": "y4"})


def _add_scrubber(figure: go.Figure, learning: Learning, at: int, cell_name: str, play: str, prefix: str) -> None:
    """Frames redraw the moment and the cursors in the reader's browser."""
    moving = [0, 1, 2, 3, 4, len(figure.data) - 2, len(figure.data) - 1]
    names = [f"{epoch:.2f}".rstrip("0").rstrip(".") for epoch in learning.epoch.tolist()]
    figure.frames = [
        go.Frame(name=str(k), traces=moving, layout={"annotations": [_label(learning, k, cell_name)]},
                 data=[go.Scatter(**part) for part in (*_moment(learning, k), *[_cursor(learning, k)] * 2)])
        for k in range(learning.n_looks)]
    pace = 600 if learning.n_looks < 30 else 90  # ms a frame
    jump = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    run = {"mode": "immediate", "fromcurrent": False, "frame": {"duration": pace, "redraw": False},
           "transition": {"duration": 0}}
    low = -66 / (sum(_HEIGHTS) + sum(_GAPS))
    figure.update_layout(
        margin={"b": 132}, height=figure.layout.height + 66,
        updatemenus=[{"type": "buttons", "showactive": False, "x": 0, "xanchor": "left", "y": low, "yanchor": "top",
                      "pad": {"t": 0}, "bgcolor": "rgba(0,0,0,0)", "bordercolor": NEUTRAL,
                      "font": {"size": 13, "color": NEUTRAL},
                      "buttons": [{"label": play, "method": "animate", "args": [None, run]}]}],
        sliders=[{"active": at, "x": 0, "len": 1, "y": low, "yanchor": "top", "pad": {"t": 14, "b": 0},
                  "steps": [{"args": [[str(k)], jump], "label": name, "method": "animate"}
                            for k, name in enumerate(names)],
                  "currentvalue": {"prefix": prefix, "xanchor": "right", "font": {"size": 14, "color": NEUTRAL}},
                  "ticklen": 0, "minorticklen": 0, "font": {"size": 1, "color": "rgba(0,0,0,0)"}}])


def draw_comparison(runs: Sequence[Learning], names: Sequence[str], *,
                    titles: Sequence[str] = ("held-out |r| of the best cell", "perplexity", "|r|"),
                    axes: Sequence[str] = ("epochs read", "cells of c, strongest first")) -> go.Figure:
    """Two runs over each other: the best cell and the perplexity over training, and all cells at the end.

    Parameters
    ----------
    names : sequence of str
        What tells the runs apart; shown in the legend.
    """
    figure = go.Figure()
    for n, (run, name) in enumerate(zip(runs, names, strict=True)):
        line = {"color": _RUNS[n] if n < len(_RUNS) else LINE_COLOURS[n % len(LINE_COLOURS)], "width": 2.4,
                "dash": "solid" if n == 0 else "dash"}
        ranked = np.sort(np.abs(run.r[-1]))[::-1].astype(np.float32)
        rank = np.arange(1, len(ranked) + 1, dtype=np.float32)
        for axis, x, y in (("", run.epoch, run.score), ("2", run.epoch, run.perplexity), ("3", rank, ranked)):
            figure.add_scatter(x=x, y=y, xaxis=f"x{axis}", yaxis=f"y{axis}", mode="lines", line=line, name=name,
                               legendgroup=str(n), showlegend=axis == "",
                               hovertemplate=f"{name}: %{{y:.3f}}<extra></extra>")
    bare = {"showgrid": False, "zeroline": False}
    seen = np.concatenate([run.perplexity for run in runs])
    figure.update_layout(
        height=560, margin={"l": 56, "r": 16, "t": 34, "b": 48}, hovermode="x",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis=bare | {"anchor": "y", "showticklabels": False}, xaxis2=bare | {"anchor": "y2", "matches": "x",
                                                                          "title": {"text": axes[0], "standoff": 4}},
        xaxis3=bare | {"anchor": "y3", "title": {"text": axes[1], "standoff": 4}},
        yaxis={"domain": [0.68, 1], "range": [0, 1.03], "title": {"text": titles[0]}, "tickvals": [0, 0.5, 1]},
        yaxis2={"domain": [0.42, 0.64], "title": {"text": titles[1]}, "nticks": 4,
                "range": [0.97 * float(seen.min()), 1.03 * float(np.quantile(seen, 0.9))]},
        yaxis3={"domain": [0, 0.26], "range": [0, 1.03], "title": {"text": titles[2]}, "tickvals": [0, 0.5, 1]})
    return figure
