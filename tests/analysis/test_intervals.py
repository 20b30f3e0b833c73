"""Intervals over seeds: against scipy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.analysis.intervals import estimate_mean


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
