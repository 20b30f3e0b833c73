"""A pasted list of translations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TextError
from core.translate.candidates import read_candidates

words = st.lists(st.text("abcdéx'", min_size=1, max_size=6), min_size=1, max_size=5).map(" ".join)
scores = st.floats(-1e4, 1e4).map(lambda x: round(x, 3))


@given(st.lists(words, min_size=1, max_size=8))
def test_lines_are_translations_and_empty_ones_count_for_nothing(texts):
    assert read_candidates("\n\n".join(texts) + "\r\n  \n").texts == tuple(texts)
    assert read_candidates("\n".join(texts)).scores is None


@given(st.lists(st.tuples(scores, words), min_size=1, max_size=8), st.sampled_from(["\t", " | ", "|", " \t "]))
def test_scores_stand_before_a_tab_or_a_bar(rows, between):
    found = read_candidates("\n".join(f"{score}{between}{text}" for score, text in rows))
    assert found.scores == tuple(score for score, _ in rows) and found.texts == tuple(text for _, text in rows)


def test_a_real_minus_sign_and_powers_are_read():
    assert read_candidates("−1.5e1\tun chat").scores == (-15.0,)


def test_a_number_that_begins_a_sentence_is_no_score():
    assert read_candidates("3 chats dorment\n-2 degrés").scores is None


@pytest.mark.parametrize(("text", "said"), [
    ("", "0 candidates"), (" \n \n", "0 candidates"), ("x\n" * 1001, "1001 candidates"),
    ("-1\tun chat\nun chien", "Line 2 has no score"), ("a " * 401, "Line 1 has more than 400"),
    ("-1\tun\n\n-1e999\tdeux", "line 3 is out of range"),
])
def test_what_cannot_be_ordered_is_said(text, said):
    with pytest.raises(TextError, match=said):
        read_candidates(text)
