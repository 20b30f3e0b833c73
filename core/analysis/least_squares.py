"""Least squares, Lasso and the best single cell from second moments, gathered once for many targets and penalties."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import lasso_path

# Added to the correlation matrix of the cells. Bracket models hold copies of the same cell, and a short text has
# fewer tokens than cells: least squares has no unique answer there. 1e-6 of a cell's variance settles it (the
# condition number stays below 1e9) and is nothing to any direction that a cell really uses.
RIDGE = 1e-6
_BLOCK = 8192  # rows in double precision at a time: 65 MB at 1,000 cells


@dataclass(frozen=True)
class Moments:
    """Sums over tokens of cells x (H) and targets y (T): enough for every fit here.

    ``xx`` is (H, H), ``xy`` (H, T), ``yy`` (T,). They add and subtract as tokens do.
    """

    n: float
    x: np.ndarray
    y: np.ndarray
    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __sub__(self, other: "Moments") -> "Moments":
        return Moments(*(a - b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass(frozen=True)
class Standardised:
    """Correlations of the cells (H, H), covariances of standardised cells with targets (H, T), and the units.

    A constant cell has ``scale`` infinity, so that its weight in the cell's own units is 0.
    """

    correlation: np.ndarray
    covariance: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    y_mean: np.ndarray
    y_variance: np.ndarray

    def unscale(self, weights: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weights (H, C) of standardised cells as weights of the cells, and intercepts (C,)."""
        raw = weights / self.scale[:, None]
        return raw, self.y_mean[targets] - self.mean @ raw


def gather_moments(x: np.ndarray, y: np.ndarray) -> Moments:
    """Sums over the rows of x (N, H) and y (N, T), in double precision.

    Take a common offset off x first: moments of values far from zero lose digits.
    """
    parts = split_rows(x)
    total = Moments(float(len(x)), *(np.zeros(s) for s in (x.shape[1], y.shape[1], (x.shape[1],) * 2,
                                                           (x.shape[1], y.shape[1]), y.shape[1])))
    for rows, a in parts:
        b = y[rows].astype(np.float64)
        total += Moments(0.0, a.sum(0), b.sum(0), a.T @ a, a.T @ b, (b * b).sum(0))
    return total


def standardise(m: Moments) -> Standardised:
    """Centre and scale every cell; targets are centred only."""
    mean, y_mean = m.x / m.n, m.y / m.n
    covariance = m.xx / m.n - np.outer(mean, mean)
    scale = np.sqrt(np.clip(np.diag(covariance), 0, None))
    scale = np.where(scale < 1e-6, np.inf, scale)
    correlation = covariance / np.outer(scale, scale)
    np.fill_diagonal(correlation, 1)
    return Standardised(correlation, (m.xy / m.n - np.outer(mean, y_mean)) / scale[:, None], mean, scale, y_mean,
                        np.clip(m.yy / m.n - y_mean ** 2, 0, None))


def fit_linear(correlation: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Least squares for every target at once, (H, T); see `RIDGE`."""
    return np.linalg.solve(correlation + RIDGE * np.eye(len(correlation)), covariance)


def fit_lasso(correlation: np.ndarray, covariance: np.ndarray, penalties: np.ndarray) -> np.ndarray:
    """Lasso weights along falling penalties: min ½ w'Rw − w'r + λ‖w‖₁, (H, K).

    Coordinate descent on the Gram matrix, warm-started from penalty to penalty. H rows with the same
    Gram matrix (its Cholesky factor) stand in for the N tokens.
    """
    size = len(correlation)
    gram = correlation + RIDGE * np.eye(size)
    rows = cholesky(gram)
    with warnings.catch_warnings():
        # Where cells nearly repeat one another (an untrained LSTM) the last digits of R² would cost
        # minutes: 300 sweeps a penalty come within 0.01 of it.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return lasso_path(rows, solve_triangular(rows, covariance, trans="T"), alphas=penalties / size,
                          precompute=np.ascontiguousarray(gram), Xy=covariance, tol=1e-4, max_iter=300)[1]


def fit_single(s: Standardised) -> np.ndarray:
    """For every target the line through the one cell with the largest |r|, (H, T)."""
    weights, best = np.zeros_like(s.covariance), np.abs(s.covariance).argmax(0)
    columns = np.arange(len(best))
    weights[best, columns] = s.covariance[best, columns]
    return weights


def refit(correlation: np.ndarray, covariance: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Least squares on the cells kept at each step of a Lasso path (the relaxed Lasso of Meinshausen 2007), (H, K)."""
    again = np.zeros_like(path)
    for k in range(path.shape[1]):
        kept = np.flatnonzero(path[:, k])
        again[kept, k] = fit_linear(correlation[np.ix_(kept, kept)], covariance[kept])
    return again


def explained(s: Standardised, m: Moments, weights: np.ndarray, target: int) -> np.ndarray:
    """R² of weights (H, K), fitted under `s`, on the tokens behind `m`."""
    raw, intercept = s.unscale(weights, np.full(weights.shape[1], target))
    squares = ((raw * (m.xx @ raw)).sum(0) + m.n * intercept ** 2 + m.yy[target] - 2 * raw.T @ m.xy[:, target]
               - 2 * intercept * m.y[target] + 2 * intercept * (m.x @ raw))
    total = m.yy[target] - m.y[target] ** 2 / m.n
    return 1 - squares / total if total > 1e-9 else np.full(weights.shape[1], np.nan)


def choose_penalty(folds: list[Moments], penalties: np.ndarray, target: int) -> tuple[int, np.ndarray, np.ndarray]:
    """The strongest penalty within one standard error of the best over folds of documents.

    The one-standard-error rule (Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 7.10).

    Returns
    -------
    step : int
    mean, error : arrays of shape (K,)
        R² over the folds and its standard error.
    """
    whole, rows = sum(folds[1:], folds[0]), []
    for fold in folds:
        s = standardise(whole - fold)
        rows.append(explained(s, fold, fit_lasso(s.correlation, s.covariance[:, target], penalties), target))
    rows = np.array(rows)
    rows = rows[np.isfinite(rows).all(1)]  # a fold may hold one level only
    if not len(rows):
        return len(penalties) - 1, *np.full((2, len(penalties)), np.nan)
    mean, error = rows.mean(0), rows.std(0, ddof=1 if len(rows) > 1 else 0) / np.sqrt(len(rows))
    best = int(mean.argmax())
    return int(np.flatnonzero(mean >= mean[best] - error[best])[0]), mean, error


def split_rows(x: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Pieces of x in double precision, each with its rows."""
    for start in range(0, len(x), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(x)))
        yield rows, x[rows].astype(np.float64)
