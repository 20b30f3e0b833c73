"""One-dimensional k-means, against exhaustive search and closed forms."""

from itertools import combinations, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.intervene.edits import Snap, fit_levels


def left_over(values, levels):
    return float(((values[:, None] - np.asarray(levels)[None]) ** 2).min(1).sum())


def best_possible(values, k):
    """The least sum of squares of any cut of the sorted values into k runs."""
    ordered = np.sort(values)
    cuts = ([0, *inner, len(ordered)] for inner in combinations(range(1, len(ordered)), k - 1))
    return min(sum(((ordered[a:b] - ordered[a:b].mean()) ** 2).sum() for a, b in pairwise(cut)) for cut in cuts)


def test_three_peaks_are_found():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(m, 0.03, 200) for m in (-0.9, 0, 0.8)])
    np.testing.assert_allclose(fit_levels(values[None], 3)[0], (-0.9, 0, 0.8), atol=0.02)


@given(st.lists(st.floats(-1, 1, width=32), min_size=6, max_size=14), st.integers(1, 3))
def test_levels_are_close_to_the_best_possible_and_rising(values, k):
    values = np.array(values)
    levels = fit_levels(values[None], k)[0]
    assert (np.diff(levels) >= 0).all() and levels.min() >= values.min() - 1e-6 and levels.max() <= values.max() + 1e-6
    assert left_over(values, levels) <= left_over(values, [values.mean()]) + 1e-6  # never worse than one level
    assert left_over(values, levels) >= best_possible(values, k) - 1e-6


def test_rows_do_not_see_each_other():
    values = np.random.default_rng(1).normal(size=(4, 50))
    together = fit_levels(values, 3)
    np.testing.assert_array_equal(together, np.concatenate([fit_levels(row[None], 3) for row in values]))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_nearest_is_nearest(k):
    rng = np.random.default_rng(k)
    levels, values = np.sort(rng.normal(size=(6, k)), 1).astype(np.float32), rng.normal(size=(40, 6)).astype(np.float32)
    nearest = np.abs(values[..., None] - levels[None]).argmin(-1)
    expected = np.take_along_axis(levels[None], nearest[..., None], 2)[..., 0]
    np.testing.assert_allclose(Snap(levels).nearest(torch.from_numpy(values)).numpy(), expected, atol=1e-6)
