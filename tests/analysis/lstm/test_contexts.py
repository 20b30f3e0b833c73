"""Contexts: the positions behind one field of the confusion matrix."""

import numpy as np
import pytest

from core.analysis.lstm.contexts import find_contexts
from core.analysis.lstm.prediction import OTHER, choose_classes, compute_confusion, compute_predictions
from core.checkpoints.store import load_checkpoint
from core.states.lstm import compute_log_probabilities, record_states
from core.states.sources import DEMO, encode_source, read_source


@pytest.fixture(scope="module")
def read(tiny_checkpoint):
    """The words model on the demo treebank."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.words)
        sentences = encode_source(checkpoint, read_source(DEMO, checkpoint.card))
    h = record_states(checkpoint.model, sentences, names=("layer0.h",))["layer0.h"]
    predictions = compute_predictions(checkpoint.model, h, sentences)
    classes = choose_classes(checkpoint.vocabulary, predictions.target)
    confusion = compute_confusion(predictions, checkpoint.vocabulary, classes)
    return checkpoint, sentences, h, predictions, confusion


def look_up(read, field, **settings):
    checkpoint, sentences, h, predictions, confusion = read
    return find_contexts(predictions, sentences, checkpoint.vocabulary, field=field, classes=confusion.classes,
                         model=checkpoint.model, h=h, **settings)


def test_counts_agree_with_the_matrix(read):
    confusion = read[4]
    for true in confusion.classes[:6]:
        for predicted in (*confusion.classes[:6], confusion.classes[-1]):
            n = confusion.counts[confusion.classes.index(true), confusion.classes.index(predicted)]
            found, total = look_up(read, (true, predicted), limit=3)
            assert total == n and len(found) == min(3, n)


def test_a_context_says_what_came_and_what_was_expected(read):
    checkpoint, sentences, h, _, confusion = read
    wrong = confusion.counts - np.diag(np.diag(confusion.counts))
    true, predicted = (confusion.classes[k] for k in np.unravel_index(wrong.argmax(), wrong.shape))
    found, _ = look_up(read, (true, predicted))
    for context in found:
        row = sentences.starts[context.sentence] + context.position - 1
        p = np.exp(compute_log_probabilities(checkpoint.model, h[row:row + 1]))[0]
        assert context.tokens == sentences.sentence(context.sentence).tokens
        assert true == OTHER or context.came == true or true == "<UNK>" or context.came.lower() == true.lower()
        assert checkpoint.vocabulary.ids[context.predicted] == p.argmax()
        assert context.p_predicted == pytest.approx(p.max(), abs=1e-5)
        assert context.p_came == pytest.approx(p[sentences.ids[row + 1]], abs=1e-5)
        assert context.p_came <= context.p_predicted


def test_contexts_are_spread_over_the_source(read):
    confusion = read[4]
    at = np.unravel_index(confusion.counts.argmax(), confusion.counts.shape)
    true, predicted = (confusion.classes[k] for k in at)
    found, total = look_up(read, (true, predicted), limit=10)
    assert total > 10 and len({c.sentence for c in found}) > 3
    assert [c.sentence for c in found] == sorted(c.sentence for c in found)


def test_a_field_that_never_happened_has_no_contexts(read):
    confusion = read[4]
    empty = np.argwhere(confusion.counts == 0)[0]
    assert look_up(read, tuple(confusion.classes[k] for k in empty)) == ([], 0)
