"""What the character encoder makes of many words: what is usual for it, and which words lie near one."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from core.analysis.elmo.characters import MAX_BYTES
from core.models.character_encoder import CharacterEncoder
from core.tokens.characters import encode_characters

QUANTILES = np.linspace(0, 1, 101)
_AT_ONCE = 512      # words
_SAMPLE = 1000      # words whose gates are kept
_START, _END = b"\xfe", b"\xff"  # no bytes of UTF-8


@dataclass(frozen=True, eq=False)
class WordReference:
    """V words through the encoder: F filters, K highway layers, S words of a sample, P numbers a vector.

    Attributes
    ----------
    words : tuple of str
    answers : float16 array of shape (F, V)
        The largest answer of each filter to each word.
    ranked : float16 array of shape (F, V)
        The same, each row rising.
    unit : float32 array of shape (V, P)
        Vectors of words brought to length 1.
    open_gates : float32 array of shape (K, S, 101)
        Quantiles of the gates of a layer over its F dimensions, for words evenly spaced.
    changes : float32 array of shape (K, F)
        By how much a layer changes each dimension, the mean of \\|out - in\\| over the sample.
    """

    words: tuple[str, ...]
    answers: np.ndarray
    ranked: np.ndarray
    unit: np.ndarray
    open_gates: np.ndarray
    changes: np.ndarray

    @cached_property
    def ids(self) -> dict[str, int]:
        """Place of each word."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def _written(self) -> tuple[bytes, np.ndarray]:
        """All words in a row, and where each begins."""
        parts = [_enclose(word) for word in self.words]
        return b"".join(parts), np.cumsum([0, *map(len, parts[:-1])])

    def count_at_least(self, answers: np.ndarray) -> np.ndarray:
        """To how many words each filter answers at least so much, int64 (F,), for answers (F,)."""
        rounded = answers.astype(np.float16)
        return np.array([len(row) - np.searchsorted(row, own) for row, own in zip(self.ranked, rounded, strict=True)])

    def one_in(self, answers: np.ndarray) -> np.ndarray:
        """How rare answers (F,) are, float64: one word in so many is answered at least so much; 1 is every word."""
        return (len(self.words) + 1) / (self.count_at_least(answers) + 1)

    def rank_words(self, filter: int, n: int, among: np.ndarray | None = None) -> np.ndarray:
        """The n words one filter answers to most, the first most; words to which it answers nothing are left out.

        Parameters
        ----------
        among : int array, optional
            Places of the words that are meant.
        """
        if among is None:
            rows = np.flatnonzero(self.answers[filter] >= self.ranked[filter, -n:][0])
        else:
            rows = among
        own = self.answers[filter, rows].astype(np.float32)
        best = np.argsort(-own, kind="stable")[:n]
        return rows[best[own[best] > 0]]

    def find_words(self, word: str, place: int, width: int) -> np.ndarray:
        """Places of words that hold the same window as `word` does, ends of words counted in; none for padding."""
        gram = _enclose(word)[place:place + width]
        text, starts = self._written
        found = [m.start() for m in re.finditer(re.escape(gram), text)] if gram else []
        return np.unique(np.searchsorted(starts, found, side="right") - 1)

    def compare(self, vector: np.ndarray) -> np.ndarray:
        """Cosine of a vector (P,) with every word's, float32 (V,)."""
        return self.unit @ (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)


def _enclose(word: str) -> bytes:
    return _START + word.encode("utf-8", "replace")[:MAX_BYTES] + _END


@torch.inference_mode()
def build_reference(encoder: CharacterEncoder, words: Sequence[str], *,
                    progress: Callable[[int, int], None] | None = None) -> WordReference:
    """Read words; 20,000 with the default sizes take about three seconds of one core.

    Parameters
    ----------
    words : sequence of at least one str
        The most frequent first, without repetition.
    progress : callable, optional
        Called with (words done, words in all).
    """
    n, f, k = len(words), encoder.config.n_filters, len(encoder.highway)
    answers = np.empty((n, f), np.float16)
    unit = np.empty((n, encoder.config.projection_size), np.float32)
    step = -(-n // _SAMPLE)
    gates, changes = np.empty((k, len(range(0, n, step)), len(QUANTILES)), np.float32), np.zeros((k, f))
    for start, own in _batch(words):
        x = encoder.find(torch.from_numpy(encode_characters([words[i] for i in own])))
        answers[own] = x.numpy()
        kept = own % step == 0
        for layer, highway in enumerate(encoder.highway):
            y = highway(x)
            gates[layer, own[kept] // step] = np.quantile(highway.open_gate(x[kept]).numpy(), QUANTILES, axis=1).T
            changes[layer] += (y - x)[kept].abs().sum(0).double().numpy()
            x = y
        unit[own] = torch.nn.functional.normalize(encoder.projection(x)).numpy()
        if progress is not None:
            progress(min(start + _AT_ONCE, n), n)
    by_filter = np.ascontiguousarray(answers.T)
    return WordReference(tuple(words), by_filter, np.sort(by_filter, axis=1), unit, gates,
                         (changes / gates.shape[1]).astype(np.float32))


@torch.inference_mode()
def embed_words(encoder: CharacterEncoder, words: Sequence[str]) -> np.ndarray:
    """Vectors of words brought to length 1, float32 (W, P)."""
    unit = np.empty((len(words), encoder.config.projection_size), np.float32)
    for _, own in _batch(words):
        vectors = encoder(torch.from_numpy(encode_characters([words[i] for i in own])))
        unit[own] = torch.nn.functional.normalize(vectors).numpy()
    return unit


def _batch(words: Sequence[str]) -> Iterator[tuple[int, np.ndarray]]:
    """Places of words, those of one length together: short ones are read fast."""
    order = np.argsort([len(word.encode("utf-8", "replace")) for word in words], kind="stable")
    for start in range(0, len(words), _AT_ONCE):
        yield start, order[start:start + _AT_ONCE]
