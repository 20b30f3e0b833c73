"""Depth read off the state: results that make sense, and come back as they were."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from core.analysis.lstm.heldout import VECTORS, group_tokens, split_groups
from core.analysis.lstm.regression import (
    PAIRS,
    PATH,
    PENALTIES,
    PROPERTIES,
    READOUTS,
    SCORE,
    DepthRegression,
    compute_regression,
)
from core.analysis.results import load_result, save_result
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.states.sources import encode_source


@pytest.fixture(scope="module")
def measured(tiny_checkpoint):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.words)
        sentences = encode_source(checkpoint, read_demo_treebank().documents)
        told = []
        return compute_regression(checkpoint, sentences, corpus="demo", progress=told.append), sentences, told


def test_arrays_have_the_shapes_they_say(measured):
    result, sentences, told = measured
    shape = (len(VECTORS), len(PROPERTIES), len(READOUTS))
    assert result.scores.shape == (*shape, len(SCORE)) and result.path.shape == (*shape[:2], len(PENALTIES), len(PATH))
    assert result.gaps.shape == (len(PAIRS), *shape[1:], 3) and result.density.shape[:3] == shape
    assert result.n_fitted + result.n_scored == result.n_tokens == sentences.n_tokens
    assert told == sorted(told) and told[-1] == pytest.approx(1)


def test_scores_hang_together(measured):
    result = measured[0]
    single, linear, lasso = (result.score("c", "VP", m) for m in ("single", "linear", "lasso"))
    assert single["cells"] == 1 and linear["cells"] == 8 and 1 <= lasso["cells"] <= 8
    for score in (single, linear, lasso):
        assert score["low"] <= score["r2"] <= score["high"] <= 1 and score["rotated"] < 0.1
        assert score["line"] <= score["monotone"] + 1e-9 <= score["curve"] + 2e-9
    assert linear["over_single"] == pytest.approx(linear["r2"] - single["r2"]) and single["over_single"] == 0
    assert linear["r2"] > single["r2"]
    gap = result.gaps[PAIRS.index(("c", "h")), PROPERTIES.index("VP"), READOUTS.index("linear")]
    assert gap[0] == pytest.approx(linear["r2"] - result.score("h", "VP", "linear")["r2"]) and gap[1] <= gap[2]
    step = result.chosen[0, 1]
    assert result.steps("c", "VP")["r2"][step] == pytest.approx(lasso["r2"], abs=1e-6)
    assert len(result.kept_cells("c", "VP")) == lasso["cells"]


def test_r2_is_that_of_a_regression_made_by_hand(measured, tiny_checkpoint):
    from core.states.lstm import record_states
    result, sentences, _ = measured
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        x = record_states(load_checkpoint(tiny_checkpoint.words).model, sentences)["layer0.h"].astype(float)
    fit, y = split_groups(group_tokens(sentences)), sentences.depth.astype(float)
    theirs = LinearRegression().fit(x[fit], y[fit]).predict(x[~fit])
    assert result.score("h", "depth", "linear")["r2"] == pytest.approx(r2_score(y[~fit], theirs), abs=1e-3)
    rows = result.by_level("h", "depth", "linear")
    level = rows[3]
    assert level[1] == (y[~fit] == level[0]).sum()
    assert level[5] == pytest.approx(np.median(theirs[y[~fit] == level[0]]), abs=0.02)


def test_shades_of_every_level_add_up(measured):
    result = measured[0]
    levels = result.by_level("c", "depth", "lasso")[:, 0].astype(int)
    shares = result.density[0, 0, READOUTS.index("lasso")].astype(float)
    np.testing.assert_allclose(shares[levels].sum(1), 1, atol=0.01)
    assert not shares[[k for k in range(len(shares)) if k not in levels]].any()


def test_a_depth_with_one_value_is_nan_and_the_others_stay(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:3])
    flat = sentences.phrase_depth.copy()
    flat[:, 0] = 0  # no VP anywhere
    from dataclasses import replace
    result = compute_regression(checkpoint, replace(sentences, phrase_depth=flat), corpus="demo")
    assert np.isnan(result.score("c", "VP", "linear")["r2"]) and result.chosen[0, PROPERTIES.index("VP")] == -1
    assert np.isfinite(result.score("c", "depth", "lasso")["r2"]) and not len(result.kept_cells("c", "VP"))


def test_position_alone_is_the_mean_at_each_position(measured):
    result, sentences, _ = measured
    fit, y, where = split_groups(group_tokens(sentences)), sentences.depth.astype(float), sentences.position
    seen = {p: y[fit & (where == p)].mean() for p in np.unique(where[fit])}
    last = max(seen)
    theirs = r2_score(y[~fit], [seen[min(p, last)] for p in where[~fit]])
    assert result.position[0, 0] == pytest.approx(theirs, abs=1e-9)


def test_a_result_comes_back_as_it_was_and_is_small(measured, scratch_cache):
    save_result("x-demo-regression", measured[0], parents={"weights": "abc"})
    back = load_result("x-demo-regression", DepthRegression, parents={"weights": "abc"})
    np.testing.assert_equal(vars(back), vars(measured[0]))
    assert sum(f.stat().st_size for f in scratch_cache.rglob("*") if f.is_file()) < 300_000
