"""Sentences whose vectors are nearest to that of a given one, by an encoder's states and by a bag of words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.analysis.seq2seq.phrases import Part, average_words, join_parts
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.states.seq2seq import record_sentence_vectors

MAX_SENTENCES = 20_000
MAX_BYTES = 96 * 2**20  # of half-precision vectors: 20,000 sentences at 500 units and 256 of a word are 50 MB
CHUNK = 1_024           # sentences recorded between two reports, and rows compared at a time


@dataclass(frozen=True, eq=False)
class SentenceIndex:
    """Vectors of S sentences.

    Attributes
    ----------
    texts : tuple of str
    words : tuple of tuples of str
    states : dict
        ``layer0.h``, … → float16 array of shape (S, H).
    bags : float16 array of shape (S, E)
        Means of the encoder's word embeddings.
    """

    texts: tuple[str, ...] = field(repr=False)
    words: tuple[tuple[str, ...], ...] = field(repr=False)
    states: dict[str, np.ndarray] = field(repr=False)
    bags: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def n_bytes(self) -> int:
        """Of the vectors."""
        return self.bags.nbytes + sum(a.nbytes for a in self.states.values())


@dataclass(frozen=True)
class Neighbours:
    """K sentences, the nearest first: rows of the index, and their cosines."""

    rows: np.ndarray
    cosines: np.ndarray


def limit_sentences(checkpoint: Seq2SeqCheckpoint) -> int:
    """How many sentences of this model fit the memory set aside."""
    config = checkpoint.model.config
    return min(MAX_SENTENCES, MAX_BYTES // (2 * (2 * config.n_layers * config.hidden_size + config.embedding_size)))


def index_sentences(checkpoint: Seq2SeqCheckpoint, texts: Sequence[str], *, seed: int = 0,
                    progress: Callable[[int, int], None] | None = None) -> SentenceIndex:
    """Record vectors of different sentences; of too many, a random part (see `limit_sentences`).

    Sentences of the same words in lower case are one.

    Parameters
    ----------
    progress : callable, optional
        Called with (sentences done, sentences in all) after every thousand.
    """
    texts = list(dict.fromkeys(texts))
    if len(texts) > (limit := limit_sentences(checkpoint)):
        rows = np.sort(np.random.default_rng(seed).choice(len(texts), limit, replace=False))
        texts = [texts[i] for i in rows]
    by_words: dict[tuple[str, ...], str] = {}
    for text in texts:
        words = tuple(checkpoint.vocabulary.split_source(text))
        if words:
            by_words.setdefault(words, text)
    words = list(by_words)
    parts: list[dict[str, np.ndarray]] = []
    for i in range(0, len(words), CHUNK):
        found = record_sentence_vectors(checkpoint, words[i:i + CHUNK])
        parts.append({name: a.astype(np.float16) for name, a in found.items()})
        if progress is not None:
            progress(min(i + CHUNK, len(words)), len(words))
    states = {name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else ())}
    return SentenceIndex(tuple(by_words.values()), tuple(words), states,
                         average_words(checkpoint, words).astype(np.float16))


def find_by_states(checkpoint: Seq2SeqCheckpoint, index: SentenceIndex, words: Sequence[str], *, part: Part = "h",
                   layer: int | None = None, k: int = 10) -> Neighbours:
    """The sentences nearest to `words` by the cosine of the encoder's last states; itself left out."""
    query = join_parts(record_sentence_vectors(checkpoint, [words]), part, layer)[0]
    cosines = np.concatenate([_compare(join_parts({n: a[i:i + CHUNK] for n, a in index.states.items()}, part, layer),
                                       query) for i in range(0, len(index), CHUNK)] or [np.zeros(0, np.float32)])
    return _take_first(index, words, cosines, k)


def find_by_words(checkpoint: Seq2SeqCheckpoint, index: SentenceIndex, words: Sequence[str], *,
                  k: int = 10) -> Neighbours:
    """The sentences nearest to `words` by the cosine of mean word embeddings; itself left out."""
    return _take_first(index, words, _compare(index.bags.astype(np.float32), average_words(checkpoint, [words])[0]), k)


def _compare(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    norms = np.sqrt((vectors ** 2).sum(1)) * np.sqrt((query ** 2).sum())
    return vectors @ query / np.maximum(norms, 1e-30)


def _take_first(index: SentenceIndex, words: Sequence[str], cosines: np.ndarray, k: int) -> Neighbours:
    own = tuple(words)
    order = np.argsort(-cosines, kind="stable")[:k + 1]
    rows = np.array([i for i in order.tolist() if index.words[i] != own][:k], int)
    return Neighbours(rows, cosines[rows].astype(np.float32))
