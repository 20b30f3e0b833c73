"""Two runs over one another: untouched in grey, changed in colour, with what they expect next."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.palette import ACCENT, FAINT, NEUTRAL, VECTOR_COLOURS, show_token, write_token
from core.intervene.reading import TwoRuns

BEFORE, AFTER = NEUTRAL, VECTOR_COLOURS["c"]
MAX_LABELS = 110  # tokens named under the axis; longer sentences name every second, third, …
_NAMES = ("cell", "P(ED)", "surprisal, bits", "next symbol")


def draw_two_runs(runs: TwoRuns, *, cursor: int, labels: tuple[str, str] = ("untouched", "changed"),
                  titles: Sequence[str] = _NAMES, slider_prefix: str = "after reading ",
                  start_name: str = "from here") -> go.Figure:
    """Cells, P(ED) and surprisal of both runs over the tokens; a slider moves the next symbols below.

    Parameters
    ----------
    cursor : int
        Column the slider stands on.
    titles : sequence of four str
        Names of the rows.
    """
    heights, gap = (200, 130, 130, 210), 26
    below = _below(runs)
    total = sum(heights) + 2 * gap + below + 34
    figure = make_subplots(rows=4, cols=1)
    x = np.arange(len(runs.differ), dtype=np.float32)
    _add_cells(figure, x, runs, labels)
    _add_pair(figure, x, runs.end, labels, runs.tokens, row=2, name=titles[1], form=".1%", fill=True)
    _add_pair(figure, x, runs.surprisal, labels, runs.tokens, row=3, name=titles[2], form=".2f", fill=True)
    _mark_differences(figure, runs, start_name)
    _add_candidates(figure, runs, cursor)
    top, domains = 1.0, []
    for height, space in zip(heights, (gap, gap, below + 34, 0), strict=True):
        domains.append((max(0.0, top - height / total), top))
        top -= (height + space) / total
    _lay_out(figure, runs, domains, total, titles)
    _add_scrubber(figure, runs, cursor, slider_prefix)
    return figure


def draw_two_cells(runs: TwoRuns, *, labels: tuple[str, str] = ("untouched", "changed"), title: str = "cell",
                   start_name: str = "from here") -> go.Figure:
    """Cells of both runs over the tokens, and nothing of what comes next: for a model that does not predict."""
    figure, x = make_subplots(rows=1, cols=1), np.arange(len(runs.differ), dtype=np.float32)
    _add_cells(figure, x, runs, labels)
    _mark_start(figure, runs, start_name, axes=("",))
    figure.update_layout(
        height=320 + _below(runs), margin={"l": 60, "r": 16, "t": 56, "b": _below(runs)}, hovermode="x unified",
        legend={"orientation": "h", "yref": "container", "yanchor": "top", "y": 1, "x": 0},
        xaxis={"range": [-0.6, len(x) - 0.4], "showgrid": False, "zeroline": False} | _name_columns(runs),
        yaxis={"title": {"text": title}, "zeroline": True, "zerolinecolor": FAINT})
    return figure


def _add_cells(figure: go.Figure, x: np.ndarray, runs: TwoRuns, labels: tuple[str, str]) -> None:
    for n, (cell, values) in enumerate(runs.cells.items()):
        _add_pair(figure, x, values, labels, runs.tokens, row=1, dash=("solid", "dash", "dot", "dashdot")[n % 4],
                  name=f"c[{cell}]", legend=n == 0)


def _below(runs: TwoRuns) -> int:
    """Pixels that the names of the tokens take."""
    return 20 + min(96, 7 * _longest(runs))


def _add_pair(figure: go.Figure, x: np.ndarray, values: np.ndarray, labels: Sequence[str], tokens, *, row: int,
              name: str, dash: str = "solid", form: str = ".3f", legend: bool = False, fill: bool = False) -> None:
    """One quantity of both runs; the space between them is filled."""
    for run, (colour, width) in enumerate(((BEFORE, 2.2), (AFTER, 2.6))):
        figure.add_scatter(
            x=x, y=values[run].astype(np.float32), mode="lines+markers", name=labels[run], showlegend=legend,
            legendgroup=labels[run], line={"color": colour, "width": width, "dash": dash}, connectgaps=True,
            marker={"size": 4 if run == 0 else 5, "symbol": "circle" if run == 0 else "diamond"},
            fill="tonexty" if fill and run else None, fillcolor=_faded(AFTER),
            customdata=[write_token(t) for t in tokens[run]],
            hovertemplate=f"{labels[run]}: {name} = %{{y:{form}}}<extra></extra>", row=row, col=1)


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def _mark_start(figure: go.Figure, runs: TwoRuns, start_name: str, *, axes: Sequence[str] = ("", "2", "3")) -> None:
    """A line where the change begins."""
    k = len(runs.differ)
    if runs.start < k:
        for axis in axes:
            figure.add_shape(type="line", x0=runs.start, x1=runs.start, y0=0, y1=1, xref=f"x{axis}",
                             yref=f"y{axis} domain", line={"color": ACCENT, "width": 1.5, "dash": "dot"}, layer="below")
        figure.add_annotation(x=runs.start, y=1, yref="y domain", text=start_name, showarrow=False, yanchor="bottom",
                              font={"size": 11, "color": ACCENT}, xanchor="left" if runs.start < 0.8 * k else "right")


def _mark_differences(figure: go.Figure, runs: TwoRuns, start_name: str) -> None:
    """Where the change begins, and a band in each column, as strong as what is expected there differs."""
    _mark_start(figure, runs, start_name)
    strength = np.nan_to_num(np.sqrt(np.clip(runs.differ, 0, 4) / 4), nan=1.0)
    for column in np.flatnonzero(strength > 0.15):
        figure.add_shape(type="rect", x0=column - 0.5, x1=column + 0.5, y0=0, y1=1, xref="x3", yref="y3 domain",
                         fillcolor=ACCENT, opacity=0.28 * float(strength[column]), line={"width": 0}, layer="below")


def _candidate_traces(runs: TwoRuns, t: int) -> tuple[dict, dict, dict]:
    """Bars of both runs and their labels at column t."""
    n = len(runs.candidates[t])
    y = -np.arange(n, dtype=np.float32)
    bars = []
    for run, shift in ((0, 0.19), (1, -0.19)):
        xs, ys = np.full(3 * n, np.nan, np.float32), np.full(3 * n, np.nan, np.float32)
        xs[0::3], xs[1::3] = 0, np.nan_to_num(runs.probabilities[run, t, :n])
        ys[0::3] = ys[1::3] = y + shift
        bars.append({"x": xs, "y": ys})
    texts = [f"  <b>{write_token(w)}</b>" + " ◀" * (w == runs.coming[t]) + f"  {_percent(p)} → {_percent(q)}"
             for w, p, q in zip(runs.candidates[t], *runs.probabilities[:, t, :n], strict=True)]
    reach = np.nan_to_num(runs.probabilities[:, t, :n]).max(0) if n else np.zeros(0)
    return (*bars, {"x": reach.astype(np.float32), "y": y, "text": texts})


def _percent(p: float) -> str:
    return "–" if np.isnan(p) else f"{p:.1%}"


def _add_candidates(figure: go.Figure, runs: TwoRuns, cursor: int) -> None:
    before, after, texts = _candidate_traces(runs, cursor)
    for bars, colour in ((before, BEFORE), (after, AFTER)):
        figure.add_scatter(**bars, mode="lines", line={"width": 9, "color": colour}, opacity=0.85, showlegend=False,
                           hoverinfo="skip", row=4, col=1)
    figure.add_scatter(**texts, mode="text", textposition="middle right", showlegend=False, hoverinfo="skip",
                       textfont={"size": 12}, cliponaxis=False, row=4, col=1)
    for axis in ("", "2", "3"):
        figure.add_scatter(x=[cursor] * 2, y=[0, 1], xaxis=f"x{axis}", yaxis=f"y{int(axis or 1) + 4}", mode="lines",
                           showlegend=False, hoverinfo="skip", line={"color": ACCENT, "width": 2})


def _lay_out(figure: go.Figure, runs: TwoRuns, domains, total: int, titles: Sequence[str]) -> None:
    k = len(runs.differ)
    shared = {"range": [-0.6, k - 0.4], "showgrid": False, "zeroline": False, "matches": "x"}
    hidden = {"range": [0, 1], "visible": False, "fixedrange": True}
    figure.update_layout(
        height=total + 120, margin={"l": 60, "r": 16, "t": 46, "b": 76}, hovermode="x unified",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        xaxis={"range": [-0.6, k - 0.4], "showgrid": False, "zeroline": False, "showticklabels": False},
        xaxis2=shared | {"showticklabels": False},
        xaxis3=shared | _name_columns(runs),
        xaxis4={"range": [0, 1.45], "visible": False, "fixedrange": True},
        yaxis={"domain": domains[0], "title": {"text": titles[0]}, "zeroline": True, "zerolinecolor": FAINT},
        yaxis2={"domain": domains[1], "title": {"text": titles[1]}, "range": [-0.04, 1.04], "tickformat": ".0%",
                "tickvals": [0, 0.5, 1], "zeroline": False},
        yaxis3={"domain": domains[2], "title": {"text": titles[2]}, "rangemode": "tozero", "zeroline": False,
                "nticks": 4},
        yaxis4={"domain": domains[3], "range": [-6.6, 0.6], "showticklabels": False, "showgrid": False,
                "title": {"text": titles[3]}, "fixedrange": True, "zeroline": False},
        yaxis5={"overlaying": "y", **hidden}, yaxis6={"overlaying": "y2", **hidden},
        yaxis7={"overlaying": "y3", **hidden})


def _name_columns(runs: TwoRuns) -> dict:
    """Ticks of an axis that names the tokens; of long sentences every second, third, …"""
    k = len(runs.differ)
    step = -(-k // MAX_LABELS)
    texts = [_name_column(*pair) if n % step == 0 else "" for n, pair in enumerate(zip(*runs.tokens, strict=True))]
    return {"tickvals": list(range(k)), "ticktext": texts, "tickangle": 0 if _longest(runs) <= 2 else -90,
            "tickfont": {"size": 11}}


def _longest(runs: TwoRuns) -> int:
    return max(len(show_token(t)) for row in runs.tokens for t in row)


def _name_column(left: str, right: str) -> str:
    """One token, or both where they differ: the left struck out in grey, the right in the changed run's colour."""
    if left == right:
        return write_token(left)
    struck = f'<span style="color:{BEFORE}"><s>{write_token(left)}</s></span>' if left else ""
    return struck + (f'<span style="color:{AFTER}"><b>{write_token(right)}</b></span>' if right else "")


def _add_scrubber(figure: go.Figure, runs: TwoRuns, cursor: int, prefix: str) -> None:
    """Frames move the cursor and the candidates; the reader's browser plays them, no rerun."""
    first = len(figure.data) - 6
    line = [{"type": "scatter", "x": [0, 0]}] * 3
    figure.update(frames=[{
        "name": str(t), "traces": list(range(first, first + 6)),
        "data": [{"type": "scatter", **trace} for trace in _candidate_traces(runs, t)] + [own | {"x": [t, t]} for own in
                                                                                          line]}
        for t in range(len(runs.differ))])
    jump = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    steps = [{"args": [[str(t)], jump], "label": write_token(right or left), "method": "animate"}
             for t, (left, right) in enumerate(zip(*runs.tokens, strict=True))]
    figure.update_layout(sliders=[{
        "active": cursor, "steps": steps, "x": 0, "len": 1, "y": 0, "yanchor": "top", "pad": {"t": 4, "b": 0},
        "currentvalue": {"prefix": prefix, "font": {"size": 14, "color": NEUTRAL}}, "ticklen": 0, "minorticklen": 0,
        "font": {"size": 1, "color": "rgba(0,0,0,0)"}}])
