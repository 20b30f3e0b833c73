"""Correlations, their controls and intervals, against numpy and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.lstm.correlation import (
    PROPERTIES,
    bootstrap_interval,
    collect_properties,
    compute_correlations,
    compute_partial_correlations,
    compute_value_by_level,
    find_best_cell,
    null_band,
)
from core.analysis.lstm.ranking import rank_cells
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.errors import AnalysisError
from core.states.sources import encode_source


@given(st.integers(0, 1000), st.integers(3, 60))
def test_r_equals_numpys(seed, n):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 4)), rng.normal(size=(n, 2)).astype(np.float32)
    expected = np.corrcoef(x.T, y.T)[:4, 4:]
    np.testing.assert_allclose(compute_correlations(x, y), expected, atol=1e-5)


def test_constant_cells_and_properties_have_r_zero():
    x = np.column_stack([np.full(50, 3.0), np.arange(50.0)])
    y = np.column_stack([np.arange(50.0), np.full(50, 7.0)]).astype(np.float32)
    np.testing.assert_allclose(compute_correlations(x, y), [[0, 0], [1, 0]], atol=1e-6)


def test_partial_r_equals_the_correlation_of_residuals():
    rng = np.random.default_rng(3)
    z = rng.normal(size=400)
    y = 0.8 * z + rng.normal(size=400)
    x = np.column_stack([0.5 * z + 0.5 * y + rng.normal(size=400), z + rng.normal(size=400)])
    properties = np.column_stack([y, z]).astype(np.float32)
    partial = compute_partial_correlations(compute_correlations(x, properties),
                                           compute_correlations(properties, properties), given=1)
    design = np.column_stack([z, np.ones(400)])

    def residual(v):
        return v - design @ np.linalg.lstsq(design, v, rcond=None)[0]

    for j in range(2):
        expected = np.corrcoef(residual(x[:, j]), residual(y))[0, 1]
        assert partial[j, 0] == pytest.approx(expected, abs=1e-4)
    assert (partial[:, 1] == 0).all()


def halves(n_groups=40, each=25):
    groups = np.repeat(np.arange(n_groups), each)
    return groups, groups % 2 == 0


def test_a_counter_cell_is_found_and_scored_on_the_other_half():
    groups, chosen_on = halves()
    rng = np.random.default_rng(0)
    depth = rng.integers(0, 9, len(groups)).astype(np.float32)
    states = rng.normal(size=(len(groups), 30)).astype(np.float32)
    states[:, 17] = -2 * depth + 1
    best = find_best_cell(states, depth, groups, chosen_on=chosen_on, position=np.arange(len(groups)) % 25.0,
                          untrained=rng.normal(size=states.shape))
    assert best.cell == 17 and best.r == pytest.approx(-1, abs=1e-6) and best.partial == pytest.approx(-1, abs=1e-4)
    assert best.low == pytest.approx(1, abs=1e-6) and best.null < 0.3 and best.untrained < 0.3
    assert best.n_tokens == (~chosen_on).sum() and best.n_groups == 20


def test_noise_is_not_above_its_own_null():
    """Chosen as the largest of 200, then scored on the other half: the inflation is gone."""
    groups, chosen_on = halves()
    rng = np.random.default_rng(1)
    states, values = rng.normal(size=(len(groups), 200)), rng.normal(size=len(groups)).astype(np.float32)
    best = find_best_cell(states, values, groups, chosen_on=chosen_on, position=np.zeros(len(groups)))
    assert abs(best.chosen_r) > 0.08 > 0.07 > abs(best.r)
    assert np.isnan(best.untrained)


def test_a_position_cell_loses_its_r_given_position():
    groups, chosen_on = halves()
    position = np.tile(np.arange(25.0), 40)
    rng = np.random.default_rng(2)
    depth = (position + rng.normal(size=len(position)) * 3).astype(np.float32)
    best = find_best_cell(position[:, None] + rng.normal(size=(len(position), 1)), depth, groups,
                          chosen_on=chosen_on, position=position)
    assert abs(best.r) > 0.8 and abs(best.partial) < 0.15


def test_a_constant_property_is_an_error_with_a_remedy():
    groups, chosen_on = halves()
    with pytest.raises(AnalysisError, match="one value only"):
        find_best_cell(np.ones((len(groups), 2)), np.zeros(len(groups)), groups, chosen_on=chosen_on,
                       position=np.zeros(len(groups)))


def test_the_interval_holds_the_true_r_and_narrows_with_data():
    rng = np.random.default_rng(5)
    widths = []
    for n in (400, 6400):
        y = rng.normal(size=n)
        low, high = bootstrap_interval(0.6 * y + 0.8 * rng.normal(size=n), y, np.arange(n) // 10)
        assert low < 0.6 < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_the_null_of_slow_labels_is_wider_than_that_of_fast_ones():
    """Rotation keeps the labels' rhythm, which a shuffle would destroy."""
    rng = np.random.default_rng(6)
    slow = np.cumsum(rng.normal(size=2000))
    states = np.cumsum(rng.normal(size=(2000, 20)), axis=0)
    fast = rng.normal(size=2000)
    of_slow, of_fast = null_band(states, np.column_stack([slow, fast]).astype(np.float32))
    assert of_slow > 2 * of_fast


def test_levels_give_the_quantiles_of_their_own_tokens():
    values, levels = np.arange(100.0), np.repeat([0, 3], 50)
    by_level = compute_value_by_level(values, levels)
    assert by_level.levels.tolist() == [0, 3] and by_level.counts.tolist() == [50, 50]
    np.testing.assert_allclose(by_level.quantiles[:, 2], [24.5, 74.5])
    assert compute_value_by_level(values, np.arange(100)).quantiles.shape == (0, 5)


def test_properties_come_from_the_trees(tiny_cache):
    sentences = encode_source(load_checkpoint(tiny_cache.words), read_demo_treebank().documents[:1])
    properties = collect_properties(sentences)
    assert properties.shape == (sentences.n_tokens, len(PROPERTIES))
    assert (properties[:, 0] >= properties[:, 1]).all() and properties[sentences.starts[:-1], -1].max() == 0


def test_cells_are_ranked_by_strength_not_sign():
    r = np.zeros((4, len(PROPERTIES)), np.float32)
    r[:, PROPERTIES.index("VP")] = [0.1, -0.9, 0.5, 0]
    assert rank_cells(r, "VP") == [1, 2, 0, 3]
