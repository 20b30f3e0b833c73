"""The demo senses are balanced, varied, tokenised and nobody else's, so that what a model tells apart is the sense."""

import csv
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import core.corpora
from core.corpora.semcor import FULL, read_semcor
from core.corpora.senses import read_coarsewsd, read_demo_senses, read_senseval
from core.tokens.sentences import tokenise_words

FILE = Path(core.corpora.__path__[0]) / "demo_senses.tsv"
PER_SENSE = 12
THREE = {"club", "light", "match", "play", "right", "seal", "spring", "square"}
TWO = {"bank", "bass", "bat", "crane", "letter", "palm", "pitcher", "plant"}
FUNCTION_WORDS = set("a an and as at but by for from has have he her his i in is it my of on our she that the their "
                     "they this to was we were when with".split())

with FILE.open(encoding="utf-8", newline="") as lines:
    HEADER, *ROWS = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
EXAMPLES = read_demo_senses()


def runs(words, n):
    """All runs of n words, in lower case."""
    words = [word.lower() for word in words]
    return {tuple(words[i:i + n]) for i in range(len(words) - n + 1)}


def test_every_line_has_the_columns_of_the_header():
    assert HEADER == ["word", "sense", "sentence"]
    assert all(len(row) == 3 and all(row) for row in ROWS)
    assert all(field == field.strip() and "  " not in field for row in ROWS for field in row)


def test_every_sense_has_as_many_sentences():
    counts = Counter((word, sense) for word, sense, _ in ROWS)
    assert set(counts.values()) == {PER_SENSE} and len(ROWS) == 480
    senses = Counter(word for word, _ in counts)
    assert senses == dict.fromkeys(THREE, 3) | dict.fromkeys(TWO, 2)
    assert all(re.fullmatch("[a-z]+( [a-z]+){0,3}", sense) for _, sense in counts)


def test_words_and_senses_stand_together():
    for places in ([row[0] for row in ROWS], [tuple(row[:2]) for row in ROWS]):
        assert sum(a != b for a, b in pairwise(places)) == len(set(places)) - 1


def test_every_target_is_marked_once_and_stands_once():
    for word, _, sentence in ROWS:
        assert sentence.count("[[") == sentence.count("]]") == 1, sentence
        form = re.search(r"(?:^| )\[\[([A-Za-z]+)\]\](?: |$)", sentence)[1]
        assert form.lower() in {word + end for end in ("", "s", "es", "er", "est", "ed", "ing")}, sentence
        plain = re.sub(r"[\[\]]", "", sentence).lower().split(" ")
        assert sum(other.startswith(word) for other in plain) == 1, sentence


def test_the_reader_gives_what_the_file_holds():
    assert [[e.lemma, e.sense] for e in EXAMPLES] == [row[:2] for row in ROWS]
    for example, (*_, sentence) in zip(EXAMPLES, ROWS, strict=True):
        before, after = example.words[:example.position], example.words[example.position + 1:]
        assert " ".join((*before, f"[[{example.words[example.position]}]]", *after)) == sentence
        assert example.source == "demo"


def test_sentences_are_tokenised_as_in_the_penn_treebank():
    for example in EXAMPLES:
        assert tokenise_words(" ".join(example.words)) == list(example.words)


def test_each_is_one_plain_sentence_of_6_to_18_words():
    for words in (example.words for example in EXAMPLES):
        assert 6 <= sum(word[0].isalnum() for word in words) <= 18, words
        assert words[0][0].isupper() and words[-1] in (".", "?") and not {*words[:-1]} & {*".?"}, words
        assert re.fullmatch(r"[A-Za-z0-9 ,.?'-]+", " ".join(words)), words
        assert all(re.fullmatch("'s|[^']+|n't", word) for word in words), words


def test_no_two_sentences_share_five_words_in_a_row():
    seen = {}
    for example in EXAMPLES:
        for run in runs(example.words, 5):
            assert seen.setdefault(run, example.words) == example.words, run


def test_sentences_open_in_many_ways():
    assert Counter(example.words[0] for example in EXAMPLES).most_common(1)[0][1] <= 0.1 * len(EXAMPLES)
    for word in THREE | TWO:
        opening = Counter(example.words[:2] for example in EXAMPLES if example.lemma == word)
        assert max(opening.values()) <= 2, opening.most_common(1)


def test_the_target_stands_anywhere_and_is_often_inflected():
    fifths = Counter(5 * example.position // len(example.words) for example in EXAMPLES)
    assert set(fifths) == set(range(5)) and min(fifths.values()) >= 40
    assert sum(e.words[e.position].lower() != e.lemma for e in EXAMPLES) >= 0.2 * len(EXAMPLES)


def test_no_other_word_gives_a_sense_away():
    """None but function words stand in more than a third of the sentences of a sense."""
    for word, sense in {(e.lemma, e.sense) for e in EXAMPLES}:
        counts = Counter(w for e in EXAMPLES if (e.lemma, e.sense) == (word, sense)
                         for w in {w.lower() for w in e.words if w[0].isalpha() and w != e.words[e.position]})
        often = {w for w, n in counts.items() if n > PER_SENSE / 3}
        assert often <= FUNCTION_WORDS, (word, sense, often - FUNCTION_WORDS)


@pytest.mark.parametrize("read", [
    pytest.param(lambda: (*read_coarsewsd("train"), *read_coarsewsd("test")), id="coarsewsd",
                 marks=pytest.mark.needs_corpus("coarsewsd")),
    pytest.param(read_senseval, id="senseval", marks=pytest.mark.needs_corpus("senseval")),
    pytest.param(lambda: read_semcor((*FULL, "brownv")), id="semcor", marks=pytest.mark.needs_corpus("semcor")),
])
def test_no_sentence_shares_seven_words_in_a_row_with_a_sense_corpus(read):
    ours, n_read = set().union(*(runs(example.words, 7) for example in EXAMPLES)), 0
    for sentence in read():
        n_read += 1
        assert not runs(sentence.words, 7) & ours, sentence.words
    assert n_read > 10_000
