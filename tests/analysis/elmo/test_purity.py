"""Purity against brute force, scikit-learn, SciPy and simulation."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score

from core.analysis.elmo.mixing import from_shares, mix_layers, one_layer
from core.analysis.elmo.products import find_cosines, multiply_vectors
from core.analysis.elmo.purity import (
    Purity,
    compare_purities,
    list_mixes,
    measure_purity,
    summarise_words,
)
from core.analysis.elmo.word_tokens import record_tokens
from core.analysis.intervals import estimate_share
from core.corpora.senses import SenseExample, read_demo_senses
from core.errors import AnalysisError
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig

SENSES = st.lists(st.sampled_from("abc"), min_size=4, max_size=14).filter(
    lambda s: len(set(s)) > 1 and len(set(s)) < len(s))


def make_model():
    torch.manual_seed(0)
    return BiLM(BiLMConfig(CharacterConfig(((1, 4), (3, 6)), 8, 1, 6), cell_size=10)).eval().requires_grad_(False)


def place(n, seed, kinds=4):
    """Vectors of which many are equal."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(kinds, 5)).astype(np.float32)[rng.integers(kinds, size=n)]


def guess_right(vectors, senses, i):
    """Probability that a nearest other one, drawn at random, has the sense of i, by exact comparison."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    distances = {j: float(((unit[i] - unit[j]) ** 2).sum()) for j in range(len(vectors)) if j != i}
    nearest = [j for j, d in distances.items() if d <= min(distances.values()) + 1e-9]
    return sum(senses[j] == senses[i] for j in nearest) / len(nearest)


@given(SENSES, st.integers(0, 99))
def test_equally_near_examples_count_by_their_share(senses, seed):
    vectors = place(len(senses), seed)
    purity = measure_purity(find_cosines(multiply_vectors(vectors)), senses)
    wanted = [guess_right(vectors, senses, i) if senses.count(senses[i]) > 1 else np.nan for i in range(len(senses))]
    np.testing.assert_allclose(purity.right, wanted)
    assert purity.accuracy.value == pytest.approx(np.nanmean(wanted))


def test_ties_are_broken_as_a_simulation_breaks_them():
    senses, rng = list("aabbbab"), np.random.default_rng(1)
    vectors, right = place(7, 3, kinds=2), []
    exact = measure_purity(find_cosines(multiply_vectors(vectors)), senses).accuracy.value
    for _ in range(4000):
        table = find_cosines(multiply_vectors(vectors)) + rng.uniform(0, 1e-3, size=(7, 7))
        np.fill_diagonal(table, -9)
        right.append(np.mean([senses[j] == s for j, s in zip(table.argmax(1), senses, strict=True)]))
    assert exact == pytest.approx(np.mean(right), abs=0.01)


@given(SENSES, st.integers(0, 99))
def test_silhouettes_are_scikit_learns(senses, seed):
    vectors = np.random.default_rng(seed).normal(size=(len(senses), 5)).astype(np.float32)
    purity = measure_purity(find_cosines(multiply_vectors(vectors)), senses)
    distances = 1 - find_cosines(multiply_vectors(vectors)).astype(np.float64)
    np.fill_diagonal(distances, 0)
    assert purity.silhouette == pytest.approx(silhouette_score(distances, senses, metric="precomputed"), abs=1e-4)
    assert np.abs(purity.silhouettes).max() <= 1


def test_static_vectors_of_one_form_know_no_more_than_a_random_example():
    senses = ["a"] * 7 + ["b"] * 5
    purity = measure_purity(np.ones((12, 12), np.float32), senses)
    assert purity.accuracy.value == pytest.approx(purity.random) == pytest.approx((7 * 6 + 5 * 4) / (12 * 11))
    assert purity.commonest == pytest.approx(7 / 12) and purity.silhouette == 0


def test_senses_that_lie_apart_are_pure():
    purity = measure_purity(find_cosines(multiply_vectors(np.eye(2, dtype=np.float32)[[0, 0, 1, 1]])), list("aabb"))
    assert purity.accuracy.value == 1 and purity.silhouette == pytest.approx(1)
    assert 0.4 < purity.accuracy.low < 0.6 and purity.accuracy.high == 1


def test_the_only_example_of_a_sense_is_not_asked_but_is_a_neighbour():
    cosines = np.array([[1, 0.2, 0.9], [0.2, 1, 0.1], [0.9, 0.1, 1]], np.float32)
    purity = measure_purity(cosines, ["a", "a", "b"])
    np.testing.assert_array_equal(purity.right, [0, 1, np.nan])
    assert purity.n == 2 and purity.silhouettes[2] == 0


def test_examples_without_a_sense_take_no_part():
    vectors = np.random.default_rng(0).normal(size=(9, 4))
    senses = np.array(list("aabb") + [""] * 5, object)
    some, all_ = (measure_purity(find_cosines(multiply_vectors(vectors[:n])), senses[:n]) for n in (4, 9))
    np.testing.assert_allclose(some.right, all_.right)
    assert some.silhouette == pytest.approx(all_.silhouette) and all_.n == 4


@pytest.mark.parametrize("senses", [[], ["a"], ["a", "a"], ["a", "b"], ["", ""], ["a", "b", "c"]])
def test_what_cannot_be_told_apart_is_refused(senses):
    with pytest.raises(AnalysisError, match="at least two senses"):
        measure_purity(np.eye(len(senses), dtype=np.float32), senses)


def as_purity(right):
    return Purity(np.array(right, float), np.zeros(len(right)), estimate_share(np.sum(right), len(right)), 0, 0.5, 0.5)


def test_the_interval_of_a_difference_holds_the_truth_nineteen_times_in_twenty():
    rng, hits = np.random.default_rng(0), 0
    for _ in range(2000):
        shared = rng.random(24)
        one, other = shared < 0.7, np.where(rng.random(24) < 0.5, shared, rng.random(24)) < 0.5
        gain = compare_purities(as_purity(one), as_purity(other))
        hits += gain.low <= 0.2 <= gain.high
    assert 0.93 < hits / 2000 < 0.985


@pytest.mark.parametrize("n", [3, 9, 40])
def test_a_difference_without_spread_still_has_an_interval(n):
    gain = compare_purities(as_purity([0.0] * n), as_purity([0.25] * n))
    assert gain.value == -0.25 and gain.high - gain.low > 0.5 / np.sqrt(n)
    even = compare_purities(as_purity([1.0, 0.0] * n), as_purity([1.0, 0.0] * n))
    assert even.low < 0 == even.value < even.high


def test_more_examples_narrow_the_interval_and_sides_change_its_sign():
    rng = np.random.default_rng(3)
    widths = []
    for n in (20, 200, 2000):
        one, other = as_purity(rng.random(n) < 0.8), as_purity(rng.random(n) < 0.5)
        gain, loss = compare_purities(one, other), compare_purities(other, one)
        assert (gain.low, gain.high) == pytest.approx((-loss.high, -loss.low))
        widths.append(gain.high - gain.low)
    assert all(a > 2 * b for a, b in pairwise(widths))


@pytest.fixture(scope="module")
def summary():
    examples = [e for e in read_demo_senses() if e.lemma in ("bank", "play", "seal")]
    return make_model(), examples, summarise_words(make_model(), examples)


def test_words_are_summarised_as_each_alone(summary):
    model, examples, found = summary
    assert found.words == tuple(dict.fromkeys(e.lemma for e in examples))
    assert set(found.accuracy) == {"0", "1", "2", "mix", "around"}
    for w, word in enumerate(found.words):
        tokens = record_tokens(model, [e for e in examples if e.lemma == word])
        for name, mix in list_mixes(3).items():
            own = measure_purity(find_cosines(multiply_vectors(mix_layers(tokens.layers, mix))), tokens.senses)
            assert own.accuracy.value == pytest.approx(found.accuracy[name][w], abs=0.05)  # but for near ties
            assert own.silhouette == pytest.approx(found.silhouette[name][w], abs=1e-3)


def test_gains_are_means_of_differences(summary):
    found = summary[2]
    gain = found.gain("2")
    assert gain.value == pytest.approx(np.mean(found.accuracy["2"] - found.accuracy["0"]))
    assert gain.low < gain.value < gain.high and found.gain("0").value == 0
    assert found.mean("0").value == pytest.approx(found.accuracy["0"].mean())


def test_own_mixes_may_be_summarised(summary):
    model, examples, found = summary
    mixes = {"0": one_layer(0, 3), "first": from_shares((0, 1, 0))}
    np.testing.assert_allclose(summarise_words(model, examples, mixes=mixes).accuracy["first"], found.accuracy["1"])


def test_a_word_of_one_sense_is_refused():
    with pytest.raises(AnalysisError, match="1 senses"):
        summarise_words(make_model(), [SenseExample(("a", "bank"), 1, "bank", "x")] * 2)
