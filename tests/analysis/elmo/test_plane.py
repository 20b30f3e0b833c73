"""The plane: exact components, pictures that do not jump."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.elmo.plane import SMALL, align_points, project_products
from core.analysis.projection import fit_axes


def distances(points):
    return np.linalg.norm(points[:, None] - points[None], axis=2)


@pytest.mark.parametrize("n", [2, 3, 30, SMALL + 50])
def test_the_plane_is_that_of_the_principal_axes(n):
    rng = np.random.default_rng(n)
    vectors = (rng.normal(size=(n, 12)) * np.array([5, 3, *[1] * 10]) + 4).astype(np.float32)
    plane, axes = project_products(vectors @ vectors.T), fit_axes(vectors, 2)
    np.testing.assert_allclose(distances(plane.points), distances(axes.project(vectors)), atol=2e-2)
    np.testing.assert_allclose(plane.shares, axes.shares, atol=1e-3)
    np.testing.assert_allclose(plane.points.mean(0), 0, atol=1e-3)


@pytest.mark.parametrize("n", [0, 1, 5, SMALL + 1])
def test_equal_vectors_lie_on_one_spot(n):
    vectors = np.repeat(np.random.default_rng(0).normal(size=(1, 300)).astype(np.float32), n, axis=0)
    plane = project_products(vectors @ vectors.T)
    assert plane.points.shape == (n, 2) and not plane.points.any() and not plane.shares.any()


@pytest.mark.parametrize("n", [6, SMALL + 6])
def test_two_spots_lie_on_a_line(n):
    vectors = np.random.default_rng(0).normal(size=(2, 20)).astype(np.float32)[np.arange(n) % 2]
    plane = project_products(vectors @ vectors.T)
    assert plane.shares[0] == pytest.approx(1, abs=1e-4)
    assert np.ptp(plane.points[::2], axis=0).max() < 1e-2


@given(st.floats(0, 6.28), st.booleans(), st.integers(0, 50))
def test_a_turned_or_mirrored_picture_is_turned_back(angle, mirrored, seed):
    points = np.random.default_rng(seed).normal(size=(9, 2)) * [3, 1]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([1, 1 - 2 * mirrored])
    np.testing.assert_allclose(align_points(points @ turn + 5, points), points - points.mean(0), atol=1e-5)


def test_aligning_changes_no_distance():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(12, 2))
    np.testing.assert_allclose(distances(align_points(points, rng.normal(size=(12, 2)))), distances(points), atol=1e-5)


def test_small_steps_of_a_mix_move_points_by_small_steps():
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(2, 20, 8)) * [6, 3, 1, 1, 1, 1, 1, 1]
    reference = project_products((one + other) @ (one + other).T).points
    pictures = []
    for share in np.linspace(0.3, 0.7, 41):
        vectors = share * one + (1 - share) * other
        pictures.append(align_points(project_products(vectors @ vectors.T).points, reference))
    size = np.abs(reference).max()
    assert max(np.linalg.norm(b - a, axis=1).max() for a, b in pairwise(pictures)) < 0.2 * size
