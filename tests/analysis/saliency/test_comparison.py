"""Differences taken seed by seed, against scipy's paired test and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.analysis.saliency.comparison import LAST, compare_models, stack_accuracy, summarise_seeds
from core.errors import AnalysisError
from tests.saliency_seeds import EPOCHS, make_seed

PAIR = ("T1&T2h", "T1&T2l")


@given(st.integers(2, 12), st.integers(0, 1_000))
def test_it_is_scipys_paired_test(n, start):
    results = [make_seed(start + seed, effect=0.01, noise=0.01) for seed in range(n)]
    a, b = (stack_accuracy(results, name)[:, -LAST:].astype(float).mean(1) for name in PAIR)
    expected, found = stats.ttest_rel(a, b), compare_models(results, *PAIR)
    interval = expected.confidence_interval(0.95)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-6)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert found.values == pytest.approx(a - b)


def test_turning_a_pair_round_changes_the_sign_alone():
    results = [make_seed(seed) for seed in range(5)]
    one, other = compare_models(results, *PAIR), compare_models(results, *PAIR[::-1])
    assert (one.mean, one.low, one.high) == pytest.approx((-other.mean, -other.high, -other.low))
    assert one.p == pytest.approx(other.p)


def test_the_window_is_the_one_asked_for():
    accuracy = np.zeros((len(make_seed(0).models), EPOCHS), np.float32)
    accuracy[make_seed(0).models.index(PAIR[0]), 10:20] = 0.5
    results = [make_seed(seed, accuracy=accuracy) for seed in range(3)]
    assert compare_models(results, *PAIR, begin=10, end=20).mean == pytest.approx(0.5)
    assert compare_models(results, *PAIR, begin=0, end=20).mean == pytest.approx(0.25)
    assert compare_models(results, *PAIR).mean == 0


def test_seeds_that_are_equal_have_no_p():
    found = compare_models([make_seed(0)] * 4, *PAIR)
    assert np.isnan(found.p) and found.low == pytest.approx(found.mean)


def test_one_seed_has_no_interval():
    found = compare_models([make_seed(0, effect=0.05)], *PAIR)
    assert np.isnan([found.low, found.high, found.p]).all() and found.mean == pytest.approx(found.values[0])


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = summarise_seeds(rng.normal(3.0, 2.0, (6, 4_000)))
    assert ((found.low < 3) & (found.high > 3)).mean() == pytest.approx(0.95, abs=0.012) and found.n == 6


def test_absent_seeds_and_models_are_named():
    with pytest.raises(AnalysisError, match="No seed"):
        stack_accuracy([], "T1")
    with pytest.raises(AnalysisError, match="T9"):
        stack_accuracy([make_seed(0)], "T9")
