"""How alike the leading directions of two embeddings are. Rotations and signs within a subspace do not count."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from core.analysis.projection import fix_signs
from core.errors import AnalysisError


@dataclass(frozen=True)
class Overlap:
    """Leading subspaces of two embeddings of the same V words.

    Attributes
    ----------
    shared : float64 array of shape (K,)
        Overlap of the first k directions of each, ‖U_kᵀŨ_k‖² / k for k = 1 … K: 1 for the same subspace, about
        k / V for unrelated ones.
    angles : float64 array of shape (K,)
        Principal angles between the two whole subspaces in radians, rising.
    squares : float32 array of shape (K, K)
        (u_i · ũ_j)², rows from the first embedding.
    """

    shared: np.ndarray
    angles: np.ndarray
    squares: np.ndarray


def find_directions(embedding: np.ndarray, k: int) -> np.ndarray:
    """Leading left singular vectors of word vectors (V, d), not centred, float32 array of shape (V, k).

    Fewer than `k` where the embedding has a lower rank.
    """
    w = np.asarray(embedding, np.float64)
    values, axes = linalg.eigh(w.T @ w)
    order = np.argsort(-values)[:k]
    order = order[values[order] > max(w.shape) * np.finfo(np.float64).eps * max(values.max(), 0)]
    return fix_signs((w @ axes[:, order] / np.sqrt(values[order])).astype(np.float32)) if len(order) else \
        np.zeros((len(w), 0), np.float32)


def compute_overlap(ours: np.ndarray, theirs: np.ndarray, k: int) -> Overlap:
    """Compare the first `k` directions of two embeddings, (V, d) and (V, d'), row by row the same words.

    Raises
    ------
    AnalysisError
        The embeddings are of different words, or one is zero throughout.
    """
    if len(ours) != len(theirs):
        raise AnalysisError("One embedding holds {n} words and the other {m}.",
                            "Compare embeddings of the same vocabulary.", n=len(ours), m=len(theirs))
    u, v = (find_directions(w, k).astype(np.float64) for w in (ours, theirs))
    k = min(u.shape[1], v.shape[1])
    if not k:
        raise AnalysisError("An embedding without any direction cannot be compared.", "Train it first.")
    products = u[:, :k].T @ v[:, :k]
    squares = products ** 2
    shared = squares.cumsum(0).cumsum(1).diagonal() / np.arange(1, k + 1)
    return Overlap(np.minimum(shared, 1), np.sort(linalg.subspace_angles(u[:, :k], v[:, :k])),
                   squares.astype(np.float32))
