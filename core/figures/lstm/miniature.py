"""One cell over one sentence with the depth behind it: the first figure a visitor sees."""

import math
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.corpora.trees import Tree
from core.figures.palette import FAINT, NEUTRAL, VECTOR_COLOURS, show_token
from core.tokens.linearise import CLOSE, MARK, OPEN, Kind, Linearised, linearise

_STRUCTURE = (OPEN, CLOSE, MARK)
_LABEL = 8  # letters; a longer label under the axis takes no further word


@dataclass(frozen=True)
class WordLayout:
    """Where the tokens a model reads stand in the sentence as a person reads it.

    Attributes
    ----------
    places : int array of shape (T,)
        Place of each token among brackets *and* words.
    word_places : float array of shape (W,)
        Middle of each group of words between two brackets.
    words : tuple of W str
        The groups: short neighbours share a label.
    """

    places: np.ndarray
    word_places: np.ndarray
    words: tuple[str, ...]


def lay_out_words(sentence: Linearised, tree: Tree, *, pos_brackets: bool = False) -> WordLayout:
    """Give words a place even where the model reads brackets alone.

    Examples
    --------
    >>> from core.corpora.trees import parse_tree
    >>> tree = parse_tree("(S (NP (NNP Ann)) (VP (VBZ sings)))")
    >>> layout = lay_out_words(linearise(tree, Kind.BRACKETS), tree)
    >>> layout.words, layout.places.tolist(), layout.word_places.tolist()
    (('Ann', 'sings'), [0, 1, 2, 4, 5, 7, 8, 9], [3.0, 6.0])
    """
    if any(tag not in _STRUCTURE for tag in sentence.tags):
        full = sentence
    else:
        full = linearise(tree, Kind.BRACKETS_WORDS, pos_brackets=pos_brackets)
    is_word = np.array([tag not in _STRUCTURE for tag in full.tags])
    places = np.arange(len(full.tokens)) if full is sentence else np.flatnonzero(~is_word)
    groups: list[list[int]] = []
    for place in np.flatnonzero(is_word).tolist():
        last = groups[-1] if groups else []
        if last and place == last[-1] + 1 and sum(len(full.tokens[i]) + 1 for i in last) < _LABEL:
            last.append(place)
        else:
            groups.append([place])
    return WordLayout(places, np.array([np.mean(group) for group in groups]),
                      tuple(" ".join(full.tokens[i] for i in group) for group in groups))


def fit_scale(values: np.ndarray, depth: np.ndarray) -> tuple[float, float]:
    """Offset and slope of the least-squares line values ≈ offset + slope · depth.

    >>> fit_scale(np.array([1.0, 3.0, 5.0]), np.array([0, 1, 2]))
    (1.0, 2.0)
    """
    x, y = np.asarray(depth, np.float64), np.asarray(values, np.float64)
    spread = x.var()
    slope = float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 0 else 0.0
    if abs(slope) < 1e-6:  # a flat cell: any scale shows it as flat
        slope = 1.0
    return float(y.mean() - slope * x.mean()), slope


def find_step(span: float) -> float:
    """A round step that gives an axis of this length four to ten ticks.

    >>> find_step(9.0), find_step(0.7)
    (2.0, 0.1)
    """
    power = 10.0 ** math.floor(math.log10(span / 4))
    return round(next(k for k in (5, 2, 1) if k * power <= span / 4) * power, 12)


def draw_miniature(sentence: Linearised, values: np.ndarray, layout: WordLayout, *, scale: tuple[float, float],
                   cell_title: str = "cell", depth_title: str = "depth") -> go.Figure:
    """Depth as a grey area, the cell as a line on an axis of its own.

    Parameters
    ----------
    values : array of shape (T,)
        The cell after each token.
    scale : tuple of float
        Offset and slope that lay the cell's axis over the depth's: equal heights are equal up to the fit.
    """
    offset, slope = scale
    top = max(float(sentence.depth.max()), float(((values - offset) / slope).max())) + 0.6
    bottom = min(-0.4, float(((values - offset) / slope).min()) - 0.3)
    tokens = [show_token(token) for token in sentence.tokens]
    figure = go.Figure()
    figure.add_scatter(x=layout.places, y=sentence.depth, name=depth_title, mode="lines", fill="tozeroy",
                       line={"color": NEUTRAL, "width": 1.5, "shape": "hv"}, fillcolor=FAINT, text=tokens,
                       hovertemplate=f"{depth_title} %{{y}}<extra></extra>")
    figure.add_scatter(x=layout.places, y=values.astype(np.float32), name=cell_title, yaxis="y2", text=tokens,
                       mode="lines", line={"color": VECTOR_COLOURS["c"], "width": 2.6, "shape": "hv"},
                       hovertemplate="<b>%{text}</b> · %{y:.2f}<extra></extra>")
    figure.update_layout(
        height=330, margin={"l": 44, "r": 52, "t": 8, "b": 96}, hovermode="x",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"tickvals": layout.word_places, "ticktext": list(layout.words), "tickangle": -55, "zeroline": False,
               "tickfont": {"size": 13}, "showgrid": False, "range": [-0.6, float(layout.places[-1]) + 0.6],
               "fixedrange": True},
        yaxis={"range": [bottom, top], "title": {"text": depth_title}, "dtick": 2 if top < 14 else 4,
               "zeroline": False, "fixedrange": True},
        yaxis2={"range": [offset + slope * bottom, offset + slope * top], "overlaying": "y", "side": "right",
                "title": {"text": cell_title, "font": {"color": VECTOR_COLOURS["c"]}}, "showgrid": False,
                "zeroline": False, "fixedrange": True, "tick0": 0, "tickmode": "linear",
                "dtick": find_step(abs(slope) * (top - bottom))})
    return figure
