"""Labelled sentences as numbers: words, ids, padding, batches, and the split of section 4.2."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokens.labelled import (
    PAD,
    POOL,
    UNKNOWN,
    encode_texts,
    list_words,
    plan_batches,
    split_three,
    split_words,
)

SENTENCES = st.lists(st.lists(st.sampled_from("abcdef"), max_size=8), min_size=1, max_size=30)


@pytest.mark.parametrize(("text", "words"), [
    ("Don't!", ["do", "n't", "!"]), ("can't won’t", ["ca", "n't", "wo", "n't"]), ("I'm she'll we've they're he'd", [
        "i", "'m", "she", "'ll", "we", "'ve", "they", "'re", "he", "'d"]),
    ("the film's end", ["the", "film", "'s", "end"]), ("o'clock rock-n-roll", ["o'clock", "rock-n-roll"]),
    ("a_b  c\td\ne", ["a", "_", "b", "c", "d", "e"]), ("naïve café , 3.5", ["naïve", "café", ",", "3", ".", "5"]),
    ("it is n't 's", ["it", "is", "n't", "'s"]), ("", []), ("  \n ", []), ("“so” --", ["“", "so", "”", "-", "-"]),
    ("猫が好き。", ["猫が好き", "。"]), ("<b>&amp;", ["<", "b", ">", "&", "amp", ";"])])
def test_words_are_cut_as_in_treebanks(text, words):
    assert split_words(text) == words


@given(st.text(max_size=60))
def test_no_word_is_empty_and_nothing_but_blanks_is_lost(text):
    words = split_words(text)
    assert all(word and not any(c.isspace() for c in word) for word in words)
    assert "".join(words) == "".join(text.lower().replace("’", "'").split())


@given(st.text(max_size=60))
def test_what_was_cut_once_is_not_cut_again(text):
    words = split_words(text)
    assert [w for word in words for w in split_words(word)] == words or any("'" in w or "-" in w for w in words)


@given(SENTENCES)
def test_words_are_listed_by_falling_count(sentences):
    listed = list_words(sentences)
    flat = [word for sentence in sentences for word in sentence]
    assert listed.words[:2] == (PAD, UNKNOWN) and sorted(listed.words[2:]) == sorted(set(flat))
    keys = [(-flat.count(word), word) for word in listed.words[2:]]
    assert keys == sorted(keys) and len(listed) == len(set(flat)) + 2
    assert all(listed.words[listed.ids[word]] == word for word in flat)


def test_words_that_are_not_listed_are_unknown():
    listed = list_words([["a", "b", "a"]])
    assert listed.words == (PAD, UNKNOWN, "a", "b")
    assert listed.encode(["b", "z", "a", "<PAD>"]).tolist() == [3, 1, 2, 0]


def encode(sentences):
    return encode_texts(sentences, np.arange(len(sentences)) % 2, list_words(sentences))


@given(SENTENCES)
def test_sentences_come_back_from_their_ids(sentences):
    words, texts = list_words(sentences), encode(sentences)
    assert len(texts) == len(sentences) and texts.starts[-1] == len(texts.ids)
    for s, sentence in enumerate(sentences):
        own = [words.words[i] for i in texts.ids[texts.starts[s]:texts.starts[s + 1]]]
        assert own == (sentence or [UNKNOWN])
        assert texts.lengths[s] == len(own) and (texts.sentence[texts.starts[s]:texts.starts[s + 1]] == s).all()


@given(SENTENCES, st.data())
def test_taken_sentences_keep_their_words_and_labels_in_the_order_asked(sentences, data):
    texts = encode(sentences)
    rows = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12)), np.int64)
    some, places = texts.take(rows), texts.places(rows)
    expected = [texts.ids[texts.starts[r]:texts.starts[r + 1]] for r in rows]
    np.testing.assert_array_equal(some.ids, np.concatenate([*expected, np.zeros(0, np.int32)]))
    np.testing.assert_array_equal(texts.ids[places], some.ids)
    np.testing.assert_array_equal(texts.sentence[places], np.repeat(rows, texts.lengths[rows]))
    assert some.labels.tolist() == texts.labels[rows].tolist() and len(some.starts) == len(rows) + 1


@given(SENTENCES, st.data())
def test_padding_stands_behind_every_sentence_and_nowhere_else(sentences, data):
    texts = encode(sentences)
    rows = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=12)))
    ids, lengths = texts.pad(rows)
    assert ids.dtype == np.int64 and ids.shape == (len(rows), lengths.max())
    for row, length, r in zip(ids, lengths, rows, strict=True):
        assert row[:length].tolist() == texts.ids[texts.starts[r]:texts.starts[r + 1]].tolist()
        assert (row[:length] > 0).all() and not row[length:].any()


@given(SENTENCES, st.integers(1, 9), st.integers(0, 99))
def test_every_sentence_is_in_one_batch(sentences, batch, seed):
    texts = encode(sentences)
    batches = plan_batches(texts, batch, np.random.default_rng(seed))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(texts)))
    assert max(map(len, batches)) <= batch and len(batches) == -(-len(texts) // batch)
    again = plan_batches(texts, batch, np.random.default_rng(seed))
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))


def test_a_batch_holds_sentences_of_like_length_and_an_order_of_its_own():
    rng = np.random.default_rng(0)
    texts = encode([["a"] * n for n in rng.integers(1, 50, 2 * POOL * 10)])
    batches = plan_batches(texts, 10, np.random.default_rng(1))
    assert np.mean([np.ptp(texts.lengths[b]) for b in batches]) < 5 < np.ptp(texts.lengths)
    means = [texts.lengths[b].mean() for b in batches]
    assert means != sorted(means)
    other = plan_batches(texts, 10, np.random.default_rng(2))
    assert [b.tolist() for b in batches] != [b.tolist() for b in other]


def test_the_parts_of_rt_polarity_are_those_of_table_1():
    for seed in range(5):
        assert [len(part) for part in vars(split_three(10_662, seed=seed)).values()] == [4797, 4798, 1067]


@given(st.integers(0, 500), st.integers(0, 9))
def test_three_parts_share_all_sentences_out(n, seed):
    parts = list(vars(split_three(n, seed=seed)).values())
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    assert all((np.diff(part) > 0).all() for part in parts)
    t1, t2, t3 = map(len, parts)
    assert t1 <= 0.45 * n < t1 + 1 and t3 - 1 < 0.1 * n <= t3 and t1 + t2 + t3 == n


def test_the_seed_draws_the_split():
    assert not np.array_equal(split_three(100, seed=0).t1, split_three(100, seed=1).t1)
    assert np.array_equal(split_three(100, seed=0).t1, split_three(100, seed=0).t1)
