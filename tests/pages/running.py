"""Runs that a page's test has started, and their end."""

import time

from core.jobs import queue, store


def await_end(seconds: float = 90) -> None:
    """Wait until no run is at work."""
    deadline = time.monotonic() + seconds
    while any(job.active for job in store.list_jobs()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def end_runs() -> None:
    """Stop what is at work, so that no test leaves a process behind."""
    for job in store.list_jobs():
        queue.stop(job.id)
    await_end()


def catch_settings(monkeypatch) -> list:
    """Settings with which runs are asked for from here on; each is refused with “No.”."""
    asked = []

    def submit(command, settings):
        settings.check()
        asked.append(settings)
        raise store.JobError("No.", "Never.")

    monkeypatch.setattr(queue, "submit", submit)
    return asked
