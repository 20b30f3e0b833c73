"""Snapping c_up: the scores are those of the runs they name, and come back from disk."""

import numpy as np
import pytest

from core.analysis.lstm.snap import GRIDS, LEVELS, N_RANDOM, SCORES, SnapResult, compute_snap
from core.analysis.results import load_result, save_result
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.reproduce.lstm.snap import CLAIMS
from core.states.sources import encode_source


@pytest.fixture(scope="module")
def result(tiny_checkpoint):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.brackets)
        return compute_snap(checkpoint, encode_source(checkpoint, read_demo_treebank().documents), corpus="demo",
                            n_tokens=800)


def test_every_grid_has_its_rows(result):
    assert result.scores.shape[1] == len(SCORES)
    assert [len(result.rows(grid)) for grid in GRIDS] == [1, 1, 1, len(LEVELS), len(LEVELS), N_RANDOM * len(LEVELS),
                                                        1 + len(LEVELS), 1]
    assert result.histogram.sum() > 0 and 0 <= result.cell < 8 and result.n_groups > 1
    assert [int((result.levels[:, 0] == k).sum()) for k in LEVELS] == list(LEVELS)


def test_untouched_keeps_everything(result):
    plain = result.score("none", 0)
    assert plain["kept"] == plain["kept_low"] == plain["kept_high"] == plain["explained"] == 1
    assert plain["perplexity_low"] <= plain["perplexity"] <= plain["perplexity_high"]
    assert plain["r_low"] <= plain["r"] + 1e-6 and plain["r"] <= plain["r_high"] + 1e-6


def test_more_fitted_levels_keep_more_of_the_updates_and_come_closer_to_the_untouched_run(result):
    for grid in ("model", "cell"):
        explained = result.column(grid, "explained")
        assert (np.diff(explained) > -0.01).all() and explained[-1] > 0.9 and explained[-1] <= 1
    plain = result.score("none", 0)["perplexity"]
    off = np.abs(np.log(result.column("cell", "perplexity") / plain))
    assert off[-1] < off[0] and off[-1] < 0.05
    assert (result.column("cell", "explained") >= result.column("model", "explained") - 0.02).all()


def test_the_untrained_control_has_no_predictions(result):
    assert np.isnan(result.column("untrained", "perplexity")).all()
    assert np.isfinite(result.column("untrained", "r")).all()


def test_the_claim_reads_its_control_and_can_fail(result):
    measured = CLAIMS[0].read(result)
    assert measured["ours"] == result.score("ternary", 3)["kept"] and "random levels" in measured["control"]
    scores = result.scores.copy()
    scores[scores[:, 0] == GRIDS.index("ternary"), SCORES.index("kept")] = 0.5
    from dataclasses import replace
    assert CLAIMS[0].read(replace(result, scores=scores))["holds"] is False
    scores[scores[:, 0] == GRIDS.index("ternary"), SCORES.index("kept"):SCORES.index("kept") + 3] = 0.99, 0.97, 1
    scores[scores[:, 0] == GRIDS.index("random"), SCORES.index("kept")] = 0.98  # random levels do as well
    assert CLAIMS[0].read(replace(result, scores=scores))["holds"] is False


def test_it_comes_back_as_it_was(result, scratch_cache):
    save_result("x-demo-snap", result, parents={"weights": "a"})
    again = load_result("x-demo-snap", SnapResult, parents={"weights": "a"})
    np.testing.assert_array_equal(again.scores, result.scores)
    assert again.cell == result.cell and again.n_tokens == result.n_tokens
