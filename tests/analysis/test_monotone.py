"""Straight, rising and bent relations are told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.isotonic import isotonic_regression

from core.analysis.monotone import describe_shape, fit_rising


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
