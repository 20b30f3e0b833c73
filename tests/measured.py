"""The tiny checkpoints with stored results of their own, measured once for all test processes."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from core.checkpoints.card import CheckpointCard
from core.errors import CorpusError
from core.reproduce import studies
from core.reproduce.lstm import SYSTEM


def measure_once(tiny_cache: Path, base: Path) -> Path:
    """A cache below `base`, the process's own temporary folder, with the checkpoints of a cache and their results.

    The first process that asks measures for half a minute; every other one copies what it made. The checkpoints
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
    """Measure on the held-out documents, which are the demo's here, and copy what hardly any study would see otherwise.

    The first study alone tells the two sources apart; it measures both.
    """
    shutil.copytree(tiny_cache / "checkpoints", folder / "checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        with patch.context() as held_out_only:
            held_out_only.setattr(studies, "read_source", _refuse)
            SYSTEM.recompute(lambda line: None)
        for result in (folder / "analysis").glob(f"*-{studies.HELD_OUT}-*"):
            shutil.copytree(result, result.with_name(result.name.replace(studies.HELD_OUT, studies.DEMO)))
        SYSTEM.recompute(lambda line: None, missing=True)


def _refuse(name: str, card: CheckpointCard) -> None:
    raise CorpusError("{name} is left out.", "", name=name)
