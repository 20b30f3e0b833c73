"""A labelled corpus and word vectors, made ready for the network."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from core.corpora.labelled import LabelledSentences, read_demo_reviews, read_polarity
from core.corpora.vectors import PretrainedVectors, list_vector_sources, load_vectors
from core.errors import CorpusError
from core.tokens.labelled import EncodedTexts, WordList, encode_texts, list_words, split_words

DEMO, POLARITY, RANDOM = "demo-reviews", "rt-polarity", "random"
CORPORA = (DEMO, POLARITY)
SPREAD = 0.25          # words without a vector are drawn from uniform(-0.25, 0.25), as in Kim's code
RANDOM_DIMENSION = 50  # of vectors that are all drawn


@dataclass(frozen=True)
class Material:
    """Sentences as ids, their words, and a vector for each word. V words, D dimensions.

    Attributes
    ----------
    name : str
        Of the corpus.
    words : WordList
        Every word of the corpus, also those of the test sentences: they have vectors, but none was learned from.
    texts : EncodedTexts
    label_names : tuple of str
    vectors : float32 array of shape (V, D)
    vectors_name : str
    n_found : int
        Words that have a vector of their own; the others are drawn.
    """

    name: str
    words: WordList
    texts: EncodedTexts
    label_names: tuple[str, ...]
    vectors: np.ndarray
    vectors_name: str
    n_found: int

    @property
    def n_classes(self) -> int:
        return len(self.label_names)


def read_labelled(name: str) -> LabelledSentences:
    """The sentences of a known corpus.

    Raises
    ------
    CorpusError
        No such corpus, or it is not on this machine.
    """
    if name == DEMO:
        return replace(read_demo_reviews(), name=DEMO)
    if name == POLARITY:
        return read_polarity()
    raise CorpusError("There are no labelled sentences called “{name}”.", "Choose one of: {known}.", name=name[:60],
                      known=", ".join(CORPORA))


def list_vectors() -> tuple[str, ...]:
    """Word vectors on this machine, and drawn ones."""
    return (*list_vector_sources(), RANDOM)


def prepare_material(sentences: LabelledSentences, vectors: str) -> Material:
    """Cut sentences into words and find a vector for each.

    Parameters
    ----------
    vectors : str
        One of `core.corpora.vectors.VECTORS`, or ``random``.

    Raises
    ------
    CorpusError
        The vectors are not on this machine or cannot be read.
    """
    cut = [split_words(text) for text in sentences.texts]
    words = list_words(cut)
    found = None if vectors == RANDOM else load_vectors(vectors, frozenset(words.words))
    table, n_found = fill_vectors(words.words, found)
    return Material(sentences.name, words, encode_texts(cut, sentences.labels, words), sentences.label_names, table,
                    vectors, n_found)


def fill_vectors(words: Collection[str], found: PretrainedVectors | None) -> tuple[np.ndarray, int]:
    """A vector for every word, float32 (V, D), the first (padding) zero, and how many were found.

    What is drawn depends on the word's place alone, not on the seed of a training: all trainings begin alike.
    """
    dimension = RANDOM_DIMENSION if found is None else found.dimension
    table = np.random.default_rng(0).uniform(-SPREAD, SPREAD, (len(words), dimension)).astype(np.float32)
    rows = [(i, found.ids[word]) for i, word in enumerate(words) if found is not None and word in found.ids]
    if rows:
        own, theirs = np.array(rows).T
        table[own] = found.vectors[theirs]
    table[0] = 0
    return table, len(rows)
