"""Regressions from moments against scikit-learn on the tokens themselves, and results that make sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import Lasso, LinearRegression
from sklearn.metrics import r2_score

from core.analysis.lstm.heldout import VECTORS, group_tokens, split_groups
from core.analysis.lstm.regression import (
    PAIRS,
    PATH,
    PENALTIES,
    PROPERTIES,
    READOUTS,
    SCORE,
    DepthRegression,
    choose_penalty,
    compute_regression,
    describe_shape,
    explained,
    fit_lasso,
    fit_linear,
    fit_rising,
    fit_single,
    gather_moments,
    refit,
    standardise,
)
from core.analysis.results import load_result, save_result
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.states.sources import encode_source


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


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 9)), min_size=1, max_size=12))
def test_rising_curves_are_isotonic_regressions(pairs):
    means, weights = np.array(pairs, float).T
    ours = fit_rising(means[None], weights[None])[0]
    own = weights > 0
    if own.any():
        np.testing.assert_allclose(ours[own], isotonic_regression(means[own], sample_weight=weights[own]), atol=1e-9)


@pytest.mark.parametrize(("bend", "straight", "rising"), [
    (lambda d: 2.0 * d, True, True), (lambda d: np.minimum(d, 2.0), False, True),
    (lambda d: np.abs(d - 3.0), False, False)])
def test_shapes_are_told_apart(bend, straight, rising):
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 7, 3000).astype(float)
    index = np.repeat(np.arange(30), 100)
    draws = rng.multinomial(30, np.full(30, 1 / 30), 200)
    predicted = bend(truth) + 0.3 * rng.normal(size=3000)
    pearson, spearman, line, monotone, curve, low, high = describe_shape(predicted, truth, index, draws)
    assert line <= monotone + 1e-12 <= curve + 2e-12 <= 1
    assert pearson == pytest.approx(np.corrcoef(predicted, truth)[0, 1]) and line == pytest.approx(pearson ** 2)
    assert spearman == pytest.approx(spearmanr(predicted, truth).statistic)
    assert (monotone - line < 0.01) == straight and (curve - monotone < 0.01) == rising
    assert low <= high and (straight or not rising or low > 0.02)


@pytest.fixture(scope="module")
def measured(tiny_checkpoint):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.words)
        sentences = encode_source(checkpoint, read_demo_treebank().documents)
        told = []
        return compute_regression(checkpoint, sentences, corpus="demo", progress=told.append), sentences, told


def test_arrays_have_the_shapes_they_say(measured):
    result, sentences, told = measured
    shape = (len(VECTORS), len(PROPERTIES), len(READOUTS))
    assert result.scores.shape == (*shape, len(SCORE)) and result.path.shape == (*shape[:2], len(PENALTIES), len(PATH))
    assert result.gaps.shape == (len(PAIRS), *shape[1:], 3) and result.density.shape[:3] == shape
    assert result.n_fitted + result.n_scored == result.n_tokens == sentences.n_tokens
    assert told == sorted(told) and told[-1] == pytest.approx(1)


def test_scores_hang_together(measured):
    result = measured[0]
    single, linear, lasso = (result.score("c", "VP", m) for m in ("single", "linear", "lasso"))
    assert single["cells"] == 1 and linear["cells"] == 8 and 1 <= lasso["cells"] <= 8
    for score in (single, linear, lasso):
        assert score["low"] <= score["r2"] <= score["high"] <= 1 and score["rotated"] < 0.1
        assert score["line"] <= score["monotone"] + 1e-9 <= score["curve"] + 2e-9
    assert linear["over_single"] == pytest.approx(linear["r2"] - single["r2"]) and single["over_single"] == 0
    assert linear["r2"] > single["r2"]
    gap = result.gaps[PAIRS.index(("c", "h")), PROPERTIES.index("VP"), READOUTS.index("linear")]
    assert gap[0] == pytest.approx(linear["r2"] - result.score("h", "VP", "linear")["r2"]) and gap[1] <= gap[2]
    step = result.chosen[0, 1]
    assert result.steps("c", "VP")["r2"][step] == pytest.approx(lasso["r2"], abs=1e-6)
    assert len(result.kept_cells("c", "VP")) == lasso["cells"]


def test_r2_is_that_of_a_regression_made_by_hand(measured, tiny_checkpoint):
    from core.states.lstm import record_states
    result, sentences, _ = measured
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        x = record_states(load_checkpoint(tiny_checkpoint.words).model, sentences)["layer0.h"].astype(float)
    fit, y = split_groups(group_tokens(sentences)), sentences.depth.astype(float)
    theirs = LinearRegression().fit(x[fit], y[fit]).predict(x[~fit])
    assert result.score("h", "depth", "linear")["r2"] == pytest.approx(r2_score(y[~fit], theirs), abs=1e-3)
    rows = result.by_level("h", "depth", "linear")
    level = rows[3]
    assert level[1] == (y[~fit] == level[0]).sum()
    assert level[5] == pytest.approx(np.median(theirs[y[~fit] == level[0]]), abs=0.02)


def test_shades_of_every_level_add_up(measured):
    result = measured[0]
    levels = result.by_level("c", "depth", "lasso")[:, 0].astype(int)
    shares = result.density[0, 0, READOUTS.index("lasso")].astype(float)
    np.testing.assert_allclose(shares[levels].sum(1), 1, atol=0.01)
    assert not shares[[k for k in range(len(shares)) if k not in levels]].any()


def test_a_depth_with_one_value_is_nan_and_the_others_stay(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:3])
    flat = sentences.phrase_depth.copy()
    flat[:, 0] = 0  # no VP anywhere
    from dataclasses import replace
    result = compute_regression(checkpoint, replace(sentences, phrase_depth=flat), corpus="demo")
    assert np.isnan(result.score("c", "VP", "linear")["r2"]) and result.chosen[0, PROPERTIES.index("VP")] == -1
    assert np.isfinite(result.score("c", "depth", "lasso")["r2"]) and not len(result.kept_cells("c", "VP"))


def test_position_alone_is_the_mean_at_each_position(measured):
    result, sentences, _ = measured
    fit, y, where = split_groups(group_tokens(sentences)), sentences.depth.astype(float), sentences.position
    seen = {p: y[fit & (where == p)].mean() for p in np.unique(where[fit])}
    last = max(seen)
    theirs = r2_score(y[~fit], [seen[min(p, last)] for p in where[~fit]])
    assert result.position[0, 0] == pytest.approx(theirs, abs=1e-9)


def test_a_result_comes_back_as_it_was_and_is_small(measured, scratch_cache):
    save_result("x-demo-regression", measured[0], parents={"weights": "abc"})
    back = load_result("x-demo-regression", DepthRegression, parents={"weights": "abc"})
    np.testing.assert_equal(vars(back), vars(measured[0]))
    assert sum(f.stat().st_size for f in scratch_cache.rglob("*") if f.is_file()) < 300_000
