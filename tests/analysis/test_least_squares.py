"""Regressions from moments against scikit-learn on the tokens themselves."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression
from sklearn.metrics import r2_score

from core.analysis.least_squares import (
    choose_penalty,
    explained,
    fit_lasso,
    fit_linear,
    fit_single,
    gather_moments,
    refit,
    standardise,
)
from core.analysis.lstm.regression import (
    PENALTIES,
)


@pytest.fixture(scope="module")
def problem():
    """400 tokens, 12 correlated cells in different units far from zero, 2 targets."""
    rng = np.random.default_rng(3)
    x = (rng.normal(size=(400, 12)) @ rng.normal(size=(12, 12))) * np.geomspace(0.05, 5, 12) + 2
    y = np.column_stack([x[:, 2] / x[:, 2].std() + 0.4 * rng.normal(size=400), x @ rng.normal(size=12)])
    return x.astype(np.float32), y.astype(np.float32)


def test_least_squares_is_that_of_scikit_learn(problem):
    x, y = problem
    s = standardise(gather_moments(x, y))
    raw, intercept = s.unscale(fit_linear(s.correlation, s.covariance), np.arange(2))
    theirs = LinearRegression().fit(x.astype(float), y.astype(float))
    np.testing.assert_allclose(x @ raw + intercept, theirs.predict(x.astype(float)), atol=1e-3)


def test_the_lasso_path_is_that_of_scikit_learn(problem):
    x, y = problem
    s = standardise(gather_moments(x, y))
    penalties = PENALTIES[::6] * np.abs(s.covariance[:, 0]).max()
    ours = fit_lasso(s.correlation, s.covariance[:, 0], penalties)
    z = (x - x.mean(0, dtype=float)) / x.std(0, dtype=float)
    for k, penalty in enumerate(penalties[1:], 1):
        theirs = Lasso(alpha=penalty, tol=1e-10, max_iter=100_000).fit(z, y[:, 0].astype(float))
        np.testing.assert_allclose(ours[:, k], theirs.coef_, atol=0.03)
        cost = [w @ s.correlation @ w / 2 - w @ s.covariance[:, 0] + penalty * np.abs(w).sum()
                for w in (ours[:, k], theirs.coef_)]
        assert cost[1] - 1e-9 <= cost[0] <= cost[1] + 1e-3 * s.y_variance[0]
    assert not ours[:, 0].any() and (ours[:, -1] != 0).sum() > 3


def test_the_single_cell_is_the_best_line(problem):
    x, y = problem
    s = standardise(gather_moments(x, y))
    weights = fit_single(s)
    r = [abs(np.corrcoef(x[:, j], y[:, 0])[0, 1]) for j in range(12)]
    assert np.flatnonzero(weights[:, 0]).tolist() == [int(np.argmax(r))]
    assert explained(s, gather_moments(x, y), weights[:, :1], 0)[0] == pytest.approx(max(r) ** 2, abs=1e-6)


def test_r2_from_moments_is_that_of_the_predictions(problem):
    x, y = problem
    s, other = standardise(gather_moments(x[:250], y[:250])), gather_moments(x[250:], y[250:])
    path = fit_lasso(s.correlation, s.covariance[:, 1], PENALTIES * np.abs(s.covariance[:, 1]).max())
    raw, intercept = s.unscale(path, np.full(path.shape[1], 1))
    theirs = [r2_score(y[250:, 1], x[250:] @ raw[:, k] + intercept[k]) for k in range(path.shape[1])]
    np.testing.assert_allclose(explained(s, other, path, 1), theirs, atol=1e-5)


def test_moments_add_and_subtract_like_tokens(problem):
    x, y = problem
    one, two, whole = gather_moments(x[:150], y[:150]), gather_moments(x[150:], y[150:]), gather_moments(x, y)
    for a, b, c in zip(vars(one + two).values(), vars(whole).values(), vars(whole - two).values(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)
        assert np.shape(c) == np.shape(a)
    np.testing.assert_allclose((whole - two).xx, one.xx, rtol=1e-6)


def test_copied_and_constant_cells_and_few_tokens_do_no_harm():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 4))
    x = np.column_stack([x, x, np.full(30, 7.0), rng.normal(size=(30, 40))])  # copies, a constant, more than tokens
    s = standardise(gather_moments(x, x[:, :1]))
    weights = fit_linear(s.correlation, s.covariance)
    raw, intercept = s.unscale(weights, np.array([0]))
    assert np.isfinite(raw).all() and raw[8, 0] == 0
    np.testing.assert_allclose(x @ raw[:, 0] + intercept[0], x[:, 0], atol=1e-3)
    path = fit_lasso(s.correlation, s.covariance[:, 0], PENALTIES * np.abs(s.covariance[:, 0]).max())
    assert np.isfinite(path).all() and not path[8].any()


def test_refitting_takes_the_shrinkage_away(problem):
    x, y = problem
    m = gather_moments(x, y)
    s = standardise(m)
    path = fit_lasso(s.correlation, s.covariance[:, 0], PENALTIES * np.abs(s.covariance[:, 0]).max())
    again = refit(s.correlation, s.covariance[:, 0], path)
    assert ((again != 0) == (path != 0)).all()
    assert (explained(s, m, again, 0) >= explained(s, m, path, 0) - 1e-6).all()


def test_the_penalty_is_the_strongest_within_one_standard_error():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(600, 30))
    y = (x[:, :1] + 0.7 * x[:, 1:2] + 0.5 * rng.normal(size=(600, 1)))
    folds = [gather_moments(x[k::5], y[k::5]) for k in range(5)]
    whole = standardise(gather_moments(x, y))
    penalties = PENALTIES * np.abs(whole.covariance).max()
    step, mean, error = choose_penalty(folds, penalties, 0)
    best = int(mean.argmax())
    assert step <= best and mean[step] >= mean[best] - error[best] > (mean[step - 1] if step else -1)
    kept = np.flatnonzero(fit_lasso(whole.correlation, whole.covariance[:, 0], penalties)[:, step])
    assert {0, 1} <= set(kept) and len(kept) < 8  # the 28 cells of noise stay out
