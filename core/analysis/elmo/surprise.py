"""How surprised each direction of the language model is by every word of a sentence (Peters et al. 2018, section 3.1).

A sentence t_1 … t_n stands between t_0 = ``<S>`` and t_{n+1} = ``</S>``. The forward model guesses t_k from the top
vector at k - 1, which has read t_0 … t_{k-1}; the backward model from the one at k + 1, which has read t_{n+1} …
t_{k+1}. Every sentence is read alone, from a state of zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from core.checkpoints.bilm import BiLMCheckpoint
from core.errors import AnalysisError
from core.models.bilm import DIRECTIONS, BiLM
from core.states.bilm import BiLMStates, record_bilm
from core.tokens.characters import SENTENCE_END, SENTENCE_START
from core.tokens.linearise import UNK

_BITS = 1 / np.log(2)
_ROWS = 256           # of a whole vocabulary at a time: 20 MB for 20,000 words
_TEXT_WORDS = 2048    # recorded at a time, to keep what is long from filling the memory


@dataclass(frozen=True, eq=False)
class SentenceSurprise:
    """One sentence of n words at its n + 2 places, the sentence's beginning 0 and its end n + 1.

    Axis 0 of every array is the direction, forward and backward. The forward model guesses places 1 … n + 1, the
    backward model 0 … n; the place that neither can guess holds NaN, or -1.

    Attributes
    ----------
    words : tuple of str, length n
    known : bool array of shape (n,)
        Whether the softmax has the word; one that it has not is scored as ``<UNK>``.
    bits : float32 array of shape (2, n + 2)
        -log2 p of what stands there.
    ranks : int32 array of shape (2, n + 2)
        Words that were thought more probable.
    expected : int32 array of shape (2, n + 2, k)
        The most probable words, by number.
    expected_p : float32 array of shape (2, n + 2, k)
    """

    words: tuple[str, ...]
    known: np.ndarray
    bits: np.ndarray
    ranks: np.ndarray
    expected: np.ndarray
    expected_p: np.ndarray

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words between the signs of both ends, n + 2."""
        return (SENTENCE_START, *self.words, SENTENCE_END)

    def scored(self, direction: int, *, unknown: bool = True) -> np.ndarray:
        """Places that a direction guesses, bool (n + 2,), with unknown words or without."""
        own = np.isfinite(self.bits[direction])
        own[1:-1] &= unknown | self.known
        return own


@dataclass(frozen=True, eq=False)
class TextSurprise:
    """Sentences of a text, each read alone."""

    sentences: tuple[SentenceSurprise, ...]

    @property
    def n_words(self) -> int:
        return sum(len(s.words) for s in self.sentences)

    @property
    def n_unknown(self) -> int:
        return sum(int((~s.known).sum()) for s in self.sentences)

    def mean_bits(self, direction: int, *, unknown: bool = True) -> float:
        """Over all words and ends of sentences; NaN where there is none."""
        own = [s.bits[direction][s.scored(direction, unknown=unknown)] for s in self.sentences]
        bits = np.concatenate(own) if own else np.zeros(0)
        return float(bits.mean(dtype=np.float64)) if len(bits) else float("nan")

    def perplexity(self, direction: int, *, unknown: bool = True) -> float:
        """2 to the mean bits: between how many equally likely words the model wavers."""
        return 2 ** self.mean_bits(direction, unknown=unknown)


def number_words(checkpoint: BiLMCheckpoint, words: Sequence[str]) -> np.ndarray:
    """Numbers among the words that can be predicted, int64; UNK's for all others.

    Raises
    ------
    AnalysisError
        When the model predicts no words, as the published ones.
    """
    if not checkpoint.words or checkpoint.model.softmax is None:
        raise AnalysisError("The model {id} predicts no words: its softmax was not published.",
                            "Choose a model that was trained here.", id=checkpoint.id)
    ids = _index_words(checkpoint.words)
    return np.array([ids.get(word, ids[UNK]) for word in words], np.int64)


def score_sentence(checkpoint: BiLMCheckpoint, words: Sequence[str], *, k: int = 10) -> SentenceSurprise:
    """Both directions over one sentence.

    Parameters
    ----------
    words : sequence of str
        Without the signs of the ends; may be empty.
    k : int
        Expected words kept at every place.

    Raises
    ------
    AnalysisError
        When the model predicts no words.
    """
    return score_text(checkpoint, [words], k=k).sentences[0]


def score_text(checkpoint: BiLMCheckpoint, sentences: Sequence[Sequence[str]], *, k: int = 0,
               progress: Callable[[int, int], None] | None = None) -> TextSurprise:
    """Both directions over sentences, many at a time; as `score_sentence`.

    Parameters
    ----------
    progress : callable, optional
        Called with (words done, words in all).
    """
    number_words(checkpoint, ())  # refuses a model without a softmax before anything is read
    ids, n_all, done, scored = _index_words(checkpoint.words), sum(map(len, sentences)), 0, []
    for batch in _split(sentences):
        states = record_bilm(checkpoint.model, batch)
        found = {d: _guess(checkpoint, states, batch, d, k) for d in range(len(DIRECTIONS))}
        for s, words in enumerate(batch):
            both = [_place(part[s], len(words), d) for d, part in found.items()]
            scored.append(SentenceSurprise(tuple(words), np.array([w in ids for w in words], bool), *(
                np.stack(own) for own in zip(*both, strict=True))))
        done += sum(map(len, batch))
        if progress is not None:
            progress(done, n_all)
    return TextSurprise(tuple(scored))


def cut_states(states: BiLMStates, s: int, direction: int) -> np.ndarray:
    """Top vectors of one direction from which it guesses, (n + 1, P): places 1 … n + 1 forward, 0 … n backward."""
    half = states.ends.shape[1] // 2
    side = slice(half) if direction == 0 else slice(half, None)
    inside, end = states.sentence(s)[-1][:, side], states.ends[s:s + 1, side]
    return np.concatenate([end, inside] if direction == 0 else [inside, end])


@torch.inference_mode()
def average_guess(checkpoint: BiLMCheckpoint, sentences: Sequence[Sequence[str]]) -> np.ndarray:
    """The mean of all guesses over sentences, float64 (2, V): what each direction expects if it is told nothing."""
    number_words(checkpoint, ())
    states = record_bilm(checkpoint.model, sentences)
    means = []
    for d in range(len(DIRECTIONS)):
        rows = torch.from_numpy(np.concatenate([cut_states(states, s, d) for s in range(len(sentences))]))
        total = torch.zeros(len(checkpoint.words), dtype=torch.float64)
        for part in rows.split(_ROWS):
            total += _say(checkpoint.model, part).exp_().sum(0)
        means.append((total / max(len(rows), 1)).numpy())
    return np.stack(means)


def score_average(checkpoint: BiLMCheckpoint, average: np.ndarray, scored: SentenceSurprise) -> np.ndarray:
    """Bits of a sentence's words by `average_guess`, float32 (2, n + 2), NaN as in `SentenceSurprise.bits`."""
    bits = -np.log2(np.maximum(average[:, number_words(checkpoint, scored.tokens)], 1e-30))
    return np.where(np.isfinite(scored.bits), bits, np.nan).astype(np.float32)


@lru_cache(maxsize=4)
def _index_words(words: tuple[str, ...]) -> dict[str, int]:
    return {word: i for i, word in enumerate(words)}


def _split(sentences: Sequence[Sequence[str]]) -> list[list[Sequence[str]]]:
    batches, size = [[]], 0
    for words in sentences:
        if size and size + len(words) > _TEXT_WORDS:
            batches.append([])
            size = 0
        batches[-1].append(words)
        size += len(words) + 2
    return batches if batches[0] else []


def _say(model: BiLM, rows: Tensor) -> Tensor:
    return model.softmax(rows).log_softmax(1)


Guesses = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # bits, ranks, expected, their p; (n + 1, …)


@torch.inference_mode()
def _guess(checkpoint: BiLMCheckpoint, states: BiLMStates, sentences: Sequence[Sequence[str]], direction: int,
           k: int) -> list[Guesses]:
    """What one direction says of each sentence."""
    rows = torch.from_numpy(np.concatenate([cut_states(states, s, direction) for s in range(len(sentences))]))
    more = ([], [SENTENCE_END]) if direction == 0 else ([SENTENCE_START], [])
    targets = torch.from_numpy(number_words(checkpoint, [t for words in sentences for t in (
        *more[0], *words, *more[1])]))
    k, parts = min(k, len(checkpoint.words)), []
    for own, target in zip(rows.split(_ROWS), targets.split(_ROWS), strict=True):
        log_p = _say(checkpoint.model, own)
        true = log_p.gather(1, target[:, None])
        ranks = (log_p > true).sum(1, dtype=torch.int32)
        best = log_p.topk(k, dim=1)
        parts.append((true[:, 0] * -_BITS, ranks, best.indices.int(), best.values.exp()))
    bits, ranks, expected, p = (torch.cat(own).numpy() for own in zip(*parts, strict=True))
    ends = np.cumsum([len(words) + 1 for words in sentences])
    return [(bits[e - n - 1:e], ranks[e - n - 1:e], expected[e - n - 1:e], p[e - n - 1:e])
            for e, n in zip(ends.tolist(), map(len, sentences), strict=True)]


def _place(guesses: Guesses, n: int, direction: int) -> Guesses:
    """The guesses of one direction at all n + 2 places."""
    placed = []
    for values, absent in zip(guesses, (np.nan, -1, -1, np.nan), strict=True):
        whole = np.full((n + 2, *values.shape[1:]), absent, values.dtype)
        whole[slice(1, None) if direction == 0 else slice(-1)] = values
        placed.append(whole)
    return tuple(placed)
