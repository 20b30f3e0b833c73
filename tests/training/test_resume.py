"""A run that is killed goes on and ends with exactly the weights of a run that was not."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from core.checkpoints.store import load_checkpoint
from core.errors import TrainingError
from core.settings import ROOT, cache_folder
from core.training import epochs, lstm
from tests.training.toy import quick, train

SETTINGS = {"kind": 4, "input_dropout": 0.2, "batch_tokens": 1_500}  # dropout: random numbers must resume too


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Card and weights of a run nobody disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tmp_path_factory.mktemp("whole")))
        card = train(**SETTINGS)
        return card, load_checkpoint(card.id).model.state_dict()


def without_times(history: list[dict]) -> list[dict]:
    return [{k: v for k, v in row.items() if k != "seconds"} for row in history]


def assert_same_run(card, uninterrupted):
    expected, weights = uninterrupted
    found = load_checkpoint(card.id).model.state_dict()
    assert all(torch.equal(found[name], weight) for name, weight in weights.items())
    assert card.id == expected.id
    assert without_times(card.history) == without_times(expected.history)


def run_folder():
    return cache_folder() / "training" / quick(**SETTINGS).resolved().run_id


@pytest.mark.parametrize(("save_every", "stop_after"), [(-1.0, 1), (-1.0, 7), (-1.0, 12), (1e9, 3), (1e9, 12)])
def test_a_run_stopped_between_batches_ends_the_same(scratch_cache, monkeypatch, uninterrupted, save_every, stop_after):
    batches = 0

    def stop(self, text, *, force=False):
        nonlocal batches
        batches += not force
        if batches == stop_after:
            raise KeyboardInterrupt
    monkeypatch.setattr(epochs, "SAVE_EVERY", save_every)
    with monkeypatch.context() as patch:
        patch.setattr(epochs.Progress, "report", stop)
        with pytest.raises(KeyboardInterrupt):
            train(**SETTINGS)
    torch.manual_seed(99)  # what happened in between must not matter
    assert_same_run(train(**SETTINGS), uninterrupted)


def test_a_run_stopped_again_and_again_ends_the_same(scratch_cache, monkeypatch, uninterrupted):
    saves = 0
    save = lstm.LSTMRun.save

    def save_and_stop(self):
        nonlocal saves
        save(self)
        saves += 1
        if saves % 4 == 0:
            raise KeyboardInterrupt
    monkeypatch.setattr(epochs, "SAVE_EVERY", -1.0)
    monkeypatch.setattr(lstm.LSTMRun, "save", save_and_stop)
    for _ in range(50):
        try:
            card = train(**SETTINGS)
        except KeyboardInterrupt:
            continue
        break
    assert saves >= 8
    assert_same_run(card, uninterrupted)


KILLED = """
import time
from core.training import epochs, lstm
from tests.training.toy import train
save = lstm.LSTMRun.save
def save_slowly(run):
    save(run)
    time.sleep(0.3)  # so that the end is far when the signal comes
lstm.LSTMRun.save, epochs.SAVE_EVERY = save_slowly, -1.0
train(**{settings})
"""


def test_a_process_killed_without_warning_ends_the_same(scratch_cache, uninterrupted):
    process = subprocess.Popen([sys.executable, "-c", KILLED.replace("{settings}", repr(SETTINGS))], cwd=ROOT,
                               env={**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())},
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not (run_folder() / "state.safetensors").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)
    finally:
        process.kill()
    assert process.wait() == -signal.SIGKILL
    assert (run_folder() / "state.safetensors").exists() and not (cache_folder() / "checkpoints").exists()
    assert_same_run(train(**SETTINGS), uninterrupted)


def test_a_finished_run_is_not_trained_again(scratch_cache, monkeypatch):
    card = train()
    monkeypatch.setattr(lstm.LSTMRun, "_train_epoch", lambda *_: pytest.fail("trained again"))
    again = train()
    assert (again.id, again.history) == (card.id, card.history)


@pytest.mark.parametrize("damage", [
    lambda whole: whole[:-100], lambda whole: b"", lambda whole: b"\xff" * 500,
    lambda whole: whole.replace(rb'\"epoch\"', rb'\"epoxh\"', 1),
], ids=["cut", "empty", "noise", "no epoch"])
def test_a_damaged_state_is_refused_with_the_folder_to_delete(scratch_cache, damage):
    train(epochs=1)
    state = next((cache_folder() / "training").glob("*/state.safetensors"))
    state.write_bytes(damage(state.read_bytes()))
    with pytest.raises(TrainingError, match="does not fit this run.*Delete the folder") as caught:
        train(epochs=1)
    assert caught.value.fields["folder"] == str(state.parent)


def test_the_state_of_a_run_on_other_data_is_refused(scratch_cache):
    train(kind=4, epochs=1)
    state = next((cache_folder() / "training").glob("*/state.safetensors"))
    train(kind=4, epochs=1, vocabulary_size=50)
    other = next(p for p in (cache_folder() / "training").glob("*/state.safetensors") if p != state)
    state.write_bytes(other.read_bytes())
    with pytest.raises(TrainingError, match="does not fit this run"):
        train(kind=4, epochs=1)
