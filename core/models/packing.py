"""Sequences of unequal length side by side without padding, in torch's own form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_sequence

Sequences = Tensor | PackedSequence  # ids of B sequences: (T, B) of one length, or N rows of any


def pack_rows(rows: Iterable[np.ndarray], device: torch.device | str = "cpu") -> PackedSequence:
    """B sequences of ids, each (T,) or (T, K) and not empty, in N rows, (N,) or (N, K), as int64."""
    packed = pack_sequence([torch.from_numpy(row) for row in rows], enforce_sorted=False)
    return packed._replace(data=packed.data.long()).to(device)


@dataclass(frozen=True)
class Order:
    """How sequences lie in rows.

    Attributes
    ----------
    ids : tensor of shape (T, B) or (N,)
    batch : int
    counts : sequence of int, or None
        Rows of each step; None where all have B.
    """

    ids: Tensor
    batch: int
    counts: Sequence[int] | None = None
    longest_first: Tensor | None = None
    as_given: Tensor | None = None

    def sort(self, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """h and c, (B, H), of sequences as they were given, in the order of the rows."""
        return _select(state, self.longest_first)

    def restore(self, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """The reverse of `sort`."""
        return _select(state, self.as_given)


def find_order(ids: Sequences) -> Order:
    """How these sequences lie."""
    if isinstance(ids, PackedSequence):
        counts = ids.batch_sizes.tolist()
        return Order(ids.data, counts[0], counts, ids.sorted_indices, ids.unsorted_indices)
    return Order(ids, ids.shape[1])


def _select(state: tuple[Tensor, Tensor], rows: Tensor | None) -> tuple[Tensor, Tensor]:
    if rows is None:
        return state
    return state[0].index_select(0, rows), state[1].index_select(0, rows)
