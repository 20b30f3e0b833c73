"""Reading and counting on this machine, on all its cores."""

from concurrent.futures import FIRST_EXCEPTION, CancelledError, wait
from functools import partial
from pathlib import Path
from threading import Event

from core.tokens.counting import available_workers, open_pool
from core.tokens.parts import CountJob, Counts, Part
from core.tokens.shards import Encoding, Report, encode_file


class Threads:
    """Threads over texts, then over rows; the kernels and the unpacking hold no lock of Python's."""

    def __init__(self, workers: int | None = None):
        self.workers = workers or available_workers()

    def encode(self, files: list[Path], folder: Path, encoding: Encoding, report: Report) -> None:
        """Write the shards of every text; `report` is told the bytes read."""
        stop, sizes, read = Event(), [file.stat().st_size for file in files], [0] * len(files)

        def note(number: int, n: int) -> None:
            if stop.is_set():
                raise CancelledError
            read[number] = n

        def encode(number: int) -> None:
            encode_file(files[number], folder, number, encoding, partial(note, number))
            read[number] = sizes[number]

        with open_pool(self.workers) as pool:
            waiting = {pool.submit(encode, number) for number in range(len(files))}
            try:
                while waiting:
                    done, waiting = wait(waiting, timeout=0.1, return_when=FIRST_EXCEPTION)
                    for task in done:
                        task.result()
                    report("read", sum(read), sum(sizes))
            finally:
                stop.set()

    def count(self, job: CountJob, shards: list[Path], parts: list[Part], folder: Path, report: Report) -> Counts:
        """Part after part, as one alone may fill the memory; the rows of each are shared out."""
        total = None
        before = 0
        for part in parts:
            def note(share: float, before: int = before, part: Part = part) -> None:
                report("count", before + round(share * (part.end - before)), parts[-1].end)
            counts = job.count(shards, part, workers=self.workers, into=total if job.dense else None, report=note)
            total = counts if job.dense or total is None else total + counts
            before = part.end
        return total
