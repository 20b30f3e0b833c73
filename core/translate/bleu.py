"""BLEU by sacrebleu (Post 2018), from counts a sentence that can be added up, drawn again and kept without the text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics import BLEU

_METRIC = BLEU(effective_order=True)  # counts a sentence at a time do not depend on it
_ORDER = 4


@dataclass(frozen=True)
class BLEUCounts:
    """What BLEU is made of. S sentences.

    Attributes
    ----------
    matched, possible : int32 arrays of shape (S, 4)
        n-grams of a translation that the reference has, and all of them, n = 1 … 4.
    length, reference_length : int32 arrays of shape (S,)
        Tokens of sacrebleu's ``13a``.
    """

    matched: np.ndarray
    possible: np.ndarray
    length: np.ndarray
    reference_length: np.ndarray

    def __len__(self) -> int:
        return len(self.length)

    def __getitem__(self, rows: np.ndarray) -> "BLEUCounts":
        return BLEUCounts(self.matched[rows], self.possible[rows], self.length[rows], self.reference_length[rows])


def count_ngrams(translations: Sequence[str], references: Sequence[str]) -> BLEUCounts:
    """Counts of every translation against its one reference."""
    found = [_METRIC.sentence_score(t, [r]) for t, r in zip(translations, references, strict=True)]
    return BLEUCounts(np.array([f.counts for f in found], np.int32).reshape(-1, _ORDER),
                      np.array([f.totals for f in found], np.int32).reshape(-1, _ORDER),
                      np.array([f.sys_len for f in found], np.int32), np.array([f.ref_len for f in found], np.int32))


def compute_bleu(counts: BLEUCounts) -> float:
    """BLEU of all sentences together, 0 to 100."""
    return BLEU.compute_bleu(correct=counts.matched.sum(0).tolist(), total=counts.possible.sum(0).tolist(),
                             sys_len=int(counts.length.sum()), ref_len=int(counts.reference_length.sum()),
                             smooth_method="exp").score


def draw_bleus(counts: Sequence[BLEUCounts], *, n_draws: int = 1_000, seed: int = 0) -> np.ndarray:
    """BLEU of systems on the same sentences, drawn with replacement: (n_draws, systems).

    All systems get the same draws, so that columns may be subtracted (paired bootstrap, Koehn 2004).
    """
    rng, n = np.random.default_rng(seed), len(counts[0])
    table = np.stack([np.column_stack([c.matched, c.possible, c.length, c.reference_length]) for c in counts])
    bleus = np.empty((n_draws, len(counts)))
    for i in range(n_draws):
        times = np.bincount(rng.integers(0, n, n), minlength=n)
        for k, sums in enumerate((table * times[None, :, None]).sum(1)):
            bleus[i, k] = BLEU.compute_bleu(correct=sums[:4].tolist(), total=sums[4:8].tolist(),
                                            sys_len=int(sums[8]), ref_len=int(sums[9]), smooth_method="exp").score
    return bleus


def bleu_signature() -> str:
    """sacrebleu's signature of the score above, for every place that shows one."""
    metric = BLEU()
    metric.corpus_score(["a"], [["a"]])  # the number of references is known once there was one
    return str(metric.get_signature())
