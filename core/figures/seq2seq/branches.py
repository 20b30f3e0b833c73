"""Which branches of a beam are worth a row, and in which row each node stands."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.translate.beam import END, BeamResult


@dataclass(frozen=True, eq=False)
class Branches:
    """The part of a beam's tree that is drawn: one row a leaf, the best path in row 0, no branch crosses another.

    Attributes
    ----------
    result : BeamResult
    leaves : tuple of int
        From the top row down.
    row : dict of int to int
        Row of every node that is drawn; the start is one of them.
    n_all : int
        Branches that the beam had.
    """

    result: BeamResult
    leaves: tuple[int, ...]
    row: dict[int, int]
    n_all: int

    @cached_property
    def best(self) -> frozenset[int]:
        """Nodes of the best path, with the start."""
        return frozenset((0, *self.result.tree.path(self.result.best.leaf)))

    @cached_property
    def finished(self) -> frozenset[int]:
        """Nodes that lead to an end that is drawn."""
        tree = self.result.tree
        return frozenset(n for leaf in self.leaves if tree.token[leaf] == END for n in tree.path(leaf))

    @property
    def n_steps(self) -> int:
        return int(max(self.result.tree.step[n] for n in self.row))


def rank_leaves(result: BeamResult) -> list[int]:
    """Ends of branches: those that were found first, then the others by how near they were to the best of their step.

    A branch that ended, but not among the n best, is compared with the best that ended.
    """
    tree = result.tree
    leaves = np.setdiff1d(np.arange(1, len(tree.token)), tree.parent)
    found = [h.leaf for h in result.hypotheses]
    top = np.full(tree.step.max() + 1, -np.inf)
    np.maximum.at(top, tree.step, tree.score)
    ended = tree.token[leaves] == END
    gap = np.where(ended, result.best.score, top[tree.step[leaves]]) - tree.score[leaves]
    others = leaves[np.argsort(gap, kind="stable")].tolist()
    return [*found, *(leaf for leaf in others if leaf not in set(found))]


def choose_branches(result: BeamResult, n: int) -> Branches:
    """Give a row to each of the n most hopeful branches.

    Parameters
    ----------
    n : int
        At least 1; the best path is always there.
    """
    ranked, tree = rank_leaves(result), result.tree
    hope = {leaf: place for place, leaf in enumerate(ranked[:max(1, n)])}
    children: dict[int, list[int]] = {}
    reach: dict[int, int] = {}  # the most hopeful leaf below a node
    for leaf, place in hope.items():
        for node in (0, *tree.path(leaf)):
            if node not in reach and node:
                children.setdefault(int(tree.parent[node]), []).append(node)
            reach[node] = min(reach.get(node, place), place)
    row, leaves, stack = {}, [], [0]
    while stack:
        node = stack.pop()
        row[node] = len(leaves)
        below = sorted(children.get(node, ()), key=reach.get)
        if not below:
            leaves.append(node)
        stack += reversed(below)
    return Branches(result, tuple(leaves), row, len(ranked))
