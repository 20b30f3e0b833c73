"""Places in order, apart from one another, and what they share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.trees import parse_tree
from core.search.enrichment import measure_enrichment
from core.search.rank import MAX_TIES, Places, rank_places, value_distance
from core.search.scan import Agreement
from core.tokens.encoded import encode_sentences
from core.tokens.linearise import Kind, linearise
from core.tokens.vocabulary import Vocabulary


def agreement(counts, lengths, n_cells=20) -> Agreement:
    return Agreement(np.array(counts, np.uint16), np.array(lengths, np.uint8), n_cells)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), min_size=6, max_size=80), st.integers(1, 12))
def test_order_is_the_stated_one_and_no_place_overlaps_another(rows, limit):
    n = len(rows)
    counts, lengths = [c for c, _ in rows], [length for _, length in rows]
    counts[n - 5:] = [0] * 5  # every place ends inside
    found = rank_places(agreement(counts, lengths), 3, limit=limit)
    expected, taken = [], set()
    for a in sorted((a for a in range(n) if counts[a]), key=lambda a: (-counts[a], abs(lengths[a] - 3), a)):
        own = set(range(a, a + lengths[a]))
        if not own & taken and len(expected) < limit:
            taken |= own
            expected.append((a, lengths[a], counts[a]))
    assert list(zip(found.starts, found.lengths, found.agree, strict=True)) == expected


def test_closer_values_come_first_among_equals():
    states = np.zeros((40, 3), np.float32)
    states[10:12], states[20:22], states[30:32] = 5.0, 1.1, 3.0
    counts = np.zeros(40, int)
    counts[[10, 20, 30]] = 2
    far = value_distance(states, (0, 2), np.ones((2, 3), np.float32))
    found = rank_places(agreement(counts, np.full(40, 2)), 2, limit=9, distance=far)
    assert found.starts.tolist() == [20, 30, 10]
    assert found.distance.tolist() == pytest.approx([0.1, 2.0, 4.0], abs=1e-5)


def test_the_selection_itself_is_left_out():
    found = rank_places(agreement([3, 3, 0, 3, 0, 0], [2] * 6), 2, limit=9, skip=(0, 2))
    assert found.starts.tolist() == [3]


def test_a_flood_of_equal_places_is_spread_over_the_text():
    n = 20 * MAX_TIES
    found = rank_places(agreement(np.ones(n), np.ones(n)), 1, limit=50, distance=lambda s, _: -s.astype(float))
    assert len(found) == 50 and found.starts[0] == n - 1 and found.starts[-1] < n - 40 * 20


def test_nothing_agrees_nowhere():
    assert len(rank_places(agreement([0, 0], [0, 0]), 3, limit=5)) == 0


@pytest.fixture(scope="module")
def sentences():
    trees = [parse_tree("(S (NP (NNP Ann)) (VP (VBZ sees) (NP (DT the) (NN cat))))"),
             parse_tree("(S (NP (DT the) (NN dog)) (VP (VBZ sleeps)))")] * 10
    rows = [linearise(t, Kind.TAGGED_BRACKETS_WORDS) for t in trees]
    return encode_sentences(rows, Vocabulary(("<ST>", "<ED>", "<UNK>")))


def groups(sentences):
    return np.repeat(np.arange(sentences.n_sentences), sentences.lengths)


def at(sentences, token):
    return np.array([t for t, word in enumerate(sentences.tokens) if word == token])


def test_places_that_repeat_the_selection_share_everything(sentences):
    query = sentences.sentence(0)
    first = query.tokens.index("(VP")
    starts = at(sentences, "(VP")[::2]
    places = Places(starts, np.full(len(starts), 2), np.ones(len(starts), int), np.zeros(len(starts)))
    result = measure_enrichment(places, sentences, groups(sentences), query, (first, first + 1))
    assert np.allclose(result.share, 1) and np.allclose(result.low, 1)
    base = dict(zip(result.features, result.base, strict=True))
    true = np.mean([t == "(VP" for s in range(sentences.n_sentences) for t in sentences.sentence(s).tokens[:-1]])
    assert base["token"] == pytest.approx(true, abs=0.03)


def test_random_places_are_not_enriched(sentences):
    query, rng = sentences.sentence(0), np.random.default_rng(1)
    starts = rng.permutation(sentences.n_tokens - 1)[:80]
    places = Places(starts, np.ones(80, int), np.ones(80, int), np.zeros(80))
    result = measure_enrichment(places, sentences, groups(sentences), query, (3, 3))
    assert ((result.low <= result.base + 0.05) & (result.base - 0.05 <= result.high)).all()


def test_no_places_give_no_shares(sentences):
    empty = Places(*(np.zeros(0, int),) * 3, np.zeros(0))
    result = measure_enrichment(empty, sentences, groups(sentences), sentences.sentence(0), (1, 2))
    assert result.n == 0 and np.isnan(result.share).all() and np.isnan(result.low).all()


def test_unknown_tags_are_not_compared(sentences):
    from core.tokens.linearise import linearise_words
    result = measure_enrichment(Places(*(np.array([1]),) * 3, np.zeros(1)), sentences, groups(sentences),
                                linearise_words(["Ann"]), (1, 1))
    assert "tag" not in result.features and "token" in result.features
