"""Eigenpairs: against LAPACK, with degenerate and indefinite spectra, and what happens when they do not come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.analysis.qwem import eigen
from core.analysis.qwem.eigen import compute_eigenpairs
from core.analysis.qwem.target import build_target
from core.errors import AnalysisError


def turn(spectrum, seed=0):
    """A dense symmetric matrix with this spectrum and random eigenvectors."""
    q = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(spectrum), len(spectrum))))[0]
    matrix = (q * np.asarray(spectrum)) @ q.T
    return ((matrix + matrix.T) / 2).astype(np.float32)


def assert_pairs(matrix, pairs, k, *, rel=1e-4):
    """The k largest of the spectrum, orthonormal, with the residuals they claim."""
    exact = np.linalg.eigvalsh(matrix.astype(np.float64))[::-1]
    assert pairs.values == pytest.approx(exact[:k], rel=rel, abs=1e-5 * np.abs(exact).max())
    assert pairs.vectors.T @ pairs.vectors == pytest.approx(np.eye(k), abs=1e-5)
    residuals = np.linalg.norm(matrix.astype(np.float64) @ pairs.vectors - pairs.vectors * pairs.values, axis=0)
    assert residuals == pytest.approx(pairs.residuals, abs=1e-5 * np.abs(exact).max())
    assert (residuals <= 1.01e-3 * np.maximum(np.abs(pairs.values), 1e-3 * np.abs(exact).max())).all()
    assert (np.take_along_axis(pairs.vectors, np.abs(pairs.vectors).argmax(0)[None], 0) > 0).all()


@pytest.fixture(scope="module")
def counts():
    """Counts of 1,300 words with topics: a slow spectrum above a large negative eigenvalue, as of real text."""
    rng = np.random.default_rng(0)
    rate = np.exp(rng.normal(size=(1300, 20))) / np.arange(2, 1302)[:, None] ** 0.7
    drawn = rng.poisson(0.3 * rate @ rate.T)
    return drawn + drawn.T


@pytest.mark.parametrize("small", [1_000, 5_000], ids=["Lanczos", "LAPACK"])
def test_pairs_of_mstar_are_those_of_lapack(counts, small, monkeypatch):
    monkeypatch.setattr(eigen, "SMALL", small)
    target = build_target(counts)
    pairs = compute_eigenpairs(target, 60)
    assert_pairs(target, pairs, 60)
    exact = np.linalg.eigh(target.astype(np.float64))[1][:, ::-1][:, :60]
    assert np.linalg.norm(exact.T @ pairs.vectors) ** 2 == pytest.approx(60, abs=0.02)  # one subspace


def test_an_operator_has_the_pairs_of_the_matrix(counts):
    lean, dense = build_target(sparse.csr_array(counts)), build_target(counts)
    assert_pairs(dense, compute_eigenpairs(lean, 40), 40)


def test_restarts_keep_what_is_known(counts, monkeypatch):
    monkeypatch.setattr(eigen, "MAX_BASIS", 4)
    target = build_target(counts)
    assert_pairs(target, compute_eigenpairs(target, 60), 60)


@pytest.mark.parametrize("spectrum", [
    np.r_[np.full(90, 5.0), np.linspace(4.5, -3, 1110)],     # more equal ones than a block has columns
    np.r_[np.full(40, 5.0), np.full(40, 4.0), np.zeros(1120)],
    np.ones(1200),
    np.r_[np.linspace(10, 9, 30), np.full(1170, 1.0)],
    np.r_[[-5000.0], np.linspace(30, -20, 1199)],
], ids=["multiplicity 90", "rank 80", "identity", "few over many equal", "large negative"])
def test_degenerate_spectra_have_all_their_pairs(spectrum):
    matrix = turn(spectrum)
    assert_pairs(matrix, compute_eigenpairs(matrix, 70), 70)


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 10_000))
def test_small_matrices_of_any_size(v, k, seed):
    matrix = turn(np.random.default_rng(seed).normal(size=v), seed)
    pairs = compute_eigenpairs(matrix, k)
    assert_pairs(matrix, pairs, min(k, v))


def test_values_fall_with_their_signs():
    pairs = compute_eigenpairs(np.diag([-5.0, 1.0, 3.0]).astype(np.float32), 3)
    assert pairs.values == pytest.approx([3, 1, -5]) and pairs.vectors == pytest.approx(np.eye(3)[::-1].T)


def test_another_order_of_the_words_gives_the_same_pairs_in_that_order(counts):
    counts = counts[:400, :400] + np.eye(400, dtype=counts.dtype)
    order = np.random.default_rng(1).permutation(400)
    ours = compute_eigenpairs(build_target(counts), 10)
    other = compute_eigenpairs(build_target(counts[np.ix_(order, order)]), 10)
    assert other.values == pytest.approx(ours.values, rel=1e-5)
    assert other.vectors == pytest.approx(ours.vectors[order], abs=1e-3)


def test_the_seed_changes_nothing_that_matters(counts):
    target = build_target(counts)
    first, again, other = (compute_eigenpairs(target, 20, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.vectors, again.vectors)
    assert other.values == pytest.approx(first.values, rel=1e-5)


def test_the_embedding_gives_the_best_approximation(counts):
    target = build_target(counts[:300, :300] + np.eye(300, dtype=counts.dtype))
    pairs = compute_eigenpairs(target, 300)
    w = pairs.embed()
    positive = int((pairs.values > 0).sum())
    assert 0 < positive < 300 and w.shape == (300, positive) and pairs.embed(7).shape == (300, 7)
    left = np.linalg.eigvalsh(target.astype(np.float64))
    assert np.linalg.norm(w @ w.T - target) ** 2 == pytest.approx((left[left < 0] ** 2).sum(), rel=1e-3)


class Noisy:
    """Answers with rounding that no tolerance forgives from the second eigenvalue on."""

    shape = (1200, 1200)

    def __init__(self):
        self.rng = np.random.default_rng(0)
        self.diagonal = np.r_[100.0, np.linspace(2, 1, 1199)].astype(np.float32)[:, None]

    def __matmul__(self, x):
        return self.diagonal * x + 0.01 * self.rng.normal(size=x.shape).astype(np.float32) / np.sqrt(len(x))


def test_pairs_that_miss_the_tolerance_are_left_out_and_said(caplog, monkeypatch):
    monkeypatch.setattr(eigen, "MAX_RESTARTS", 1)
    pairs = compute_eigenpairs(Noisy(), 10)
    assert pairs.values == pytest.approx([100], rel=1e-3) and "1 of 10" in caplog.text


def test_no_pair_at_all_is_an_error(monkeypatch):
    monkeypatch.setattr(eigen, "MAX_RESTARTS", 0)
    with pytest.raises(AnalysisError, match="tolerance"):
        compute_eigenpairs(Noisy(), 10, tolerance=1e-7)


@pytest.mark.parametrize("v", [50, 1200])
def test_a_matrix_with_a_hole_is_refused(v):
    matrix = turn(np.arange(v))
    matrix[3, 4] = np.nan
    with pytest.raises(AnalysisError, match="finite"):
        compute_eigenpairs(matrix, 5)


def test_no_pairs_cannot_be_asked_for():
    with pytest.raises(ValueError, match="0 eigenpairs"):
        compute_eigenpairs(np.eye(3, dtype=np.float32), 0)
