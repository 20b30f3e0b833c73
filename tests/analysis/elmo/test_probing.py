"""Linear probes with a mix of layers."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from core.analysis.elmo.probing import Features, ProbeSettings, fit_probe

PARTS = {"train": 1200, "validation": 300, "test": 600}


def draw(signal_layer=1, *, noise=1.0, seed=0, n_classes=3, n_more=0):
    """Layers of noise; one of them knows the class."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(n_classes, 12)).astype(np.float32)
    features, labels = {}, {}
    for part, n in PARTS.items():
        y = rng.integers(n_classes, size=n)
        layers = rng.normal(size=(3, n, 12)).astype(np.float32)
        layers[signal_layer] = directions[y] + noise * layers[signal_layer]
        layers *= np.array([1, 20, 0.1], np.float32)[:, None, None]
        features[part] = Features(torch.from_numpy(layers), torch.zeros(n, n_more))
        labels[part] = y.astype(np.int64)
    return features, labels


def accuracy(features, labels, settings, n_classes=3):
    return np.mean(fit_probe(features, labels, settings, n_classes=n_classes).predicted == labels["test"])


def test_one_layer_alone_is_as_good_as_scikit_learns_regression():
    features, labels = draw(noise=1.5)
    x = {part: own.layers[1].numpy() for part, own in features.items()}
    scaler = StandardScaler().fit(x["train"])
    oracle = LogisticRegression(max_iter=500).fit(scaler.transform(x["train"]), labels["train"])
    expected = oracle.score(scaler.transform(x["test"]), labels["test"])
    assert accuracy(features, labels, ProbeSettings((1,))) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_learned_weights_find_the_layer_that_knows(layer):
    features, labels = draw(layer)
    learned = fit_probe(features, labels, ProbeSettings((0, 1, 2), learned=True), n_classes=3)
    assert learned.shares.argmax() == layer and learned.shares[layer] > 0.5
    assert learned.shares.sum() == pytest.approx(1) and learned.gamma != 1
    fixed = fit_probe(features, labels, ProbeSettings((0, 1, 2)), n_classes=3)
    np.testing.assert_allclose(fixed.shares, 1 / 3)
    right = [np.mean(p.predicted == labels["test"]) for p in (learned, fixed)]
    assert right[0] > right[1] and fixed.gamma == 1


def test_what_knows_nothing_stays_at_chance():
    features, labels = draw(1)
    assert accuracy(features, labels, ProbeSettings((0, 2))) == pytest.approx(1 / 3, abs=0.08)


def test_numbers_are_fitted_as_by_least_squares():
    features, _ = draw(1)
    rng = np.random.default_rng(1)
    w = rng.normal(size=12)
    labels = {part: (own.layers[1].numpy() @ w / 20 + 5 + 0.5 * rng.normal(size=len(own))).astype(np.float32)
              for part, own in features.items()}
    found = fit_probe(features, labels, ProbeSettings((1,))).predicted
    oracle = Ridge(1e-3).fit(features["train"].layers[1].numpy(), labels["train"])
    expected = oracle.predict(features["test"].layers[1].numpy())
    r2 = [1 - np.mean((labels["test"] - p) ** 2) / labels["test"].var() for p in (found, expected)]
    assert r2[0] == pytest.approx(r2[1], abs=0.02) and r2[1] > 0.8


def test_further_features_are_heard_and_layers_may_be_absent():
    features, labels = draw(1, n_more=3)
    for part, own in features.items():
        own.more[torch.arange(len(own)), torch.from_numpy(labels[part])] = 1.0
    assert accuracy(features, labels, ProbeSettings((0,))) == 1.0
    empty = {part: Features(own.layers[:, :, :0], own.more) for part, own in features.items()}
    assert accuracy(empty, labels, ProbeSettings((0,))) == 1.0


def test_a_seed_gives_the_same_answers_and_the_callers_random_numbers_stay():
    features, labels = draw(1)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, other = (fit_probe(features, labels, ProbeSettings((0, 1), learned=True, seed=3), n_classes=3) for _ in "ab")
    np.testing.assert_array_equal(one.predicted, other.predicted)
    assert one.gamma == other.gamma and torch.equal(before, torch.get_rng_state())
