"""Regrouped trees are constituents or joins of the trees they come from."""

import pytest

from core.corpora.demo import read_demo_treebank
from core.corpora.treebank import Document
from core.corpora.trees import Tree, parse_tree
from core.tokens.regroup import list_constituents, regroup_documents

TREE = parse_tree("(S (NP (DT the) (NN cat)) (VP (VBZ sits) (PP (IN on) (NP (NN grass)))) (. .))")


def test_constituents_are_the_phrases_below_the_root():
    assert [node.label for node in list_constituents(TREE)] == ["NP", "VP", "PP", "NP"]
    assert list_constituents(parse_tree("(NP (NN cat))")) == []


@pytest.fixture(scope="module")
def documents():
    return read_demo_treebank().documents


def test_every_new_tree_comes_from_the_document(documents):
    for before, after in zip(documents, regroup_documents(documents, share=1.0), strict=True):
        assert after.name == before.name and after.trees[:len(before.trees)] == before.trees
        phrases = {str(node) for tree in before.trees for node in list_constituents(tree)}
        joins = {str(Tree(a.label, (a, b))) for a, b in zip(before.trees, before.trees[1:], strict=False)}
        new = {str(tree) for tree in after.trees[len(before.trees):]}
        assert new and new <= phrases | joins
        assert new & phrases and new & joins


def test_share_and_seed(documents):
    def count(share, seed=0):
        return [len(d.trees) for d in regroup_documents(documents, share=share, seed=seed)]

    n = sum(len(d.trees) for d in documents)
    assert sum(count(0)) == n
    assert 1.1 * n < sum(count(0.2)) < 1.5 * n
    assert count(0.5) == count(0.5) != count(0.5, seed=1)


def test_one_tree_has_nobody_to_join():
    (document,) = regroup_documents([Document("d", (TREE,))], share=1.0)
    assert len(document.trees) == 2 and str(document.trees[1]) in str(TREE)
