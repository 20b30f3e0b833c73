"""Reading and counting on a ``dask.distributed`` cluster: the same shards, the same parts, the same sums.

Texts are read and parts counted by the workers; what they make lies in a folder that all machines see, so that only
names travel. A worker that is lost loses what it had in hand: the cluster gives that to another one, and finished
shards and parts stay, also for the next run. Sums of whole numbers do not depend on who made them, or in which order.

The workers need Wordglass and its requirements; ``pip install -r requirements-cluster.txt`` gets dask.distributed.
"""

from pathlib import Path

from safetensors.numpy import load_file

from core.errors import CorpusError
from core.tokens.parts import CountJob, Counts, Part, pack_counts, unpack_counts
from core.tokens.shards import Encoding, Report, encode_file, save_whole

CONNECT_SECONDS = 10  # a scheduler that is there answers at once


class Cluster:
    """A connection to a scheduler such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    CorpusError
        When dask.distributed is not installed, nothing answers, or the cluster gives up a task.
    """

    def __init__(self, scheduler: str):
        try:
            import distributed
        except ImportError:
            raise CorpusError("Counting on a cluster needs dask.distributed, which is not installed.",
                              "Run “pip install -r requirements-cluster.txt”, here and on the workers.") from None
        self._distributed = distributed
        try:
            self._client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:  # TimeoutError is an OSError
            raise CorpusError("No scheduler answers at {address}.", "Start one with “dask scheduler”, and give the "
                              "address that it prints, tcp://…", address=scheduler[:100]) from error

    def close(self) -> None:
        """Leave the cluster; it goes on running."""
        self._client.close()

    def encode(self, files: list[Path], folder: Path, encoding: Encoding, report: Report) -> None:
        """Write the shards of every text, a text a task."""
        sizes = [file.stat().st_size for file in files]
        tasks = {self._client.submit(encode_there, file.resolve(), folder.resolve(), number, encoding, pure=False): size
                 for number, (file, size) in enumerate(zip(files, sizes, strict=True))}
        self._wait(tasks, "read", report)

    def count(self, job: CountJob, shards: list[Path], parts: list[Part], folder: Path, report: Report) -> Counts:
        """A part a task; the sum is made here."""
        paths = [folder.resolve() / f"part-{job.key}-{part.first:06d}-{part.last:06d}.safetensors" for part in parts]
        shards = [shard.resolve() for shard in shards]
        tasks, before = {}, 0
        for part, path in zip(parts, paths, strict=True):
            if not path.exists():
                tasks[self._client.submit(count_to_file, job, shards[:part.last], part, path, pure=False)] = (
                    part.end - before)
            before = part.end
        self._wait(tasks, "count", report)
        total = unpack_counts(load_file(paths[0]))
        for path in paths[1:]:
            total += unpack_counts(load_file(path))
        return total

    def _wait(self, tasks: dict, stage: str, report: Report) -> None:
        done = 0
        try:
            for task in self._distributed.as_completed(tasks, loop=self._client.loop):
                task.result()
                done += tasks[task]
                report(stage, done, sum(tasks.values()))
        except (self._distributed.KilledWorker, self._distributed.client.FutureCancelledError) as error:
            raise CorpusError("The cluster gave up a task: {why}.", "Give its workers more memory; the same command "
                              "then goes on.", why=str(error)[:200]) from error
        finally:
            self._client.cancel(list(tasks))


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise CorpusError("A worker of the cluster does not see the folder {folder}.",
                          "Use a folder that all its machines share, for the text and for the counts.",
                          folder=str(folder))


def encode_there(file: Path, folder: Path, number: int, encoding: Encoding) -> None:
    """Write the shards of one text."""
    _check_folder(folder)
    encode_file(file, folder, number, encoding)


def count_to_file(job: CountJob, shards: list[Path], part: Part, path: Path) -> None:
    """Count a part and write it, whole or not at all."""
    _check_folder(path.parent)
    if not path.exists():
        save_whole(path, pack_counts(job.count(shards, part)))
