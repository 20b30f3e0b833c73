"""Cells of an encoder–decoder from the first word read to the last word written (Sutskever et al. 2014, Figure 1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.states.lstm import BatchStates
from core.states.seq2seq import record_pair


@dataclass(frozen=True, eq=False)
class PairCells:
    """Both halves in a row: N tokens, of which the encoder reads the first M; L layers of H cells.

    Attributes
    ----------
    tokens : tuple of str, length N
        The encoder's in the order in which it reads them, then the decoder's.
    n_read : int
        M; at row M the decoder starts from the state of row M - 1.
    c, h : float32 arrays of shape (L, N, H)
        After each token.
    """

    tokens: tuple[str, ...]
    n_read: int
    c: np.ndarray
    h: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """Layers and cells."""
        return self.c.shape[0], self.c.shape[2]


def read_cells(checkpoint: Seq2SeqCheckpoint, source: Sequence[str], target: Sequence[int]) -> PairCells:
    """Read a source and write a translation.

    Parameters
    ----------
    source : sequence of str
        Words in the order in which they are written.
    target : sequence of int
        Ids of the translation's words, without markers.
    """
    found = record_pair(checkpoint, source, target)
    return PairCells((*found.source, *found.target), len(found.source),
                     *(np.concatenate([_stack(half, name) for half in (found.encoder, found.decoder)], 1)
                       for name in ("c", "h")))


def _stack(states: BatchStates, name: str) -> np.ndarray:
    """(L, T, H)."""
    return np.stack([getattr(layer, name)[:, 0].numpy() for layer in states.layers])


def rank_cells(values: np.ndarray) -> np.ndarray:
    """Cells by how far they travel, Σ_t |v_t - v_{t-1}| from 0 before the first token; the farthest first.

    Parameters
    ----------
    values : array of shape (N, H)

    Returns
    -------
    int64 array of shape (H,)
    """
    return np.argsort(-np.abs(np.diff(values, axis=0, prepend=0)).sum(0), kind="stable")
