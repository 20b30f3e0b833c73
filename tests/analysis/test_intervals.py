"""Intervals: against scipy's own, and resamples against plain ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.analysis.intervals import draw_groups, draw_means, estimate_mean, estimate_share


@given(st.integers(2, 40), st.integers(0, 1000))
def test_the_interval_is_students(n, seed):
    values = np.random.default_rng(seed).normal(3, 2, n)
    mean, low, high = estimate_mean(values)
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (mean, low, high) == pytest.approx((values.mean(), wanted.low, wanted.high))


def test_one_value_has_no_interval_and_nan_does_not_count():
    mean, low, high = estimate_mean(np.array([[1.0, 2.0], [3.0, np.nan]]))
    assert mean.tolist() == [2.0, 2.0]
    assert np.isfinite([low[0], high[0]]).all() and np.isnan([low[1], high[1]]).all()


def test_every_column_is_one_estimate():
    values = np.random.default_rng(0).normal(size=(7, 3))
    together = np.array(estimate_mean(values))
    assert together == pytest.approx(np.array([estimate_mean(column) for column in values.T]).T)


@given(st.integers(1, 300), st.floats(0, 1))
def test_the_interval_of_a_share_is_wilsons_and_stays_inside(n, share):
    k = round(share * n)
    mine, wanted = estimate_share(k, n), stats.binomtest(k, n).proportion_ci(method="wilson")
    assert mine == pytest.approx((k / n, wanted.low, wanted.high), abs=1e-9) and 0 <= mine.low <= mine.high <= 1


def test_of_no_trial_there_is_no_share():
    assert np.isnan(estimate_share(0, 0)).all()


def test_each_resample_takes_as_many_groups_as_there_are_each_once_on_average():
    drawn = draw_groups(50, draws=4_000, seed=1)
    assert drawn.shape == (4_000, 50) and (drawn.sum(1) == 50).all()
    np.testing.assert_allclose(drawn.mean(0), 1, atol=0.08)
    np.testing.assert_allclose(drawn.var(), 1 - 1 / 50, atol=0.02)  # of a binomial


def test_equal_seeds_draw_equal_groups_and_a_generator_goes_on():
    rng = np.random.default_rng(4)
    first, second = draw_groups(9, seed=rng), draw_groups(9, seed=rng)
    np.testing.assert_array_equal(first, draw_groups(9, seed=4))
    assert (first != second).any()


def test_means_draw_whole_groups():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(200), 5)
    level = rng.normal(size=200)[groups]  # within a group all values are alike
    mean, low, high = draw_means(level, groups)
    assert low < mean < high and high - low == pytest.approx(2 * 1.96 * level.std() / np.sqrt(200), rel=0.15)
    single = draw_means(level, np.arange(1000))
    assert single.high - single.low < 0.6 * (high - low)


def test_means_are_those_of_values_gathered_group_by_group():
    values, groups = np.array([1.0, 2.0, 6.0, 3.0, 5.0]), np.array([0, 0, 2, 4, 4])  # of 1 and 3 there is nothing
    own = [values[groups == g] for g in (0, 2, 4)]
    gathered = [np.concatenate([own[g] for g in range(3) for _ in range(times[g])]).mean()
                for times in draw_groups(3, draws=300, seed=7)]
    assert draw_means(values, groups, draws=300, seed=7) == pytest.approx(
        (values.mean(), *np.quantile(gathered, (0.025, 0.975))))
