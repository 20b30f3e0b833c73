"""Senses over whole sets, on our own sentences with a model of a few cells."""

import numpy as np
import pytest
import torch

from core.analysis.elmo.sense_study import (
    FOLDS,
    load_senses,
    occurrences_of,
    read_demo,
    record_occurrences,
    save_senses,
    study_senses,
)
from core.checkpoints.bilm import BiLMCheckpoint
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.states.bilm import record_bilm


@pytest.fixture(scope="module")
def checkpoint():
    torch.manual_seed(0)
    config = BiLMConfig(CharacterConfig(((1, 8), (2, 8), (3, 8)), 8, 1, 12), cell_size=16)
    return BiLMCheckpoint("bilm-16-toy", BiLM(config).eval().requires_grad_(False))


@pytest.fixture(scope="module")
def study(checkpoint):
    return study_senses(checkpoint, [read_demo()])


def test_each_fold_holds_two_of_each_senses_twelve():
    demo = read_demo()
    assert len(demo.words) == 480 and sorted(np.unique(demo.fold)) == list(range(FOLDS))
    for sense in np.unique(demo.senses):
        assert np.bincount(demo.fold[demo.senses == sense]).tolist() == [2] * FOLDS


def test_the_words_in_question_are_recorded(checkpoint):
    demo = read_demo()
    layers = record_occurrences(checkpoint.model, demo)
    for k in (0, 100, 479):
        alone = record_bilm(checkpoint.model, [demo.sentences[k]]).layers[:, demo.positions[k]]
        np.testing.assert_allclose(layers[:, k], alone, atol=2e-3)


def test_everything_is_asked_once_of_every_representation(study):
    assert study.representations == ("frequent", "layer 0", "layer 1", "layer 2", "equal", "learned", "untrained")
    assert study.right.shape == (480, 7) and study.rows("demo") == slice(0, 480)
    assert study.n_senses.tolist() == [40] and study.n_seen.tolist() == [400] and len(study.words) == 16
    assert study.shares.sum() == pytest.approx(1)


def test_a_word_without_its_context_cannot_tell_its_senses(study):
    """Every sense is seen as often: a static vector tells spellings apart, no more."""
    accuracy = dict(zip(study.representations, study.accuracy("demo"), strict=True))
    assert accuracy["frequent"] < 0.5 and accuracy["layer 0"] < 0.62
    mean, low, high = study.difference("demo", "layer 1", "layer 0")
    assert low <= mean <= high and mean == pytest.approx(accuracy["layer 1"] - accuracy["layer 0"])


def test_words_of_one_sense_are_left_out():
    rows = [(("a",), 0, "a", "x"), (("b",), 0, "b", "x"), (("b", "c"), 0, "b", "y")]
    own = occurrences_of("toy", rows, np.array([-1, 0, -1]))
    assert own.sentences == (("b",), ("b", "c")) and own.fold.tolist() == [0, -1] and len(np.unique(own.words)) == 1


def test_it_is_stored_and_read(study, scratch_cache):
    assert save_senses(study) == "bilm-16-toy-senses"
    np.testing.assert_array_equal(load_senses("bilm-16-toy").right, study.right)
