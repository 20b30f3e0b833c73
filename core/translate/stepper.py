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
from core.models.products import Product, pack_bytes, pack_product
from core.models.recurrence import advance, find_ends, run_packed
from core.models.seq2seq import Seq2Seq
from core.translate.choose import CHUNK, pad_to_chunks, take_logs

States = tuple[tuple[State, ...], ...]  # of each model, of each of its layers
ROWS = 384  # whose softmax is taken together: what the processor's caches hold


@dataclass(frozen=True)
class _Layer:
    """One LSTM layer with its weights laid out for many small products."""

    from_input: Product
    from_state: Product
    hidden_size: int

    def advance(self, x: Tensor, state: State, places: Tensor | None = None) -> State:
        """h and c, (R, H), after inputs: vectors (R, E), or tokens (R,) where every token's product is known; from
        states (R, H), or from those at ``places`` (R,)."""
        before, c = self.from_state(state[0]), state[1]
        if places is not None:
            before, c = before.index_select(0, places), c.index_select(0, places)
        cell, h = torch.empty_like(c), torch.empty_like(c)
        advance(self.from_input(x).add_(before), c, cell=cell, out=h)
        return h, cell

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
    coarse : bool
        In integers of 8 bits where the machine has them, else in bfloat16, for searches over thousands of sentences.
        A checkpoint's matrices are such integers already; what is lost is what states and sums are rounded by:
        log-probabilities are off by 0.02 nats on the average and by 0.2 at most, in either way. Whoever wants them
        exact has to ask again.

    Raises
    ------
    CheckpointError
        When there is none, or they differ in the size of a vocabulary.
    """

    def __init__(self, models: Sequence[Seq2Seq], *, coarse: bool = False):
        sizes = {(m.config.source_vocabulary_size, m.config.target_vocabulary_size) for m in models}
        if len(sizes) != 1:
            raise CheckpointError("{n} models with {m} different vocabularies cannot be averaged.",
                                  "Choose checkpoints trained on the same pairs with the same settings.",
                                  n=len(models), m=len(sizes))
        self.models = tuple(models)
        product = pack_bytes if coarse else pack_product
        self._layers = [_lay_out(m.decoder, product, tabulate=coarse) for m in models]
        self._n_columns = -(-self.models[0].config.target_vocabulary_size // CHUNK) * CHUNK
        self._coarse = coarse
        self._softmax = [product(pad_to_chunks(m.decoder.decoder.weight, 0.0),
                                 pad_to_chunks(m.decoder.decoder.bias, -torch.inf)) for m in models]

    @cached_property
    def _encoders(self) -> list[list[_Layer]]:
        """In full precision, laid out when sentences are first read: a coarse search is given its states."""
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
        scores, after = self.expand(tokens, states)
        return take_logs(scores)[:, :self.models[0].config.target_vocabulary_size], after

    @torch.inference_mode()
    def expand(self, tokens: Tensor, states: States, banned: Sequence[int] = (),
               rows: Tensor | None = None) -> tuple[Tensor, States]:
        """As `advance`, with scores for `choose_best` in place of log-probabilities, (R, V'), see `predict`.

        Parameters
        ----------
        banned : sequence of int
            Tokens that get no probability; the others keep theirs.
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
        scores = self.predict(hs)
        scores[:, list(banned)] = 0.0 if self._coarse else -torch.inf
        return scores, tuple(after)

    @torch.inference_mode()
    def predict(self, hs: Sequence[Tensor]) -> Tensor:
        """Scores of the next token, (N, V'), from each model's top h (N, H).

        They are log-probabilities in nats, of a coarse stepper probabilities, see `take_logs`. V' is a whole number of
        chunks; words that do not exist have no probability.
        """
        scores = torch.empty(len(hs[0]), self._n_columns, dtype=torch.bfloat16 if self._coarse else torch.float32)
        softmax = torch.softmax if self._coarse else torch.log_softmax
        for rows, *own in zip(scores.split(ROWS), *(h.split(ROWS) for h in hs), strict=True):
            if len(own) == 1:
                softmax(self._softmax[0](own[0]), 1, out=rows)
                continue
            found = torch.stack([softmax(product(h), 1) for h, product in zip(own, self._softmax, strict=True)])
            rows.copy_(found.float().mean(0) if self._coarse else found.logsumexp(0).sub_(math.log(len(own))))
        return scores


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
        table = pack_product(first.w_ih)(embedding) + first.b
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


def select_rows(states: States, rows: Tensor) -> States:
    """The states of some rows, (R',), in a new order."""
    return tuple(tuple((h.index_select(0, rows), c.index_select(0, rows)) for h, c in own) for own in states)
