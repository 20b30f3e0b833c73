"""Batches: every sentence once, none too large, targets one step ahead."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.demo import read_demo_treebank
from core.tokens.batches import PAD, iterate_batches, pad_batch, plan_batches
from core.tokens.encoded import encode_documents, encode_sentences, linearise_documents
from core.tokens.linearise import Kind, linearise_words
from core.tokens.vocabulary import build_vocabulary

lengths = st.lists(st.integers(2, 60), max_size=80).map(lambda rows: np.array(rows, np.int64))
generators = st.none() | st.integers(0, 9).map(np.random.default_rng)


def encoded(rows: list[int]):
    """Sentences of so many words, each word its own type."""
    words = iter(range(sum(rows)))
    sentences = [linearise_words([f"w{next(words)}" for _ in range(n)]) for n in rows]
    return encode_sentences(sentences, build_vocabulary((s.tokens for s in sentences), max_size=10_000))


@given(lengths, st.integers(1, 500), generators)
def test_every_sentence_comes_exactly_once(rows, batch_tokens, rng):
    planned = plan_batches(rows, batch_tokens=batch_tokens, rng=rng)
    assert sorted(i for batch in planned for i in batch) == list(range(len(rows)))


@given(lengths, st.integers(1, 500), generators)
def test_the_padded_size_stays_in_bounds_unless_one_sentence_is_larger(rows, batch_tokens, rng):
    for batch in plan_batches(rows, batch_tokens=batch_tokens, rng=rng):
        assert len(batch) == 1 or rows[batch].max() * len(batch) <= batch_tokens


@given(lengths)
def test_sentences_of_a_batch_are_of_like_length(rows):
    flat = [rows[i] for batch in plan_batches(rows, batch_tokens=200) for i in batch]
    assert flat == sorted(flat)
    for batch in plan_batches(rows, batch_tokens=200, rng=np.random.default_rng(0)):
        inside = (rows >= rows[batch].min() + 2) & (rows <= rows[batch].max() - 2)
        assert set(np.flatnonzero(inside)) <= set(batch.tolist())


def test_one_seed_gives_one_plan():
    rows = np.arange(2, 90) % 17 + 2
    plans = [[b.tolist() for b in plan_batches(rows, batch_tokens=99, rng=np.random.default_rng(seed))]
             for seed in (5, 5, 6)]
    assert plans[0] == plans[1] != plans[2]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=10), st.data())
def test_targets_are_the_inputs_one_step_on(rows, data):
    sentences = encoded(rows)
    chosen = np.array(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=5, unique=True)))
    inputs, targets = pad_batch(sentences, chosen)
    assert inputs.shape == targets.shape == (sentences.lengths[chosen].max() - 1, len(chosen))
    for column, s in enumerate(chosen):
        ids = sentences.ids[sentences.starts[s]:sentences.starts[s + 1]]
        n = len(ids) - 1
        assert inputs[:n, column].tolist() == ids[:-1].tolist() and targets[:n, column].tolist() == ids[1:].tolist()
        assert not inputs[n:, column].any() and (targets[n:, column] == PAD).all()


def test_an_epoch_predicts_every_token_but_the_first_of_each_sentence():
    documents = read_demo_treebank().documents
    vocabulary = build_vocabulary(row.tokens for row in linearise_documents(documents, Kind(4)))
    sentences = encode_documents(documents, Kind(4), vocabulary)
    scored = [targets[targets != PAD] for _, targets in
              iterate_batches(sentences, batch_tokens=2_000, rng=np.random.default_rng(0))]
    expected = np.delete(sentences.ids, sentences.starts[:-1])
    assert np.array_equal(np.bincount(np.concatenate(scored)), np.bincount(expected))
