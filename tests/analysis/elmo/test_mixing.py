"""Mixing of layers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.elmo.mixing import Mix, from_shares, mix_layers, one_layer

LAYERS = np.random.default_rng(0).normal(2, 3, (3, 7, 8)).astype(np.float32)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=5))
def test_shares_are_a_softmax(weights):
    shares = Mix(tuple(weights)).shares
    assert shares.sum() == pytest.approx(1) and (shares >= 0).all()
    np.testing.assert_allclose(shares, np.exp(weights) / np.exp(weights).sum(), rtol=1e-9)


def test_the_start_is_the_mean_of_all_layers():
    np.testing.assert_allclose(Mix().shares, 1 / 3)
    np.testing.assert_allclose(mix_layers(LAYERS, Mix()), LAYERS.mean(0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_one_layer_alone_is_that_layer(layer):
    np.testing.assert_array_equal(mix_layers(LAYERS, one_layer(layer, 3)), LAYERS[layer])


def test_shares_gamma_and_sides_do_what_they_say():
    mix = from_shares((1, 0, 3), gamma=2.0)
    expected = 2 * (0.25 * LAYERS[0] + 0.75 * LAYERS[2])
    np.testing.assert_allclose(mix_layers(LAYERS, mix), expected, rtol=1e-5)
    sides = [from_shares((1, 0, 3), gamma=2.0, sides=side) for side in ("forward", "backward")]
    np.testing.assert_allclose(np.concatenate([mix_layers(LAYERS, m) for m in sides], 1), expected, rtol=1e-5)


def test_normalised_layers_weigh_alike_whatever_their_length():
    mix = Mix(normalise=True)
    found = mix_layers(LAYERS * np.array([1, 100, 0.01], np.float32)[:, None, None] + 5, mix)
    np.testing.assert_allclose(found, mix_layers(LAYERS, mix), atol=1e-4)
