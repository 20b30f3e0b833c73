"""How alike words are in spelling alone: letters changed, and strings of three letters shared."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from scipy import sparse

_EDGES = ("\x02", "\x03")


def count_edits(a: str, b: str) -> int:
    """Letters put in, taken out, changed, or swapped with their neighbour, at least so many (optimal string alignment).

    >>> count_edits("recieve", "receive"), count_edits("beautifull", "beautiful"), count_edits("", "ab")
    (1, 1, 2)
    """
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def keep_letters(a: str, b: str) -> float:
    """One less the edits, as a share of the longer word: 1 for the same word, 0 for one with no letter in its place.

    >>> keep_letters("beautifull", "beautiful"), keep_letters("ab", "cd")
    (0.9, 0.0)
    """
    return 1 - count_edits(a, b) / max(len(a), len(b), 1)


def cut_trigrams(word: str) -> frozenset[str]:
    """Strings of three letters, the word's two ends counted as letters.

    >>> len(cut_trigrams("cat")), len(cut_trigrams("a")), len(cut_trigrams(""))
    (3, 1, 1)
    """
    closed = word.join(_EDGES)
    return frozenset(closed[i:i + 3] for i in range(max(len(closed) - 2, 1)))


def share_trigrams(a: str, b: str) -> float:
    """Jaccard's share: strings of three letters that both hold, of those that either holds."""
    first, second = cut_trigrams(a), cut_trigrams(b)
    return len(first & second) / len(first | second)


class TrigramIndex:
    """Words by their strings of three letters, in their own case."""

    def __init__(self, words: Sequence[str]):
        self.words = tuple(words)

    @cached_property
    def _table(self) -> tuple[dict[str, int], sparse.csr_matrix, np.ndarray]:
        grams = [cut_trigrams(word) for word in self.words]
        ids: dict[str, int] = {}
        columns = [ids.setdefault(gram, len(ids)) for own in grams for gram in sorted(own)]
        sizes = np.array([len(own) for own in grams], np.int64)
        rows = np.repeat(np.arange(len(grams)), sizes)
        held = sparse.csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), (len(grams), len(ids)))
        return ids, held, sizes

    def compare(self, words: Sequence[str]) -> np.ndarray:
        """Jaccard's share with each word of the index, float32 (Q, V)."""
        ids, held, sizes = self._table
        grams = [cut_trigrams(word) for word in words]
        rows, columns = [], []
        for q, own in enumerate(grams):
            known = [ids[gram] for gram in own if gram in ids]
            rows += [q] * len(known)
            columns += known
        asked = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (len(grams), len(ids)))
        shared = (asked @ held.T).toarray()
        either = np.array([len(own) for own in grams])[:, None] + sizes[None] - shared
        return (shared / either).astype(np.float32)
