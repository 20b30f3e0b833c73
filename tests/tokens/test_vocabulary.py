"""Token ids: what is kept, what becomes unknown."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.tokens.linearise import ED, ST, UNK
from core.tokens.vocabulary import Vocabulary, build_vocabulary

tokens = st.sampled_from([ST, ED, "(", ")", "(NP", "NP)", *"abcdefgh", "Ann"])
sentences = st.lists(st.lists(tokens, max_size=12), max_size=8)


@given(sentences, st.integers(3, 20))
def test_frequent_words_come_first_and_brackets_always(rows, max_size):
    vocabulary = build_vocabulary(rows, max_size=max_size)
    counts = Counter(t for row in rows for t in row)
    brackets = {t for t in counts if "(" in t or ")" in t}
    words = [t for t in vocabulary.tokens[3:] if t not in brackets]
    assert vocabulary.tokens[:3] == (ST, ED, UNK)
    assert brackets <= set(vocabulary.tokens) and len(set(vocabulary.tokens)) == len(vocabulary)
    assert len(vocabulary) <= max(max_size, 3 + len(brackets))
    assert [counts[w] for w in words] == sorted((counts[w] for w in words), reverse=True)
    dropped = set(counts) - set(vocabulary.tokens)
    assert not dropped or not words or max(counts[w] for w in dropped) <= min(counts[w] for w in words)


@given(sentences)
def test_known_tokens_have_their_id_and_come_back(rows):
    vocabulary = build_vocabulary(rows)
    for row in rows:
        ids = vocabulary.encode(row)
        assert ids.dtype == "int64" and [vocabulary.tokens[i] for i in ids] == row


def test_ties_go_to_the_word_seen_first():
    assert build_vocabulary([["b", "a", "c", "a", "b"]], max_size=5).tokens[3:] == ("b", "a")


def test_unknown_words_take_another_case_before_they_are_unknown():
    vocabulary = Vocabulary((ST, ED, UNK, "garden", "Ann", "the", "The"))
    assert vocabulary.encode(["Garden", "GARDEN", "ann", "the", "The", "tree", ""]).tolist() == [3, 3, 4, 5, 6, 2, 2]
    assert "garden" in vocabulary and "Garden" not in vocabulary


def test_nothing_to_encode_gives_no_ids():
    assert Vocabulary((ST, ED, UNK)).encode([]).shape == (0,)
