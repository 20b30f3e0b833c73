"""Ask for jobs, stop them, resume them. Whoever asks starts the worker; the workers keep the queue among themselves.

A worker is a small process of its own. It waits until it is the oldest of those that wait and a slot is free,
and ends when the server that started it ends, so nothing here has to be remembered between calls.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from core.checkpoints.artefacts import fill_folder, write_json
from core.errors import JobError
from core.jobs.commands import load_command, read_settings, write_settings
from core.jobs.store import Job, delete_job, folder_of, list_jobs, read_job, take_lock, write_state
from core.settings import ROOT, cache_folder, job_folder, worker_environment

MAX_WAITING = 8            # a longer queue would be refused at its end anyway: nobody waits that long
KEPT = 30                  # ended jobs; older ones are cleaned up
FREE_BYTES = 200 * 2**20   # a run of 200 units writes less than 20 MB
PROGRAM = (sys.executable, "-m", "core.jobs.worker")


def job_id(command: str, settings: Any) -> str:
    """Name of a job: equal settings have equal names, for training is deterministic."""
    text = json.dumps(write_settings(settings), sort_keys=True)
    return f"{command}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def submit(command: str, settings: Any) -> Job:
    """Start a job or put it into the queue; one that is there already is returned as it is.

    Parameters
    ----------
    command : str
        One of `core.jobs.commands.COMMANDS`.
    settings : dataclass
        The command's ``Settings``.

    Raises
    ------
    WordglassError
        Settings out of range, a full queue, a full disk.
    """
    settings = read_settings(command, write_settings(settings))
    name = job_id(command, settings)
    with _table():
        return _enqueue(name, command, write_settings(settings))


def resume(name: str) -> Job:
    """Let a job that has ended go on, at the end of the queue."""
    with _table():
        job = read_job(name)
        return _enqueue(name, job.command, job.settings)


def _enqueue(name: str, command: str, settings: dict[str, Any]) -> Job:
    load_command(command)
    folder = folder_of(name)
    if folder.is_dir():
        job = read_job(name)
        if job.active or job.state == "finished":
            return job
    _make_room(name)
    values = {"command": command, "settings": settings, "created": time.time()}
    if folder.is_dir():
        write_json(folder / "job.json", values)
        return _launch(name)

    def fill(new: Path) -> None:
        write_json(new / "job.json", values)
        write_state(new, "stopped")

    fill_folder(folder, fill)
    return _launch(name)


def stop(name: str) -> None:
    """Ask a job to save its state and end; one that waits leaves the queue."""
    if read_job(name).active:
        (folder_of(name) / "stop").touch()


def discard(name: str) -> None:
    """Remove a job that has ended, and what it saved.

    Raises
    ------
    JobError
        When it is still at work.
    """
    with _table():
        if read_job(name).active:
            raise JobError("The run {id} is still at work.", "Stop it first.", id=name)
        delete_job(name)


def place_in_queue(job: Job) -> int:
    """1 for the next to run, 0 for a job that does not wait."""
    if job.state != "queued":
        return 0
    return 1 + sum(other.state == "queued" and (other.created, other.id) < (job.created, job.id)
                   for other in list_jobs())


def _make_room(name: str) -> None:
    """Refuse what cannot run; clean up old jobs, but for the one that is about to run."""
    jobs = list_jobs()
    waiting = sum(job.state == "queued" for job in jobs)
    if waiting >= MAX_WAITING:
        raise JobError("{n} runs are waiting already.", "Wait until one has ended, or stop one.", n=waiting)
    job_folder().mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache_folder()).free
    if free < FREE_BYTES:
        raise JobError("Only {free} MB are free on the disk of {folder}; a run wants {need} MB.",
                       "Free some space, or put the cache elsewhere: WORDGLASS_CACHE=/another/folder.",
                       free=free // 2**20, need=FREE_BYTES // 2**20, folder=str(cache_folder()))
    for old in [job for job in jobs if not job.active and job.id != name][KEPT - 1:]:
        delete_job(old.id)


def _launch(name: str) -> Job:
    """Start a worker that holds the job's lock from before its birth to its death."""
    folder = folder_of(name)
    lock = take_lock(folder / "lock", wait=True)
    try:
        (folder / "stop").unlink(missing_ok=True)
        (folder / "seen").touch()
        write_state(folder, "queued")
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen(
                [*PROGRAM, name, str(lock), str(os.getpid())], cwd=ROOT, env=worker_environment(), pass_fds=(lock,),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    except OSError as error:
        write_state(folder, "stopped")
        raise JobError("The worker could not be started: {why}.", "Close other programs, then try again.",
                       why=str(error)[:120]) from error
    finally:
        os.close(lock)
    threading.Thread(target=process.wait, name=f"reap-{name}", daemon=True).start()  # leaves no zombie
    return read_job(name)


@contextlib.contextmanager
def _table():
    """One change of the queue at a time, whichever thread or server makes it."""
    job_folder().mkdir(parents=True, exist_ok=True)
    lock = take_lock(job_folder() / ".table.lock", wait=True)
    try:
        yield
    finally:
        os.close(lock)
