"""Is a prediction a straight, or at least a rising, function of the truth? Shares of its variance, with intervals."""

import numpy as np
from scipy.stats import rankdata


def describe_shape(predicted: np.ndarray, truth: np.ndarray, index: np.ndarray, draws: np.ndarray) -> list[float]:
    """Is the prediction a straight, or at least a rising, function of the truth?

    Parameters
    ----------
    predicted, truth : arrays of shape (N,)
    index : int array of shape (N,)
        Document of each token, 0 … G - 1.
    draws : int array of shape (B, G)
        How often each resample takes each document.

    Returns
    -------
    list of float
        Pearson, Spearman; shares of the prediction's variance explained by a straight line, by a rising curve
        (isotonic) and by any curve (the correlation ratio), which rise in this order; 95 % interval of rising less
        straight.
    """
    levels, level = np.unique(truth, return_inverse=True)
    size = (draws.shape[1], len(levels))
    n, s = (np.bincount(index * size[1] + level, weights=w, minlength=size[0] * size[1]).reshape(size)
            for w in (np.ones_like(predicted), predicted))
    q = np.bincount(index, weights=predicted ** 2, minlength=size[0])
    shares = _explain_levels(levels, n.sum(0, keepdims=True), s.sum(0, keepdims=True), q.sum(keepdims=True))
    line, rising, _ = _explain_levels(levels, draws @ n, draws @ s, draws @ q)
    return [_pearson(predicted, truth), _pearson(rankdata(predicted), rankdata(truth)), *(x[0] for x in shares),
            *np.quantile(rising - line, (0.025, 0.975))]


def fit_rising(means: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted isotonic regression of every row of (B, L), by the max-min formula (Barlow et al. 1972)."""
    zero = np.zeros((len(means), 1))
    below = np.concatenate([zero, np.cumsum(weights, axis=1)], axis=1)
    sums = np.concatenate([zero, np.cumsum(weights * means, axis=1)], axis=1)
    n = below[:, None, 1:] - below[:, :-1, None]  # tokens of levels a … b, at [a, b]
    between = (sums[:, None, 1:] - sums[:, :-1, None]) / np.where(n > 0, n, 1)
    least = np.minimum.accumulate(between[:, :, ::-1], axis=2)[:, :, ::-1]
    upper = np.triu(np.ones(least.shape[1:], bool))
    return np.where(upper, least, -np.inf).max(1)


def _explain_levels(levels: np.ndarray, n: np.ndarray, s: np.ndarray, q: np.ndarray) -> tuple[np.ndarray, ...]:
    """Shares of a prediction's variance by line, rising curve and any curve, each (B,).

    From counts and sums by level (B, L), and its sum of squares (B,).
    """
    means, in_all = s / np.where(n > 0, n, 1), n.sum(1, keepdims=True)
    centred = np.where(n > 0, means - s.sum(1, keepdims=True) / in_all, 0)
    x = levels - (n @ levels)[:, None] / in_all
    total = np.maximum(q - s.sum(1) ** 2 / in_all[:, 0], 1e-12)
    line = (n * x * centred).sum(1) ** 2 / np.maximum((n * x ** 2).sum(1), 1e-12)
    return line / total, (n * fit_rising(centred, n) ** 2).sum(1) / total, (n * centred ** 2).sum(1) / total


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(), y - y.mean()
    below = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / below) if below > 0 else 0.0
