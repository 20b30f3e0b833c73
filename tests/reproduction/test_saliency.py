"""Claims about saliency over training: read from seeds whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.results import save_result
from core.analysis.saliency.experiment import MODELS, SeedResult
from core.analysis.saliency.material import DEMO, RANDOM, prepare_material, read_labelled
from core.analysis.saliency.seeds import ExperimentSettings, name_seed
from core.errors import CorpusError
from core.reproduce import saliency
from core.reproduce.saliency import SYSTEM, accuracy
from core.reproduce.saliency.accuracy import load_full
from core.training.cnn import CNNTraining

IDS = ["saliency." + name for name in "split_sizes wrong_moves_more t2h_vs_t2l t2h_vs_random all_best accuracy_full "
       "settles_in_phase_two wac_partial_frequency".split()]
PARTS = np.array([4797, 4798, 1067, 2399, 2399])


def make_seed(seed, *, high=0.0, movement=1.0, settled=0.0, errors=0.0, n_words=400):
    """A result in which T1&T2h is better by `high`, wrong sentences move `movement` times as much, and so on."""
    rng = np.random.default_rng(seed)
    level = dict.fromkeys(MODELS, 0.75) | {"T1&T2h": 0.75 + high, "T1&T2": 0.80}
    curves = np.array([level[name] + 0.001 * rng.standard_normal(50) for name in MODELS], np.float32)
    rise = rng.random((2, 49)).astype(np.float32) + 1
    wac, occurrences = rng.random(n_words).astype(np.float32), rng.integers(1, 60, n_words).astype(np.int32)
    noise = rng.random(n_words)
    wrong = rise * np.array([[movement], [1.0]], np.float32)
    steps = np.array([[-5.0, -5 + settled, -5.0, -5.0]] * 2) + 0.01 * rng.standard_normal((2, 4))
    return SeedResult("rt-polarity", "glove-6b-50d", MODELS, np.full(len(MODELS), 7196), PARTS, curves, rise, wrong,
                      np.full(50, 0.9, np.float32), np.full(50, 0.6, np.float32), 4500, 297, wac, wac, occurrences,
                      (errors * wac + (1 - errors) * noise).astype(np.float32), rng.random(n_words).astype(np.float32),
                      steps, 1.0)


def store(n=4, **planted):
    for seed in range(n):
        save_result(name_seed(ExperimentSettings(), seed), make_seed(seed, **planted), parents={})


def by_id():
    return {record.id: record for record in SYSTEM.measure()}


def test_without_seeds_every_claim_is_named_and_open(scratch_cache):
    records = SYSTEM.measure()
    assert [r.id for r in records] == IDS
    assert all(r.seed == "004" and r.claim and r.ours is None and r.holds is None for r in records)


def test_what_is_planted_is_found(scratch_cache):
    store(high=0.02, movement=1.5, settled=-0.3, errors=0.8)
    records = by_id()
    for name, ours in (("t2h_vs_t2l", 0.02), ("t2h_vs_random", 0.02), ("all_best", 0.03), ("wrong_moves_more", 1.5),
                       ("settles_in_phase_two", -0.3)):
        record = records[f"saliency.{name}"]
        assert record.ours == pytest.approx(ours, abs=0.02) and record.low < record.ours < record.high, name
        assert record.holds and record.control and record.n > 0 and "4 seeds" in record.split, name
    assert records["saliency.split_sizes"].ours == 1 and records["saliency.split_sizes"].holds
    assert records["saliency.wac_partial_frequency"].holds and records["saliency.wac_partial_frequency"].ours > 0.5
    assert "confidence taken out 1.000" in records["saliency.wrong_moves_more"].control


def test_what_is_not_there_does_not_hold(scratch_cache):
    store()
    records = by_id()
    for name in ("wrong_moves_more", "t2h_vs_t2l", "t2h_vs_random", "wac_partial_frequency"):
        assert records[f"saliency.{name}"].holds is False, name
    store(high=-0.02, movement=0.5, settled=0.3)
    records = by_id()
    for name in ("wrong_moves_more", "t2h_vs_t2l", "t2h_vs_random", "settles_in_phase_two"):
        assert records[f"saliency.{name}"].holds is False, name


def test_other_sizes_are_not_the_papers(scratch_cache):
    save_result(name_seed(ExperimentSettings(), 0), replace(make_seed(0), parts=PARTS - 1), parents={})
    assert by_id()["saliency.split_sizes"].holds is False


def test_accuracy_on_all_data_is_measured_and_stored(scratch_cache, monkeypatch):
    monkeypatch.setattr(accuracy, "TRAININGS", {"small": CNNTraining(n_filters=8, epochs=4),
                                                "smaller": CNNTraining(n_filters=1, epochs=1)})
    monkeypatch.setattr(accuracy, "prepare_material", lambda sentences, vectors: prepare_material(
        read_labelled(DEMO), RANDOM))
    monkeypatch.setattr(accuracy, "read_labelled", lambda name: None)
    for module in (accuracy, saliency):
        monkeypatch.setattr(module, "list_sources", lambda: ["glove-6b-50d"])
    store(1)
    said = []
    SYSTEM.recompute(said.append)
    found, record = load_full("glove-6b-50d"), by_id()["saliency.accuracy_full"]
    assert found.accuracy.shape == (2, accuracy.SEEDS) and (found.epochs >= 1).all() and (found.epochs[1] == 1).all()
    assert record.ours == pytest.approx(float(found.accuracy[0].mean())) or "smaller" in record.control
    assert record.low <= record.ours <= record.high and "measured in" in said[-1]
    said.clear()
    SYSTEM.recompute(said.append, missing=True)
    assert said == []


def test_an_absent_corpus_is_reported(scratch_cache, monkeypatch):
    def absent(vectors, say):
        raise CorpusError("The corpus {name} is not in any data folder.", "Fetch it.", name="rt-polarity")
    monkeypatch.setattr(saliency, "list_sources", lambda: ["glove-6b-50d"])
    monkeypatch.setattr(saliency, "measure_full", absent)
    said = []
    SYSTEM.recompute(said.append)
    assert said == ["accuracy with glove-6b-50d left out: The corpus rt-polarity is not in any data folder. Fetch it."]
