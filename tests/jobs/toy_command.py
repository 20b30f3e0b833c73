"""A command for tests: counts, sleeps, fails as told, and goes on where it was."""

import os
import time
from dataclasses import dataclass

from core.errors import JobError


@dataclass(frozen=True)
class Settings:
    name: str = ""
    steps: int = 5
    pause: float = 0.01
    fail: str = ""
    stubborn: bool = False

    def check(self):
        if not 0 <= self.steps <= 10_000:
            raise JobError("{name} = {value} is out of range.", "Choose less.", name="steps", value=self.steps)


def run(settings, work):
    saved, spare = work.folder / "saved", work.folder / "saved.part"
    for n in range(int(saved.read_text()) if saved.exists() else 0, settings.steps):
        work.report({"n": n})
        spare.write_text(str(n + 1))
        os.replace(spare, saved)  # a test may kill at any moment
        if not settings.stubborn:
            work.check()
        if settings.fail == "disk" and n == 2:
            os.replace(work.folder / "progress.jsonl", work.folder / "kept")
            (work.folder / "progress.jsonl").symlink_to("/dev/full")
        if settings.fail == "error" and n == 2:
            raise ValueError("what <b>went</b> wrong")
        if settings.fail == "memory" and n == 2:
            raise MemoryError
        if settings.fail == "known" and n == 2:
            raise JobError("{n} is enough.", "Take less than {n}.", n=n)
        time.sleep(settings.pause)
    return {"sum": settings.steps}
