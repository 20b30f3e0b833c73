"""The search itself: at every token of a recording, how many cells of a pattern switch alike.

A *place* is a run of ``length`` tokens inside one sentence. A cell of the pattern *agrees* with a place if it is on
at every token of it, and, where the pattern asks for that, off at the token before and at the token after it
(outside the sentence every cell counts as off). The agreement of a place is the number of cells that agree.

All 64 tokens of a word are decided at once: a run is a conjunction of shifted words, and the cells are counted by a
binary counter that is spread over words, one word a binary digit. Nothing is sampled and nothing is cut off.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

from core.search.bits import WORD, PackedBits
from core.search.pattern import MAX_LENGTH, MAX_TOLERANCE, Pattern

_BLOCK = 256  # words at a time: long enough to stream from memory, and the counters stay in the second-level cache


@dataclass(frozen=True)
class Agreement:
    """The best place that starts at each token. N tokens.

    Attributes
    ----------
    counts : uint16 array of shape (N,)
        Cells that agree; 0 also where no place of an allowed length starts.
    lengths : uint8 array of shape (N,)
        Tokens of that place: of equally good ones the one nearest to the pattern's length, the shorter first.
    n_cells : int
        Cells of the pattern.
    """

    counts: np.ndarray
    lengths: np.ndarray
    n_cells: int

    def reach(self) -> np.ndarray:
        """Number of tokens where a place starts on which ``m`` cells or more agree, m = 0 … n_cells."""
        return np.bincount(self.counts, minlength=self.n_cells + 1)[::-1].cumsum()[::-1]


def scan_pattern(bits: PackedBits, pattern: Pattern, *, tolerance: int = 0, shift_seed: int | None = None,
                 threads: int | None = None) -> Agreement:
    """Count the agreeing cells at every token.

    Parameters
    ----------
    tolerance : int
        Places may have ``pattern.length ± tolerance`` tokens, at least 1.
    shift_seed : int, optional
        A control: the bits of every cell, with the sentence edges that it counts as off, are shifted round the
        recording by a distance of its own (a multiple of 64 tokens). Each cell switches on and off as often and for
        as long as before; that cells switch together is lost.
    threads : int, optional
        As many as there are cores if None. The kernel holds no lock of Python's, and shares nothing.

    Raises
    ------
    ValueError
        For cells the recording lacks, and lengths out of range.
    """
    cells = np.asarray(pattern.cells, np.int64)
    if not len(cells) or cells.min() < 0 or cells.max() >= bits.n_cells:
        raise ValueError("The pattern's cells are not those of the recording.")
    if not (1 <= pattern.length <= MAX_LENGTH and 0 <= tolerance <= MAX_TOLERANCE):
        raise ValueError("The pattern's length or the tolerance is out of range.")
    n_words = bits.words.shape[1]
    shifts = np.zeros(len(cells), np.int64)
    if shift_seed is not None and n_words:
        shifts = np.random.default_rng(shift_seed).integers(min(1, n_words - 1), n_words, len(cells))
    low, high = max(1, pattern.length - tolerance), pattern.length + tolerance
    order = np.array(sorted(range(low, high + 1), key=lambda n: (abs(n - pattern.length), n)), np.int64)
    counts, lengths = np.zeros(n_words * WORD, np.uint16), np.zeros(n_words * WORD, np.uint8)
    threads = min(threads or os.cpu_count() or 1, -(-n_words // _BLOCK) or 1)
    edges = np.linspace(0, -(-n_words // _BLOCK), threads + 1).astype(int) * _BLOCK

    def part(a: int, b: int) -> None:
        _scan(bits.words, bits.starts, cells, shifts, order, low, pattern.off_before, pattern.off_after,
              int(a), int(min(b, n_words)), counts, lengths)

    if threads == 1:
        part(0, n_words)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, edges[:-1], edges[1:]))
    return Agreement(counts[:bits.n_tokens], lengths[:bits.n_tokens], len(cells))


@njit(nogil=True, cache=True)
def _copy(row, at, buffer):
    """The word before a block, the block, and the word after it, round the ends of the row."""
    n = len(row)
    if at >= 1 and at + _BLOCK + 1 <= n:
        for w in range(_BLOCK + 2):
            buffer[w] = row[at + w - 1]
    else:
        for w in range(_BLOCK + 2):
            buffer[w] = row[(at + w - 1) % n]


@njit(nogil=True, cache=True)
def _move(source, n, into):
    """``into[w]``: the bits `n` (1 … 63) tokens further on."""
    up, down = np.uint64(n), np.uint64(WORD - n)
    for w in range(_BLOCK):
        into[w] = (source[w] >> up) | (source[w + 1] << down)


@njit(nogil=True, cache=True)
def _narrow(run, source, n):
    """Keep the runs whose `n`-th token further on is on as well; the word after the block is needed, too."""
    up, down = np.uint64(n), np.uint64(WORD - n)
    for w in range(_BLOCK + 1):
        run[w] &= (source[w] >> up) | (source[w + 1] << down)


@njit(nogil=True, cache=True)
def _double(run, n):
    """`_narrow` by the runs themselves: runs of m tokens become runs of m + n."""
    up, down = np.uint64(n), np.uint64(WORD - n)
    for w in range(_BLOCK + 1):
        run[w] &= (run[w] >> up) | (run[w + 1] << down)


@njit(nogil=True, cache=True)
def _add(counter, waiting, k, carry):
    """Count the `k`-th cell, from 0: full adders take two carries of one digit at once, so one waits for the next."""
    d = 0
    while k & 1:
        digit, other = counter[d], waiting[d]
        for w in range(_BLOCK):
            a, b, c = digit[w], other[w], carry[w]
            digit[w], carry[w] = a ^ b ^ c, (a & b) | ((a ^ b) & c)
        d, k = d + 1, k >> 1
    waiting[d] = carry


@njit(nogil=True, cache=True)
def _settle(counter, waiting, k):
    """Add the carries that still wait after `k` cells."""
    for d in range(len(counter)):
        if (k >> d) & 1:
            for w in range(_BLOCK):
                carry = waiting[d, w]
                for e in range(d, len(counter)):
                    counter[e, w], carry = counter[e, w] ^ carry, counter[e, w] & carry


@njit(nogil=True, cache=True)
def _find_edges(starts, low, begin, ends):
    """Tokens that begin a sentence, and for each length tokens from which so long a run ends with its sentence."""
    begin[:] = starts[:_BLOCK]
    for k in range(len(ends)):
        _move(starts, low + k, ends[k])


@njit(nogil=True, cache=True)
def _scan(words, starts, cells, shifts, order, low, off_before, off_after, first, last, counts, lengths):
    n_lengths, digits = len(order), 1
    while len(cells) >> digits:
        digits += 1
    one, top = np.uint64(1), np.uint64(WORD - 1)
    counter = np.empty((n_lengths, digits, _BLOCK), np.uint64)
    waiting = np.empty((n_lengths, digits, _BLOCK), np.uint64)
    inside = np.empty((n_lengths, _BLOCK), np.uint64)  # tokens from which so long a run stays in its sentence
    ends = np.empty((n_lengths, _BLOCK), np.uint64)
    buffer, run = np.zeros(_BLOCK + 3, np.uint64), np.zeros(_BLOCK + 2, np.uint64)
    x = buffer[1:]
    begin, before, carry, moved = (np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint64),
                                   np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint64))
    for block in range(first, last, _BLOCK):
        counter[:] = 0
        _copy(starts, block, buffer)
        crossed = np.zeros(_BLOCK, np.uint64)
        for n in range(1, low + n_lengths):
            if n >= low:
                inside[n - low] = ~crossed
            _move(x, n, moved)
            crossed |= moved
        _find_edges(x, low, begin, ends)
        for k in range(len(cells)):
            at = (block + shifts[k]) % words.shape[1]
            if shifts[k]:  # a shifted cell takes its own sentences' edges along
                _copy(starts, at, buffer)
                _find_edges(x, low, begin, ends)
            _copy(words[cells[k]], at, buffer)
            for w in range(_BLOCK + 1):
                run[w] = x[w]
            if off_before:
                for w in range(_BLOCK):
                    before[w] = ~((x[w] << one) | (buffer[w] >> top)) | begin[w]
            done = 1
            while done < low:  # runs of 1, 2, 4, … tokens
                step = min(done, low - done)
                _double(run, step)
                done += step
            for n in range(low, low + n_lengths):
                if n > low:
                    _narrow(run, x, n - 1)
                for w in range(_BLOCK):
                    carry[w] = run[w]
                if off_before:
                    for w in range(_BLOCK):
                        carry[w] &= before[w]
                if off_after:
                    _move(x, n, moved)
                    end = ends[n - low]
                    for w in range(_BLOCK):
                        carry[w] &= ~moved[w] | end[w]
                _add(counter[n - low], waiting[n - low], k, carry)
        for n in order:
            _settle(counter[n - low], waiting[n - low], len(cells))
            _keep_best(counter[n - low], inside[n - low], n, block, min(_BLOCK, last - block), counts, lengths)


@njit(nogil=True, cache=True)
def _keep_best(counter, inside, n, block, size, counts, lengths):
    """Read the counters of one length, and note where it beats the lengths before it."""
    for w in range(size):
        some = np.uint64(0)
        for d in range(len(counter)):
            counter[d, w] &= inside[w]
            some |= counter[d, w]
        at = (block + w) * WORD
        if some == 0:
            continue
        for b in range(WORD):
            count = 0
            for d in range(len(counter)):
                count |= int((counter[d, w] >> np.uint64(b)) & np.uint64(1)) << d
            if count > counts[at + b]:
                counts[at + b], lengths[at + b] = count, n
