"""Sources by name: ours always, the corpora where they are, and only what was not learned."""

import pytest

from core.analysis.seq2seq import sources
from core.analysis.seq2seq.sources import has_source, list_sources, name_demo, read_evaluation_pairs
from core.checkpoints.seq2seq import load_seq2seq
from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.pairs import MULTI30K, TATOEBA, SentencePairs
from core.errors import CorpusError
from core.tokens.pairs import split_pairs
from tests.seq2seq_lab import save_model

OWN = SentencePairs(TATOEBA, "en", "fr", tuple(f"sentence {n}" for n in range(200)),
                    tuple(f"phrase {n}" for n in range(200)))


def test_our_own_sentences_come_first_and_suit_the_corpus(scratch_cache):
    card = load_seq2seq(save_model()).card
    name = list_sources(MULTI30K)[0]
    pairs = read_evaluation_pairs(name, card)
    captions = [p for p in read_demo_pairs() if p.style == "caption"]
    assert pairs.name == name and pairs.sources == tuple(p.english for p in captions)
    assert pairs.targets == tuple(p.french for p in captions) and has_source(name)
    assert list_sources("a-table") == (name_demo("a-table"),)


def test_all_our_sentences_serve_a_readers_own_corpus(scratch_cache):
    card = load_seq2seq(save_model(corpus="mine")).card
    assert len(read_evaluation_pairs(list_sources("mine")[0], card)) == len(read_demo_pairs())


def test_a_source_that_is_not_offered_is_refused_with_those_that_are(scratch_cache):
    card = load_seq2seq(save_model()).card
    for name in ("fra-eng/test", "multi30k/train", "../x", ""):
        with pytest.raises(CorpusError, match="test_2016_flickr"):
            read_evaluation_pairs(name, card)


def test_held_out_pairs_are_those_of_the_models_own_split(scratch_cache, monkeypatch):
    monkeypatch.setattr(sources, "read_parts", lambda settings: split_pairs(OWN, n_held_out=settings.held_out))
    parts = split_pairs(OWN, n_held_out=20)
    settings = {"held_out": 20, "split_seed": 0}
    card = load_seq2seq(save_model(corpus=TATOEBA, training=settings, sha256=parts["train"].sha256)).card
    found = read_evaluation_pairs("fra-eng/test", card)
    assert found.sources == parts["test"].sources and found.name == "fra-eng/test"
    other = load_seq2seq(save_model(1, corpus=TATOEBA, training=settings, sha256="of another edition")).card
    with pytest.raises(CorpusError, match="may hold sentences that were learned"):
        read_evaluation_pairs("fra-eng/test", other)


def test_an_absent_corpus_is_no_source(monkeypatch):
    monkeypatch.setattr(sources, "locate_corpus", lambda name: None)
    assert [has_source(name) for name in list_sources(MULTI30K)] == [True, False, False, False]


@pytest.mark.needs_corpus("multi30k")
def test_the_test_sets_of_multi30k_have_their_sizes(scratch_cache):
    card = load_seq2seq(save_model()).card
    assert [len(read_evaluation_pairs(name, card)) for name in list_sources(MULTI30K)[1:]] == [1000, 1000, 461]
