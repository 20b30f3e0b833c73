"""Snap c_up to a few levels while the model runs: what of its knowledge is left?

The paper reports that c_up is approximately binary or ternary. If so, replacing every update by the nearest
of {-1, 0, 1} should leave predictions and the depth cell as they were. Levels and the depth cell are chosen on
one half of the documents and scored on the other.
"""

from dataclasses import dataclass

import numpy as np
import torch

from core.analysis.intervals import draw_groups
from core.analysis.lstm.correlation import bootstrap_correlations, compute_correlations
from core.analysis.lstm.heldout import group_tokens, split_groups, untrained_like
from core.checkpoints.store import Checkpoint
from core.intervene.edits import Snap, fit_levels
from core.intervene.score import ScoredText, score_text, spread_sentences, take_sentences
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import ED

LEVELS = (2, 3, 4, 5, 7, 9)
GRIDS = ("none", "ternary", "binary", "model", "cell", "random", "untrained", "untrained-ternary")
SCORES = ("grid", "k", "perplexity", "perplexity_low", "perplexity_high", "ed", "ed_low", "ed_high", "ed_precision",
          "r", "r_low", "r_high", "kept", "kept_low", "kept_high", "explained")
BINS = 81                        # of the histogram of c_up over [-1, 1]; odd, so that 0 has a bin of its own
N_BOOTSTRAP, N_RANDOM = 1000, 3  # resamples; random grids of each size
TERNARY = np.array([[-1, 0, 1]], np.float32)
FIT_TOKENS = 3_000               # tokens that place the levels; more moves them by less than 0.01


@dataclass(frozen=True)
class SnapResult:
    """One checkpoint under every grid of levels.

    Attributes
    ----------
    corpus : str
    n_tokens, n_groups : int
        Tokens scored, and documents (or sentences) in them.
    cell : int
        The cell of c that follows depth best where it was chosen; -1 if depth does not vary.
    untrained_cell : int
        Chosen alike in an untrained LSTM.
    scores : float64 array of shape (rows, len(SCORES))
        ``grid`` indexes `GRIDS`, ``k`` is the number of levels (0: none). ``ed`` is the share of true ED
        predicted; ``r`` |r| of the depth cell; ``kept`` |r| over |r| without snapping, all with 95 %
        bootstrap intervals over groups; ``explained`` the share of the variance of c_up that the levels
        keep. Rows of ``random`` stand for one drawn grid each; ``untrained`` rows have no predictions.
    levels : float32 array of shape (rows, 2)
        k and one level of the grids fitted to the whole model.
    histogram : int64 array of shape (BINS,)
        Values of c_up over [-1, 1], all cells.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    cell: int
    untrained_cell: int
    scores: np.ndarray
    levels: np.ndarray
    histogram: np.ndarray

    def rows(self, grid: str) -> np.ndarray:
        """Rows of `scores` of one grid, by rising k."""
        own = self.scores[self.scores[:, 0] == GRIDS.index(grid)]
        return own[np.argsort(own[:, 1], kind="stable")]

    def score(self, grid: str, k: int) -> dict[str, float]:
        """One row of `scores` by name; of random grids the mean of all of this size."""
        own = self.rows(grid)
        return dict(zip(SCORES, own[own[:, 1] == k].mean(0).tolist(), strict=True))

    def column(self, grid: str, name: str) -> np.ndarray:
        """One score of a grid, in the order of `rows`."""
        return self.rows(grid)[:, SCORES.index(name)]


def compute_snap(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str, n_tokens: int = 4_000,
                 levels: tuple[int, ...] = LEVELS, seed: int = 0) -> SnapResult:
    """Run a text under every grid.

    Parameters
    ----------
    n_tokens : int
        About how many tokens choose the levels and the cell, and how many are scored.
    """
    fitting, scoring = _halve(sentences, n_tokens)
    model, bare = checkpoint.model, untrained_like(checkpoint.model, seed=seed)
    cell, c_up = _choose(model, fitting)
    bare_cell, bare_c_up = _choose(bare, fitting)
    grids = _build_grids(c_up, levels, seed)
    groups = group_tokens(scoring)
    ends = checkpoint.vocabulary.ids[ED]
    measure = _Measure(scoring, groups, ends, seed)
    plain = score_text(model, scoring, cells=(max(cell, 0),))
    rows = [measure.row("none", 0, plain, plain, 1.0)]
    for name, grid in grids:
        run = score_text(model, scoring, Snap(grid), cells=(max(cell, 0),))
        rows.append(measure.row(name, grid.shape[1], run, plain, _explained(c_up, grid)))
    bare_plain = score_text(bare, scoring, cells=(max(bare_cell, 0),), decode=False)
    rows.append(measure.row("untrained", 0, bare_plain, bare_plain, 1.0))
    for name, grid in [("untrained-ternary", TERNARY), *(("untrained", _fit_model(bare_c_up, k)) for k in levels)]:
        run = score_text(bare, scoring, Snap(grid), cells=(max(bare_cell, 0),), decode=False)
        rows.append(measure.row(name, grid.shape[1], run, bare_plain, _explained(bare_c_up, grid)))
    fitted = [(grid.shape[1], level) for name, grid in grids if name == "model" for level in grid[0]]
    return SnapResult(
        corpus=corpus, n_tokens=scoring.n_tokens, n_groups=len(np.unique(groups)), cell=cell,
        untrained_cell=bare_cell, scores=np.array(rows, np.float64), levels=np.array(fitted, np.float32),
        histogram=np.histogram(c_up, BINS, (-1, 1))[0].astype(np.int64))


def _halve(sentences: EncodedSentences, n_tokens: int) -> tuple[EncodedSentences, EncodedSentences]:
    """Sentences of the choosing and of the scored half of the groups, about `n_tokens` each."""
    chosen_on = split_groups(group_tokens(sentences))[sentences.starts[:-1]]
    halves = []
    for own in (np.flatnonzero(chosen_on), np.flatnonzero(~chosen_on)):
        half = take_sentences(sentences, own)
        halves.append(take_sentences(half, spread_sentences(half, n_tokens)))
    return halves[0], halves[1]


def _choose(model: LSTMLanguageModel, fitting: EncodedSentences) -> tuple[int, np.ndarray]:
    """The depth cell, and c_up of some tokens, (n, H)."""
    states = record_states(model, fitting, names=("layer0.c", "layer0.c_up"))
    r = np.abs(compute_correlations(states["layer0.c"], fitting.depth[:, None].astype(np.float32)))[:, 0]
    step = max(1, fitting.n_tokens // FIT_TOKENS)
    return int(r.argmax()) if r.any() else -1, states["layer0.c_up"][::step]


def _fit_model(c_up: np.ndarray, k: int) -> np.ndarray:
    """k levels for all cells together, (1, k)."""
    pooled = c_up.ravel()[::max(1, c_up.size // 300_000)]
    return fit_levels(pooled[None], k)


def _build_grids(c_up: np.ndarray, levels: tuple[int, ...], seed: int) -> list[tuple[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    grids = [("ternary", TERNARY), ("binary", np.array([[-1, 1]], np.float32))]
    grids += [("model", _fit_model(c_up, k)) for k in levels]
    grids += [("cell", fit_levels(np.ascontiguousarray(c_up.T), k)) for k in levels]
    return grids + [("random", np.sort(rng.uniform(-1, 1, (1, k))).astype(np.float32))
                    for k in levels for _ in range(N_RANDOM)]


def _explained(c_up: np.ndarray, grid: np.ndarray) -> float:
    """1 - (what the levels leave of c_up) / (its variance), all cells together; may fall below 0."""
    values = torch.from_numpy(np.ascontiguousarray(c_up[::4]))
    rest = (values - Snap(grid).nearest(values)).square().double().mean()
    return float(1 - rest / values.double().var(correction=0).clamp(min=1e-12))


class _Measure:
    """Scores of runs over one text; every interval draws the same groups."""

    def __init__(self, sentences: EncodedSentences, groups: np.ndarray, ends: int, seed: int):
        self.depth, self.groups, self.ends, self.seed = sentences.depth.astype(np.float64), groups, ends, seed
        names, self.index = np.unique(groups, return_inverse=True)
        self.draws = draw_groups(len(names), draws=N_BOOTSTRAP, seed=seed)

    def row(self, grid: str, k: int, run: ScoredText, plain: ScoredText, explained: float) -> list[float]:
        return [GRIDS.index(grid), k, *self._perplexity(run), *self._ends(run), *self._depth(run, plain), explained]

    def _sum(self, row: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return np.bincount(self.index[row], weights=weights, minlength=self.draws.shape[1])

    def _interval(self, above: np.ndarray, below: np.ndarray) -> list[float]:
        """Ratio of two sums over groups and its 95 % interval."""
        drawn = (self.draws @ above) / np.maximum(self.draws @ below, 1)
        return [above.sum() / max(below.sum(), 1), *np.quantile(drawn, (0.025, 0.975))]

    def _perplexity(self, run: ScoredText) -> list[float]:
        if (run.predicted < 0).all():
            return [np.nan] * 3
        sums = self._sum(run.row, -run.log_probability.astype(np.float64)), self._sum(run.row, np.ones(len(run.row)))
        return np.exp(np.minimum(self._interval(*sums), 700)).tolist()

    def _ends(self, run: ScoredText) -> list[float]:
        if (run.predicted < 0).all():
            return [np.nan] * 4
        true, claimed = run.target == self.ends, run.predicted == self.ends
        share = self._interval(self._sum(run.row, true & claimed), self._sum(run.row, true))
        return [*share, (true & claimed).sum() / claimed.sum() if claimed.any() else np.nan]

    def _depth(self, run: ScoredText, plain: ScoredText) -> list[float]:
        if np.ptp(self.depth) == 0:
            return [np.nan] * 6
        r, r0 = (np.abs(self._bootstrap(s.c[:, 0])) for s in (run, plain))  # the same draws: paired
        kept = np.concatenate([[r[0] / max(r0[0], 1e-9)], np.quantile(r[1:] / np.maximum(r0[1:], 1e-9),
                                                                     (0.025, 0.975))])
        return [r[0], *np.quantile(r[1:], (0.025, 0.975)), *kept]

    def _bootstrap(self, values: np.ndarray) -> np.ndarray:
        """r over all groups, then of each resample."""
        values = values.astype(np.float64)
        if np.ptp(values) < 1e-9:
            return np.zeros(1 + N_BOOTSTRAP)
        whole = compute_correlations(values[:, None], self.depth[:, None])[0]
        return np.concatenate([whole, bootstrap_correlations(values, self.depth, self.groups, seed=self.seed)])
