"""The job that trains and looks: looking changes nothing, stopping changes nothing, killing changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.checkpoints.store import checkpoint_folder, load_checkpoint, load_snapshots
from core.errors import CorpusError, JobError
from core.jobs import learn, queue, store
from core.jobs.commands import read_settings
from core.jobs.learn import Settings, collect_rows, plan_looks
from core.jobs.worker import JobStopped, Work
from core.training.lstm import LSTMRun, load_training_data
from tests.jobs.conftest import await_state, kill_worker

QUICK = Settings(material="demo", hidden_size=8, epochs=2, learning_rate=0.016)


def work_in(name="learn-test"):
    folder = store.folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    return Work(folder)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Result and weights of a run nobody disturbed, and its looks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tmp_path_factory.mktemp("whole")))
        result = learn.run(QUICK, work_in())
        return result, load_checkpoint(result["checkpoint"]), collect_rows(store.read_progress("learn-test")[0])


def test_a_run_leaves_an_ordinary_checkpoint_with_its_epochs(scratch_cache):
    result = learn.run(replace(QUICK, epochs=1), work_in())
    checkpoint = load_checkpoint(result["checkpoint"])
    assert checkpoint.card.training["output_dropout"] == 0.2 and checkpoint.card.corpora[0].name == "demo"
    assert len(load_snapshots(result["checkpoint"])) == result["epochs"] == 1 and result["fresh"]


def test_looking_does_not_change_what_is_learned(scratch_cache, uninterrupted):
    training = learn.translate(QUICK)
    data = load_training_data(training, (learn.read_material("demo"),))
    training = replace(training, batch_tokens=max(64, data.parts["train"].n_tokens // learn.STEPS_AN_EPOCH))
    blind = LSTMRun(training, data, scratch_cache / "blind")
    blind.train()
    seen = LSTMRun(training, data, store.training_folder("learn-test"))
    learn.run(QUICK, work_in())
    assert seen.resume()
    assert all(torch.equal(a, b) for a, b in
               zip(blind.model.state_dict().values(), seen.model.state_dict().values(), strict=True))


def test_looks_begin_untrained_end_with_the_last_step_and_are_dense_early(uninterrupted):
    learning = uninterrupted[2]
    assert learning.epoch[0] == 0 and learning.epoch[-1] == 2 and learning.n_looks > 60
    steps = np.diff(learning.epoch)
    assert (steps > 0).all() and steps[:20].mean() < steps[-20:].mean() / 2
    assert np.isnan(learning.train[0]) and np.isfinite(learning.train[1:]).all()
    assert learning.perplexity[-1] < 0.6 * learning.perplexity[0]
    assert learning.r.shape == (learning.n_looks, 8)
    assert learning.traces.shape == (learning.n_looks, len(learning.tokens), 8)


@pytest.mark.parametrize("after", [(1,), (40, 41, 95)])
def test_a_run_stopped_and_resumed_ends_the_same(scratch_cache, monkeypatch, uninterrupted, after):
    """Stopped after so many steps, with saved states only where the job saves them itself."""
    counts = {"steps": 0}
    step = learn._Watcher.step

    def stop_now(self, run, epoch, *, due):
        counts["steps"] += 1
        if counts["steps"] in after:
            self.work.end()
        step(self, run, epoch, due=due)

    monkeypatch.setattr(learn._Watcher, "step", stop_now)
    for _ in after:
        with pytest.raises(JobStopped):
            learn.run(QUICK, work_in())
        torch.manual_seed(77)
    result = learn.run(QUICK, work_in())
    expected, checkpoint, learning = uninterrupted
    found = load_checkpoint(result["checkpoint"])
    assert result["checkpoint"] == expected["checkpoint"]
    assert all(torch.equal(a, b) for a, b in
               zip(found.model.state_dict().values(), checkpoint.model.state_dict().values(), strict=True))
    again = collect_rows(store.read_progress("learn-test")[0])
    assert np.array_equal(again.epoch, learning.epoch) and np.array_equal(again.r, learning.r)


def test_a_killed_worker_resumes_to_the_same_weights_and_leaves_no_half_checkpoint(scratch_cache, uninterrupted):
    job = queue.submit("learn", QUICK)
    await_state(lambda: len(store.read_progress(job.id)[0]) > 12, seconds=60)
    kill_worker(job.id)
    assert not checkpoint_folder("x").parent.exists()
    queue.resume(job.id)
    await_state(lambda: not store.read_job(job.id).active, seconds=60)
    done = store.read_job(job.id)
    assert done.state == "finished" and done.result["checkpoint"] == uninterrupted[0]["checkpoint"]
    looks = collect_rows(store.read_progress(job.id)[0])
    assert np.array_equal(looks.r, uninterrupted[2].r)
    queue.discard(job.id)
    assert not checkpoint_folder(done.result["checkpoint"]).exists() and not store.training_folder(job.id).exists()


def test_a_checkpoint_that_was_there_before_outlives_the_run(scratch_cache):
    short = replace(QUICK, epochs=1)
    results = [learn.run(short, work_in(name)) for name in ("learn-a", "learn-b")]
    assert results[0]["checkpoint"] == results[1]["checkpoint"] and [r["fresh"] for r in results] == [True, False]
    for name, result, kept in (("learn-b", results[1], True), ("learn-a", results[0], False)):
        folder = work_in(name).folder
        (folder / "job.json").write_text('{"command": "learn", "settings": {}, "created": 1.0}')
        store.write_state(folder, "finished", result=result)
        queue.discard(name)
        assert checkpoint_folder(result["checkpoint"]).is_dir() == kept


def test_a_full_disk_leaves_the_last_saved_state(scratch_cache, monkeypatch):
    import errno

    from core.training import epochs, lstm
    write, writes = lstm.write_atomically, []

    def fill_up(path, data):
        writes.append(path.name)
        if len(writes) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    for module in (epochs, lstm):
        monkeypatch.setattr(module, "write_atomically", fill_up)
    with pytest.raises(OSError) as caught:
        learn.run(QUICK, work_in())
    told = store.explain(caught.value, work_in().folder)
    assert "disk is full" in told["problem"] and "Free some space" in told["remedy"]
    assert not list(store.training_folder("learn-test").glob(".*part")) and not checkpoint_folder("x").parent.exists()
    assert learn.run(QUICK, work_in())["epochs"] == 2


@pytest.mark.parametrize("change", [
    {"material": "../etc"}, {"material": "no-such"}, {"kind": 2, "material": "dyck-1"}, {"kind": 0}, {"kind": 6},
    {"hidden_size": 1}, {"hidden_size": 4096}, {"dropout": -0.1}, {"dropout": float("nan")}, {"learning_rate": 1.0},
    {"seed": -1}, {"epochs": 0}, {"epochs": 10_000}, {"l1": 2.0}])
def test_settings_out_of_bounds_never_reach_a_worker(scratch_cache, change):
    with pytest.raises(JobError):
        queue.submit("learn", replace(QUICK, **change))
    assert store.list_jobs() == []


def test_a_corpus_that_is_absent_is_named(scratch_cache, monkeypatch, tmp_path):
    monkeypatch.setattr("core.corpora.registry.data_folders", lambda: (tmp_path,))
    assert learn.list_materials() == ("dyck-1", "dyck-2", "embedding", "demo")
    with pytest.raises(CorpusError, match="gum"):
        read_settings("learn", {"material": "gum"})


@pytest.mark.parametrize(("material", "kind"), [("dyck-1", 1), ("dyck-2", 2), ("embedding", 3), ("demo", 5)])
def test_every_material_trains(scratch_cache, material, kind):
    result = learn.run(Settings(material=material, kind=kind, hidden_size=4, epochs=1), work_in())
    assert load_checkpoint(result["checkpoint"]).card.kind == kind


def test_a_penalty_reaches_the_training():
    assert learn.translate(replace(QUICK, l1=0.001)).l1 == 0.001 and learn.translate(QUICK).l1 == 0


@pytest.mark.parametrize(("n_steps", "n_looks"), [(1, 100), (5, 100), (100, 100), (5_000, 100), (37, 10)])
def test_planned_looks_rise_to_the_last_step(n_steps, n_looks):
    looks = plan_looks(n_steps, n_looks)
    assert looks[0] >= 1 and looks[-1] == n_steps and (np.diff(looks) > 0).all() and len(looks) <= n_looks


def test_rows_survive_packing_and_damage(uninterrupted):
    values = np.array([-1, 0, 0.123456, 3.25], np.float32)
    assert np.allclose(learn.unpack_array(learn.pack_array(values)), values, atol=1e-4)
    assert collect_rows([]) is None and collect_rows([{"row": "start", "tokens": [], "depth": []}]) is None
    assert collect_rows([{"row": "else"}]) is None
