"""The closed form laid out for looking: what is learned at each moment, and a recorded run beside its prediction."""

from dataclasses import dataclass

import numpy as np

from core.analysis.qwem.dynamics import choose_times, compute_strengths, compute_tau, count_learned
from core.checkpoints.embeddings import RecordedRun


@dataclass(frozen=True)
class Growth:
    """An embedding growing from one start. T moments, K concepts.

    Attributes
    ----------
    init : float
        s₀, the length that every mode starts with.
    values : float64 array of shape (K,)
        λ_k > 0, falling.
    tau : float64 array of shape (K,)
    times : float64 array of shape (T,)
    strengths : float64 array of shape (T, K)
        s_k².
    learned : int64 array of shape (T,)
        Concepts above half of their λ_k.
    loss : float64 array of shape (T,)
        Σ (λ_k - s_k²)² over Σ λ_k²: the part of the loss that these concepts can still take away.
    """

    init: float
    values: np.ndarray
    tau: np.ndarray
    times: np.ndarray
    strengths: np.ndarray
    learned: np.ndarray
    loss: np.ndarray


def follow_growth(values: np.ndarray, init: float, n: int = 473) -> Growth:
    """The closed form at `n` moments, evenly in the logarithm, for eigenvalues (K,) above 0."""
    values = np.asarray(values, np.float64)
    times = choose_times(values, init, n)
    strengths = compute_strengths(values, times, init)
    loss = ((values - strengths) ** 2).sum(1) / (values ** 2).sum()
    return Growth(init, values, compute_tau(values, init), times, strengths, count_learned(strengths, values), loss)


def predict_run(run: RecordedRun) -> np.ndarray | None:
    """s_k²(t) of the closed form from a run's own start, float64 array (N, K).

    None where it says nothing: contexts of their own start with products of any sign.
    """
    values = run.values[:run.strength.shape[1]]
    if not run.card.settings.get("tied", True) or (run.start <= 0).any():
        return None
    return compute_strengths(values, run.time, np.sqrt(run.start))


def measure_distance(run: RecordedRun, predicted: np.ndarray, n: int) -> float:
    """Root mean square of s_k - ŝ_k over all moments and the first `n` modes, in units of √λ₁."""
    measured = np.sqrt(np.maximum(run.strength[:, :n], 0))
    return float(np.sqrt(((measured - np.sqrt(predicted[:, :n])) ** 2).mean()) / np.sqrt(run.values[0]))
