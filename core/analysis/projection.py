"""Planes on which many vectors can be seen: PCA, re-PCA over word types, UMAP.

Seed 000, slides "learning parts of speech" (2) and (3).
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

CHUNK = 4096  # rows converted to float32 at a time: states on disk are half precision


@dataclass(frozen=True)
class Axes:
    """Principal axes of some vectors of D dimensions.

    Attributes
    ----------
    mean : float32 array of shape (D,)
    axes : float32 array of shape (D, K)
        Orthonormal columns by falling variance. Signs are fixed: the entry of largest magnitude is positive.
    shares : float32 array of shape (K,)
        Share of the variance along each axis.
    """

    mean: np.ndarray
    axes: np.ndarray
    shares: np.ndarray

    def project(self, x: np.ndarray) -> np.ndarray:
        """Coordinates of vectors (N, D), float32 array of shape (N, K)."""
        parts = [(np.asarray(x[a:a + CHUNK], np.float32) - self.mean) @ self.axes for a in range(0, len(x), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, self.axes.shape[1]), np.float32)


def fix_signs(vectors: np.ndarray) -> np.ndarray:
    """Columns (D, K) with the sign that makes the entry of largest magnitude positive."""
    return vectors * np.where(np.take_along_axis(vectors, np.abs(vectors).argmax(0)[None], 0) < 0, -1, 1).astype(
        vectors.dtype)


def fit_axes(x: np.ndarray, k: int) -> Axes:
    """Principal component analysis; at most D axes.

    Parameters
    ----------
    x : array of shape (N, D)
    k : int
    """
    x = np.asarray(x, np.float32)
    mean = x.mean(0, dtype=np.float64).astype(np.float32)
    centred = x - mean
    covariance = (centred.T @ centred).astype(np.float64) / max(len(x), 1)
    d = len(covariance)
    values, vectors = linalg.eigh(covariance, subset_by_index=[max(0, d - k), d - 1])
    axes = fix_signs(vectors[:, ::-1])
    shares = np.clip(values[::-1], 0, None) / max(np.trace(covariance), 1e-12)
    return Axes(mean, axes.astype(np.float32), shares.astype(np.float32))


def average_by(x: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean vector of each key.

    Returns
    -------
    unique : array of shape (M,)
        The keys, sorted.
    means : float32 array of shape (M, D)
    counts : int array of shape (M,)
    """
    unique, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(int)
    if not len(unique):
        return unique, np.zeros((0, x.shape[1]), np.float32), counts
    sums = np.add.reduceat(np.asarray(x, np.float32)[order], starts, axis=0, dtype=np.float64)
    return unique, (sums / counts[:, None]).astype(np.float32), counts


def sample_groups(groups: np.ndarray, per_group: int, *, seed: int = 0) -> np.ndarray:
    """At most `per_group` random members of every group, as rising indices."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(groups))
    kept = [order[groups[order] == g][:per_group] for g in np.unique(groups)]
    return np.sort(np.concatenate(kept)) if kept else np.zeros(0, int)


def embed_umap(x: np.ndarray, dimensions: int, *, n_neighbours: int = 15, seed: int = 0) -> np.ndarray:
    """UMAP of vectors (N, D), float32 array of shape (N, dimensions).

    Importing and compiling it takes seconds, so it is imported when it is first needed. Fewer than four
    vectors have no neighbourhoods to keep; their first coordinates are returned.
    """
    x = np.asarray(x, np.float32)
    if len(x) < 4 + dimensions:
        return np.pad(x, ((0, 0), (0, dimensions)))[:, :dimensions]
    import umap
    model = umap.UMAP(n_components=dimensions, n_neighbors=min(n_neighbours, len(x) - 1), random_state=seed, n_jobs=1)
    return np.asarray(model.fit_transform(x), np.float32)


def share_like_neighbours(x: np.ndarray, labels: np.ndarray, *, k: int = 10,
                          groups: np.ndarray | None = None) -> tuple[float, float]:
    """How often one of the `k` nearest vectors carries the same label, and how often a random one would.

    Labels count alike however many members they have: both numbers are means of labels' means.

    Parameters
    ----------
    x : array of shape (N, D)
    labels : int array of shape (N,)
    groups : int array of shape (N,), optional
        Vectors of the same group (a sentence, a document) are no neighbours.

    Returns
    -------
    share, chance : float
        NaN where a vector has no neighbour at all.
    """
    x = np.asarray(x, np.float64)
    squares = (x ** 2).sum(1)
    distance = squares[:, None] + squares[None] - 2 * x @ x.T
    same_group = np.eye(len(x), dtype=bool) if groups is None else groups[:, None] == groups[None]
    distance[same_group] = np.inf
    possible = ~same_group
    alike = (labels[:, None] == labels[None]) & possible
    k = min(k, int(possible.sum(1).min())) if len(x) else 0
    if k == 0:
        return float("nan"), float("nan")
    nearest = np.argpartition(distance, k - 1, axis=1)[:, :k]
    own = np.take_along_axis(alike, nearest, 1).mean(1)
    chance = alike.sum(1) / possible.sum(1)
    by_label = [(own[labels == g].mean(), chance[labels == g].mean()) for g in np.unique(labels)]
    share, base = np.mean(by_label, axis=0)
    return float(share), float(base)
