"""A pattern: the cells that are on throughout a run of tokens, and perhaps off on either side of it."""

from dataclasses import dataclass

import numpy as np

from core.errors import AnalysisError
from core.search.bits import is_on

MAX_LENGTH = 32    # tokens of a selection
MAX_TOLERANCE = 8  # a place may be so much shorter or longer; the sum stays under one word of 64 tokens


@dataclass(frozen=True)
class Pattern:
    """What is searched for. K cells.

    Attributes
    ----------
    cells : tuple of K int
    length : int
        Tokens of the selection.
    off_before, off_after : bool
        Whether a cell has to be off at the token just before and just after the run. Outside the sentence
        every cell counts as off.
    """

    cells: tuple[int, ...]
    length: int
    off_before: bool
    off_after: bool


def find_pattern(values: np.ndarray, first: int, last: int, *, threshold: float, sign: int,
                 off_before: bool, off_after: bool) -> Pattern:
    """The cells that are on at every token from `first` to `last`, both included.

    Strobelt et al. (LSTMVis, 2018, section 5) select hidden states in this way.

    Parameters
    ----------
    values : array of shape (T, H)
        One internal vector over one sentence.

    Raises
    ------
    AnalysisError
        When the run is not within the sentence, is too long, or no cell is on throughout.
    """
    if not 0 <= first <= last < len(values):
        raise AnalysisError("Tokens {first} to {last} are no run of this sentence of {n} tokens.",
                            "Choose a first token that is not after the last one.", first=first, last=last,
                            n=len(values))
    if last - first >= MAX_LENGTH:
        raise AnalysisError("The selection has {n} tokens; at most {limit} are searched for.",
                            "Select a shorter run.", n=last - first + 1, limit=MAX_LENGTH)
    on = is_on(values, threshold, sign)
    found = on[first:last + 1].all(0)
    if off_before and first > 0:
        found &= ~on[first - 1]
    if off_after and last + 1 < len(values):
        found &= ~on[last + 1]
    if not found.any():
        raise AnalysisError("No cell is on throughout the selection and off where you ask for it.",
                            "Lower the threshold, turn the sign, select fewer tokens, or leave out “off before” or "
                            "“off after”.")
    return Pattern(tuple(np.flatnonzero(found).tolist()), last - first + 1, off_before, off_after)


def count_selected(values: np.ndarray, first: int, last: int, thresholds: np.ndarray, *, sign: int,
                   off_before: bool, off_after: bool) -> np.ndarray:
    """How many cells `find_pattern` would find at each threshold, int array of shape (len(thresholds),)."""
    signed = sign * np.asarray(values, np.float16).astype(np.float32)
    least = signed[first:last + 1].min(0)  # on throughout iff the threshold is below the smallest value …
    side = np.full(values.shape[1], -np.inf, np.float32)
    if off_before and first > 0:
        side = np.maximum(side, signed[first - 1])
    if off_after and last + 1 < len(values):
        side = np.maximum(side, signed[last + 1])  # … and off beside iff it is not below the larger neighbour
    limits = thresholds.astype(np.float16).astype(np.float32)[:, None]
    return ((least > limits) & (side <= limits)).sum(1)
