"""One sentence through one model."""

import numpy as np
import pytest

from core.analysis.lstm.trajectory import compute_trajectory
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.errors import TextError
from core.states.lstm import record_states
from core.states.sources import encode_source
from core.tokens.linearise import Kind, linearise
from core.tokens.sentences import check_labels, read_typed_sentence


@pytest.fixture
def read(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    tree = read_demo_treebank().documents[0].trees[3]
    return checkpoint, tree, compute_trajectory(checkpoint, linearise(tree, checkpoint.kind))


def test_a_trajectory_is_a_row_of_the_recorded_corpus(read):
    checkpoint, _, trajectory = read
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:1])
    states = record_states(checkpoint.model, sentences)
    own = slice(sentences.starts[3], sentences.starts[4])
    np.testing.assert_allclose(trajectory.states["layer0.c"], states["layer0.c"][own], atol=1e-5)


def test_candidates_are_ordered_probabilities(read):
    p = read[2].next_probabilities
    assert (np.diff(p, axis=1) <= 0).all() and (p >= 0).all() and (p.sum(1) <= 1 + 1e-5).all()
    assert all(len(row) == p.shape[1] for row in read[2].next_tokens)


def test_surprisal_gives_the_perplexity(read):
    trajectory = read[2]
    assert np.isnan(trajectory.surprisal[0]) and (trajectory.surprisal[1:] >= 0).all()
    assert trajectory.perplexity == pytest.approx(2 ** np.mean(trajectory.surprisal[1:]), rel=1e-5)


def test_unknown_words_are_marked_and_read_all_the_same(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    sentence, _ = read_typed_sentence("(S (NP (NN 猫)) (VP (VBZ 😀)))", checkpoint.kind)
    trajectory = compute_trajectory(checkpoint, sentence)
    assert [t for t, known in zip(sentence.tokens, trajectory.known, strict=True) if not known] == ["猫", "😀"]
    assert np.isfinite(trajectory.states["layer0.h"]).all()


def test_a_foreign_label_is_named_with_those_that_are_known(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    sentence, _ = read_typed_sentence("(S (BLORB (NN cat)))", Kind.TAGGED_BRACKETS_WORDS)
    sentence, _ = read_typed_sentence("(S (BLORB (DT the) (NN cat)))", Kind.TAGGED_BRACKETS_WORDS)
    with pytest.raises(TextError, match="BLORB.*NP"):
        check_labels(sentence, checkpoint.vocabulary)
