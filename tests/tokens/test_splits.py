"""Splits by document: no text on two sides, and no corpus moves another."""

from hypothesis import given
from hypothesis import strategies as st

from core.corpora.treebank import Document, Treebank
from core.corpora.trees import Tree
from core.tokens.splits import PARTS, split_documents


def bank(name: str, n: int) -> Treebank:
    return Treebank(name, tuple(Document(f"d{i:03d}", (Tree("S", (f"w{i}",)),)) for i in range(n)))


banks = st.lists(st.integers(1, 60), min_size=1, max_size=4).map(
    lambda sizes: [bank(f"c{i}", n) for i, n in enumerate(sizes)])
shares, seeds = st.floats(0.01, 0.4), st.integers(0, 5)


@given(banks, shares, seeds)
def test_every_document_is_in_exactly_one_part(many, held_out, seed):
    names = split_documents(many, held_out=held_out, seed=seed).names()
    found = [name for part in PARTS for name in names[part]]
    assert sorted(found) == sorted(f"{b.name}/{d.name}" for b in many for d in b.documents)


@given(banks, shares, seeds)
def test_validation_and_test_are_alike_in_size_and_train_is_never_empty(many, held_out, seed):
    for one in many:
        split = split_documents([one], held_out=held_out, seed=seed)
        n = len(one.documents)
        assert len(split.validation) == len(split.test) and split.train
        if n >= 3:
            assert len(split.test) >= 1 and abs(len(split.test) - held_out * n) <= 1
        else:
            assert len(split.train) == n


@given(banks, st.integers(3, 30), shares, seeds)
def test_another_corpus_moves_no_document(many, n_more, held_out, seed):
    alone = split_documents(many, held_out=held_out, seed=seed)
    for joined in ([*many, bank("more", n_more)], [bank("more", n_more), *many]):
        names = split_documents(joined, held_out=held_out, seed=seed).names()
        for part in PARTS:
            assert [n for n in names[part] if not n.startswith("more/")] == alone.names()[part]


def test_another_seed_holds_other_documents_out():
    names = [split_documents([bank("c", 50)], seed=seed).names()["test"] for seed in (0, 0, 1)]
    assert names[0] == names[1] != names[2]


def test_trees_stay_with_their_document():
    for document in split_documents([bank("c", 9)]).train:
        assert document.trees[0].words() == [f"w{int(document.name[-3:])}"]
