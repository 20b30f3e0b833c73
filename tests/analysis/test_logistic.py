"""The L1 path against scikit-learn's solver and against the conditions for a minimum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from core.analysis.logistic import find_largest_penalty, fit_path


def make_problem(seed: int, n: int = 300, n_cells: int = 30):
    """Correlated cells of which three matter."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_cells, n)) + 0.8 * rng.normal(size=n)
    x = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    inside = 2 * x[3] - 1.5 * x[7] + x[9] + rng.logistic(size=n) > 0.4
    return x.astype(np.float32), inside


def measure_objective(x, inside, w, b, penalty):
    logits = w.astype(float) @ x + b
    return (np.logaddexp(0, logits) - inside * logits).mean() + penalty * np.abs(w).sum()


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
def test_solutions_are_those_of_scikit_learn(share):
    x, inside = make_problem(0)
    penalty = share * find_largest_penalty(x, inside)
    path = fit_path(x, inside, [penalty], tolerance=1e-4)
    other = LogisticRegression(C=1 / (penalty * len(inside)), l1_ratio=1, solver="saga", tol=1e-7,
                               max_iter=20_000).fit(x.T, inside)
    np.testing.assert_allclose(path.weights[0], other.coef_[0], atol=3e-3)
    assert path.intercepts[0] == pytest.approx(other.intercept_[0], abs=3e-3)
    ours, theirs = (measure_objective(x, inside, w, b, penalty) for w, b in
                    ((path.weights[0], path.intercepts[0]), (other.coef_[0], other.intercept_[0])))
    assert ours <= theirs + 1e-6


@given(st.integers(0, 200), st.integers(40, 200), st.integers(1, 60))
def test_every_point_meets_the_conditions_for_a_minimum(seed, n, n_cells):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_cells, n)).astype(np.float32)
    inside = x[0] + rng.normal(size=n) > 0
    penalties = find_largest_penalty(x, inside) * np.array([0.7, 0.3, 0.1])
    path = fit_path(x, inside, penalties)
    for k, penalty in enumerate(penalties):
        residual = 1 / (1 + np.exp(-(path.weights[k] @ x + path.intercepts[k]))) - inside
        gradient, used = x @ residual / n, path.weights[k] != 0
        assert abs(residual.mean()) <= 0.01 * penalty
        np.testing.assert_allclose(gradient[used], -penalty * np.sign(path.weights[k][used]), atol=0.01 * penalty)
        assert (np.abs(gradient[~used]) <= 1.01 * penalty).all()


def test_at_the_largest_penalty_all_weights_are_zero_and_just_below_one_is_not():
    x, inside = make_problem(1)
    largest = find_largest_penalty(x, inside)
    path = fit_path(x, inside, [1.001 * largest, 0.97 * largest])
    assert path.n_cells.tolist()[0] == 0 and path.n_cells[1] >= 1
    assert path.intercepts[0] == pytest.approx(np.log(inside.mean() / (1 - inside.mean())), abs=1e-3)


def test_starting_from_the_path_changes_no_solution():
    x, inside = make_problem(2)
    penalties = find_largest_penalty(x, inside) * np.geomspace(1, 0.02, 8)[1:]
    path, alone = fit_path(x, inside, penalties, tolerance=1e-4), fit_path(x, inside, penalties[-1:], tolerance=1e-4)
    np.testing.assert_allclose(path.weights[-1], alone.weights[0], atol=2e-3)


def test_repeated_and_constant_cells_do_no_harm():
    x, inside = make_problem(3)
    doubled = np.concatenate([x, x, np.zeros((1, x.shape[1]), np.float32)])
    penalty = 0.1 * find_largest_penalty(x, inside)
    one, two = fit_path(x, inside, [penalty]), fit_path(doubled, inside, [penalty])
    assert np.isfinite(two.weights).all() and two.weights[0, -1] == 0
    np.testing.assert_allclose(one.decide(x), two.decide(doubled), atol=0.05)


def test_perfectly_separable_tokens_are_no_trap():
    x = np.random.default_rng(4).normal(size=(5, 200)).astype(np.float32)
    path = fit_path(x, x[2] > 0, find_largest_penalty(x, x[2] > 0) * np.geomspace(1, 1e-3, 10)[1:])
    assert np.isfinite(path.weights).all() and ((path.decide(x)[-1] > 0) == (x[2] > 0)).mean() > 0.99


def test_a_path_ends_where_it_is_told_and_reports_each_penalty():
    x, inside = make_problem(5)
    penalties, told = find_largest_penalty(x, inside) * np.geomspace(1, 1e-3, 12)[1:], []
    path = fit_path(x, inside, penalties, max_cells=5, progress=lambda k, n: told.append((k, n)))
    assert (path.n_cells[:-1] <= 5).all() and path.n_cells[-1] > 5
    assert told == [(k, len(penalties)) for k in range(1, len(path.penalties) + 1)]
