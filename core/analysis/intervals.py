"""Intervals for a few independent values, such as one measure over several seeds."""

import numpy as np
from scipy import stats


def estimate_mean(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over the first axis and its 95 % interval by Student's t, float64 arrays; of one value the interval is NaN.

    Values that are NaN do not count.

    Examples
    --------
    >>> [round(float(a), 3) for a in estimate_mean(np.array([1.0, 2.0, 3.0]))]
    [2.0, -0.484, 4.484]
    """
    values = np.asarray(values, np.float64)
    known = np.isfinite(values)
    n = known.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0).sum(0) / n
        variance = (np.where(known, values - mean, 0) ** 2).sum(0) / (n - 1)
        half = stats.t.ppf(0.975, np.maximum(n - 1, 1)) * np.sqrt(variance / n)
    half = np.where(n > 1, half, np.nan)
    return mean, mean - half, mean + half
