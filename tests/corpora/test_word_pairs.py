"""Word pairs that ship, and typed ones."""

import pytest

from core.corpora.word_pairs import MAX_PAIRS, parse_pairs, read_word_pairs
from core.errors import TextError


def test_families_are_whole_and_distinct():
    families = read_word_pairs()
    assert len({f.name for f in families}) == len(families) >= 10
    for family in families:
        assert 12 <= len(family.pairs) <= 20 and len(set(family.pairs)) == len(family.pairs), family.name
        assert all(word.isalpha() and word.islower() for pair in family.pairs for word in pair)
        assert all(len(pair) == 2 and pair[0] != pair[1] for pair in family.pairs)


def test_questions_combine_every_ordered_two_pairs():
    family = read_word_pairs()[0]
    n, questions = len(family.pairs), family.ask().questions
    assert len(set(questions)) == n * (n - 1) and set(family.ask().pairs) == set(family.pairs)
    assert (*family.pairs[0], *family.pairs[1]) in questions


@pytest.mark.parametrize("text", ["king queen\nman woman", "King,queen\n\n man - WOMAN \n", "king\tqueen\nman → woman\n"
                                  "king queen"])
def test_typed_pairs_are_read_whatever_lies_between(text):
    assert parse_pairs(text) == (("king", "queen"), ("man", "woman"))


@pytest.mark.parametrize(("text", "said"), [("king queen\nman", "Line 2 has 1 words"),
                                            ("a b c", "Line 1 has 3 words"),
                                            ("\n".join(f"a b{'x' * n}" for n in range(MAX_PAIRS + 1)), "more than 60")])
def test_a_line_that_is_no_pair_is_named(text, said):
    with pytest.raises(TextError, match=said):
        parse_pairs(text)


def test_nothing_typed_is_no_pair():
    assert parse_pairs(" \n , \n") == ()
