"""Parts of a text: runs of shards that are counted at once, on this machine or on a cluster."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse

from core.tokens.counting import count_part
from core.tokens.shards import read_before, read_shard, shard_tokens

PART_TOKENS = 2**26  # words counted at once; 16 bytes each make one gigabyte

Counts = np.ndarray | sparse.csr_array


@dataclass(frozen=True)
class Part:
    """Shards ``first`` … ``last - 1``; ``end`` words of the text lie before their end."""

    first: int
    last: int
    end: int


@dataclass(frozen=True)
class CountJob:
    """What is counted, the same for every part.

    Attributes
    ----------
    words : tuple of str, length V
    weights : tuple of int
        Of the distances 0 … L; the first is not used.
    dense : bool
        Whether the counts are a plain matrix.
    narrow : bool
        Whether no entry of the whole text can exceed int32.
    """

    words: tuple[str, ...]
    weights: tuple[int, ...]
    dense: bool
    narrow: bool

    @cached_property
    def ids(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}

    @property
    def key(self) -> str:
        """Eight hexadecimal digits that stand for the job."""
        return hashlib.sha256(repr((self.words, self.weights, self.dense, self.narrow)).encode()).hexdigest()[:8]

    def count(self, shards: list[Path], part: Part, *, workers: int = 1, into: np.ndarray | None = None,
              report: Callable[[float], None] = lambda share: None) -> Counts:
        """Counts of one part: pairs with a word of the part, and with none that comes after it."""
        tokens = np.concatenate([read_shard(shard, self.ids) for shard in shards[part.first:part.last]])
        before = read_before(shards[:part.first], self.ids, len(self.weights) - 1)
        return count_part(tokens, before, np.array(self.weights), len(self.words), dense=self.dense,
                          dtype=np.dtype(np.int32 if self.narrow else np.int64), workers=workers, into=into,
                          report=report)


def plan_parts(shards: list[Path], part_tokens: int) -> list[Part]:
    """Runs of shards of at most `part_tokens` words; a shard alone may have more."""
    parts: list[Part] = []
    first = end = size = 0
    for i, shard in enumerate(shards):
        own = shard_tokens(shard)
        if size and size + own > part_tokens:
            parts.append(Part(first, i, end))
            first, size = i, 0
        size, end = size + own, end + own
    return [*parts, Part(first, len(shards), end)]


def pack_counts(counts: Counts) -> dict[str, np.ndarray]:
    """Counts as named arrays, for a file."""
    if sparse.issparse(counts):
        return {"values": counts.data, "columns": counts.indices, "offsets": counts.indptr}
    return {"counts": counts}


def unpack_counts(arrays: dict[str, np.ndarray]) -> Counts:
    """What `pack_counts` packed."""
    if "counts" in arrays:
        return arrays["counts"]
    n_words = len(arrays["offsets"]) - 1
    return sparse.csr_array((arrays["values"], arrays["columns"], arrays["offsets"]), shape=(n_words, n_words))
