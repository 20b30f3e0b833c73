"""The best continuations of many searches at once, without a sort of all words."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

CHUNK = 64  # words that are looked at together for the largest
ROWS = 384  # whose log-probabilities are worked on together: what the processor's caches hold


def pad_to_chunks(tensor: Tensor, value: float) -> Tensor:
    """A tensor of V rows with rows of a value after them, up to a whole number of chunks."""
    missing = -len(tensor) % CHUNK
    return torch.cat([tensor, tensor.new_full((missing, *tensor.shape[1:]), value)])


def choose_best(log_p: Tensor, before: Tensor, counts: Sequence[int],
                n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ``n`` most probable continuations of every search.

    A search's n best words lie in the n of its chunks, over all its hypotheses, that hold the largest sums; only those
    are sorted.

    Parameters
    ----------
    log_p : float32 tensor of shape (R, V')
        Of every word after every hypothesis, nats; V' is a multiple of `CHUNK`, and what must not come is at -inf.
    before : float64 tensor of shape (R,)
        Scores of the hypotheses.
    counts : sequence of int
        Hypotheses of each of S searches, at least one, in the order of the rows.
    n : int

    Returns
    -------
    rows, words : int64 arrays of shape (S, n')
        In the order of falling sums with what came before; n' ≤ n.
    log_p : float32 array of shape (S, n')
        Of the words; -inf where there are no more.
    """
    n_rows, size = log_p.shape
    n_chunks = size // CHUNK
    chunks = log_p.view(n_rows * n_chunks, CHUNK)
    rows_of = torch.tensor(counts)
    first, widest = rows_of.cumsum(0) - rows_of, max(counts)
    owner = torch.repeat_interleave(rows_of)
    place = torch.arange(n_rows) - first[owner]
    largest = before.new_full((len(counts), widest, n_chunks), -torch.inf)
    tops = torch.cat([piece.view(len(piece), n_chunks, CHUNK).float().amax(2)  # in halves it takes four times as long
                      for piece in log_p.split(ROWS)])
    largest[owner, place] = tops + before[:, None]
    found = largest.flatten(1).topk(min(n, widest * n_chunks))
    row = torch.where(found.values > -torch.inf, first[:, None] + found.indices // n_chunks, 0)
    chunk = found.indices % n_chunks
    sums = chunks.index_select(0, (row * n_chunks + chunk).flatten()).view(*row.shape, CHUNK) + before[row, None]
    sums[found.values == -torch.inf] = -torch.inf
    best = sums.flatten(1).topk(min(n, sums[0].numel()))
    which = best.indices // CHUNK
    rows, words = row.gather(1, which), chunk.gather(1, which) * CHUNK + best.indices % CHUNK
    values = torch.where(best.values > -torch.inf, log_p[rows, words].float(), -torch.inf)
    return rows.numpy(), words.numpy(), values.numpy()
