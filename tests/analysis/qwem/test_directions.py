"""Directions: the Marchenko-Pastur law against random matrices, planted relations, and their order."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from core.analysis.qwem.analogies import Questions
from core.analysis.qwem.directions import (
    Order,
    compare_groups,
    compute_snr,
    compute_spectrum,
    compute_task_vectors,
    double_dimensions,
    draw_control_pairs,
    find_half,
    index_pairs,
    marchenko_pastur,
    order_by_accuracy,
    order_by_direction,
    order_by_snr,
)
from core.errors import AnalysisError


def plant(strength, *, n=25, v=400, d=100, seed=0):
    """Random word vectors; n random pairs of words share a direction in column 5."""
    rng = np.random.default_rng(seed)
    w, pairs = rng.normal(size=(v, d)), rng.permutation(v)[:2 * n].reshape(n, 2)
    w[pairs[:, 1], 5] += strength
    return w, pairs


@given(st.floats(0.05, 5), st.floats(0.1, 10))
def test_the_density_integrates_to_one_and_to_what_is_not_zero(gamma, sigma2):
    low, high = (sigma2 * (1 + s * np.sqrt(gamma)) ** 2 for s in (-1, 1))
    middle, half = (low + high) / 2, (high - low) / 2  # x = middle - half cos u takes the roots off the edges
    integral = quad(lambda u: marchenko_pastur(middle - half * np.cos(u), gamma, sigma2) * half * np.sin(u), 0, np.pi,
                    limit=400)[0]
    assert integral == pytest.approx(min(1, 1 / gamma), rel=1e-3)
    assert marchenko_pastur(np.array([0, low * 0.99, high * 1.01]), gamma, sigma2).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("n", "d"), [(300, 900), (600, 300)])
def test_the_density_is_that_of_random_matrices(n, d):
    r = np.random.default_rng(0).normal(size=(n, d)) * 1.5
    values = np.linalg.eigvalsh(r @ r.T / d)
    edges = np.linspace(0.05, 12, 25)
    counts = np.histogram(values, edges)[0] / n
    expected = [quad(marchenko_pastur, a, b, args=(n / d, 2.25))[0] for a, b in pairwise(edges)]
    assert counts == pytest.approx(expected, abs=0.012)


def test_a_planted_relation_stands_out_of_its_bulk_and_of_random_pairs():
    w, pairs = plant(8)
    spectrum = compute_spectrum(w, pairs)
    assert spectrum.eigenvalues[0] > 3 * spectrum.edge and spectrum.share > 2 * spectrum.control_share
    assert spectrum.eigenvalues[1] == pytest.approx(spectrum.edge, rel=0.15)
    assert spectrum.sigma2 == pytest.approx(2, rel=0.1)  # a difference of two unit normals
    assert spectrum.effective_d == pytest.approx(100, rel=0.3)
    assert spectrum.localisation.argmax() == 5 and spectrum.localisation[5] > 0.8
    assert spectrum.localisation.sum() == pytest.approx(1)
    r = compute_task_vectors(w, pairs)
    assert spectrum.eigenvalues == pytest.approx(np.linalg.svd(r)[1] ** 2 / 100)


def test_random_pairs_have_no_spike():
    over = 0
    for seed in range(20):
        spectrum = compute_spectrum(*plant(0, seed=seed), seed=seed)
        assert spectrum.eigenvalues[0] < 1.25 * spectrum.edge
        over += spectrum.share > spectrum.control_share
    assert over <= 4  # about 1 of 20


def test_identical_pairs_have_a_spike_alone():
    w = np.tile(np.random.default_rng(0).normal(size=(2, 10)), (3, 1))
    spectrum = compute_spectrum(w, np.array([[0, 1], [2, 3], [4, 5]]))
    assert spectrum.sigma2 == pytest.approx(0, abs=1e-12) and spectrum.effective_d > 1e6
    assert compute_snr(compute_task_vectors(w, np.array([[0, 1], [2, 3]])), [10]) == pytest.approx([1])  # rank 1


@given(st.integers(2, 30), st.integers(2, 40), st.integers(0, 1000))
def test_snr_is_its_definition_and_lies_between_one_and_the_rank(n, d, seed):
    r = np.random.default_rng(seed).normal(size=(n, d))
    for k, snr in zip((1, d // 2 or 1, d), compute_snr(r, (1, d // 2 or 1, d)), strict=True):
        gram = r[:, :k] @ r[:, :k].T
        rank = np.linalg.matrix_rank(gram)
        assert snr == pytest.approx(np.linalg.norm(gram, 2) / (np.trace(gram) / rank), rel=1e-6)
        assert 1 - 1e-9 <= snr <= rank * (1 + 1e-9)


def test_snr_of_nothing_is_unknown():
    assert np.isnan(compute_snr(np.zeros((3, 4)), [2])).all()


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1), st.integers(0, 99))
def test_controls_are_pairs_of_words_of_like_frequency(pairs, seed):
    pairs = np.array(pairs)
    drawn = draw_control_pairs(pairs, 100, np.random.default_rng(seed))
    assert drawn.shape == pairs.shape and (drawn[:, 0] != drawn[:, 1]).all()
    assert drawn.min() >= 0 and drawn.max() <= 99
    moved = np.minimum(np.abs(drawn - pairs), 100 - np.abs(drawn - pairs))
    assert (moved <= np.maximum(0.1 * pairs, 10) + 1).all()


def test_pairs_are_looked_up_once_and_three_are_needed():
    words, asked = ("a", "b", "c", "d"), [("a", "b"), ("b", "c"), ("a", "b"), ("c", "c"), ("d", "x"), ("d", "a")]
    assert index_pairs(asked, words).tolist() == [[0, 1], [1, 2], [3, 0]]
    with pytest.raises(AnalysisError, match="Only 2 of the 3"):
        index_pairs([("a", "b"), ("c", "d"), ("x", "y")], words)


def test_half_is_interpolated():
    places = np.array([1.0, 2.0, 4.0, 8.0])
    curves = np.array([[0, 0.5, 0, 0], [1, 0.5, 0, 9], [3, 0.9, 0, 1], [4, 1, 0, 1]], float)
    assert find_half(curves, places) == pytest.approx([3, 1, np.nan, 1 + 0.5 / 9], nan_ok=True)
    assert find_half(curves, places, level=3.5) == pytest.approx([6, np.nan, np.nan, 1 + 3.5 / 9], nan_ok=True)
    assert find_half(1 + curves, places, base=1) == pytest.approx(find_half(curves, places), nan_ok=True)


def test_families_are_ordered_by_when_their_answers_come():
    ranks = np.arange(1, 41)
    pair = np.array([(p, q) for p in range(12) for q in range(12) if p != q])
    come = [np.random.default_rng(f).normal(m, 2, len(pair)) for f, m in enumerate((8, 25))]
    places = np.where(ranks[:, None] >= np.concatenate(come), 1, 2)
    questions = Questions(np.zeros((264, 4), np.int32), np.repeat([0, 1], 132), np.r_[pair, pair + 12],
                          ("early", "late", "none"), np.full(3, 132))
    order = order_by_accuracy(places, questions, ranks)
    assert order.half[:2] == pytest.approx([8, 25], abs=1) and np.isnan(order.half[2])
    assert (order.low[:2] <= order.half[:2]).all() and (order.half[:2] <= order.high[:2]).all()
    assert order.high[0] < order.low[1]
    never = order_by_accuracy(np.full_like(places, 2), questions, ranks)
    assert np.isnan(never.half).all() and np.isnan(never.low).all()
    assert order_by_accuracy(places, questions, ranks, level=0.9).half[1] > order.half[1]


def test_a_relation_in_the_first_columns_is_learned_before_one_in_the_last():
    w, pairs = plant(8, d=64)
    late = (pairs + 100) % 400
    w[late[:, 1], 50] += 12
    order = order_by_snr(w, [pairs, late], list(range(1, 65)), draws=60)
    assert order.half[0] < 12 and 45 < order.half[1] <= 51
    assert order.low[0] <= order.half[0] <= order.high[0] < order.low[1]


def test_a_direction_is_half_there_where_its_columns_are():
    w, pairs = plant(4, d=64)     # column 5
    late = (pairs + 100) % 400
    w[late[:, 1], 40:50] += 2     # columns 40 to 49
    nothing = np.arange(200).reshape(100, 2)
    order = order_by_direction(w, [pairs, late, nothing])
    assert order.half[:2] == pytest.approx([5.5, 45], abs=2)
    assert order.low[0] >= 5 and order.high[0] < 12 and 40 < order.low[1] < order.high[1] <= 50
    r = compute_task_vectors(w, late)
    products = np.array([sum(np.outer(c, c).sum() - (c ** 2).sum() for c in r.T[:k]) for k in (45, 64)])
    at = order.half[1]
    assert (products[0] >= products[1] / 2) == (at <= 45)


def draw_order(halves, seed=0, spread=0.05):
    halves = np.array(halves, float)
    draws = halves[:, None] * np.exp(np.random.default_rng(seed).normal(0, spread, (len(halves), 500)))
    return Order(halves, halves, halves, draws)


def test_groups_that_differ_and_groups_that_do_not():
    apart = compare_groups(draw_order([10, 12, 11, 9, 40, 44, 38, 41]), [0, 1, 2, 3], [4, 5, 6, 7])
    assert apart.ratio == pytest.approx(np.prod([40, 44, 38, 41]) ** 0.25 / np.prod([10, 12, 11, 9]) ** 0.25)
    assert apart.low > 3 and apart.high < 5 and apart.p == pytest.approx(2 / 70)  # both ways round
    alike = compare_groups(draw_order([10, 40, 11, 39, 12, 38, 9, 41]), [0, 1, 2, 3], [4, 5, 6, 7])
    assert alike.low < 1 < alike.high and alike.p > 0.5


def test_families_that_are_never_learned_are_not_compared():
    order = draw_order([10, 20, np.nan, 30, 40])
    assert compare_groups(order, [0, 1, 2], [3, 4]).n_first == 2
    with pytest.raises(AnalysisError, match="two"):
        compare_groups(order, [0, 2], [3, 4])


def test_dimensions_double():
    assert double_dimensions(64) == [4, 8, 16, 32, 64] and double_dimensions(3) == [3]
