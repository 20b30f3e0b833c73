"""What each layer keeps, measured on our own treebank with a model of a few cells."""

import numpy as np
import pytest
import torch

from core.analysis.elmo.layer_study import LayerStudy, load_layers, save_layers, study_layers
from core.analysis.elmo.tasks import LabelledWords, Task, read_depth, read_tagging
from core.checkpoints.bilm import BiLMCheckpoint
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.tokens.splits import PARTS


@pytest.fixture(scope="module")
def checkpoint():
    torch.manual_seed(0)
    config = BiLMConfig(CharacterConfig(((1, 8), (2, 8), (3, 8)), 8, 1, 12), cell_size=16)
    return BiLMCheckpoint("bilm-16-toy", BiLM(config).eval().requires_grad_(False))


def label_sentences():
    """Whole sentences labelled by whether they hold a certain word."""
    words = "the cat dog sat ran on by mat rug".split()
    rng = np.random.default_rng(0)
    parts = {}
    for part, n in zip(PARTS, (200, 60, 80), strict=True):
        sentences = tuple(tuple(rng.choice(words, size=rng.integers(3, 7))) for _ in range(n))
        parts[part] = LabelledWords(sentences, np.arange(n), np.array(["cat" in s for s in sentences], np.int64),
                                    np.arange(n))
    return Task("cat", parts, ("no", "yes"), True, "toy")


@pytest.fixture(scope="module")
def study(checkpoint):
    return study_layers(checkpoint, [read_tagging("demo"), read_depth("demo"), label_sentences()], seeds=2,
                        fractions=(0.1, 1.0), epochs=8)


def test_every_representation_is_scored_on_every_task(study, checkpoint):
    assert study.tasks == ("pos", "depth", "cat") and study.corpora == ("demo", "demo", "toy")
    assert study.representations == ("glove", "layer 0", "layer 1", "layer 2", "equal", "learned", "untrained")
    assert np.isfinite(study.score[:, 1:]).all() and study.score[0, 1:].max() <= 1
    for t in range(3):
        rows = slice(study.starts[t], study.starts[t + 1])
        found = 1 - study.error[rows, 1:].mean(0, dtype=np.float64)
        np.testing.assert_allclose(found, study.score[t, 1:].mean(1), atol=1e-3)
    np.testing.assert_allclose(study.shares.sum(2), 1)
    assert np.isfinite(study.efficiency).all() and study.base[1] == 0 < study.base[0] < 1


def test_letters_tell_more_than_the_most_frequent_label(study):
    layer_0 = study.score[0, study.representations.index("layer 0"), 0]
    assert layer_0 > study.base[0] + 0.1
    assert study.score[2, study.representations.index("layer 0"), 0] > study.base[2] + 0.1  # a mean knows its words
    assert study.efficiency[0, 1].min() > study.efficiency[0, 0].min()


def test_differences_are_those_of_scores(study):
    mean, low, high = study.difference("pos", "learned", "layer 2")
    r = [study.representations.index(name) for name in ("learned", "layer 2")]
    assert mean == pytest.approx(study.score[0, r[0]].mean() - study.score[0, r[1]].mean(), abs=1e-3)
    assert low <= mean <= high


def test_it_is_stored_and_read(study, scratch_cache):
    assert save_layers(study) == "bilm-16-toy-layers"
    back = load_layers("bilm-16-toy")
    assert isinstance(back, LayerStudy) and back.tasks == study.tasks
    np.testing.assert_array_equal(back.error, study.error)
