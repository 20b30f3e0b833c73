"""Six models and their rivals over many seeds: curves with bands, and differences taken seed by seed (Fig. 6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from core.analysis.intervals import estimate_mean
from core.analysis.saliency.experiment import SeedResult
from core.errors import AnalysisError

LAST = 10  # epochs whose mean is compared: the paper reads its Fig. 6 from epoch 40 to 50


@dataclass(frozen=True)
class Band:
    """Mean and 95 % interval (Student) over n seeds, float64 arrays of one shape."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int


def summarise_seeds(values: np.ndarray) -> Band:
    """Mean and interval over the first axis; of one seed there is no interval (NaN)."""
    return Band(*estimate_mean(values), len(values))


def stack_accuracy(results: Sequence[SeedResult], model: str) -> np.ndarray:
    """Accuracy on T3 of one model, float32 (seeds, K).

    Raises
    ------
    AnalysisError
        No seed is stored, or the model was not trained.
    """
    if not results:
        raise AnalysisError("No seed of the experiment is stored here.",
                            "Run some: python -m core.training saliency --seeds 20.")
    if model not in results[0].models:
        raise AnalysisError("There is no model {name} in this experiment.", "Its models are: {known}.", name=model,
                            known=", ".join(results[0].models))
    return np.stack([r.accuracy[r.models.index(model)] for r in results])


@dataclass(frozen=True)
class PairedDifference:
    """One model less another, each pair from one seed: the same split, start and order.

    Attributes
    ----------
    first, second : str
    mean, low, high : float
        With the 95 % interval of Student's t over seeds.
    p : float
        Of the paired t-test, two-sided; NaN for one seed.
    values : float64 array of shape (seeds,)
        Mean accuracy over the epochs compared, first less second.
    """

    first: str
    second: str
    mean: float
    low: float
    high: float
    p: float
    values: np.ndarray


def compare_models(results: Sequence[SeedResult], first: str, second: str, *, begin: int | None = None,
                   end: int | None = None) -> PairedDifference:
    """Difference of two models' accuracy over the epochs `begin` … `end` (from 0); the last ten if not given."""
    a, b = (stack_accuracy(results, name).astype(np.float64) for name in (first, second))
    begin = max(0, a.shape[1] - LAST) if begin is None else begin
    values = a[:, begin:end].mean(1) - b[:, begin:end].mean(1)
    band = summarise_seeds(values)
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    p = float(stats.ttest_1samp(values, 0).pvalue) if spread > 0 else float("nan")
    return PairedDifference(first, second, float(band.mean), float(band.low), float(band.high), p, values)
