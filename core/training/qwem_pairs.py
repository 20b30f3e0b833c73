"""Pairs of words drawn from running text, as often as the weighted window counts them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.errors import TrainingError

_IDLE = 1_000  # rounds in a row without a pair before the text is given up: no two words of it stand together


@dataclass(frozen=True)
class EncodedText:
    """A corpus as ids of the vocabulary's words; words outside it are gone.

    Attributes
    ----------
    ids : int32 array of shape (T,)
    articles : int32 array of shape (T,)
        Number of the article that each word stands in; windows do not reach over.
    """

    ids: np.ndarray
    articles: np.ndarray

    def __post_init__(self):
        if len(self.ids) < 2:
            raise TrainingError("The text has {n} words of the vocabulary; two make the first pair.",
                                "Take a longer text or a larger vocabulary.", n=len(self.ids))


def encode_text(blocks: Iterable[bytes], words: tuple[str, ...]) -> EncodedText:
    """The words of a vocabulary in the blocks of `core.corpora.text.iterate_text`, all at once: eight bytes a word."""
    known = {word: i for i, word in enumerate(words)}
    ids, articles, n = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], 0
    for block in blocks:
        for k, part in enumerate(block.decode().split("\n")):
            n += k > 0
            found = np.fromiter((known[word] for word in part.split() if word in known), np.int32)
            ids.append(found)
            articles.append(np.full(len(found), n, np.int32))
    return EncodedText(np.concatenate(ids), np.concatenate(articles))


@dataclass(frozen=True)
class PairSampler:
    """Draws pairs by P, and pairs by p and p.

    A place, a distance by the window's weights and a side are drawn, and drawn again where they leave the article:
    every counted pair of places comes equally often per unit of weight, so that the pairs follow P exactly.
    """

    text: EncodedText
    weights: np.ndarray  # of the distances 1 … L, any scale

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Words and contexts of `n` pairs drawn by P, int64 of shape (n,) each."""
        edges = np.cumsum(self.weights) / np.sum(self.weights)
        ids, articles, size = self.text.ids, self.text.articles, len(self.text.ids)
        words, contexts, found, idle = [], [], 0, 0
        while found < n:
            here = rng.integers(size, size=n - found)
            step = 1 + np.searchsorted(edges, rng.random(n - found), side="right").clip(max=len(edges) - 1)
            there = here + np.where(rng.random(n - found) < 0.5, step, -step)
            inside = (there >= 0) & (there < size)
            here, there = here[inside], there[inside]
            same = articles[here] == articles[there]
            here, there = here[same], there[same]
            words.append(ids[here])
            contexts.append(ids[there])
            found, idle = found + len(here), 0 if len(here) else idle + 1
            if idle > _IDLE:
                raise TrainingError("No two words of the vocabulary stand in one window.",
                                    "Take longer articles, a wider window or a larger vocabulary.")
        return np.concatenate(words).astype(np.int64), np.concatenate(contexts).astype(np.int64)

    def draw_independent(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """`n` pairs drawn by p and p, p the marginal of P: a word of one pair beside the context of the next."""
        words, contexts = self.draw(n + 1, rng)
        return words[1:], contexts[:-1]
