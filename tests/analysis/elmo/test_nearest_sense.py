"""Senses by the nearest mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.elmo.nearest_sense import (
    SenseData,
    assign_senses,
    choose_shares,
    most_frequent,
    number_senses,
    scale_layers,
    simplex,
)


def draw(n=240, seed=0, signal=1.0, layer=1):
    """Three words of two senses each; one layer tells them apart."""
    means = np.random.default_rng(99).normal(size=(6, 10))
    rng = np.random.default_rng(seed)
    words = rng.integers(3, size=n)
    senses = words * 2 + (rng.random(n) < 0.3)
    layers = rng.normal(size=(3, n, 10)) + 3
    layers[layer] += signal * means[senses]
    return SenseData(layers.astype(np.float32), words, senses)


@given(st.integers(1, 4), st.integers(1, 6))
def test_the_simplex_is_covered(n_layers, steps):
    rows = simplex(n_layers, steps)
    np.testing.assert_allclose(rows.sum(1), 1)
    assert len(np.unique(rows, axis=0)) == len(rows) and (rows >= 0).all()
    assert {tuple(row) for row in np.eye(n_layers)} <= {tuple(row) for row in rows}


@pytest.mark.parametrize("shares", [(1, 0, 0), (0, 0, 1), (0.2, 0.5, 0.3)])
def test_it_is_the_nearest_mean_of_mixed_vectors(shares):
    seen, asked = draw(), draw(60, seed=1)
    found, = assign_senses(seen, asked, np.array([shares]))
    x, y = (np.tensordot(shares, own.layers, 1) for own in (seen, asked))
    for k in range(60):
        candidates = np.unique(seen.senses[seen.words == asked.words[k]])
        means = [x[seen.senses == sense].mean(0) for sense in candidates]
        cosines = [m @ y[k] / np.linalg.norm(m) / np.linalg.norm(y[k]) for m in means]
        assert found[k] == candidates[np.argmax(cosines)]


def test_words_that_were_not_seen_have_no_sense():
    seen, asked = draw(), draw(30, seed=2)
    asked = SenseData(asked.layers, np.where(asked.words == 0, 7, asked.words), asked.senses)
    found, = assign_senses(seen, asked, np.array([[1, 0, 0]]))
    assert ((found == -1) == (asked.words == 7)).all()
    assert ((most_frequent(seen, asked) == -1) == (asked.words == 7)).all()


def test_the_frequent_sense_is_the_one_seen_most():
    seen = draw(600)
    assert (most_frequent(seen, seen) == seen.words * 2).all()


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_best_mix_leans_to_the_layer_that_knows(layer):
    seen = draw(900, signal=2.0, layer=layer)
    shares = choose_shares(seen, simplex(3))
    assert shares.argmax() == layer and shares.sum() == pytest.approx(1)


def test_layers_of_one_length_keep_their_angles():
    layers = draw().layers * np.array([1, 50, 0.2], np.float32)[:, None, None]
    scaled = scale_layers(layers)
    np.testing.assert_allclose(np.linalg.norm(scaled, axis=2).mean(1), 1, rtol=1e-5)
    np.testing.assert_allclose(scaled[1] / scaled[1][0, 0], layers[1] / layers[1][0, 0], rtol=1e-4)


def test_senses_are_numbered_by_word_and_unknown_ones_are_told():
    words, senses, table = number_senses([("bank", "river"), ("bat", "animal"), ("bank", "money"), ("bank", "river")])
    assert words.tolist() == [0, 1, 0, 0] and senses.tolist() == [0, 1, 2, 0]
    words, senses, _ = number_senses([("bat", "club"), ("crane", "bird"), ("bank", "money")], table)
    assert words.tolist() == [1, -1, 0] and senses.tolist() == [-1, -1, 2]
