"""What all tests share: a cache of their own, tiny trained models, corpora that may be absent."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: two test processes share two cores

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("wordglass", deadline=None, max_examples=60, derandomize=True,
                          suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wordglass")

BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items):
    """Browser tests come first: they are the longest row, and one process has them all."""
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.hookimpl(optionalhook=True)  # without xdist there is nothing to share out
def pytest_xdist_make_scheduler(config, log):
    """A file belongs to one process, whose fixtures serve it whole; all files of browser tests count as one.

    xdist's own groups are marks in a test's id, and pytest 9.2 does not carry them to the scheduler.
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class BrowserInOneProcess(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "browser" if BROWSER in (config.rootpath / file).parents else file

    return BrowserInOneProcess(config, log)


def pytest_runtest_setup(item):
    """Skip tests marked ``needs_corpus(name)`` where the corpus is absent."""
    from core.corpora.registry import locate_corpus
    for marker in item.iter_markers("needs_corpus"):
        name = marker.args[0]
        if locate_corpus(name) is None:
            pytest.skip(f"the corpus {name} is in no data folder (python -m core.corpora fetch {name}, "
                        "or set WORDGLASS_DATA)")


@contextmanager
def _cache_at(folder: Path) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        yield folder


@pytest.fixture
def scratch_cache(tmp_path) -> Iterator[Path]:
    """An empty cache of the test's own, for tests that write; others see what ships."""
    with _cache_at(tmp_path / "cache") as folder:
        yield folder


@dataclass(frozen=True)
class TinyCheckpoints:
    """Two models of eight cells, trained for seconds on the demo treebank; `cache` holds them."""

    cache: Path
    brackets: str  # id of the model of kind 1, which keeps a snapshot of each epoch
    words: str     # id of the model of kind 4


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory) -> TinyCheckpoints:
    """Train them once a process. Read them under `tiny_cache`."""
    from core.corpora.demo import read_demo_treebank
    from core.training.lstm import LSTMTraining, train_lstm
    with _cache_at(tmp_path_factory.mktemp("tiny") / "cache") as folder:
        cards = [train_lstm(LSTMTraining(kind=kind, hidden_size=8, embedding_size=8, corpora=("demo",), epochs=2,
                                         batch_tokens=1024, learning_rate=0.02, device="cpu"),
                            treebanks=(read_demo_treebank(),)) for kind in (1, 4)]
    return TinyCheckpoints(folder, cards[0].id, cards[1].id)


@pytest.fixture
def tiny_cache(tiny_checkpoint) -> Iterator[TinyCheckpoints]:
    """The cache with the tiny checkpoints, for tests that only read."""
    with _cache_at(tiny_checkpoint.cache):
        yield tiny_checkpoint


@pytest.fixture(scope="session")
def measured_folder(tiny_checkpoint, tmp_path_factory) -> Path:
    """A cache with the tiny checkpoints and their stored results; only read."""
    from tests.measured import measure_once
    return measure_once(tiny_checkpoint.cache, tmp_path_factory.getbasetemp())


@pytest.fixture
def measured(measured_folder) -> Iterator[Path]:
    """That cache, for the length of one test."""
    with _cache_at(measured_folder):
        yield measured_folder
