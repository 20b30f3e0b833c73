"""``python -m core.jobs.worker <id> <lock> <parent>``: the process in which one job waits, runs and ends.

It outlives nobody: when the process that started it is gone, or no page has looked at the job for
`UNSEEN_SECONDS`, the job is told to save its state and end, and after `GRACE_SECONDS` the process ends anyway.
The parent is watched by its id: unlike PR_SET_PDEATHSIG, which follows the *thread* that started a
process, this holds in a server whose threads come and go, and on macOS.
"""

import logging
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import JobError
from core.jobs import store
from core.jobs.commands import load_command, read_settings
from core.settings import job_folder, job_slots

POLL_SECONDS = 0.2
GRACE_SECONDS = 20.0    # between being told to end and being ended: a large model's state takes seconds to write
UNSEEN_SECONDS = 180.0  # browsers wake a hidden tab once a minute
SPARE_BYTES = 16_384    # kept back so that a full disk can still be told
NICENESS = 5            # pages come first

_log = logging.getLogger("core.jobs")


class JobStopped(Exception):
    """Raised inside a command that is told to end."""


@dataclass
class Work:
    """What a command sees of its job."""

    folder: Path
    ending: threading.Event = field(default_factory=threading.Event)
    why: JobError | None = None  # None: the reader asked for it

    @property
    def id(self) -> str:
        return self.folder.name

    def report(self, row: dict[str, Any]) -> None:
        """Append one JSON object to the progress that pages read."""
        store.append_progress(self.folder, row)

    def check(self) -> None:
        """Raise `JobStopped` when the job is to end; call it where the state is saved or can be."""
        if self.ending.is_set():
            raise JobStopped

    def end(self, why: JobError | None = None) -> None:
        if not self.ending.is_set():
            self.why = why
            self.ending.set()


def main(arguments: list[str] | None = None) -> int:
    """Wait for a turn, run, and leave a final state; 0 unless the job failed."""
    name, lock, parent = arguments or sys.argv[1:]
    os.set_inheritable(int(lock), False)  # a process of the command's own must not keep the job alive
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    os.nice(NICENESS)
    work = Work(store.folder_of(name))
    signal.signal(signal.SIGTERM, lambda *_: work.end())
    threading.Thread(target=_watch, args=(work, int(parent)), daemon=True).start()
    spare = work.folder / "spare"
    slot = started = None
    try:
        spare.write_bytes(b"\0" * SPARE_BYTES)
        slot = _await_turn(work)
        started = time.time()
        store.write_state(work.folder, "running", started=started)
        store.mend_progress(work.folder)
        job = store.read_job(name)
        result = load_command(job.command).run(read_settings(job.command, job.settings), work)
        final = {"state": "finished", "result": result}
    except JobStopped:
        final = {"state": "stopped"} | ({"error": store.explain(work.why, work.folder)} if work.why else {})
    except BaseException as error:
        _log.exception("%s failed", name)
        final = {"state": "failed", "error": store.explain(error, work.folder)}
    spare.unlink(missing_ok=True)
    store.write_state(work.folder, final.pop("state"), started=started, ended=time.time(), **final)
    if slot is not None:
        os.close(slot)
    return 0 if "error" not in final else 1


def _await_turn(work: Work) -> int:
    """Wait until this job is the oldest that waits and a slot is free; returns the slot's lock."""
    own = store.read_job(work.id)
    while True:
        work.check()
        waiting = [j for j in store.list_jobs() if j.state == "queued"]
        if all((own.created, own.id) <= (j.created, j.id) for j in waiting):
            for n in range(job_slots()):
                if (slot := store.take_lock(job_folder() / f".slot{n}.lock")) is not None:
                    return slot
        time.sleep(POLL_SECONDS)


def _watch(work: Work, parent: int) -> None:
    """End the job when it is stopped, orphaned or forgotten, and the process if the job does not obey."""
    told = None
    while True:
        if os.getppid() != parent:
            work.end(JobError("The server that ran it has ended.", "Resume it: it goes on where it was."))
        elif (work.folder / "stop").exists():
            work.end()
        elif store.unseen_seconds(work.folder) > UNSEEN_SECONDS:
            work.end(JobError("Nobody has looked at it for {minutes} minutes, so it made room for others.",
                              "Resume it: it goes on where it was.", minutes=int(UNSEEN_SECONDS // 60)))
        if work.ending.is_set():
            told = told or time.monotonic()
            if time.monotonic() - told > GRACE_SECONDS:
                os._exit(1)  # the lock falls, the page says that the run was lost
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
