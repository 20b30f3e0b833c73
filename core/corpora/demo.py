"""The demo treebank written for this project: every page is alive without any corpus."""

from functools import lru_cache
from pathlib import Path

from core.corpora.treebank import Treebank, read_trees

FOLDER = Path(__file__).with_name("demo_treebank")


@lru_cache(maxsize=1)  # immutable, 350 trees
def read_demo_treebank() -> Treebank:
    """Our own sentences, one document a phenomenon (file stem: ``relative-clauses``, …)."""
    return read_trees(FOLDER, name="demo")
