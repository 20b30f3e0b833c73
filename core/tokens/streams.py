"""Running text as one row of numbers, kept apart by article: what a language model reads without a break."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.tokens.characters import SENTENCE_END, SENTENCE_START
from core.tokens.linearise import UNK

MARKERS = (SENTENCE_START, SENTENCE_END, UNK)  # numbers 0, 1 and 2
PARTS = ("train", "validation", "test")
_SHARE = 100  # one article in so many is kept back for validation, and one for the test


@dataclass(frozen=True, eq=False)
class Streams:
    """Text in parts.

    Attributes
    ----------
    types : tuple of str
        Every word that comes, in its own spelling: the markers, then by falling count in the train part.
    counts : int64 array, one a type
        In the train part.
    ids : dict of int32 arrays
        Part → ``<S> a sentence </S> <S> …``, numbers of types; a sentence's markers stand with it.
    n_articles : dict of int
        Part → articles.
    """

    types: tuple[str, ...]
    counts: np.ndarray
    ids: dict[str, np.ndarray]
    n_articles: dict[str, int]


def part_of(title: str) -> str:
    """The part an article belongs to, by its title alone: the same whatever else is read."""
    place = int.from_bytes(hashlib.sha256(title.encode()).digest()[:4], "big") % _SHARE
    return {0: "validation", 1: "test"}.get(place, "train")


def build_streams(sentences: Iterable[tuple[str, list[str]]]) -> Streams:
    """Number the words of sentences, each given with the title of its article."""
    first: dict[str, int] = {word: i for i, word in enumerate(MARKERS)}
    rows: dict[str, list[np.ndarray]] = {part: [] for part in PARTS}
    titles: dict[str, set[str]] = {part: set() for part in PARTS}
    for title, words in sentences:
        part = part_of(title)
        titles[part].add(title)
        rows[part].append(np.fromiter((0, *(first.setdefault(w, len(first)) for w in words), 1), np.int32))
    ids = {part: np.concatenate(own) if own else np.zeros(0, np.int32) for part, own in rows.items()}
    counts = np.bincount(ids["train"], minlength=len(first))
    order = np.concatenate([np.arange(3), 3 + np.argsort(-counts[3:], kind="stable")])
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    words = list(first)
    return Streams(tuple(words[i] for i in order), counts[order], {part: rank[own] for part, own in ids.items()},
                   {part: len(own) for part, own in titles.items()})

