"""Sentences in a row: nothing is lost, every label stays beside its token."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.treebank import Document
from core.tokens.encoded import encode_documents, encode_sentences
from core.tokens.linearise import ED, PHRASES, ST, UNK, Kind, linearise, linearise_words
from core.tokens.vocabulary import build_vocabulary
from tests.strategies import trees

documents = st.lists(st.lists(trees(), max_size=3), max_size=4).map(
    lambda rows: tuple(Document(f"d{i}", tuple(row)) for i, row in enumerate(rows)))


def encode(docs, kind):
    vocabulary = build_vocabulary(linearise(t, kind).tokens for d in docs for t in d.trees)
    return encode_documents(docs, kind, vocabulary), vocabulary


@given(documents, st.sampled_from(Kind))
def test_each_sentence_can_be_taken_out_again(docs, kind):
    sentences, vocabulary = encode(docs, kind)
    rows = [linearise(t, kind) for d in docs for t in d.trees]
    assert sentences.n_sentences == len(rows)
    for s, row in enumerate(rows):
        found = sentences.sentence(s)
        assert (found.tokens, found.tags) == (row.tokens, row.tags)
        assert np.array_equal(found.depth, row.depth) and np.array_equal(found.phrase_depth, row.phrase_depth)
        ids = sentences.ids[sentences.starts[s]:sentences.starts[s + 1]]
        assert tuple(vocabulary.tokens[i] for i in ids) == row.tokens


@given(documents)
def test_every_token_knows_its_place_and_document(docs):
    sentences, _ = encode(docs, Kind(4))
    expected = [(d, position) for d, document in enumerate(docs) for tree in document.trees
                for position in range(len(linearise(tree, Kind(4)).tokens))]
    assert list(zip(sentences.token_document, sentences.position, strict=True)) == expected
    assert sentences.documents == tuple(doc.name for doc in docs)
    assert len(sentences.tokens) == len(sentences.tags) == len(sentences.depth) == sentences.n_tokens


def test_no_sentence_is_a_row_of_nothing():
    sentences = encode_sentences([], build_vocabulary([]))
    assert (sentences.n_sentences, sentences.n_tokens) == (0, 0)
    assert sentences.phrase_depth.shape == (0, len(PHRASES)) and sentences.position.shape == (0,)


def test_rare_words_become_unknown_but_stay_readable():
    vocabulary = build_vocabulary([["rain"]])
    sentences = encode_sentences([linearise_words(["rain", "pours"])], vocabulary)
    assert sentences.tokens == (ST, "rain", "pours", ED)
    assert [vocabulary.tokens[i] for i in sentences.ids] == [ST, "rain", UNK, ED]
