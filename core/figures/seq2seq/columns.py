"""Columns a step wide enough for their words: what stands in one never reaches the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.figures.palette import write_token
from core.figures.saliency.cells import cut_word, measure_word

GUTTER = 20   # px between columns, where branches leave
MARGIN = 48   # px on the left of every figure of columns
MOST = 16     # letters of a word
_LETTER = 7.6  # px at 13 px, of the widest of the fonts that systems ship
_LEAST = 46


@dataclass(frozen=True)
class Columns:
    """S columns in pixels.

    Attributes
    ----------
    left, width : tuples of float, length S
        A column's words begin at its left; its width holds the gutter on its right.
    """

    left: tuple[float, ...]
    width: tuple[float, ...]

    @property
    def total(self) -> float:
        return self.left[-1] + self.width[-1] if self.left else 0.0

    @property
    def needed(self) -> int:
        """Pixels of a figure in which nothing collides."""
        return int(self.total + 2 * MARGIN)


def cut_label(word: str) -> str:
    """A word as figures of columns write it, before `write_token`."""
    return cut_word(word, MOST)


def write_label(word: str) -> str:
    """The same for Plotly; an unknown word in italics."""
    shown = write_token(cut_label(word))
    return f"<i>{shown}</i>" if word == "<UNK>" else shown


def lay_columns(labels: Sequence[Sequence[str]], *, start: float = GUTTER, least: int = _LEAST) -> Columns:
    """Columns for some words each.

    Parameters
    ----------
    labels : sequence of S sequences of str
    start : float
        Room before the first, px.
    """
    left, width, x = [], [], float(start)
    for own in labels:
        wide = max([least, *(_LETTER * measure_word(cut_label(word)) for word in own)]) + GUTTER
        left.append(x)
        width.append(wide)
        x += wide
    return Columns(tuple(left), tuple(width))


def join_labels(*figures: Sequence[Sequence[str]]) -> list[list[str]]:
    """The words of several figures, column by column, for columns that suit them all."""
    steps = max(map(len, figures), default=0)
    return [[word for labels in figures if s < len(labels) for word in labels[s]] for s in range(steps)]


def style_steps(columns: Columns, title: str) -> dict:
    """Layout of steps over columns, numbered from 1 above them, the same in every figure."""
    n = len(columns.left)
    name = {"text": title, "xref": "paper", "x": 0, "xanchor": "right", "yref": "paper", "y": 1, "yanchor": "bottom",
            "showarrow": False, "font": {"size": 11}, "xshift": -4, "yshift": 1}
    return {"annotations": [name], "hovermode": "closest", "dragmode": False,
            "xaxis": {"range": [0, columns.total], "side": "top", "showgrid": False, "zeroline": False,
                      "fixedrange": True, "tickvals": [x + 6 for x in columns.left], "tickangle": 0,
                      "ticktext": [str(s + 1) for s in range(n)], "tickfont": {"size": 11}}}


def write_share(p: float) -> str:
    """A probability in two letters or three.

    >>> write_share(0.421), write_share(0.0004)
    ('42%', '&lt;1%')
    """
    return "&lt;1%" if p < 0.005 else f"{p:.0%}"


def write_log(log_p: float) -> str:
    """A log-probability with a real minus sign.

    >>> write_log(-7.715)
    '−7.71'
    """
    return f"{log_p:.2f}".replace("-", "−")
