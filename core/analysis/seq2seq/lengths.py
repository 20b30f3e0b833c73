"""BLEU by the length and by the rarity of the source, as in Figure 3 of Sutskever et al. (2014), with intervals.

Sentences are sorted by a property and cut into bins; BLEU of a bin is that of its sentences together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sacrebleu.metrics import BLEU

from core.analysis.seq2seq.evaluation import Evaluation
from core.errors import AnalysisError, TextError
from core.translate.bleu import BLEUCounts, compute_bleu, draw_bleus

Property = Literal["length", "rank"]
PROPERTIES: tuple[Property, ...] = ("length", "rank")
MAX_BINS = 20
N_DRAWS = 300
FEW = 30  # sentences: below, a bin's BLEU says little


@dataclass(frozen=True)
class Bins:
    """S sentences sorted by a property and cut into B bins.

    Attributes
    ----------
    values : float32 array of shape (S,)
        The property of every sentence.
    order : int array of shape (S,)
        Sentences by rising property.
    starts : int array of shape (B + 1,)
        Where bins begin in `order`.
    """

    values: np.ndarray
    order: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> np.ndarray:
        return np.diff(self.starts)

    def rows(self, first: int, last: int | None = None) -> np.ndarray:
        """Sentences of a bin, or of those from `first` to `last`, by rising property."""
        return self.order[self.starts[first]:self.starts[(first if last is None else last) + 1]]

    def span(self, b: int) -> tuple[float, float]:
        """Lowest and highest value in a bin."""
        own = self.values[self.rows(b)]
        return float(own[0]), float(own[-1])


@dataclass(frozen=True)
class BinnedBLEU:
    """BLEU of systems in bins.

    Attributes
    ----------
    bleu, low, high : float32 arrays of shape (systems, B)
        With 95 % intervals: sentences of a bin drawn again, the same for all systems.
    whole : float32 array of shape (systems, 3)
        BLEU of all sentences, and its interval.
    middle : float32 array of shape (systems,)
        BLEU of all sentences between the first and the last bin together; NaN for fewer than three bins.
    loss : float32 array of shape (systems, 3)
        By how much the last bin lies below `middle`, and the interval.
    """

    bleu: np.ndarray
    low: np.ndarray
    high: np.ndarray
    whole: np.ndarray
    middle: np.ndarray
    loss: np.ndarray


def read_property(evaluation: Evaluation, name: Property) -> np.ndarray:
    """Length in words, or mean rank of the words, of every source; float32 array of shape (S,)."""
    return (evaluation.source_lengths if name == "length" else evaluation.source_ranks).astype(np.float32)


def cut_evenly(values: np.ndarray, n: int) -> Bins:
    """At most `n` bins of as many sentences each as can be; sentences of equal value may fall into two."""
    order = np.argsort(values, kind="stable")
    n = max(1, min(n, len(order)))
    sizes = np.full(n, len(order) // n) + (np.arange(n) < len(order) % n)
    return Bins(np.asarray(values, np.float32), order, np.concatenate([[0], np.cumsum(sizes)]))


def cut_at(values: np.ndarray, edges: Sequence[float]) -> Bins:
    """Bins that begin at `edges`; what lies below the first is a bin too, and bins without a sentence are left out."""
    order = np.argsort(values, kind="stable")
    inner = np.searchsorted(np.asarray(values)[order], np.sort(np.asarray(edges, np.float64)), side="left")
    return Bins(np.asarray(values, np.float32), order, np.unique([0, *inner.tolist(), len(order)]))


def read_edges(text: str) -> tuple[float, ...]:
    """Numbers that a reader typed, rising and different.

    Raises
    ------
    TextError
        Something is no number, or there are none or too many; what is wrong is named.

    Examples
    --------
    >>> read_edges("20, 5 10")
    (5.0, 10.0, 20.0)
    """
    words = text.replace(",", " ").replace("、", " ").replace(";", " ").split()
    edges = set()
    for word in words:
        try:
            value = float(word)
        except ValueError:
            value = np.nan
        if not (np.isfinite(value) and 0 <= value <= 1e9):
            raise TextError("“{word}” is no place to cut.", "Write numbers from 0 on with commas between them, such as "
                            "10, 20, 35.", word=word[:40])
        edges.add(value)
    if not 1 <= len(edges) < MAX_BINS:
        raise TextError("{n} places to cut were given.", "Give 1 to {limit} numbers with commas between them.",
                        n=len(edges), limit=MAX_BINS - 1)
    return tuple(sorted(edges))


def bin_bleu(counts: Sequence[BLEUCounts], bins: Bins, *, n_draws: int = N_DRAWS, seed: int = 0) -> BinnedBLEU:
    """BLEU of every bin and system.

    Parameters
    ----------
    counts : sequence of BLEUCounts
        One a system, all over the same S sentences.

    Raises
    ------
    AnalysisError
        There is no system, or one translated other sentences.
    """
    if not counts or any(len(c) != len(bins.order) for c in counts):
        raise AnalysisError("These systems did not translate the same sentences.", "Choose systems of one source.")

    def measure(rows: np.ndarray, salt: int) -> tuple[np.ndarray, np.ndarray]:
        own = [c[rows] for c in counts]
        return np.array([compute_bleu(c) for c in own]), draw_bleus(own, n_draws=n_draws, seed=seed + salt)

    found = [measure(bins.rows(b), b) for b in range(len(bins))]
    bleu = np.stack([value for value, _ in found], 1)
    low, high = np.quantile(np.stack([draws for _, draws in found], 2), (0.025, 0.975), axis=0)
    whole = _with_ends(*measure(bins.order, MAX_BINS))
    middle, loss = np.full(len(counts), np.nan), np.full((len(counts), 3), np.nan)
    if len(bins) > 2:
        middle, drawn = measure(bins.rows(1, len(bins) - 2), MAX_BINS + 1)
        loss = _with_ends(middle - found[-1][0], drawn - found[-1][1])
    return BinnedBLEU(*(a.astype(np.float32) for a in (bleu, low, high, whole, middle, loss)))


def compare_systems(one: BLEUCounts, other: BLEUCounts, *, n_draws: int = N_DRAWS, seed: int = 0) -> np.ndarray:
    """BLEU of one less that of the other on the same sentences, and its 95 % interval by paired draws (Koehn 2004)."""
    drawn = draw_bleus([one, other], n_draws=n_draws, seed=seed)
    return np.array([compute_bleu(one) - compute_bleu(other), *np.quantile(drawn[:, 0] - drawn[:, 1], (0.025, 0.975))])


def _with_ends(values: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """(systems,) and (n_draws, systems) to (systems, 3)."""
    return np.column_stack([values, *np.quantile(draws, (0.025, 0.975), axis=0)])


def score_sentences(counts: BLEUCounts) -> np.ndarray:
    """BLEU of every sentence by itself, float32 array of shape (S,), over the n-grams that it is long enough for
    (sacrebleu's effective order)."""
    return np.array([BLEU.compute_bleu(correct=m, total=p, sys_len=n, ref_len=r, smooth_method="exp",
                                       effective_order=True).score for m, p, n, r in zip(
        counts.matched.tolist(), counts.possible.tolist(), counts.length.tolist(), counts.reference_length.tolist(),
        strict=True)], np.float32)
