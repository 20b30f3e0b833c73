"""Movement of right and wrong sentences: intervals that cover, and ratios that were planted."""

import numpy as np
import pytest

from core.analysis.saliency.movement import bootstrap_mean, compare_sides, draw_sentences
from core.errors import AnalysisError
from tests.saliency_seeds import make_seed


def test_the_bootstrap_is_as_wide_as_the_normal_interval():
    values = np.random.default_rng(0).normal(5, 2, (400, 6))
    found = bootstrap_mean(values)
    half = 1.96 * values.std(0) / np.sqrt(400)
    assert found.mean == pytest.approx(values.mean(0))
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.12)


def test_sentences_that_agree_have_a_band_of_no_width():
    found = bootstrap_mean(np.tile(np.arange(4.0), (20, 1)))
    assert found.low == pytest.approx(found.high) and found.n == 20


def test_one_sentence_has_no_band_and_none_is_refused():
    assert np.isnan(bootstrap_mean(np.ones((1, 3))).low).all()
    with pytest.raises(AnalysisError, match="no sentence"):
        bootstrap_mean(np.ones((0, 3)))


def test_a_hundred_are_drawn_once_each_from_their_side():
    side = np.random.default_rng(1).random(900) < 0.4
    rows = draw_sentences(side, 100)
    assert len(set(rows.tolist())) == 100 and side[rows].all() and (np.diff(rows) > 0).all()
    assert draw_sentences(side, None).tolist() == np.flatnonzero(side).tolist()
    assert draw_sentences(side, 10_000).tolist() == np.flatnonzero(side).tolist()


def test_planted_ratios_are_found():
    found = compare_sides([make_seed(seed, doubt=2.0, unrest=0.8) for seed in range(12)])
    assert found.mean == pytest.approx([2.0, 0.8], rel=0.02) and found.n == 12
    assert (found.low < [2.0, 0.8]).all() and (found.high > [2.0, 0.8]).all()


def test_a_seed_that_gets_all_right_is_left_out():
    kept = [make_seed(seed) for seed in range(3)]
    nothing = np.full((2, 49), np.nan, np.float32)
    found = compare_sides([*kept, make_seed(9, n_wrong=0, wrong_movement=nothing)])
    assert found.n == 3 and found.mean == pytest.approx(compare_sides(kept).mean)
    with pytest.raises(AnalysisError, match="right and wrong"):
        compare_sides([make_seed(9, n_wrong=0, wrong_movement=nothing)])
