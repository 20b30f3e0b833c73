"""Predictions, confusion and class accuracy, against torch and by hand."""

import numpy as np
import pytest
import torch

from core.analysis.lstm.prediction import (
    OTHER,
    Predictions,
    choose_classes,
    class_members,
    compute_confusion,
    compute_predictions,
    score_class,
)
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.states.lstm import record_states
from core.states.sources import encode_source
from core.tokens.vocabulary import Vocabulary
from core.training.lstm import measure_perplexity

VOCABULARY = Vocabulary(("<ST>", "<ED>", "<UNK>", "(NP", "(VP", "NP)", "VP)", "cat", "sleeps", "rare"))


def make(target, predicted):
    target, predicted = np.array(target), np.array(predicted)
    return Predictions(np.arange(len(target)), target, predicted, np.zeros(len(target), np.float32))


def test_perplexity_equals_the_training_loss(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:2])
    states = record_states(checkpoint.model, sentences, names=("layer0.h",))
    predictions = compute_predictions(checkpoint.model, states["layer0.h"], sentences, chunk=100)
    assert predictions.perplexity == pytest.approx(measure_perplexity(checkpoint.model, sentences), rel=1e-4)
    assert len(predictions.row) == sentences.n_tokens - sentences.n_sentences


def test_each_row_is_scored_by_torchs_cross_entropy(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:1])
    h = record_states(checkpoint.model, sentences, names=("layer0.h",))["layer0.h"]
    predictions = compute_predictions(checkpoint.model, h, sentences)
    logits = checkpoint.model.decoder(torch.from_numpy(h[predictions.row]))
    expected = -torch.nn.functional.cross_entropy(logits, torch.from_numpy(predictions.target), reduction="none")
    np.testing.assert_allclose(predictions.log_probability, expected.numpy(), atol=1e-5)
    assert (predictions.predicted == logits.argmax(1).numpy()).all()


def test_counts_add_up_and_rare_tokens_are_pooled():
    predictions = make([3, 3, 5, 7, 9, 1], [3, 4, 5, 8, 7, 1])
    matrix = compute_confusion(predictions, VOCABULARY, ("<ED>", "(NP", "NP)", "cat"))
    assert matrix.classes[-1] == OTHER and matrix.counts.sum() == 6
    named = dict(zip(matrix.classes, matrix.counts, strict=True))
    assert named["(NP"].tolist() == [0, 1, 0, 0, 1] and named[OTHER].tolist() == [0, 0, 0, 1, 0]
    np.testing.assert_allclose(np.nansum(matrix.shares, axis=1), 1)


def test_pooling_vanishes_where_nothing_is_left_over():
    matrix = compute_confusion(make([3, 1], [3, 3]), VOCABULARY, ("<ED>", "(NP"))
    assert matrix.classes == ("<ED>", "(NP")


def test_classes_keep_brackets_in_pairs():
    classes = choose_classes(VOCABULARY, np.array([4, 4, 3, 6, 6, 5, 7, 7, 1]), n_brackets=4, n_words=1)
    assert classes == ("<ED>", "(VP", "(NP", "VP)", "NP)", "cat")


def test_class_accuracy_counts_exact_hits_only():
    predictions = make([3, 4, 3, 3, 1], [3, 3, 4, 3, 1])
    score = score_class(predictions, class_members(VOCABULARY, "("), np.array([0, 0, 1, 1, 1]))
    assert (score.accuracy, score.n) == (0.5, 4) and score.base_rate == 0.8
    assert score.low <= 0.5 <= score.high
    ed = score_class(predictions, class_members(VOCABULARY, "ED"), np.zeros(5, int))
    assert ed.accuracy == ed.precision == 1


def test_a_class_that_never_comes_scores_zero_over_nothing():
    score = score_class(make([3], [3]), class_members(VOCABULARY, "word"), np.zeros(1, int))
    assert score.n == 0 and score.accuracy == 0


def test_every_token_but_the_markers_is_in_one_class():
    members = sum(class_members(VOCABULARY, name).astype(int) for name in ("ED", "(", ")", "word"))
    assert (members == 1).all()
