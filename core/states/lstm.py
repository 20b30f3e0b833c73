"""Record every gate, c_up, c and h of an LSTM in one stateless pass, without hooks."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.models.lstm import LSTMLanguageModel, LSTMReader, State
from core.models.products import pack_product
from core.models.recurrence import run_recurrence
from core.tokens.batches import plan_batches
from core.tokens.encoded import EncodedSentences

GATES = ("i", "f", "g", "o")
NAMES = (*GATES, "c_up", "c", "h")  # "embed" belongs to the model, not to a layer


@dataclass(frozen=True)
class LayerStates:
    """All internal vectors of one layer; the state after reading each token.

    Attributes
    ----------
    i, f, g, o, c_up, c, h : float32 tensors of shape (T, B, H)
        ``c_up = i * g`` and ``c[t] = f[t] * c[t - 1] + c_up[t]`` with c before the start zero.
    """

    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    c_up: Tensor
    c: Tensor
    h: Tensor


@dataclass(frozen=True)
class BatchStates:
    """Embeddings (T, B, E) and one `LayerStates` a layer."""

    embed: Tensor
    layers: tuple[LayerStates, ...]


@torch.inference_mode()
def record_batch(model: LSTMReader, ids: Tensor, *, states: tuple[State, ...] | None = None) -> BatchStates:
    """Run token ids (T, B) and keep everything; ``states`` as in `LSTMReader.read`.

    The model is only read: no hooks, no mode changes, no dropout, so threads may share it.
    """
    x = embed = model.embedding(ids)
    states, layers = states or model.first_states(ids.shape[1]), []
    for k, layer in enumerate(model.layers):
        steps, batch, hidden = ids.shape[0], ids.shape[1], layer.w_hh.shape[1]
        gates = pack_product(layer.w_ih)(x.reshape(steps * batch, -1)).add_(layer.b).view(steps, batch, -1)
        cs, hs = gates.new_empty(steps, batch, hidden), gates.new_empty(steps, batch, hidden)
        h, c = states[k]
        run_recurrence(gates, pack_product(layer.w_hh), h, c, cs=cs, hs=hs)
        i, f, g, o = gates.split(hidden, dim=2)
        layers.append(LayerStates(i, f, g, o, i * g, cs, hs))
        x = hs
    return BatchStates(embed, tuple(layers))


@dataclass(frozen=True)
class SentenceStates:
    """Recorded vectors of many sentences in token order.

    ``arrays["layer0.c"]`` has shape (N, H), ``arrays["embed"]`` (N, E); rows as in `EncodedSentences`.
    """

    arrays: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]


def state_width(model: LSTMLanguageModel, name: str) -> int:
    """Number of columns of a state: ``embed`` or ``layer<l>.<i|f|g|o|c_up|c|h>``."""
    return model.config.embedding_size if name == "embed" else model.config.hidden_size


def record_states(model: LSTMLanguageModel, sentences: EncodedSentences, *,
                  names: tuple[str, ...] = ("layer0.c_up", "layer0.c", "layer0.h"),
                  batch_tokens: int = 4096, out: dict[str, np.ndarray] | None = None,
                  progress=None) -> SentenceStates:
    """Record the named states of every sentence.

    Parameters
    ----------
    names : tuple of str
        ``embed`` or ``layer<l>.<name>``.
    out : dict of arrays (N, width), optional
        Filled instead of new float32 arrays: memory maps, or half precision.
    progress : callable, optional
        Called with (tokens done, tokens in all) after every batch.
    """
    arrays = out if out is not None else {
        name: np.empty((sentences.n_tokens, state_width(model, name)), np.float32) for name in names}
    done = 0
    for batch in plan_batches(sentences.lengths, batch_tokens=batch_tokens):
        lengths = sentences.lengths[batch]
        ids = np.zeros((int(lengths.max()), len(batch)), np.int64)
        for column, s in enumerate(batch):
            ids[:lengths[column], column] = sentences.ids[sentences.starts[s]:sentences.starts[s + 1]]
        states = record_batch(model, torch.from_numpy(ids))
        for name, array in arrays.items():
            tensor = _pick(states, name)
            for column, s in enumerate(batch):
                rows = slice(sentences.starts[s], sentences.starts[s + 1])
                array[rows] = tensor[:lengths[column], column].numpy()
        done += int(lengths.sum())
        if progress is not None:
            progress(done, sentences.n_tokens)
    return SentenceStates(arrays)


def _pick(states: BatchStates, name: str) -> Tensor:
    if name == "embed":
        return states.embed
    layer, own = name.removeprefix("layer").split(".")
    return getattr(states.layers[int(layer)], own)


@torch.inference_mode()
def compute_log_probabilities(model: LSTMLanguageModel, h: np.ndarray) -> np.ndarray:
    """Next-token log-probabilities in nats, (N, V), from top hidden states (N, H)."""
    return torch.log_softmax(model.decoder(torch.from_numpy(np.ascontiguousarray(h, np.float32))), dim=1).numpy()
