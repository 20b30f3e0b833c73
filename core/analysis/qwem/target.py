"""Matrices made from co-occurrence counts: M*, PPMI, PMI and log-counts (seed 003).

With P = counts / counts.sum() and p its marginal, q = P_ij / (p_i p_j) says how often two words meet, against
how often they would if independent. Every target is a function of q, taken entry by entry.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from core.errors import AnalysisError
from core.tokens.cooccurrence import DENSE_VOCABULARY

Kind = Literal["mstar", "mstar_prior", "ppmi", "pmi", "log_count"]
KINDS: tuple[Kind, ...] = ("mstar", "mstar_prior", "ppmi", "pmi", "log_count")
PRIOR = 10.0      # meetings, weighted as those of the text; 3 to 30 give the same accuracy within two points
CELLS = 1 << 21   # of one block of rows: 8 MB of float32, which stays in the cache


@dataclass(frozen=True)
class Zeros:
    """What PMI, the logarithm of q, makes of words that never meet.

    Attributes
    ----------
    fill : "floor" or "smooth"
        `floor`: log(q + floor), which leaves about -58 in the empty cells: the authors' code, a weak baseline.
        `smooth`: `alpha` is added to every count, diagonal included, before q is taken.
    """

    fill: Literal["floor", "smooth"] = "floor"
    floor: float = 1e-25   # the authors'
    alpha: float = 1.0     # one meeting at the far edge of a linearly weighted window


@dataclass(frozen=True)
class SparseTarget:
    """A target too large to be written out: a sparse matrix plus a background of low rank.

    M* is -2 wherever two words never meet, so M* + 2·11ᵀ is as sparse as the counts.

    Attributes
    ----------
    excess : float32 csr array of shape (V, V)
        What the target has above its background; no entry where two words never meet.
    left, right : float32 arrays of shape (V, R)
        The background is left rightᵀ.
    """

    excess: sparse.csr_array
    left: np.ndarray
    right: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.excess.shape

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        """Product with vectors (V, B), float32 array of shape (V, B)."""
        return self.excess @ x + self.left @ (self.right.T @ x)

    def toarray(self) -> np.ndarray:
        """Written out, float32 array of shape (V, V)."""
        return self.excess.toarray() + self.left @ self.right.T


def build_target(counts: np.ndarray | sparse.csr_array, kind: Kind = "mstar", *,
                 zeros: Zeros = Zeros()) -> np.ndarray | SparseTarget:
    """The matrix whose eigenvectors are the concepts.

    - ``mstar``: 2 (P_ij - p_i p_j) / (P_ij + p_i p_j) = 2 - 4 / (1 + q), in [-2, 2]; -2 where two words never meet.
    - ``mstar_prior``: 2 (c_ij - e_ij) / (c_ij + e_ij + 2 · 10), with the counts c and what independence would expect,
      e: M* as it would be after ten meetings more that tell nothing. M* says -2 of two words that never met also where
      no meeting was to be expected; most of its cells in a small corpus are of that kind. Ours, not the paper's; for
      vocabularies that fit a dense matrix.
    - ``ppmi``: max(0, log q). ``pmi``: log q, its empty cells by `zeros`. ``log_count``: log(1 + counts).

    A word without any neighbour tells nothing: its row and column are 0.

    Parameters
    ----------
    counts : array or csr array of shape (V, V)
        Symmetric and not negative, diagonal included.
    kind : str
    zeros : Zeros
        Only for ``pmi``.

    Returns
    -------
    float32 array of shape (V, V), exactly symmetric; for sparse counts a `SparseTarget`

    Raises
    ------
    AnalysisError
        No pair of words was counted, the counts are no square of numbers from 0 upwards, or ``mstar_prior`` is asked
        of sparse counts: it has no cell without a value.

    Examples
    --------
    >>> build_target(np.array([[0, 3], [3, 2]])).astype(float).round(2).tolist()
    [[-2.0, 0.46], [0.46, -0.44]]
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    r, total = _sum_rows(counts)
    smooth = kind == "pmi" and zeros.fill == "smooth"
    if smooth:
        known = r > 0
        r, total = np.where(known, r + zeros.alpha * known.sum(), 0), total + zeros.alpha * known.sum() ** 2
    scale = np.divide(np.sqrt(total), r, out=np.zeros(len(r)), where=r > 0)  # q = counts · scale_i scale_j
    if kind == "mstar_prior" and sparse.issparse(counts):
        raise AnalysisError("M* with a prior is for dense counts.", "Choose a vocabulary of at most {limit:,} words, "
                            "or M* itself.", limit=DENSE_VOCABULARY)
    build = _build_sparse if sparse.issparse(counts) else _build_dense
    return build(counts, kind, scale, zeros)


def _sum_rows(counts) -> tuple[np.ndarray, float]:
    """Marginal counts, float64 (V,), and their sum."""
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise AnalysisError("Co-occurrence counts are a square table; this one has the shape {shape}.",
                            "Count the corpus again.", shape=str(counts.shape))
    values = counts.data if sparse.issparse(counts) else counts
    if values.size and not values.min() >= 0:  # not: NaN fails too
        raise AnalysisError("A co-occurrence count is negative or no number.", "Count the corpus again.")
    r = np.asarray(counts.sum(1), np.float64).ravel()
    if not r.sum() > 0:
        raise AnalysisError("No two words of the vocabulary meet within the window.",
                            "Take a longer text, a wider window or a larger vocabulary.")
    return r, float(r.sum())


def _transform(q: np.ndarray, counts: np.ndarray, kind: Kind, zeros: Zeros) -> None:
    """Target from q, in place; for ``mstar_prior`` from 1 / e. `counts` belong to the same cells."""
    if kind == "mstar_prior":  # (c u - 1) / ((c u + 1) / 2 + α u), u = 1 / e
        weight = counts * q
        q *= np.float32(PRIOR)
        q += (weight + 1) / 2
        np.divide(weight - 1, q, out=q)
    elif kind == "mstar":
        q += 1
        np.divide(-4, q, out=q)
        q += 2
    elif kind == "log_count":
        np.log1p(counts, out=q, casting="same_kind")
    elif kind == "ppmi":
        np.log(np.maximum(q, 1, out=q), out=q)
    else:
        if zeros.fill == "floor":
            q += np.float32(zeros.floor)
        np.log(q, out=q)


def _build_dense(counts: np.ndarray, kind: Kind, scale: np.ndarray, zeros: Zeros) -> np.ndarray:
    """Blocks of rows, one thread a core: numpy leaves the interpreter free meanwhile."""
    v, scale = len(scale), scale.astype(np.float32)
    target, alpha = np.empty((v, v), np.float32), zeros.alpha if kind == "pmi" and zeros.fill == "smooth" else 0
    unknown = np.flatnonzero(scale == 0)

    def fill(start: int) -> None:
        block, part = target[start:start + step], counts[start:start + step].astype(np.float32)
        np.multiply(scale[start:start + step, None], scale, out=block)  # first the scales: exactly symmetric
        if alpha:
            part += np.float32(alpha)
        if kind != "mstar_prior":
            block *= part
        with np.errstate(divide="ignore"):  # rows of unknown words, which become 0
            _transform(block, part, kind, zeros)
        block[:, unknown] = 0

    step = max(1, CELLS // v)
    with ThreadPoolExecutor() as pool:
        list(pool.map(fill, range(0, v, step)))
    target[unknown] = 0
    return target


def _build_sparse(counts: sparse.csr_array, kind: Kind, scale: np.ndarray, zeros: Zeros) -> SparseTarget:
    counts = sparse.csr_array(counts)
    known = (scale > 0).astype(np.float32)[:, None]
    left, right = _find_background(kind, scale, zeros)
    scale, data = scale.astype(np.float32), counts.data.astype(np.float32)
    rows = np.repeat(scale, np.diff(counts.indptr))
    rows *= scale[counts.indices]
    q = rows * data
    if kind == "pmi" and zeros.fill == "smooth":  # log((c + α) s_i s_j) = log(1 + c / α) + log(α s_i s_j)
        np.log1p(data / np.float32(zeros.alpha), out=q)
    elif kind == "mstar":                         # M* + 2 = 4 q / (1 + q)
        np.divide(4 * q, 1 + q, out=q)
    else:
        _transform(q, data, kind, zeros)
        if kind == "pmi":
            q -= np.float32(np.log(zeros.floor))
    excess = sparse.csr_array((q, counts.indices, counts.indptr), shape=counts.shape)
    if kind == "ppmi":
        excess.eliminate_zeros()
    return SparseTarget(excess, (left * known).astype(np.float32), (right * known).astype(np.float32))


def _find_background(kind: Kind, scale: np.ndarray, zeros: Zeros) -> tuple[np.ndarray, np.ndarray]:
    """Value of the cells of words that never meet, as left rightᵀ."""
    one = np.ones((len(scale), 1))
    if kind == "mstar":
        return -2 * one, one
    if kind != "pmi":
        return one[:, :0], one[:, :0]
    if zeros.fill == "floor":
        return np.log(zeros.floor) * one, one
    half = np.log(np.sqrt(zeros.alpha) * np.where(scale > 0, scale, 1))[:, None]
    return np.hstack([half, one]), np.hstack([one, half])


def sum_squares(target: np.ndarray | SparseTarget) -> float:
    """‖M‖², the sum of all squared entries."""
    if isinstance(target, SparseTarget):
        excess, left, right = target.excess, target.left.astype(np.float64), target.right.astype(np.float64)
        cross = sum(float(left[:, i] @ (excess @ right[:, i])) for i in range(left.shape[1]))
        return float(np.square(excess.data, dtype=np.float64).sum()) + 2 * cross + float(
            ((left.T @ left) * (right.T @ right)).sum())
    return float(sum(np.square(row, dtype=np.float64).sum() for row in target))
