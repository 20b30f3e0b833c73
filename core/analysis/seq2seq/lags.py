"""How long a recurrent state must carry a word: the time lag between reading it and writing its translation.

Seed 001, section 3.3 of the paper: read forwards, word k of K is K steps away from word k of a translation that
follows it word by word; read backwards, 2k - 1 steps. The least lag falls from K to 1, the mean stays K.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import draw_groups

DRAWS = 1000
FEW = 8  # sentences: a mean of fewer is left out


def find_lags(n_source: int, n_target: int, *, reverse: bool, markers: int = 0) -> np.ndarray:
    """Steps between reading source word s and writing target word t, int array of shape (K, T).

    Parameters
    ----------
    n_source, n_target : int
        K and T words.
    reverse : bool
        Whether the last source word is read first.
    markers : int
        Steps spent on markers between the two sentences: 0 in the paper's count, 1 in these models, which read ``<ED>``
        after the last word.

    >>> find_lags(3, 3, reverse=False).diagonal(), find_lags(3, 3, reverse=True).diagonal()
    (array([3, 3, 3]), array([1, 3, 5]))
    """
    s, t = np.arange(n_source), np.arange(n_target)
    still_to_read = s if reverse else n_source - 1 - s
    return still_to_read[:, None] + markers + 1 + t[None, :]


@dataclass(frozen=True, eq=False)
class LagCurve:
    """A mean over sentences at every lag, with its 95 % interval from sentences drawn again.

    Attributes
    ----------
    lag : int array of shape (L,)
    mean, low, high : float arrays of shape (L,)
    n : int array of shape (L,)
        Sentences that have a pair of words at this lag.
    """

    lag: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


def average_by_lag(values: Sequence[np.ndarray], *, reverse: bool, markers: int = 1, seed: int = 0) -> LagCurve:
    """Mean over sentences of the mean over the pairs of words at each lag.

    Parameters
    ----------
    values : sequence of S arrays of shape (K, T)
        One number a pair of a source and a target word, in the written order.

    Notes
    -----
    Lags that fewer than `FEW` sentences have are left out.
    """
    last = max((k + t + markers for k, t in (v.shape for v in values)), default=0)
    table = np.full((len(values), last + 1), np.nan)
    for row, own in zip(table, values, strict=True):
        lags = find_lags(*own.shape, reverse=reverse, markers=markers).ravel()
        counts = np.bincount(lags, minlength=len(row))
        sums = np.bincount(lags, own.astype(np.float64).ravel(), minlength=len(row))
        row[counts > 0] = sums[counts > 0] / counts[counts > 0]
    n = np.isfinite(table).sum(0)
    kept = np.flatnonzero(n >= FEW)
    return LagCurve(kept, *estimate_over_sentences(table[:, kept], seed=seed), n[kept])


def estimate_over_sentences(values: np.ndarray, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over S sentences and its 95 % interval, each of shape (L,), by the bootstrap.

    Parameters
    ----------
    values : array of shape (S, L)
        NaN where a sentence has no value.
    """
    known = np.isfinite(values)
    filled, n = np.where(known, values, 0.0), len(values)
    draws = draw_groups(n, draws=DRAWS, seed=seed).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (draws @ filled) / (draws @ known)
        mean = filled.sum(0) / known.sum(0)
    low, high = np.nanquantile(means, (0.025, 0.975), axis=0)
    return mean, low, high
