"""What stands nearest to one example of a word: other examples, and to the bare word: other words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.corpora.senses import SenseExample


@dataclass(frozen=True, eq=False)
class Neighbours:
    """K rows, the nearest first, and their cosines."""

    rows: np.ndarray
    cosines: np.ndarray


def find_neighbours(cosines: np.ndarray, row: int, k: int) -> Neighbours:
    """The other examples nearest to one of N, from cosines (N, N); of equals the first come first."""
    own = cosines[row].copy()
    own[row] = -np.inf
    rows = np.argsort(-own, kind="stable")[:min(k, len(own) - 1)]
    return Neighbours(rows, own[rows])


def find_nearest(cosines: np.ndarray) -> np.ndarray:
    """The example nearest to each of N, from cosines (N, N), the first of equals; -1 where there is no other."""
    if len(cosines) < 2:
        return np.full(len(cosines), -1)
    others = cosines.copy()
    np.fill_diagonal(others, -np.inf)
    return others.argmax(1)


def find_words(vector: np.ndarray, vectors: np.ndarray, k: int) -> Neighbours:
    """The rows of `vectors` (W, D) nearest to a vector (D,) by their cosines; rows of zeros come last."""
    vectors = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(vector)
    cosines = np.divide(vectors @ vector, lengths, out=np.full(len(vectors), -1, np.float32), where=lengths > 0)
    rows = np.argsort(-cosines, kind="stable")[:k]
    return Neighbours(rows, cosines[rows])


def list_types(examples: Sequence[SenseExample]) -> tuple[str, ...]:
    """Different words of some sentences in lower case, those with a letter, in the order in which they come."""
    words = (word.lower() for example in examples for word in example.words)
    return tuple(dict.fromkeys(word for word in words if any(map(str.isalpha, word)) and len(word) > 1))
