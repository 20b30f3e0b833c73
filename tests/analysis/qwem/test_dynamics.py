"""The closed form: against integration, against gradient flow, and at its extremes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from core.analysis.qwem.dynamics import (
    choose_times,
    compute_loss,
    compute_strengths,
    compute_tau,
    count_learned,
    embed_at,
    find_crossing,
)
from core.analysis.qwem.eigen import Eigenpairs


@given(st.floats(-50, 50), st.floats(1e-3, 3), st.floats(0.01, 5))
def test_strengths_solve_their_equation(value, init, end):
    times = np.linspace(0, end, 7)
    solved = solve_ivp(lambda t, s: s * (value - s), (0, end), [init ** 2], t_eval=times, rtol=1e-10, atol=1e-14,
                       method="LSODA").y[0]
    assert compute_strengths(np.array([value]), times, init)[:, 0] == pytest.approx(solved, rel=1e-6, abs=1e-12)


def test_a_start_of_1e_12_is_integrated_in_its_logarithm():
    value, init, times = 7.0, 1e-12, np.linspace(0, 12, 50)
    solved = solve_ivp(lambda t, y: value - np.exp(y), (0, 12), [2 * np.log(init)], t_eval=times, rtol=1e-11,
                       atol=1e-11, max_step=0.05).y[0]
    assert compute_strengths([value], times, init)[:, 0] == pytest.approx(np.exp(solved), rel=1e-6)


def test_gradient_flow_from_an_aligned_start_is_the_closed_form():
    rng = np.random.default_rng(0)
    vectors = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    values = np.array([5, 3, 3, 1, 0.5, 0, -0.2, -1, -1, -2, -3, -4.0])
    matrix = (vectors * values) @ vectors.T
    w = 0.01 * vectors @ np.linalg.qr(rng.normal(size=(12, 12)))[0]

    def flow(t, flat):
        w = flat.reshape(12, 12)
        return (-(w @ w.T - matrix) @ w / 2).ravel()

    times = np.linspace(0, 6, 20)
    solved = solve_ivp(flow, (0, 6), w.ravel(), t_eval=times, rtol=1e-9, atol=1e-12, method="DOP853").y.T
    measured = np.stack([(vectors.T @ w.reshape(12, 12)) ** 2 for w in solved]).sum(-1)
    ours = compute_strengths(values, times, 0.01)
    assert ours == pytest.approx(measured, rel=1e-5, abs=1e-10)
    losses = [((w.reshape(12, 12) @ w.reshape(12, 12).T - matrix) ** 2).sum() for w in solved]
    assert compute_loss(ours, values, (matrix ** 2).sum()) == pytest.approx(losses, rel=1e-5, abs=1e-8)


@given(st.floats(-1e6, 1e6), st.floats(1e-140, 1e3), st.floats(0, 1e300))
def test_no_time_and_no_start_overflows(value, init, time):
    strength = compute_strengths([value], [0.0, time, np.inf], init)[:, 0]
    assert np.isfinite(strength).all() and (strength >= 0).all()
    assert strength[0] == pytest.approx(init ** 2) and strength[2] == pytest.approx(max(value, 0))
    ends = sorted([init ** 2, max(value, 0)])
    assert ends[0] * (1 - 1e-9) <= strength[1] <= ends[1] * (1 + 1e-9)


def test_zero_and_negative_eigenvalues_are_never_learned():
    values = np.array([1.0, 0.0, -1.0])
    strengths = compute_strengths(values, [0, 10, 1000], 0.1)
    assert strengths[:, 1] == pytest.approx([0.01, 0.01 / 1.1, 0.01 / 11])  # 1 / (1 / s + t)
    assert (np.diff(strengths[:, 2]) < 0).all() and strengths[2, 2] < 1e-300
    assert compute_tau(values, 0.1).tolist() == [pytest.approx(np.log(100)), np.inf, np.inf]
    assert count_learned(strengths, values).tolist() == [0, 1, 1]


@given(st.floats(0.1, 1e4), st.integers(3, 100))
def test_at_tau_half_of_a_mode_is_learned(value, digits):
    init = 10.0 ** -digits
    tau = compute_tau([value], init)
    assert compute_strengths([value], tau, init)[0, 0] == pytest.approx(value / 2, rel=1e-4)


def test_a_start_beyond_the_end_takes_no_time():
    assert compute_tau([0.5, 2.0], 1.0).tolist() == [0, pytest.approx(np.log(2) / 2)]
    assert compute_strengths([0.5], [0, 1e9], 1.0)[:, 0] == pytest.approx([1, 0.5])


def test_every_mode_may_have_a_start_of_its_own():
    init = np.array([1e-3, 1e-6])
    both = compute_strengths([2.0, 1.0], [1, 5], init)
    assert both[:, 1] == pytest.approx(compute_strengths([1.0], [1, 5], 1e-6)[:, 0])


@pytest.mark.parametrize(("times", "init"), [([-1], 0.1), ([1], 0.0)])
def test_no_time_before_the_start_and_no_start_from_nothing(times, init):
    with pytest.raises(ValueError, match="start"):
        compute_strengths([1.0], times, init)


def test_the_embedding_grows_to_the_best_approximation():
    vectors = np.linalg.qr(np.random.default_rng(0).normal(size=(9, 3)))[0].astype(np.float32)
    pairs = Eigenpairs(np.array([4.0, 2.0, -1.0]), vectors, np.zeros(3))
    w = embed_at(pairs, 1e6, 1e-12)
    assert w.shape == (9, 3) and w.dtype == np.float32 and w[:, :2] == pytest.approx(pairs.embed(), abs=1e-6)
    assert np.linalg.norm(embed_at(pairs, 0, 1e-12), axis=0) == pytest.approx([1e-12] * 3, rel=1e-5)


def test_times_reach_from_before_the_first_mode_to_after_the_last():
    values = np.array([50.0, 10.0, 3.0, 0.0, -3.0])
    times = choose_times(values, 1e-12)
    learned = count_learned(compute_strengths(values, times, 1e-12), values)
    assert learned[0] == 0 and learned[-1] == 3 and (np.diff(learned) >= 0).all()
    assert len(choose_times(np.array([-1.0]), 1e-12, 5)) == 5


@pytest.mark.parametrize("init", [1e-2, 1e-6, 1e-12])
def test_half_rise_of_a_curve_is_tau_and_steps_sharpen_as_the_start_shrinks(init):
    values = np.array([9.0, 4.0, 1.0, -1.0])
    times = choose_times(values, init, 2000)
    curves = compute_strengths(values, times, init)
    early, half, late = (find_crossing(times, curves, values, share=share) for share in (0.1, 0.5, 0.9))
    tau = compute_tau(values, init)
    assert half[:3] / tau[:3] == pytest.approx(1, rel=1e-3) and np.isnan(half[3])
    assert ((late - early) / half)[:3] == pytest.approx(2 * np.log(9) / np.log(values[:3] / init ** 2), rel=1e-2)


def test_a_level_that_is_reached_from_the_beginning_or_never():
    curves = np.array([[3.0, 0.1], [4.0, 0.2]])
    crossing = find_crossing(np.array([1.0, 2.0]), curves, np.array([4.0, 4.0]))
    assert crossing[0] == 1 and np.isnan(crossing[1])
