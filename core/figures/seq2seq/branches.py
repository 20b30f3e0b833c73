"""Which branches of a beam are worth a row, and in which row each node stands."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.translate.beam import END, BeamResult


@dataclass(frozen=True, eq=False)
class Branches:
    """The part of a beam's tree that is drawn: the best path in row 0, no branch crosses another.

    Attributes
    ----------
    result : BeamResult
    leaves : tuple of int
        Ends of the branches.
    row : dict of int to int
        Row of every node that is drawn; the start is one of them. A row holds several branches where there is room.
    n_all : int
        Branches that the beam had.
    """

    result: BeamResult
    leaves: tuple[int, ...]
    row: dict[int, int]
    n_all: int

    @property
    def n_rows(self) -> int:
        return max(self.row.values()) + 1

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
    """Find rows for the n most hopeful branches.

    Parameters
    ----------
    n : int
        At least 1; the best path is always there.
    """
    ranked, tree = rank_leaves(result), result.tree
    hope = {leaf: place for place, leaf in enumerate(ranked[:max(1, n)])}
    children: dict[int, list[int]] = {}
    reach: dict[int, int] = {}  # place of the most hopeful leaf below a node
    for leaf, place in hope.items():
        for node in (0, *tree.path(leaf)):
            if node and node not in reach:
                children.setdefault(int(tree.parent[node]), []).append(node)
            reach[node] = min(reach.get(node, place), place)
    for own in children.values():
        own.sort(key=reach.get)
    rows, row, leaves = _Rows(), {}, []
    waiting = [0]  # first nodes of branches; those that leave last come first, so that earlier ones fall past them
    while waiting:
        branch = [waiting.pop()]
        while own := children.get(branch[-1]):
            branch.append(own[0])
        steps = tree.step[branch]
        place = rows.take(row.get(int(tree.parent[branch[0]]), -1), int(steps[0]), int(steps[-1]))
        row |= dict.fromkeys(branch, place)
        leaves.append(branch[-1])
        waiting += [node for parent in branch for node in reversed(children.get(parent, ())[1:])]
    return Branches(result, tuple(leaves), row, len(ranked))


class _Rows:
    """Rows that fill up with branches, and the lines that fall between them."""

    def __init__(self) -> None:
        self.taken: list[list[tuple[int, int]]] = []       # by row: first and last step of each branch
        self.falls: list[tuple[int, int, int]] = []        # step, row it leaves, row it reaches

    def take(self, above: int, first: int, last: int) -> int:
        """The highest row below `above` in which a branch meets no other and crosses none on its way."""
        for row in range(above + 1, len(self.taken)):
            if self._is_free(row, first, last) and not self._is_crossed(above, row, first):
                break
        else:
            row = len(self.taken)
            self.taken.append([])
        self.taken[row].append((first, last))
        self.falls.append((first, above, row))
        return row

    def _is_free(self, row: int, first: int, last: int) -> bool:
        """Whether the row has room, with a step between branches, and nothing falls through."""
        return (all(last + 1 < a or b + 1 < first for a, b in self.taken[row])
                and not any(first < step <= last and top < row <= bottom for step, top, bottom in self.falls))

    def _is_crossed(self, above: int, row: int, step: int) -> bool:
        """Whether the fall to the row would cross a branch."""
        return any(a < step <= b for between in range(above + 1, row) for a, b in self.taken[between])
