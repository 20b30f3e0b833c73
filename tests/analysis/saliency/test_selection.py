"""Choosing from T2: the paper's halves and their rivals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.saliency.instability import Instability
from core.analysis.saliency.selection import RULES, Evidence, choose_sentences, expect_from_frequency, score_rule
from core.tokens.labelled import EncodedTexts


def make_evidence(n=40, v=30, seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, n)
    ids = rng.integers(2, v, lengths.sum()).astype(np.int32)
    texts = EncodedTexts(ids, np.concatenate([[0], np.cumsum(lengths)]), rng.integers(0, 2, n))
    found = Instability(rng.random(v), rng.integers(0, 50, v))
    right = rng.random((n, 6)).astype(np.float32)
    return Evidence(texts, found, right, np.maximum(right[:, -1], 1 - right[:, -1]))


def test_high_and_low_halves_are_all_of_t2_and_disjoint():
    evidence = make_evidence()
    high, low = (choose_sentences(score_rule(rule, evidence, seed=0)) for rule in ("high", "low"))
    assert len(high) == len(low) == 20 and sorted([*high, *low]) == list(range(40))
    scores = score_rule("high", evidence, seed=0)
    assert scores[high].min() >= scores[low].max() and scores[high].min() >= np.median(scores)


def test_table_one_comes_out_of_the_median():
    assert len(choose_sentences(np.random.default_rng(0).random(4798))) == 2399


@given(st.sampled_from(RULES), st.integers(0, 100))
def test_every_rule_scores_every_sentence_and_takes_half(rule, seed):
    evidence = make_evidence(seed=seed)
    scores = score_rule(rule, evidence, seed=seed)
    assert scores.shape == (40,) and np.isfinite(scores).all() and len(choose_sentences(scores)) == 20
    assert np.array_equal(scores, score_rule(rule, evidence, seed=seed))


def test_rivals_are_what_they_say():
    evidence = make_evidence()
    assert score_rule("loss", evidence, seed=0) == pytest.approx(-np.log(evidence.right[:, -1]))
    assert score_rule("unsure", evidence, seed=0).argmax() == evidence.top.argmin()
    assert score_rule("variable", evidence, seed=0) == pytest.approx(evidence.right.std(1), rel=1e-5)
    assert not np.array_equal(score_rule("random", evidence, seed=0), score_rule("random", evidence, seed=1))


def test_frequency_knows_the_count_alone():
    """Words of one count get one value, and a wac made of the count is found again."""
    occurrences = np.array([0, 0, *([1] * 200), *([10] * 40), *([200] * 4), 900])
    found = Instability(1.0 / np.maximum(occurrences, 1), occurrences)
    expected = expect_from_frequency(found)
    assert (expected[:2] == 0).all()
    for count in (1, 10, 200, 900):
        own = expected[occurrences == count]
        assert np.ptp(own) < 1e-12 and own[0] == pytest.approx(1 / count)
    noisy = Instability(np.random.default_rng(0).random(len(occurrences)), occurrences)
    again = expect_from_frequency(noisy)
    assert all(np.ptp(again[occurrences == count]) < 1e-12 for count in (1, 10, 200))


def test_a_threshold_in_place_of_the_median():
    scores = np.array([0.1, 0.9, 0.5, 0.7])
    assert choose_sentences(scores, threshold=0.6).tolist() == [1, 3]
    assert choose_sentences(scores, share=0.25).tolist() == [1]
    assert choose_sentences(scores, threshold=2.0).tolist() == []
