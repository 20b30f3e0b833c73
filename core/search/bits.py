"""Recorded states as bits: one bit a cell and token, on or off, 64 tokens a word."""

from dataclasses import dataclass

import numpy as np

WORD = 64            # tokens in one uint64
_CHUNK = 256 * WORD  # tokens packed at a time: 16 MB of truth values at 1,000 cells


@dataclass(frozen=True)
class PackedBits:
    """Which cells are on at which tokens. N tokens, H cells, W = ceil(N / 64) words.

    Cell-major, because a pattern asks for few cells at all tokens: what is not asked for is not read.

    Attributes
    ----------
    words : uint64 array of shape (H, W)
        Token ``t`` of cell ``j`` is bit ``t % 64`` of ``words[j, t // 64]``; bits past the last token are 0.
    starts : uint64 array of shape (W,)
        1 at the first token of each sentence and at every bit past the last token.
    n_tokens : int
    """

    words: np.ndarray
    starts: np.ndarray
    n_tokens: int

    @property
    def n_cells(self) -> int:
        return len(self.words)

    def share_on(self) -> float:
        """Share of all (cell, token) pairs that are on."""
        return float(np.bitwise_count(self.words).sum(dtype=np.int64)) / max(1, self.n_cells * self.n_tokens)


def is_on(values: np.ndarray, threshold: float, sign: int) -> np.ndarray:
    """``sign * value > threshold``, both rounded to half precision, as recordings are.

    Non-negative halves are ordered as their bit patterns are, so integers are compared, 64 bytes at a time.

    Parameters
    ----------
    values : float array of any shape
    threshold : float
        At least 0.
    sign : int
        1: on where the value is above the threshold; -1: on where it is below minus the threshold.

    Examples
    --------
    >>> is_on(np.array([0.5, 0.2, -0.7]), 0.3, 1).tolist(), is_on(np.array([0.5, 0.2, -0.7]), 0.3, -1).tolist()
    ([True, False, False], [False, False, True])
    """
    if not threshold >= 0 or sign not in (1, -1):
        raise ValueError(f"Threshold {threshold} must not be negative, and sign {sign} must be 1 or -1.")
    half = np.ascontiguousarray(values, np.float16)
    limit = np.float16(threshold).view(np.uint16)
    if sign > 0:
        return half.view(np.int16) > np.int16(limit)
    return half.view(np.uint16) > np.uint16(limit | 0x8000)


def pack_starts(starts: np.ndarray, n_tokens: int) -> np.ndarray:
    """Sentence boundaries as in `PackedBits.starts`, from first tokens (S,) or (S + 1,) with N at its end."""
    bits = np.zeros(-(-n_tokens // WORD) * WORD, bool)
    bits[np.asarray(starts)[np.asarray(starts) < n_tokens]] = True
    bits[n_tokens:] = True
    return np.packbits(bits, bitorder="little").view(np.uint64)


def pack_states(values: np.ndarray, starts: np.ndarray, *, threshold: float, sign: int,
                out: np.ndarray | None = None, progress=None) -> PackedBits:
    """Compare recorded states with a threshold and keep one bit each.

    Parameters
    ----------
    values : float array of shape (N, H)
        May be memory-mapped; read once, in order.
    starts : int array of shape (S + 1,)
        As in `EncodedSentences`.
    out : uint64 array of shape (H, W), optional
        Filled instead of a new array.
    progress : callable, optional
        Called with (tokens done, tokens in all) after every part.
    """
    n, cells = values.shape
    words = out if out is not None else np.empty((cells, -(-n // WORD)), np.uint64)
    for a in range(0, n, _CHUNK):
        on = is_on(values[a:a + _CHUNK], threshold, sign)
        if len(on) % WORD:
            on = np.concatenate([on, np.zeros((-len(on) % WORD, cells), bool)])
        by_token = np.packbits(on, axis=0, bitorder="little")  # (tokens / 8, H)
        words[:, a // WORD:(a + len(on)) // WORD] = np.ascontiguousarray(by_token.T).view(np.uint64)
        if progress is not None:
            progress(min(a + _CHUNK, n), n)
    return PackedBits(words, pack_starts(starts, n), n)


def unpack_cells(bits: PackedBits, cells: np.ndarray) -> np.ndarray:
    """Bits of some cells as truth values, (N, len(cells))."""
    rows = np.ascontiguousarray(bits.words[cells]).view(np.uint8)
    return np.unpackbits(rows, axis=1, count=bits.n_tokens, bitorder="little").T.astype(bool)
