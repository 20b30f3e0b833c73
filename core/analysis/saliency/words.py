"""Is a word unsettled because it is rare, or because its sentences are hard?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from core.errors import AnalysisError

LEAST = 5  # occurrences in T1 and in T2 that a word needs: fewer make wac and its errors accidents


@dataclass(frozen=True)
class PartialAnswer:
    """What wac goes with, rank correlations (Spearman) over words.

    Attributes
    ----------
    n : int
        Words.
    frequency, doubt, errors : float
        Of wac with the count in T1, with 1 - p_R, and with the share of errors in T2.
    errors_given : float
        With the share of errors, count and doubt taken out of both ranks.
    explained : float
        R² of the rank of wac from the ranks of count and doubt.
    """

    n: int
    frequency: float
    doubt: float
    errors: float
    errors_given: float
    explained: float


def relate_wac(wac: np.ndarray, occurrences: np.ndarray, errors: np.ndarray, doubt: np.ndarray) -> PartialAnswer:
    """How much of wac is frequency and low confidence, and what is left (all arrays (V,)).

    Raises
    ------
    AnalysisError
        Fewer than ten words come five times.
    """
    kept = (occurrences >= LEAST) & np.isfinite(errors) & np.isfinite(doubt)
    _check(kept)
    own, count, unsure, wrong = (stats.rankdata(a[kept]) for a in (wac, occurrences, doubt, errors))
    left, other = _remove([own, wrong], [count, unsure])
    return PartialAnswer(int(kept.sum()), _correlate(own, count), _correlate(own, unsure), _correlate(own, wrong),
                         _correlate(left, other), float(1 - left.var() / own.var()) if own.var() else float("nan"))


def relate_level(wac: np.ndarray, course: np.ndarray, occurrences: np.ndarray) -> float:
    """Rank correlation of wac with a word's mean saliency over occurrences and epochs (course (V, K)).

    A variance grows with the square of what varies: where this is near 1, wac ranks words by how salient they are.

    Raises
    ------
    AnalysisError
        Fewer than ten words come five times.
    """
    kept = occurrences >= LEAST
    _check(kept)
    return _correlate(stats.rankdata(wac[kept]), stats.rankdata(course[kept].mean(1)))


@dataclass(frozen=True)
class Agreement:
    """Rank correlation of wac between two seeds, which learn from different halves, for every pair of P.

    Attributes
    ----------
    whole, left : float64 arrays of shape (P,)
        As it is, and after each seed's own count and doubt are taken out of its ranks.
    """

    whole: np.ndarray
    left: np.ndarray


def compare_seeds(wac: Sequence[np.ndarray], occurrences: Sequence[np.ndarray], doubt: Sequence[np.ndarray],
                  ) -> Agreement:
    """How far wac belongs to the word, and not to the accidents of one training (arrays (V,), one for each seed).

    Raises
    ------
    AnalysisError
        Fewer than two seeds, or fewer than ten words come five times in two of them.
    """
    if len(wac) < 2:
        raise AnalysisError("One seed cannot be compared with another.",
                            "Run more: python -m core.training saliency --seeds 20.")
    whole, left = [], []
    for pair in combinations(range(len(wac)), 2):
        kept = np.logical_and.reduce([(occurrences[s] >= LEAST) & np.isfinite(doubt[s]) for s in pair])
        _check(kept)
        ranks = [[stats.rankdata(a[s][kept]) for a in (wac, occurrences, doubt)] for s in pair]
        whole.append(_correlate(*(own for own, _, _ in ranks)))
        left.append(_correlate(*(_remove([own], given)[0] for own, *given in ranks)))
    return Agreement(np.array(whole), np.array(left))


def _check(kept: np.ndarray) -> None:
    if kept.sum() < 10:
        raise AnalysisError("Only {n} words come {least} times or more.", "Take a larger corpus.", n=int(kept.sum()),
                            least=LEAST)


def _remove(ranks: Sequence[np.ndarray], given: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What least squares on others leaves of each; exactly 0 where that is rounding only."""
    others = np.column_stack([np.ones(len(ranks[0])), *given])
    left = [r - others @ np.linalg.lstsq(others, r, rcond=None)[0] for r in ranks]
    return [np.where(np.linalg.norm(one) > 1e-9 * np.linalg.norm(r), one, 0.0)
            for one, r in zip(left, ranks, strict=True)]


def _correlate(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(), y - y.mean()
    length = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / length) if length > 1e-9 else float("nan")
