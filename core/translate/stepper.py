"""One or more decoders, run side by side a token at a time over rows that come and go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from core.errors import CheckpointError
from core.models.lstm import LSTMLayer, LSTMReader, State
from core.models.packing import Sequences, find_order
from core.models.recurrence import find_ends, pack_product, run_packed, tanh_
from core.models.seq2seq import Seq2Seq
from core.translate.choose import pad_to_chunks

Product = Callable[[Tensor], Tensor]
States = tuple[tuple[State, ...], ...]  # of each model, of each of its layers
ROWS = 384  # whose log-probabilities are computed together: what the processor's caches hold


@dataclass(frozen=True)
class _Layer:
    """One LSTM layer with its weights laid out for many small products."""

    from_input: Product
    from_state: Product

    def advance(self, x: Tensor, state: State) -> State:
        """h and c, (R, H), after inputs: vectors (R, E), or tokens (R,) where every token's product is known."""
        return self._advance(self.from_input(x), *state)

    def follow(self, x: Tensor, counts: Sequence[int], state: State) -> Tensor:
        """As `advance` step by step, with inputs of all steps in a row of N; every h, (N, H). See `Stepper.follow`."""
        hs, (h, c) = [], state
        for gates in self.from_input(x).split(list(counts)):
            h, c = self._advance(gates, h[:len(gates)], c[:len(gates)])
            hs.append(h)
        return torch.cat(hs)

    def _advance(self, gates: Tensor, h: Tensor, c: Tensor) -> State:
        gates.add_(self.from_state(h))
        hidden = h.shape[1]
        gates[:, :2 * hidden].sigmoid_()
        tanh_(gates[:, 2 * hidden:3 * hidden])
        gates[:, 3 * hidden:].sigmoid_()
        i, f, g, o = gates.split(hidden, dim=1)
        c = torch.addcmul(f * c, i, g)
        return tanh_(c.clone()).mul_(o), c

    def read(self, x: Tensor, counts: Sequence[int]) -> tuple[Tensor, State]:
        """As `follow` from zero, with the last h and c of every row beside it."""
        gates = self.from_input(x)
        zero, ends = gates.new_zeros(counts[0], gates.shape[1] // 4), find_ends(counts)
        hs, cs = run_packed(gates, self.from_state, zero, zero, counts)
        return hs, (hs[ends], cs[ends])


class Stepper:
    """Encoder–decoders that share a vocabulary; the probabilities of their decoders are averaged.

    The models are only read. R rows are hypotheses, whatever sentence they belong to.

    Parameters
    ----------
    models : sequence of Seq2Seq
        One, or an ensemble.
    half : bool
        Products in bfloat16, for searches over thousands of sentences; log-probabilities are then right to about 0.03
        nats, and whoever wants them exact has to ask again.

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
        self._softmax = [(product(pad_to_chunks(m.decoder.decoder.weight, 0.0)),
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
                x = layer.follow(x, counts, state)
            hs.append(x)
        return hs

    @torch.inference_mode()
    def advance(self, tokens: Tensor, states: States) -> tuple[Tensor, States]:
        """Log-probabilities of the next token in nats, (R, V), and the states after reading tokens (R,)."""
        log_p, after = self.expand(tokens, states)
        return log_p[:, :self.models[0].config.target_vocabulary_size], after

    @torch.inference_mode()
    def expand(self, tokens: Tensor, states: States, banned: Sequence[int] = ()) -> tuple[Tensor, States]:
        """As `advance`, for `choose_best`: with columns at -inf up to a whole number of chunks.

        Parameters
        ----------
        banned : sequence of int
            Tokens that are at -inf too; the others keep their probability.
        """
        hs, after = [], []
        for layers, own_states in zip(self._layers, states, strict=True):
            x, own = tokens, []
            for layer, state in zip(layers, own_states, strict=True):
                own.append(layer.advance(x, state))
                x = own[-1][0]
            hs.append(x)
            after.append(tuple(own))
        log_p = self.predict(hs)
        log_p[:, list(banned)] = -torch.inf
        return log_p, tuple(after)

    @torch.inference_mode()
    def predict(self, hs: Sequence[Tensor]) -> Tensor:
        """Log-probabilities of the next token in nats, (N, V'), from each model's top h (N, H); V' as in `expand`."""
        log_p = torch.empty(len(hs[0]), len(self._softmax[0][1]))
        logits = torch.empty_like(log_p[:ROWS])
        for rows, *own in zip(log_p.split(ROWS), *(h.split(ROWS) for h in hs), strict=True):
            found = []
            for h, (product, bias) in zip(own, self._softmax, strict=True):
                torch.add(product(h), bias, out=logits[:len(h)])
                found.append(torch.log_softmax(logits[:len(h)], 1, out=rows if len(hs) == 1 else None))
            if len(hs) > 1:
                torch.logsumexp(torch.stack(found), 0, out=rows).sub_(torch.tensor(len(found)).log())
        return log_p


def _read(layers: Sequence[_Layer], source: Sequences) -> tuple[State, ...]:
    """The states of all layers after the last token of every sentence."""
    order, last = find_order(source), []
    x, counts = order.ids.flatten(), order.counts or [order.batch] * len(order.ids)
    for layer in layers:
        x, state = layer.read(x, counts)
        last.append(order.restore(state))
    return tuple(last)


def _lay_out(reader: LSTMReader, product: Callable[[Tensor], Product], *, tabulate: bool = False) -> list[_Layer]:
    """Layers of an encoder or decoder; ``tabulate`` multiplies the first one's weights with every word beforehand."""
    first, *others = reader.layers
    embedding = reader.embedding.weight
    if tabulate:
        table = (product(first.w_ih)(embedding) + first.b).bfloat16()
        lowest = _Layer(lambda tokens: table[tokens].float(), product(first.w_hh))
    else:
        own = product(first.w_ih)

        def read_words(tokens: Tensor) -> Tensor:
            words, place = tokens.unique(return_inverse=True)  # of a thousand words in a row few are new
            return (own(embedding[words]) + first.b)[place]

        lowest = _Layer(read_words, product(first.w_hh))
    return [lowest, *(_lay_out_upper(layer, product) for layer in others)]


def _lay_out_upper(layer: LSTMLayer, product: Callable[[Tensor], Product]) -> _Layer:
    own = product(layer.w_ih)
    return _Layer(lambda x: own(x) + layer.b, product(layer.w_hh))


def _half_product(weight: Tensor) -> Product:
    """A function ``x → x @ weight.T`` in bfloat16; what is added to it makes it float32."""
    low = pack_product(weight.bfloat16())
    return lambda x: low(x.bfloat16())


def select_rows(states: States, rows: Tensor) -> States:
    """The states of some rows, (R',), in a new order."""
    return tuple(tuple((h.index_select(0, rows), c.index_select(0, rows)) for h, c in own) for own in states)
