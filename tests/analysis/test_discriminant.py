"""Discriminants and AUC: against scikit-learn, closed forms and plain resampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.covariance import ledoit_wolf
from sklearn.metrics import roc_auc_score

from core.analysis.discriminant import (
    bootstrap_auc,
    collect_moments,
    compute_auc,
    count_wins,
    fit_discriminant,
    pool_covariance,
)
from core.analysis.intervals import draw_groups

SCORES = st.lists(st.integers(-3, 3), min_size=1, max_size=25)


@pytest.fixture
def classes():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [80, 40, 60])
    x = rng.normal(size=(180, 6)) @ rng.normal(size=(6, 6)) + labels[:, None]
    return x.astype(np.float32), labels


def centre(x, labels, a, b):
    return np.concatenate([x[labels == k] - x[labels == k].mean(0) for k in (a, b)])


@pytest.mark.parametrize("d", [1, 2, 6])
def test_pooled_covariance_is_that_of_ledoit_and_wolf(classes, d):
    x, labels = classes
    ours = pool_covariance(collect_moments(x, labels, 3), 0, 2, d)
    theirs, _ = ledoit_wolf(centre(x, labels, 0, 2)[:, :d], assume_centered=True)
    assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-3)


def test_discriminant_is_fishers_and_is_scaled_to_the_classes(classes):
    x, labels = classes
    moments = collect_moments(x, labels, 3)
    weights, bias = fit_discriminant(moments, 1, 0, 6)
    means = [x[labels == k].mean(0) @ weights + bias for k in (1, 0)]
    assert means[0] == pytest.approx(-means[1], abs=1e-4) and means[0] > 0
    covariance = pool_covariance(moments, 1, 0, 6)
    assert weights @ covariance @ weights == pytest.approx(1, abs=1e-4)
    direction = np.linalg.solve(covariance, x[labels == 1].mean(0) - x[labels == 0].mean(0))
    assert weights @ direction == pytest.approx(np.linalg.norm(weights) * np.linalg.norm(direction), rel=1e-4)


def test_more_dimensions_than_vectors_still_have_a_discriminant():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 15)
    x = rng.normal(size=(30, 100)).astype(np.float32)
    x[:, 0] += 6 * labels
    weights, bias = fit_discriminant(collect_moments(x, labels, 2), 1, 0, 100)
    fresh = rng.normal(size=(200, 100))
    assert np.isfinite(weights).all() and (fresh @ weights + bias < 0).mean() > 0.8


@given(SCORES, SCORES)
def test_auc_is_that_of_scikit_learn(a, b):
    truth = np.repeat([1, 0], [len(a), len(b)])
    assert compute_auc(np.array(a), np.array(b)) == pytest.approx(roc_auc_score(truth, a + b))


@given(SCORES, SCORES, st.integers(0, 9))
def test_wins_by_group_add_up_to_the_auc(a, b, seed):
    rng = np.random.default_rng(seed)
    groups = [rng.integers(0, 4, len(s)) for s in (a, b)]
    wins = count_wins(np.array(a), groups[0], np.array(b), groups[1], 4)
    assert wins.sum() / (len(a) * len(b)) == pytest.approx(compute_auc(np.array(a), np.array(b)), abs=1e-5)
    alone = compute_auc(np.array(a)[groups[0] == 2], np.array(b)[groups[1] == 1])
    n = (groups[0] == 2).sum() * (groups[1] == 1).sum()
    assert wins[2, 1] == pytest.approx(alone * n if n else 0, abs=1e-4)


def test_no_members_have_no_auc():
    assert np.isnan(compute_auc(np.zeros(0), np.ones(3)))


def test_resampled_auc_is_that_of_the_repeated_tokens():
    rng = np.random.default_rng(0)
    a, b = rng.normal(1, 1, 40).round(1), rng.normal(0, 1, 60).round(1)
    group_a, group_b = rng.integers(0, 5, 40), rng.integers(0, 5, 60)
    draws = draw_groups(5, seed=3).astype(np.float32)
    got = bootstrap_auc(count_wins(a, group_a, b, group_b, 5), np.bincount(group_a, minlength=5),
                        np.bincount(group_b, minlength=5), draws)
    for r in range(20):
        times = draws[r].astype(int)
        drawn = np.repeat(a, times[group_a]), np.repeat(b, times[group_b])
        assert got[r] == pytest.approx(compute_auc(*drawn) if min(map(len, drawn)) else 0.5, abs=1e-5)


def test_a_resample_without_a_class_says_nothing():
    draws = np.array([[0, 2], [1, 1]], np.float32)
    wins = count_wins(np.ones(3), np.zeros(3, int), np.zeros(2), np.ones(2, int), 2)
    assert bootstrap_auc(wins, np.array([3, 0]), np.array([0, 2]), draws).tolist() == [0.5, 1.0]
