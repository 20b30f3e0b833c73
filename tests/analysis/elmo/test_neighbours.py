"""Neighbours of examples and of words."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.analysis.elmo.neighbours import find_nearest, find_neighbours, find_words, list_types
from core.analysis.elmo.products import find_cosines, multiply_vectors
from core.corpora.senses import SenseExample

VECTORS = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
COSINES = find_cosines(multiply_vectors(VECTORS))


def test_neighbours_are_scikit_learns():
    distances, rows = NearestNeighbors(metric="cosine").fit(VECTORS).kneighbors(n_neighbors=5)
    for row in range(20):
        found = find_neighbours(COSINES, row, 5)
        assert found.rows.tolist() == rows[row].tolist()
        np.testing.assert_allclose(found.cosines, 1 - distances[row], atol=1e-5)
    assert find_nearest(COSINES).tolist() == rows[:, 0].tolist()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_there_are_no_more_neighbours_than_others(n):
    assert len(find_neighbours(COSINES[:n, :n], 0, 8).rows) == n - 1
    assert (find_nearest(COSINES[:n, :n]) == -1).any() == (n == 1)


def test_words_without_a_vector_come_last():
    vectors = np.array([[0, 0], [1, 0], [-1, 0], [3, 3]], np.float32)
    found = find_words(np.array([2, 0], np.float32), vectors, 3)
    assert found.rows.tolist()[:2] == [1, 3] and found.cosines[0] == pytest.approx(1)


def test_types_are_words_with_letters_once_each():
    examples = [SenseExample(("The", "bank", ",", "the", "A", "3rd", "…", "🙂"), 1, "bank", "x")]
    assert list_types(examples) == ("the", "bank", "3rd")
