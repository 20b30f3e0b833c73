"""Counts a sentence add up to sacrebleu's score of a corpus."""

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from core.translate.bleu import bleu_signature, compute_bleu, count_ngrams, draw_bleus

WORDS = st.lists(st.sampled_from("un homme chien court dans l'herbe verte , . et la".split()), min_size=1, max_size=12)
PAIRS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8)


@settings(max_examples=60)
@given(PAIRS)
def test_counts_add_up_to_the_score_of_the_corpus(pairs):
    ours, theirs = ([" ".join(side) for side in sides] for sides in zip(*pairs, strict=True))
    expected = sacrebleu.corpus_bleu(ours, [theirs]).score
    assert compute_bleu(count_ngrams(ours, theirs)) == pytest.approx(expected, abs=1e-9)


def test_the_same_text_has_a_hundred():
    text = ["Un homme court dans l'herbe verte .", "La femme lit un livre rouge ."]
    assert compute_bleu(count_ngrams(text, text)) == pytest.approx(100)


def test_draws_are_paired_and_surround_the_score():
    rng = np.random.default_rng(0)
    words = np.array("a b c d e f".split())
    references = [" ".join(rng.choice(words, 10)) for _ in range(60)]
    worse = [" ".join(w if rng.random() > 0.2 else "x" for w in text.split()) for text in references]
    counts = [count_ngrams(references, references), count_ngrams(worse, references)]
    draws = draw_bleus(counts, n_draws=100)
    assert draws.shape == (100, 2) and (draws[:, 0] > 99.9).all()
    assert draws[:, 1].min() < compute_bleu(counts[1]) < draws[:, 1].max()
    np.testing.assert_array_equal(draws, draw_bleus(counts, n_draws=100))


def test_selected_sentences_are_scored_alone():
    ours, theirs = ["un homme court vite .", "la femme lit"], ["un homme court vite .", "un chien dort"]
    counts = count_ngrams(ours, theirs)
    assert compute_bleu(counts[np.array([0])]) == pytest.approx(100) and len(counts[np.array([1, 1])]) == 2


def test_the_signature_names_the_tokeniser():
    assert "tok:13a" in bleu_signature() and "nrefs:1" in bleu_signature()
