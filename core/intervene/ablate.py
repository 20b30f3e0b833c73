"""What the loss owes to each single cell of c: exactly, one cell at a time, and to first order, all at once."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.intervene.edits import ColumnAblation
from core.intervene.run import run_changed
from core.intervene.score import pad_sentences
from core.models.lstm import LSTMLanguageModel
from core.models.products import pack_product
from core.states.lstm import record_batch
from core.tokens.batches import plan_batches
from core.tokens.encoded import EncodedSentences

COLUMNS = 128  # cells ablated side by side: enough for a full matrix product, 80 MB of logits


@dataclass(frozen=True)
class AblationSums:
    """Per sentence (S) and ablated cell (K); the last column is the untouched run.

    Attributes
    ----------
    loss : float64 array of shape (S, K + 1)
        Summed cross entropy in nats.
    ends : bool array of shape (S, K + 1)
        Whether the last token, ED, was the most probable one.
    false_ends : int64 array of shape (S, K + 1)
        How often ED was the most probable token where something else came.
    n : int64 array of shape (S,)
        Predicted tokens.
    """

    loss: np.ndarray
    ends: np.ndarray
    false_ends: np.ndarray
    n: np.ndarray


@torch.inference_mode()
def ablate_cells(model: LSTMLanguageModel, sentences: EncodedSentences, cells: np.ndarray, values: np.ndarray, *,
                 progress=None) -> AblationSums:
    """Hold one cell of the first layer at a value while a sentence is read; every cell has its own column.

    Parameters
    ----------
    cells : int array of shape (K,)
    values : float array of shape (K,)
        0, or the cell's mean.
    progress : callable, optional
        Called with (sentences done, sentences in all).
    """
    own = torch.from_numpy(np.append(cells, -1).astype(np.int64))
    held = torch.from_numpy(np.append(values, 0).astype(np.float32))
    product, n_cells = pack_product(model.decoder.weight), len(own)
    shape = (sentences.n_sentences, n_cells)
    loss, ends, false_ends = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, np.int64)
    for s in range(sentences.n_sentences):
        ids = torch.from_numpy(sentences.ids[sentences.starts[s]:sentences.starts[s + 1]])
        for a in range(0, n_cells, COLUMNS):
            part = slice(a, a + COLUMNS)
            columns = len(own[part])
            states = run_changed(model, ids[:-1, None].expand(-1, columns).contiguous(),
                                 ColumnAblation(own[part], held[part]))
            logits = product(states.layers[-1].h.flatten(0, 1)).add_(model.decoder.bias).view(-1, columns,
                                                                                           model.decoder.out_features)
            targets = ids[1:, None, None].expand(-1, columns, 1)
            nats = logits.logsumexp(2) - logits.gather(2, targets).squeeze(2)
            best = logits.argmax(2) == ids[-1]
            loss[s, part] = nats.double().sum(0).numpy()
            ends[s, part] = best[-1].numpy()
            false_ends[s, part] = best[:-1].sum(0).numpy()
        if progress is not None:
            progress(s + 1, sentences.n_sentences)
    return AblationSums(loss, ends, false_ends, sentences.lengths - 1)


@dataclass(frozen=True)
class Attribution:
    """First-order change of the loss when a cell is ablated, nats summed over each sentence.

    Attributes
    ----------
    zero, mean : float64 arrays of shape (S, H)
        Held at zero, and at its mean.
    c : float32 array of shape (N, H)
        The untouched c of all tokens.
    """

    zero: np.ndarray
    mean: np.ndarray
    c: np.ndarray


@torch.inference_mode()
def attribute_cells(model: LSTMLanguageModel, sentences: EncodedSentences, means: np.ndarray, *,
                    batch_tokens: int = 4096) -> Attribution:
    """``Σ_t dL/dc_t[j] (a - c_t[j])`` for every cell j, with a = 0 and a = its mean.

    The derivative is the total one, through all later steps, as the cell is held at every step. It costs
    one pass back and forth for all cells together.

    Parameters
    ----------
    means : float array of shape (H,)
        What the cells are held at in ``mean``.
    """
    if len(model.layers) != 1:
        raise ValueError("First-order attribution is written for one layer.")
    hidden = model.config.hidden_size
    zero, mean = np.zeros((sentences.n_sentences, hidden)), np.zeros((sentences.n_sentences, hidden))
    c = np.empty((sentences.n_tokens, hidden), np.float32)
    held = torch.from_numpy(np.asarray(means, np.float32))
    for batch in plan_batches(sentences.lengths, batch_tokens=batch_tokens):
        rows, ids, read = pad_sentences(sentences, batch)
        states = record_batch(model, torch.from_numpy(ids)).layers[0]
        c[rows] = states.c.numpy()[read]
        targets = np.full(ids.shape, -1, np.int64)
        targets[:-1] = np.where(read[1:], ids[1:], -1)
        gradient = _back_through_time(states, _loss_gradient(model, states.h, torch.from_numpy(targets)),
                                      model.layers[0].w_hh)
        zero[batch] = -(gradient * states.c).double().sum(0).numpy()
        mean[batch] = (gradient * (held - states.c)).double().sum(0).numpy()
    return Attribution(zero, mean, c)


def _loss_gradient(model: LSTMLanguageModel, h: Tensor, targets: Tensor) -> Tensor:
    """d(summed cross entropy)/dh, (T, B, H); zero where nothing is predicted."""
    keep = targets >= 0
    probabilities = model.decoder(h[keep]).softmax(1)
    probabilities[torch.arange(len(probabilities)), targets[keep]] -= 1
    gradient = torch.zeros_like(h)
    gradient[keep] = probabilities @ model.decoder.weight
    return gradient


def _back_through_time(states, grad_h: Tensor, w_hh: Tensor) -> Tensor:
    """Total derivative with respect to c after each step, (T, B, H)."""
    total = torch.empty_like(states.c)
    dh, dc = torch.zeros_like(grad_h[0]), torch.zeros_like(grad_h[0])
    for t in range(len(total) - 1, -1, -1):
        i, f, g, o, c = (getattr(states, name)[t] for name in ("i", "f", "g", "o", "c"))
        tanh_c = c.tanh()
        dh = dh + grad_h[t]
        total[t] = dc = dc + dh * o * (1 - tanh_c * tanh_c)
        before = states.c[t - 1] if t else torch.zeros_like(c)
        delta = torch.cat([dc * g * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - g * g),
                           dh * tanh_c * o * (1 - o)], 1)
        dh, dc = delta @ w_hh, dc * f
    return total
