"""Overlap of subspaces: rotations do not count, unrelated ones share k / V."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.qwem.overlap import compute_overlap, find_directions
from core.errors import AnalysisError


def draw(v=60, d=5, seed=0):
    return np.random.default_rng(seed).normal(size=(v, d)) * np.linspace(3, 1, d)


def test_directions_are_those_of_the_singular_value_decomposition():
    w = draw()
    u = np.linalg.svd(w, full_matrices=False)[0]
    assert np.abs(find_directions(w, 4)) == pytest.approx(np.abs(u[:, :4]), abs=1e-5)
    assert find_directions(np.repeat(w[:, :1], 3, 1), 3).shape == (60, 1)


@given(st.integers(0, 1000), st.integers(1, 6))
def test_a_rotated_embedding_is_the_same(seed, k):
    w = draw(seed=seed, d=6)
    turn = np.linalg.qr(np.random.default_rng(seed + 1).normal(size=(6, 6)))[0]
    overlap = compute_overlap(w, w @ turn, k)
    assert overlap.shared == pytest.approx(np.ones(k), abs=1e-5) and overlap.angles == pytest.approx(0, abs=1e-3)
    assert overlap.squares == pytest.approx(np.eye(k), abs=1e-4)


def test_swapped_directions_overlap_as_subspaces_only():
    overlap = compute_overlap(np.eye(4)[:, :2] * [2, 1], np.eye(4)[:, :2] * [1, 2], 2)
    assert overlap.shared == pytest.approx([0, 1]) and overlap.squares == pytest.approx(np.eye(2)[::-1])


def test_a_known_angle():
    turned = np.array([[1, 0], [0, np.cos(0.3)], [0, np.sin(0.3)]])
    overlap = compute_overlap(np.eye(3)[:, :2], turned, 2)
    assert overlap.angles == pytest.approx([0, 0.3], abs=1e-6)
    assert overlap.shared[1] == pytest.approx((1 + np.cos(0.3) ** 2) / 2)


def test_unrelated_subspaces_share_k_of_v():
    shared = [compute_overlap(draw(400, 20, s), draw(400, 20, s + 100), 20).shared[-1] for s in range(10)]
    assert np.mean(shared) == pytest.approx(20 / 400, rel=0.1)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(AnalysisError, match="59"):
        compute_overlap(draw(60), draw(59), 2)
    with pytest.raises(AnalysisError, match="direction"):
        compute_overlap(draw(), np.zeros((60, 3)), 2)
