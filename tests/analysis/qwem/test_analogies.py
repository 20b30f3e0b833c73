"""Analogies: against a search by brute force, and their intervals."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.qwem import analogies
from core.analysis.qwem.analogies import (
    Questions,
    combine_pairs,
    compute_accuracy,
    find_neighbours,
    index_questions,
    place_answers,
    place_over_time,
    solve_analogy,
)
from core.analysis.qwem.eigen import Eigenpairs
from core.corpora.analogies import AnalogyFamily
from core.errors import AnalysisError


def draw_questions(n, v, seed=0, families=3):
    rng = np.random.default_rng(seed)
    words = np.array([rng.permutation(v)[:4] for _ in range(n)], np.int32)
    family = np.sort(rng.integers(families, size=n)).astype(np.int32)
    pair = np.arange(2 * n, dtype=np.int32).reshape(n, 2)
    return Questions(words, family, pair, tuple("abc"[:families]), np.full(families, n))


def search(w, row):
    """Place of the right answer by sorting all cosines."""
    a, b, c, d = row
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    cosines = unit @ (unit[b] - unit[a] + unit[c])
    order = [v for v in np.argsort(-cosines, kind="stable") if v not in (a, b, c)]
    return order.index(d) + 1


@pytest.mark.parametrize("limit", [1, 4 * 30 * 5, 1 << 20], ids=["a question a batch", "some", "one batch"])
def test_places_at_every_rank_are_those_of_a_search(limit, monkeypatch):
    monkeypatch.setattr(analogies, "GRAM_BYTES", limit)
    w, questions = np.random.default_rng(0).normal(size=(30, 7)).astype(np.float32), draw_questions(25, 30)
    places = place_answers(w, questions)
    assert places.shape == (7, 25) and places.dtype == np.int32
    for r in range(2, 8):  # in one dimension all cosines are ties
        assert places[r - 1].tolist() == [search(w[:, :r].astype(np.float64), row) for row in questions.words]
    assert np.array_equal(place_answers(w, questions, ranks=[3, 7]), places[[2, 6]])


@given(st.integers(5, 40), st.integers(2, 9), st.integers(0, 10_000))
def test_a_planted_parallelogram_is_found_and_first(v, d, seed):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(v, d))
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    w[3] = 7 * (w[1] - w[0] + w[2])  # lengths do not count
    assert solve_analogy(w, 0, 1, 2, n=1).rows.tolist() == [3]
    questions = Questions(np.array([[0, 1, 2, 3]], np.int32), np.zeros(1, np.int32), np.array([[0, 1]], np.int32),
                          ("x",), np.ones(1, int))
    assert place_answers(w, questions, ranks=[d]).tolist() == [[1]]


def test_an_answer_among_the_three_words_and_a_word_without_a_vector_are_wrong():
    w = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    w[9] = 0
    words = np.array([[0, 1, 2, 1], [0, 1, 2, 9], [0, 0, 3, 4]], np.int32)
    questions = Questions(words, np.zeros(3, np.int32), np.zeros((3, 2), np.int32), ("x",), np.ones(1, int))
    places = place_answers(w, questions, ranks=[4])[0]
    assert places[:2].tolist() == [20, 20] and places[2] == search(np.delete(w, 9, 0), (0, 0, 3, 4))


def test_ties_are_no_answers():
    w = np.array([[1, 0], [0, 1], [1, 1], [-1, 2], [-1, 2], [3, -2]], np.float32)
    questions = Questions(np.array([[0, 1, 2, 3]], np.int32), np.zeros(1, np.int32), np.zeros((1, 2), np.int32),
                          ("x",), np.ones(1, int))
    assert place_answers(w, questions, ranks=[2])[0, 0] == 2


@pytest.mark.parametrize("ranks", [[], [0, 1], [2, 1], [3, 3], [8]])
def test_ranks_rise_within_the_embedding(ranks):
    with pytest.raises(ValueError, match="1 to 7"):
        place_answers(np.ones((30, 7)), draw_questions(3, 30), ranks=ranks)


def test_questions_are_those_whose_words_are_all_known():
    families = (AnalogyFamily("one", (("a", "b", "c", "d"), ("a", "b", "c", "zz"), ("c", "d", "a", "b"))),
                AnalogyFamily("none", (("x", "y", "z", "w"),)), AnalogyFamily("two", (("a", "b", "d", "c"),)))
    questions = index_questions(families, ("d", "c", "b", "a"))
    assert questions.words.tolist() == [[3, 2, 1, 0], [1, 0, 3, 2], [3, 2, 0, 1]]
    assert questions.family.tolist() == [0, 0, 2] and questions.names == ("one", "none", "two")
    assert questions.pair.tolist() == [[0, 1], [1, 0], [2, 3]]  # a pair of another family is another pair
    assert questions.asked.tolist() == [3, 1, 1] and questions.answerable.tolist() == [2, 0, 1]
    with pytest.raises(AnalysisError, match="vocabulary"):
        index_questions(families, ("q",))


def test_all_ordered_pairs_are_combined():
    family = AnalogyFamily("f", (("a", "b", "c", "d"), ("e", "f", "a", "b")))
    assert len(combine_pairs([family])[0].questions) == 6
    assert ("c", "d", "e", "f") in combine_pairs([family])[0].questions


def pair_up(n, *, right):
    """All ordered questions between n pairs of one family; `right(p, q)` says which are answered."""
    pair = np.array([(p, q) for p in range(n) for q in range(n) if p != q], np.int32)
    places = np.array([[1 if right(p, q) else 5 for p, q in pair]])
    return places, Questions(np.zeros((len(pair), 4), np.int32), np.zeros(len(pair), np.int32), pair,
                             ("f", "empty"), np.array([len(pair), 3]))


def test_accuracy_is_the_share_of_first_places():
    places, questions = pair_up(10, right=lambda p, q: q < 4)
    accuracy = compute_accuracy(places, questions)
    assert accuracy.share[0, 0] == pytest.approx(0.4) and accuracy.total[0] == pytest.approx(0.4)
    assert accuracy.low[0, 0] < 0.4 < accuracy.high[0, 0] and np.isnan(accuracy.share[0, 1])
    assert accuracy.total_low[0] == pytest.approx(accuracy.low[0, 0])


def test_intervals_know_that_questions_share_their_pairs():
    places, questions = pair_up(20, right=lambda p, q: q % 2 == 0)  # each pair is always right or always wrong
    accuracy = compute_accuracy(places, questions)
    wide = float(accuracy.high[0, 0] - accuracy.low[0, 0])
    assert wide == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 20), rel=0.15)  # of 20 pairs, not of 380 questions


def test_nothing_and_everything_right_have_no_spread():
    for answer in (False, True):
        accuracy = compute_accuracy(*pair_up(5, right=lambda p, q, answer=answer: answer))
        assert accuracy.low[0, 0] == accuracy.high[0, 0] == accuracy.total[0] == float(answer)


def test_neighbours_are_those_of_a_search_and_leave_out_what_they_should():
    w = np.random.default_rng(0).normal(size=(50, 6))
    w[7] = 0
    found = find_neighbours(w, w[3], without=[3], n=100)
    unit = w / np.maximum(np.linalg.norm(w, axis=1, keepdims=True), 1e-9)
    cosines = unit @ unit[3]
    assert found.rows.tolist() == [v for v in np.argsort(-cosines) if v not in (3, 7)]
    assert found.cosines == pytest.approx(cosines[found.rows], abs=1e-6)
    assert len(find_neighbours(w, np.zeros(6)).rows) == 0


def test_over_time_the_answers_come_with_the_modes():
    rng = np.random.default_rng(0)
    values = np.linspace(9, 3, 6)
    vectors = np.linalg.qr(rng.normal(size=(200, 6)))[0].astype(np.float32)
    pairs = Eigenpairs(values, vectors, np.zeros(6))
    embedding = pairs.embed()
    words = np.array([rng.permutation(200)[:3] for _ in range(60)])
    answers = [solve_analogy(embedding, *row, n=1).rows[0] for row in words]
    questions = Questions(np.c_[words, answers].astype(np.int32), np.zeros(60, np.int32), np.zeros((60, 2), np.int32),
                          ("x",), np.ones(1, int))
    right = (place_over_time(pairs, questions, [0, 1e3], 1e-12) == 1).mean(1)
    assert right[0] < 0.2 and right[1] == 1


@pytest.mark.parametrize("length", [1e-45, 1e-40, 1e-38])
def test_a_vector_too_short_for_single_precision_is_none(length):
    w = np.random.default_rng(0).standard_normal((30, 4)).astype(np.float32)
    short, none = w.copy(), w.copy()
    short[7] = np.float32(length) * np.array([1, 0, 0, 0], np.float32)
    none[7] = 0
    questions = draw_questions(40, 30)
    with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(place_answers(short, questions), place_answers(none, questions))
