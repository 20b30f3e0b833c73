"""Tasks: every label stands at its word, parts share no document, shortening keeps whole sentences."""

import numpy as np
import pytest

from core.analysis.elmo.tasks import (
    MIN_COUNT,
    PARTS,
    read_chunking,
    read_depth,
    read_present,
    read_sentiment,
    read_tagging,
    shorten,
    tag_leaves,
)
from core.corpora.demo import read_demo_treebank
from core.errors import CorpusError

POS = read_tagging("demo")


def words_of(part):
    return [w for sentence in part.sentences for w in sentence]


def test_every_label_stands_at_its_word():
    tags = {}
    for document in read_demo_treebank().documents:
        for tree in document.trees:
            leaves = tag_leaves(tree)
            tags[tuple(w for w, _ in leaves)] = [t for _, t in leaves]
    for part in PARTS:
        own = POS.parts[part]
        starts = np.concatenate([[0], np.cumsum([len(s) for s in own.sentences])])
        assert len(own.rows) == len(own.labels) == len(own.groups) > 20
        for row, label, group in zip(own.rows, own.labels, own.groups, strict=True):
            sentence = own.sentences[group]
            assert tags[sentence][row - starts[group]] == POS.label_names[label]
    assert min(np.bincount(POS.parts["train"].labels)) >= MIN_COUNT


def test_depth_is_the_number_of_open_brackets():
    task = read_depth("demo")
    own = task.parts["test"]
    assert len(own.labels) == len(words_of(own)) and own.labels.min() >= 1 and task.label_names == ()
    assert own.labels.dtype == np.float32


@pytest.mark.parametrize("n", [50, 300])
def test_shortened_tasks_keep_whole_sentences_and_their_labels(n):
    short, whole = shorten(POS, n).parts["train"], POS.parts["train"]
    assert n <= len(short.rows) <= n + 60 and set(short.sentences) <= set(whole.sentences)
    by_sentence = {s: whole.labels[whole.groups == i].tolist() for i, s in enumerate(whole.sentences)}
    words = words_of(short)
    for i, sentence in enumerate(short.sentences):
        assert short.labels[short.groups == i].tolist() == by_sentence[sentence]
        assert all(words[row] in sentence for row in short.rows[short.groups == i])
    assert shorten(POS, 10**9) is POS and shorten(POS, n).parts["test"] is POS.parts["test"]


@pytest.mark.needs_corpus("conll2000")
def test_chunks_come_from_their_own_test_part():
    task = read_chunking()
    assert len(task.parts["test"].sentences) == 2_012 and "B-NP" in task.label_names
    assert len(task.parts["train"].sentences) + len(task.parts["validation"].sentences) == 8_936


@pytest.mark.needs_corpus("rt-polarity")
def test_a_review_has_one_label():
    task = read_sentiment()
    assert task.whole and sum(len(p.rows) for p in task.parts.values()) == 10_662
    assert shorten(task, 100).parts["train"].rows.tolist() == list(range(len(shorten(task, 100).parts["train"].rows)))


def test_what_is_absent_is_reported_and_the_rest_is_read():
    def absent():
        raise CorpusError("It is not here.", "Install it.")

    said = []
    assert read_present({"one": lambda: 1, "other": absent, "two": lambda: 2}, said.append) == [1, 2]
    assert len(said) == 1 and said[0].startswith("other left out: It is not here.")
