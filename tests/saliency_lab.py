"""A cache with one tiny text CNN, trained on the demo reviews in a second or two."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from core.analysis.saliency.material import DEMO
from core.analysis.saliency.recording import RecordedTraining, record_corpus
from core.training.cnn import CNNTraining


@cache
def build_network(epochs: int = 12) -> Path:
    """Folder of the cache; nobody may write into it."""
    folder = Path(tempfile.mkdtemp(prefix="wordglass-cnn-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        record_corpus(RecordedTraining(DEMO, "random", CNNTraining(epochs=epochs, n_filters=12)))
    return folder


def copy_network(target: Path) -> Path:
    """A copy that may be written into."""
    return Path(shutil.copytree(build_network(), target, dirs_exist_ok=True))
