"""Labelled sentences as numbers: words, their ids, batches of like length, and the split into three parts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PAD, UNKNOWN = "<PAD>", "<UNK>"  # rows 0 and 1 of a word list
_CLITIC = re.compile(r"(?<=\w)(n't|'(?:s|re|ve|ll|d|m))\b")
_WORD = re.compile(r"n't\b|'(?:s|re|ve|ll|d|m)\b|[^\W_]+(?:[-'][^\W_]+)*|\S")
POOL = 20  # batches whose sentences are sorted by length together
SHARES = (4.5, 4.5, 1.0)  # T1 : T2 : T3 (section 4.2)


def split_words(text: str) -> list[str]:
    """Words of a sentence in lower case, as the treebanks and GloVe cut them.

    >>> split_words("It isn't Kim's well-made film, is it?")
    ['it', 'is', "n't", 'kim', "'s", 'well-made', 'film', ',', 'is', 'it', '?']
    """
    return _WORD.findall(_CLITIC.sub(r" \1", text.lower().replace("’", "'")))


@dataclass(frozen=True)
class WordList:
    """Words by id: padding, the unknown word, then words by falling count, ties alphabetically."""

    words: tuple[str, ...]

    @cached_property
    def ids(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, words: Iterable[str]) -> np.ndarray:
        """Ids, int32 (T,); words that are not listed become 1."""
        return np.array([self.ids.get(word, 1) for word in words], np.int32)


def list_words(sentences: Iterable[Iterable[str]]) -> WordList:
    """Every word of some sentences."""
    counts = Counter(word for sentence in sentences for word in sentence)
    return WordList((PAD, UNKNOWN, *sorted(counts, key=lambda word: (-counts[word], word))))


@dataclass(frozen=True)
class EncodedTexts:
    """Sentences as ids in a row. S sentences, N words.

    Attributes
    ----------
    ids : int32 array of shape (N,)
    starts : int64 array of shape (S + 1,)
        Sentence s has the words ``starts[s]:starts[s + 1]``.
    labels : int64 array of shape (S,)
    """

    ids: np.ndarray
    starts: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def lengths(self) -> np.ndarray:
        return np.diff(self.starts)

    @cached_property
    def sentence(self) -> np.ndarray:
        """Which sentence each word belongs to, int64 (N,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def places(self, rows: np.ndarray) -> np.ndarray:
        """Where the words of some sentences stand, int64 (n,), sentence after sentence."""
        lengths = self.lengths[rows]
        begin = np.repeat(self.starts[rows] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        return begin + np.arange(lengths.sum())

    def take(self, rows: np.ndarray) -> "EncodedTexts":
        """Some sentences, in the order given."""
        return EncodedTexts(self.ids[self.places(rows)], np.concatenate([[0], np.cumsum(self.lengths[rows])]),
                            self.labels[rows])

    def pad(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Some sentences side by side: ids int64 (B, T), filled up with 0, and lengths int64 (B,)."""
        lengths = self.lengths[rows]
        ids = np.zeros((len(rows), lengths.max()), np.int64)
        ids[np.arange(ids.shape[1]) < lengths[:, None]] = self.ids[self.places(rows)]
        return ids, lengths


def encode_texts(sentences: Sequence[Sequence[str]], labels: np.ndarray, words: WordList) -> EncodedTexts:
    """Sentences of words as ids; a sentence without a word counts as one unknown word."""
    coded = [words.encode(sentence) if len(sentence) else np.ones(1, np.int32) for sentence in sentences]
    starts = np.concatenate([[0], np.cumsum([len(c) for c in coded])]).astype(np.int64)
    return EncodedTexts(np.concatenate(coded) if coded else np.zeros(0, np.int32), starts, np.asarray(labels, np.int64))


def plan_batches(texts: EncodedTexts, batch: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Every sentence once, in batches of like length: shuffled, sorted within pools of 20 batches, shuffled again."""
    order = rng.permutation(len(texts))
    pools = [order[i:i + POOL * batch] for i in range(0, len(order), POOL * batch)]
    batches = [pool[np.argsort(texts.lengths[pool], kind="stable")][i:i + batch]
               for pool in pools for i in range(0, len(pool), batch)]
    return [batches[i] for i in rng.permutation(len(batches))]


@dataclass(frozen=True)
class ThreeParts:
    """Sentences for the first phase, for the second, and for the test (section 4.2). Rows of the corpus, rising."""

    t1: np.ndarray
    t2: np.ndarray
    t3: np.ndarray


def split_three(n_sentences: int, *, seed: int) -> ThreeParts:
    """Split at random, 4.5 : 4.5 : 1; T1 is rounded down, T3 up, and T2 is what is left (Table 1).

    >>> [len(part) for part in vars(split_three(10_662, seed=0)).values()]
    [4797, 4798, 1067]
    """
    total = sum(SHARES)
    n1, n3 = int(n_sentences * SHARES[0] / total), -int(-n_sentences * SHARES[2] // total)
    order = np.random.default_rng(seed).permutation(n_sentences)
    return ThreeParts(*(np.sort(part) for part in np.split(order, [n1, n_sentences - n3])))
