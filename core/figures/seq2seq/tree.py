"""The beam as a tree: every hypothesis it kept, step by step (Sutskever et al. 2014, section 3.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, LINE_COLOURS, NEUTRAL
from core.figures.seq2seq.branches import Branches, choose_branches
from core.figures.seq2seq.columns import GUTTER, MARGIN, Columns, lay_columns, style_steps, write_label, write_log
from core.translate.beam import END, BeamResult

Numbers = Literal["total", "word", "none"]
BEST, FINISHED, DEAD, FIXED = LINE_COLOURS[1], LINE_COLOURS[2], NEUTRAL, ACCENT
ROW_PX = 40
_ASIDE, _ABOVE, _BELOW = 3.0, 0.31, 0.26  # of words and numbers from their node: px, rows, rows
_BEND = np.linspace(0, 1, 9)
_FALL = _BEND * _BEND * (3 - 2 * _BEND)  # a branch leaves and arrives level


@dataclass(frozen=True)
class TreeTexts:
    """What the figure writes, translated."""

    step: str = "step"
    best: str = "best path"
    finished: str = "finished"
    dead: str = "given up"
    fixed: str = "fixed by you"
    end: str = "end"
    hover: str = "{word}<br>p = {p}, log p so far {score}<br>step {step}, rank {rank} of the beam"


ENGLISH = TreeTexts()


def list_tree_labels(branches: Branches, tokens: Sequence[str]) -> list[list[str]]:
    """The words of every step that is drawn, for columns."""
    tree = branches.result.tree
    labels: list[list[str]] = [[] for _ in range(branches.n_steps)]
    for node in branches.row:
        if node:
            labels[tree.step[node] - 1].append("−00.00" if tree.token[node] == END else tokens[tree.token[node]])
    return labels


def draw_tree(result: BeamResult, tokens: Sequence[str], *, n_branches: int = 12, n_fixed: int = 0,
              numbers: Numbers = "total", columns: Columns | None = None, texts: TreeTexts = ENGLISH) -> go.Figure:
    """Nodes by step from left to right, the best path on top.

    Parameters
    ----------
    result : BeamResult
        With its tree.
    tokens : sequence of str
        Target words by id.
    n_branches : int
        Branches to draw.
    n_fixed : int
        Words at the start that were given.
    numbers : str
        Under each word: log p from the start, log p of the word, or nothing.
    columns : Columns, optional
        Where another figure is to stand above it in the same columns.

    Returns
    -------
    plotly Figure
        Markers carry ``customdata`` [node].
    """
    branches = choose_branches(result, n_branches)
    columns = columns or lay_columns(list_tree_labels(branches, tokens))
    figure = go.Figure()
    names = {"dead": texts.dead, "finished": texts.finished, "best": texts.best, "fixed": texts.fixed}
    looks = {"dead": (DEAD, 1.1, 0.55), "finished": (FINISHED, 1.8, 0.9), "best": (BEST, 3.2, 1.0),
             "fixed": (FIXED, 3.2, 1.0)}
    groups: dict[str, list[int]] = {kind: [] for kind in looks}
    for node in branches.row:
        if node:
            groups[_find_kind(branches, node, n_fixed)].append(node)
    for kind, nodes in groups.items():
        colour, width, opacity = looks[kind]
        if nodes:
            x, y = _list_edges(branches, nodes, columns)
            figure.add_scatter(x=x, y=y, mode="lines", hoverinfo="skip", name=names[kind], legendgroup=kind,
                               opacity=opacity, line={"color": colour, "width": width}, showlegend=True)
    for kind, nodes in groups.items():
        if nodes:
            _add_nodes(figure, branches, nodes, kind, tokens=tokens, columns=columns, colour=looks[kind][0],
                       texts=texts)
            _add_words(figure, branches, nodes, kind, tokens=tokens, columns=columns)
    if numbers != "none":
        _add_numbers(figure, branches, [n for n in branches.row if n], columns, numbers)
    _lay_out(figure, branches, columns, texts)
    return figure


def _find_kind(branches: Branches, node: int, n_fixed: int) -> str:
    if branches.result.tree.step[node] <= n_fixed:
        return "fixed"
    return "best" if node in branches.best else "finished" if node in branches.finished else "dead"


def _place(branches: Branches, node: int, columns: Columns) -> tuple[float, float]:
    step = int(branches.result.tree.step[node])
    return (columns.left[step - 1] if step else 0.0), -float(branches.row[node])


def _place_all(branches: Branches, nodes: Iterable[int], columns: Columns) -> np.ndarray:
    return np.array([_place(branches, n, columns) for n in nodes], np.float32).reshape(-1, 2)


def _list_edges(branches: Branches, nodes: Iterable[int], columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Lines from parents: level up to the gutter, then down to the row of the node."""
    xs, ys = [], []
    for node in nodes:
        (x0, y0), (x1, y1) = (_place(branches, n, columns) for n in (int(branches.result.tree.parent[node]), node))
        bend = max(x0, x1 - GUTTER)
        xs += [x0, *(bend + (x1 - bend) * _BEND), np.nan] if y0 != y1 else [x0, x1, np.nan]
        ys += [y0, *(y0 + (y1 - y0) * _FALL), np.nan] if y0 != y1 else [y0, y1, np.nan]
    return np.array(xs, np.float32), np.array(ys, np.float32)


def _add_nodes(figure: go.Figure, branches: Branches, nodes: list[int], kind: str, *, tokens: Sequence[str],
               columns: Columns, colour: str, texts: TreeTexts) -> None:
    tree = branches.result.tree
    places = _place_all(branches, nodes, columns)
    ended = [bool(tree.token[n] == END) for n in nodes]
    hover = [texts.hover.format(word=texts.end if end else write_label(tokens[tree.token[n]]),
                                p=f"{np.exp(tree.log_p[n]):.3g}", score=write_log(tree.score[n]), step=tree.step[n],
                                rank=tree.rank[n] + 1) for n, end in zip(nodes, ended, strict=True)]
    figure.add_scatter(
        x=places[:, 0], y=places[:, 1], mode="markers", customdata=np.array(nodes)[:, None], text=hover,
        hovertemplate="%{text}<extra></extra>", showlegend=False, legendgroup=kind,
        marker={"color": colour, "size": [11 if end else 8 for end in ended], "opacity": 1,
                "symbol": ["square" if end else "circle" for end in ended]},
        unselected={"marker": {"opacity": 1}})


def _add_words(figure: go.Figure, branches: Branches, nodes: list[int], kind: str, *, tokens: Sequence[str],
               columns: Columns) -> None:
    """Words above their lines; at an end, the score of the whole."""
    tree, shown = branches.result.tree, []
    for n in nodes:
        word = write_log(tree.score[n]) if tree.token[n] == END else write_label(tokens[tree.token[n]])
        shown.append(f"<b>{word}</b>" if kind in ("best", "fixed") or tree.token[n] == END else word)
    places = _place_all(branches, nodes, columns) + np.array([_ASIDE, _ABOVE], np.float32)
    font = {"size": 13} | ({"color": NEUTRAL} if kind == "dead" else {})
    figure.add_scatter(x=places[:, 0], y=places[:, 1], mode="text", text=shown, textposition="middle right",
                       textfont=font, hoverinfo="skip", showlegend=False, legendgroup=kind, cliponaxis=False)


def _add_numbers(figure: go.Figure, branches: Branches, nodes: list[int], columns: Columns, numbers: Numbers) -> None:
    tree = branches.result.tree
    own = [n for n in nodes if tree.token[n] != END]
    places = _place_all(branches, own, columns) + np.array([_ASIDE, -_BELOW], np.float32)
    values = tree.score if numbers == "total" else tree.log_p
    figure.add_scatter(x=places[:, 0], y=places[:, 1], mode="text", text=[write_log(values[n]) for n in own],
                       textposition="middle right", textfont={"size": 10, "color": NEUTRAL}, hoverinfo="skip",
                       showlegend=False, cliponaxis=False)


def _lay_out(figure: go.Figure, branches: Branches, columns: Columns, texts: TreeTexts) -> None:
    rows = branches.n_rows
    figure.update_layout(
        height=ROW_PX * rows + 76, margin={"l": MARGIN, "r": MARGIN, "t": 60, "b": 4}, hoverdistance=30,
        legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0},
        yaxis={"range": [-rows + 0.4, 0.75], "visible": False, "fixedrange": True},
        **style_steps(columns, texts.step))
