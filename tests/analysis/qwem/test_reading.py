"""Eigenvectors read as concepts: ends, shares, gaps, neighbours, against what they are by definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.qwem.eigen import compute_eigenpairs
from core.analysis.qwem.reading import TWIN_GAP, ConceptSpace, make_space
from core.analysis.qwem.target import sum_squares
from core.errors import AnalysisError


def make(values, vectors=None, counts=None, square_sum=None) -> ConceptSpace:
    k = len(values)
    vectors = np.eye(max(4, k), k, dtype=np.float32) if vectors is None else np.asarray(vectors, np.float32)
    v = len(vectors)
    counts = np.arange(v, 0, -1) if counts is None else np.asarray(counts)
    return make_space(tuple(f"w{i}" for i in range(v)), counts, np.asarray(values, float), vectors, square_sum)


def symmetric(seed: int, v: int = 12) -> np.ndarray:
    m = np.random.default_rng(seed).normal(size=(v, v)).astype(np.float32)
    return m + m.T


@given(st.integers(0, 50))
def test_all_concepts_together_are_the_positive_part_of_the_matrix(seed):
    m = symmetric(seed)
    pairs = compute_eigenpairs(m, 12)
    space = make(pairs.values, pairs.vectors, square_sum=sum_squares(m))
    values, vectors = np.linalg.eigh(m.astype(float))
    positive = (vectors * np.clip(values, 0, None)) @ vectors.T
    assert np.allclose(space.places @ space.places.T, positive, atol=1e-3)
    assert space.shares.sum() == pytest.approx((values[values > 0] ** 2).sum() / (m.astype(float) ** 2).sum(), rel=1e-4)
    for row in (0, 7):
        assert space.split_word(row).sum() == pytest.approx(1)
        near, cosines = space.find_neighbours(row, 5)
        lengths = np.sqrt(np.diag(positive))
        right = positive[row] / lengths[row] / lengths
        right[row] = -2
        assert np.allclose(cosines, np.sort(right[right > 0])[::-1][:5], atol=1e-3) and row not in near


def test_only_positive_eigenvalues_are_concepts():
    assert make([2.0, 1.0, 0.0, -3.0]).values.tolist() == [2, 1]
    with pytest.raises(AnalysisError, match="no positive eigenvalue"):
        make([0.0, -1.0])


def test_ends_hold_words_of_their_own_sign_only():
    space = make([1.0], [[0.9], [0.1], [0.0], [-0.2]])
    top, bottom = space.rank_poles(0, 12)
    assert top.tolist() == [0, 1] and bottom.tolist() == [3]
    assert [ends.tolist() for ends in space.rank_poles(0, 1)] == [[0], [3]]


def test_a_concept_is_carried_by_as_many_words_as_share_it_evenly():
    even = make([2.0, 1.0], np.array([[0.5, 1], [0.5, 0], [-0.5, 0], [-0.5, 0]]))
    assert even.count_carriers(0) == pytest.approx(4) and even.count_carriers(1) == pytest.approx(1)


def test_frequency_explains_a_concept_made_of_it_and_no_constant():
    counts = np.array([800, 90, 12, 3])
    logs = np.log(counts) - np.log(counts).mean()
    space = make([2.0, 1.0], np.stack([-logs / np.linalg.norm(logs), np.full(4, 0.5)], 1), counts)
    assert space.correlate_frequency(0) == pytest.approx(-1, abs=1e-6)
    assert np.isnan(space.correlate_frequency(1))
    assert np.isnan(make([1.0], [[1], [0], [0], [0]], np.ones(4, int)).correlate_frequency(0))


def test_twins_are_found_by_way_of_each_other():
    near = 1 - TWIN_GAP / 2
    space = make([10, 5, 5 * near, 5 * near ** 2, 1])
    assert [space.find_twins(k) for k in range(5)] == [[], [2, 3], [1, 3], [1, 2], []]
    assert (space.gaps < TWIN_GAP).tolist() == [False, True, True, True, False]
    assert make([4.0]).find_twins(0) == [] and np.isinf(make([4.0]).gaps[0])


def test_decay_is_the_power_it_was_made_with():
    slope, factor = make(7 * np.arange(1, 21) ** -0.6).fit_decay()
    assert slope == pytest.approx(-0.6) and factor == pytest.approx(7)
    with pytest.raises(AnalysisError, match="three eigenvalues"):
        make([2.0, 1.0]).fit_decay()


def test_a_word_that_no_concept_holds_has_neighbours_without_failing():
    space = make([2.0, 1.0])
    near, cosines = space.find_neighbours(3, 12)
    assert not len(near) and not len(cosines) and space.split_word(3).sum() == 0
