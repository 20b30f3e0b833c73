"""One or more decoders, run side by side a token at a time over rows that come and go."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from core.errors import CheckpointError
from core.models.lstm import LSTMLayer, LSTMReader, State
from core.models.packing import Sequences, find_order
from core.models.recurrence import advance, find_ends, pack_product, pad_rows, run_packed
from core.models.seq2seq import Seq2Seq
from core.translate.choose import CHUNK, ROWS, pad_to_chunks

Product = Callable[[Tensor], Tensor]
States = tuple[tuple[State, ...], ...]  # of each model, of each of its layers
MULTIPLIED = 32  # rows in halves are multiplied by multiples of so many
GATED = 192  # rows whose gates are computed together: as `ROWS`


@dataclass(frozen=True)
class _Layer:
    """One LSTM layer with its weights laid out for many small products."""

    from_input: Product
    from_state: Product
    hidden_size: int

    def advance(self, x: Tensor, state: State, places: Tensor | None = None) -> State:
        """h and c, (R, H), after inputs: vectors (R, E), or tokens (R,) where every token's product is known; from
        states (R, H), or from those at ``places`` (R,)."""
        before, c_before = self.from_state(state[0]), state[1]
        c = c_before.new_empty(len(x), c_before.shape[1])
        h = torch.empty_like(c)
        for first in range(0, len(x), GATED):
            rows = slice(first, first + GATED)
            u_h, own = (a[rows] if places is None else a.index_select(0, places[rows]) for a in (before, c_before))
            advance(self.from_input(x[rows]).add_(u_h), own, cell=c[rows], out=h[rows])
        return h, c

    def follow(self, x: Tensor, counts: Sequence[int], state: State) -> tuple[Tensor, Tensor]:
        """As `advance` step by step, with inputs of all steps in a row of N; every h and c, (N, H). See
        `Stepper.follow`."""
        return run_packed(self.from_input(x), self.from_state, *state, counts)


class Stepper:
    """Encoder–decoders that share a vocabulary; the probabilities of their decoders are averaged.

    The models are only read. R rows are hypotheses, whatever sentence they belong to.

    Parameters
    ----------
    models : sequence of Seq2Seq
        One, or an ensemble.
    half : bool
        In bfloat16, for searches over thousands of sentences; log-probabilities of first words are then off by 0.02
        nats on the average (those above -8 by 0.08 at most, those below by 1 %), and whoever wants them exact has to
        ask again.

    Raises
    ------
    CheckpointError
        When there is none, or they differ in the size of a vocabulary.
    """

    def __init__(self, models: Sequence[Seq2Seq], *, half: bool = False):
        sizes = {(m.config.source_vocabulary_size, m.config.target_vocabulary_size) for m in models}
        if len(sizes) != 1:
            raise CheckpointError("{n} models with {m} different vocabularies cannot be averaged.",
                                  "Choose checkpoints trained on the same pairs with the same settings.",
                                  n=len(models), m=len(sizes))
        self.models = tuple(models)
        product = _half_product if half else pack_product
        self._layers = [_lay_out(m.decoder, product, tabulate=half) for m in models]
        self._n_columns = -(-self.models[0].config.target_vocabulary_size // CHUNK) * CHUNK
        self._dtype = torch.bfloat16 if half else torch.float32
        self._softmax = [product(pad_to_chunks(m.decoder.decoder.weight, 0.0),
                                 pad_to_chunks(m.decoder.decoder.bias, -torch.inf)) for m in models]

    @cached_property
    def _encoders(self) -> list[list[_Layer]]:
        """In full precision, laid out when sentences are first read: a search in halves is given its states."""
        return [_lay_out(m.encoder, pack_product) for m in self.models]

    @torch.inference_mode()
    def start(self, sources: Sequence[Sequences]) -> States:
        """Each model's state after its reading of S sentences; rows are sentences.

        Parameters
        ----------
        sources : one (T, S) or packed a model
            As in `Seq2Seq.encode`; models that read in other directions get other orders.
        """
        return tuple(_read(layers, x) for layers, x in zip(self._encoders, sources, strict=True))

    @torch.inference_mode()
    def follow(self, tokens: Tensor, counts: Sequence[int], states: States) -> list[Tensor]:
        """Each model's top h, (N, H), after every one of N given tokens.

        Parameters
        ----------
        tokens : int64 tensor of shape (N,)
            By step: the first of all rows, then the second of those that have one, and so on.
        counts : sequence of int
            Rows of each step, never more than before: the longest stand first.
        """
        hs = []
        for layers, own in zip(self._layers, states, strict=True):
            x = tokens
            for layer, state in zip(layers, own, strict=True):
                x, _ = layer.follow(x, counts, state)
            hs.append(x)
        return hs

    @torch.inference_mode()
    def advance(self, tokens: Tensor, states: States) -> tuple[Tensor, States]:
        """Log-probabilities of the next token in nats, (R, V), and the states after reading tokens (R,)."""
        log_p, after = self.expand(tokens, states)
        return log_p[:, :self.models[0].config.target_vocabulary_size].float(), after

    @torch.inference_mode()
    def expand(self, tokens: Tensor, states: States, banned: Sequence[int] = (),
               rows: Tensor | None = None) -> tuple[Tensor, States]:
        """As `advance`, for `choose_best`: with columns at -inf up to a whole number of chunks.

        Parameters
        ----------
        banned : sequence of int
            Tokens that are at -inf too; the others keep their probability.
        rows : int64 tensor of shape (R,), optional
            The states before the tokens; by default each its own. What is multiplied with a state is multiplied once,
            however many hypotheses it has brought forth.
        """
        places = None
        if rows is not None:
            kept, places = rows.unique(return_inverse=True)
            states = select_rows(states, kept)
        hs, after = [], []
        for layers, own_states in zip(self._layers, states, strict=True):
            x, own = tokens, []
            for layer, state in zip(layers, own_states, strict=True):
                own.append(layer.advance(x, state, places))
                x = own[-1][0]
            hs.append(x)
            after.append(tuple(own))
        log_p = self.predict(hs)
        log_p[:, list(banned)] = -torch.inf
        return log_p, tuple(after)

    @torch.inference_mode()
    def predict(self, hs: Sequence[Tensor]) -> Tensor:
        """Log-probabilities of the next token in nats, (N, V'), from each model's top h (N, H); V' as in `expand`."""
        log_p = torch.empty(len(hs[0]), self._n_columns, dtype=self._dtype)
        for rows, *own in zip(log_p.split(ROWS), *(h.split(ROWS) for h in hs), strict=True):
            if len(own) == 1:
                torch.log_softmax(self._softmax[0](own[0]), 1, out=rows)
            else:
                found = [torch.log_softmax(product(h), 1) for h, product in zip(own, self._softmax, strict=True)]
                rows.copy_(torch.stack(found).float().logsumexp(0).sub_(math.log(len(found))))
        return log_p


def _read(layers: Sequence[_Layer], source: Sequences) -> tuple[State, ...]:
    """The states of all layers after the last token of every sentence."""
    order, last = find_order(source), []
    x, counts = order.ids.flatten(), order.counts or [order.batch] * len(order.ids)
    ends = find_ends(counts)
    for layer in layers:
        zero = torch.zeros(order.batch, layer.hidden_size)
        x, c = layer.follow(x, counts, (zero, zero))
        last.append(order.restore((x[ends], c[ends])))
    return tuple(last)


def _lay_out(reader: LSTMReader, product: Callable[[Tensor], Product], *, tabulate: bool = False) -> list[_Layer]:
    """Layers of an encoder or decoder; ``tabulate`` multiplies the first one's weights with every word beforehand."""
    first, *others = reader.layers
    embedding = reader.embedding.weight
    if tabulate:
        table = product(first.w_ih)(embedding) + first.b
        lowest = _Layer(lambda tokens: table.index_select(0, tokens), product(first.w_hh), first.w_hh.shape[1])
    else:
        own = product(first.w_ih)

        def read_words(tokens: Tensor) -> Tensor:
            words, place = tokens.unique(return_inverse=True)  # of a thousand words in a row few are new
            return (own(embedding.index_select(0, words)) + first.b).index_select(0, place)

        lowest = _Layer(read_words, product(first.w_hh), first.w_hh.shape[1])
    return [lowest, *(_lay_out_upper(layer, product) for layer in others)]


def _lay_out_upper(layer: LSTMLayer, product: Callable[[Tensor], Product]) -> _Layer:
    own = product(layer.w_ih)
    return _Layer(lambda x: own(x) + layer.b, product(layer.w_hh), layer.w_hh.shape[1])


def _half_product(weight: Tensor, bias: Tensor | None = None) -> Product:
    """`pack_product` in bfloat16; what is added to it makes it float32.

    oneDNN prepares every number of rows that it has not seen for about 1 ms, a third of such a product; so there are
    few of them.
    """
    low = pack_product(weight.bfloat16(), None if bias is None else bias.bfloat16())

    return lambda x: low(pad_rows(x, torch.bfloat16, -(-len(x) // MULTIPLIED) * MULTIPLIED))[:len(x)]


def select_rows(states: States, rows: Tensor) -> States:
    """The states of some rows, (R',), in a new order."""
    return tuple(tuple((h.index_select(0, rows), c.index_select(0, rows)) for h, c in own) for own in states)
