"""The search for a pattern of cells: our scan of bits beside a plain numpy scan of truth values."""

import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from core.search.bits import WORD, PackedBits, pack_starts, unpack_cells
from core.search.pattern import Pattern
from core.search.scan import scan_pattern
from tests.bench.row import Row

SEARCH_LIMIT = 100.0  # milliseconds, warm


@dataclass(frozen=True)
class Sizes:
    """A generated recording, and a pattern of all its cells: the most a search can be asked for."""

    n_tokens: int = 1_000_000
    n_cells: int = 1_000
    sentence: int = 25  # tokens
    length: int = 5     # of the pattern
    repeats: int = 9


def generate_bits(sizes: Sizes) -> PackedBits:
    """Cells that are on in runs: a quarter of all bits, with neighbours alike."""
    rng = np.random.default_rng(0)
    words = np.empty((sizes.n_cells, -(-sizes.n_tokens // WORD)), np.uint64)
    for row in words:
        on = rng.random(words.shape[1] * WORD // 8 + 1) < 0.25
        row[:] = np.packbits(np.repeat(on, 8)[:words.shape[1] * WORD], bitorder="little").view(np.uint64)
        row[-1] &= np.uint64((1 << (sizes.n_tokens % WORD or WORD)) - 1)
    return PackedBits(words, pack_starts(np.arange(0, sizes.n_tokens, sizes.sentence), sizes.n_tokens),
                      sizes.n_tokens)


def count_plainly(on: np.ndarray, pattern: Pattern, starts: np.ndarray) -> np.ndarray:
    """What one writes with numpy: agreement of the cells `on`, bool (K, N), at every token."""
    n, length = on.shape[1], pattern.length
    begins = np.zeros(n + 1, bool)
    begins[starts], begins[n] = True, True
    sentence = np.cumsum(begins[:-1])
    counts = np.zeros(n, np.uint16)
    places = n - length + 1
    if places <= 0:
        return counts
    inside = sentence[:places] == sentence[length - 1:]
    for row in on:
        agrees = inside.copy()
        for step in range(length):
            agrees &= row[step:step + places]
        if pattern.off_before:
            agrees[1:] &= ~row[:places - 1] | begins[1:places]
        if pattern.off_after:
            agrees[:-1] &= ~row[length:] | begins[length:n]
        counts[:places] += agrees
    return counts


def bench_search(sizes: Sizes = Sizes()) -> Row:
    """Milliseconds of both, and how many times faster ours is; the floor is what keeps ours under the limit."""
    bits = generate_bits(sizes)
    starts = np.arange(0, sizes.n_tokens, sizes.sentence)
    pattern = Pattern(tuple(range(sizes.n_cells)), sizes.length, True, True)
    ours = []
    for turn in range(2 + sizes.repeats):
        begin = time.perf_counter()
        found = scan_pattern(bits, pattern)
        if turn >= 2:
            ours.append(time.perf_counter() - begin)
    plain, counts = 0.0, np.zeros(sizes.n_tokens, np.uint16)
    for k in range(0, sizes.n_cells, 100):  # in parts, or the truth values fill a gigabyte; seconds need no median
        on = np.ascontiguousarray(unpack_cells(bits, np.arange(sizes.n_cells)[k:k + 100]).T)
        begin = time.perf_counter()
        counts += count_plainly(on, pattern, starts)
        plain += time.perf_counter() - begin
    if not np.array_equal(counts, found.counts):
        raise AssertionError("The two searches differ.")
    a, b = 1000 * median(ours), 1000 * plain
    return Row("search", a, b, b / a, b / SEARCH_LIMIT, "ms")


def run() -> list[Row]:
    """One row: a pattern of every cell at every token."""
    return [bench_search()]
