"""One relation measured whole."""

import numpy as np
import pytest

from core.analysis.qwem.relation import measure_relation
from core.corpora.word_pairs import read_word_pairs
from core.errors import AnalysisError
from tests.word2vec_lab import make_words


def test_a_planted_direction_is_found():
    words, vectors = make_words()
    pairs = (*read_word_pairs()[0].pairs, ("nonesuch", "rome"))
    relation = measure_relation(vectors, words, pairs)
    assert relation.unknown == ("nonesuch",) and relation.known == pairs[:-1]
    assert relation.spectrum.share > 0.8 > relation.spectrum.control_share
    assert relation.snr[-1] > 2 * relation.control[-1] and relation.accuracy[-1] > 0.9
    assert list(relation.dimensions) == [4, 8, 16, 32, 40] and relation.accuracy[0] < relation.accuracy[-1]


def test_random_pairs_are_no_direction():
    words, vectors = make_words()
    order = np.random.default_rng(3).permutation(len(words))[:40].reshape(20, 2)
    relation = measure_relation(vectors, words, [(words[a], words[b]) for a, b in order])
    assert relation.spectrum.share < 1.3 * relation.spectrum.control_share and relation.accuracy[-1] < 0.1


def test_too_few_known_pairs_are_refused():
    words, vectors = make_words()
    with pytest.raises(AnalysisError, match="Only 2 of the 4"):
        measure_relation(vectors, words, [("france", "paris"), ("italy", "rome"), ("a", "b"), ("italy", "rome")])
