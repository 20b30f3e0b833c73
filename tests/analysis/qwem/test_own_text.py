"""A reader's own text: read, counted, compared with its own words in disorder; and everything that is no text."""

import numpy as np
import pytest

from core.analysis.qwem.eigen import compute_eigenpairs
from core.analysis.qwem.own_text import (
    MAX_BYTES,
    TextSettings,
    compute_text_concepts,
    decode_text,
    separate_scripts,
    shuffle_words,
    write_demo_text,
)
from core.analysis.qwem.target import build_target
from core.errors import CorpusError, TextError, WordglassError
from core.tokens.cooccurrence import CountSettings, count_cooccurrences

SMALL = TextSettings(vocabulary=60, window=4, dimension=10)


def two_topics(n: int = 300) -> bytes:
    """Sentences about the sea or about a kitchen, never both."""
    rng = np.random.default_rng(0)
    topics = [[f"{name}{chr(97 + i)}" for i in range(12)] for name in ("sea", "kitchen")]
    return "\n\n".join(" ".join(rng.choice(topics[i % 2], 10)) for i in range(n)).encode()


def test_the_strongest_concept_parts_two_topics_and_is_the_only_firm_one():
    found = compute_text_concepts(two_topics(), SMALL)
    top, bottom = (({found.space.words[i][:3] for i in end}) for end in found.space.rank_poles(0, 12))
    assert {frozenset(top), frozenset(bottom)} == {frozenset({"sea"}), frozenset({"kit"})}
    assert found.firm.tolist() == [True] + [False] * (len(found.firm) - 1)
    assert found.n_types == 24 and found.n_tokens == 3000 and found.n_articles == 300


def test_words_in_disorder_bear_a_concept_in_one_of_twenty_texts():
    firm = 0
    for seed in range(20):
        mixed = shuffle_words([a.split() for a in two_topics().decode().split("\n\n")], 1_000 + seed)
        firm += compute_text_concepts("\n\n".join(map(" ".join, mixed)).encode(), SMALL, seed=50 * seed).firm[0]
    assert firm <= 4  # one is expected; 5 or more come with a probability of 0.003


def test_concepts_are_those_of_the_library_step_by_step():
    found = compute_text_concepts(write_demo_text(), SMALL)
    articles = [a.split() for a in write_demo_text().decode().lower().split("\n\n")]
    plain = [["".join(c for c in w if c.isalpha()) for w in a] for a in articles]
    counted = count_cooccurrences([[w for w in a if w] for a in plain if a],
                                  CountSettings(window=4, vocabulary_size=60, min_count=2))
    # "it's" is two words to the reader and one here; the frequent words are the same.
    assert len(set(found.space.words) & set(counted.words)) > 50
    first = compute_eigenpairs(build_target(counted.counts), 1).values[0]
    assert found.space.values[0] == pytest.approx(first, rel=0.1)


def test_shuffle_keeps_words_and_lengths():
    articles = [["a", "b", "c"], ["d"], ["a", "e"]]
    mixed = shuffle_words(articles, 3)
    assert [len(a) for a in mixed] == [3, 1, 2] and sorted(w for a in mixed for w in a) == list("aabcde")
    assert mixed != articles and mixed == shuffle_words(articles, 3)


def test_result_does_not_depend_on_when_it_is_computed():
    one, two = (compute_text_concepts(write_demo_text(), SMALL) for _ in range(2))
    assert np.array_equal(one.space.vectors, two.space.vectors) and np.array_equal(one.chance, two.chance)


@pytest.mark.parametrize(("data", "problem"), [
    (b"", "no text yet"), (b" \n\t ", "no text yet"), (b"x" * (MAX_BYTES + 1), "10.0 MB"),
    ("naïve".encode("latin-1") * 9, "Byte 2 is not UTF-8"), ("words and more".encode("utf-16-le"), "Byte 1 is zero"),
    (b"PK\x03\x04 zip", "packed"), (b"\x1f\x8b\x08 gz", "packed"), (b"%PDF-1.7", "packed")])
def test_what_is_no_text_is_refused_with_a_reason(data, problem):
    with pytest.raises(TextError, match=problem):
        decode_text(data)


@pytest.mark.parametrize("text", ["word", "one two three", "same same same same", "1234 5678 !?", "a\n\nb\n\na\n\nb"])
def test_a_text_too_short_says_so(text):
    with pytest.raises((CorpusError, WordglassError)):
        compute_text_concepts(text.encode(), SMALL)


def test_a_byte_order_mark_is_no_letter():
    assert decode_text(b"\xef\xbb\xbfword") == "word"


def test_japanese_is_cut_where_its_scripts_change():
    assert separate_scripts("東京タワーは高い").split() == ["東京", "タワー", "は", "高", "い"]
    text = "猫が魚を食べる。犬が肉を食べる。\n\n船が海を渡る。鳥が空を渡る。\n\n" * 20
    found = compute_text_concepts(text.encode(), TextSettings(vocabulary=50, dimension=5, cut="scripts"))
    assert {"猫", "魚", "海", "が"} <= set(found.space.words)
    with pytest.raises(WordglassError):  # at blanks, a sentence is a word, and no two stand in one line twice
        compute_text_concepts("猫が魚を食べる".encode(), TextSettings(vocabulary=50, dimension=5))


def test_a_vocabulary_larger_than_the_text_takes_all_of_it():
    text, settings = b"red green red green\n\nsalt pepper salt", TextSettings(vocabulary=3_000, min_count=1)
    found = compute_text_concepts(text, settings)
    assert sorted(found.space.words) == ["green", "pepper", "red", "salt"] and 1 <= len(found.space.values) <= 4
