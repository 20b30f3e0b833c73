"""Products of layers give those of any mix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.elmo.mixing import from_shares, mix_layers, one_layer
from core.analysis.elmo.products import find_cosines, measure_products, multiply_vectors

LAYERS = (np.random.default_rng(0).normal(size=(3, 7, 10)) * np.array([1, 3, 0.5])[:, None, None]
          + np.array([0.4, -2, 1])[:, None, None]).astype(np.float32)
PRODUCTS = measure_products(LAYERS)
SHARES = st.tuples(*[st.floats(0, 1)] * 3).filter(lambda s: sum(s) > 0.01)


@given(SHARES, st.floats(0.1, 3), st.booleans(), st.sampled_from(["both", "forward", "backward"]))
def test_products_of_a_mix_are_those_of_its_vectors(shares, gamma, normalise, sides):
    mix = from_shares(shares, gamma=gamma, normalise=normalise, sides=sides)
    vectors = mix_layers(LAYERS, mix).astype(np.float64)
    wanted = vectors @ vectors.T
    np.testing.assert_allclose(PRODUCTS.mix(mix), wanted, atol=2e-5 * np.abs(wanted).max())


@given(SHARES, st.floats(0.1, 3))
def test_gamma_changes_no_cosine(shares, gamma):
    cosines = [find_cosines(PRODUCTS.mix(from_shares(shares, gamma=g))) for g in (1.0, gamma)]
    np.testing.assert_allclose(*cosines, atol=1e-5)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_words_have_products_too(n):
    products = measure_products(LAYERS[:, :n])
    for normalise in (False, True):
        assert products.mix(one_layer(1, 3, normalise=normalise)).shape == (n, n)


def test_cosines_are_between_vectors_and_0_with_one_of_zeros():
    vectors = np.array([[3, 4], [6, 8], [-3, -4], [4, -3], [0, 0]], np.float32)
    cosines = find_cosines(multiply_vectors(vectors))
    np.testing.assert_allclose(cosines[0], [1, 1, -1, 0, 0], atol=1e-6)
    assert not cosines[4].any()
