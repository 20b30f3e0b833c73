"""Bins and their BLEU, against sacrebleu on the very sentences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sacrebleu.metrics import BLEU

from core.analysis.seq2seq.evaluation import evaluate
from core.analysis.seq2seq.lengths import (
    bin_bleu,
    compare_systems,
    cut_at,
    cut_evenly,
    read_edges,
    read_property,
    score_sentences,
)
from core.corpora.pairs import SentencePairs
from core.errors import AnalysisError, TextError
from core.translate.beam import BeamSettings
from core.translate.bleu import count_ngrams
from core.translate.translator import Translator
from tests.translate.toy import build_checkpoint

RNG = np.random.default_rng(2)
WORDS = np.array("un chat noir voit le chien blanc sous la grande table rouge".split())
REFERENCES = [" ".join(RNG.choice(WORDS, n)) for n in RNG.integers(3, 20, 80)]
LENGTHS = np.array([len(r.split()) for r in REFERENCES], np.float32)


def garble(share: float, seed: int) -> list[str]:
    """References with some words changed."""
    rng = np.random.default_rng(seed)
    return [" ".join(w if rng.random() > share else rng.choice(WORDS) for w in r.split()) for r in REFERENCES]


GOOD, BAD = garble(0.2, 0), garble(0.7, 1)
COUNTS = [count_ngrams(texts, REFERENCES) for texts in (GOOD, BAD)]


@given(some.lists(some.integers(0, 30), min_size=1, max_size=60), some.integers(1, 20))
def test_even_bins_hold_every_sentence_once_in_order(values, n):
    bins = cut_evenly(np.array(values, np.float32), n)
    assert sorted(bins.order.tolist()) == list(range(len(values))) and bins.sizes.sum() == len(values)
    assert (np.diff(np.array(values)[bins.order]) >= 0).all() and len(bins) == min(n, len(values))
    assert bins.sizes.max() - bins.sizes.min() <= 1


@given(some.lists(some.integers(0, 30), min_size=1, max_size=60),
       some.lists(some.integers(0, 35), min_size=1, max_size=8))
def test_bins_that_are_cut_begin_at_their_edges_and_are_never_empty(values, edges):
    bins = cut_at(np.array(values, np.float32), edges)
    assert bins.sizes.sum() == len(values) and bins.sizes.min() > 0
    for b in range(len(bins)):
        low, high = bins.span(b)
        assert not any(low < edge <= high for edge in edges)


def test_bleu_of_a_bin_is_sacrebleus_of_its_sentences():
    bins = cut_evenly(LENGTHS, 4)
    found = bin_bleu(COUNTS, bins, n_draws=100)
    for k, texts in enumerate((GOOD, BAD)):
        for b in range(4):
            rows = bins.rows(b)
            wanted = BLEU().corpus_score([texts[i] for i in rows], [[REFERENCES[i] for i in rows]]).score
            assert found.bleu[k, b] == pytest.approx(wanted, rel=1e-5)
            assert found.low[k, b] <= found.bleu[k, b] <= found.high[k, b]
        rows = bins.rows(1, 2)
        middle = BLEU().corpus_score([texts[i] for i in rows], [[REFERENCES[i] for i in rows]]).score
        assert found.middle[k] == pytest.approx(middle, rel=1e-5)
        assert found.loss[k, 0] == pytest.approx(middle - found.bleu[k, 3], abs=1e-3)
        assert found.whole[k, 0] == pytest.approx(BLEU().corpus_score(texts, [REFERENCES]).score, rel=1e-5)


def test_a_loss_in_the_last_bin_is_found_and_none_where_there_is_none():
    bins = cut_evenly(LENGTHS, 4)
    worse = list(GOOD)
    for i in bins.rows(3):
        worse[i] = BAD[i]
    loss = bin_bleu([count_ngrams(worse, REFERENCES), COUNTS[0]], bins).loss
    assert loss[0, 1] > 0 and loss[1, 1] < 0 < loss[1, 2]


def test_few_bins_have_no_middle_and_few_sentences_wide_bands():
    assert np.isnan(bin_bleu(COUNTS, cut_evenly(LENGTHS, 2), n_draws=20).loss).all()
    wide, narrow = (bin_bleu(COUNTS, cut_evenly(LENGTHS, n), n_draws=200) for n in (10, 1))
    assert (wide.high - wide.low).mean() > 2 * (narrow.high - narrow.low).mean()


def test_systems_are_compared_on_the_same_draws():
    difference, low, high = compare_systems(*COUNTS)
    assert 0 < low < difference < high
    assert compare_systems(COUNTS[0], COUNTS[0]).tolist() == [0, 0, 0]


def test_a_sentence_is_scored_as_sacrebleu_does():
    wanted = [BLEU(effective_order=True).sentence_score(t, [r]).score for t, r in zip(GOOD, REFERENCES, strict=True)]
    assert score_sentences(COUNTS[0]) == pytest.approx(wanted, rel=1e-4)


def test_systems_of_other_sentences_are_refused():
    with pytest.raises(AnalysisError, match="same sentences"):
        bin_bleu([COUNTS[0], COUNTS[1][np.arange(3)]], cut_evenly(LENGTHS, 3))
    with pytest.raises(AnalysisError):
        bin_bleu([], cut_evenly(LENGTHS, 3))


@pytest.mark.parametrize(("text", "edges"), [("10", (10.0,)), (" 9,5 ; 20、5", (5.0, 9.0, 20.0)), ("1.5", (1.5,))])
def test_edges_are_read_in_any_order(text, edges):
    assert read_edges(text) == edges


@pytest.mark.parametrize("text", ["", "a", "-1", "nan", "inf", "1e99", "5 x", " ".join(map(str, range(20)))])
def test_what_is_no_edge_is_said(text):
    with pytest.raises(TextError):
        read_edges(text)


def test_properties_are_the_evaluations():
    pairs = SentencePairs("t", "en", "fr", ("the cat .", "a zebra"), ("le chat .", "un"))
    made = evaluate(Translator([build_checkpoint()]), pairs, BeamSettings(beam=1))
    assert read_property(made, "length").tolist() == [3, 2]
    assert np.array_equal(read_property(made, "rank"), made.source_ranks)
