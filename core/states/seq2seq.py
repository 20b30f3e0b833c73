"""Record both halves of an encoder–decoder: the encoder over a source, the decoder over a translation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.models.lstm import State
from core.models.packing import pack_rows
from core.states.lstm import BatchStates, record_batch
from core.tokens.linearise import ST


@dataclass(frozen=True)
class PairStates:
    """What was seen inside while one pair was read and written.

    Attributes
    ----------
    encoder : BatchStates
        (T, 1, H) over start, the source's words in the order in which they are read, end.
    decoder : BatchStates
        (T' + 1, 1, H) over start and the translation's words; row t is the state that expects word t.
    source, target : tuple of str
        The tokens of these rows.
    """

    encoder: BatchStates
    decoder: BatchStates
    source: tuple[str, ...]
    target: tuple[str, ...]


def last_states(recorded: BatchStates) -> tuple[State, ...]:
    """h and c of every layer after the last step, each (B, H)."""
    return tuple((layer.h[-1], layer.c[-1]) for layer in recorded.layers)


def record_pair(checkpoint: Seq2SeqCheckpoint, source: Sequence[str], target: Sequence[int]) -> PairStates:
    """Record one pair.

    Parameters
    ----------
    source : sequence of str
        Words in the order in which they are written.
    target : sequence of int
        Ids of a translation's words, without markers.
    """
    vocabulary = checkpoint.vocabulary
    ids = vocabulary.encode_source(source, reverse=checkpoint.card.reverse)
    encoder = record_batch(checkpoint.model.encoder, torch.from_numpy(ids)[:, None])
    words = [vocabulary.target.ids[ST], *target]
    decoder = record_batch(checkpoint.model.decoder, torch.tensor(words)[:, None], states=last_states(encoder))
    return PairStates(encoder, decoder, tuple(vocabulary.source.tokens[i] for i in ids),
                      tuple(vocabulary.target.tokens[i] for i in words))


def record_sentence_vectors(checkpoint: Seq2SeqCheckpoint, sentences: Sequence[Sequence[str]], *,
                            batch: int = 128) -> dict[str, np.ndarray]:
    """What the decoder is given of each of S sentences (the paper's v, Figure 2).

    Returns
    -------
    dict
        ``layer0.h``, ``layer0.c``, … → float32 array of shape (S, H).
    """
    rows = [checkpoint.vocabulary.encode_source(words, reverse=checkpoint.card.reverse) for words in sentences]
    config = checkpoint.model.config
    names = [f"layer{k}.{name}" for k in range(config.n_layers) for name in "hc"]
    vectors = {name: np.empty((len(rows), config.hidden_size), np.float32) for name in names}
    order = np.argsort([len(r) for r in rows], kind="stable")
    for i in range(0, len(order), batch):
        own = order[i:i + batch]
        for k, state in enumerate(_read(checkpoint, [rows[s] for s in own])):
            for name, tensor in zip("hc", state, strict=True):
                vectors[f"layer{k}.{name}"][own] = tensor.numpy()
    return vectors


@torch.inference_mode()
def _read(checkpoint: Seq2SeqCheckpoint, rows: Sequence[np.ndarray]) -> tuple[State, ...]:
    return checkpoint.model.encode(pack_rows(rows))
