"""The L1 probe: its parts, its control task, its points."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.lstm.probe import (
    BASELINES,
    FEW,
    MAX_FIT,
    PATH,
    PROBED,
    PROBES,
    PhraseProbe,
    _draw_means,
    _measure_baselines,
    _Parts,
    compute_phrase_probe,
    draw_control_labels,
)
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.states.sources import encode_source


@given(st.lists(st.integers(0, 30), min_size=1, max_size=400), st.integers(0, 99))
def test_control_labels_belong_to_the_type_and_keep_the_balance(types, seed):
    types, rng = np.array(types), np.random.default_rng(seed)
    inside = rng.random(len(types)) < 0.6
    labels = draw_control_labels(types, inside, rng)
    for kind in np.unique(types):
        assert len(np.unique(labels[types == kind])) == 1
    rarest = np.bincount(types)[np.unique(types)].max()
    assert labels.sum() <= inside.sum() and inside.sum() - labels.sum() <= rarest


def test_control_labels_differ_from_draw_to_draw():
    types, rng = np.arange(200), np.random.default_rng(0)
    inside = np.arange(200) % 2 == 0
    assert 50 < (draw_control_labels(types, inside, rng) != draw_control_labels(types, inside, rng)).sum() < 150


@pytest.fixture(scope="module")
def demo():
    return read_demo_treebank().documents


@pytest.fixture
def probed(tiny_cache, demo):
    checkpoint = load_checkpoint(tiny_cache.words)
    sentences = encode_source(checkpoint, demo)
    told = []
    return sentences, compute_phrase_probe(checkpoint, sentences, corpus="demo",
                                           progress=lambda k, n: told.append((k, n))), told


def test_parts_share_no_group(tiny_cache, demo):
    parts = _Parts.split(encode_source(load_checkpoint(tiny_cache.words), demo))
    groups = [set(parts.groups[rows]) for rows in (parts.fit, parts.validate, parts.score)]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
    assert len(parts.fit) <= MAX_FIT and all(groups)


def test_probe_measures_every_path_and_keeps_its_weights(probed):
    sentences, result, told = probed
    assert result.n_tokens == sentences.n_tokens == result.n_fitted + result.n_validated + result.n_scored
    for phrase in PROBED:
        for probe in PROBES:
            path = result.read_path(phrase, probe)
            assert set(path) == set(PATH) and len(path["n_cells"]) > 3
            assert (np.diff(path["penalty"]) < 0).all() and (path["n_cells"] <= result.n_cells).all()
            assert ((path["low"] <= path["accuracy"]) & (path["accuracy"] <= path["high"])).all()
            assert ((path["auc"] >= 0.3) & (path["auc"] <= 1)).all()
        for point, n in enumerate(result.read_path(phrase)["n_cells"]):
            cells, weights = result.read_weights(phrase, point)
            assert len(cells) == n and (np.diff(np.abs(weights)) <= 0).all() and (weights != 0).all()
    assert told and all(a < b for (a, _), (b, _) in pairwise(told)) and told[-1][0] <= told[-1][1]


def test_probe_beats_the_majority_where_cells_know_more(probed):
    _, result, _ = probed
    path, points = result.read_path("VP"), result.find_points("VP")
    assert path["accuracy"][points["best"]] > result.compare("VP", result.n_cells)["majority"]


def make_result(n_cells, validation, errors=0.01):
    rows = [[0, 0, 1 / (k + 1), n, v, v - 0.02, v - 0.03, v, 0.9]
            for k, (n, v) in enumerate(zip(n_cells, validation, strict=True))]
    rows += [[0, 1, 1, 3, 0.6, 0.61, 0.5, 0.7, 0.6], [0, 1, 0.5, 30, 0.8, 0.79, 0.7, 0.9, 0.8]]
    return PhraseProbe("demo", 10, 2, 5, 2, 3, 100, np.array(rows), np.full(len(PROBED), errors),
                       np.full((len(PROBED), len(BASELINES)), 0.55), np.zeros((0, 4), np.float32))


def test_points_are_chosen_by_validation():
    result = make_result([1, 4, 5, 9, 40], [0.7, 0.90, 0.89, 0.945, 0.95])
    assert result.find_points("VP") == {"few": 1, "error": 3, "best": 4}
    assert FEW * result.n_cells == 5
    assert make_result([7, 9], [0.8, 0.9]).find_points("VP")["few"] == 0  # none is few: the sparsest
    assert result.find_points("NP") == {} and len(result.read_path("NP")["auc"]) == 0


def test_controls_have_no_more_cells_than_the_probe():
    result = make_result([4, 40], [0.9, 0.95])
    assert result.compare("VP", 4)["untrained"] == 0.61 and result.compare("VP", 40)["untrained"] == 0.79
    assert np.isnan(result.compare("VP", 2)["untrained"]) and np.isnan(result.compare("VP", 40)["control"])
    assert result.compare("VP", 4)["majority"] == 0.55


def test_position_and_majority_are_learned_on_fitted_tokens():
    groups = np.repeat(np.arange(12), 10)
    position = np.tile(np.arange(10), 12)
    parts = _Parts(np.flatnonzero(groups % 4 == 0), np.flatnonzero(groups % 4 == 2), np.flatnonzero(groups % 2), groups)
    assert _measure_baselines(position >= 3, position, parts) == [0.7, 1.0]


def test_drawn_accuracies_surround_the_measured_one():
    rng = np.random.default_rng(0)
    right, groups = rng.random((2, 4000)) < np.array([[0.9], [0.6]]), np.repeat(np.arange(40), 100)
    draws = _draw_means(right, groups, 0)
    np.testing.assert_allclose(draws.mean(1), right.mean(1), atol=0.003)
    np.testing.assert_allclose(draws.std(1), np.sqrt([0.09 / 4000, 0.24 / 4000]), rtol=0.35)


def test_few_token_types_have_no_control_task(tiny_cache, demo):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    result = compute_phrase_probe(checkpoint, encode_source(checkpoint, demo[:2]), corpus="demo")
    assert not len(result.read_path("VP", "control")["auc"]) and len(result.read_path("VP")["auc"])
