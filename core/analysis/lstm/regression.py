"""How much of a nesting depth can be read off the state, from all cells, from few, and from one.

Seed 000, slides "regression of depth" and "raw text": least squares on all cells of a vector, Lasso, and the
best single cell. Half of the documents fit, folds inside that half choose the Lasso penalty, and the other
half scores. All fits work on second moments gathered once a vector, so that a path costs a fraction of a second.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.least_squares import (
    Standardised,
    choose_penalty,
    fit_lasso,
    fit_linear,
    fit_single,
    gather_moments,
    refit,
    split_rows,
    standardise,
)
from core.analysis.lstm.depth_split import N_BOOTSTRAP, N_ROTATIONS, PROPERTIES, DepthSplit, score_position
from core.analysis.lstm.heldout import VECTORS, untrained_like
from core.analysis.monotone import describe_shape
from core.checkpoints.store import Checkpoint
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences

READOUTS = ("linear", "lasso", "single")
PAIRS = (("c", "h"), ("c", "c_up"), ("h", "c_up"))
SCORE = ("r2", "low", "high", "cells", "untrained", "rotated", "task", "over_single", "over_low", "over_high",
         "pearson", "spearman", "line", "monotone", "curve", "bend_low", "bend_high")
PATH = ("cells", "chosen_r2", "chosen_se", "r2", "low", "high", "refit")
PENALTIES = np.geomspace(1, 1e-3, 37)  # times the smallest penalty that keeps no cell
N_BINS, N_NAMED = 48, 24


@dataclass(frozen=True)
class DepthRegression:
    """Readouts of three depths from three vectors. V vectors, P properties, M readouts, K penalties.

    What cannot be fitted (a depth with one value only) is NaN.

    Attributes
    ----------
    corpus : str
    n_tokens, n_groups, n_cells : int
        Tokens, documents (or sentences), and cells of a vector.
    n_fitted, n_scored : int
        Tokens of the half that fits and of the half that scores.
    scores : float64 array of shape (V, P, M, len(SCORE))
        R² on the scored half with its 95 % interval over documents, cells used; the same readout fitted to an
        untrained LSTM, to rotated labels (95th percentile) and to a depth drawn for every word type (mean); R² less
        that of the single cell with its interval; Pearson and Spearman of prediction and truth; the share of
        the prediction's variance that a straight line over the true depth, a rising curve, and any curve explains,
        and the interval of rising less straight.
    position : float64 array of shape (P, 3)
        R² of the mean depth at each position of the sentence, with its interval.
    gaps : float64 array of shape (len(PAIRS), P, M, 3)
        R² of the pair's first vector less that of its second, with its interval over the same resamples.
    path : float32 array of shape (V, P, K, len(PATH))
        At each penalty: cells kept, R² and standard error over the folds, R² on the scored half with its interval,
        and R² there when least squares is fitted again to the kept cells.
    chosen : int16 array of shape (V, P)
        The penalty of the Lasso readout, an index into `PENALTIES`; -1 for none.
    path_cells : int32 array of shape (V, P, N_NAMED)
        The cells that enter the path first, -1 for none.
    path_weights : float32 array of shape (V, P, K, N_NAMED)
        Their weights: levels of depth a standard deviation of the cell.
    kept : float32 array of shape (rows, 5)
        vector, property, cell, weight and r of every cell the Lasso readout keeps, heaviest first.
    levels : float32 array of shape (rows, 11)
        vector, property, readout, level, count, mean of the prediction, and its 5, 25, 50, 75, 95 % quantiles.
    density : float16 array of shape (V, P, M, L, N_BINS)
        Share of a level's tokens in each bin of the prediction.
    ranges : float32 array of shape (P, 2)
        Outer edges of the bins; what lies beyond is counted in the outermost.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    n_cells: int
    n_fitted: int
    n_scored: int
    scores: np.ndarray
    position: np.ndarray
    gaps: np.ndarray
    path: np.ndarray
    chosen: np.ndarray
    path_cells: np.ndarray
    path_weights: np.ndarray
    kept: np.ndarray
    levels: np.ndarray
    density: np.ndarray
    ranges: np.ndarray

    def score(self, vector: str, name: str, readout: str) -> dict[str, float]:
        """The row of `scores` by name."""
        row = self.scores[VECTORS.index(vector), PROPERTIES.index(name), READOUTS.index(readout)]
        return dict(zip(SCORE, row.tolist(), strict=True))

    def steps(self, vector: str, name: str) -> dict[str, np.ndarray]:
        """The columns of `path` by name."""
        table = self.path[VECTORS.index(vector), PROPERTIES.index(name)]
        return dict(zip(PATH, table.T, strict=True))

    def kept_cells(self, vector: str, name: str) -> np.ndarray:
        """Cell, weight and r of the cells the Lasso readout keeps, heaviest first."""
        return self.kept[(self.kept[:, 0] == VECTORS.index(vector)) & (self.kept[:, 1] == PROPERTIES.index(name)), 2:]

    def by_level(self, vector: str, name: str, readout: str) -> np.ndarray:
        """Level, count, mean and the 5, 25, 50, 75, 95 % quantiles of the prediction at every true level."""
        key = [VECTORS.index(vector), PROPERTIES.index(name), READOUTS.index(readout)]
        return self.levels[(self.levels[:, :3] == key).all(1), 3:]


def compute_regression(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str, seed: int = 0,
                       progress: Callable[[float], None] | None = None) -> DepthRegression:
    """Fit and score every readout of one checkpoint on sentences it was not trained on.

    Parameters
    ----------
    progress : callable, optional
        Called with the share of the work that is done, 0 to 1.
    """
    tell = progress or (lambda share: None)
    names = tuple(f"layer0.{v}" for v in VECTORS)
    design = DepthSplit.of(sentences, seed)
    bare = record_states(untrained_like(checkpoint.model, seed=seed), sentences, names=names,
                         progress=lambda done, n: tell(0.3 * done / n))
    controls = []
    for v, name in enumerate(names):
        controls.append(_measure(bare.arrays.pop(name), design, controls=False))
        tell(0.3 + 0.1 * (v + 1) / len(names))
    states = record_states(checkpoint.model, sentences, names=names,
                           progress=lambda done, n: tell(0.4 + 0.3 * done / n))
    measured = []
    for v, name in enumerate(names):
        measured.append(_measure(states.arrays.pop(name), design, controls=True))
        tell(0.7 + 0.3 * (v + 1) / len(names))
    return _collect(measured, controls, design, corpus, checkpoint.model.config.hidden_size)


@dataclass(frozen=True)
class _Path:
    """The Lasso path of one vector and property; weights (H, K), r (H,)."""

    step: int
    table: np.ndarray
    weights: np.ndarray
    r: np.ndarray

    def kept(self) -> list[list[float]]:
        """Cell, weight and r of the cells at the chosen step, heaviest first."""
        own = self.weights[:, self.step]
        return [[cell, own[cell], self.r[cell]] for cell in np.argsort(-np.abs(own), kind="stable") if own[cell] != 0]

    def first_cells(self) -> np.ndarray:
        """The cells that enter first, the heavier at the end of the path first among equals."""
        alive = self.weights != 0
        entry = np.where(alive.any(1), alive.argmax(1), alive.shape[1])
        order = np.lexsort((-np.abs(self.weights[:, -1]), entry))[:N_NAMED]
        return order[entry[order] < alive.shape[1]]


@dataclass
class _Measured:
    """One vector: per property the R² of the readouts and, if asked, all that the result keeps."""

    r2: np.ndarray                 # (P, M)
    resampled: np.ndarray          # (P, M, B)
    cells: np.ndarray              # (P, M)
    null: np.ndarray               # (P, M, 2) rotated, task
    predicted: np.ndarray          # (n_scored, P, M)
    steps: list[_Path | None]      # per property


def _measure(x: np.ndarray, design: DepthSplit, *, controls: bool) -> _Measured:
    offset = x[design.fit].mean(0, dtype=np.float64).astype(np.float32)
    x -= offset
    targets = design.targets if controls else design.depths
    folds = [gather_moments(x[rows], targets[rows]) for f in range(design.folds.max() + 1)
             if (rows := np.flatnonzero(design.folds == f)).size]
    whole = standardise(sum(folds[1:], folds[0]))
    if not controls and len(folds) > 1:  # two folds are enough for the penalty of a control
        folds = [sum(folds[k + 2::2], folds[k]) for k in (0, 1)]
    linear, single = fit_linear(whole.correlation, whole.covariance), fit_single(whole)
    scored = _Scorer(x[~design.fit], design)
    shape = (len(PROPERTIES), len(READOUTS))
    out = _Measured(np.full(shape, np.nan), np.full((*shape, N_BOOTSTRAP), np.nan), np.full(shape, np.nan),
                    np.full((*shape, 2), np.nan), np.zeros((len(design.index), *shape), np.float32), [])
    for p in range(len(PROPERTIES)):
        if not design.varies(p) or np.abs(whole.covariance[:, p]).max() < 1e-9:
            out.steps.append(None)
            continue
        penalties = PENALTIES * np.abs(whole.covariance[:, p]).max()
        step, mean, error = choose_penalty(folds, penalties, p)
        path = fit_lasso(whole.correlation, whole.covariance[:, p], penalties)
        weights = np.column_stack([linear[:, p], path[:, step], single[:, p]])
        predicted, squares = scored.score(whole, weights, np.full(3, p))
        out.predicted[:, p], out.cells[p] = predicted, (weights != 0).sum(0)
        truth = design.depths[~design.fit, p].astype(np.float64)
        out.r2[p], resampled = design.r2(squares, truth)
        out.resampled[p] = resampled.T
        if not controls:
            out.steps.append(None)
            continue
        out.null[p] = _score_controls(scored, whole, linear, single, penalties[step], design.of_property(p))
        again = refit(whole.correlation, whole.covariance[:, p], path)
        r2, resampled = design.r2(scored.score(whole, np.hstack([path, again]), np.full(2 * len(penalties), p))[1],
                                  truth)
        low, high = np.quantile(resampled[:, :len(penalties)], (0.025, 0.975), axis=0)
        table = np.column_stack([(path != 0).sum(0), mean, error, r2[:len(penalties)], low, high, r2[len(penalties):]])
        r = whole.covariance[:, p] / np.sqrt(whole.y_variance[p])
        out.steps.append(_Path(step, table, path, r))
    return out


class _Scorer:
    """Predicts the scored half block by block; only squared errors by document are kept, and the predictions."""

    def __init__(self, x: np.ndarray, design: DepthSplit):
        self.x, self.design, self.y = x, design, design.targets[~design.fit]

    def score(self, s: Standardised, weights: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predictions (n_scored, C) and squared errors by document (documents, C)."""
        raw, intercept = s.unscale(weights, targets)
        predicted = np.empty((len(self.x), len(targets)), np.float32)
        for rows, block in split_rows(self.x):
            predicted[rows] = block @ raw + intercept
        return predicted, self.design.sum_documents((self.y[:, targets].astype(np.float64) - predicted) ** 2)


def _score_controls(scored: _Scorer, s: Standardised, linear: np.ndarray, single: np.ndarray, penalty: float,
                    columns: np.ndarray) -> np.ndarray:
    """R² of rotated labels (95th percentile) and control tasks (mean), (M, 2), at the penalty of the true labels."""
    rotated, tasks = columns[1:1 + N_ROTATIONS], columns[1 + N_ROTATIONS:]
    lasso = np.zeros_like(linear)
    for column in (*rotated, *tasks):
        # along a short path down to the penalty: warm starts converge sooner
        strongest = max(np.abs(s.covariance[:, column]).max(), penalty * 1.001)
        lasso[:, column] = fit_lasso(s.correlation, s.covariance[:, column],
                                     np.geomspace(strongest, penalty, 8))[:, -1]
    found = np.full((len(READOUTS), 2), np.nan)
    every = columns[1:]
    for m, weights in enumerate((linear, lasso, single)):
        squares = scored.score(s, weights[:, every], every)[1].sum(0)
        y = scored.y[:, every].astype(np.float64)
        total = ((y - y.mean(0)) ** 2).sum(0)
        r2 = 1 - squares / np.where(total > 1e-9, total, np.nan)
        found[m] = np.quantile(r2[:len(rotated)], 0.95), _mean(r2[len(rotated):])
    return found


def _collect(measured: list[_Measured], controls: list[_Measured], design: DepthSplit, corpus: str,
             n_cells: int) -> DepthRegression:
    truth, n_v, n_p, n_m, n_k = design.depths[~design.fit], len(VECTORS), len(PROPERTIES), len(READOUTS), len(PENALTIES)
    scores = np.full((n_v, n_p, n_m, len(SCORE)), np.nan)
    path = np.full((n_v, n_p, n_k, len(PATH)), np.nan, np.float32)
    chosen, cells = np.full((n_v, n_p), -1, np.int16), np.full((n_v, n_p, N_NAMED), -1, np.int32)
    weights = np.zeros((n_v, n_p, n_k, N_NAMED), np.float32)
    density = np.zeros((n_v, n_p, n_m, int(truth.max(initial=0)) + 1, N_BINS), np.float16)
    ranges = np.array([[-1.5, top + 1.5] for top in truth.max(0, initial=1)], np.float32)
    kept, levels = [], []
    for v, p in np.ndindex(n_v, n_p):
        own = measured[v]
        if (found := own.steps[p]) is None:
            continue
        scores[v, p] = _tabulate(own, controls[v], p, truth[:, p], design)
        chosen[v, p], path[v, p] = found.step, found.table
        kept += [[v, p, *row] for row in found.kept()]
        first = found.first_cells()
        cells[v, p, :len(first)], weights[v, p, :, :len(first)] = first, found.weights[first].T
        for m in range(n_m):
            rows = _describe_levels(own.predicted[:, p, m], truth[:, p])
            levels += [[v, p, m, *row] for row in rows]
            for level in (int(row[0]) for row in rows):
                density[v, p, m, level] = _share_bins(own.predicted[truth[:, p] == level, p, m], ranges[p])
    return DepthRegression(
        corpus=corpus, n_tokens=len(design.fit), n_groups=len(np.unique(design.groups)), n_cells=n_cells,
        n_fitted=int(design.fit.sum()), n_scored=len(truth), scores=scores, position=score_position(design),
        gaps=_compare_vectors(measured), path=path, chosen=chosen, path_cells=cells, path_weights=weights,
        kept=np.array(kept, np.float32).reshape(-1, 5), levels=np.array(levels, np.float32).reshape(-1, 11),
        density=density, ranges=ranges)


def _tabulate(own: _Measured, bare: _Measured, p: int, truth: np.ndarray, design: DepthSplit) -> np.ndarray:
    """Rows of `SCORE` for the readouts of one vector and property."""
    low, high = np.quantile(own.resampled[p], (0.025, 0.975), axis=1)
    over = own.resampled[p] - own.resampled[p, -1]
    shapes = [describe_shape(own.predicted[:, p, m].astype(np.float64), truth.astype(np.float64), design.index,
                             design.draws) for m in range(len(READOUTS))]
    return np.column_stack([own.r2[p], low, high, own.cells[p], bare.r2[p], own.null[p], own.r2[p] - own.r2[p, -1],
                            *np.quantile(over, (0.025, 0.975), axis=1), shapes])


def _compare_vectors(measured: list[_Measured]) -> np.ndarray:
    """`DepthRegression.gaps`."""
    rows = []
    for a, b in PAIRS:
        one, two = (measured[VECTORS.index(name)] for name in (a, b))
        low, high = np.quantile(one.resampled - two.resampled, (0.025, 0.975), axis=2)
        rows.append(np.stack([one.r2 - two.r2, low, high], axis=2))
    return np.stack(rows)


def _describe_levels(predicted: np.ndarray, truth: np.ndarray, at_least: int = 5) -> list[list[float]]:
    """Level, count, mean and quantiles of the prediction at each level with enough tokens."""
    rows = []
    for level, n in zip(*np.unique(truth, return_counts=True), strict=True):
        if n >= at_least:
            own = predicted[truth == level]
            rows.append([level, n, own.mean(dtype=np.float64), *np.quantile(own, (0.05, 0.25, 0.5, 0.75, 0.95))])
    return rows


def _share_bins(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Share of the values in each of N_BINS equal bins; what lies beyond counts in the outermost."""
    inside = np.clip(values, *edges)
    return np.histogram(inside, N_BINS, range=tuple(edges.tolist()))[0] / len(values)


def _mean(values: np.ndarray) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")
