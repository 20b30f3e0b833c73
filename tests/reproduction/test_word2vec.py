"""gensim's word2vec on the words that are counted."""

import numpy as np
import pytest

from core.checkpoints.embeddings import list_vectors, load_vectors
from core.errors import TrainingError
from core.reproduce.qwem import word2vec
from core.reproduce.qwem.word2vec import Word2VecSettings, cut_sentences, train_word2vec
from core.training.qwem_pairs import EncodedText
from tests.training.toy_counts import draw_articles, find_ids, write_text


@pytest.fixture
def settings(scratch_cache, tmp_path):
    text = write_text(tmp_path / "text.txt", draw_articles(n_articles=300))
    return Word2VecSettings(corpus=str(text), vocabulary=30, window=4, dimension=8, workers=1, epochs=10)


def test_it_has_our_words_and_learns_the_topics(settings):
    pytest.importorskip("gensim")
    card = train_word2vec(settings)
    loaded = load_vectors(card.id)
    assert card.program.startswith("gensim ") and loaded.vectors.shape == loaded.contexts.shape == (30, 8)
    topics = find_ids([list(loaded.words)])[0] % 5
    unit = loaded.vectors - loaded.vectors.mean(0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    near = (unit @ unit.T - 2 * np.eye(30)).argmax(1)
    assert (topics[near] == topics).mean() > 0.7  # 0.2 by chance
    again = train_word2vec(settings)
    assert again.id == card.id and list_vectors()[0] == [again]


def test_sentences_are_articles_that_gensim_reads_whole(monkeypatch):
    monkeypatch.setattr(word2vec, "SENTENCE", 3)
    text = EncodedText(np.array([0, 1, 0, 0, 1, 1, 0], np.int32), np.array([1, 1, 1, 1, 2, 3, 3], np.int32))
    assert cut_sentences(text, ("a", "b")) == [["a", "b", "a"], ["a"], ["b"], ["b", "a"]]
    assert cut_sentences(text, ("a", "b"), max_tokens=5) == [["a", "b", "a"], ["a"], ["b"]]


def test_a_machine_without_gensim_is_told(settings, monkeypatch):
    def fail(name):
        raise ImportError(name)
    monkeypatch.setattr(word2vec, "import_module", fail)
    with pytest.raises(TrainingError, match="gensim is not installed.*requirements-dev"):
        train_word2vec(settings)
