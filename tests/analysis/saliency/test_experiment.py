"""The experiment on the demo set with drawn vectors, made small."""

from dataclasses import fields

import numpy as np
import pytest

from core.analysis.results import load_result
from core.analysis.saliency.experiment import CONTINUED, MODELS, SeedResult, run_seed
from core.analysis.saliency.material import DEMO, RANDOM, prepare_material, read_labelled
from core.analysis.saliency.recording import RecordedTraining, record_corpus
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds, name_seed, run_seeds
from core.checkpoints.cnn import list_cnns, load_cnn
from core.errors import CorpusError, TrainingError
from core.tokens.labelled import split_three
from core.training.cnn import CNNTraining

TINY = ExperimentSettings(corpus=DEMO, vectors=RANDOM, seeds=2, n_filters=6, epochs=4)


@pytest.fixture(scope="module")
def material():
    return prepare_material(read_labelled(DEMO), RANDOM)


@pytest.fixture(scope="module")
def result(material):
    return run_seed(material, TINY.training(0))


def test_every_model_learns_from_what_its_name_says(material, result):
    n1, n2, n3, high, low = result.parts
    assert n1 + n2 + n3 == len(material.texts) and high + low == n2 and abs(high - low) <= 1
    sizes = dict(zip(result.models, result.sizes, strict=True))
    assert result.models == MODELS and sizes["T1"] == sizes["T1 again"] == n1 and sizes["T1&T2"] == n1 + n2
    assert (sizes["T2h"], sizes["T2l"]) == (high, low)
    assert {sizes[name] for name in MODELS if name not in ("T1", "T2h", "T2l", "T1 again", "T1&T2")} == {n1 + high}


def test_what_is_measured_is_whole(material, result):
    assert result.accuracy.shape == (len(MODELS), 4) and ((result.accuracy >= 0) & (result.accuracy <= 1)).all()
    assert result.right_movement.shape == result.wrong_movement.shape == (2, 3)
    assert (result.right_movement >= 0).all() and result.n_right + result.n_wrong == result.parts[0]
    assert result.wac.shape == result.errors.shape == (len(material.words),)
    assert (result.wac >= 0).all() and (result.wac_margin[result.wac > 0] > 0).all()
    assert result.settled.shape == (2, 1 + len(CONTINUED)) and np.isfinite(result.settled).all()
    known = np.isfinite(result.errors)
    assert known.any() and ((result.errors[known] >= 0) & (result.errors[known] <= 1)).all()
    t1 = material.texts.take(split_three(len(material.texts), seed=0).t1)
    assert np.array_equal(result.occurrences, np.bincount(t1.ids, minlength=len(material.words)))


def test_a_seed_is_the_same_every_time_and_another_one_is_not(material, result):
    again, other = run_seed(material, TINY.training(0)), run_seed(material, TINY.training(1))
    for field in fields(SeedResult):
        if field.name != "seconds":
            np.testing.assert_array_equal(getattr(again, field.name), getattr(result, field.name))
    assert not np.array_equal(other.wac, result.wac)


def test_stored_seeds_are_not_made_again(scratch_cache, monkeypatch):
    said = []
    assert run_seeds(TINY, say=said.append) == [name_seed(TINY, 0), name_seed(TINY, 1)]
    assert said[0] == "0 of 2 seeds are stored" and len(load_seeds(TINY)) == 2
    monkeypatch.setattr("core.analysis.saliency.seeds.run_seed", None)
    said.clear()
    run_seeds(TINY, say=said.append)
    assert said == ["2 of 2 seeds are stored"]


def test_two_processes_store_what_one_does(scratch_cache, result):
    run_seeds(ExperimentSettings(**vars(TINY) | {"workers": 2}))
    stored = load_result(name_seed(TINY, 0), SeedResult)
    np.testing.assert_array_equal(stored.accuracy, result.accuracy)
    np.testing.assert_array_equal(stored.wac, result.wac)


def test_settings_that_cannot_be_run_are_refused(scratch_cache):
    with pytest.raises(TrainingError, match="0 seeds"):
        run_seeds(ExperimentSettings(seeds=0))
    with pytest.raises(TrainingError, match="epochs = 0"):
        run_seeds(ExperimentSettings(corpus=DEMO, epochs=0))
    with pytest.raises(CorpusError, match="no labelled sentences"):
        run_seeds(ExperimentSettings(corpus="../etc/passwd", vectors=RANDOM))


def test_the_recorded_training_is_phase_one(scratch_cache, material, result):
    card = record_corpus(RecordedTraining(corpus=DEMO, vectors=RANDOM, training=CNNTraining(n_filters=6, epochs=4)))
    assert [c.id for c in list_cnns()[0]] == [card.id] and card.epochs == [0, 1, 2, 3, 4]
    kept = load_cnn(card.id)
    np.testing.assert_array_equal(kept.record.wac, result.wac)
    assert card.history[-1]["test"] == pytest.approx(float(result.accuracy[0, -1]))
    right = kept.record.right
    assert (right.sum(), (~right).sum()) == (result.n_right, result.n_wrong)
    assert kept.record.movement[right].mean(0) == pytest.approx(result.right_movement[0], rel=2e-3)
    assert kept.record.course[kept.record.occurrences == 0].max() == 0
    text = (scratch_cache / "checkpoints" / card.id / "card.json").read_text("utf-8")
    assert not any(sentence in text for sentence in read_labelled(DEMO).texts)
