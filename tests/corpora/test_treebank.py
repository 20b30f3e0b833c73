"""From annotated files to the trees that models read."""

import zipfile

import pytest
from hypothesis import given

from core.corpora.registry import find_corpus
from core.corpora.treebank import TreeRules, normalise_tree, read_trees, strip_label, unwrap_root
from core.corpora.trees import parse_tree
from core.errors import CorpusError
from tests.strategies import trees

GOOD = "( (S (NP (NN rain)) (VP (VBZ falls)) (. .)) )\n"
RAIN = parse_tree("(S (NP (NN rain)) (VP (VBZ falls)) (. .))")


def normalised(text: str, rules: TreeRules = TreeRules()) -> str:
    return str(normalise_tree(unwrap_root(parse_tree(text)), rules))


@pytest.mark.parametrize(("label", "kept"), [
    ("NP-SBJ-2", "NP"), ("NP=2", "NP"), ("NP-SBJ=3", "NP"), ("ADVP|PRT", "ADVP"), ("PRP$", "PRP$"), ("-LRB-", "-LRB-"),
    ("-NONE-", "-NONE-"), ("S", "S"), ("", ""), (".", "."), ("``", "``"),
])
def test_labels_lose_function_tags_and_indices(label, kept):
    assert strip_label(label) == kept


@pytest.mark.parametrize(("text", "expected"), [
    ("( (S (NP-SBJ-1 (NN rain)) (VP (VBZ falls))) )", "(S (NP (NN rain)) (VP (VBZ falls)))"),
    ("(ROOT (S (NN a)))", "(S (NN a))"), ("(TOP (S (NN a)))", "(S (NN a))"), ("(ROOT (ROOT (S (NN a))))", "(S (NN a))"),
    ("( (S (NN a)) (. .) )", "(ROOT (S (NN a)) (. .))"),
    ("(S (NP-SBJ (-NONE- *T*-1)) (VP (VBZ falls)))", "(S (VP (VBZ falls)))"),
    ("(S (SBAR (WHNP (-NONE- 0)) (S (NP (-NONE- *)))) (VP (VBZ falls)))", "(S (VP (VBZ falls)))"),
    ("(S (-NONE- *))", "None"), ("()", "None"), ("(S (NP))", "None"),
    ("(NP Pierre (-NONE- *) Vinken)", "(NP Pierre Vinken)"),
    ("(S (-LRB- -LRB-) (NN a) (-RRB- -RRB-))", "(S (-LRB- -LRB-) (NN a) (-RRB- -RRB-))"),
])
def test_normalising(text, expected):
    assert normalised(text) == expected


@pytest.mark.parametrize(("text", "kept", "collapsed"), [
    ("(NP (NP (NN a)))", "(NP (NP (NN a)))", "(NP (NN a))"),
    ("(NP (NP-SBJ (NP (NN a))))", "(NP (NP (NP (NN a))))", "(NP (NN a))"),
    ("(S (VP (VB go)))", "(S (VP (VB go)))", "(S (VP (VB go)))"),
    ("(NP (NP (NN a)) (-NONE- *))", "(NP (NP (NN a)))", "(NP (NN a))"),
    ("(S (NP (NN a)) (NP (NN b)))", "(S (NP (NN a)) (NP (NN b)))", "(S (NP (NN a)) (NP (NN b)))"),
])
def test_only_collapsing_shortens_chains_of_one_label(text, kept, collapsed):
    assert normalised(text) == kept
    assert normalised(text, TreeRules(unary="collapse")) == collapsed


@given(trees())
def test_normalising_keeps_the_words_and_is_done_once(tree):
    for rules in (TreeRules(), TreeRules(unary="collapse")):
        once = normalise_tree(tree, rules)
        assert once.words() == tree.words()
        assert normalise_tree(once, rules) == once


def test_a_file_is_a_document(tmp_path):
    (tmp_path / "rain.mrg").write_text(GOOD * 2)
    bank = read_trees(tmp_path / "rain.mrg")
    assert (bank.name, bank.n_trees, bank.problems) == ("rain", 2, ())
    assert [(d.name, d.trees) for d in bank.documents] == [("rain", (RAIN, RAIN))]


def test_a_folder_is_read_to_any_depth_in_order(tmp_path):
    for name in ("b.ptb", "a/z.tree", "a/y/WSJ_0001.MRG", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(GOOD)
    assert [d.name for d in read_trees(tmp_path, name="mine").documents] == ["WSJ_0001", "z", "b"]


@pytest.mark.parametrize(("content", "says"), [
    (b"( (S (NN a) )", "never closed"), (b"\x80\x81\xff", "not UTF-8"), (b"just words", "outside every bracket"),
    (bytes(range(256)), "outside every bracket"), (b"(" * 5_000, "deeper than"),
], ids=["unbalanced", "not UTF-8", "words", "binary", "too deep"])
def test_a_broken_file_is_named_and_the_others_are_read(tmp_path, content, says):
    (tmp_path / "good.mrg").write_text(GOOD)
    (tmp_path / "bad.mrg").write_bytes(content)
    (tmp_path / "other.mrg").write_text(GOOD)
    bank = read_trees(tmp_path)
    assert [d.name for d in bank.documents] == ["good", "other"]
    assert len(bank.problems) == 1 and bank.problems[0].startswith("bad: ")
    if content != bytes(range(256)):  # there the first fault is a matter of taste
        assert says in bank.problems[0]


def test_an_empty_file_is_a_document_without_trees(tmp_path):
    (tmp_path / "empty.mrg").write_text("")
    (tmp_path / "good.mrg").write_text(GOOD)
    assert [(d.name, len(d.trees)) for d in read_trees(tmp_path).documents] == [("empty", 0), ("good", 1)]


def test_a_zip_is_read_like_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "bank.zip", "w") as archive:
        archive.writestr("x/b.mrg", GOOD)
        archive.writestr("x/a.mrg", "( (S")
        archive.writestr("readme.txt", "not a tree")
    bank = read_trees(tmp_path / "bank.zip")
    assert [d.name for d in bank.documents] == ["b"] and bank.problems[0].startswith("a: ")


def test_a_damaged_member_of_a_zip_is_named_and_the_others_are_read(tmp_path):
    path = tmp_path / "bank.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.mrg", GOOD.replace("rain", "snow"))
        archive.writestr("b.mrg", GOOD)
    path.write_bytes(path.read_bytes().replace(b"snow", b"s\0ow"))
    bank = read_trees(path)
    assert [d.name for d in bank.documents] == ["b"] and "cannot be read" in bank.problems[0]


@pytest.mark.parametrize("name", ["absent", "empty.mrg", "text.txt", "empty", "cut.zip", "broken.mrg"])
def test_where_no_tree_is_the_error_says_what_would_do(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.mrg").touch()
    (tmp_path / "text.txt").write_text(GOOD)
    (tmp_path / "cut.zip").write_bytes(b"PK\3\4 and then nothing")
    (tmp_path / "broken.mrg").write_text("( (S")
    with pytest.raises(CorpusError, match=r"\.mrg|PTB-style") as caught:
        read_trees(tmp_path / name)
    assert name in str(caught.value)


@pytest.mark.parametrize(("name", "n_trees", "n_words"), [
    pytest.param("ptb-sample", 3_914, 94_084, marks=pytest.mark.needs_corpus("ptb-sample")),
    pytest.param("gum", 14_597, 251_725, marks=pytest.mark.needs_corpus("gum")),
    pytest.param("craft", 30_830, 793_651, marks=[pytest.mark.needs_corpus("craft"), pytest.mark.slow]),
])
def test_known_corpora_are_read_whole(name, n_trees, n_words):
    # CRAFT's 793,651 words are 793,656 where they are also split at the hair spaces that 16 of them hold.
    bank = read_trees(find_corpus(name), name=name)
    assert not bank.problems
    assert sum(len(t.words()) for d in bank.documents for t in d.trees) == n_words
    assert bank.n_trees == n_trees
    assert not any("-NONE-" in str(t) for d in bank.documents for t in d.trees[:5])
