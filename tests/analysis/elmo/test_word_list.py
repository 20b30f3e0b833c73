"""The words a word is compared with."""

import numpy as np

from core.analysis.elmo import word_list
from core.analysis.elmo.word_list import MOST, reference_words
from core.checkpoints.bilm import BiLMCheckpoint
from core.corpora.vectors import GLOVE


def test_a_models_own_words_are_taken_without_markers():
    assert reference_words(BiLMCheckpoint("toy", None, ("<S>", "</S>", "<UNK>", "the", "cat"))) == ("the", "cat")


def test_a_published_model_gets_the_words_of_our_texts_the_most_frequent_first(monkeypatch):
    monkeypatch.setattr(word_list, "locate_corpus", lambda name: None)
    words = reference_words(BiLMCheckpoint("elmo-small", None))
    assert len(words) == len(set(words)) <= MOST and {"the", "."} <= set(words[:5]) and "bank" in words


def test_gloves_words_are_added_where_they_are_at_hand(monkeypatch, tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("\n".join(f"zq{i} " + " ".join(map(str, np.ones(5)))for i in range(4)) + "\n")
    monkeypatch.setattr(word_list, "locate_corpus", lambda name: path if name == GLOVE else None)
    monkeypatch.setattr(word_list, "MOST", 9000)
    words = reference_words(BiLMCheckpoint("elmo-small", None))
    assert words[-4:] == ("zq0", "zq1", "zq2", "zq3")
