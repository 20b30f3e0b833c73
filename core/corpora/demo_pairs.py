"""Our own English sentences and their French translations: captions of pictures, and everyday talk."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

_FILE = Path(__file__).with_name("demo_pairs.tsv")


@dataclass(frozen=True)
class DemoPair:
    """A sentence and its translation, cased and punctuated.

    Attributes
    ----------
    style : str
        ``caption``: a picture described, 4 to 35 words; ``everyday``: something one says, 2 to 18 words.
    """

    style: Literal["caption", "everyday"]
    english: str
    french: str


@cache
def read_demo_pairs() -> tuple[DemoPair, ...]:
    """The pairs that come with the lab: 160 of each style, captions first, short before long."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)  # the names of the columns
        return tuple(DemoPair(*row) for row in rows)
