"""The counting itself: one row of the matrix at a time, so that all it touches stays in the cache.

The places of each word are listed first. A worker takes a word, walks over its places and adds the words round them to
that word's row; rows are disjoint, so workers share no sum and the result does not depend on their number. Workers are
threads: the kernels hold no lock of Python's, and the matrix is never copied between processes.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from numba import njit
from scipy import sparse

_TASKS = 32  # runs of rows a worker: enough for even shares, and for progress
_BATCH = 64  # places touched at once; their surroundings fit the first-level cache


def available_workers() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def open_pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that start nothing more once the block is left."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def count_part(tokens: np.ndarray, before: np.ndarray, weights: np.ndarray, n_words: int, *, dense: bool,
               dtype: np.dtype, workers: int = 1, into: np.ndarray | None = None,
               report: Callable[[float], None] = lambda share: None) -> np.ndarray | sparse.csr_array:
    """Symmetric weighted counts of a part of a text.

    Parameters
    ----------
    tokens : int32 array
        Words, with a negative number before each article.
    before : int32 array
        The words of the same article just before the part, as many as the window reaches: their pairs with words of
        the part are counted, their pairs with one another are not.
    weights : int64 array of shape (L + 1,)
        Weight of each distance; the first is not used.
    into : array of shape (V, V), optional
        Dense counts to add to.
    report : callable
        Called now and then with the share that is counted, from 0 to 1.
    """
    ids = np.concatenate([[-1], before, tokens, [-1]], dtype=np.int32, casting="unsafe")
    first = 1 + len(before)
    places, offsets = _list_places(ids, n_words)
    shares = np.linspace(0, offsets[-1], _TASKS * workers + 1)[1:-1]
    edges = np.unique([0, *np.searchsorted(offsets, shares), n_words])
    counts = np.zeros((n_words, n_words), dtype) if dense and into is None else into

    def count(a: int, b: int):
        if dense:
            return _dense_rows(ids, first, weights, places, offsets, a, b, counts)
        return _sparse_rows(ids, first, weights, places, offsets, a, b, np.zeros(n_words, dtype))

    with open_pool(workers) as pool:
        pieces = []
        for b, piece in zip(edges[1:], pool.map(count, edges[:-1], edges[1:]), strict=True):
            pieces.append(piece)
            report(offsets[b] / max(1, offsets[-1]))
    return counts if dense else _join_rows(pieces, n_words)


def _join_rows(pieces: list, n_words: int) -> sparse.csr_array:
    """One sparse matrix of runs of rows; they are given up as they are copied."""
    ends = np.cumsum(np.concatenate([[0], *(piece[0] for piece in pieces)]))
    kind = np.int32 if ends[-1] < 2**31 else np.int64  # scipy wants one type for both
    columns, values = np.empty(ends[-1], kind), np.empty(ends[-1], pieces[0][2].dtype)
    at = 0
    for i, (_, own_columns, own_values, _) in enumerate(pieces):
        columns[at:at + len(own_columns)], values[at:at + len(own_columns)] = own_columns, own_values
        at, pieces[i] = at + len(own_columns), None
    return sparse.csr_array((values, columns, ends.astype(kind)), shape=(n_words, n_words))


@njit(nogil=True, cache=True)
def _list_places(ids, n_words):
    """Places of word w, in order: ``places[offsets[w]:offsets[w + 1]]``."""
    offsets = np.zeros(n_words + 1, np.int64)
    for word in ids:
        if word >= 0:
            offsets[word + 1] += 1
    for word in range(n_words):
        offsets[word + 1] += offsets[word]
    places, ends = np.empty(offsets[n_words], np.int64), offsets.copy()
    for place in range(len(ids)):
        if ids[place] >= 0:
            places[ends[ids[place]]] = place
            ends[ids[place]] += 1
    return places, offsets


@njit(nogil=True, cache=True)
def _add_row(ids, first, weights, places, row):
    """Add to the row of a word the words round its places.

    A word's places are far apart, so that each waits for memory: a batch of them is touched at once before it is
    counted, which makes the whole three times as fast. What was read is returned, or it would not be read.
    """
    window, last, touched = len(weights) - 1, len(ids) - 1, 0
    for begin in range(0, len(places), _BATCH):
        batch = places[begin:begin + _BATCH]
        for place in batch:
            touched ^= ids[max(place - window, 0)] ^ ids[place] ^ ids[min(place + window, last)]
        for place in batch:
            if place >= first:
                for j in range(1, window + 1):
                    other = ids[np.uint64(place - j)]  # unsigned: no check for an index from the end
                    if other < 0:
                        break
                    row[np.uint64(other)] += weights[j]
            for j in range(max(1, first - place), window + 1):
                other = ids[np.uint64(place + j)]
                if other < 0:
                    break
                row[np.uint64(other)] += weights[j]
    return touched


@njit(nogil=True, cache=True)
def _dense_rows(ids, first, weights, places, offsets, a, b, counts):
    """Rows a … b - 1 of a dense matrix."""
    touched = 0
    for word in range(a, b):
        touched ^= _add_row(ids, first, weights, places[offsets[word]:offsets[word + 1]], counts[word])
    return touched


@njit(nogil=True, cache=True)
def _sparse_rows(ids, first, weights, places, offsets, a, b, row):
    """Rows a … b - 1: entries of each, columns and values. `row` is zero, and is so again at the end."""
    window, touched, n = len(weights) - 1, 0, 0
    sizes = np.zeros(b - a, np.int64)
    for word in range(a, b):
        sizes[word - a] = min(len(row), 2 * window * (offsets[word + 1] - offsets[word]))
    columns, values = np.empty(sizes.sum(), np.int32), np.empty(sizes.sum(), row.dtype)
    for word in range(a, b):
        begin, own = n, places[offsets[word]:offsets[word + 1]]
        touched ^= _add_row(ids, first, weights, own, row)
        if sizes[word - a] > len(row) // 32:  # reading the whole row in order is then faster than sorting
            for other in range(len(row)):
                if row[other]:
                    columns[n], values[n], row[other] = other, row[other], 0
                    n += 1
        else:
            for place in own:
                for step in (-1, 1):
                    at = place + step
                    while abs(at - place) <= window and ids[at] >= 0:
                        if row[ids[at]] > 0:
                            columns[n] = ids[at]
                            row[ids[at]] *= -1  # found
                            n += 1
                        at += step
            columns[begin:n].sort()
            for k in range(begin, n):
                values[k], row[columns[k]] = -row[columns[k]], 0
        sizes[word - a] = n - begin
    return sizes, columns[:n].copy(), values[:n].copy(), touched
