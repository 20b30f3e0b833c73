"""The claims about ELMo, read from stored results."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.analysis.elmo.held_out import (
    HeldOutText,
    MisspeltWords,
    load_held_out,
    measure_held_out,
    measure_misspelt,
    save_held_out,
    save_misspelt,
)
from core.analysis.elmo.layer_study import load_layers, save_layers
from core.checkpoints.bilm import load_bilm
from core.corpora.senses import read_demo_senses
from core.models.bilm import BiLM, BiLMConfig
from core.reproduce.elmo import SYSTEM
from core.reproduce.elmo.claims import CLAIMS
from core.reproduce.elmo.measure import recompute
from tests.elmo_lab import save_model, store_studies

IDS = ["elmo." + name for name in (
    "parameters_full", "context_beats_static_wsd", "layer2_beats_layer1_wsd", "layer1_beats_layer2_pos",
    "mix_beats_last", "helps_polarity", "sample_efficiency", "oov_neighbours", "perplexity")]


def by_id():
    return {record.id: record for record in SYSTEM.measure()}


@pytest.fixture
def lab(scratch_cache):
    card = save_model()
    store_studies(card.id)
    return card


def test_the_claims_are_those_of_the_issue_and_open_without_results(scratch_cache):
    records = by_id()
    assert list(records) == IDS and len(CLAIMS) == len(IDS)
    assert all(record.ours is None for id, record in records.items() if id != "elmo.parameters_full")


def test_parameters_are_counted_as_the_model_has_them(scratch_cache):
    with torch.device("meta"):
        n = sum(p.numel() for p in BiLM(BiLMConfig()).parameters())
    record = by_id()["elmo.parameters_full"]
    assert record.n == n == 93_600_864 and record.holds and record.ours == pytest.approx(93.600864)


def test_differences_between_layers_are_read_from_their_errors(lab):
    study, records = load_layers(lab.id), by_id()
    record = records["elmo.layer1_beats_layer2_pos"]
    assert record.ours == pytest.approx(study.score[0, 2, 0] - study.score[0, 3, 0], abs=1e-6)
    assert record.low <= record.ours <= record.high and record.holds == (record.low > 0)
    assert record.checkpoint == lab.id and records["elmo.context_beats_static_wsd"].corpus == "demo"
    assert "word alone" in records["elmo.context_beats_static_wsd"].control
    polarity = records["elmo.helps_polarity"]
    assert polarity.ours == pytest.approx(np.diff(study.efficiency[2, -1].mean(1))[0])
    assert records["elmo.sample_efficiency"].ours is None  # chunks were not measured


def test_the_least_share_of_data_is_found(lab):
    study = load_layers(lab.id)
    efficiency = study.efficiency.copy()
    efficiency[0, :, 0] = [[0.5], [0.6], [0.7]]
    efficiency[0, :, 1] = [[0.6], [0.72], [0.8]]
    save_layers(replace(study, tasks=("chunk", *study.tasks[1:]), efficiency=efficiency))
    record = by_id()["elmo.sample_efficiency"]
    assert record.ours == record.low == record.high == 0.1 and record.holds


def test_perplexity_is_that_of_the_summed_surprise(lab):
    checkpoint = load_bilm(lab.id)
    articles = [[e.words for e in read_demo_senses()[k:k + 5]] for k in range(0, 60, 5)]
    found = measure_held_out(checkpoint, articles, corpus="toy")
    assert isinstance(found, HeldOutText) and found.n.tolist() == [
        [sum(len(w) + 1 for w in article)] * 2 for article in articles]
    value, low, high = found.perplexity()
    assert low < value < high and 100 < value < 1_600  # of 400 words, not one learned
    save_held_out(found)
    np.testing.assert_array_equal(load_held_out(lab.id).bits, found.bits)
    record = by_id()["elmo.perplexity"]
    assert record.ours == pytest.approx(value) and not record.holds and found.control < value


def test_misspelt_words_stand_with_their_controls(lab):
    found = measure_misspelt(load_bilm(lab.id))
    assert isinstance(found, MisspeltWords) and found.n_words == 397
    save_misspelt(found)
    record = by_id()["elmo.oov_neighbours"]
    assert record.ours == pytest.approx(found.trained[1, 0]) and "untrained" in record.control
    assert not record.holds  # the model itself is untrained


def test_recomputing_leaves_out_what_is_stored_and_what_has_no_corpus(lab, monkeypatch):
    monkeypatch.setattr("core.analysis.elmo.layer_study.READERS", {})
    monkeypatch.setattr("core.reproduce.elmo.measure.measure_layers", lambda *_: pytest.fail("is stored"))
    monkeypatch.setattr("core.corpora.registry.data_folders", lambda: ())
    lines = []
    recompute(lines.append, missing=True)
    assert any("perplexity left out" in line for line in lines) and any("misspelt words" in line for line in lines)
