"""Pairs as ids: order, splits, batches."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpora.pairs import SentencePairs, read_demo
from core.tokens.linearise import ED, ST
from core.tokens.pairs import build_pair_vocabulary, encode_pairs, plan_pair_batches, split_pairs

PAIRS = read_demo()
VOCABULARY = build_pair_vocabulary(PAIRS, source_size=5_000, target_size=5_000, min_count=1)


def test_only_the_words_of_the_source_are_reversed():
    words = VOCABULARY.split_source("The cat sees a dog.")
    forward, backward = (VOCABULARY.encode_source(words, reverse=r) for r in (False, True))
    assert forward[0] == backward[0] == VOCABULARY.source.ids[ST]
    assert forward[-1] == backward[-1] == VOCABULARY.source.ids[ED]
    np.testing.assert_array_equal(forward[1:-1], backward[1:-1][::-1])
    target = VOCABULARY.encode_target(["un", "homme"])
    assert [VOCABULARY.target.tokens[i] for i in target] == [ST, "un", "homme", ED]


def test_rare_words_are_left_out():
    vocabulary = build_pair_vocabulary(PAIRS, source_size=5_000, target_size=5_000, min_count=3)
    counts = np.unique([w for t in PAIRS.sources for w in VOCABULARY.split_source(t)], return_counts=True)
    assert set(vocabulary.source.tokens[3:]) == {w for w, n in zip(*counts, strict=True) if n >= 3}
    small = build_pair_vocabulary(PAIRS, source_size=20, target_size=30, min_count=1)
    assert len(small.source) == 20 and len(small.target) == 30


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(0, 5))
def test_a_source_sentence_stays_in_one_part(n_held_out, seed):
    pairs = SentencePairs("twice", "en", "fr", PAIRS.sources * 2 + tuple(s.upper() for s in PAIRS.sources),
                          PAIRS.targets * 3)
    parts = split_pairs(pairs, n_held_out=n_held_out, seed=seed)
    keys = [{s.lower() for s in part.sources} for part in parts.values()]
    assert not keys[0] & keys[1] and not keys[1] & keys[2] and not keys[0] & keys[2]
    assert sum(map(len, parts.values())) == len(pairs) and n_held_out <= len(parts["test"]) < n_held_out + 3


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 100), st.booleans(), st.integers(0, 3))
def test_every_pair_is_in_one_batch(batch, shuffled, seed):
    encoded = encode_pairs(PAIRS, VOCABULARY, reverse=True)
    batches = plan_pair_batches(encoded, batch, np.random.default_rng(seed) if shuffled else None)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(PAIRS)))
