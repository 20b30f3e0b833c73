"""Lines that a reader typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.elmo.own_examples import MAX_EXAMPLES, read_own_examples
from core.errors import TextError
from core.tokens.sentences import tokenise_words


def read(text, word=""):
    return [(e.words[e.position], e.sense, e.position) for e in read_own_examples(text, word)[0]]


@pytest.mark.parametrize(("text", "word", "wanted"), [
    ("The [[bank]] was shut.", "", [("bank", "", 1)]),
    ("money | The [[bank]] was shut.", "", [("bank", "money", 1)]),
    ("The [[bank]] was shut.\tmoney", "", [("bank", "money", 1)]),
    ("A Bank is a bank, not Banks.", "bank", [("Bank", "", 1), ("bank", "", 4)]),
    ("a | bank one\n\nb | the bank", "BANK", [("bank", "a", 0), ("bank", "b", 1)]),
    ("[[Banks]] and a bank", "bank", [("Banks", "", 0)]),
    ('"Is the (old) [[bank]]\'s door open?" "No."', "", [("bank", "", 6)]),
    ("[[🙂]]", "", [("🙂", "", 0)]),
    ("[[don't]] no", "", None),
    ("[[cafe\u0301]] is open", "", [("café", "", 0)]),
    ("one [[two]] [[three]]", "", [("two", "", 1), ("three", "", 2)]),
    ("[[ spaced ]] word", "", [("spaced", "", 0)]),
    ("bank", "bank", [("bank", "", 0)]),
])
def test_words_are_found_where_they_are_marked_or_named(text, word, wanted):
    if wanted is None:
        with pytest.raises(TextError, match="hold 2 words"):
            read(text, word)
    else:
        assert read(text, word) == wanted


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="[]|"), max_size=30),
       st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="[]|"), max_size=30))
def test_a_marked_word_is_found_whatever_stands_around(before, after):
    if len((before + after).splitlines()) > 1:
        return
    found, _ = read_own_examples(f"{before} [[bank]] {after}")
    assert found[0].words[found[0].position] == "bank"
    assert found[0].words == tuple(tokenise_words(f"{before} bank {after}"))


@pytest.mark.parametrize(("text", "word", "said"), [
    ("", "", "no sentence"), ("  \n ", "bank", "no sentence"), ("The bank.", "", "no word that it is meant"),
    ("The shore.", "bank", "does not hold the word"), ("The [[river bank]].", "", "2 words"), ("[[]] x", "", "0 words"),
    ("\x00", "", "control characters"), ("x" * 41 + " | a [[b]]", "", "more than 40 characters"),
    ("[[a]] " + "b " * 5000, "", "5,001 words"), ("x", "w" * 100, "does not hold")])
def test_lines_that_cannot_be_used_say_why(text, word, said):
    with pytest.raises(TextError, match=said):
        read_own_examples(text, word)


def test_a_bad_line_leaves_the_others():
    found, faults = read_own_examples("a | the [[bank]]\nnothing\nb | a [[bank]]")
    assert [e.sense for e in found] == ["a", "b"] and [f.fields["line"] for f in faults] == [2]


def test_there_may_be_so_many_examples_and_no_more():
    line = "bank " * 100
    assert len(read_own_examples("\n".join([line] * (MAX_EXAMPLES // 100)), "bank")[0]) == MAX_EXAMPLES
    with pytest.raises(TextError, match="2,100 examples"):
        read_own_examples("\n".join([line] * (MAX_EXAMPLES // 100 + 1)), "bank")
