"""Planes: against scikit-learn, and by what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from core.analysis.projection import average_by, embed_umap, fit_axes, sample_groups, share_like_neighbours


def make_x(n=200, d=12, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, d)) * np.linspace(3, 0.2, d) + rng.normal(size=d)).astype(np.float32)


def test_axes_are_those_of_scikit_learn_up_to_sign():
    x, ours = make_x(), fit_axes(make_x(), 5)
    theirs = PCA(5).fit(x)
    assert np.abs(ours.project(x)) == pytest.approx(np.abs(theirs.transform(x)), abs=1e-3)
    assert ours.shares == pytest.approx(theirs.explained_variance_ratio_, abs=1e-5)


def test_axes_are_orthonormal_and_their_signs_are_fixed():
    axes = fit_axes(make_x(), 7).axes
    assert axes.T @ axes == pytest.approx(np.eye(7), abs=1e-5)
    assert (np.take_along_axis(axes, np.abs(axes).argmax(0)[None], 0) > 0).all()


def test_no_more_axes_than_dimensions_and_none_for_no_vectors():
    axes = fit_axes(make_x(d=3), 50)
    assert axes.axes.shape == (3, 3) and axes.shares.sum() == pytest.approx(1)
    assert axes.project(np.zeros((0, 3))).shape == (0, 3)


def test_half_precision_rows_are_projected_in_pieces_as_in_one():
    x = make_x(5000).astype(np.float16)
    axes = fit_axes(x, 2)
    assert axes.project(x)[4500:] == pytest.approx(axes.project(x[4500:]), abs=1e-5)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(0, 9))
def test_means_are_those_of_each_key(keys, seed):
    keys, x = np.array(keys), np.random.default_rng(seed).normal(size=(len(keys), 3))
    unique, means, counts = average_by(x, keys)
    assert unique.tolist() == sorted(set(keys.tolist())) and counts.sum() == len(keys)
    for key, mean in zip(unique, means, strict=True):
        assert mean == pytest.approx(x[keys == key].mean(0), abs=1e-5)


@given(st.lists(st.integers(0, 4), max_size=60), st.integers(1, 8))
def test_samples_hold_as_many_of_each_group_as_there_are(groups, limit):
    groups = np.array(groups, int)
    chosen = sample_groups(groups, limit)
    assert (np.diff(chosen) > 0).all()
    for g in set(groups.tolist()):
        assert (groups[chosen] == g).sum() == min(limit, (groups == g).sum())


def test_samples_are_spread_and_not_the_first():
    assert sample_groups(np.zeros(1000, int), 50).max() > 800


def test_neighbours_of_parted_clusters_are_alike_and_of_mixed_ones_are_not():
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(120, 4)), np.repeat([0, 1], 60)
    share, chance = share_like_neighbours(x + 50 * labels[:, None], labels)
    assert share == 1 and chance == pytest.approx(59 / 119)
    assert share_like_neighbours(x, labels)[0] == pytest.approx(0.5, abs=0.1)


def test_a_rare_label_counts_as_much_as_a_frequent_one():
    x = np.concatenate([np.zeros((90, 1)), np.arange(10)[:, None] * 1000 + 7.0])
    share, _ = share_like_neighbours(x, np.repeat([0, 1], [90, 10]), k=1)
    assert share == pytest.approx((1 + 0.9) / 2, abs=0.06)


def test_vectors_of_one_group_are_no_neighbours():
    x = np.array([[0.0], [0.1], [5.0], [5.1]])
    labels, groups = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
    assert share_like_neighbours(x, labels, k=1)[0] == 1
    assert share_like_neighbours(x, labels, k=1, groups=groups)[0] == 0
    assert np.isnan(share_like_neighbours(x, labels, groups=np.zeros(4, int))[0])


def test_too_few_vectors_for_umap_keep_their_coordinates():
    x = make_x(4, 5)
    assert np.array_equal(embed_umap(x, 2), x[:, :2]) and embed_umap(x[:, :1], 3).shape == (4, 3)
