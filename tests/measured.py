"""The tiny checkpoints with stored results of their own, measured once for all test processes."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from core.reproduce.lstm import SYSTEM


def measure_once(tiny_cache: Path, base: Path) -> Path:
    """A cache below `base`, the process's own temporary folder, with the checkpoints of a cache and their results.

    The first process that asks measures for most of a minute; every other one copies what it made. The checkpoints
    are the same in all: training them is exact.
    """
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # what all processes of a run share
    made, done = run / "measured", run / "measured.done"
    with (run / "measured.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(made, ignore_errors=True)  # of a process that was stopped half-way
            _measure(tiny_cache, made)
            done.touch()
    return Path(shutil.copytree(made, base / "own-measured"))


def _measure(tiny_cache: Path, folder: Path) -> None:
    shutil.copytree(tiny_cache / "checkpoints", folder / "checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        SYSTEM.recompute(lambda line: None)
