"""More training sentences from the same trees: constituents alone, neighbours joined.

In edited text a full stop betrays the end of a sentence, so a model of brackets and words can predict
ED without counting. Regrouped trees take that cue away: a phrase may stand alone, without a full stop,
and a full stop may be followed by another clause under the same root. Only the open brackets tell.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from core.corpora.treebank import Document
from core.corpora.trees import Tree


def list_constituents(tree: Tree) -> list[Tree]:
    """Every phrase below the root, in preorder; preterminals are none."""
    found, stack = [], [c for c in reversed(tree.children) if isinstance(c, Tree)]
    while stack:
        node = stack.pop()
        if not node.is_preterminal:
            found.append(node)
            stack += [c for c in reversed(node.children) if isinstance(c, Tree)]
    return found


def regroup_documents(documents: Iterable[Document], *, share: float, seed: int = 0) -> Iterator[Document]:
    """The documents, each followed in place by regrouped trees.

    Parameters
    ----------
    share : float
        Probability with which a tree gives one constituent of its own more, and, half as often, one tree
        that joins it to the next under a new root labelled as its own root.
    seed : int
        Equal seeds give equal documents.
    """
    rng = np.random.default_rng(seed)
    for document in documents:
        more = []
        for tree, following in zip(document.trees, (*document.trees[1:], None), strict=True):
            phrases = list_constituents(tree)
            if phrases and rng.random() < share:
                more.append(phrases[rng.integers(len(phrases))])
            if following is not None and rng.random() < share / 2:
                more.append(Tree(tree.label, (tree, following)))
        yield Document(document.name, (*document.trees, *more))
