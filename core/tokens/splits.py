"""Splits by document, so that no sentence of a text a model has read is scored."""

from dataclasses import dataclass

import numpy as np

from core.corpora.treebank import Document, Treebank

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Documents of each part; names are ``corpus/document``."""

    train: tuple[Document, ...]
    validation: tuple[Document, ...]
    test: tuple[Document, ...]

    def names(self) -> dict[str, list[str]]:
        return {part: [d.name for d in getattr(self, part)] for part in PARTS}


def split_documents(treebanks: list[Treebank], *, held_out: float = 0.1, seed: int = 0) -> Split:
    """Put ``held_out`` of each corpus's documents into validation and as many into test.

    Documents are drawn by a generator seeded per corpus, so adding a corpus moves no document of
    another. A corpus with fewer than three documents goes to train whole, and train is never left empty.
    """
    parts: dict[str, list[Document]] = {part: [] for part in PARTS}
    for bank in treebanks:
        n = len(bank.documents)
        n_out = min(max(1, round(held_out * n)), (n - 1) // 2) if n >= 3 else 0
        order = np.random.default_rng(seed).permutation(n)
        for rank, i in enumerate(order):
            part = "test" if rank < n_out else "validation" if rank < 2 * n_out else "train"
            document = bank.documents[i]
            parts[part].append(Document(f"{bank.name}/{document.name}", document.trees))
    return Split(*(tuple(sorted(parts[part], key=lambda d: d.name)) for part in PARTS))
