"""Does one cell know whether the model is inside a phrase? (seed 000, slide "syntactic structure and dimensions")

overlap = Σ_b min(p_in(b), p_out(b)) over the bins b of one cell's value, p_in and p_out the shares of the tokens
inside and outside the phrase: 0 where the two never meet, 1 where they are alike.

The number of bins is part of the definition. Wide bins hide a separation and can only raise the overlap; narrow
ones hold few tokens, whose chance differences lower it (by at most 0.4 √(B (1/n_in + 1/n_out)), where p_in = p_out).
Here: bins of equal width between the 0.5 % and the 99.5 % quantile, the tails in the outermost bins, `BINS` of
them, fewer where the rarer side has not `BIN_TOKENS` tokens a bin.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.discriminant import compute_auc
from core.analysis.intervals import draw_groups
from core.analysis.lstm.heldout import VECTORS, group_tokens, split_groups, untrained_like
from core.checkpoints.store import Checkpoint
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import CLOSE, MARK, OPEN, PHRASES

SELECTIONS = ("all", "words")
FINE, BINS = 120, 40           # bins counted (others are sums of these), bins of the definition
SIZES = (5, 10, 20, 40, 60, 120)  # numbers of bins that a reader may compare
BIN_TOKENS = 25                # of the rarer side, on average; fewer make the overlap look smaller than it is
N_KEPT = 4                     # cells whose histograms are kept
N_ROTATIONS, N_BOOTSTRAP = 20, 1000
CONTROLS = ("chosen", "null", "untrained", "position")
_PATTERNS = 2 ** len(PHRASES)  # which phrases a token is inside of, as bits


@dataclass(frozen=True)
class PhraseCells:
    """Overlaps of one checkpoint. V vectors, S selections, P phrases, H cells, K = `N_KEPT` cells kept.

    What does not exist (a phrase that never comes, a kind without words) is NaN, and -1 among the cells.

    Attributes
    ----------
    corpus : str
    n_tokens, n_groups : int
        All tokens, all documents (or sentences).
    overlaps : float16 array of shape (V, S, P, H)
        Of every cell, on the documents that choose.
    n_bins : int64 array of shape (S, P)
        Bins of the definition.
    cells : int32 array of shape (V, S, P, K)
        Least overlap first, by the documents that choose. All that follows is scored on the others.
    counts : int32 array of shape (V, S, P, K, 2, FINE)
        Tokens outside and inside, by bin.
    ranges : float32 array of shape (V, S, P, K, 2)
        Where the first bin begins and the last one ends.
    rises : bool array of shape (V, S, P, K)
        Whether the cell is higher inside, on the documents that choose.
    intervals : float32 array of shape (V, S, P, K, len(SIZES), 2)
        95 % of each overlap: whole documents drawn again, reflected about the measured value, which takes out the
        fall of the overlap that drawing again itself brings.
    auc : float32 array of shape (V, S, P, K, 3)
        Area under the ROC curve and its 95 % interval.
    controls : float32 array of shape (V, S, P, len(CONTROLS))
        At ``n_bins``: the best cell where it was chosen; 5th percentile over rotated labels of the least overlap of
        any cell; an untrained LSTM's best cell, chosen and scored alike; the position in the sentence.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    overlaps: np.ndarray
    n_bins: np.ndarray
    cells: np.ndarray
    counts: np.ndarray
    ranges: np.ndarray
    rises: np.ndarray
    intervals: np.ndarray
    auc: np.ndarray
    controls: np.ndarray

    def find(self, vector: str, selection: str, phrase: str) -> tuple[int, int, int]:
        """Indices of one vector, selection and phrase."""
        return VECTORS.index(vector), SELECTIONS.index(selection), PHRASES.index(phrase)

    def read_cell(self, vector: str, selection: str, phrase: str, *, rank: int = 0) -> "CellOverlap | None":
        """One of the kept cells, 0 the best; None where there is nothing to measure."""
        at = self.find(vector, selection, phrase)
        if self.cells[(*at, rank)] < 0:
            return None
        at = (*at, rank)
        return CellOverlap(int(self.cells[at]), self.counts[at], *map(float, self.ranges[at]), bool(self.rises[at]),
                           int(self.n_bins[at[1:3]]), self.intervals[at], self.auc[at],
                           dict(zip(CONTROLS, self.controls[at[:3]].tolist(), strict=True)))


@dataclass(frozen=True)
class CellOverlap:
    """One cell on the documents that did not choose it; attributes as in `PhraseCells`."""

    cell: int
    counts: np.ndarray
    start: float
    stop: float
    rises: bool
    n_bins: int
    intervals: np.ndarray
    auc: np.ndarray
    controls: dict[str, float]

    def shares(self, n_bins: int) -> np.ndarray:
        """p_out and p_in, (2, B)."""
        counts = coarsen(self.counts, n_bins)
        return counts / counts.sum(1, keepdims=True)

    def overlap(self, n_bins: int) -> float:
        return float(compute_overlap(self.counts, n_bins))

    def roc(self) -> tuple[np.ndarray, np.ndarray]:
        """False and true positive rates at every edge of the fine bins, each (FINE + 1,), from (0, 0) to (1, 1)."""
        counts = self.counts[:, ::-1] if self.rises else self.counts
        rates = np.concatenate([np.zeros((2, 1)), np.cumsum(counts, 1) / counts.sum(1, keepdims=True)], axis=1)
        return rates[0], rates[1]


def coarsen(counts: np.ndarray, n_bins: int) -> np.ndarray:
    """Sum fine bins (…, FINE) to ``n_bins``, a divisor of their number."""
    return counts.reshape(*counts.shape[:-1], n_bins, -1).sum(-1)


def compute_overlap(counts: np.ndarray, n_bins: int) -> np.ndarray:
    """Σ_b min(p_in(b), p_out(b)) for counts (…, 2, FINE); NaN where a side is empty."""
    counts = coarsen(counts, n_bins).astype(np.float64)
    totals = counts.sum(-1, keepdims=True)
    shares = np.where(totals > 0, counts / np.maximum(totals, 1), np.nan)
    return shares.min(-2).sum(-1)


def choose_bins(n_inside: int, n_outside: int) -> int:
    """Bins of the definition: `BINS`, or fewer that still hold `BIN_TOKENS` tokens of the rarer side on average."""
    fitting = [b for b in SIZES if b <= BINS and min(n_inside, n_outside) >= b * BIN_TOKENS]
    return fitting[-1] if fitting else SIZES[0]


def select_tokens(sentences: EncodedSentences) -> dict[str, np.ndarray]:
    """Masks of the selections: every token, and words without brackets and markers."""
    words = np.array([tag not in (OPEN, CLOSE, MARK) for tag in sentences.tags], bool)
    return {"all": np.ones(len(words), bool), "words": words}


def compute_phrase_cells(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str, seed: int = 0,
                         progress: Callable[[int, int], None] | None = None) -> PhraseCells:
    """Measure every cell of every vector for every phrase and selection.

    Parameters
    ----------
    progress : callable, optional
        Called with (steps done, steps in all).
    """
    groups = group_tokens(sentences)
    data = _Labels(_pack_phrases(sentences), groups, split_groups(groups), select_tokens(sentences), seed)
    position = _digitise(sentences.position[None].astype(np.float32), data.chosen_on)
    models = checkpoint.model, untrained_like(checkpoint.model, seed=seed)
    found = []
    for v, vector in enumerate(VECTORS):
        states = [_record(model, sentences, f"layer0.{vector}") for model in models]
        found.append(_measure_vector(states[0], states[1], position, data))
        if progress is not None:
            progress(v + 1, len(VECTORS))
    columns = [np.stack(arrays) for arrays in zip(*found, strict=True)]
    overlaps, n_bins, cells, counts, ranges, rises, intervals, auc, controls = columns
    return PhraseCells(corpus, sentences.n_tokens, len(np.unique(groups)), overlaps.astype(np.float16), n_bins[0],
                       cells.astype(np.int32), counts.astype(np.int32), ranges.astype(np.float32), rises.astype(bool),
                       intervals.astype(np.float32), auc.astype(np.float32), controls.astype(np.float32))


@dataclass(frozen=True)
class _Labels:
    """What the tokens are: ``pattern`` (N,) phrases as bits, groups, the half that chooses, the selections."""

    pattern: np.ndarray
    groups: np.ndarray
    chosen_on: np.ndarray
    selections: dict[str, np.ndarray]
    seed: int


@dataclass(frozen=True)
class _Binned:
    """Cells by bin, uint8 of shape (H, N), and the ranges they were binned by, (H, 2)."""

    bins: np.ndarray
    ranges: np.ndarray


def _pack_phrases(sentences: EncodedSentences) -> np.ndarray:
    return ((sentences.phrase_depth > 0) << np.arange(len(PHRASES))).sum(1).astype(np.intp)


def _record(model, sentences: EncodedSentences, name: str) -> np.ndarray:
    """States of all tokens in half precision, one row a cell."""
    out = {name: np.empty((sentences.n_tokens, model.config.hidden_size), np.float16)}
    return np.ascontiguousarray(record_states(model, sentences, names=(name,), out=out)[name].T)


def _digitise(cells: np.ndarray, chosen_on: np.ndarray, *, chunk: int = 50) -> _Binned:
    """Equal bins between the outer quantiles of the half that chooses; cells (H, N)."""
    sample = np.flatnonzero(chosen_on)
    sample = sample[::max(1, len(sample) // 5000)]  # enough for an outer edge
    bins, ranges = np.empty(cells.shape, np.uint8), np.empty((len(cells), 2), np.float32)
    for a in range(0, len(cells), chunk):
        values = cells[a:a + chunk].astype(np.float32)
        outer = np.quantile(values[:, sample], (0.005, 0.995), axis=1) if len(sample) else np.zeros((2, len(values)))
        low, high = outer.astype(np.float32)
        high = np.maximum(high, low + np.float32(1e-6))  # a constant cell fills one bin
        values -= low[:, None]
        values *= (FINE / (high - low))[:, None]
        bins[a:a + chunk] = np.clip(values, 0, FINE - 1, out=values)
        ranges[a:a + chunk] = np.column_stack([low, high])
    return _Binned(bins, ranges)


def _count(bins: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    """Tokens outside and inside each phrase by cell and bin: (P, H, 2, FINE) from bins (H, n) and pattern (n,)."""
    tables = np.stack([np.bincount(row * np.intp(_PATTERNS) + pattern, minlength=FINE * _PATTERNS) for row in bins])
    tables = tables.reshape(len(bins), FINE, _PATTERNS).astype(np.int32)
    inside = np.array([[pattern >> p & 1 for pattern in range(_PATTERNS)] for p in range(len(PHRASES))], bool)
    return np.stack([np.stack([tables[:, :, ~own].sum(2), tables[:, :, own].sum(2)], axis=1) for own in inside])


def _measure_vector(cells: np.ndarray, untrained: np.ndarray, position: _Binned, data: _Labels) -> tuple:
    own, bare = _digitise(cells, data.chosen_on), _digitise(untrained, data.chosen_on)
    found = [_measure_selection(cells, own, bare, position, data, mask) for mask in data.selections.values()]
    return tuple(np.stack(arrays) for arrays in zip(*found, strict=True))


def _measure_selection(cells: np.ndarray, own: _Binned, bare: _Binned, position: _Binned, data: _Labels,
                       mask: np.ndarray) -> tuple:
    """All phrases on one selection; arrays in the order of `PhraseCells`, each with P in front."""
    choose, score = np.flatnonzero(mask & data.chosen_on), np.flatnonzero(mask & ~data.chosen_on)
    counts = _count(own.bins[:, choose], data.pattern[choose])
    bare_counts = _count(bare.bins[:, choose], data.pattern[choose])
    sizes = [choose_bins(*_count(position.bins[:, score], data.pattern[score])[p, 0].sum(1))
             for p in range(len(PHRASES))]
    nulls = _measure_nulls(own.bins[:, choose], data.pattern[choose], sizes, data.seed)
    rows = []
    for p, size in enumerate(sizes):
        inside = (data.pattern >> p & 1).astype(bool)
        overlaps = compute_overlap(counts[p], size)
        row = _empty_row(len(cells), size)
        if np.isfinite(overlaps).all() and len(np.unique(inside[score])) == 2:
            def score_one(binned: _Binned, cell: int, p: int = p, size: int = size) -> float:
                return float(compute_overlap(_count(binned.bins[[cell]][:, score], data.pattern[score])[p, 0], size))
            best = np.argsort(overlaps, kind="stable")[:N_KEPT]
            bare_best = int(compute_overlap(bare_counts[p], size).argmin())
            controls = [overlaps[best[0]], nulls[p], score_one(bare, bare_best), score_one(position, 0)]
            row = (overlaps, size, *_score_cells(cells, own, best, inside, choose, score, data), np.array(controls))
        rows.append(row)
    return tuple(np.stack(arrays) for arrays in zip(*rows, strict=True))


def _empty_row(n_cells: int, size: int) -> tuple:
    k = N_KEPT
    return (np.full(n_cells, np.nan), size, np.full(k, -1), np.zeros((k, 2, FINE), int), np.full((k, 2), np.nan),
            np.zeros(k, bool), np.full((k, len(SIZES), 2), np.nan), np.full((k, 3), np.nan),
            np.full(len(CONTROLS), np.nan))


def _measure_nulls(bins: np.ndarray, pattern: np.ndarray, sizes: list[int], seed: int) -> np.ndarray:
    """5th percentile of the least overlap of any cell when labels are rotated against the tokens, (P,).

    Rotating, not shuffling, keeps the labels' own rhythm.
    """
    n = len(pattern)
    if n < 2:
        return np.full(len(PHRASES), np.nan)
    offsets = np.random.default_rng(seed).integers(n // 10 + 1, max(n // 10 + 2, n - n // 10), N_ROTATIONS)
    least = np.empty((N_ROTATIONS, len(PHRASES)))
    for k, offset in enumerate(offsets.tolist()):
        counts = _count(bins, np.roll(pattern, offset))
        least[k] = [compute_overlap(counts[p], size).min() for p, size in enumerate(sizes)]
    return np.quantile(least, 0.05, axis=0)


def _score_cells(cells: np.ndarray, own: _Binned, best: np.ndarray, inside: np.ndarray, choose: np.ndarray,
                 score: np.ndarray, data: _Labels) -> tuple:
    """Histograms, directions, intervals and AUC of some cells on the scored half."""
    kept, counts, ranges, rises, intervals, auc = _empty_row(0, 0)[2:-1]
    _, index = np.unique(data.groups[score], return_inverse=True)
    n_groups = int(index.max()) + 1
    draws = draw_groups(n_groups, draws=N_BOOTSTRAP, seed=data.seed)
    for k, cell in enumerate(best.tolist()):
        code = (index * 2 + inside[score]) * FINE + own.bins[cell, score]
        by_group = np.bincount(code, minlength=n_groups * 2 * FINE).reshape(n_groups, 2, FINE)
        values = cells[cell].astype(np.float32)
        kept[k], counts[k], ranges[k] = cell, by_group.sum(0), own.ranges[cell]
        rises[k] = values[choose][inside[choose]].mean() >= values[choose][~inside[choose]].mean()
        drawn = np.tensordot(draws, by_group, 1)
        for b, size in enumerate(SIZES):
            intervals[k, b] = _reflect(float(compute_overlap(counts[k], size)), compute_overlap(drawn, size))
        scored = values[score] * (1 if rises[k] else -1)
        area = compute_auc(scored[inside[score]], scored[~inside[score]])
        shift = area - _binned_auc(counts[k], rises[k])
        auc[k] = area, *np.clip(np.nanquantile(_binned_auc(drawn, rises[k]), (0.025, 0.975)) + shift, 0, 1)
    return kept, counts, ranges, rises, intervals, auc


def _reflect(value: float, drawn: np.ndarray) -> np.ndarray:
    """Basic bootstrap interval: the drawn quantiles mirrored at the value."""
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return np.clip([2 * value - high, 2 * value - low], 0, 1)


def _binned_auc(counts: np.ndarray, rises: bool) -> np.ndarray:
    """The AUC from counts (…, 2, FINE), tokens of one bin tied."""
    shares = counts / np.maximum(counts.sum(-1, keepdims=True), 1)
    below = np.cumsum(shares[..., 0, :], -1) - shares[..., 0, :] / 2
    area = (shares[..., 1, :] * below).sum(-1)
    return area if rises else 1 - area
