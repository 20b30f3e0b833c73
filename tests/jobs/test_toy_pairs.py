"""The job that trains two models on a made-up task: in turns, stopped, resumed, killed, judged."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import JobError
from core.jobs import queue, store, toy_pairs
from core.jobs.commands import read_settings
from core.jobs.toy_pairs import HELD_OUT, Settings, collect_rows, judge, plan_looks, translate
from core.jobs.worker import JobStopped, Work
from core.training.seq2seq import Seq2SeqRun, load_pair_data
from core.training.state import STATE
from tests.jobs.conftest import await_state, kill_worker

QUICK = Settings(shortest=2, longest=4, letters=8, hidden_size=16, pairs=640, epochs=3)


def work_in(name="toy-pairs-test"):
    folder = store.folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    return Work(folder)


def rows_of(name="toy-pairs-test"):
    return store.read_progress(name)[0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run nobody disturbed: its result and rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tmp_path_factory.mktemp("whole")))
        return toy_pairs.run(QUICK, work_in()), rows_of()


def test_both_models_are_followed_from_the_start_to_the_test(whole):
    result, rows = whole
    course = collect_rows(rows)
    assert [row["row"] for row in rows] == ["start"] + ["look"] * len(course.steps)
    assert course.n_steps == 30 and course.steps.tolist() == [0, *plan_looks(30)]
    assert course.parts == {"train": 640, "validation": HELD_OUT, "test": HELD_OUT}
    for name in ("forward", "reversed"):
        assert course.perplexity[name][0] == pytest.approx(course.n_letters + 1, rel=0.35)
        assert course.perplexity[name][-1] < 0.8 * course.perplexity[name][0]
        assert 0 <= result[name]["right"] <= 1 and course.places[name].shape == (5,)
    assert course.perplexity["forward"].tolist() != course.perplexity["reversed"].tolist()


def test_training_in_turns_is_training_alone(whole, scratch_cache):
    parts = toy_pairs.make_parts(QUICK.toy, QUICK.pairs, HELD_OUT, seed=QUICK.seed)
    course = collect_rows(whole[1])
    for reverse, name in ((False, "forward"), (True, "reversed")):
        training = translate(QUICK, reverse=reverse)
        run = Seq2SeqRun(training, load_pair_data(training, parts), scratch_cache / name)
        run.train()
        alone = toy_pairs.read_sequences(run.model, run.data.encoded["test"])
        assert alone.pack() == {n: whole[0][name][n] for n in ("perplexity", "right", "places")}
        assert course.perplexity[name][-1] == pytest.approx(run.history[-1]["validation_perplexity"], rel=1e-4)


def test_both_begin_with_the_same_weights():
    models = []
    for reverse in (False, True):
        training = translate(QUICK, reverse=reverse)
        parts = toy_pairs.make_parts(QUICK.toy, QUICK.pairs, HELD_OUT, seed=0)
        models.append(Seq2SeqRun(training, load_pair_data(training, parts), store.folder_of("x")).model.state_dict())
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])


def test_a_run_stopped_twice_ends_the_same_to_the_last_bit(whole, scratch_cache, monkeypatch):
    step, work, seen = Seq2SeqRun._step, None, {"n": 0}

    def stop_now(run, rows, rate):
        seen["n"] += 1
        if seen["n"] in (3, 40):  # in the first turn, and amidst the second model's turn of a later look
            work.end()
        return step(run, rows, rate)

    monkeypatch.setattr(Seq2SeqRun, "_step", stop_now)
    for _ in range(2):
        work = work_in()
        with pytest.raises(JobStopped):
            toy_pairs.run(QUICK, work)
        assert (store.training_folder(work.id) / "forward" / STATE).is_file()
    work = work_in()
    result = toy_pairs.run(QUICK, work)
    assert {n: v for n, v in result.items() if n != "seconds"} == {
        n: v for n, v in whole[0].items() if n != "seconds"}
    assert seen["n"] == 60  # no step was lost or done twice
    course, undisturbed = collect_rows(rows_of()), collect_rows(whole[1])
    np.testing.assert_array_equal(course.steps, undisturbed.steps)
    for name in ("forward", "reversed"):
        np.testing.assert_array_equal(course.perplexity[name], undisturbed.perplexity[name])
    assert sum(row["row"] == "start" for row in rows_of()) == 1
    assert not store.training_folder(work.id).exists()


def test_a_killed_worker_is_resumed_and_a_running_one_stops_within_seconds(scratch_cache):
    job = queue.submit("toy-pairs", Settings(hidden_size=128, pairs=10_000, epochs=60))
    await_state(lambda: len(rows_of(job.id)) > 1, seconds=90)
    kill_worker(job.id)
    queue.resume(job.id)
    await_state(lambda: store.read_job(job.id).state == "running", seconds=60)
    queue.stop(job.id)
    asked = time.monotonic()
    await_state(lambda: not store.read_job(job.id).active)
    assert store.read_job(job.id).state == "stopped" and time.monotonic() - asked < 15
    queue.discard(job.id)
    assert not store.training_folder(job.id).exists()


@pytest.mark.parametrize(("changes", "says"), [
    ({"task": "../etc"}, "no task"), ({"shortest": 0}, "shortest = 0"), ({"longest": 21}, "longest = 21"),
    ({"letters": 27}, "letters = 27"), ({"letters": 2}, "letters = 2"), ({"hidden_size": 1_000}, "hidden_size"),
    ({"pairs": 10_001}, "pairs"), ({"epochs": 61}, "epochs = 61"), ({"rate": float("nan")}, "rate"),
    ({"seed": -1}, "seed"), ({"shortest": 8, "longest": 7}, "Swap the two"), ({"pairs": "50"}, "not of the type int"),
    ({"longest": 4, "letters": 5}, "there are 625 sequences"), ({"path": "/"}, "no setting")])
def test_bad_settings_are_refused_with_a_remedy(changes, says):
    with pytest.raises(JobError, match=says) as caught:
        read_settings("toy-pairs", changes)
    assert caught.value.remedy and read_settings("toy-pairs", {}).task == "copy"


def test_a_look_made_again_counts_once_and_the_first_one_counts(whole):
    start, *looks = whole[1]
    assert collect_rows([]) is None and collect_rows([start]) is None
    wrong = looks[3] | {"forward": looks[9]["forward"]}
    again = collect_rows([start, *looks[:6], wrong, *looks[6:]])
    np.testing.assert_array_equal(again.perplexity["forward"], collect_rows(whole[1]).perplexity["forward"])
    assert len(collect_rows([start, *looks, start, *looks[:2]]).steps) == 2  # begun anew


def test_the_judge_counts_only_sequences_on_which_the_two_differ():
    assert judge({"only_forward": 0, "only_reversed": 0}) == 1 == judge({"only_forward": 5, "only_reversed": 5})
    assert judge({"only_forward": 0, "only_reversed": 10}) == pytest.approx(2 / 2 ** 10)


def test_the_first_step_at_which_half_are_right(whole):
    course = collect_rows(whole[1])
    right = {"forward": np.linspace(0, 0.4, len(course.steps)), "reversed": np.linspace(0, 1, len(course.steps))}
    told = replace(course, right=right)
    assert told.find_step("forward") is None
    assert told.find_step("reversed") == course.steps[np.searchsorted(right["reversed"], 0.5)]


def test_looks_end_with_the_last_step():
    for n in (1, 7, 40, 705):
        looks = plan_looks(n)
        assert looks[-1] == n and looks == sorted(set(looks)) and len(looks) <= 40 and looks[0] >= 1
