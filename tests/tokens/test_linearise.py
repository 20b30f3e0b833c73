"""Five ways to write a tree, and the labels of every token."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.trees import parse_tree
from core.errors import TreeSyntaxError
from core.tokens.linearise import CLOSE, ED, MARK, OPEN, PHRASES, ST, Kind, delinearise, linearise, linearise_words
from tests.strategies import bare_trees, trees

BRACKETED = [kind for kind in Kind if kind.has_brackets]
kinds, bracketed = st.sampled_from(Kind), st.sampled_from(BRACKETED)

# Seed 000, slide "learning types". Its line for kind 1 closes one bracket too many; its words are as here.
SEED = parse_tree("(S (NP Pierre Vinken) (VP will (VP join (NP (DT the (NN board))))))")
SEED_TOKENS = {
    1: "<ST> ( ( ) ( ( ( ( ( ) ) ) ) ) ) <ED>",
    2: "<ST> (S (NP NP) (VP (VP (NP (DT (NN NN) DT) NP) VP) VP) S) <ED>",
    3: "<ST> ( ( Pierre Vinken ) ( will ( join ( ( the ( board ) ) ) ) ) ) <ED>",
    4: "<ST> (S (NP Pierre Vinken NP) (VP will (VP join (NP (DT the (NN board NN) DT) NP) VP) VP) S) <ED>",
    5: "<ST> Pierre Vinken will join the board <ED>",
}


def labels_by_stack(tokens) -> tuple[list[int], list[list[int]]]:
    """Depths of kind-4 tokens, counted from the open brackets alone."""
    stack, depth, phrase_depth = [], [], []
    for token in tokens:
        if token.startswith("("):
            stack.append(token[1:])
        elif token.endswith(")"):
            assert stack.pop() == token[:-1]
        depth.append(len(stack))
        phrase_depth.append([stack.count(phrase) for phrase in PHRASES])
    assert not stack
    return depth, phrase_depth


@pytest.mark.parametrize("kind", Kind)
def test_the_seeds_tree_becomes_the_seeds_sequences(kind):
    assert " ".join(linearise(SEED, kind, pos_brackets=True).tokens) == SEED_TOKENS[kind]


def test_tags_get_brackets_only_where_asked():
    tree = parse_tree("(S (NP (DT the) (NN rain)) (VP (VBZ falls)))")
    assert " ".join(linearise(tree, Kind(4)).tokens) == "<ST> (S (NP the rain NP) (VP falls VP) S) <ED>"
    assert " ".join(linearise(tree, Kind(4), pos_brackets=True).tokens) == (
        "<ST> (S (NP (DT the DT) (NN rain NN) NP) (VP (VBZ falls VBZ) VP) S) <ED>")


def test_the_root_has_its_bracket_even_over_one_word():
    assert linearise(parse_tree("(UH oh)"), Kind(4)).tokens == (ST, "(UH", "oh", "UH)", ED)


def test_labels_of_a_sentence_by_hand():
    row = linearise(parse_tree("(S (NP (NN rain)) (VP (VBZ falls) (PP (IN on) (NP (PRP us)))))"), Kind(4))
    assert row.tokens == (ST, "(S", "(NP", "rain", "NP)", "(VP", "falls", "(PP", "on", "(NP", "us", "NP)", "PP)",
                          "VP)", "S)", ED)
    assert row.depth.tolist() == [0, 1, 2, 2, 1, 2, 2, 3, 3, 4, 4, 3, 2, 1, 0, 0]
    assert row.tags == (MARK, OPEN, OPEN, "NN", CLOSE, OPEN, "VBZ", OPEN, "IN", OPEN, "PRP", CLOSE, CLOSE, CLOSE,
                        CLOSE, MARK)
    vp, np_ = row.phrase_depth[:, PHRASES.index("VP")], row.phrase_depth[:, PHRASES.index("NP")]
    assert vp.tolist() == [0] * 5 + [1] * 8 + [0] * 3
    assert np_.tolist() == [0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


@given(trees(), st.booleans())
def test_labels_equal_those_counted_with_a_stack(tree, pos_brackets):
    row = linearise(tree, Kind(4), pos_brackets=pos_brackets)
    depth, phrase_depth = labels_by_stack(row.tokens)
    assert row.depth.tolist() == depth and row.phrase_depth.tolist() == phrase_depth


@given(bare_trees(), bracketed, st.booleans())
def test_the_depth_returns_to_nothing_only_before_the_end(tree, kind, pos_brackets):
    row = linearise(tree, kind, pos_brackets=pos_brackets)
    assert (row.tokens[0], row.tokens[-1]) == (ST, ED)
    assert row.tags.count(OPEN) == row.tags.count(CLOSE)
    assert row.depth[0] == row.depth[-1] == row.depth[-2] == 0
    assert (row.depth[1:-2] > 0).all()
    assert set(np.diff(row.depth.astype(int)).tolist()) <= {-1, 0, 1}


@given(bare_trees(), kinds, st.booleans())
def test_no_phrase_is_deeper_than_all_brackets(tree, kind, pos_brackets):
    row = linearise(tree, kind, pos_brackets=pos_brackets)
    assert len(row.tokens) == len(row.tags) == len(row.depth) == len(row.phrase_depth)
    assert row.depth.dtype == row.phrase_depth.dtype == np.int16
    assert (row.phrase_depth >= 0).all() and (row.phrase_depth.sum(axis=1) <= row.depth).all()


@given(trees(), st.booleans())
def test_kinds_differ_only_in_what_they_leave_out(tree, pos_brackets):
    rows = {kind: linearise(tree, kind, pos_brackets=pos_brackets) for kind in Kind}
    full = rows[Kind(4)]
    is_word = np.array([tag not in (OPEN, CLOSE, MARK) for tag in full.tags])
    marker = np.array([tag == MARK for tag in full.tags])
    for kind, keep in ((1, ~is_word), (2, ~is_word), (3, is_word | True), (5, is_word | marker)):
        row = rows[Kind(kind)]
        assert row.depth.tolist() == full.depth[keep].tolist()
        assert row.phrase_depth.tolist() == full.phrase_depth[keep].tolist()
        assert list(row.tags) == [tag for tag, kept in zip(full.tags, keep, strict=True) if kept]
    assert list(rows[Kind(5)].tokens) == [ST, *tree.words(), ED]


@given(bare_trees(), bracketed, st.booleans())
def test_reading_back_and_writing_again_changes_nothing(tree, kind, pos_brackets):
    tokens = linearise(tree, kind, pos_brackets=pos_brackets).tokens
    assert linearise(delinearise(tokens, kind), kind, pos_brackets=True).tokens == tokens


@given(trees())
def test_the_richest_kind_gives_the_tree_back(tree):
    assert delinearise(linearise(tree, Kind(4), pos_brackets=True).tokens, Kind(4)) == tree


@given(trees())
def test_raw_words_come_back_as_words(tree):
    assert delinearise(linearise(tree, Kind(5)).tokens, Kind(5)) == tree.words()


@pytest.mark.parametrize(("tokens", "position"), [
    ("(S (NP S) NP)", 2), ("S)", 0), ("(S S) S)", 2), ("(S (NP", 2), ("a", 1), ("(S S) (S S)", 4), ("", 0),
])
def test_brackets_that_do_not_match_are_pointed_at(tokens, position):
    with pytest.raises(TreeSyntaxError) as caught:
        delinearise((ST, *tokens.split(), ED), Kind(4))
    assert caught.value.fields["position"] == position


@given(st.lists(st.text(min_size=1), max_size=9))
def test_a_sentence_without_a_tree_has_no_labels(words):
    row = linearise_words(words)
    assert row.tokens == (ST, *words, ED)
    assert not row.depth.any() and not row.phrase_depth.any() and set(row.tags) <= {MARK, ""}
    assert row.phrase_depth.shape == (len(words) + 2, len(PHRASES))
