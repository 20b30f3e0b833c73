"""Words in the plane in which they lie farthest apart, from their inner products alone."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.sparse.linalg import ArpackError, eigsh

SMALL = 200      # points up to which all eigenvectors are found at once
_SPOT = 1e-5     # of the mean squared length: less variance is rounding


@dataclass(frozen=True, eq=False)
class Plane:
    """N points.

    Attributes
    ----------
    points : float32 array of shape (N, 2)
        Distances as between the vectors, but for what the plane leaves out; the mean is at 0.
    shares : float array of shape (2,)
        Of the variance along the two principal axes; zeros where all points lie on one spot.
    """

    points: np.ndarray
    shares: np.ndarray


def project_products(products: np.ndarray) -> Plane:
    """Exact principal components of vectors with these inner products (N, N): classical scaling (Torgerson 1952)."""
    n = len(products)
    if n < 2:
        return Plane(np.zeros((n, 2), np.float32), np.zeros(2))
    rows = products.mean(1, dtype=np.float64).astype(np.float32)
    centred = products - rows
    centred -= (rows - rows.mean())[:, None]
    total = float(np.trace(centred, dtype=np.float64))
    if total <= _SPOT * float(np.trace(products, dtype=np.float64)):
        return Plane(np.zeros((n, 2), np.float32), np.zeros(2))
    values, vectors = _find_largest(centred)
    values = np.clip(values, 0, None)
    return Plane((vectors * np.sqrt(values)).astype(np.float32), values / total)


def _find_largest(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two largest eigenvalues and their vectors, largest first; the start is fixed, so the answer is too."""
    n = len(table)
    if n > SMALL:
        try:
            start = np.random.default_rng(0).normal(size=n).astype(np.float32)
            values, vectors = eigsh(table, k=2, which="LA", v0=table @ start, tol=1e-4)
            return values[::-1].astype(np.float64), vectors[:, ::-1].astype(np.float64)
        except ArpackError:  # all but all points on one spot
            pass
    values, vectors = linalg.eigh(table.astype(np.float64), subset_by_index=[max(0, n - 2), n - 1])
    return values[::-1], vectors[:, ::-1]


def align_points(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Points (N, 2), turned and mirrored about their mean to lie as near as they can to `reference` (N, 2); no distance
    between them changes (orthogonal Procrustes, Schönemann 1966). Pictures of similar vectors then look alike."""
    centred = np.asarray(points, np.float64) - points.mean(0, dtype=np.float64)
    left, _, right = np.linalg.svd(centred.T @ (reference - reference.mean(0, dtype=np.float64)))
    return (centred @ (left @ right)).astype(np.float32)
