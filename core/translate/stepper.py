"""One or more decoders, run side by side a token at a time over rows that come and go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import CheckpointError
from core.models.lstm import LSTMLayer, State
from core.models.recurrence import pack_product, tanh_
from core.models.seq2seq import Seq2Seq
from core.translate.choose import pad_to_chunks

Product = Callable[[Tensor], Tensor]
States = tuple[tuple[State, ...], ...]  # of each model, of each of its layers


@dataclass(frozen=True)
class _Layer:
    """One LSTM layer with its weights laid out for many small products."""

    from_input: Product
    from_state: Product

    def advance(self, x: Tensor, state: State) -> State:
        """h and c, (R, H), after inputs: vectors (R, E), or tokens (R,) where every token's product is known."""
        h, c = state
        gates = self.from_input(x).add_(self.from_state(h))
        hidden = h.shape[1]
        gates[:, :2 * hidden].sigmoid_()
        tanh_(gates[:, 2 * hidden:3 * hidden])
        gates[:, 3 * hidden:].sigmoid_()
        i, f, g, o = gates.split(hidden, dim=1)
        c = torch.addcmul(f * c, i, g)
        return tanh_(c.clone()).mul_(o), c


class Stepper:
    """Decoders that share a vocabulary; their probabilities are averaged.

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
        self._layers = [_lay_out(m, product, tabulate=half) for m in models]
        self._softmax = [(product(pad_to_chunks(m.decoder.decoder.weight, 0.0)),
                          pad_to_chunks(m.decoder.decoder.bias, -torch.inf)) for m in models]

    @torch.inference_mode()
    def start(self, sources: Sequence[Tensor], absents: Sequence[Tensor | None]) -> States:
        """Each model's state after its reading of S sentences; rows are sentences.

        Parameters
        ----------
        sources, absents : one tensor (T, S) a model
            As in `Seq2Seq.encode`; models that read in other directions get other orders.
        """
        return tuple(m.encode(s, a) for m, s, a in zip(self.models, sources, absents, strict=True))

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
        log_p, after = [], []
        for k, own_states in enumerate(states):
            x, own = tokens, []
            for layer, state in zip(self._layers[k], own_states, strict=True):
                own.append(layer.advance(x, state))
                x = own[-1][0]
            softmax, bias = self._softmax[k]
            log_p.append(softmax(x).add_(bias).log_softmax(1))
            after.append(tuple(own))
        mean = log_p[0]
        if len(log_p) > 1:
            mean = torch.stack(log_p).logsumexp(0).sub_(torch.tensor(len(log_p)).log())
        mean[:, list(banned)] = -torch.inf
        return mean, tuple(after)


def _lay_out(model: Seq2Seq, product: Callable[[Tensor], Product], *, tabulate: bool) -> list[_Layer]:
    """Layers of a decoder; ``tabulate`` multiplies the first one's weights with every word beforehand."""
    first, *others = model.decoder.layers
    embedding = model.decoder.embedding.weight
    if tabulate:
        table = (_half_product(first.w_ih)(embedding) + first.b).bfloat16()
        read = _Layer(lambda tokens: table[tokens].float(), product(first.w_hh))
    else:
        own = product(first.w_ih)
        read = _Layer(lambda tokens: own(embedding[tokens]).add_(first.b), product(first.w_hh))
    return [read, *(_lay_out_upper(layer, product) for layer in others)]


def _lay_out_upper(layer: LSTMLayer, product: Callable[[Tensor], Product]) -> _Layer:
    own = product(layer.w_ih)
    return _Layer(lambda x: own(x).add_(layer.b), product(layer.w_hh))


def _half_product(weight: Tensor) -> Product:
    """A function ``x → x @ weight.T`` in bfloat16."""
    low = pack_product(weight.bfloat16())
    return lambda x: low(x.bfloat16()).float()


def select_rows(states: States, rows: Tensor) -> States:
    """The states of some rows, (R',), in a new order."""
    return tuple(tuple((h.index_select(0, rows), c.index_select(0, rows)) for h, c in own) for own in states)
