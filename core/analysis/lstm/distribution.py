"""How the internal vectors are distributed (seed 000, "distribution of the internal vectors").

Histograms of every gate and state, pooled and cell by cell; the seed's reading of them (f a Beta density, c
a normal one with discrete peaks); and the paper's claim that c_up takes two or three values, beside an
untrained LSTM of the same size.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy import signal, stats

from core.analysis.intervals import draw_groups
from core.analysis.lstm.heldout import group_tokens, untrained_like
from core.analysis.quantisation import ENOUGH, count_levels, explain_variance
from core.checkpoints.store import Checkpoint
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import record_batch
from core.tokens.batches import plan_batches
from core.tokens.encoded import EncodedSentences

VECTORS = ("i", "f", "o", "g", "c_up", "c", "h")
MODELS = ("trained", "untrained")
BINS, CELL_BINS = 200, 32        # stored bins, pooled and of one cell
POOLED_BINS, FINE_BINS = 1000, 128  # counted bins, merged to the stored ones
FEW = 3                          # "binary or ternary"
SAMPLE_TOKENS = 5_000            # tokens that set the range of each cell
BUNDLES, DRAWS = 64, 200         # groups that the interval draws again are bundled to at most this many
N_PEAKS = 9


@dataclass(frozen=True)
class Distributions:
    """Histograms of one checkpoint on one selection. V = vectors, in the order of `VECTORS`; H cells.

    Attributes
    ----------
    corpus : str
    n_tokens, n_groups : int
        Tokens, and documents (or sentences).
    limits : float32 array of shape (V, 2)
        Range of the pooled histograms: the vector's own, or ± the 99 % quantile of the size of c.
    counts : int64 array of shape (2, V, BINS)
        Values of all cells, trained and untrained.
    outside : float32 array of shape (2, V)
        Share of values outside `limits` (c alone).
    moments : float64 array of shape (2, V, 2)
        Mean and standard deviation of all values.
    beta : float64 array of shape (3,)
        a and b of the Beta density with the mean and variance of the trained f, and Σ min(p, q) of both.
    normal : float64 array of shape (3,)
        Mean and standard deviation of the trained c, and Σ min(p, q) with that normal density.
    peaks : float32 array of shape (n, 2)
        Value and density of the local maxima of c that rise over their surroundings.
    explained : float32 array of shape (2, V, MAX_LEVELS)
        Share of the variance of the pooled values that the best 1, 2, … levels explain.
    levels : uint8 array of shape (2, V, H)
        Levels each cell needs for 95 % of its variance.
    kept : float16 array of shape (2, V, H)
        Share of each cell's variance that its best `FEW` levels keep.
    cell_limits : float32 array of shape (V, H, 2)
    cell_roots : uint8 array of shape (V, H, CELL_BINS)
        Square roots of the trained cells' counts, 255 for the largest bin of a cell.
    few : float64 array of shape (4,)
        Share of cells whose c_up needs at most `FEW` levels, its 95 % bootstrap interval, and that of the
        untrained LSTM.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    limits: np.ndarray
    counts: np.ndarray
    outside: np.ndarray
    moments: np.ndarray
    beta: np.ndarray
    normal: np.ndarray
    peaks: np.ndarray
    explained: np.ndarray
    levels: np.ndarray
    kept: np.ndarray
    cell_limits: np.ndarray
    cell_roots: np.ndarray
    few: np.ndarray

    @property
    def n_cells(self) -> int:
        return self.levels.shape[2]

    def density(self, vector: str, model: str = "trained") -> tuple[np.ndarray, np.ndarray]:
        """Bin edges (BINS + 1,) and density (BINS,) of the pooled values of a vector."""
        v, m = VECTORS.index(vector), MODELS.index(model)
        edges = np.linspace(*self.limits[v].tolist(), BINS + 1)
        kept = self.counts[m, v] / max(self.counts[m, v].sum(), 1) * (1 - self.outside[m, v])
        return edges, kept / np.diff(edges)

    def cell_density(self, vector: str, cell: int) -> tuple[np.ndarray, np.ndarray]:
        """Bin edges (CELL_BINS + 1,) and density of one trained cell, over the cell's own range."""
        v = VECTORS.index(vector)
        edges = np.linspace(*self.cell_limits[v, cell].tolist(), CELL_BINS + 1)
        counts = self.cell_roots[v, cell].astype(np.float64) ** 2
        return edges, counts / max(counts.sum(), 1) / np.diff(edges)

    def near(self, vector: str, model: str = "trained") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """eps, the share of values within eps of 0, and within eps of ±1, for a vector in (-1, 1)."""
        v, m = VECTORS.index(vector), MODELS.index(model)
        half = BINS // 2
        folded = (self.counts[m, v, half:] + self.counts[m, v, :half][::-1]) / max(self.counts[m, v].sum(), 1)
        return np.arange(1, half // 2 + 1) / half, np.cumsum(folded)[:half // 2], np.cumsum(folded[::-1])[:half // 2]


def compute_distributions(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str,
                          seed: int = 0) -> Distributions:
    """Count every value of every internal vector of layer 0.

    Parameters
    ----------
    seed : int
        Of the untrained weights and of the resamples.
    """
    model, bare = checkpoint.model, untrained_like(checkpoint.model, seed=seed)
    limits, cell_limits = _find_limits(model, sentences)
    groups = np.unique(group_tokens(sentences), return_inverse=True)[1]
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    trained = _count(model, sentences, limits, cell_limits, groups % BUNDLES)
    untrained = _count(bare, sentences, limits, _find_limits(bare, sentences)[1])
    both = (trained, untrained)
    fine = np.stack([part.pooled for part in both])
    counts = fine[:, :, 1:-1].reshape(2, len(VECTORS), BINS, -1).sum(3)
    outside = (fine[:, :, [0, -1]].sum(2) / np.maximum(fine.sum(2), 1)).astype(np.float32)
    moments = np.stack([part.moments for part in both])
    explained = np.stack([[explain_variance(v) for v in part.cells] for part in both])  # (2, V, H, MAX_LEVELS)
    levels = count_levels(explained)
    f, c = VECTORS.index("f"), VECTORS.index("c")
    roots = np.sqrt(trained.cells.reshape(*trained.cells.shape[:2], CELL_BINS, -1).sum(3))
    return Distributions(
        corpus=corpus, n_tokens=sentences.n_tokens, n_groups=n_groups, limits=limits.astype(np.float32), counts=counts,
        outside=outside, moments=moments, beta=fit_beta(counts[0, f], *moments[0, f]),
        normal=fit_normal(fine[0, c], limits[c], *moments[0, c]), peaks=find_peaks(fine[0, c, 1:-1], limits[c]),
        explained=np.stack([explain_variance(m[:, 1:-1].reshape(len(VECTORS), BINS, -1).sum(2)) for m in fine]),
        levels=levels, kept=explained[..., FEW - 1].astype(np.float16), cell_limits=cell_limits.astype(np.float32),
        cell_roots=np.round(255 * roots / np.maximum(roots.max(2, keepdims=True), 1e-9)).astype(np.uint8),
        few=_share_few(trained, levels[:, VECTORS.index("c_up")], seed))


def fit_beta(counts: np.ndarray, mean: float, deviation: float) -> np.ndarray:
    """a and b of the Beta density of this mean and variance, and its overlap Σ min(p, q) with the histogram.

    By moments, not by likelihood: saturated gates are 0 or 1 in float32, where the likelihood has no value.
    """
    spread = mean * (1 - mean) / max(deviation ** 2, 1e-12) - 1
    a, b = max(mean * spread, 1e-6), max((1 - mean) * spread, 1e-6)
    return np.array([a, b, _overlap(counts, stats.beta(a, b).cdf(np.linspace(0, 1, len(counts) + 1)))])


def fit_normal(counts: np.ndarray, limits: np.ndarray, mean: float, deviation: float) -> np.ndarray:
    """Mean and standard deviation, and the overlap Σ min(p, q) of their normal density with the histogram.

    The first and the last of `counts` are the values below and above `limits`.
    """
    edges = np.concatenate([[-np.inf], np.linspace(*limits, len(counts) - 1), [np.inf]])
    return np.array([mean, deviation, _overlap(counts, stats.norm(mean, max(deviation, 1e-9)).cdf(edges))])


def _overlap(counts: np.ndarray, cdf: np.ndarray) -> float:
    return float(np.minimum(counts / max(counts.sum(), 1), np.diff(cdf)).sum())


def find_peaks(counts: np.ndarray, limits: np.ndarray, *, least: float = 0.01) -> np.ndarray:
    """Value and density of the local maxima, by falling prominence, at most `N_PEAKS`; float32 of shape (n, 2).

    Parameters
    ----------
    least : float
        How far a peak must rise over the saddle beside it, as a share of the tallest bin.
    """
    edges = np.linspace(*limits, len(counts) + 1)
    density = counts / max(counts.sum(), 1) / np.diff(edges)
    found, about = signal.find_peaks(np.pad(density, 1), prominence=least * max(density.max(), 1e-12))
    order = np.argsort(-about["prominences"], kind="stable")[:N_PEAKS]
    chosen = found[order] - 1
    return np.column_stack([(edges[:-1] + edges[1:])[chosen] / 2, density[chosen]]).astype(np.float32)


@dataclass(frozen=True)
class _Counts:
    """``pooled`` (V, 1 + POOLED_BINS + 1) with values outside at both ends, their ``moments`` (V, 2), ``cells``
    (V, H, FINE_BINS), and c_up by bundle of groups (n, H, FINE_BINS / 2), or None."""

    pooled: np.ndarray
    moments: np.ndarray
    cells: np.ndarray
    bundles: np.ndarray | None


def _iterate_states(model: LSTMLanguageModel, sentences: EncodedSentences,
                    chosen: np.ndarray) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Token rows (n,) and each vector (n, H) of layer 0, batch by batch."""
    lengths = sentences.lengths[chosen]
    for batch in plan_batches(lengths, batch_tokens=4096):
        steps = np.arange(lengths[batch].max())[:, None]
        inside = steps < lengths[batch]
        rows = np.where(inside, sentences.starts[chosen[batch]] + steps, 0)
        layer = record_batch(model, torch.from_numpy(sentences.ids[rows])).layers[0]
        yield rows[inside], {v: getattr(layer, v)[torch.from_numpy(inside)].numpy() for v in VECTORS}


def _find_limits(model: LSTMLanguageModel, sentences: EncodedSentences) -> tuple[np.ndarray, np.ndarray]:
    """Range of each vector (V, 2) and of each cell (V, H, 2), from a sample of the sentences."""
    chosen = np.arange(0, sentences.n_sentences, max(1, sentences.n_tokens // SAMPLE_TOKENS))
    parts = [states for _, states in _iterate_states(model, sentences, chosen)]
    cells = []
    for vector in VECTORS:
        values = np.concatenate([part[vector] for part in parts])
        low, high = values.min(0), values.max(0)
        margin = np.maximum(0.02 * (high - low), 1e-4)  # what lies outside falls into the last bins
        cells.append(np.stack([low - margin, high + margin], 1))
        if vector == "c":
            reach = float(np.quantile(np.abs(values), 0.99)) or 1.0
    limits = np.array([[0, 1] if v in "ifo" else [-1, 1] for v in VECTORS], np.float64)
    limits[VECTORS.index("c")] = -np.ceil(10 * reach) / 10, np.ceil(10 * reach) / 10
    return limits, np.array(cells, np.float64)


def _count(model: LSTMLanguageModel, sentences: EncodedSentences, limits: np.ndarray, cell_limits: np.ndarray,
           bundle: np.ndarray | None = None) -> _Counts:
    hidden = cell_limits.shape[1]
    sums = np.zeros((len(VECTORS), 2))
    pooled = np.zeros((len(VECTORS), POOLED_BINS + 2), np.int64)
    cells = np.zeros((len(VECTORS), hidden * FINE_BINS), np.int64)
    n_bundles = 0 if bundle is None else int(bundle.max()) + 1
    bundles = np.zeros(n_bundles * hidden * FINE_BINS // 2, np.int64)
    offsets = np.arange(hidden, dtype=np.int32) * FINE_BINS
    for rows, states in _iterate_states(model, sentences, np.arange(sentences.n_sentences)):
        for v, vector in enumerate(VECTORS):
            values = states[vector]
            sums[v] += values.sum(dtype=np.float64), np.square(values).sum(dtype=np.float64)
            low, high = limits[v]
            place = np.floor((values - np.float32(low)) * np.float32(POOLED_BINS / (high - low)))
            pooled[v] += np.bincount(np.clip(place, -1, POOLED_BINS).astype(np.int32).ravel() + 1,
                                     minlength=POOLED_BINS + 2)
            low, high = cell_limits[v].astype(np.float32).T
            place = np.clip((values - low) * (FINE_BINS / (high - low)), 0, FINE_BINS - 1).astype(np.int32)
            place += offsets
            cells[v] += np.bincount(place.ravel(), minlength=cells.shape[1])
            if vector == "c_up" and n_bundles:
                place >>= 1
                place += (bundle[rows] * (hidden * FINE_BINS // 2)).astype(np.int32)[:, None]
                bundles += np.bincount(place.ravel(), minlength=len(bundles))
    mean, square = (sums / max(sentences.n_tokens * hidden, 1)).T
    moments = np.stack([mean, np.sqrt(np.maximum(square - mean ** 2, 0))], 1)
    return _Counts(pooled, moments, cells.reshape(len(VECTORS), hidden, FINE_BINS),
                   bundles.reshape(n_bundles, hidden, FINE_BINS // 2) if n_bundles else None)


def _share_few(trained: _Counts, levels: np.ndarray, seed: int) -> np.ndarray:
    """Share of cells with few levels, its interval over resampled bundles of groups, and the untrained share."""
    n = len(trained.bundles)
    draws = draw_groups(n, draws=DRAWS, seed=seed).astype(np.float32)
    flat = trained.bundles.reshape(n, -1).astype(np.float32)
    whole, *shares = ((explain_variance((draw @ flat).reshape(trained.bundles.shape[1:]),
                                        max_levels=FEW)[:, -1] >= ENOUGH).mean()
                      for draw in (np.ones(n, np.float32), *draws))
    share, bare = (levels <= FEW).mean(1)
    # the resamples count in bins twice as wide: their distance from the whole carries over, not their place
    low, high = np.clip(share + np.quantile(shares, (0.025, 0.975)) - whole, 0, 1)
    return np.array([share, min(low, share), max(high, share), bare])
