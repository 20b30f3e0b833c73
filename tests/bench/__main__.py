"""``python -m tests.bench``: one row a figure; ``BENCH_JSON=FILE`` also writes them as JSON.

Exit status 1 when a ratio is under its floor.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import torch

from core.training.memory import keep_large_blocks
from tests.bench import elmo, lstm, pages, qwem, saliency, search, seq2seq
from tests.bench.row import Row

SYSTEMS: dict[str, Callable[[], list[Row]]] = {"lstm": lstm.run, "search": search.run, "qwem": qwem.run,
                                             "saliency": saliency.run, "s2s": seq2seq.run, "elmo": elmo.run,
                                             "pages": pages.run}


def report(rows: Iterable[Row], *, json_file: str | None = None) -> int:
    """Print rows as they come, write them, and say whether all floors are kept."""
    done = []
    print(f"{'name':16} {'ours':>12} {'other':>12} {'ratio':>7} {'floor':>6}", flush=True)
    for row in rows:
        done.append(row)
        print(f"{row.name:16} {row.ours:12,.1f} {row.other:12,.1f} {row.ratio:7.2f} {row.floor:6.2f}  {row.unit}"
              f"{'' if row.passed else '  UNDER ITS FLOOR'}", flush=True)
    if json_file:
        Path(json_file).write_text(json.dumps([asdict(row) for row in done], indent=1) + "\n", "utf-8")
    return 0 if all(row.passed for row in done) else 1


def main() -> int:
    """Every system, with all cores."""
    torch.set_num_threads(os.cpu_count() or 1)
    keep_large_blocks()  # as training does; both sides have it
    return report((row for run in SYSTEMS.values() for row in run()), json_file=os.environ.get("BENCH_JSON"))


if __name__ == "__main__":
    sys.exit(main())
