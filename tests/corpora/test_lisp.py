"""The Lisp reader: what it reads, what it refuses, and that what it writes comes back."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.library import corpus_family, read_corpus, read_lisp_demo, read_lisp_demo_classes
from core.corpora.lisp import (
    LITERALS,
    ROLES,
    parse_form,
    parse_lisp,
    read_lisp,
    replace_by_classes,
    write_lisp,
)
from core.corpora.trees import Tree
from core.errors import CorpusError, TreeSyntaxError
from core.settings import MAX_TREE_DEPTH
from core.tokens.linearise import Kind, delinearise, linearise

symbols = st.sampled_from(["x", "car", "set-car!", "foo?", "+", "-", "...", "a.b", "let*", "defun", "|", "1+", r"a\(b"])
strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(
    lambda s: '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"')
literals = st.sampled_from(["12", "-1.5e3", "#x1F", ":key", "&rest", "nil", "t", "?a", "?\\(", "?\\)", "?\\C-x",
                            '?"', "?;"])
quotes = st.sampled_from(["'", "`", ",", ",@", "#'"])
blanks = st.sampled_from([" ", "\n", "\t", " ; a comment ( \" \n", " #| one ) #| two |# |# "])


def lists(children):
    quoted = st.tuples(quotes, children).map("".join)
    return st.builds(lambda sign, inside, gap: sign[0] + gap.join(inside) + sign[1],
                     st.sampled_from(["()", "()", "[]"]), st.lists(children | quoted, max_size=5), blanks)


forms = lists(st.recursive(symbols | strings | literals, lists, max_leaves=20)).filter(lambda t: t[0] == "(")


def only(text, **settings):
    (tree,) = parse_lisp(text, **settings)
    return tree


@given(forms)
def test_what_is_written_reads_back(text):
    tree = only(text)
    assert only(write_lisp(tree)) == tree
    assert write_lisp(only(write_lisp(tree))) == write_lisp(tree)


@given(forms)
def test_brackets_of_a_form_are_those_a_model_reads(text):
    tree = parse_form(text)
    tokens = linearise(tree, Kind.BRACKETS_WORDS).tokens
    assert delinearise(tokens, Kind.BRACKETS_WORDS).words() == tree.words()
    assert [t for t in tokens if t in "()"] == [t for t in linearise(tree, Kind.BRACKETS).tokens if t in "()"]
    shape = only(text)
    assert linearise(tree, Kind.BRACKETS).tokens == linearise(shape, Kind.BRACKETS).tokens
    assert not any(set(w) & set("()[] \n\t") for w in tree.words())
    assert set(replace_by_classes(tree).words()) <= {*LITERALS, *ROLES}


@given(st.text(st.sampled_from("()[]'`,;\"\\?#| ax1.\n"), max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text):
    for scheme in (False, True):
        try:
            list(parse_lisp(text, scheme=scheme))
        except TreeSyntaxError as error:
            assert 0 <= error.fields["position"] <= len(text)


@pytest.mark.parametrize(("text", "scheme", "words"), [
    (r"(f ?\( ?\) ?\s-a ?\M-\C-x ?\^? ?a ?\\ ?\x41)", False, ["f", *["?…"] * 8]),
    (r"(f #\( #\space #\x #\))", True, ["f", *["?…"] * 4]),
    (r"(f |two words| #t #f #!optional)", True, ["f", "|two·words|", "#t", "#f", "#!optional"]),
    ("(or | a)", False, ["or", "|", "a"]),
    ("(a . b)", False, ["a", ".", "b"]),
    ("(a #;(b (c)) d #; #; e f g)", True, ["a", "d", "g"]),
    ("(a ; (\n b #| ( #| ( |# |# c)", True, ["a", "b", "c"]),
    ('(a "b \\" (c" d)', False, ["a", '"…"', "d"]),
    ("`(a ,b ,@(c))", False, []),
    ("(a `(b ,c ,@d) #'e '())", False, ["a", "`", "b", ",", "c", ",@", "d", "#'", "e", "'"]),
])
def test_signs_of_both_dialects(text, scheme, words):
    if words:
        assert parse_form(text, scheme=scheme).words() == words
    else:
        assert only(text).label in ("CALL", "DATA")


def test_classes_follow_the_place():
    tree = only("(defun f (x &optional y) (if x (g 'a) (list 1 \"s\" :k nil ?c)))")
    assert replace_by_classes(tree).words() == (
        "DEFINE NAME SYMBOL KEYWORD SYMBOL SPECIAL SYMBOL CALL QUOTE SYMBOL CALL NUMBER STRING KEYWORD CONSTANT "
        "CHARACTER").split()
    assert [c.label for c in tree.children if not c.is_preterminal] == ["DATA", "SPECIAL"]
    assert only("(a '(b (c)) (b (c)))").children[2].label == "DATA"
    assert only("(a '(b (c)) (b (c)))").children[3].label == "CALL"
    assert only("(a #(1) [x])", scheme=True).children[1].label == "VECTOR"


@pytest.mark.parametrize(("text", "position"), [
    ("(a (b)", 0), ("(a))", 3), ("(a]", 2), ("[a)", 2), ('(a "b)', 3), ("(a #| b)", 3),
    ("(" * (MAX_TREE_DEPTH + 1), MAX_TREE_DEPTH), ("", 0), ("a", 0), ("(a) (b)", 0)])
def test_faults_are_pointed_at(text, position):
    with pytest.raises(TreeSyntaxError) as caught:
        parse_form(text)
    assert caught.value.fields["position"] == position


def test_one_bad_file_leaves_the_others(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "good.el").write_text("(a (b))")
    (tmp_path / "deep" / "packed.el.gz").write_bytes(gzip.compress(b"(c)"))
    (tmp_path / "cut.el.gz").write_bytes(gzip.compress(b"(c)" * 1000)[:30])
    (tmp_path / "binary.el").write_bytes(b"\xff\xfe\x00(")
    (tmp_path / "open.scm").write_text("(define (x)")
    (tmp_path / "notes.txt").write_text("(")
    bank = read_lisp(tmp_path)
    assert [d.name for d in bank.documents] == ["deep/packed", "good"]
    assert sorted(p.split(":")[0] for p in bank.problems) == ["binary", "cut", "open"]
    assert [d.name for d in read_lisp(tmp_path, wanted=frozenset({"good"})).documents] == ["good"]


@pytest.mark.parametrize("content", [b"", b"; nothing\n", b"\x00\x01", b"(((", b"\x1f\x8bxx"])
def test_nothing_readable_is_said(tmp_path, content):
    (tmp_path / "a.el").write_bytes(content)
    with pytest.raises(CorpusError):
        read_lisp(tmp_path)
    with pytest.raises(CorpusError):
        read_lisp(tmp_path / "absent")


def test_the_demo_is_sound_and_nests():
    bank, classes = read_lisp_demo(), read_lisp_demo_classes()
    assert not bank.problems and 60 <= bank.n_trees <= 120 and len(bank.documents) >= 6
    assert max(int(linearise(t, Kind.BRACKETS).depth.max()) for d in bank.documents for t in d.trees) >= 12
    assert bank.n_trees == classes.n_trees
    assert {w for d in classes.documents for t in d.trees for w in t.words()} <= {*LITERALS, *ROLES}
    assert read_corpus("lisp-demo").documents == bank.documents
    assert read_corpus("lisp-demo-classes").documents == classes.documents


@pytest.mark.parametrize(("name", "family"), [
    ("emacs-lisp", "lisp"), ("slib-classes", "lisp"), ("lisp-demo", "lisp"), ("dyck-1", "generated"),
    ("embedding", "generated"), ("gum", "english"), ("demo", "english")])
def test_families(name, family):
    assert corpus_family(name) == family


def test_generated_corpora_keep_their_depth():
    def deepest(tree: Tree) -> int:
        return 1 + max((deepest(c) for c in tree.children), default=0)

    for depth in (3, 6):
        bank = read_corpus("dyck-1", depth=depth)
        assert max(deepest(t) for d in bank.documents for t in d.trees) == depth + 1
    assert read_corpus("dyck-1", depth=3) == read_corpus("dyck-1", depth=3) != read_corpus("dyck-1", depth=6)
