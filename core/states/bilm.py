"""Record every layer of a bidirectional language model over sentences, many at a time, without hooks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.models.bilm import BiLM
from core.tokens.batches import plan_batches
from core.tokens.characters import SENTENCE_END, SENTENCE_START, encode_characters

_WORDS_AT_ONCE = 2048  # of character encoding: the widest published layer answers with 400 MB


@dataclass(frozen=True, eq=False)
class BiLMStates:
    """Vectors of N words in S sentences.

    Attributes
    ----------
    layers : float32 array of shape (L + 1, N, 2P)
        Layer 0 is the word alone, twice over; from 1 on [forward; backward] after that layer.
    starts : int64 array of shape (S + 1,)
        Sentence ``s`` has the rows ``starts[s]:starts[s + 1]``.
    ends : float32 array of shape (S, 2P)
        What the top layer says where a sentence begins and ends: the forward vector at ``<S>`` and the backward one at
        ``</S>``, from which a language model guesses the first and the last word.
    """

    layers: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def sentence(self, s: int) -> np.ndarray:
        """Layers (L + 1, n, 2P) of one sentence."""
        return self.layers[:, self.starts[s]:self.starts[s + 1]]


@torch.inference_mode()
def encode_words(model: BiLM, words: Sequence[str]) -> Tensor:
    """Vectors of words by their characters alone, (W, P)."""
    numbers = torch.from_numpy(encode_characters(words))
    return torch.cat([model.encoder(part) for part in numbers.split(_WORDS_AT_ONCE)]) if len(words) else torch.zeros(
        0, model.config.characters.projection_size)


@torch.inference_mode()
def record_bilm(model: BiLM, sentences: Sequence[Sequence[str]], *, batch_words: int = 4096,
                progress: Callable[[int, int], None] | None = None) -> BiLMStates:
    """Every layer over every sentence, read between ``<S>`` and ``</S>`` as the published code does.

    The model is only read: no hooks, no mode changes, no dropout, so threads may share it. Each word is encoded once,
    however often it comes.

    Parameters
    ----------
    sentences : sequence of sequences of str
        Words; a sentence may be empty.
    progress : callable, optional
        Called with (words done, words in all) after every batch.
    """
    lengths = np.array([len(words) for words in sentences], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    types = {word: i for i, word in enumerate(dict.fromkeys(
        (SENTENCE_START, SENTENCE_END, *(word for words in sentences for word in words))))}
    vectors = encode_words(model, list(types))
    width = model.config.width
    layers = np.empty((model.config.n_layers + 1, int(starts[-1]), width), np.float32)
    ends, done = np.empty((len(sentences), width), np.float32), 0
    for batch in plan_batches(lengths + 2, batch_tokens=batch_words):
        own = lengths[batch]
        ids = np.zeros((int(own.max()) + 2, len(batch)), np.int64)
        for column, s in enumerate(batch):
            ids[:own[column] + 2, column] = [0, *(types[word] for word in sentences[s]), 1]
        recorded = model.represent(vectors[torch.from_numpy(ids)], torch.from_numpy(own + 2)).numpy()
        for column, s in enumerate(batch):
            n = own[column]
            layers[:, starts[s]:starts[s + 1]] = recorded[:, 1:n + 1, column]
            ends[s] = np.concatenate([recorded[-1, 0, column, :width // 2], recorded[-1, n + 1, column, width // 2:]])
        done += int(own.sum())
        if progress is not None:
            progress(done, int(starts[-1]))
    return BiLMStates(layers, starts, ends)
