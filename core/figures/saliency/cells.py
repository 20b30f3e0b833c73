"""Where the words of a sentence stand as cells in lines, narrow enough for a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from core.figures.palette import write_token

LINE = 34      # letters in a line of cells: at 14 px they fill a phone of 360 px
_ROOM = 1.6    # letters of room beside a word
_GAP = 0.35    # letters between cells


@dataclass(frozen=True)
class Cells:
    """T cells.

    Attributes
    ----------
    left, width : tuples of float, length T
        In letters.
    line : tuple of int, length T
    shown : tuple of str, length T
        Words as Plotly shows them; a word longer than a line is cut, an unknown one has a question mark.
    """

    left: tuple[float, ...]
    width: tuple[float, ...]
    line: tuple[int, ...]
    shown: tuple[str, ...]

    @property
    def n_lines(self) -> int:
        return self.line[-1] + 1 if self.line else 0


def lay_cells(words: Sequence[str], known: Sequence[bool] = ()) -> Cells:
    """Words from left to right, a new line where the next one has no room."""
    known = list(known) or [True] * len(words)
    left, width, line, shown, x, row = [], [], [], [], 0.0, 0
    for word, is_known in zip(words, known, strict=True):
        cut = cut_word(word, LINE - 4)
        own = measure_word(cut) + _ROOM + (0.0 if is_known else 1.0)
        if x and x + own > LINE:
            x, row = 0.0, row + 1
        left.append(x)
        width.append(own)
        line.append(row)
        shown.append(write_token(cut) if is_known else f"<i>{write_token(cut)}</i><sup>?</sup>")
        x += own + _GAP
    return Cells(tuple(left), tuple(width), tuple(line), tuple(shown))


def measure_word(word: str) -> float:
    """Letters that a word takes; East Asian wide ones count twice."""
    return float(sum(2 if east_asian_width(c) in "WF" else 1 for c in word))


def cut_word(word: str, most: int) -> str:
    """A word of at most so many letters."""
    if measure_word(word) <= most:
        return word
    while measure_word(word) > most - 1:
        word = word[:-1]
    return word + "…"
