"""How an embedding grows from a small start: one eigenvector after another, in closed form (seed 003, Lemma 3.1).

Under the gradient flow dW/dt = -½ (WWᵀ - M*) W each squared singular value follows its own logistic equation,
ds_k²/dt = s_k² (λ_k - s_k²), so that

    s_k²(t) = s₀² λ_k e^{λ_k t} / (λ_k + s₀² (e^{λ_k t} - 1)).

Time is that of the flow throughout. One step of full-batch gradient descent on ¼ ‖WWᵀ - M*‖² at rate η moves W by
-η (WWᵀ - M*) W and thus lasts 2 η.
"""

import numpy as np

from core.analysis.qwem.eigen import Eigenpairs


def compute_strengths(values: np.ndarray, times: np.ndarray | float, init: np.ndarray | float) -> np.ndarray:
    """Squared singular values s_k²(t), without overflow whatever the time.

    Written with e^{-|λ|t} only: it may underflow, and then the mode has arrived (λ > 0) or is gone (λ < 0).

    Parameters
    ----------
    values : array of shape (K,)
        Eigenvalues λ_k of any sign.
    times : array of shape (T,) or float
        From 0 on.
    init : array of shape (K,) or float
        s₀ > 0, the length of u_kᵀW(0). A start with entries N(0, init² / d) has `init` on average.

    Returns
    -------
    float64 array of shape (T, K), or (K,) for one time

    Examples
    --------
    >>> compute_strengths(np.array([2.0, 0.0, -2.0]), np.array([0, 30, 1e9]), 1e-12).round(3).tolist()
    [[0.0, 0.0, 0.0], [1.966, 0.0, 0.0], [2.0, 0.0, 0.0]]
    """
    values, start = np.asarray(values, np.float64), np.asarray(init, np.float64) ** 2
    times = np.asarray(times, np.float64)[..., None]
    if (start <= 0).any() or (times < 0).any():
        raise ValueError("The start is above 0 and time runs from 0.")
    size = np.abs(values)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # in the branch that is not taken
        faded = np.where(size > 0, size * times, 0)
        passed = np.where(size > 0, -np.expm1(-faded) / size, times)  # (1 - e^{-|λ|t}) / |λ|
        decay = np.exp(-faded)
        return np.where(values > 0, start / (decay + start * passed), start * decay / (1 + start * passed))


def compute_tau(values: np.ndarray, init: np.ndarray | float) -> np.ndarray:
    """τ_k = ln(λ_k / s₀²) / λ_k, when a mode has grown to half of λ_k; float64 array of shape (K,).

    Infinite where λ_k ≤ 0 (never learned), 0 where the start is beyond λ_k already.
    """
    values, start = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(init, np.float64) ** 2)
    tau = np.full(values.shape, np.inf)
    up = values > 0
    tau[up] = np.maximum(np.log(values[up]) - np.log(start[up]), 0) / values[up]
    return tau


def count_learned(strengths: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Effective rank: how many modes stand above half of their λ_k > 0; int array of shape (T,) from (T, K)."""
    return ((strengths > np.asarray(values) / 2) & (np.asarray(values) > 0)).sum(-1)


def compute_loss(strengths: np.ndarray, values: np.ndarray, square_sum: float) -> np.ndarray:
    """‖WWᵀ - M*‖² over time, float64 array of shape (T,): ‖M*‖² + Σ_k s_k² (s_k² - 2 λ_k).

    Parameters
    ----------
    strengths : array of shape (T, K)
        Of the modes that the embedding has room for.
    values : array of shape (K,)
    square_sum : float
        ‖M*‖², from `sum_squares`.
    """
    return square_sum + (strengths * (strengths - 2 * np.asarray(values, np.float64))).sum(-1)


def embed_at(pairs: Eigenpairs, time: float, init: np.ndarray | float) -> np.ndarray:
    """Word vectors W(t) = V diag(s_k(t)), float32 array of shape (V, K): one column a mode, up to a rotation."""
    return pairs.vectors * np.sqrt(compute_strengths(pairs.values, time, init)).astype(np.float32)


def choose_times(values: np.ndarray, init: float, n: int = 200) -> np.ndarray:
    """`n` times for a curve: evenly in the logarithm from τ₁ / 2 until the last positive mode has risen."""
    tau = compute_tau(values, init)
    finite = tau[np.isfinite(tau) & (tau > 0)]
    if not finite.size:
        return np.linspace(0, 1, n)
    return np.geomspace(finite.min() / 2, 1.25 * finite.max(), n)


def find_crossing(times: np.ndarray, strengths: np.ndarray, values: np.ndarray, *, share: float = 0.5) -> np.ndarray:
    """When each measured mode first reaches a share of its λ_k, linear in log s² between the times.

    Divided by τ_k, the half-rise shows how close a training is to the theory; the way from 0.1 to 0.9, over the
    half-rise, shows how sharp a step is: 2 ln 9 / ln(λ / s₀²) in theory.

    Parameters
    ----------
    times : array of shape (T,)
    strengths : array of shape (T, K)
    values : array of shape (K,)

    Returns
    -------
    float64 array of shape (K,)
        NaN where λ_k ≤ 0 or the level is not reached; the first time where it is reached from the beginning.
    """
    times, levels = np.asarray(times, np.float64), share * np.asarray(values, np.float64)
    above = (strengths >= levels) & (levels > 0)
    at = above.argmax(0)
    crossing = np.where(above.any(0), times[at], np.nan)
    columns = np.flatnonzero(above.any(0) & (at > 0))
    after, before = at[columns], at[columns] - 1
    tiny = np.finfo(np.float64).tiny
    low, high = (np.log(np.maximum(strengths[i, columns], tiny)) for i in (before, after))
    part = (np.log(levels[columns]) - low) / np.maximum(high - low, tiny)
    crossing[columns] = times[before] + part * (times[after] - times[before])
    return crossing
