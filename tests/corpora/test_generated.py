"""Generated treebanks: split like real ones, and what is held out has not been read."""

import numpy as np
import pytest

from core.corpora.generated import GENERATED, generate_treebank
from core.errors import CorpusError
from core.tokens.linearise import Kind, linearise
from core.tokens.splits import split_documents


@pytest.mark.parametrize("name", GENERATED)
def test_no_tree_is_both_read_and_held_out(name):
    bank = generate_treebank(name)
    assert bank.n_trees == 1_800 and len(bank.documents) == 60
    split = split_documents([bank])
    trees = {part: {str(t) for d in getattr(split, part) for t in d.trees} for part in ("train", "test")}
    assert len(trees["test"]) == 180 and not trees["train"] & trees["test"]


@pytest.mark.parametrize(("name", "kind", "tokens"), [
    ("dyck-1", Kind.BRACKETS, {"(", ")"}), ("dyck-2", Kind.TAGGED_BRACKETS, {"(S", "S)", "(A", "A)", "(B", "B)"})])
def test_dyck_words_are_balanced_brackets_of_their_kinds(name, kind, tokens):
    rows = [linearise(t, kind) for d in generate_treebank(name).documents for t in d.trees]
    assert {t for row in rows for t in row.tokens[1:-1]} == tokens
    assert max(int(row.depth.max()) for row in rows) == 9  # eight, and the root
    assert all(row.depth[-2] == 0 and (np.diff(row.depth) <= 1).all() for row in rows)


def test_an_unknown_generator_is_refused():
    with pytest.raises(CorpusError, match="dyck-1, dyck-2, embedding"):
        generate_treebank("dyck-3")
