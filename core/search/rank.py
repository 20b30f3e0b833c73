"""The best places of a scan in order, none overlapping another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from core.search.scan import Agreement

MAX_TIES = 1000  # equal places compared by their values; of more, this many spread evenly over the text


@dataclass(frozen=True)
class Places:
    """Ranked places. M of them.

    Attributes
    ----------
    starts, lengths : int64 arrays of shape (M,)
        First token in the recording, and number of tokens.
    agree : int64 array of shape (M,)
        Cells of the pattern that agree.
    distance : float64 array of shape (M,)
        How far the cells' mean values are from those of the selection; NaN when values were not compared.
    """

    starts: np.ndarray
    lengths: np.ndarray
    agree: np.ndarray
    distance: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)


def rank_places(agreement: Agreement, length: int, *, limit: int, skip: tuple[int, int] | None = None,
                distance: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None) -> Places:
    """The first `limit` places in this order:

    1. more agreeing cells;
    2. length nearer to that of the selection;
    3. smaller `distance` in values;
    4. earlier in the text.

    A place that shares a token with one before it in this order is left out. Only where more than `MAX_TIES` places
    are equal in 1 and 2, 3 decides among that many of them, spread evenly over the text.

    Parameters
    ----------
    length : int
        Tokens of the selection.
    skip : (int, int), optional
        First token and end of the selection itself, if it lies in the recording: left out likewise.
    distance : callable, optional
        ``distance(starts, lengths)``: one number a place.
    """
    taken = np.zeros(len(agreement.counts), bool)
    if skip is not None:
        taken[skip[0]:skip[1]] = True
    kept: list[tuple[int, int, int, float]] = []
    for starts, count in _levels(agreement, length):
        if len(starts) > MAX_TIES:
            starts = starts[np.linspace(0, len(starts) - 1, MAX_TIES).astype(np.int64)]
        lengths = agreement.lengths[starts].astype(np.int64)
        far = distance(starts, lengths) if distance is not None else np.full(len(starts), np.nan)
        for k in np.lexsort((starts, far)).tolist():
            a, n = int(starts[k]), int(lengths[k])
            if not taken[a:a + n].any():
                taken[a:a + n] = True
                kept.append((a, n, count, float(far[k])))
                if len(kept) == limit:
                    return _as_places(kept)
    return _as_places(kept)


def _levels(agreement: Agreement, length: int) -> Iterator[tuple[np.ndarray, int]]:
    """Token indices of places equal in agreement and in distance of length, best first."""
    off = np.abs(agreement.lengths.astype(np.int32) - length)
    key = agreement.counts.astype(np.int32) * 64 + (63 - off)  # lengths stay below 64
    key[agreement.counts == 0] = 0
    for level in np.flatnonzero(np.bincount(key))[::-1].tolist():
        if level:
            yield np.flatnonzero(key == level), level // 64


def _as_places(kept: list[tuple[int, int, int, float]]) -> Places:
    starts, lengths, agree, far = zip(*kept, strict=True) if kept else ((), (), (), ())
    return Places(*(np.array(v, np.int64) for v in (starts, lengths, agree)), np.array(far, np.float64))


def value_distance(states: np.ndarray, cells: tuple[int, ...], selection: np.ndarray
                   ) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Mean over the cells of the absolute difference between mean values: of a place, and of the selection.

    Parameters
    ----------
    states : array of shape (N, H)
        The recording; only the rows of the places are read.
    selection : array of shape (L, H)
        The same vector over the selection.
    """
    columns = np.asarray(cells)
    wanted = selection[:, columns].astype(np.float32).mean(0)

    def distance(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        edges = np.concatenate([[0], np.cumsum(lengths)])
        rows = np.arange(edges[-1]) - np.repeat(edges[:-1] - starts, lengths)
        values = np.asarray(states[rows])[:, columns].astype(np.float32)
        means = np.add.reduceat(values, edges[:-1], axis=0) / lengths[:, None]
        return np.abs(means - wanted).mean(1).astype(np.float64)

    return distance
