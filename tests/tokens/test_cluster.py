"""Counting on a dask.distributed cluster: the same counts, also when a worker is killed half-way."""

import os
import signal
import sys
from types import ModuleType

import numpy as np
import pytest

from core.errors import CorpusError, TrainingError
from core.tokens.cluster import count_to_file, encode_there
from core.tokens.cooccurrence import CountSettings, count_cooccurrences
from core.tokens.shards import Encoding

distributed = pytest.importorskip("distributed", reason="counting on a cluster needs requirements-cluster.txt")

WANTED = CountSettings(window=6, vocabulary_size=200)
DIVISION = {"part_tokens": 1_000, "block_bytes": 3_000}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Ten texts of 4,000 words by a Zipf law."""
    rng = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("zipf")
    for name in range(10):
        words = [f"w{chr(97 + k % 26)}{chr(97 + k // 26 % 26)}" for k in rng.zipf(1.3, 4_000) % 500]
        (folder / f"{name}.txt").write_text("\n\n".join(" ".join(words[i:i + 500]) for i in range(0, 4_000, 500)))
    return folder


@pytest.fixture(scope="module")
def reference(corpus):
    return count_cooccurrences(corpus, WANTED, workers=1)


@pytest.fixture(scope="module")
def cluster():
    """Two processes of one thread each; one that is killed comes back as another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))  # a page tested before left its own there
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0",
                                      silence_logs=50) as running:
            yield running


@pytest.mark.parametrize("stage", ["read", "count"])
def test_a_killed_worker_changes_nothing(corpus, reference, tmp_path, cluster, stage):
    killed, seen = [], {"read": 0, "count": 0}

    def kill(now, done, total):
        assert seen[now] < done <= total
        seen[now] = done
        if now == stage and not killed:
            killed.append(cluster.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    found = count_cooccurrences(corpus, WANTED, folder=tmp_path, scheduler=cluster.scheduler_address, report=kill,
                                **DIVISION)
    assert killed and found.words == reference.words and found.n_articles == reference.n_articles == 80
    assert found.counts.dtype == reference.counts.dtype and np.array_equal(found.counts, reference.counts)
    assert len(list(tmp_path.glob("part-*"))) > 20

    finished = "[!.]*-*"  # the killed one may have left a file in the making; the next run sweeps it away
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob(finished)}
    again = count_cooccurrences(corpus, WANTED, folder=tmp_path, scheduler=cluster.scheduler_address, **DIVISION)
    assert np.array_equal(again.counts, reference.counts)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob(finished)} == times
    assert not list(tmp_path.glob(".*.part"))


def test_sparse_counts_and_faults_of_a_text(corpus, reference, tmp_path, cluster, monkeypatch):
    monkeypatch.setattr("core.tokens.cooccurrence.DENSE_VOCABULARY", 1)
    found = count_cooccurrences(corpus, WANTED, folder=tmp_path / "sparse", scheduler=cluster.scheduler_address,
                                **DIVISION)
    assert np.array_equal(found.counts.toarray(), reference.counts)
    (tmp_path / "bad.txt").write_bytes(b"caf\xe9 noir")
    with pytest.raises(CorpusError, match="not UTF-8"):
        count_cooccurrences(tmp_path / "bad.txt", folder=tmp_path / "bad", scheduler=cluster.scheduler_address)


def test_a_worker_that_does_not_see_the_folder(corpus, tmp_path):
    for task in (lambda: encode_there(corpus / "0.txt", tmp_path / "absent", 0, Encoding()),
                 lambda: count_to_file(None, [], None, tmp_path / "absent" / "part")):
        with pytest.raises(CorpusError, match="does not see the folder"):
            task()


def test_no_scheduler(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("core.tokens.cluster.CONNECT_SECONDS", 0.2)
    with pytest.raises(CorpusError, match="No scheduler answers"):
        count_cooccurrences(corpus, WANTED, folder=tmp_path, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(TrainingError, match="folder"):
        count_cooccurrences(corpus, WANTED, scheduler="tcp://127.0.0.1:9")


def test_without_dask(corpus, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(CorpusError, match="requirements-cluster.txt"):
        count_cooccurrences(corpus, WANTED, folder=tmp_path, scheduler="tcp://127.0.0.1:9")
