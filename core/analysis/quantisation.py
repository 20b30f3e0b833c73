"""How few values a cell takes: the best k levels of a histogram, and how many of them are enough."""

import numpy as np

MAX_LEVELS = 10     # a normal density needs 7 for 95 %, a uniform one 5
ENOUGH = 0.95       # share of the variance
_CELLS = 64         # cells in one pass: 8 MB of costs at 128 bins


def explain_variance(counts: np.ndarray, *, max_levels: int = MAX_LEVELS) -> np.ndarray:
    """Share of the variance that the best k levels explain: k-means in one dimension, solved exactly.

    Every value is taken for the middle of its bin and then for the nearest of k levels. The best levels
    come from dynamic programming over the bins, so there is no start to choose and no local optimum.

    Parameters
    ----------
    counts : array of shape (H, B)
        Histograms over bins of equal width; the unit does not matter.

    Returns
    -------
    float32 array of shape (H, max_levels)
        For k = 1, 2, …; 1 throughout where all values fall into one bin.

    Examples
    --------
    >>> explain_variance(np.array([[5, 0, 5, 0, 5]]), max_levels=3).round(2).tolist()
    [[0.0, 0.75, 1.0]]
    """
    counts = np.asarray(counts, np.float64)
    return np.concatenate([_explain(counts[k:k + _CELLS], max_levels) for k in range(0, len(counts), _CELLS)]
                          or [np.zeros((0, max_levels), np.float32)])


def _explain(counts: np.ndarray, max_levels: int) -> np.ndarray:
    bins = np.arange(counts.shape[1]) - (counts.shape[1] - 1) / 2  # centred: less is lost in s² / n
    n, s, q = (np.pad(np.cumsum(counts * power, 1), ((0, 0), (1, 0))) for power in (1.0, bins, bins ** 2))
    within = [part[:, None, :] - part[:, :, None] for part in (n, s, q)]  # bins i … j - 1, (H, i, j)
    cost = np.maximum(within[2] - within[1] ** 2 / np.maximum(within[0], 1e-9), 0)
    cost[:, np.tri(cost.shape[1], k=-1, dtype=bool)] = np.inf  # j < i is no run of bins
    best, left = cost[:, 0], [cost[:, 0, -1]]
    for _ in range(max_levels - 1):
        best = (best[:, :, None] + cost).min(1)
        left.append(best[:, -1])
    total = left[0]
    flat = total <= 1e-9 * np.maximum(n[:, -1], 1)
    shares = 1 - np.stack(left, 1) / np.where(flat, 1, total)[:, None]
    return np.where(flat[:, None], 1, shares).astype(np.float32)


def count_levels(explained: np.ndarray, *, enough: float = ENOUGH) -> np.ndarray:
    """Levels needed for a share of the variance, from shares (…, K); one more than K where none suffices (uint8).

    >>> count_levels(np.array([[0, 0.96, 1], [0, 0.5, 0.9]])).tolist()
    [2, 4]
    """
    return ((explained >= enough).argmax(-1) + 1 + (explained < enough).all(-1) * explained.shape[-1]).astype(np.uint8)
