"""Targets: against their definitions, cell by cell, and by what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.analysis.qwem.target import KINDS, PRIOR, SparseTarget, Zeros, build_target, sum_squares
from core.errors import AnalysisError

FLOOR, SMOOTH = Zeros(), Zeros("smooth", alpha=0.5)


def draw_counts(v=40, seed=0, density=0.3):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(3, (v, v)) * (rng.random((v, v)) < density)
    return (counts + counts.T).astype(np.int32)


def define(counts, kind, zeros=FLOOR):
    """The definitions in float64, from probabilities."""
    c = counts.astype(np.float64)
    if kind == "log_count":
        return np.log(1 + c)
    c = c + zeros.alpha if kind == "pmi" and zeros.fill == "smooth" else c
    p_ij = c / c.sum()
    product = np.outer(p_ij.sum(1), p_ij.sum(1))
    if kind == "mstar":
        return 2 * (p_ij - product) / (p_ij + product)
    if kind == "mstar_prior":  # M* of the text and PRIOR meetings more, half of them expected
        return 2 * (p_ij - product) / (p_ij + product + 2 * PRIOR / c.sum())
    with np.errstate(divide="ignore"):
        if kind == "ppmi":
            return np.maximum(np.log(p_ij / product), 0)
        return np.log(p_ij / product + (zeros.floor if zeros.fill == "floor" else 0))


LEAN = tuple(kind for kind in KINDS if kind != "mstar_prior")  # also from sparse counts
CASES = [(kind, zeros) for kind in KINDS for zeros in (FLOOR, SMOOTH) if kind == "pmi" or zeros == FLOOR]


@pytest.mark.parametrize(("kind", "zeros"), CASES, ids=str)
def test_every_target_is_its_definition(kind, zeros):
    counts = draw_counts() + np.eye(40, dtype=np.int32)  # no word without a neighbour
    ours = build_target(counts, kind, zeros=zeros)
    assert ours.dtype == np.float32
    assert ours == pytest.approx(define(counts, kind, zeros), rel=1e-5, abs=2e-6)


@pytest.mark.parametrize(("kind", "zeros"), [case for case in CASES if case[0] in LEAN], ids=str)
def test_a_sparse_target_is_the_dense_one(kind, zeros):
    counts = draw_counts(density=0.1)
    counts[7] = counts[:, 7] = 0
    dense, lean = build_target(counts, kind, zeros=zeros), build_target(sparse.csr_array(counts), kind, zeros=zeros)
    x = np.random.default_rng(1).normal(size=(40, 3)).astype(np.float32)
    assert isinstance(lean, SparseTarget) and lean.shape == (40, 40) and lean.excess.nnz <= (counts > 0).sum()
    assert lean.toarray() == pytest.approx(dense, abs=2e-5)
    assert (lean @ x) == pytest.approx(dense @ x, abs=2e-3)
    assert sum_squares(lean) == pytest.approx(sum_squares(dense), rel=1e-5)
    assert sum_squares(dense) == pytest.approx(np.square(dense, dtype=np.float64).sum())


@given(st.integers(2, 30), st.integers(0, 10_000), st.sampled_from([1, 1000, 10**8]), st.sampled_from(KINDS))
def test_targets_are_exactly_symmetric_and_mstar_stays_in_its_bounds(v, seed, size, kind):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 2, (v, v)) * rng.integers(1, size + 1, (v, v))
    counts[0, 1] = 1
    counts = counts + counts.T
    target = build_target(counts, kind)
    assert np.array_equal(target, target.T) and np.isfinite(target).all()
    if kind == "mstar":
        assert target.min() >= -2 and target.max() <= 2
        known = counts.sum(1) > 0
        assert (target[np.ix_(known, known)][counts[np.ix_(known, known)] == 0] == -2).all()


@given(st.integers(0, 1000), st.sampled_from(KINDS))
def test_another_order_of_the_words_changes_nothing_but_the_order(seed, kind):
    counts, order = draw_counts(25, seed) + np.eye(25, dtype=np.int32), np.random.default_rng(seed).permutation(25)
    again = build_target(counts[np.ix_(order, order)], kind)
    assert np.array_equal(again, build_target(counts, kind)[np.ix_(order, order)])


def test_independent_words_have_a_target_of_zero():
    counts = np.outer([1, 2, 5, 10], [1, 2, 5, 10])
    for kind in ("mstar", "mstar_prior", "ppmi", "pmi"):
        assert build_target(counts, kind) == pytest.approx(np.zeros((4, 4)), abs=1e-6)


@pytest.mark.parametrize(("kind", "form"), [*((kind, np.array) for kind in KINDS),
                                             *((kind, sparse.csr_array) for kind in LEAN)])
def test_a_word_without_neighbours_tells_nothing(kind, form):
    counts = np.array([[2, 1, 0], [1, 4, 0], [0, 0, 0]])
    target = build_target(form(counts), kind)
    target = target if form is np.array else target.toarray()
    assert (target[2] == 0).all() and (target[:, 2] == 0).all()
    assert target[:2, :2] == pytest.approx(build_target(counts[:2, :2], kind), abs=1e-5)


def test_a_prior_pulls_rare_pairs_to_independence_and_leaves_frequent_ones():
    counts = np.array([[40_000, 8, 0], [8, 8, 20_000], [0, 20_000, 40_000]])
    plain, held = build_target(counts), build_target(counts, "mstar_prior")
    assert (np.abs(held) <= np.abs(plain)).all() and (np.sign(held) == np.sign(plain)).all()
    assert held[0, 0] == pytest.approx(plain[0, 0], rel=1e-3) and abs(held[0, 1]) < 2


def test_a_prior_wants_dense_counts():
    with pytest.raises(AnalysisError, match="M\\* itself"):
        build_target(sparse.csr_array(draw_counts()), "mstar_prior")


def test_pmi_says_what_fills_its_empty_cells():
    counts = np.array([[0, 4], [4, 4]])
    assert build_target(counts, "pmi")[0, 0] == pytest.approx(np.log(1e-25), rel=1e-6)
    smooth = build_target(counts, "pmi", zeros=Zeros("smooth", alpha=1.0))  # 1 · 16 / 6²
    assert smooth[0, 0] == pytest.approx(np.log(16 / 36), rel=1e-6)


@pytest.mark.parametrize("counts", [np.zeros((3, 3)), np.zeros((0, 0)), np.ones((2, 3)), -np.ones((2, 2)),
                                    np.full((2, 2), np.nan), sparse.csr_array((4, 4))], ids=repr)
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(AnalysisError):
        build_target(counts)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="svd"):
        build_target(draw_counts(), "svd")
