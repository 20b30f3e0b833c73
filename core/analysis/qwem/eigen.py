"""Largest eigenpairs of a symmetric matrix that is dense and large, or known only by its products.

Block Lanczos: a Krylov basis grows by one block of products at a time, each orthogonalised against all before it,
and Rayleigh-Ritz picks the eigenvectors from its span (Golub and Van Loan, Matrix Computations, 10.3). A product with a
block runs at the speed of matrix multiplication; with one vector at a time, as in ARPACK, at that of memory.
"""

import logging
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import linalg

from core.analysis.projection import fix_signs
from core.errors import AnalysisError

TOLERANCE = 1e-3      # of λ: the largest residual ‖Mv - λv‖ of a pair that is kept
MARGIN = 0.7          # of the tolerance: when iteration stops, so that rounding does not undo it
ROUNDING = 1e-6       # of the largest |λ|: what is smaller is noise in single precision
BLOCK = 32            # columns of a product: with 16 it converges on a tenth fewer, each a third slower
SMALL = 1_000         # words up to which LAPACK is as fast
MAX_BASIS = 12        # size of the basis at a restart, in multiples of k; 200 pairs of 10,000 words need 9.5
MAX_RESTARTS = 30     # what has not converged by then never will

_log = logging.getLogger(__name__)


class Symmetric(Protocol):
    """A symmetric matrix by its products with blocks of float32 vectors (V, B)."""

    @property
    def shape(self) -> tuple[int, int]: ...

    def __matmul__(self, x: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Eigenpairs:
    """The largest eigenvalues of a matrix and their eigenvectors.

    Attributes
    ----------
    values : float64 array of shape (K,)
        Falling, with their signs: an eigenvalue of -5 comes after one of 1.
    vectors : float32 array of shape (V, K)
        Orthonormal columns. Signs are fixed: the entry of largest magnitude is positive. Within equal eigenvalues
        any rotation is as good.
    residuals : float64 array of shape (K,)
        ‖Mv - λv‖, measured by one more product.
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray

    def embed(self, d: int | None = None) -> np.ndarray:
        """Word vectors W = V_d Λ_d^½ of the first `d` positive eigenvalues, float32 array of shape (V, d)."""
        d = min(len(self.values) if d is None else d, int((self.values > 0).sum()))
        return self.vectors[:, :d] * np.sqrt(self.values[:d]).astype(np.float32)


def compute_eigenpairs(target: Symmetric, k: int, *, seed: int = 0, tolerance: float = TOLERANCE) -> Eigenpairs:
    """The `k` largest eigenvalues of a symmetric matrix (not the largest in magnitude) with their vectors.

    Pairs come as far as their residuals keep ‖Mv - λv‖ ≤ tolerance · |λ|, from the largest on; for an eigenvalue
    that is 0 beside the first, rounding of 10⁻⁶ of that one is forgiven. Fewer than `k` come where the matrix has
    fewer rows, or where one does not converge, which is logged.

    Parameters
    ----------
    target : array of shape (V, V), or anything symmetric with `shape` and products
    k : int
    seed : int
        Of the first block.
    tolerance : float

    Raises
    ------
    AnalysisError
        The matrix holds a value that is no number, or not even the largest pair converges.
    """
    if k < 1:
        raise ValueError(f"{k} eigenpairs")
    v = target.shape[0]
    k = min(k, v)
    if v <= SMALL or 3 * k >= v:
        values, vectors = _solve_densely(target, k)
    else:
        values, vectors = _Lanczos(target, k, seed, tolerance).run()
    return _verify(target, values, vectors, tolerance)


def _solve_densely(target: Symmetric, k: int) -> tuple[np.ndarray, np.ndarray]:
    v = target.shape[0]
    dense = target if isinstance(target, np.ndarray) else target @ np.eye(v, dtype=np.float32)
    try:
        values, vectors = linalg.eigh(dense.astype(np.float64), subset_by_index=[v - k, v - 1])
    except (ValueError, linalg.LinAlgError) as error:
        raise _refuse() from error
    return values[::-1], vectors[:, ::-1].astype(np.float32)


def _refuse() -> AnalysisError:
    return AnalysisError("The matrix holds a value that is no finite number.", "Count the corpus again.")


class _Lanczos:
    """Basis Q (V, m), its projection QᵀMQ, and blocks to come, orthogonal to Q."""

    def __init__(self, target: Symmetric, k: int, seed: int, tolerance: float):
        self.target, self.k, self.tolerance = target, k, tolerance
        self.rng = np.random.default_rng(seed)
        v = target.shape[0]
        self.limit = min(v, MAX_BASIS * max(k, BLOCK)) // BLOCK * BLOCK
        self.basis = np.empty((v, self.limit), np.float32, order="F")
        self.projected = np.zeros((self.limit, self.limit))
        self.size, self.starts, self.largest = 0, 1, 0.0

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        block, check, restarts = self._draw(), 4 * self.k, MAX_RESTARTS
        columns = began = 0  # of all products, and when the last start was made
        while True:
            block, rest = self._grow(block)
            columns += BLOCK
            full = self.size + BLOCK > self.limit
            if columns >= check or (full and not restarts):
                values, ritz = self._solve(self.k, np.float32)  # half the time, and enough to see how far it is
                misses = self._measure(values, ritz, rest)
                if (misses <= 1 and not self._may_miss(values)) or (full and not restarts):
                    values, ritz = self._solve(self.k)
                    return values, self._combine(ritz)
                if misses <= 1:  # as many equal eigenvalues as a start can find: another, given as long as this one
                    self.starts, check, began = self.starts + 1, 2 * columns - began, columns
                else:
                    check = columns + int(self.k * max(np.log10(misses), 0.3))  # k columns win a digit or more
            if full:
                restarts -= 1
                self._restart()
            if columns == began:
                block = self._draw()

    def _draw(self) -> np.ndarray:
        return self._orthonormalise(self.rng.standard_normal((len(self.basis), BLOCK), np.float32), 1)[0]

    def _grow(self, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take a block in. The next one and R: what the products have outside the basis is (next block) · R."""
        m, n = self.size, self.size + BLOCK
        self.basis[:, m:n] = block
        self.size = n
        product = _multiply(self.target, block)
        length = float(np.linalg.norm(product, axis=0).max())
        if not np.isfinite(length):
            raise _refuse()
        self.largest = max(self.largest, length)
        columns = self._known.T @ product
        self.projected[:n, m:n], self.projected[m:n, :n] = columns, columns.T
        self.projected[m:n, m:n] = (columns[m:] + columns[m:].T) / 2
        product -= self._known @ columns
        # A column of which nothing is left goes on as noise of the size of rounding: a fresh random direction.
        noise = np.float32(0.1 * ROUNDING * self.largest / np.sqrt(len(product)))
        product += noise * self.rng.standard_normal(product.shape, np.float32)
        return self._orthonormalise(product, length)

    @property
    def _known(self) -> np.ndarray:
        return self.basis[:, :self.size]

    def _orthonormalise(self, block: np.ndarray, length: float) -> tuple[np.ndarray, np.ndarray]:
        """Orthonormal columns beside the basis, and R of what the block, once of this length, has there."""
        block, r = self._project(block)
        if np.abs(np.diag(r)).min() < 1e-3 * length:  # so short that rounding leans on the basis: twice more
            block = self._project(self._project(block)[0])[0]
        return block, r.astype(np.float64)

    def _project(self, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        block = block - self._known @ (self._known.T @ block)
        return linalg.qr(block, mode="economic", overwrite_a=True, check_finite=False)

    def _solve(self, count: int, kind: type = np.float64) -> tuple[np.ndarray, np.ndarray]:
        """The `count` largest values and vectors of the projection, by falling value."""
        m = self.size
        values, ritz = linalg.eigh(self.projected[:m, :m].astype(kind), subset_by_index=[max(0, m - count), m - 1],
                                   overwrite_a=True, check_finite=False)
        return values[::-1], ritz[:, ::-1]

    def _measure(self, values: np.ndarray, ritz: np.ndarray, rest: np.ndarray) -> float:
        """Largest residual in units of what is allowed; it is the last block's share times `rest`."""
        residuals = np.linalg.norm(rest @ ritz[-BLOCK:], axis=0)
        return float((residuals / _allow(values, MARGIN * self.tolerance)).max())

    def _may_miss(self, values: np.ndarray) -> bool:
        """A generic start of B columns finds B copies of an eigenvalue; where it found B, there may be more."""
        ends = np.searchsorted(-values, -(values - self.tolerance / 10 * np.abs(values)), side="right")
        return bool((ends - np.arange(len(values))).max() >= self.starts * BLOCK)

    def _combine(self, ritz: np.ndarray) -> np.ndarray:
        return self._known @ ritz.astype(np.float32)

    def _restart(self) -> None:
        """Thick restart (Wu and Simon 2000): go on from the best vectors of the basis and the block at hand."""
        values, ritz = self._solve((self.k + (self.limit - self.k) // 4) // BLOCK * BLOCK)
        kept = len(values)
        self.basis[:, :kept] = self._combine(ritz)
        self.projected[:] = 0
        self.projected[np.arange(kept), np.arange(kept)] = values
        self.size = kept


def _multiply(target: Symmetric, x: np.ndarray) -> np.ndarray:
    """Product with a block of vectors (V, B). From the left of a dense matrix: BLAS is a quarter faster there."""
    return (x.T @ target).T if isinstance(target, np.ndarray) else target @ x


def _allow(values: np.ndarray, tolerance: float) -> np.ndarray:
    """Residuals that pass: relative, save beside values a thousand times as large, where they cannot in float32."""
    return np.maximum(tolerance * np.abs(values), ROUNDING * np.abs(values).max()) + np.finfo(np.float64).tiny


def _verify(target: Symmetric, values: np.ndarray, vectors: np.ndarray, tolerance: float) -> Eigenpairs:
    """Keep the pairs, from the largest on, whose residuals are small."""
    vectors = fix_signs(np.ascontiguousarray(vectors))
    left = _multiply(target, vectors)
    left -= vectors * values.astype(np.float32)
    residuals = np.linalg.norm(left.astype(np.float64), axis=0)
    good = residuals <= _allow(values, tolerance)
    kept = len(good) if good.all() else int(good.argmin())
    if not kept:
        raise AnalysisError("No eigenvector of the matrix was found to within {tolerance} of its eigenvalue.",
                            "Allow a larger tolerance.", tolerance=tolerance)
    if kept < len(values):
        _log.warning("%d of %d eigenpairs kept: the next misses the tolerance of %g", kept, len(values), tolerance)
    return Eigenpairs(np.array(values[:kept], np.float64), vectors[:, :kept].copy(), residuals[:kept])
