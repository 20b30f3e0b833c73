"""Sentence pairs as ids: vocabularies, splits by source sentence, and batches of like length."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.corpora.pairs import SentencePairs
from core.tokens.languages import tokenise
from core.tokens.linearise import ED, ST
from core.tokens.vocabulary import Vocabulary, build_vocabulary


@dataclass(frozen=True)
class PairVocabulary:
    """The words of both sides and how text becomes them."""

    source: Vocabulary
    target: Vocabulary
    source_language: str
    target_language: str
    lower_source: bool = True

    def split_source(self, text: str) -> list[str]:
        """Words of a source sentence in the order in which they are written, without markers."""
        words = tokenise(text, self.source_language)
        return [w.lower() for w in words] if self.lower_source else words

    def split_target(self, text: str) -> list[str]:
        """Words of a target sentence, without markers."""
        return tokenise(text, self.target_language)

    def encode_source(self, words: Iterable[str], *, reverse: bool) -> np.ndarray:
        """Ids (T,) of a source sentence as the encoder reads it: start, its words (backwards), end.

        The markers keep their places: only words are reversed (seed 001, section 5.2).
        """
        words = list(words)
        return self.source.encode([ST, *(reversed(words) if reverse else words), ED])

    def encode_target(self, words: Iterable[str]) -> np.ndarray:
        """Ids (T',) of a target sentence: start, words, end."""
        return self.target.encode([ST, *words, ED])


@dataclass(frozen=True, eq=False)
class EncodedPairs:
    """Pairs in a row; S of them.

    Attributes
    ----------
    source_ids, target_ids : int32 arrays
        Each sentence from start to end marker; sources in the order in which they are read.
    source_starts, target_starts : int64 arrays of shape (S + 1,)
    """

    source_ids: np.ndarray
    source_starts: np.ndarray
    target_ids: np.ndarray
    target_starts: np.ndarray

    def __len__(self) -> int:
        return len(self.source_starts) - 1

    @property
    def source_lengths(self) -> np.ndarray:
        return np.diff(self.source_starts)

    @property
    def target_lengths(self) -> np.ndarray:
        return np.diff(self.target_starts)

    def source(self, s: int) -> np.ndarray:
        """Ids of one source sentence."""
        return self.source_ids[self.source_starts[s]:self.source_starts[s + 1]]

    def target(self, s: int) -> np.ndarray:
        """Ids of one target sentence."""
        return self.target_ids[self.target_starts[s]:self.target_starts[s + 1]]


def build_pair_vocabulary(pairs: SentencePairs, *, source_size: int, target_size: int, min_count: int,
                          lower_source: bool = True) -> PairVocabulary:
    """The most frequent words of both sides of training pairs."""
    empty = Vocabulary((ST, ED))
    split = PairVocabulary(empty, empty, pairs.source_language, pairs.target_language, lower_source)
    source = build_vocabulary(map(split.split_source, pairs.sources), max_size=source_size, min_count=min_count)
    target = build_vocabulary(map(split.split_target, pairs.targets), max_size=target_size, min_count=min_count)
    return PairVocabulary(source, target, pairs.source_language, pairs.target_language, lower_source)


def encode_pairs(pairs: SentencePairs, vocabulary: PairVocabulary, *, reverse: bool) -> EncodedPairs:
    """Tokenise and look up both sides."""
    sources = [vocabulary.encode_source(vocabulary.split_source(text), reverse=reverse) for text in pairs.sources]
    targets = [vocabulary.encode_target(vocabulary.split_target(text)) for text in pairs.targets]
    return EncodedPairs(*_flatten(sources), *_flatten(targets))


def _flatten(rows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    starts = np.concatenate([[0], np.cumsum([len(r) for r in rows])]).astype(np.int64)
    return (np.concatenate(rows) if rows else np.zeros(0)).astype(np.int32), starts


def split_pairs(pairs: SentencePairs, *, n_held_out: int, seed: int = 0) -> dict[str, SentencePairs]:
    """Train, validation and test, by source sentence: one that is held out is held out with all its translations.

    Sources that differ in case or blanks only are one. About ``n_held_out`` pairs go to validation and as many to test.
    """
    keys = [" ".join(text.lower().split()) for text in pairs.sources]
    groups: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        groups.setdefault(key, []).append(i)
    names = list(groups)
    parts: dict[str, list[int]] = {"test": [], "validation": [], "train": []}
    for k in np.random.default_rng(seed).permutation(len(names)):
        part = next((p for p in ("test", "validation") if len(parts[p]) < n_held_out), "train")
        parts[part] += groups[names[k]]
    return {part: select_pairs(pairs, sorted(rows)) for part, rows in parts.items()}


def select_pairs(pairs: SentencePairs, rows: Iterable[int]) -> SentencePairs:
    """Some of the pairs."""
    rows = list(rows)
    return SentencePairs(pairs.name, pairs.source_language, pairs.target_language,
                         tuple(pairs.sources[i] for i in rows), tuple(pairs.targets[i] for i in rows))


def plan_pair_batches(pairs: EncodedPairs, batch: int, rng: np.random.Generator | None = None) -> list[np.ndarray]:
    """Batches of ``batch`` pairs whose sources, and among those targets, are of like length.

    With ``rng``, lengths are blurred by a word or two and batches come in random order; without it, from short to long.
    """
    def blur():
        return rng.random(len(pairs)) * 2 if rng is not None else 0

    order = np.lexsort((pairs.target_lengths + blur(), np.round(pairs.source_lengths + blur())))
    batches = [order[i:i + batch] for i in range(0, len(order), batch)]
    if rng is not None:
        rng.shuffle(batches)
    return batches
