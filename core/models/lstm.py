"""The LSTM language model of seed 000: p(next token) = softmax(W h + b)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from core.models.dropout import Dropout, drop_out
from core.models.packing import Sequences, find_order
from core.models.products import round_rows
from core.models.recurrence import LSTMSequence

State = tuple[Tensor, Tensor]  # h and c of one layer, each (B, H)


@dataclass(frozen=True)
class LSTMConfig:
    """Sizes of an LSTM language model."""

    vocabulary_size: int
    embedding_size: int
    hidden_size: int
    n_layers: int = 1
    input_dropout: float = 0.2   # on embeddings; the seed names 0.2 and 0.5 without saying where
    output_dropout: float = 0.5  # on h before the softmax (and between layers)


class LSTMLayer(nn.Module):
    """One layer; gates in the order i, f, g, o and one bias (the sum of `nn.LSTM`'s two)."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        bound = 1 / math.sqrt(hidden_size)  # nn.LSTM's own initial range
        self.w_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size).uniform_(-bound, bound))
        self.w_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size).uniform_(-bound, bound))
        self.b = nn.Parameter(torch.empty(4 * hidden_size).uniform_(-bound, bound))
        self.weight_drop = 0.0  # share of w_hh left out of a training step (Merity, Keskar and Socher 2018)

    def forward(self, x: Tensor, dtype: torch.dtype = torch.float32, *, state: State | None = None,
                counts: Sequence[int] | None = None, places: Tensor | None = None) -> tuple[Tensor, State]:
        """Hidden states (T, B, H) for inputs (T, B, E), or (N, H) for packed ones (N, E), and the last states.

        Parameters
        ----------
        state : (h, c), each of shape (B, H), optional
            Before the first step; zero by default.
        counts : sequence of int, optional
            Rows of each step of packed inputs, see `core.models.recurrence`.
        places : int64 tensor of shape (T, B) or (N,), optional
            Where each of W inputs ``x``, (W, E), stands.
        """
        w_hh = drop_out(self.w_hh, self.weight_drop, self.training)
        if x.is_cuda:  # cuDNN's fused kernel wins there
            return self._run_fused(x if places is None else x[places], w_hh, state, counts)
        h, c = (None, None) if state is None else state
        hs, h, c = LSTMSequence.apply(x, self.w_ih, w_hh, self.b, dtype, h, c, counts, places)
        return hs, (h, c)

    def _run_fused(self, x: Tensor, w_hh: Tensor, state: State | None,
                   counts: Sequence[int] | None) -> tuple[Tensor, State]:
        zero = x.new_zeros(counts[0] if counts else x.shape[1], w_hh.shape[1])
        first = tuple(s[None] for s in (state or (zero, zero)))
        weights = [self.w_ih, w_hh, self.b, torch.zeros_like(self.b)]
        settings = (weights, True, 1, 0.0, self.training, False)
        if counts:
            hs, h, c = torch._VF.lstm(x, torch.tensor(counts), first, *settings)
        else:
            hs, h, c = torch._VF.lstm(x, first, *settings, False)
        return hs, (h[0], c[0])


class LSTMReader(nn.Module):
    """Embedding and LSTM layers: what reads, and predicts nothing.

    Attributes
    ----------
    start : tuple of (h, c), each of shape (H,), or None
        One a layer, before the first token of every sequence; None for zero. It is no parameter: whoever lets a
        decoder read on its own says where it begins.
    by_word : bool
        Whether a word is read once a batch: its embedding loses the same numbers to dropout wherever it stands, and
        the first layer's weights are multiplied with it once.
    """

    def __init__(self, config: LSTMConfig):
        super().__init__()
        self.config, self.start, self.by_word = config, None, False
        self._build(config)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        self.drop_in, self.drop_out = Dropout(config.input_dropout), Dropout(config.output_dropout)

    def _build(self, config: LSTMConfig) -> None:
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size)
        sizes = [config.embedding_size] + [config.hidden_size] * config.n_layers
        self.layers = nn.ModuleList(LSTMLayer(a, b) for a, b in pairwise(sizes))

    def first_states(self, batch: int) -> tuple[State, ...]:
        """(h, c) of every layer before the first token, each (B, H)."""
        zero = self.embedding.weight.new_zeros(self.config.hidden_size)
        start = self.start or ((zero, zero),) * self.config.n_layers
        return tuple((h.expand(batch, -1), c.expand(batch, -1)) for h, c in start)

    def read(self, ids: Sequences, dtype: torch.dtype = torch.float32, *,
             states: tuple[State, ...] | None = None) -> tuple[Tensor, tuple[State, ...]]:
        """Top hidden states before their dropout and the last state of every layer.

        Parameters
        ----------
        ids : int64 tensor of shape (T, B), or PackedSequence of N rows
        states : tuple of (h, c), optional
            One a layer, each of shape (B, H), before the first step; `first_states` by default.

        Returns
        -------
        h : tensor of shape (T, B, H), or (N, H) in the order of the rows
        last : tuple of (h, c), each of shape (B, H)
            As ``states`` in the order in which sequences were packed, whatever their lengths.
        """
        order = find_order(ids)
        if states is None and self.start is not None:
            states = self.first_states(order.batch)
        ids, places = order.ids.unique(return_inverse=True) if self.by_word else (order.ids, None)
        h, last = self.drop_in(self.embedding(ids)), []
        for k, layer in enumerate(self.layers):
            h, state = layer(self.drop_out(h) if k else h, dtype, counts=order.counts,
                             state=order.sort(states[k]) if states else None, places=None if k else places)
            last.append(order.restore(state))
        return h, tuple(last)


class LSTMLanguageModel(LSTMReader):
    """A reader with softmax weights."""

    def _build(self, config: LSTMConfig) -> None:
        super()._build(config)
        self.decoder = nn.Linear(config.hidden_size, config.vocabulary_size)

    def forward(self, ids: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """Top hidden states, (T, B, H), for token ids (T, B)."""
        return self.drop_out(self.run_layers(ids, dtype))

    def run_layers(self, ids: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """Top hidden states before their dropout, (T, B, H): what an activation penalty reads."""
        return self.read(ids, dtype)[0]

    def loss(self, ids: Tensor, targets: Tensor, dtype: torch.dtype = torch.float32) -> tuple[Tensor, int]:
        """Summed cross entropy in nats over targets ≥ 0, and their number."""
        return self.score(self(ids, dtype), targets, dtype)

    def score(self, h: Tensor, targets: Tensor, dtype: torch.dtype = torch.float32) -> tuple[Tensor, int]:
        """As `loss`, from top hidden states (…, H) of targets (…)."""
        keep = targets >= 0
        if not keep.all():  # to select is to copy, and its gradient to write as much again
            h, targets = h[keep], targets[keep]
        h, targets = h.flatten(0, -2).to(dtype), targets.flatten()
        n = len(targets)
        if missing := round_rows(n) - n:
            h, targets = nn.functional.pad(h, (0, 0, 0, missing)), nn.functional.pad(targets, (0, missing), value=-1)
        logits = nn.functional.linear(h, self.decoder.weight.to(dtype), self.decoder.bias.to(dtype))
        return nn.functional.cross_entropy(logits, targets, reduction="sum", ignore_index=-1), n
