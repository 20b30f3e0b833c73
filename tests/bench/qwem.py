"""What word2vec learns: counting which words stand near each other."""

import os
import sys
import time
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from scipy import sparse

from core.analysis.qwem.concepts import TEXTS, ConceptSettings, find_concepts
from core.corpora.registry import locate_corpus
from core.reproduce.qwem.word2vec import Word2VecSettings, train_word2vec
from core.tokens.counting import available_workers, count_part
from tests.bench.eigen import bench_eigen
from tests.bench.row import Row, time_interleaved

COUNT_FLOOR = 5e6       # words a second
EPOCHS = 5              # of word2vec, as many as gensim makes by itself
CONCEPTS_FLOOR = 10.0   # times faster than those


@dataclass(frozen=True)
class Sizes:
    """A generated text of words by Zipf's law, and how it is counted."""

    n_tokens: int = 5_000_000
    vocabulary: int = 10_000
    window: int = 16
    repeats: int = 5


def generate_words(sizes: Sizes) -> np.ndarray:
    """Words as numbers by falling frequency, int32; an article of about 500 begins at each -1."""
    rng = np.random.default_rng(0)
    shares = 1 / (np.arange(sizes.vocabulary) + 2.7)
    ids = rng.choice(sizes.vocabulary, sizes.n_tokens, p=shares / shares.sum()).astype(np.int32)
    ids[rng.random(sizes.n_tokens) < 0.002] = -1
    return ids


def count_with_scipy(ids: np.ndarray, weights: np.ndarray, n_words: int) -> sparse.csr_array:
    """What one writes with scipy: the pairs at each distance as a sparse matrix, added up."""
    article, total = np.cumsum(ids < 0), sparse.csr_array((n_words, n_words), dtype=np.int64)
    article, ids = article[ids >= 0], ids[ids >= 0]
    for distance in range(1, len(weights)):
        same = article[distance:] == article[:-distance]
        pairs = ids[:-distance][same], ids[distance:][same]
        weight = np.full(same.sum(), weights[distance])
        total = total + sparse.coo_array((weight, pairs), shape=total.shape).tocsr()
    return total + total.T


def bench_count(sizes: Sizes = Sizes()) -> Row:
    """Words a second of both; the floor is what keeps ours above five million."""
    ids, weights = generate_words(sizes), sizes.window + 1 - np.arange(sizes.window + 1)
    n = int((ids >= 0).sum())

    def ours() -> np.ndarray:
        return count_part(ids, ids[:0], weights, sizes.vocabulary, dense=True, dtype=np.dtype(np.int32),
                          workers=available_workers())

    begin = time.perf_counter()
    plainly = count_with_scipy(ids, weights, sizes.vocabulary)
    other = time.perf_counter() - begin  # seconds need no median
    if not np.array_equal(ours(), plainly.toarray()):
        raise AssertionError("The two counts differ.")
    (seconds,) = time_interleaved(ours, repeats=sizes.repeats)
    return Row("qwem.count", n / seconds, n / other, other / seconds, COUNT_FLOOR * other / n, "words/s")


def bench_concepts(corpus: str, *, vocabulary: int = 10_000, dimension: int = 200) -> Row:
    """Seconds from a raw text to its eigenpairs, beside word2vec's five epochs on the same words; one is timed."""
    with TemporaryDirectory() as folder, patch.dict(os.environ, WORDGLASS_CACHE=folder):
        begin = time.perf_counter()
        find_concepts(ConceptSettings(corpus=corpus, vocabulary=vocabulary, dimension=dimension))
        ours = time.perf_counter() - begin
        epoch = train_word2vec(Word2VecSettings(corpus=corpus, vocabulary=vocabulary, dimension=dimension, epochs=1))
    return Row("qwem.concepts", ours, EPOCHS * epoch.seconds, EPOCHS * epoch.seconds / ours, CONCEPTS_FLOOR, "s")


def run() -> list[Row]:
    """Every row of this system; the last needs a text, and is left out where none is found."""
    rows = [bench_count(), bench_eigen()]
    found = next((name for name in TEXTS if locate_corpus(name)), None)
    if found is None:
        print("qwem.concepts: no text is on this machine (python -m core.corpora fetch text8)", file=sys.stderr)
        return rows
    return [*rows, bench_concepts(found)]
