"""Cells over the tokens of a sentence, with depth, tree and next-symbol probabilities underneath."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.lstm.trajectory import Trajectory
from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL, PHRASE_COLOURS, name_axis_tokens, write_token
from core.tokens.spans import Span

_CELLS, _DEPTH, _TREE, _NEXT = 1, 2, 3, 4


def draw_trajectory(trajectory: Trajectory, cells: Sequence[int], *, state: str, spans: list[Span],
                    cursor: int = 0, titles: Sequence[str] = ("cells", "depth", "tree", "next symbol"),
                    slider_prefix: str = "after reading ", predicts: bool = True) -> go.Figure:
    """Chosen cells of one state over a sentence; a slider scrubs the cursor in the browser.

    Parameters
    ----------
    state : str
        ``layer<l>.<name>``.
    cells : sequence of int
        Columns to draw; the first is drawn strongest.
    spans : list of Span
        The tree; its row is left out when empty.
    titles : sequence of four str
        Names of the rows, translated.
    predicts : bool
        False leaves the row of the next symbols out: an encoder expects none.
    """
    sentence, names = trajectory.sentence, name_axis_tokens(trajectory.sentence.tokens)
    levels = max((s.level for s in spans), default=0)
    heights = [330, 110, 22 * levels + 8 if levels else 1, 200 if predicts else 1]
    figure = make_subplots(rows=4, cols=1, vertical_spacing=0.0, row_heights=heights,
                           specs=[[{}], [{}], [{}], [{}]])
    _add_cells(figure, trajectory.states[state], cells, names, state=state)
    _add_depth(figure, sentence, names)
    _add_tree(figure, spans, levels)
    candidates = [_candidate_traces(trajectory, t) if predicts else ({"x": [], "y": []},) * 2
                  for t in range(len(names))]
    _add_cursor(figure, candidates[cursor], names, cursor)
    _lay_out(figure, heights, names, titles if predicts else (*titles[:3], ""), levels)
    _add_scrubber(figure, candidates, trajectory.sentence.tokens, names, cursor, slider_prefix)
    return figure


def _add_cells(figure: go.Figure, values: np.ndarray, cells: Sequence[int], names: list[str], *,
               state: str) -> None:
    for n, cell in enumerate(cells):
        colour = LINE_COLOURS[n % len(LINE_COLOURS)]
        figure.add_scatter(
            x=names, y=values[:, cell].astype(np.float32), name=f"{state.split('.')[-1]}[{cell}]", mode="lines+markers",
            line={"color": colour, "width": 2.6 if n == 0 else 1.6}, marker={"size": 6 if n == 0 else 4},
            hovertemplate=f"%{{x}}<br>{cell}: %{{y:.3f}}<extra></extra>", row=_CELLS, col=1)


def _add_depth(figure: go.Figure, sentence, names: list[str]) -> None:
    for name, values, colour, dash in (("depth", sentence.depth, NEUTRAL, "solid"),
                                       ("VP depth", sentence.phrase_depth[:, 0], PHRASE_COLOURS["VP"], "dot")):
        figure.add_scatter(x=names, y=values, name=name, mode="lines",
                           line={"color": colour, "width": 2, "shape": "hvh", "dash": dash}, showlegend=False,
                           hovertemplate=f"%{{x}}<br>{name}: %{{y}}<extra></extra>", row=_DEPTH, col=1)
        last = int(np.argmax(values))
        figure.add_annotation(x=last, y=float(values[last]), text=name, showarrow=False, yshift=11, xanchor="left",
                              font={"size": 11, "color": colour}, row=_DEPTH, col=1)


def _add_tree(figure: go.Figure, spans: list[Span], levels: int) -> None:
    for span in spans:
        colour = PHRASE_COLOURS.get(span.label, NEUTRAL)
        wide = span.last - span.first >= 2
        figure.add_shape(
            type="rect", x0=span.first - 0.45, x1=span.last + 0.45, y0=-span.level + 0.42, y1=-span.level - 0.42,
            line={"width": 1, "color": colour}, fillcolor=colour, opacity=0.28, layer="below", row=_TREE, col=1)
        figure.add_annotation(x=span.first - 0.4 if wide else (span.first + span.last) / 2, y=-span.level,
                              text=span.label or "·", showarrow=False, xanchor="left" if wide else "center",
                              font={"size": 10}, row=_TREE, col=1)
    # an empty trace keeps the subplot and its category axis alive
    figure.add_scatter(x=[], y=[], showlegend=False, hoverinfo="skip", row=_TREE, col=1)


def _candidate_traces(trajectory: Trajectory, t: int) -> tuple[dict, dict]:
    """The bars and the labels of the next-symbol row at token ``t``, best on top."""
    p = trajectory.next_probabilities[t]
    k = len(p)
    x, y = np.full(3 * k, np.nan, np.float32), np.full(3 * k, np.nan, np.float32)
    x[0::3], x[1::3] = 0, p
    y[0::3] = y[1::3] = -np.arange(k)
    came = trajectory.sentence.tokens[t + 1] if t + 1 < len(trajectory.sentence.tokens) else None
    texts = [f"<b>{write_token(w)}</b>  {v:.1%}  ◀" if w == came else f"{write_token(w)}  {v:.1%}"
             for w, v in zip(trajectory.next_tokens[t], p, strict=True)]
    return {"x": x, "y": y}, {"x": p, "y": -np.arange(k, dtype=np.float32), "text": texts}


def _add_cursor(figure: go.Figure, candidates: tuple[dict, dict], names: list[str], t: int) -> None:
    bars, labels = candidates
    figure.add_scatter(**bars, mode="lines", line={"width": 13, "color": ACCENT}, opacity=0.75, showlegend=False,
                       hoverinfo="skip", row=_NEXT, col=1)
    figure.add_scatter(**labels, mode="text", textposition="middle right", showlegend=False, hoverinfo="skip",
                       textfont={"size": 12}, row=_NEXT, col=1, cliponaxis=False)
    for row in (_CELLS, _DEPTH):
        figure.add_scatter(x=[names[t]] * 2, y=[0, 1], yaxis="y5" if row == _CELLS else "y6",
                           xaxis="x" if row == _CELLS else "x2", mode="lines", showlegend=False, hoverinfo="skip",
                           line={"color": ACCENT, "width": 2, "dash": "dot"})


def _lay_out(figure: go.Figure, heights: list[int], names: list[str], titles: Sequence[str], levels: int) -> None:
    longest = max(len(name.rstrip("\u200b")) for name in names)
    upright = longest <= 2  # bare brackets are read upright, words along the tick
    gaps = [34 if upright else min(104, 22 + 7 * longest), 14, 34]  # px under each row: tokens under the first
    total = sum(heights) + sum(gaps)
    top, domains = 1.0, []
    for height, gap in zip(heights, [*gaps, 0], strict=True):
        domains.append([max(0.0, top - height / total), top])
        top -= (height + gap) / total
    category = {"type": "category", "categoryorder": "array", "categoryarray": names,
                "range": [-0.6, len(names) - 0.4], "showgrid": False, "zeroline": False}
    figure.update_layout(
        height=total + 110, margin={"l": 52, "r": 16, "t": 34, "b": 76}, hovermode="x unified",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.005, "x": 0},
        xaxis=category | {"tickangle": 0 if upright else -90, "tickfont": {"size": 11}, "ticks": "outside",
                          "ticklen": 3},
        xaxis2=category | {"matches": "x", "showticklabels": False},
        xaxis3=category | {"matches": "x", "showticklabels": False, "visible": False},
        xaxis4={"range": [0, 1.15], "visible": False, "fixedrange": True},
        yaxis={"domain": domains[0], "title": {"text": titles[0]}, "zeroline": True, "zerolinecolor": FAINT},
        yaxis2={"domain": domains[1], "title": {"text": titles[1]}, "rangemode": "tozero", "dtick": 4},
        yaxis3={"domain": domains[2], "range": [-levels - 0.6, -0.4], "visible": False, "fixedrange": True},
        yaxis4={"domain": domains[3], "range": [-7.6, 0.6], "showticklabels": False, "showgrid": False,
                "title": {"text": titles[3]}, "fixedrange": True, "zeroline": False},
        yaxis5={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
        yaxis6={"overlaying": "y2", "range": [0, 1], "visible": False, "fixedrange": True})


def _add_scrubber(figure: go.Figure, candidates: list[tuple[dict, dict]], tokens: Sequence[str], names: list[str],
                  cursor: int, prefix: str) -> None:
    """Frames move the cursor and the candidates; the reader's browser plays them, no rerun."""
    first = len(figure.data) - 4
    figure.frames = [
        go.Frame(name=str(t), traces=[first, first + 1, first + 2, first + 3],
                 data=[go.Scatter(**own) for own in (*candidates[t], *({"x": [names[t]] * 2},) * 2)])
        for t in range(len(names))]
    jump = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    steps = [{"args": [[str(t)], jump], "label": write_token(token), "method": "animate"}
             for t, token in enumerate(tokens)]
    figure.update_layout(sliders=[{
        "active": cursor, "steps": steps, "x": 0, "len": 1, "y": 0, "yanchor": "top", "pad": {"t": 4, "b": 0},
        "currentvalue": {"prefix": prefix, "font": {"size": 14, "color": NEUTRAL}}, "ticklen": 0, "minorticklen": 0,
        "font": {"size": 1, "color": "rgba(0,0,0,0)"}}])


def draw_overlay(sentences: Sequence[np.ndarray], tokens: Sequence[tuple[str, ...]], *, labels: Sequence[str],
                 x_title: str = "token", y_title: str = "c") -> go.Figure:
    """One cell over several sentences, one colour a sentence (seed 000, "values of c while parsing").

    Parameters
    ----------
    sentences : sequence of float arrays (T_s,)
        The cell's value after each token.
    tokens : sequence of tuples of str
        For hovering.
    labels : sequence of str
        Shown in the legend.
    """
    figure = go.Figure()
    for n, (values, words, label) in enumerate(zip(sentences, tokens, labels, strict=True)):
        figure.add_scatter(x=np.arange(len(values)), y=values.astype(np.float32), name=label, mode="lines+markers",
                           line={"color": LINE_COLOURS[n % len(LINE_COLOURS)], "width": 2}, marker={"size": 4},
                           text=[write_token(w) for w in words], hovertemplate="%{text}: %{y:.3f}")
    figure.update_layout(height=420, hovermode="closest", xaxis_title=x_title, yaxis_title=y_title,
                         margin={"l": 52, "r": 16, "t": 24, "b": 48},
                         legend={"orientation": "h", "yanchor": "top", "y": -0.18, "x": 0})
    return figure
