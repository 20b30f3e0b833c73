"""L1-regularised logistic regression along a path of penalties, for tens of thousands of tokens and 1,000 cells.

Minimises, for every penalty λ from the largest down, each solution starting from the one before it::

    1/n Σ_t log(1 + exp(−s_t (w·x_t + b))) + λ ‖w‖₁        s_t = ±1, b not penalised

Proximal Newton steps (Friedman, Hastie, Tibshirani 2010) on a working set that grows until the conditions for a
minimum hold for all cells. In scikit-learn's terms C = 1 / (n λ).
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import lasso_path

FIRST_CELLS = 10  # the working set grows by so many cells, or doubles
MAX_ROUNDS = 40   # Newton steps on one working set; 3 to 8 are usual


@dataclass(frozen=True)
class LogisticPath:
    """Solutions along a path. K penalties, H cells.

    Attributes
    ----------
    penalties : float64 array of shape (K,)
        λ, falling.
    weights : float32 array of shape (K, H)
    intercepts : float32 array of shape (K,)
    """

    penalties: np.ndarray
    weights: np.ndarray
    intercepts: np.ndarray

    @property
    def n_cells(self) -> np.ndarray:
        """Cells with a weight other than zero, int array of shape (K,)."""
        return (self.weights != 0).sum(1)

    def decide(self, cells: np.ndarray) -> np.ndarray:
        """Log odds of every token at every penalty, (K, N), for standardised cells (H, N)."""
        used = np.flatnonzero(self.weights.any(0))
        return self.weights[:, used] @ cells[used] + self.intercepts[:, None]


def find_largest_penalty(cells: np.ndarray, inside: np.ndarray) -> float:
    """The smallest λ at which every weight is zero: max_j |x_j · (p − y)| / n with p the base rate."""
    residual = (inside.mean() - inside).astype(np.float32)
    return float(np.abs(cells @ residual).max() / len(inside))


def fit_path(cells: np.ndarray, inside: np.ndarray, penalties: Sequence[float], *, tolerance: float = 3e-3,
             max_cells: int | None = None, progress: Callable[[int, int], None] | None = None) -> LogisticPath:
    """Fit every penalty of a falling sequence.

    Parameters
    ----------
    cells : float32 array of shape (H, N)
        Standardised, one row a cell: the penalty treats all alike.
    inside : bool array of shape (N,)
        Both classes must occur.
    tolerance : float
        Largest violation of the optimality conditions, in units of λ.
    max_cells : int, optional
        The path ends after the first solution with more cells than this.
    progress : callable, optional
        Called with (penalties done, penalties in all).
    """
    y, n_cells = inside.astype(np.float32), len(cells)
    w, b = np.zeros(n_cells, np.float64), float(np.log(y.mean() / (1 - y.mean())))
    logits = np.full(len(y), b, np.float32)
    gradient = cells @ (expit(logits) - y) / len(y)
    weights, intercepts = [], []
    for done, penalty in enumerate(penalties, 1):
        solved = False
        working = w != 0
        while len(missing := _find_missing(gradient, working, penalty * (1 + tolerance))) or not solved:
            working[missing] = True
            own = np.flatnonzero(working)
            w[own], b, logits = _solve(cells[own], y, w[own], b, logits, penalty=penalty, tolerance=tolerance)
            gradient = cells @ (expit(logits) - y) / len(y)
            working, solved = w != 0, True
        weights.append(w.astype(np.float32))
        intercepts.append(b)
        if progress is not None:
            progress(done, len(penalties))
        if max_cells is not None and np.count_nonzero(w) > max_cells:
            break
    return LogisticPath(np.asarray(penalties[:len(weights)], np.float64), np.array(weights).reshape(-1, n_cells),
                        np.array(intercepts, np.float32))


def _find_missing(gradient: np.ndarray, working: np.ndarray, limit: float) -> np.ndarray:
    """Cells outside the working set that want a weight, the most wanting first; no more than double the set."""
    wanting = np.where(working, 0, np.abs(gradient))
    most = np.argsort(-wanting, kind="stable")[:max(FIRST_CELLS, int(working.sum()))]
    return most[wanting[most] > limit]


def _solve(x: np.ndarray, y: np.ndarray, w: np.ndarray, b: float, logits: np.ndarray, *, penalty: float,
           tolerance: float) -> tuple[np.ndarray, float, np.ndarray]:
    """One penalty on the working set: x (A, N), w (A,), logits (N,)."""
    n = len(y)
    value = _objective(logits, y, w, penalty)
    for _ in range(MAX_ROUNDS):
        p = expit(logits)
        residual = p - y
        gradient, slope = x @ residual / n, float(residual.mean(dtype=np.float64))
        if abs(slope) <= tolerance * penalty and _violation(gradient, w, penalty) <= tolerance * penalty:
            break
        u, v = _newton_step(x, np.maximum(p * (1 - p), 1e-5), gradient, slope, w, penalty=penalty)
        step_w, step_b = u - w, v
        change = x.T @ step_w.astype(np.float32) + np.float32(step_b) if len(w) else np.float32(step_b)
        expected = gradient @ step_w + slope * step_b + penalty * (np.abs(u).sum() - np.abs(w).sum())
        size = 1.0
        while size > 1e-4:
            new = _objective(logits + np.float32(size) * change, y, w + size * step_w, penalty)
            if new <= value + 0.1 * size * expected + 1e-9:
                break
            size /= 2
        w, b, logits, value = w + size * step_w, b + size * step_b, logits + np.float32(size) * change, new
        if size == 1.0:
            w = u  # exact zeros, which w + (u - w) may miss
    return w, b, logits


def _newton_step(x: np.ndarray, curvature: np.ndarray, gradient: np.ndarray, slope: float, w: np.ndarray, *,
                 penalty: float) -> tuple[np.ndarray, float]:
    """Minimise the quadratic model plus the penalty: new weights, and the change of the intercept.

    The intercept is minimised out, which leaves a lasso in the weights alone; a Cholesky factor of its matrix
    turns it into the least-squares form that coordinate descent wants.
    """
    n, total = len(curvature), float(curvature.sum(dtype=np.float64))
    if not len(w):
        return w, -slope * n / total
    root = np.sqrt(curvature)
    scaled = x * root
    hessian = (scaled @ scaled.T).astype(np.float64) / n
    cross = (scaled @ root).astype(np.float64) / n
    hessian -= np.outer(cross, cross) * n / total
    hessian[np.diag_indices_from(hessian)] += 1e-6 * (1 + hessian.trace() / len(w))  # cells may repeat each other
    linear = gradient.astype(np.float64) - cross * slope * n / total
    lower = cholesky(hessian, lower=True)
    target = solve_triangular(lower, hessian @ w - linear, lower=True)
    with warnings.catch_warnings():  # an inexact step is caught by the line search and mended by the next one
        warnings.simplefilter("ignore", ConvergenceWarning)
        _, found, _ = lasso_path(np.asfortranarray(lower.T), target, alphas=[penalty / len(w)], coef_init=w.copy(),
                                 tol=1e-9, max_iter=1000)
    u = found[:, 0]
    return u, -(slope + cross @ (u - w)) * n / total


def _violation(gradient: np.ndarray, w: np.ndarray, penalty: float) -> float:
    """How far the weights are from the conditions for a minimum."""
    if not len(w):
        return 0.0
    return float(np.where(w != 0, np.abs(gradient + penalty * np.sign(w)), np.abs(gradient) - penalty).max())


def _objective(logits: np.ndarray, y: np.ndarray, w: np.ndarray, penalty: float) -> float:
    return float((np.logaddexp(0, logits) - y * logits).mean(dtype=np.float64) + penalty * np.abs(w).sum())
