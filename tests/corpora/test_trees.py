"""The bracket reader: what it reads, where it points when it cannot."""

import nltk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.trees import Tree, parse_tree, parse_trees
from core.errors import TreeSyntaxError
from core.settings import MAX_TREE_DEPTH
from tests.strategies import any_words, bare_trees, plain_words, trees


def as_ours(tree: nltk.Tree | str) -> Tree | str:
    return tree if isinstance(tree, str) else Tree(tree.label(), tuple(as_ours(child) for child in tree))


def fault(text: str) -> TreeSyntaxError:
    with pytest.raises(TreeSyntaxError) as caught:
        parse_tree(text)
    return caught.value


@given(bare_trees())
def test_the_reader_agrees_with_nltk(tree):
    text = str(tree)
    assert parse_tree(text) == as_ours(nltk.Tree.fromstring(text))


@given(trees(any_words))
def test_writing_and_reading_gives_the_tree_back(tree):
    assert parse_tree(str(tree)) == tree


@given(trees(), st.text(" \n\t\r\f\v", min_size=1, max_size=3))
def test_any_ascii_blanks_separate(tree, blanks):
    assert parse_tree(blanks + str(tree).replace(" ", blanks) + blanks) == tree


@pytest.mark.parametrize("blank", ["\u200a", "\u00a0", "\u3000", "\u2028", "\x1c", "\x85"])
def test_other_blanks_are_letters_of_a_word(blank):
    assert parse_tree(f"(NP (NN a{blank}b))").words() == [f"a{blank}b"]


@given(st.lists(trees(), max_size=4))
def test_several_trees_come_in_order(many):
    assert list(parse_trees("\n".join(map(str, many)))) == many


def test_the_outer_bracket_is_a_node_without_a_label():
    assert parse_tree("( (S (NN a)))") == Tree("", (Tree("S", (Tree("NN", ("a",)),)),))


def test_a_preterminal_is_one_word_under_a_tag():
    assert Tree("NN", ("a",)).is_preterminal
    assert not Tree("NP", ("a", "b")).is_preterminal and not Tree("NP", (Tree("NN", ("a",)),)).is_preterminal
    assert not Tree("NP", ()).is_preterminal


@pytest.mark.parametrize(("text", "at"), [
    ("(S (NN a)))", ")"), ("(S (NN a)) b", "b"), ("word (S (NN a))", "word"), (")", ")"),
    ("(S (NN a)) (S (NN b))", "(S (NN b"),
])
def test_the_error_points_at_what_is_too_much(text, at):
    assert fault(text).fields["position"] == text.rindex(at)


@pytest.mark.parametrize(("text", "position", "missing"), [("(S (NN a)", 0, 1), ("(S (NP (NN a)", 3, 2), ("(", 0, 1)])
def test_the_error_points_at_the_bracket_left_open(text, position, missing):
    error = fault(text)
    assert (error.fields["position"], error.fields["missing"]) == (position, missing)
    parse_tree(text + ")" * missing)


@given(trees(), st.data())
def test_a_lost_bracket_is_never_overlooked(tree, data):
    text = str(tree)
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c in "()"]))
    error = fault(text[:at] + text[at + 1:])
    assert 0 <= error.fields["position"] <= len(text)


@pytest.mark.parametrize("text", ["", "  \n", "\t"])
def test_empty_text_holds_no_tree(text):
    assert fault(text).fields["position"] == 0


def test_nesting_is_read_to_the_limit_and_refused_beyond():
    def nested(depth):
        return "(S " * (depth - 1) + "(NN a)" + ")" * (depth - 1)
    assert parse_tree(nested(MAX_TREE_DEPTH)).words() == ["a"]
    error = fault(nested(MAX_TREE_DEPTH + 1))
    assert error.fields["position"] == nested(MAX_TREE_DEPTH + 1).rindex("(")
    assert fault("(" * 1_000_000).fields["limit"] == MAX_TREE_DEPTH


@given(st.text(st.sampled_from("()ab \n"), max_size=40))
def test_any_text_gives_a_tree_or_a_tree_error(text):
    try:
        assert isinstance(parse_tree(text), Tree)
    except TreeSyntaxError as error:
        assert str(error)


@given(st.lists(plain_words, min_size=1, max_size=6))
def test_words_come_left_to_right(words):
    assert Tree("S", tuple(Tree("NN", (word,)) for word in words)).words() == words
