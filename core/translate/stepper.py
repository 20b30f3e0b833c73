"""One or more decoders, run side by side a token at a time over rows that come and go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import CheckpointError
from core.models.lstm import LSTMLayer, State
from core.models.recurrence import pack_product, tanh_
from core.models.seq2seq import Seq2Seq

Product = Callable[[Tensor], Tensor]
States = tuple[tuple[State, ...], ...]  # of each model, of each of its layers


@dataclass(frozen=True)
class _Layer:
    """One LSTM layer with its weights laid out for many small products."""

    from_input: Product
    from_state: Product
    bias: Tensor

    def advance(self, x: Tensor, state: State) -> State:
        """h and c, (R, H), after inputs (R, E)."""
        h, c = state
        gates = self.from_input(x).add_(self.bias).add_(self.from_state(h))
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

    Raises
    ------
    CheckpointError
        When there is none, or they differ in the size of a vocabulary.
    """

    def __init__(self, models: Sequence[Seq2Seq]):
        sizes = {(m.config.source_vocabulary_size, m.config.target_vocabulary_size) for m in models}
        if len(sizes) != 1:
            raise CheckpointError("{n} models with {m} different vocabularies cannot be averaged.",
                                  "Choose checkpoints trained on the same pairs with the same settings.",
                                  n=len(models), m=len(sizes))
        self.models = tuple(models)
        self._layers = [[_pack_layer(layer) for layer in m.decoder.layers] for m in models]
        self._softmax = [pack_product(m.decoder.decoder.weight) for m in models]

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
        log_p, after = [], []
        for k, model in enumerate(self.models):
            x, own = model.decoder.embedding(tokens), []
            for layer, state in zip(self._layers[k], states[k], strict=True):
                own.append(layer.advance(x, state))
                x = own[-1][0]
            log_p.append(self._softmax[k](x).add_(model.decoder.decoder.bias).log_softmax(1))
            after.append(tuple(own))
        if len(log_p) == 1:
            return log_p[0], tuple(after)
        return torch.stack(log_p).logsumexp(0).sub_(torch.tensor(len(log_p)).log()), tuple(after)


def _pack_layer(layer: LSTMLayer) -> _Layer:
    return _Layer(pack_product(layer.w_ih), pack_product(layer.w_hh), layer.b)


def select_rows(states: States, rows: Tensor) -> States:
    """The states of some rows, (R',), in a new order."""
    return tuple(tuple((h.index_select(0, rows), c.index_select(0, rows)) for h, c in own) for own in states)
