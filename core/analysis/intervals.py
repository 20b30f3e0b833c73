"""95 % intervals: of a few independent values such as one measure over several seeds, of a share, and of means whose
groups are drawn again."""

from typing import NamedTuple

import numpy as np
from scipy import stats


class Estimate(NamedTuple):
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float


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


def estimate_share(hits: float, n: int) -> Estimate:
    """A share of n independent trials and its interval by Wilson (1927); NaN of none.

    `hits` need not be whole: it may be a sum of chances.

    >>> [round(v, 3) for v in estimate_share(8, 10)]
    [0.8, 0.49, 0.943]
    """
    if not n:
        return Estimate(float("nan"), float("nan"), float("nan"))
    z, share = stats.norm.ppf(0.975), hits / n
    middle, half = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return Estimate(float(share), max(0.0, float(low)), min(1.0, float(high)))


def draw_groups(n: int, *, draws: int = 1_000, seed: int | np.random.Generator = 0) -> np.ndarray:
    """How often each bootstrap resample takes each of n groups, int64 array of shape (draws, n).

    Equal seeds draw equal groups, which pairs what is computed from them. Of a generator the next numbers are taken.
    """
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), draws)


def draw_means(values: np.ndarray, groups: np.ndarray, *, draws: int = 2_000, seed: int = 0) -> Estimate:
    """Mean of values (N,), and its bootstrap interval when whole groups are drawn.

    Parameters
    ----------
    groups : int array of shape (N,)
        From 0.
    """
    values = np.asarray(values, np.float64)
    sums, counts = np.bincount(groups, values), np.bincount(groups)
    kept = counts > 0
    drawn = draw_groups(int(kept.sum()), draws=draws, seed=seed)
    low, high = np.quantile((drawn @ sums[kept]) / (drawn @ counts[kept]), (0.025, 0.975))
    return Estimate(float(values.mean()), float(low), float(high))
