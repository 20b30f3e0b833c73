"""Phase one: what is recorded is what the network of each epoch says, and a stopped run ends the same."""

import numpy as np
import pytest
import torch

from core.analysis.saliency import phase_one
from core.analysis.saliency.material import DEMO, prepare_material, read_labelled
from core.analysis.saliency.phase_one import run_phase_one, start_model
from core.errors import TrainingError
from core.jobs.labelled import draw_sentences
from core.states.saliency import record_saliency
from core.tokens.labelled import split_three
from core.training.cnn import CNNRun, CNNTraining, predict_texts
from core.training.state import STATE

SETTINGS = CNNTraining(n_filters=6, epochs=4, channels="non-static")


@pytest.fixture(scope="module")
def material():
    return prepare_material(draw_sentences(read_labelled(DEMO), 120), "random")


@pytest.fixture(scope="module")
def whole(material):
    return run_phase_one(material, SETTINGS)


def test_every_column_is_what_the_network_of_that_epoch_says(material, whole):
    parts, models = split_three(120, seed=0), []
    t1, t2, t3 = (material.texts.take(rows) for rows in vars(parts).values())
    run = CNNRun(SETTINGS, start_model(material, SETTINGS), t1)
    run.train(lambda run: models.append({n: p.detach().clone() for n, p in run.model.state_dict().items()}))
    for e, state in enumerate(models):
        run.model.load_state_dict(state)
        found = record_saliency(run.model, t1)
        np.testing.assert_array_equal(whole.wa[:, e], found.words)
        np.testing.assert_array_equal(whole.doubt[:, e], found.doubt)
        np.testing.assert_array_equal(whole.predicted[:, e], found.predicted)
        own = np.exp(predict_texts(run.model, t2))
        np.testing.assert_allclose(whole.evidence.right[:, e], own[np.arange(len(t2)), t2.labels], rtol=1e-6)
        assert whole.accuracy[e] == pytest.approx((predict_texts(run.model, t3).argmax(1) == t3.labels).mean())
        assert whole.learned[e] == pytest.approx((found.predicted == t1.labels).mean())
        assert all(torch.equal(p, state[name]) for name, p in whole.weights[e + 1].items())
    assert whole.losses == run.losses and (whole.right == (whole.predicted[:, -1] == t1.labels)).all()
    np.testing.assert_array_equal(whole.missed, own.argmax(1) != t2.labels)
    np.testing.assert_allclose(whole.evidence.top, own.max(1), rtol=1e-6)


class Stopped(Exception):
    pass


def stop_after(n):
    def check():
        nonlocal n
        n -= 1
        if n == 0:
            raise Stopped
    return check


def test_a_stopped_run_goes_on_to_the_same_record(material, whole, tmp_path):
    seen = []
    for batches in (1, 4, 100):  # two an epoch
        try:
            again = run_phase_one(material, SETTINGS, folder=tmp_path, after_batch=stop_after(batches),
                                  after_record=lambda run, records: seen.append((run.epoch, len(records))))
        except Stopped:
            assert batches < 100
    assert seen == [(1, 1), (2, 2), (3, 3), (4, 4)]
    for name in ("wa", "doubt", "predicted", "missed", "accuracy", "learned"):
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name))
    np.testing.assert_array_equal(again.evidence.right, whole.evidence.right)
    np.testing.assert_array_equal(again.evidence.instability.wac, whole.evidence.instability.wac)
    assert again.losses == whole.losses and again.weights.keys() == whole.weights.keys()
    assert all(torch.equal(p, again.weights[e][n]) for e, kept in whole.weights.items() for n, p in kept.items())
    assert all(torch.equal(a, b) for a, b in zip(again.model.parameters(), whole.model.parameters(), strict=True))


def test_a_run_that_had_ended_is_read_back_whole(material, whole, tmp_path):
    run_phase_one(material, SETTINGS, folder=tmp_path)
    again = run_phase_one(material, SETTINGS, folder=tmp_path, after_batch=lambda: pytest.fail("trained again"))
    np.testing.assert_array_equal(again.wa, whole.wa)


def test_records_of_other_sentences_are_refused(material, tmp_path):
    run_phase_one(material, SETTINGS, folder=tmp_path)
    other = prepare_material(draw_sentences(read_labelled(DEMO), 130), "random")
    (tmp_path / STATE).unlink()
    run = CNNRun(SETTINGS, start_model(other, SETTINGS), other.texts.take(np.arange(9)), tmp_path)
    run.epoch = 2
    run.save()
    with pytest.raises(TrainingError, match="does not fit this run") as caught:
        run_phase_one(other, SETTINGS, folder=tmp_path)
    assert "epoch-0001" in str(caught.value) and "start anew" in caught.value.remedy


def test_only_the_weights_that_a_checkpoint_keeps_are_held(material, monkeypatch):
    monkeypatch.setattr(phase_one, "choose_epochs", lambda n, model: [0, 3, n])
    assert sorted(run_phase_one(material, SETTINGS).weights) == [3, 4]
