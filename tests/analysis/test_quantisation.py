"""Optimal levels against closed forms, against scikit-learn's k-means and against trying every split."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.cluster import KMeans

from core.analysis.quantisation import MAX_LEVELS, count_levels, explain_variance

histograms = st.lists(st.integers(0, 9), min_size=3, max_size=9).filter(lambda row: sum(n > 0 for n in row) > 1)


def test_a_uniform_density_keeps_one_minus_one_over_k_squared():
    shares = explain_variance(np.ones((1, 840)))[0]  # 840 bins split evenly by 1 … 8 levels
    assert shares[:8] == pytest.approx([1 - 1 / k ** 2 for k in range(1, 9)], abs=2e-5)
    assert count_levels(shares[None]).tolist() == [5]


def test_a_normal_density_has_max_lloyds_distortions():
    edges = np.linspace(-6, 6, 601)
    shares = explain_variance(np.diff(norm.cdf(edges))[None] * 1e6)[0]
    assert 1 - shares[:7] == pytest.approx([1, 0.3634, 0.1902, 0.1175, 0.0799, 0.0580, 0.0440], abs=1e-3)
    assert count_levels(shares[None]).tolist() == [7]


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_k_values_need_k_levels(k):
    counts = np.zeros((1, 50))
    counts[0, np.linspace(0, 49, k).astype(int)] = 10
    assert count_levels(explain_variance(counts), enough=0.999).tolist() == [k]


@given(histograms, st.integers(2, 4))
def test_no_split_into_runs_does_better(row, k):
    x, n = np.arange(len(row)), np.array(row, float)

    def left(run):
        m = n[run]
        return 0.0 if not m.sum() else (m * (x[run] - (m * x[run]).sum() / m.sum()) ** 2).sum()

    splits = combinations(range(1, len(row)), k - 1)
    best = min((sum(left(slice(a, b)) for a, b in zip((0, *s), (*s, len(row)), strict=True)) for s in splits),
               default=0.0)
    assert explain_variance(np.array([row]))[0, k - 1] == pytest.approx(1 - best / left(slice(None)), abs=1e-5)


@given(histograms)
def test_more_levels_never_keep_less_and_direction_does_not_matter(row):
    shares = explain_variance(np.array([row, row[::-1]]))
    assert (np.diff(shares, axis=1) >= -1e-6).all() and shares[:, 0] == pytest.approx(0, abs=1e-6)
    assert shares[0] == pytest.approx(shares[1], abs=1e-6)


def test_k_means_with_many_starts_finds_nothing_better():
    values = np.random.default_rng(0).gamma(2, size=600)
    counts, edges = np.histogram(values, 100)
    centres = np.repeat((edges[:-1] + edges[1:]) / 2, counts)[:, None]
    ours = explain_variance(counts[None])[0]
    for k in (2, 3, 5):
        theirs = KMeans(k, n_init=20, random_state=0).fit(centres).inertia_ / (centres.var() * len(centres))
        assert ours[k - 1] >= 1 - theirs - 1e-5
        assert ours[k - 1] == pytest.approx(1 - theirs, abs=5e-3)


def test_constant_and_absent_cells_take_one_level():
    counts = np.zeros((2, 20))
    counts[0, 7] = 30
    assert count_levels(explain_variance(counts)).tolist() == [1, 1]
    assert explain_variance(np.zeros((0, 20))).shape == (0, MAX_LEVELS)


def test_too_few_levels_are_said():
    assert count_levels(explain_variance(np.ones((1, 64)), max_levels=3)).tolist() == [4]
