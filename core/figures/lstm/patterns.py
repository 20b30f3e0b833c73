"""A pattern of cells in its sentence, the threshold behind it, and the places that match it, aligned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.palette import ACCENT, FAINT, NEUTRAL, VECTOR_COLOURS, name_axis_tokens, write_token
from core.search.enrichment import Enrichment
from core.search.guide import ThresholdCurves, ValueRange

MAX_LINES = 40
WIDE_TRACK, NARROW_TRACK = 24, 11  # px a row
POS_CLASSES = ("(", ")", "noun", "verb", "modifier", "function", "other")
_POS_COLOURS = ("#B7C4D1", "#8493A3", "#3D85C6", "#D1495B", "#2A9D74", "#D08A18", "#8E6BBF")
_PREFIXES = (("NN", 2), ("PRP", 2), ("EX", 2), ("VB", 3), ("MD", 3), ("JJ", 4), ("RB", 4), ("CD", 4),
             ("DT", 5), ("IN", 5), ("TO", 5), ("CC", 5), ("WDT", 5), ("WP", 5), ("WRB", 5), ("PDT", 5), ("RP", 5),
             ("POS", 5))
_TEXT = "#000037"  # near black; on a page with a theme, the placeholder of its text colour
TRAINED, UNTRAINED, SHIFTED = "trained", "untrained", "shifted"
_RUN_STYLE = {TRAINED: (VECTOR_COLOURS["c"], "solid"), UNTRAINED: (VECTOR_COLOURS["h"], "dash"),
              SHIFTED: (NEUTRAL, "dot")}


@dataclass(frozen=True)
class AlignedRow:
    """One place with the tokens round it; columns are counted from its first (or last) token.

    ``share_on``: share of the pattern's cells that are on at each token; ``span``: first and last column of the place.
    """

    name: str
    columns: range
    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    depth: np.ndarray
    share_on: np.ndarray
    span: tuple[int, int]


def class_of_tag(tag: str) -> int:
    """Index into `POS_CLASSES`.

    >>> [POS_CLASSES[class_of_tag(t)] for t in ("(", "NNS", "VBD", "IN", "-", "")]
    ['(', 'noun', 'verb', 'function', 'other', 'other']
    """
    if tag in ("(", ")"):
        return POS_CLASSES.index(tag)
    return next((n for prefix, n in _PREFIXES if tag.startswith(prefix)), len(POS_CLASSES) - 1)


def draw_selection(values: np.ndarray, tokens: tuple[str, ...], run: tuple[int, int], *, vector: str, limit: float,
                   cells: Sequence[int], y_title: str = "value", cell_name: str = "cell") -> go.Figure:
    """The pattern's cells over their sentence, the selection shaded and the threshold dashed.

    Parameters
    ----------
    values : array of shape (T, K)
        One column a cell; the first `MAX_LINES` are drawn.
    limit : float
        Signed threshold.

    Returns
    -------
    plotly Figure
        The markers along the bottom carry ``customdata`` [token].
    """
    names, shown = name_axis_tokens(tokens), values[:, :MAX_LINES].astype(np.float32)
    figure = go.Figure()
    for k, cell in enumerate(list(cells)[:MAX_LINES]):
        figure.add_scatter(x=names, y=shown[:, k], mode="lines", opacity=0.55, showlegend=False,
                           line={"color": VECTOR_COLOURS[vector], "width": 1.4},
                           hovertemplate=f"{cell_name} {cell}: %{{y:.2f}}<extra></extra>")
    low, high = min(float(shown.min(initial=0)), limit, 0), max(float(shown.max(initial=0)), limit, 0)
    floor = low - 0.09 * (high - low or 1)
    inside = [run[0] <= t <= run[1] for t in range(len(tokens))]
    figure.add_scatter(
        x=names, y=np.full(len(tokens), floor, np.float32), mode="markers", showlegend=False,
        marker={"symbol": "square", "size": 11, "color": [ACCENT if i else NEUTRAL for i in inside]},
        customdata=np.arange(len(tokens))[:, None], hovertemplate="%{x}<extra></extra>",
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}})
    figure.add_vrect(x0=run[0] - 0.5, x1=run[1] + 0.5, fillcolor=ACCENT, opacity=0.14, line_width=0, layer="below")
    figure.add_hline(y=limit, line={"color": ACCENT, "width": 1.5, "dash": "dash"})
    upright = max(len(n.rstrip("\u200b")) for n in names) <= 2
    figure.update_layout(
        height=380, margin={"l": 56, "r": 12, "t": 10, "b": 40 if upright else 86}, hovermode="closest",
        dragmode="select", xaxis={"type": "category", "categoryorder": "array", "categoryarray": names,
                                  "range": [-0.6, len(names) - 0.4], "tickangle": 0 if upright else -90,
                                  "tickfont": {"size": 11}, "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": y_title}, "zeroline": True, "zerolinecolor": FAINT,
               "range": [floor - 0.06 * (high - low or 1), high + 0.06 * (high - low or 1)]})
    return figure


def draw_threshold(values: ValueRange, curves: ThresholdCurves, threshold: float, *, x_title: str = "value",
                   titles: Sequence[str] = ("share of values", "cells found"),
                   names: Sequence[str] = ("selection", "random run")) -> go.Figure:
    """Where the threshold lies among the values, and how many cells each threshold finds."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.07, row_heights=[0.42, 0.58])
    middle = (values.edges[1:] + values.edges[:-1]) / 2
    colours = [ACCENT if x > threshold else NEUTRAL for x in middle.tolist()]
    figure.add_bar(x=middle, y=values.share, marker={"color": colours, "line": {"width": 0}}, showlegend=False,
                   hovertemplate="%{x:.2f}: %{y:.2%}<extra></extra>", row=1, col=1)
    for name, y, colour, dash in ((names[0], curves.selected, ACCENT, "solid"),
                                  (names[1], curves.random, NEUTRAL, "dot")):
        figure.add_scatter(x=curves.thresholds, y=y, name=name, mode="lines",
                           line={"color": colour, "width": 2.2, "dash": dash, "shape": "hv"},
                           hovertemplate=f"%{{x:.2f}}: %{{y:.1f}}<extra>{name}</extra>", row=2, col=1)
    figure.add_vline(x=threshold, line={"color": ACCENT, "width": 2})
    figure.update_layout(
        height=380, bargap=0, margin={"l": 56, "r": 12, "t": 30, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        yaxis={"title": {"text": titles[0]}, "type": "log", "tickformat": "~%", "dtick": 1},
        yaxis2={"title": {"text": titles[1]}, "rangemode": "tozero"}, xaxis2={"title": {"text": x_title}})
    return figure


def draw_matches(rows: Sequence[AlignedRow], *, picked: int | None = None,
                 titles: Sequence[str] = ("cells on", "part of speech", "depth"),
                 classes: Sequence[str] = POS_CLASSES, x_title: str = "tokens from the first one") -> go.Figure:
    """Places under one another: their tokens over the share of cells that are on, then tracks of POS and depth.

    The first row is the selection itself. Tracks repeat the rows in the same order.

    Returns
    -------
    plotly Figure
        The invisible markers over the fields carry ``customdata`` [row].
    """
    columns = range(min(r.columns.start for r in rows), max(r.columns.stop for r in rows))
    grids = {name: _grid(rows, columns, name) for name in ("share_on", "tag", "depth")}
    n, text = len(rows), _texts(rows, columns)
    heights = [WIDE_TRACK * n, NARROW_TRACK * n, NARROW_TRACK * n]
    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=34 / (sum(heights) + 120),
                           row_heights=heights, subplot_titles=list(titles))
    x, y = np.array(columns), np.arange(n)
    domains = [figure.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3")]
    bar = {"thickness": 11, "outlinewidth": 0, "x": 1.01, "xpad": 2, "yanchor": "middle"}
    places = [{"y": (d[0] + d[1]) / 2, "len": max(d[1] - d[0], 0.12)} for d in domains]
    shade = [[0, "rgba(208,138,24,0)"], [1, "rgba(208,138,24,0.6)"]]
    figure.add_heatmap(z=grids["share_on"], x=x, y=y, zmin=0, zmax=1, colorscale=shade, xgap=1, ygap=1,
                       hoverinfo="skip", colorbar=bar | places[0] | {"tickformat": ".0%", "nticks": 5}, row=1, col=1)
    # Bars, because plotly leaves out the texts that do not fit their bar: on a phone they would lie over one another.
    figure.add_bar(orientation="h", base=np.tile(x - 0.5, n), x=np.ones(n * len(x)), y=np.repeat(y, len(x)), width=0.9,
                   text=[t for line in text for t in line], textposition="inside", textangle=0,
                   insidetextanchor="middle", insidetextfont={"size": 11, "color": _TEXT}, hoverinfo="skip",
                   marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}}, showlegend=False, row=1, col=1,
                   selected={"textfont": {"color": _TEXT}}, unselected={"textfont": {"color": _TEXT}})
    k = len(POS_CLASSES)
    steps = [[edge, c] for i, c in enumerate(_POS_COLOURS) for edge in (i / k, (i + 1) / k)]
    figure.add_heatmap(z=grids["tag"], x=x, y=y, zmin=-0.5, zmax=k - 0.5, colorscale=steps, xgap=1, ygap=1,
                       hoverinfo="skip", row=2, col=1,
                       colorbar=bar | places[1] | {"tickvals": list(range(k)), "ticktext": list(classes),
                                                   "tickfont": {"size": 10}})
    figure.add_heatmap(z=grids["depth"], x=x, y=y, zmin=0, autocolorscale=False, colorscale="Viridis", xgap=1, ygap=1,
                       hoverinfo="skip", colorbar=bar | places[2] | {"nticks": 4}, row=3, col=1)
    for track in (1, 2, 3):
        _add_fields(figure, rows, track)
    # all at once: plotly copies the list of shapes whenever one is added
    figure.update_layout(shapes=[
        {"type": "rect", "x0": row.span[0] - 0.5, "x1": row.span[1] + 0.5, "y0": i - 0.48, "y1": i + 0.48,
         "line": {"color": ACCENT, "width": 2 if i == picked else 1}, "xref": f"x{axis}", "yref": f"y{axis}"}
        for axis in ("", "2", "3") for i, row in enumerate(rows)])
    _lay_out_matches(figure, rows, columns, sum(heights), x_title, picked)
    return figure


def _grid(rows: Sequence[AlignedRow], columns: range, name: str) -> np.ndarray:
    grid = np.full((len(rows), len(columns)), np.nan, np.float32)
    for i, row in enumerate(rows):
        own = [class_of_tag(t) for t in row.tags] if name == "tag" else getattr(row, name)
        grid[i, row.columns.start - columns.start:row.columns.stop - columns.start] = own
    return grid


def _texts(rows: Sequence[AlignedRow], columns: range) -> list[list[str]]:
    width = max(4, 100 // len(columns))  # letters that fit a column
    texts = [[""] * len(columns) for _ in rows]
    for line, row in zip(texts, rows, strict=True):
        for column, token in zip(row.columns, row.tokens, strict=True):
            cut = token if len(token) <= width else token[:width - 1] + "…"
            line[column - columns.start] = write_token(cut)
    return texts


def _add_fields(figure: go.Figure, rows: Sequence[AlignedRow], track: int) -> None:
    """Invisible markers: hover, and clicks that Streamlit reports."""
    cells = [(i, c, t, g, d, s) for i, r in enumerate(rows)
             for c, t, g, d, s in zip(r.columns, r.tokens, r.tags, r.depth.tolist(), r.share_on.tolist(), strict=True)]
    figure.add_scatter(
        x=[c[1] for c in cells], y=[c[0] for c in cells], mode="markers", showlegend=False,
        marker={"symbol": "square", "size": 10, "opacity": 0, "color": NEUTRAL}, customdata=[[c[0]] for c in cells],
        text=[f"{write_token(t)}  {write_token(g)}<br>{d} · {s:.0%}" for _, _, t, g, d, s in cells],
        hovertemplate="%{text}<extra></extra>", selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}}, row=track, col=1)


def _lay_out_matches(figure: go.Figure, rows: Sequence[AlignedRow], columns: range, height: int, x_title: str,
                     picked: int | None) -> None:
    axis = {"range": [len(rows) - 0.5, -0.5], "showgrid": False, "zeroline": False, "fixedrange": True}
    names = [f"<b>{write_token(r.name)}</b>" if i in (0, picked) else write_token(r.name) for i, r in enumerate(rows)]
    figure.update_layout(
        height=height + 150, margin={"l": 92, "r": 76, "t": 28, "b": 44}, hovermode="closest", hoverdistance=40,
        barmode="overlay", uniformtext={"mode": "hide", "minsize": 10},
        yaxis=axis | {"tickvals": list(range(len(rows))), "ticktext": names, "tickfont": {"size": 11}},
        yaxis2=axis | {"showticklabels": False, "ticks": ""}, yaxis3=axis | {"showticklabels": False, "ticks": ""})
    figure.update_xaxes(showgrid=False, zeroline=False, range=[columns.start - 0.5, columns.stop - 0.5],
                        fixedrange=True, dtick=1 if len(columns) <= 24 else 5)
    figure.update_xaxes(title={"text": x_title}, row=3, col=1)
    figure.update_annotations(x=0, xanchor="left", font={"size": 12})


def draw_reach(reaches: dict[str, np.ndarray], n_tokens: dict[str, int], *, names: dict[str, str],
               x_title: str = "share of the pattern's cells, at least",
               y_title: str = "places in 1,000 tokens") -> go.Figure:
    """How many places reach an agreement: the pattern, and what is not the pattern.

    Parameters
    ----------
    reaches : dict
        By `TRAINED`, `UNTRAINED`, `SHIFTED`: number of places with m agreeing cells or more, m = 0 … K.
    n_tokens : dict
        Tokens searched.
    """
    figure = go.Figure()
    for key, reach in reaches.items():
        colour, dash = _RUN_STYLE[key]
        k = max(1, len(reach) - 1)
        y = np.where(reach[1:] > 0, 1000 * reach[1:] / max(1, n_tokens[key]), np.nan)
        figure.add_scatter(x=(np.arange(1, k + 1) / k).astype(np.float32), y=y.astype(np.float32), name=names[key],
                           mode="lines+markers" if k <= 30 else "lines", marker={"size": 5},
                           line={"color": colour, "width": 2.2, "dash": dash},
                           customdata=np.column_stack([np.arange(1, k + 1), reach[1:]]),
                           hovertemplate="≥ %{customdata[0]}: %{customdata[1]:,}<extra>" + names[key] + "</extra>")
    figure.update_layout(
        height=340, margin={"l": 62, "r": 12, "t": 34, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "tickformat": ".0%", "range": [0, 1.03]},
        yaxis={"title": {"text": y_title}, "type": "log", "dtick": 1, "exponentformat": "none"})
    return figure


def draw_enrichment(found: dict[str, Enrichment], *, names: dict[str, str], features: dict[str, str],
                    base_name: str = "random places", x_title: str = "share that is like the selection") -> go.Figure:
    """Shares with their 95 % intervals, and the base rate as a ring."""
    figure, keys = go.Figure(), list(found)
    main = found[keys[0]]
    rows = np.arange(len(main.features), dtype=np.float32)
    figure.add_scatter(x=main.base.astype(np.float32), y=rows, mode="markers", name=base_name,
                       marker={"symbol": "circle-open", "size": 11, "color": NEUTRAL, "line": {"width": 2}},
                       hovertemplate="%{x:.1%}<extra>" + base_name + "</extra>")
    for n, key in enumerate(keys):
        one, colour = found[key], _RUN_STYLE[key][0]
        y = np.array([rows[main.features.index(f)] for f in one.features], np.float32) + 0.2 * (n - (len(keys) - 1) / 2)
        figure.add_scatter(
            x=one.share.astype(np.float32), y=y, mode="markers", name=names[key],
            marker={"size": 9, "color": colour, "symbol": "circle" if n == 0 else "diamond"},
            error_x={"type": "data", "symmetric": False, "array": (one.high - one.share).astype(np.float32),
                     "arrayminus": (one.share - one.low).astype(np.float32), "thickness": 1.5, "width": 4},
            customdata=np.column_stack([one.low, one.high]),
            hovertemplate="%{x:.1%} (%{customdata[0]:.1%} – %{customdata[1]:.1%})<extra>" + names[key] + "</extra>")
    figure.update_layout(
        height=48 * len(rows) + 110, margin={"l": 150, "r": 12, "t": 34, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "tickformat": ".0%", "range": [-0.02, 1.02]},
        yaxis={"tickvals": rows, "ticktext": [features[f] for f in main.features], "zeroline": False,
               "range": [len(rows) - 0.5, -0.5]})
    return figure
