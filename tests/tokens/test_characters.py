"""Words as the numbers of the published weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokens.characters import (
    MAX_CHARACTERS,
    N_CHARACTERS,
    PADDING,
    SENTENCE_END,
    SENTENCE_START,
    encode_characters,
    is_cut,
    name_characters,
)


def test_a_word_lies_between_its_signs_and_is_filled_up():
    row = encode_characters(["cat"])[0]
    assert row[:5].tolist() == [259, ord("c") + 1, ord("a") + 1, ord("t") + 1, 260]
    assert (row[5:] == PADDING).all() and len(row) == MAX_CHARACTERS == 50


def test_sentence_marks_are_one_sign_each():
    rows = encode_characters([SENTENCE_START, SENTENCE_END])
    assert rows[:, :3].tolist() == [[259, 257, 260], [259, 258, 260]]


@given(st.text(max_size=80))
def test_any_text_has_numbers_in_range_and_names_for_what_is_read(word):
    row = encode_characters([word])[0]
    filled = int((row != PADDING).sum())
    assert row.min() >= 1 and row.max() < N_CHARACTERS and filled == len(name_characters(word))
    assert is_cut(word) == (len(word.encode("utf-8", "replace")) > 48)
    if word not in (SENTENCE_START, SENTENCE_END) and not is_cut(word):
        assert bytes((row[1:filled - 1] - 1).tolist()).decode() == word.encode("utf-8", "replace").decode()


def test_a_longer_word_is_read_as_its_beginning():
    long = "a" * 60
    np.testing.assert_array_equal(encode_characters([long]), encode_characters([long[:48]]))
    assert is_cut(long) and not is_cut(long[:48])


@pytest.mark.parametrize(("word", "names"), [("né", ("⊢", "n", "é", "·", "⊣")), ("", ("⊢", "⊣")),
                                             ("🙂", ("⊢", "🙂", "·", "·", "·", "⊣")), ("<S>", ("⊢", "<S>", "⊣"))])
def test_places_are_named_by_what_stands_there(word, names):
    assert name_characters(word) == names
