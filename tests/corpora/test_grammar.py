"""The grammar against a checker of its own: agreement, depth, balance and distinctness."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpora.grammar import (
    LEXICON,
    MAX_CLAUSES,
    Lexicon,
    generate_centre_embedding,
    generate_dyck,
    generate_right_branching,
)
from core.corpora.trees import Tree, parse_tree
from core.errors import CorpusError

GENERATORS = (generate_centre_embedding, generate_right_branching)
SINGULAR = {pair[0] for pair in LEXICON.nouns + LEXICON.transitives + LEXICON.intransitives}
PLURAL = {pair[1] for pair in LEXICON.nouns + LEXICON.transitives + LEXICON.intransitives}
seeds = st.integers(0, 2**32 - 1)


def subtrees(tree: Tree):
    yield tree
    for child in tree.children:
        if isinstance(child, Tree):
            yield from subtrees(child)


def head_noun(phrase: Tree) -> Tree:
    """The noun of an NP, below its relative clause if it has one."""
    while phrase.children[0].label == "NP":
        phrase = phrase.children[0]
    return phrase.children[1]


def subject_verb_pairs(tree: Tree, antecedent: Tree | None = None):
    """(noun, verb) preterminals that must agree: a clause without an NP takes its antecedent."""
    if tree.label == "S":
        subject = next((c for c in tree.children if c.label == "NP"), antecedent)
        yield head_noun(subject), next(c for c in tree.children if c.label == "VP").children[0]
    for child in tree.children:
        if isinstance(child, Tree):
            yield from subject_verb_pairs(child, tree.children[0] if child.label == "SBAR" else antecedent)


def clause_depth(tree: Tree) -> int:
    """The largest number of SBAR on a path from the root."""
    inner = max((clause_depth(c) for c in tree.children if isinstance(c, Tree)), default=0)
    return inner + (tree.label == "SBAR")


@given(st.sampled_from(GENERATORS), st.integers(0, MAX_CLAUSES), seeds)
@settings(max_examples=60, deadline=None)
def test_every_verb_agrees_with_its_subject(generate, depth, seed):
    for tree in generate(3, depth=depth, seed=seed):
        pairs = list(subject_verb_pairs(tree))
        assert len(pairs) == depth + 1
        for noun, verb in pairs:
            assert (noun.label, verb.label) in {("NN", "VBZ"), ("NNS", "VBP")}
            forms = SINGULAR if noun.label == "NN" else PLURAL
            assert {noun.children[0], verb.children[0]} <= forms


@given(st.sampled_from(GENERATORS), st.integers(0, MAX_CLAUSES), seeds)
@settings(max_examples=60, deadline=None)
def test_depth_and_length_are_exactly_those_asked_for(generate, depth, seed):
    for tree in generate(3, depth=depth, seed=seed):
        assert clause_depth(tree) == sum(t.label == "SBAR" for t in subtrees(tree)) == depth
        assert len(tree.words()) == 4 + 4 * depth
        assert parse_tree(str(tree)) == tree
        assert tree.words()[0][0].isupper()
        assert tree.words()[-1] == "."


@given(st.sampled_from(GENERATORS), st.integers(0, 4), seeds)
@settings(max_examples=30, deadline=None)
def test_one_seed_gives_one_sample_without_repeats(generate, depth, seed):
    sample = generate(40, depth=depth, seed=seed)
    assert sample == generate(40, depth=depth, seed=seed)
    assert sample != generate(40, depth=depth, seed=seed + 1)
    assert len({str(tree) for tree in sample}) == 40


def test_centre_embedding_stacks_the_verbs_and_right_branching_does_not():
    (centre,), (right,) = (g(1, depth=3, seed=5) for g in GENERATORS)
    tags = [[t.label for t in subtrees(tree) if t.is_preterminal] for tree in (centre, right)]
    is_verb = [[tag.startswith("V") for tag in row] for row in tags]
    assert is_verb[0][-5:-1] == [True] * 4
    assert not any(a and b for a, b in zip(is_verb[1], is_verb[1][1:], strict=False))


@given(st.integers(0, 6), seeds)
@settings(max_examples=20, deadline=None)
def test_the_two_kinds_are_counterparts_with_the_same_nouns(depth, seed):
    nouns = [[t.children[0] for t in subtrees(tree) if t.label in ("NN", "NNS")]
             for g in GENERATORS for tree in g(2, depth=depth, seed=seed)]
    assert nouns[:2] == nouns[2:]
    assert all(len(set(row)) == len(row) for row in nouns)


def test_both_numbers_occur_about_equally_often():
    trees = generate_centre_embedding(500, depth=1, seed=0)
    labels = [t.label for tree in trees for t in subtrees(tree)]
    assert 0.45 < labels.count("NN") / 1000 < 0.55


def test_a_small_lexicon_is_used_up_before_anything_repeats():
    tiny = Lexicon(nouns=(("cat", "cats"),), determiners=(("the", "the"),),
                   transitives=(("sees", "see"),), intransitives=(("runs", "run"),))
    sentences = [" ".join(t.words()) for t in generate_centre_embedding(4, depth=0, seed=1, lexicon=tiny)]
    assert sorted(sentences) == ["The cat runs ."] * 2 + ["The cats run ."] * 2
    assert sentences[0] != sentences[1]
    assert len({str(t) for t in generate_right_branching(4, depth=1, seed=1, lexicon=tiny)}) == 4


def nesting(tree: Tree) -> int:
    return 1 + max(map(nesting, tree.children), default=0)


@given(st.integers(1, 2), st.integers(1, 12), st.integers(0, 30), seeds)
@settings(max_examples=60, deadline=None)
def test_dyck_structures_are_balanced_within_the_bounds(pairs, max_depth, half, seed):
    sample = generate_dyck(5, pairs=pairs, max_depth=max_depth, length=2 * half, seed=seed)
    assert sample == generate_dyck(5, pairs=pairs, max_depth=max_depth, length=2 * half, seed=seed)
    for tree in sample:
        text = str(tree)
        assert parse_tree(text) == tree
        assert text.count("(") == text.count(")") == half + 1
        assert nesting(tree) - 1 <= max_depth
        assert {t.label for child in tree.children for t in subtrees(child)} <= set("AB"[:pairs])


@pytest.mark.parametrize("half", [1, 4, 6])
def test_dyck_counts_are_the_catalan_numbers(half):
    catalan = math.comb(2 * half, half) // (half + 1)
    for pairs in (1, 2):
        n = catalan * pairs**half
        sample = generate_dyck(n, pairs=pairs, max_depth=half, length=2 * half, seed=0)
        assert len({str(tree) for tree in sample}) == n


def test_dyck_is_drawn_evenly():
    first = [str(generate_dyck(1, pairs=1, max_depth=3, length=6, seed=s)[0]) for s in range(500)]
    counts = [first.count(text) for text in set(first)]
    assert len(counts) == 5
    assert min(counts) > 70  # 100 expected, standard deviation 9


def test_different_seeds_differ():
    assert generate_dyck(5, pairs=2, max_depth=5, length=40, seed=1) \
        != generate_dyck(5, pairs=2, max_depth=5, length=40, seed=2)


@pytest.mark.parametrize(("call", "word"), [
    (lambda: generate_centre_embedding(1, depth=-1, seed=0), "depth"),
    (lambda: generate_right_branching(1, depth=MAX_CLAUSES + 1, seed=0), "depth"),
    (lambda: generate_centre_embedding(-1, depth=1, seed=0), "n"),
    (lambda: generate_dyck(1, pairs=3, max_depth=2, length=4, seed=0), "pairs"),
    (lambda: generate_dyck(1, pairs=1, max_depth=0, length=4, seed=0), "max_depth"),
    (lambda: generate_dyck(1, pairs=1, max_depth=2, length=5, seed=0), "5 brackets"),
    (lambda: generate_dyck(1, pairs=1, max_depth=2, length=10**6, seed=0), "length"),
])
def test_out_of_range_parameters_are_named(call, word):
    with pytest.raises(CorpusError, match=word):
        call()


@pytest.mark.parametrize(("length", "depth"), [(6, 1), (6, 3), (8, 2), (10, 4), (10, 5)])
def test_dyck_of_least_depth_gives_each_such_structure_once(length, depth):
    def deepest(tree):
        return 1 + max((deepest(c) for c in tree.children), default=0)

    every = generate_dyck(2000, pairs=1, max_depth=depth, length=length, seed=0)
    deep = {str(t) for t in every if deepest(t) == depth + 1}
    drawn = generate_dyck(len(deep), pairs=1, max_depth=depth, min_depth=depth, length=length, seed=1)
    assert {str(t) for t in drawn} == deep
