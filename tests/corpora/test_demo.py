"""The demo treebank is well formed and shows what the pages are about; the validator would say if not."""

from itertools import pairwise

import pytest

from core.corpora.demo import FOLDER, read_demo_treebank
from core.corpora.treebank import Document, Treebank, normalise_tree, unwrap_root
from core.corpora.trees import Tree, parse_tree, parse_trees
from core.corpora.validate import count_labels, validate_treebank, walk_nodes

BANK = read_demo_treebank()
TREES = {document.name: document.trees for document in BANK.documents}
ALL = [tree for trees in TREES.values() for tree in trees]
SOUND = "(S (NP (DT the) (NN rain)) (VP (VBZ falls)) (. .))"


def faults_of(*texts: str) -> list[str]:
    return validate_treebank(Treebank("toy", (Document("toy", tuple(map(parse_tree, texts))),)))


def holds(tree: Tree, parent: str, *children: str) -> bool:
    """Whether some node of the label `parent` has these daughters next to each other."""
    n = len(children)
    for node in walk_nodes(tree):
        labels = [child.label for child in node.children if isinstance(child, Tree)]
        if node.label == parent and any(tuple(labels[i:i + n]) == children for i in range(len(labels))):
            return True
    return False


def count(parent: str, *children: str, document: str | None = None) -> int:
    return sum(holds(tree, parent, *children) for tree in (TREES[document] if document else ALL))


def words_tagged(word: str) -> set[str]:
    return {n.label for t in ALL for n in walk_nodes(t) if n.is_preterminal and n.children[0].lower() == word}


def test_it_is_large_enough_and_without_fault():
    assert BANK.n_trees >= 300 and not BANK.problems
    assert validate_treebank(BANK) == []


def test_the_files_hold_no_function_tags_and_no_traces():
    for document in BANK.documents:
        written = [unwrap_root(t) for t in parse_trees((FOLDER / f"{document.name}.mrg").read_text("utf-8"))]
        assert tuple(written) == document.trees
        assert all(normalise_tree(tree) == tree for tree in written)


def test_every_phenomenon_has_a_document():
    assert set(TREES) == {"agreement", "centre-embedding", "complement-clauses", "coordination", "everyday",
                          "garden-paths", "long-sentences", "prepositional-attachment", "questions",
                          "relative-clauses", "that-in-every-role"}
    assert min(map(len, TREES.values())) >= 20


def test_that_stands_in_every_role():
    assert words_tagged("that") >= {"DT", "IN", "WDT"}
    for tag in ("DT", "IN", "WDT"):
        found = sum(n.label == tag and n.children[0].lower() == "that" for t in ALL for n in walk_nodes(t)
                    if n.is_preterminal)
        assert found >= 20


def test_clauses_are_embedded():
    assert count("NP", "NP", "SBAR", document="relative-clauses") >= 15
    assert count("SBAR", "IN", "S", document="complement-clauses") >= 10
    assert count("NP", "NP", "SBAR", document="centre-embedding") >= 15


def test_phrases_are_coordinated():
    assert sum(holds(t, parent, parent, "CC", parent) for t in TREES["coordination"]
               for parent in ("NP", "VP", "S", "PP", "ADJP")) >= 8
    assert count_labels(BANK)["CC"] >= 50


def test_prepositional_phrases_attach_both_ways():
    assert count("NP", "NP", "PP", document="prepositional-attachment") >= 12
    assert sum(holds(t, "VP", "NP", "PP") for t in TREES["prepositional-attachment"]) >= 8


def test_questions_are_asked_both_ways():
    roots = [tree.label for tree in TREES["questions"]]
    assert roots.count("SQ") >= 8 and roots.count("SBARQ") >= 8
    assert all(tree.words()[-1] == "?" for tree in TREES["questions"] if tree.label in ("SQ", "SBARQ"))


def test_garden_paths_stand_beside_their_unambiguous_twin():
    reduced = [holds(tree, "NP", "NP", "VP") for tree in TREES["garden-paths"]]
    full = [holds(tree, "NP", "NP", "SBAR") for tree in TREES["garden-paths"]]
    assert sum(a and b for a, b in zip(reduced, full[1:], strict=False)) >= 4


def test_agreement_is_shown_in_minimal_pairs_across_a_distractor():
    trees = TREES["agreement"]
    assert sum(holds(t, "NP", "NP", "PP") or holds(t, "NP", "NP", "SBAR") for t in trees) >= 15
    tags = [{n.label for n in walk_nodes(t)} for t in trees]
    assert sum("VBZ" in a and "VBP" in b for a, b in pairwise(tags)) >= 8


@pytest.mark.parametrize(("text", "says"), [
    ("(S (NP (XX the) (NN rain)) (VP (VBZ falls)) (. .))", "“XX” of the word “the” is no Penn Treebank tag"),
    ("(S (NQ (DT the) (NN rain)) (VP (VBZ falls)) (. .))", "“NQ” is no Penn Treebank phrase"),
    ("(S (NP-SBJ (NN rain)) (VP (VBZ falls)) (. .))", "“NP-SBJ” is no Penn Treebank phrase"),
    ("(S (NP (-NONE- *)) (VP (VBZ falls)) (. .))", "“-NONE-” of the word “*” is no Penn Treebank tag"),
    ("(S (NP) (VP (VBZ falls)) (. .))", "the NP holds nothing"),
    ("(S (NP rain) (VP (VBZ falls)) (. .))", "the word “rain” has no tag, only the phrase NP"),
    ("(S (NP the rain) (VP (VBZ falls)) (. .))", "the word “the” has no tag, only the phrase NP"),
    ("(S (NP (NP (NN rain))) (VP (VBZ falls)) (. .))", "NP is the only daughter of NP"),
    ("(S (NP (NN rain)) (VP (VBZ falls)))", "no final punctuation, and not marked as a fragment"),
    ("(S (NP (NN that)) (VP (VBZ falls)) (. .))", "“that” as NN; it is one of DT, IN, RB, WDT"),
    ("(NN rain)", "the word “rain” stands alone, without a phrase"),
    ("( (S (NP (NN rain)) (. .)))", "“” is no Penn Treebank phrase"),
])
def test_the_validator_names_the_place_and_the_fault(text, says):
    faults = faults_of(SOUND, text)
    assert f"toy, sentence 2: {says}" in faults
    assert not any(fault.startswith("toy, sentence 1:") for fault in faults)


def test_the_validator_finds_a_sentence_that_comes_twice():
    twin = SOUND.replace("(NP (DT the) (NN rain))", "(NP (NP (DT The)) (NP (NN rain)))")
    assert faults_of(SOUND, twin) == ["toy, sentence 2: the sentence is that of toy, sentence 1"]


@pytest.mark.parametrize("text", [
    SOUND, "(FRAG (NP (DT the) (NN rain)))", "(NP (DT the) (NN rain))", "(INTJ (UH oh))",
    "(S (`` ``) (NP (PRP it)) (VP (VBZ falls)) (. .) ('' ''))",
    "(S (-LRB- -LRB-) (NP (PRP it)) (VP (VBZ falls)) (. !) (-RRB- -RRB-))",
    "(S (NP (DT that)) (VP (VBZ is) (ADJP (RB that) (JJ big))) (. .))",
])
def test_the_validator_leaves_sound_sentences_alone(text):
    assert faults_of(text) == []
