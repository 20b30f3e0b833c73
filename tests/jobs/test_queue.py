"""Jobs in worker processes: order, stopping, resuming, and every way to be killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

from core.errors import JobError
from core.jobs import queue, store
from core.settings import ROOT, job_folder
from tests.jobs.conftest import await_state, kill_worker, worker_of
from tests.jobs.toy_command import Settings

TOY = "tests.jobs.toy"  # the program that runs them
LONG = {"steps": 3_000, "pause": 0.01}


def steps(job):
    return [row["n"] for row in store.read_progress(job.id)[0]]


def await_steps(job, n=3):
    await_state(lambda: len(steps(job)) >= n)


def test_a_job_runs_elsewhere_reports_and_returns(toy, ends):
    job = ends(toy(steps=4))
    assert (job.state, job.result, job.error, steps(job)) == ("finished", {"sum": 4}, None, [0, 1, 2, 3])
    assert job.created <= job.started <= job.ended
    assert not (store.folder_of(job.id) / "spare").exists() and not list(store.folder_of(job.id).glob(".*part"))


def test_one_runs_at_a_time_in_the_order_asked_for(toy, ends):
    first = toy("a", **LONG)
    await_steps(first)
    jobs = [toy(name, steps=5) for name in "dcb"]
    assert [queue.place_in_queue(store.read_job(j.id)) for j in (first, *jobs)] == [0, 1, 2, 3]
    queue.stop(first.id)
    done = [ends(job) for job in (first, *jobs)]
    assert [job.state for job in done] == ["stopped", *["finished"] * 3]
    for before, after in pairwise(done):
        assert before.started < after.started and before.ended <= after.started


def test_two_slots_run_two_jobs(toy, monkeypatch):
    monkeypatch.setenv("WORDGLASS_JOBS", "2")
    jobs = [toy(name, **LONG) for name in "abc"]
    await_state(lambda: [store.read_job(j.id).state for j in jobs] == ["running", "running", "queued"])
    assert queue.place_in_queue(store.read_job(jobs[2].id)) == 1


def test_equal_settings_are_one_job_however_many_ask(toy, ends):
    found = []
    threads = [threading.Thread(target=lambda: found.append(toy(steps=30).id)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job = ends(store.read_job(found[0]))
    assert len(set(found)) == 1 and steps(job) == list(range(30))
    assert toy(steps=30).ended == job.ended  # finished: not run again


def test_a_stopped_job_keeps_its_state_and_goes_on(toy, ends):
    job = toy(steps=200)
    await_steps(job)
    queue.stop(job.id)
    stopped = ends(job)
    assert stopped.state == "stopped" and stopped.error is None and 3 <= len(steps(job)) < 200
    queue.resume(job.id)
    assert ends(job).state == "finished" and steps(job) == list(range(200))


def test_a_waiting_job_can_leave_the_queue(toy, ends):
    first, second = toy("a", **LONG), toy("b", **LONG)
    queue.stop(second.id)
    assert ends(second).state == "stopped" and steps(second) == []
    assert store.read_job(first.id).active


def test_a_killed_worker_is_lost_frees_its_place_and_can_go_on(toy, ends):
    job, waiting = toy("a", steps=60, pause=0.1), toy("b", steps=3)  # six seconds to be found and killed in
    await_steps(job)
    kill_worker(job.id, TOY)
    assert "Resume it" in str(store.read_job(job.id).error)
    assert ends(waiting).state == "finished"
    queue.resume(job.id)
    assert ends(job).state == "finished" and sorted(set(steps(job))) == list(range(60))


def test_a_terminated_worker_saves_and_stops(toy, ends):
    job = toy(**LONG)
    await_steps(job)
    os.kill(worker_of(job.id, TOY), signal.SIGTERM)
    assert ends(job).state == "stopped"


SERVER = """
import sys, time
from core.jobs import commands, queue
from tests.jobs.toy_command import Settings
commands.COMMANDS["toy"] = "tests.jobs.toy_command"
queue.PROGRAM = (sys.executable, "-m", "tests.jobs.toy")
import threading
def ask():  # from a thread that ends, as a page's does
    for name in "ab":
        queue.submit("toy", Settings(name=name, steps=3000, stubborn={stubborn}))
thread = threading.Thread(target=ask); thread.start(); thread.join()
time.sleep(60)
"""


@pytest.mark.parametrize(("stubborn", "state"), [(False, "stopped"), (True, "lost")])
def test_workers_end_when_their_server_is_killed(toy, monkeypatch, stubborn, state):
    monkeypatch.setenv("TOY_GRACE", "1")
    server = subprocess.Popen([sys.executable, "-c", SERVER.replace("{stubborn}", str(stubborn))], cwd=ROOT)
    try:
        await_state(lambda: len(store.list_jobs()) == 2 and any(steps(job) for job in store.list_jobs()))
        time.sleep(0.5)  # the thread that asked is gone, the workers are not
        assert all(job.active for job in store.list_jobs())
        workers = [worker_of(job.id, TOY, server.pid) for job in store.list_jobs()]
    finally:
        server.kill()
        server.wait()
    await_state(lambda: not any(job.active for job in store.list_jobs()))
    assert {job.state for job in store.list_jobs()} == {state, "stopped"}  # the one that waited obeys at once
    if state == "stopped":
        assert all("server that ran it has ended" in str(job.error) for job in store.list_jobs())
    await_state(lambda: not any(_alive(pid) for pid in workers))


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return open(f"/proc/{pid}/stat").read().split()[2] != "Z" if os.path.exists(f"/proc/{pid}/stat") else True


def test_a_job_nobody_looks_at_makes_room(toy, ends, monkeypatch):
    monkeypatch.setenv("TOY_UNSEEN", "1.5")
    job = toy(**LONG)
    for _ in range(4):  # somebody looks
        time.sleep(0.6)
        store.mark_seen(job.id)
    assert store.read_job(job.id).active
    forgotten = ends(job)
    assert forgotten.state == "stopped" and "Nobody has looked" in str(forgotten.error)


@pytest.mark.parametrize(("fail", "says"), [
    ("disk", "The disk is full.*Free some space"), ("memory", "memory was not enough.*smaller model"),
    ("known", "2 is enough. Take less than 2."), ("error", "ValueError: what <b>went</b> wrong.*log")])
def test_a_failing_job_says_why_and_what_to_do(toy, ends, fail, says):
    job = ends(toy(steps=9, fail=fail))
    assert job.state == "failed"
    with pytest.raises(JobError, match=says):
        raise job.error
    assert ends(toy("b")).state == "finished"  # its place is free


def test_what_a_full_disk_interrupted_can_go_on(toy, ends):
    job = ends(toy(steps=9, fail="disk"))
    (store.folder_of(job.id) / "progress.jsonl").unlink()
    os.replace(store.folder_of(job.id) / "kept", store.folder_of(job.id) / "progress.jsonl")
    queue.resume(job.id)
    assert ends(job).state == "finished" and steps(job)[-1] == 8


def test_the_queue_and_the_history_are_bounded(toy, ends, monkeypatch):
    monkeypatch.setattr(queue, "MAX_WAITING", 1)
    first = toy("a", **LONG)
    await_steps(first)
    toy("b", **LONG)
    with pytest.raises(JobError, match="1 runs are waiting already"):
        toy("c", **LONG)
    for job in store.list_jobs():
        queue.stop(job.id)
        ends(job)
    monkeypatch.setattr(queue, "KEPT", 2)
    last = [ends(toy(name)).id for name in "xyz"]
    assert [job.id for job in store.list_jobs()] == last[:0:-1]


def test_a_nearly_full_disk_refuses_new_jobs(toy, monkeypatch):
    monkeypatch.setattr(queue, "FREE_BYTES", 2**70)
    with pytest.raises(JobError, match="MB are free.*WORDGLASS_CACHE"):
        toy()
    assert store.list_jobs() == []


def test_a_worker_that_cannot_start_leaves_a_message_and_no_lock(toy, monkeypatch):
    monkeypatch.setattr(queue, "PROGRAM", ("/no/such/program",))
    with pytest.raises(JobError, match="could not be started"):
        toy()
    assert [job.state for job in store.list_jobs()] == ["stopped"]


def test_a_job_is_discarded_only_when_it_has_ended(toy, ends):
    job = toy(**LONG)
    with pytest.raises(JobError, match="still at work"):
        queue.discard(job.id)
    queue.stop(job.id)
    ends(job)
    queue.discard(job.id)
    assert store.list_jobs() == [] and not (job_folder() / job.id).exists()


@pytest.mark.parametrize("values", [
    {"steps": "1; rm"}, {"steps": True}, {"steps": 1.5}, {"steps": -1}, {"stubborn": 1}, {"name": ["/etc"]},
    {"path": "/etc/passwd"}, {"pause": "0"}])
def test_settings_are_of_the_right_names_types_and_ranges(toy, values):
    from core.jobs.commands import read_settings
    with pytest.raises(JobError):
        read_settings("toy", values)
    assert read_settings("toy", {"pause": 1, "steps": 3}) == Settings(pause=1.0, steps=3)


@pytest.mark.parametrize("name", ["os.system", "", "../x", "core.jobs.learn"])
def test_only_commands_of_ours_run(toy, name):
    with pytest.raises(JobError, match="no job named"):
        queue.submit(name, Settings())


@pytest.mark.parametrize("name", ["../x", "", "a/b", "x" * 90, "é", ".hidden", "-/-"])
def test_ids_are_never_paths(scratch_cache, name):
    for act in (store.read_job, store.read_progress, store.mark_seen, queue.stop):
        with pytest.raises(JobError):
            act(name)


def test_a_worker_refuses_settings_changed_on_disk(toy, ends):
    job = toy(steps=500)
    queue.stop(job.id)
    ends(job)
    path = store.folder_of(job.id) / "job.json"
    path.write_text(path.read_text().replace('"steps": 500', '"steps": 50000'))
    queue.resume(job.id)
    assert "steps = 50000 is out of range" in str(ends(job).error)
