"""Two classes of vectors told apart along one line: linear discriminants, AUC and its interval.

A discriminant is fitted on some documents and scored on others. All pairs of K classes come from one
pass over the data: counts, means and scatter matrices of each class.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg


@dataclass(frozen=True)
class ClassMoments:
    """Moments of K classes of vectors in D dimensions.

    Attributes
    ----------
    counts : int array of shape (K,)
    means : float32 array of shape (K, D)
    scatter : float32 array of shape (K, D, D)
        Sums of (x - mean)(x - mean)'.
    fourth : float64 array of shape (K, D)
        Sums of |x - mean|^4 over the first 1, 2, … D coordinates.
    """

    counts: np.ndarray
    means: np.ndarray
    scatter: np.ndarray
    fourth: np.ndarray


def collect_moments(x: np.ndarray, labels: np.ndarray, k: int) -> ClassMoments:
    """Moments of classes 0 … k - 1; other labels are left out."""
    means, scatter, fourth, counts = [], [], [], []
    for label in range(k):
        own = np.asarray(x[labels == label], np.float32)
        mean = own.mean(0) if len(own) else np.zeros(x.shape[1], np.float32)
        own = own - mean
        means.append(mean)
        counts.append(len(own))
        scatter.append(own.T @ own)
        fourth.append((np.cumsum(own ** 2, 1, dtype=np.float64) ** 2).sum(0))
    return ClassMoments(np.array(counts), np.stack(means), np.stack(scatter), np.stack(fourth))


def pool_covariance(moments: ClassMoments, a: int, b: int, d: int) -> np.ndarray:
    """Covariance within two classes over the first `d` coordinates, shrunk as Ledoit and Wolf (2004) do."""
    n = int(moments.counts[a] + moments.counts[b])
    covariance = (moments.scatter[a, :d, :d] + moments.scatter[b, :d, :d]) / n
    trace, square = float(np.trace(covariance)), float(np.vdot(covariance, covariance))
    fourth = (moments.fourth[a, d - 1] + moments.fourth[b, d - 1]) / n
    distance = square - trace ** 2 / d            # of the covariance from a multiple of the identity
    error = max(0.0, (fourth - square) / n)       # of the covariance itself
    shrinkage = min(1.0, error / distance) if distance > 0 else 1.0
    covariance *= 1 - shrinkage
    covariance[np.diag_indices(d)] += shrinkage * trace / d + 1e-6 * trace / d + 1e-12
    return covariance


def fit_discriminant(moments: ClassMoments, a: int, b: int, d: int) -> tuple[np.ndarray, float]:
    """Fisher's linear discriminant of classes `a` (positive) and `b` over the first `d` coordinates.

    Returns
    -------
    weights : float32 array of shape (d,)
    bias : float
        ``x[:d] @ weights + bias`` is 0 halfway between the means and has unit deviation within the classes.
    """
    mean_a, mean_b = moments.means[a, :d], moments.means[b, :d]
    weights = linalg.solve(pool_covariance(moments, a, b, d), mean_a - mean_b, assume_a="pos", check_finite=False)
    weights = weights / np.sqrt(max(float((mean_a - mean_b) @ weights), 1e-12))
    return weights.astype(np.float32), float(-(mean_a + mean_b) @ weights / 2)


def compute_auc(scores_a: np.ndarray, scores_b: np.ndarray) -> float:
    """How often a member of `a` scores above one of `b`; a tie counts half. NaN if either is empty."""
    if not len(scores_a) or not len(scores_b):
        return float("nan")
    b = np.sort(scores_b)
    wins = np.searchsorted(b, scores_a, "left") + np.searchsorted(b, scores_a, "right")
    return float(wins.sum() / (2 * len(scores_a) * len(b)))


def count_wins(scores_a: np.ndarray, groups_a: np.ndarray, scores_b: np.ndarray, groups_b: np.ndarray,
               n_groups: int) -> np.ndarray:
    """Pairs of `a` above `b` by their groups, float32 array of shape (G, G); a tie counts half.

    Groups are numbers from 0 to G - 1. The sum over all is AUC times the number of pairs.
    """
    order = np.argsort(scores_b, kind="stable")
    below = np.zeros((len(scores_b) + 1, n_groups), np.float32)
    below[np.arange(1, len(scores_b) + 1), groups_b[order]] = 1
    np.cumsum(below, 0, out=below)
    sorted_b = scores_b[order]
    wins = (below[np.searchsorted(sorted_b, scores_a, "left")]
            + below[np.searchsorted(sorted_b, scores_a, "right")]) / 2
    own = np.argsort(groups_a, kind="stable")
    present, starts = np.unique(groups_a[own], return_index=True)
    by_group = np.zeros((n_groups, n_groups), np.float32)
    if len(present):
        by_group[present] = np.add.reduceat(wins[own], starts, axis=0)
    return by_group


def bootstrap_auc(wins: np.ndarray, counts_a: np.ndarray, counts_b: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """AUC of each resample of whole groups, (R,); 0.5 where a resample lacks a class.

    Parameters
    ----------
    wins : array of shape (G, G)
        From `count_wins`.
    counts_a, counts_b : arrays of shape (G,)
        Members of each group.
    draws : float32 array of shape (R, G)
        From `core.analysis.intervals.draw_groups`; the same draws pair two AUCs.
    """
    above = np.einsum("rg,rg->r", draws @ wins, draws)
    pairs = (draws @ counts_a.astype(np.float32)) * (draws @ counts_b.astype(np.float32))
    return np.where(pairs > 0, above / np.maximum(pairs, 1), 0.5)
