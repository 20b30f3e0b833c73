"""Pairs of examples, against all of them counted one by one."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cosine

from core.analysis.elmo.pairs import PAIRS, compare_vectors, draw_pairs, measure_pairs
from core.analysis.elmo.products import find_cosines, multiply_vectors


def spread(cosines, senses):
    return measure_pairs(cosines, draw_pairs(np.array(senses, object)))


@given(st.lists(st.sampled_from("ab"), min_size=2, max_size=9), st.integers(0, 50))
def test_quantiles_and_overlap_are_those_of_all_pairs(senses, seed):
    cosines = find_cosines(multiply_vectors(np.random.default_rng(seed).integers(-2, 3, size=(len(senses), 2))))
    pairs = [(i, j) for i, j in combinations(range(len(senses)), 2)]
    same, other = ([float(cosines[i, j]) for i, j in pairs if (senses[i] == senses[j]) == kind]
                   for kind in (True, False))
    found = spread(cosines, senses)
    for values, own in ((same, found.same), (other, found.other)):
        assert (own is None) == (not values)
        if values:
            assert own == pytest.approx(np.quantile(values, (0.05, 0.5, 0.95)))
    if same and other:
        assert found.overlap == pytest.approx(np.mean([(o > s) + (o == s) / 2 for o in other for s in same]))


def test_examples_without_a_sense_pair_only_where_none_has_one():
    assert draw_pairs(np.array(["", "", ""], object)).same.shape == (2, 3)
    sample = draw_pairs(np.array(["a", "", "b", "a"], object))
    assert sample.same.T.tolist() == [[0, 3]] and sorted(map(sorted, sample.other.T.tolist())) == [[0, 2], [2, 3]]


def test_of_many_pairs_a_random_part_is_drawn_once_each():
    senses = np.array(["a", "b"] * 200, object)
    sample = draw_pairs(senses)
    assert sample.same.shape == sample.other.shape == (2, PAIRS)
    assert len(set(map(tuple, sample.same.T.tolist()))) == PAIRS
    assert (senses[sample.same[0]] == senses[sample.same[1]]).all()
    assert (senses[sample.other[0]] != senses[sample.other[1]]).all()


def test_a_pair_is_as_alike_as_scipy_says():
    one, other = np.random.default_rng(0).normal(size=(2, 30))
    assert compare_vectors(one, other) == pytest.approx(1 - cosine(one, other))
    assert compare_vectors(one, 0 * one) == 0
