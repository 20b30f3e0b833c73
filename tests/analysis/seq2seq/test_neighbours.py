"""Nearest sentences against all distances worked out one by one."""

import numpy as np
import pytest
from scipy.spatial import distance

from core.analysis.seq2seq import neighbours
from core.analysis.seq2seq.neighbours import find_by_states, find_by_words, index_sentences, limit_sentences
from core.analysis.seq2seq.phrases import average_words, join_parts
from core.states.seq2seq import record_sentence_vectors
from tests.translate.toy import SOURCE, build_checkpoint

RNG = np.random.default_rng(1)
TEXTS = list(dict.fromkeys(" ".join(RNG.choice(SOURCE, RNG.integers(1, 6))) for _ in range(60)))
CHECKPOINT = build_checkpoint(n_layers=2)
QUERY = ("the", "cat", "sees", "a", "man")


def ranked(vectors, query):
    return np.argsort([distance.cosine(v, query) for v in vectors], kind="stable")


@pytest.mark.parametrize(("part", "layer"), [("h", 1), ("c", 0), ("both", None)])
def test_neighbours_are_those_of_least_cosine_distance(part, layer):
    index = index_sentences(CHECKPOINT, TEXTS)
    found = find_by_states(CHECKPOINT, index, QUERY, part=part, layer=layer, k=7)
    own, query = (join_parts(record_sentence_vectors(CHECKPOINT, rows), part, layer) for rows in (index.words, [QUERY]))
    wanted = [i for i in ranked(own, query[0]) if index.words[i] != QUERY][:7]
    assert found.cosines == pytest.approx([1 - distance.cosine(own[i], query[0]) for i in wanted], abs=2e-3)
    assert (np.diff(found.cosines) <= 0).all() and len(set(found.rows) & set(wanted)) >= 6


def test_the_bag_of_words_finds_what_shares_words():
    index = index_sentences(CHECKPOINT, TEXTS)
    found = find_by_words(CHECKPOINT, index, QUERY, k=5)
    bags, query = average_words(CHECKPOINT, index.words), average_words(CHECKPOINT, [QUERY])[0]
    assert found.cosines == pytest.approx(sorted((1 - distance.cosine(b, query) for b, w in zip(
        bags, index.words, strict=True) if w != QUERY), reverse=True)[:5], abs=2e-3)


def test_the_sentence_itself_is_left_out_and_its_words_in_another_order_are_not():
    index = index_sentences(CHECKPOINT, ["The cat sees a man", "a man sees the cat", "the dog"])
    assert index.texts[find_by_words(CHECKPOINT, index, QUERY, k=3).rows[0]] == "a man sees the cat"
    assert len(find_by_states(CHECKPOINT, index, QUERY, k=3).rows) == 2


def test_sentences_of_the_same_words_are_one_and_empty_ones_none():
    index = index_sentences(CHECKPOINT, ["The cat", "the cat", "  ", "a dog", "the cat"])
    assert index.texts == ("The cat", "a dog")
    empty = index_sentences(CHECKPOINT, [])
    assert len(empty) == 0 and not len(find_by_words(CHECKPOINT, empty, QUERY).rows)


def test_progress_counts_up_to_all(monkeypatch):
    monkeypatch.setattr(neighbours, "CHUNK", 16)
    calls = []
    index = index_sentences(CHECKPOINT, TEXTS, progress=lambda done, n: calls.append((done, n)))
    assert calls[-1] == (len(index), len(index)) and [done for done, _ in calls[:2]] == [16, 32]
    monkeypatch.undo()
    whole = index_sentences(CHECKPOINT, TEXTS)
    assert all(np.allclose(index.states[name], whole.states[name], atol=2e-3) for name in whole.states)


def test_memory_is_bounded_and_what_is_kept_is_a_random_part(monkeypatch):
    per_sentence = 2 * (2 * 2 * 8 + 6)
    monkeypatch.setattr(neighbours, "MAX_BYTES", 25 * per_sentence)
    index = index_sentences(CHECKPOINT, TEXTS)
    assert len(index) == 25 == limit_sentences(CHECKPOINT) and index.n_bytes == 25 * per_sentence
    assert set(index.texts) < set(TEXTS) and index.texts != tuple(TEXTS[:25])
    assert index.texts == index_sentences(CHECKPOINT, TEXTS).texts
