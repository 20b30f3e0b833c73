"""A relation as a direction: what the differences of its word pairs share, against how they scatter (seed 003, Fig. 4).

For pairs (a_n, b_n) the task vectors r_n = w_b - w_a are the rows of R (N, d). If they were random, the eigenvalues of
(1/d) R Rᵀ would follow the Marchenko-Pastur law; what they share stands out as one spike, the mean task vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy import linalg

from core.analysis.intervals import draw_groups
from core.analysis.qwem.analogies import DRAWS, Questions, draw_accuracy
from core.errors import AnalysisError

CONTROLS = 100   # random families behind the control of a spike
NEAR_RANK = 0.1  # a control word's frequency rank differs by at most this share (or by ten places)


@dataclass(frozen=True)
class TaskSpectrum:
    """Spectrum of the task vectors of one family in d dimensions. N pairs.

    Attributes
    ----------
    eigenvalues : float64 array of shape (N,)
        Of (1/d) R Rᵀ, falling. The first is the spike, if there is one.
    sigma2 : float
        Mean square of R after its mean row is taken off.
    gamma : float
        Aspect of the Marchenko-Pastur law whose upper edge is the second eigenvalue: (√(λ₂ / σ²) - 1)².
    effective_d : float
        N / gamma, the dimensions in which the pairs scatter; infinite where the bulk has no width.
    edge : float
        Upper edge of the bulk as N / d alone would have it, σ² (1 + √(N / d))².
    control_share : float
        95 % of families of random words of the same frequencies have a smaller `share`.
    localisation : float64 array of shape (d,)
        (r̄ · e_k)² of the mean task vector over the columns of the embedding, which are eigenvectors; sums to 1.
    """

    eigenvalues: np.ndarray
    sigma2: float
    gamma: float
    effective_d: float
    edge: float
    control_share: float
    localisation: np.ndarray

    @property
    def share(self) -> float:
        """The spike's share of the trace; differences of random words are longer, so eigenvalues do not compare."""
        return _share(self.eigenvalues)


def index_pairs(pairs: Sequence[tuple[str, str]], words: Sequence[str]) -> np.ndarray:
    """Rows of the known pairs of two different words, each once, int array of shape (N, 2).

    Raises
    ------
    AnalysisError
        Fewer than three are left: two have no spread about their mean to speak of.
    """
    ids = {word: i for i, word in enumerate(words)}
    known = dict.fromkeys((ids[a], ids[b]) for a, b in pairs if a in ids and b in ids and a != b)
    if len(known) < 3:
        raise AnalysisError("Only {n} of the {all} word pairs are in the vocabulary.",
                            "Give three or more pairs of words that the text has.", n=len(known), all=len(pairs))
    return np.array(list(known))


def compute_task_vectors(embedding: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """R, rows w_b - w_a, float64 array of shape (N, d)."""
    w = np.asarray(embedding)
    return w[pairs[:, 1]].astype(np.float64) - w[pairs[:, 0]]


def compute_spectrum(embedding: np.ndarray, pairs: np.ndarray, *, seed: int = 0) -> TaskSpectrum:
    """Spectrum, bulk and spike of one family, beside families of random words.

    Parameters
    ----------
    embedding : array of shape (V, d)
        Words by falling frequency; columns by falling eigenvalue.
    pairs : int array of shape (N, 2)
    """
    r = compute_task_vectors(embedding, pairs)
    n, d = r.shape
    values = _measure_gram(r)
    mean = r.mean(0)
    sigma2 = float(((r - mean) ** 2).mean())
    bulk = n > 1 and values[1] > max(sigma2, 1e-12 * values[0])
    gamma = (np.sqrt(values[1] / sigma2) - 1) ** 2 if bulk else 0.0
    rng = np.random.default_rng(seed)
    controls = [_share(_measure_gram(compute_task_vectors(embedding, draw_control_pairs(pairs, len(embedding), rng))))
                for _ in range(CONTROLS)]
    length = float((mean ** 2).sum())
    return TaskSpectrum(values, sigma2, float(gamma), float(n / gamma) if gamma else float("inf"),
                        sigma2 * (1 + np.sqrt(n / d)) ** 2, float(np.nanquantile(controls, 0.95)),
                        mean ** 2 / length if length else np.zeros(d))


def _measure_gram(r: np.ndarray) -> np.ndarray:
    return np.maximum(linalg.eigvalsh(r @ r.T / r.shape[1])[::-1], 0)


def _share(eigenvalues: np.ndarray) -> float:
    total = eigenvalues.sum()
    return float(eigenvalues[0] / total) if total > 0 else float("nan")


def draw_control_pairs(pairs: np.ndarray, n_words: int, rng: np.random.Generator) -> np.ndarray:
    """Pairs of random words whose frequency ranks are near those of `pairs`, int array of shape (N, 2)."""
    reach = np.maximum(NEAR_RANK * pairs, 10).astype(int)
    drawn = np.clip(pairs + rng.integers(-reach, reach + 1), 0, n_words - 1)
    same = drawn[:, 0] == drawn[:, 1]
    drawn[same, 1] = (drawn[same, 1] + 1) % n_words
    return drawn


def marchenko_pastur(x: np.ndarray, gamma: float, sigma2: float) -> np.ndarray:
    """Density of the eigenvalues of (1/d) R Rᵀ for R (N, d) of independent entries with variance σ², γ = N / d.

    √((λ₊ - x)(x - λ₋)) / (2π γ σ² x) between λ± = σ² (1 ± √γ)². With γ > 1 it integrates to 1 / γ, and the remaining
    eigenvalues are 0.
    """
    x = np.asarray(x, np.float64)
    low, high = (sigma2 * (1 + sign * np.sqrt(gamma)) ** 2 for sign in (-1, 1))
    inside = (x > low) & (x < high) & (x > 0)
    safe = np.where(inside, x, 1)
    root = np.sqrt(np.where(inside, (high - safe) * (safe - low), 0))
    return root / (2 * np.pi * gamma * sigma2 * safe)


def compute_snr(r: np.ndarray, dimensions: Sequence[int]) -> np.ndarray:
    """Signal to noise of the first d columns of task vectors R (N, D): λ_max(R Rᵀ) / (Tr(R Rᵀ) / rank).

    1 where the pairs share nothing and N where they are all the same; float64 array with one value for each of
    `dimensions`, NaN where R is zero.
    """
    out = np.full(len(dimensions), np.nan)
    for i, d in enumerate(dimensions):
        part = r[:, :d]
        values = linalg.eigvalsh(part @ part.T if len(part) < d else part.T @ part)
        if values[-1] > 0:
            rank = int((values > values[-1] * 1e-10).sum())
            out[i] = values[-1] * rank / values.sum()
    return out


def double_dimensions(d: int) -> list[int]:
    """4, 8, 16, … and `d` itself.

    >>> double_dimensions(200)
    [4, 8, 16, 32, 64, 128, 200]
    """
    return sorted({2 ** p for p in range(2, d.bit_length()) if 2 ** p <= d} | {d})


def find_half(course: np.ndarray, places: np.ndarray, *, base: float = 0.0, level: float | None = None) -> np.ndarray:
    """Where curves (R, …) first get half of the way from `base` to their last value, or to a `level` over `base`.

    Parameters
    ----------
    course : array of shape (R, …)
    places : array of shape (R,)
        Ranks or times; the answer is interpolated between them.

    Returns
    -------
    float64 array of the remaining shape
        NaN where the last value is not above the base, or the level is never reached.
    """
    course, places = np.asarray(course, np.float64) - base, np.asarray(places, np.float64)
    flat = course.reshape(len(course), -1)
    half = flat[-1] / 2 if level is None else np.full(flat.shape[1], float(level))
    at = (flat >= half).argmax(0)
    columns = np.arange(flat.shape[1])
    before = np.maximum(at - 1, 0)
    low, high = flat[before, columns], flat[at, columns]
    part = np.divide(half - low, high - low, out=np.ones_like(half), where=high > low)
    found = places[before] + part * (places[at] - places[before])
    reached = (flat >= half).any(0) & (half > 0)
    return np.where(reached, found, np.nan).reshape(course.shape[1:])


@dataclass(frozen=True)
class Order:
    """When each of F families is learned: where its curve gets half way to its final value, or to a common level.

    Attributes
    ----------
    half, low, high : float64 arrays of shape (F,)
        A rank or a time, and its 95 % interval over word pairs; NaN for a family that is never learned.
    draws : float64 array of shape (F, draws)
    """

    half: np.ndarray
    low: np.ndarray
    high: np.ndarray
    draws: np.ndarray


def order_by_accuracy(places: np.ndarray, questions: Questions, course: np.ndarray, *, level: float | None = None,
                      seed: int = 0) -> Order:
    """Order of the families by their accuracy, bootstrapped over pairs.

    Half of a low final accuracy is reached early, so a family that is hardly learned may look early: an order
    that matters should hold by a common `level` too.

    Parameters
    ----------
    places : int array of shape (R, N)
        From `place_answers` or `place_over_time`.
    course : array of shape (R,)
        Ranks or times.
    level : float, optional
        Accuracy that counts as learned; half of a family's own final accuracy if left out.
    """
    half, draws = np.full(len(questions.names), np.nan), np.full((len(questions.names), DRAWS), np.nan)
    for f, drawn in enumerate(draw_accuracy(places, questions, seed=seed)):
        if drawn is not None:
            with np.errstate(invalid="ignore", divide="ignore"):
                draws[f] = find_half(drawn[0] / drawn[1], course, level=level)
            half[f] = find_half((places[:, questions.family == f] == 1).mean(1), course, level=level)
    return _summarise(half, draws)


def order_by_direction(embedding: np.ndarray, families: Sequence[np.ndarray], *, seed: int = 0) -> Order:
    """Order of the families by the rank at which half of their direction is there, bootstrapped over pairs.

    Half of ‖r̄‖², added up over the columns. Only products of two different pairs enter, r_n · r_m with n ≠ m: the
    square of the mean would count the scatter of few pairs as a direction, and a pair drawn twice even more.

    Parameters
    ----------
    embedding : array of shape (V, d)
        Columns by falling eigenvalue.
    families : sequence of int arrays (N_f, 2)
    """
    rng, ranks = np.random.default_rng(seed), np.arange(1, embedding.shape[1] + 1)
    half, draws = np.full(len(families), np.nan), np.full((len(families), DRAWS), np.nan)
    for f, pairs in enumerate(families):
        r, n = compute_task_vectors(embedding, pairs), len(pairs)
        weights = np.vstack([np.ones(n), draw_groups(n, draws=DRAWS, seed=rng)])
        shared = ((weights @ r) ** 2 - weights ** 2 @ r ** 2).cumsum(1)
        found = find_half(shared.T, ranks)
        half[f], draws[f] = found[0], found[1:]
    return _summarise(half, draws)


def order_by_snr(embedding: np.ndarray, families: Sequence[np.ndarray], dimensions: Sequence[int], *, seed: int = 0,
                 draws: int = 200) -> Order:
    """Order of the families by their SNR on its way from 1, where pairs share nothing, to its final value.

    A pair drawn twice would count as shared signal, so each draw is a random half of the pairs, whose spread is that
    of a bootstrap (delete-half jackknife). Fewer pairs have a lower SNR: the draws are centred on the estimate.

    Parameters
    ----------
    families : sequence of int arrays (N_f, 2)
    dimensions : sequence of int
    """
    rng, course = np.random.default_rng(seed), np.asarray(dimensions)
    half, drawn = np.full(len(families), np.nan), np.full((len(families), draws), np.nan)
    for f, pairs in enumerate(families):
        r = compute_task_vectors(embedding, pairs)
        half[f] = find_half(compute_snr(r, dimensions), course, base=1)
        for i in range(draws):
            some = rng.permutation(len(r))[:max(2, len(r) // 2)]
            drawn[f, i] = find_half(compute_snr(r[some], dimensions), course, base=1)
        if np.isfinite(drawn[f]).any():
            drawn[f] *= half[f] / np.nanmedian(drawn[f])
    return _summarise(half, drawn)


def _summarise(half: np.ndarray, draws: np.ndarray) -> Order:
    low, high = np.full((2, len(half)), np.nan)
    known = ~np.isnan(draws).all(1) & ~np.isnan(half)
    if known.any():
        low[known], high[known] = np.nanquantile(draws[known], [0.025, 0.975], axis=1)
    return Order(half, low, high, draws)


@dataclass(frozen=True)
class Comparison:
    """Two groups of families: how many times later the second is learned than the first.

    Attributes
    ----------
    ratio : float
        Geometric mean of the second group's halves over that of the first.
    low, high : float
        95 % when both the families and their pairs are drawn again: what a new set of relations might show.
    p : float
        Share of all regroupings of the families (or 20,000 random ones) whose ratio is at least as far from 1.
    n_first, n_second : int
        Families that are learned at all.
    """

    ratio: float
    low: float
    high: float
    p: float
    n_first: int
    n_second: int


def compare_groups(order: Order, first: Sequence[int], second: Sequence[int], *, seed: int = 0) -> Comparison:
    """Is one group of families learned before another?

    Raises
    ------
    AnalysisError
        A group has fewer than two families that are learned.
    """
    first, second = ([f for f in group if order.half[f] > 0] for group in (first, second))
    if min(len(first), len(second)) < 2:
        raise AnalysisError("A group of families with fewer than two that are learned cannot be compared.",
                            "Take a larger text or more families.")
    rng = np.random.default_rng(seed)
    logs, drawn = np.log(order.half), np.log(order.draws)
    gap = logs[second].mean() - logs[first].mean()
    gaps = [_draw_mean(drawn, second, rng) - _draw_mean(drawn, first, rng) for _ in range(DRAWS)]
    low, high = np.nanquantile(gaps, [0.025, 0.975])
    return Comparison(float(np.exp(gap)), float(np.exp(low)), float(np.exp(high)),
                      _permute(logs[first], logs[second], rng), len(first), len(second))


def _draw_mean(drawn: np.ndarray, group: list[int], rng: np.random.Generator) -> float:
    """Families drawn with replacement, each with one of its own draws over pairs."""
    some = rng.choice(group, len(group))
    picked = drawn[some, rng.integers(drawn.shape[1], size=len(some))]
    return float(picked[np.isfinite(picked)].mean()) if np.isfinite(picked).any() else float("nan")


def _permute(first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> float:
    both, n = np.concatenate([first, second]), len(second)
    if comb(len(both), n) <= 20_000:
        chosen = np.array(list(combinations(range(len(both)), n)))
    else:
        chosen = np.argsort(rng.random((20_000, len(both))), axis=1)[:, :n]
    sums = both[chosen].sum(1)
    gaps = sums / n - (both.sum() - sums) / len(first)
    return float((np.abs(gaps) >= abs(second.mean() - first.mean()) - 1e-12).mean())
