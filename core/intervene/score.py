"""Many sentences under a change: what is predicted next, and some cells of c, without keeping the rest."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.intervene.run import Change, run_changed
from core.models.lstm import LSTMLanguageModel
from core.models.products import pack_product
from core.tokens.batches import plan_batches
from core.tokens.encoded import EncodedSentences


@dataclass(frozen=True)
class ScoredText:
    """M predicted positions (every token but the last of each sentence) and N tokens.

    Attributes
    ----------
    row : int64 array of shape (M,)
        Index of the token just read.
    target, predicted : int64 arrays of shape (M,)
        Ids of what came and of the most probable token.
    log_probability : float32 array of shape (M,)
        Of what came, in nats.
    c : float32 array of shape (N, K)
        The cells asked for, after each token.
    """

    row: np.ndarray
    target: np.ndarray
    predicted: np.ndarray
    log_probability: np.ndarray
    c: np.ndarray


def take_sentences(sentences: EncodedSentences, chosen: np.ndarray) -> EncodedSentences:
    """Some sentences of a text, in the order given; documents keep their numbers."""
    spans = [slice(sentences.starts[s], sentences.starts[s + 1]) for s in chosen]
    rows = np.concatenate([np.arange(s.start, s.stop) for s in spans]) if spans else np.zeros(0, np.int64)
    return EncodedSentences(
        ids=sentences.ids[rows], starts=np.concatenate([[0], np.cumsum(sentences.lengths[chosen])]).astype(np.int64),
        depth=sentences.depth[rows], phrase_depth=sentences.phrase_depth[rows],
        tags=tuple(sentences.tags[r] for r in rows), tokens=tuple(sentences.tokens[r] for r in rows),
        document=sentences.document[chosen], documents=sentences.documents)


def spread_sentences(sentences: EncodedSentences, n_tokens: int) -> np.ndarray:
    """Indices of every k-th sentence, about `n_tokens` tokens in all, at least one."""
    share = max(1.0, sentences.n_tokens / max(n_tokens, 1))
    return np.unique(np.arange(0, sentences.n_sentences, share).astype(np.int64))


@torch.inference_mode()
def score_text(model: LSTMLanguageModel, sentences: EncodedSentences, change: Change | None = None, *,
               cells: tuple[int, ...] = (), batch_tokens: int = 4096, decode: bool = True) -> ScoredText:
    """Read sentences under a change.

    Parameters
    ----------
    cells : tuple of int
        Cells of the first layer's c to keep.
    decode : bool
        Without, only c is measured: ``predicted`` is -1 and ``log_probability`` NaN.
    """
    last = np.zeros(sentences.n_tokens, bool)
    last[sentences.starts[1:] - 1] = True
    predicted = np.full(sentences.n_tokens, -1, np.int64)
    logp = np.full(sentences.n_tokens, np.nan, np.float32)
    c = np.empty((sentences.n_tokens, len(cells)), np.float32)
    product = pack_product(model.decoder.weight)
    for batch in plan_batches(sentences.lengths, batch_tokens=batch_tokens):
        rows, ids, read = pad_sentences(sentences, batch)
        states = run_changed(model, torch.from_numpy(ids), change)
        c[rows] = states.layers[0].c[:, :, list(cells)].numpy()[read]
        if decode:
            inner = ~last[rows]
            h = states.layers[-1].h[torch.from_numpy(read)][torch.from_numpy(inner)]
            targets = torch.from_numpy(sentences.ids[rows[inner] + 1])
            best, own = _decode(h, targets, product, model.decoder.bias)
            predicted[rows[inner]], logp[rows[inner]] = best, own
    row = np.flatnonzero(~last)
    return ScoredText(row, sentences.ids[row + 1], predicted[row], logp[row], c)


def pad_sentences(sentences: EncodedSentences, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Some sentences as a time-first batch.

    Returns
    -------
    rows : int64 array of shape (n,)
        The flat index of every token of the batch, in the order of ``ids[read]``.
    ids : int64 array of shape (T, B)
        0 after a sentence's end.
    read : bool array of shape (T, B)
        Where there is a token.
    """
    lengths = sentences.lengths[batch]
    read = np.arange(lengths.max())[:, None] < lengths[None]
    at = np.where(read, np.arange(lengths.max())[:, None] + sentences.starts[batch][None], 0)
    return at[read], np.where(read, sentences.ids[at], 0), read


def _decode(h: Tensor, targets: Tensor, product, bias: Tensor, chunk: int = 2048) -> tuple[np.ndarray, np.ndarray]:
    best, own = [], []
    for a in range(0, len(h), chunk):
        logits = product(h[a:a + chunk]).add_(bias)
        mine = logits.gather(1, targets[a:a + chunk, None]).squeeze(1)
        best.append(logits.argmax(1))
        own.append(mine - logits.logsumexp(1))
    return (torch.cat(best).numpy(), torch.cat(own).numpy()) if best else (np.zeros(0, int), np.zeros(0, np.float32))
