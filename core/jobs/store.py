"""What a job leaves on disk: ``cache/jobs/<id>/``.

``job.json``        command, settings, when it was asked for; written once
``state.json``      state, times, result or the reason of a failure; replaced whole
``progress.jsonl``  one JSON object a line, appended in one write each
``lock``            held by the worker as long as it lives, by the kernel's doing: no process id is trusted
``stop``, ``seen``  a reader's wish to end it; the time a page last looked at it

Texts that readers brought lie beside the jobs, see `core.jobs.texts`, and go with the last job that uses them.
"""

import errno
import fcntl
import json
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.checkpoints.artefacts import write_json
from core.errors import JobError, WordglassError
from core.jobs import texts
from core.settings import cache_folder, job_folder

ACTIVE, ENDED = ("queued", "running"), ("stopped", "finished", "failed", "lost")
MAX_PROGRESS_BYTES = 16 * 2**20  # what one job may write and a page will read
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LOST = JobError("The worker of this run ended without a word: it was killed, or the memory or the disk was full.",
                 "Resume it: it goes on from its last saved state.")


@dataclass(frozen=True)
class Job:
    """A job as its folder tells it.

    Attributes
    ----------
    id : str
        Command and a digest of the settings: equal settings are one job.
    command : str
    settings : dict
    created : float
        Seconds since the epoch; the queue is served in this order.
    state : str
        ``queued``, ``running``, ``stopped``, ``finished``, ``failed`` or ``lost`` (its worker was killed).
    started, ended : float or None
    result : dict
        What the command returned.
    error : JobError or None
        Why it failed, was stopped by us or was lost, with a remedy.
    """

    id: str
    command: str
    settings: dict[str, Any]
    created: float
    state: str
    started: float | None = None
    ended: float | None = None
    result: dict[str, Any] = field(default_factory=dict)
    error: JobError | None = None

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


def folder_of(job_id: str) -> Path:
    """Folder of a job. Ids are names, never paths.

    Raises
    ------
    JobError
        When the id holds anything but letters, digits and hyphens.
    """
    if not job_id.isascii() or not job_id.replace("-", "").isalnum() or len(job_id) > 80:
        raise JobError("“{id}” is not the name of a run.", "Pick one from the list.", id=job_id[:60])
    return job_folder() / job_id


def read_job(job_id: str) -> Job:
    """A job and its state now.

    Raises
    ------
    JobError
        When there is no such job, or its files cannot be read.
    """
    folder = folder_of(job_id)
    try:
        job = json.loads((folder / "job.json").read_text("utf-8"))
        state = json.loads((folder / "state.json").read_text("utf-8"))
        if state["state"] in ACTIVE and not is_locked(folder / "lock"):
            state = json.loads((folder / "state.json").read_text("utf-8"))  # it may just have ended
            if state["state"] in ACTIVE:
                state |= {"state": "lost", "error": explain(_LOST, folder)}
        error = state.get("error")
        return Job(id=job_id, command=job["command"], settings=job["settings"], created=float(job["created"]),
                   state=state["state"], started=state.get("started"), ended=state.get("ended"),
                   result=state.get("result") or {},
                   error=JobError(error["problem"], error["remedy"], **error["fields"]) if error else None)
    except FileNotFoundError:
        raise JobError("The run {id} is not here.", "Pick another one from the list, or start it again.",
                       id=job_id) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JobError("The files of the run {id} cannot be read: {why}.", "Delete the folder {folder}.", id=job_id,
                       folder=str(folder), why=" ".join(str(error).split())[:120]) from None


def list_jobs(command: str | None = None) -> list[Job]:
    """Every job that can be read, newest first."""
    jobs = []
    for folder in job_folder().iterdir() if job_folder().is_dir() else ():
        if folder.is_dir() and not folder.name.startswith("."):
            try:
                jobs.append(read_job(folder.name))
            except JobError:
                continue
    return sorted((j for j in jobs if command in (None, j.command)), key=lambda j: (-j.created, j.id))


def write_state(folder: Path, state: str, **fields) -> None:
    """Replace a job's state whole."""
    write_json(folder / "state.json", {"state": state} | fields)


def append_progress(folder: Path, row: dict[str, Any]) -> None:
    """Append one line in one write, so that a reader sees it whole or not at all.

    Raises
    ------
    JobError
        When the job has written more than it may.
    OSError
        A full disk; what was written of the line is taken back.
    """
    line = (json.dumps(row, separators=(",", ":"), allow_nan=False) + "\n").encode()
    file = os.open(folder / "progress.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(file).st_size
        if size + len(line) > MAX_PROGRESS_BYTES:
            raise JobError("The run {id} has written more than {limit} MB of progress.",
                           "Choose fewer epochs or a smaller model.", id=folder.name, limit=MAX_PROGRESS_BYTES // 2**20)
        if (written := os.write(file, line)) < len(line):
            os.ftruncate(file, size)
            raise OSError(errno.ENOSPC, f"only {written} of {len(line)} bytes were written")
    finally:
        os.close(file)


def mend_progress(folder: Path) -> None:
    """Cut off a last line that a killed worker left unfinished."""
    path = folder / "progress.jsonl"
    if path.exists():
        data = path.read_bytes()
        if not data.endswith(b"\n"):
            os.truncate(path, data.rfind(b"\n") + 1)


def read_progress(job_id: str, *, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Whole lines from byte ``offset`` on, and the offset after them."""
    try:
        with open(folder_of(job_id) / "progress.jsonl", "rb") as file:
            file.seek(offset)
            data = file.read(MAX_PROGRESS_BYTES)
    except FileNotFoundError:
        return [], 0
    whole = data[:data.rfind(b"\n") + 1]
    rows = []
    for line in whole.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:  # a damaged line costs itself alone
            continue
    return rows, offset + len(whole)


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: readers do not bar one another
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(file)


def take_lock(path: Path, *, wait: bool = False) -> int | None:
    """A file descriptor that holds the lock until it is closed or its process dies; None if it is taken."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(file)
        return None
    return file


def mark_seen(job_id: str) -> None:
    """Note that somebody is looking at the job."""
    folder = folder_of(job_id)
    if folder.is_dir():
        (folder / "seen").touch()


def unseen_seconds(folder: Path) -> float:
    """Seconds since somebody last looked."""
    try:
        return time.time() - (folder / "seen").stat().st_mtime
    except FileNotFoundError:
        return 0.0


def explain(error: BaseException, folder: Path) -> dict[str, Any]:
    """What a failure looks like in ``state.json``."""
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        error = JobError("The disk is full: the run could not save its state.",
                         "Free some space, then resume it: it goes on from its last saved state.")
    elif isinstance(error, MemoryError):
        error = JobError("The memory was not enough for this run.", "Choose a smaller model, or close other programs.")
    elif not isinstance(error, WordglassError):
        error = JobError("The run failed: {why}.", "Its log is {log}; resume it to try again.", log=str(folder / "log"),
                         why=f"{type(error).__name__}: {' '.join(str(error).split())}"[:160])
    return {"problem": error.problem, "remedy": error.remedy,
            "fields": {name: value if isinstance(value, int | float | str) else str(value)
                       for name, value in error.fields.items()}}


def delete_job(job_id: str) -> None:
    """Remove a job that has ended, what it kept for resuming, and the checkpoint and the text that were its alone."""
    job = read_job(job_id)
    made = job.result
    if made.get("fresh"):
        checkpoint = folder_of(made["checkpoint"]).name
        for stage in ("states", "analysis"):
            for folder in (cache_folder() / stage).glob(f"{checkpoint}-*"):
                shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(cache_folder() / "checkpoints" / checkpoint, ignore_errors=True)
    shutil.rmtree(training_folder(job_id), ignore_errors=True)
    shutil.rmtree(folder_of(job_id), ignore_errors=True)
    used = list_used_texts()
    texts.forget_text(job.settings.get("digest", ""), used)
    texts.drop_texts(used)


def list_used_texts() -> set[str]:
    """Digests of the readers' texts that jobs use."""
    return {digest for job in list_jobs() if texts.is_digest(digest := job.settings.get("digest"))}


def training_folder(job_id: str) -> Path:
    """Where a job that trains keeps its state and the weights of its epochs."""
    return cache_folder() / "training" / folder_of(job_id).name
