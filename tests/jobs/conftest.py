"""Toy jobs in real worker processes."""

import os
import signal
import subprocess
import sys
import time

import pytest

from core.jobs import commands, queue, store
from tests.jobs.toy_command import Settings


@pytest.fixture
def toy(scratch_cache, monkeypatch):
    """``toy(name, …)`` submits a job of the tests' command; what is left at the end is ended."""
    monkeypatch.setitem(commands.COMMANDS, "toy", "tests.jobs.toy_command")
    monkeypatch.setattr(queue, "PROGRAM", (sys.executable, "-m", "tests.jobs.toy"))
    yield lambda name="a", **settings: queue.submit("toy", Settings(name=name, **settings))
    for job in store.list_jobs():
        queue.stop(job.id) if job.active else None
    await_state(lambda: all(not job.active for job in store.list_jobs()))


def await_state(condition, seconds=30.0):
    """Wait for a condition that a worker brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.03)


@pytest.fixture
def ends(toy):
    """``ends(job)`` waits for a job's end and returns it."""
    def wait(job):
        await_state(lambda: not store.read_job(job.id).active)
        return store.read_job(job.id)
    return wait


def worker_of(name, program="core.jobs.worker", server=None):
    """Process id of a job's worker from the system's own table, None when there is none.

    Another process may test the same job at the same time: the worker is that of `server`, this process by default.
    """
    server = server or os.getpid()
    listing = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    own = [row.split() for row in listing.splitlines() if f"{program} {name} " in row]
    return next((int(row[0]) for row in own if row[-1] == str(server)), None)


def kill_worker(name, program="core.jobs.worker"):
    """Kill a job's worker as the kernel does when memory runs out, and wait until the job counts as lost."""
    worker = worker_of(name, program)
    assert worker is not None, f"{name} had ended before it could be killed"
    os.kill(worker, signal.SIGKILL)
    await_state(lambda: not store.read_job(name).active)
    assert store.read_job(name).state == "lost"
