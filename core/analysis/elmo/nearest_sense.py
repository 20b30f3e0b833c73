"""Word senses by the nearest mean vector (Peters et al. 2018, section 5.3): each sense is the mean of what it was seen
with, a new occurrence has the sense whose mean is nearest by cosine.

All mixes of layers are compared at once: the dot product of two mixed vectors is Σ_jk s_j s_k x_j · y_k, so that the
dot products of layers with layers are all that is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

GRID = 10  # steps of each share where the best mix is sought


@dataclass(frozen=True, eq=False)
class SenseData:
    """Occurrences of ambiguous words.

    Attributes
    ----------
    layers : float array of shape (L + 1, n, D)
        Vectors of the occurrences.
    words : int64 array of shape (n,)
        Which word it is; only senses of the same word compete.
    senses : int64 array of shape (n,)
        Which sense, numbered through all words.
    """

    layers: np.ndarray
    words: np.ndarray
    senses: np.ndarray


def simplex(n_layers: int, steps: int = GRID) -> np.ndarray:
    """All shares of layers in steps of 1 / steps, float64 (M, n_layers); each row sums to 1."""
    rows = [row for row in product(range(steps + 1), repeat=n_layers) if sum(row) == steps]
    return np.array(rows, np.float64) / steps


def assign_senses(seen: SenseData, asked: SenseData, shares: np.ndarray) -> np.ndarray:
    """The sense of every asked occurrence under every mix, int64 (M, n); -1 for a word that was not seen.

    Parameters
    ----------
    shares : float array of shape (M, L + 1)
    """
    found = np.full((len(shares), len(asked.words)), -1, np.int64)
    for word in np.unique(asked.words):
        own, rows = seen.words == word, np.flatnonzero(asked.words == word)
        senses = np.unique(seen.senses[own])
        if not len(senses):
            continue
        means = np.stack([seen.layers[:, own & (seen.senses == sense)].mean(1, dtype=np.float64)
                          for sense in senses], axis=1)                                   # L + 1, K, D
        queries = asked.layers[:, rows].astype(np.float64)                                 # L + 1, m, D
        dots = np.einsum("jmd,lkd->mkjl", queries, means, optimize=True)
        lengths = np.einsum("jkd,lkd->kjl", means, means, optimize=True)
        for i, s in enumerate(shares):
            norm = np.sqrt(np.maximum(np.einsum("kjl,j,l->k", lengths, s, s), 1e-30))
            score = np.einsum("mkjl,j,l->mk", dots, s, s) / norm
            found[i, rows] = senses[score.argmax(1)]
    return found


def most_frequent(seen: SenseData, asked: SenseData) -> np.ndarray:
    """The sense each asked word was seen with most often, int64 (n,); -1 for a word that was not seen."""
    table = {}
    for word in np.unique(seen.words):
        senses, counts = np.unique(seen.senses[seen.words == word], return_counts=True)
        table[word] = senses[counts.argmax()]
    return np.array([table.get(word, -1) for word in asked.words], np.int64)


def choose_shares(seen: SenseData, shares: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Of some mixes the one that is right most often on a tenth of what was seen, held back by chance; (L + 1,)."""
    held = np.random.default_rng(seed).random(len(seen.words)) < 0.1
    kept, back = (SenseData(seen.layers[:, rows], seen.words[rows], seen.senses[rows]) for rows in (~held, held))
    right = (assign_senses(kept, back, shares) == back.senses).mean(1)
    return shares[np.flatnonzero(right == right.max())].mean(0)  # of equals the middle


def scale_layers(layers: np.ndarray) -> np.ndarray:
    """Layers of a mean length of 1 each, so that shares weigh what they say; one factor a layer."""
    lengths = np.linalg.norm(layers.astype(np.float64), axis=2).mean(1)
    return layers / np.maximum(lengths, 1e-12)[:, None, None].astype(np.float32)


def number_senses(examples: Sequence[tuple[str, str]], known: dict[tuple[str, str], int] | None = None,
                  ) -> tuple[np.ndarray, np.ndarray, dict[tuple[str, str], int]]:
    """Numbers of words and of senses for (word, sense) pairs, and the table; senses that are not in `known` get -1."""
    table = known or {pair: i for i, pair in enumerate(dict.fromkeys(examples))}
    words = {word: i for i, word in enumerate(dict.fromkeys(word for word, _ in table))}
    return (np.array([words.get(word, -1) for word, _ in examples], np.int64),
            np.array([table.get(pair, -1) for pair in examples], np.int64), table)
