"""The tiny checkpoints with stored results of their own."""

import shutil
from pathlib import Path

from core.reproduce.lstm import SYSTEM


def measure_copy(tiny_cache: Path, folder: Path) -> Path:
    """Copy a cache to `folder`, which WORDGLASS_CACHE must name already, and measure its checkpoints."""
    shutil.copytree(tiny_cache / "checkpoints", folder / "checkpoints")
    SYSTEM.recompute(lambda line: None)
    return folder
