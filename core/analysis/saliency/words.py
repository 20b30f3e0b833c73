"""Is a word unsettled because it is rare, or because its sentences are hard?"""

from dataclasses import dataclass

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
    if kept.sum() < 10:
        raise AnalysisError("Only {n} words come {least} times or more.", "Take a larger corpus.", n=int(kept.sum()),
                            least=LEAST)
    own, count, unsure, wrong = (stats.rankdata(a[kept]) for a in (wac, occurrences, doubt, errors))
    given = np.column_stack([np.ones(len(own)), count, unsure])
    left, other = (r - given @ np.linalg.lstsq(given, r, rcond=None)[0] for r in (own, wrong))
    return PartialAnswer(int(kept.sum()), _correlate(own, count), _correlate(own, unsure), _correlate(own, wrong),
                         _correlate(left, other), float(1 - left.var() / own.var()) if own.var() else float("nan"))


def _correlate(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(), y - y.mean()
    length = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / length) if length > 1e-9 else float("nan")
