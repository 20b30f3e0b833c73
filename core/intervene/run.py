"""Run an LSTM while something changes its cell state: one step of the recurrence, then the change.

Seed 000 asks what single cells of c and the updates c_up do; here they are acted on. The model is only
read, and what no change touches is computed by the very steps of `core.states.lstm.record_batch`, bit for bit.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from core.models.lstm import LSTMLanguageModel
from core.models.products import pack_product
from core.models.recurrence import run_recurrence, tanh
from core.states.lstm import BatchStates, LayerStates


class Change(Protocol):
    """Something that changes c after a step.

    Attributes
    ----------
    first : int
        No step before this one is changed.
    """

    first: int

    def __call__(self, t: int, c: Tensor, *, gate: Tensor, before: Tensor) -> bool:
        """Change ``c`` (B, H) after step ``t`` in place; True if it did.

        ``gate`` (B, 4H) holds the activated i, f, g, o of the step, ``before`` (B, H) the c it started from.
        """


@dataclass(frozen=True)
class Changes:
    """Several changes, one after the other."""

    parts: tuple[Change, ...]

    @property
    def first(self) -> int:
        return min((part.first for part in self.parts), default=0)

    def __call__(self, t: int, c: Tensor, *, gate: Tensor, before: Tensor) -> bool:
        changed = False
        for part in self.parts:
            if t >= part.first:
                changed |= part(t, c, gate=gate, before=before)
        return changed


@torch.inference_mode()
def run_changed(model: LSTMLanguageModel, ids: Tensor, change: Change | None = None, *, layer: int = 0,
                known: BatchStates | None = None) -> BatchStates:
    """Run token ids (T, B) from the model's first state while `change` acts on one layer.

    Parameters
    ----------
    change : Change, optional
        Without one the result equals `record_batch`'s exactly.
    layer : int
        Whose c is changed.
    known : BatchStates, optional
        The untouched run of the same ids; steps before ``change.first`` are taken from it.

    Returns
    -------
    BatchStates
        ``c_up`` stays what the gates write, ``i * g``; c and h are the changed ones.
    """
    x = embed = model.embedding(ids)
    first = min(change.first, ids.shape[0]) if change is not None and known is not None else 0
    layers = []
    for n, own in enumerate(model.layers):
        steps, batch, hidden = ids.shape[0], ids.shape[1], own.w_hh.shape[1]
        gates = pack_product(own.w_ih)(x.reshape(steps * batch, -1)).add_(own.b).view(steps, batch, -1)
        cs, hs = gates.new_empty(steps, batch, hidden), gates.new_empty(steps, batch, hidden)
        if first:
            _copy_steps(known.layers[n], first, gates=gates, cs=cs, hs=hs)
        h, c = (hs[first - 1], cs[first - 1]) if first else model.first_states(batch)[n]
        product = pack_product(own.w_hh)
        if change is None or n != layer:
            run_recurrence(gates[first:], product, h, c, cs=cs[first:], hs=hs[first:])
        else:
            _run_steps(gates, product, h, c, cs=cs, hs=hs, first=first, change=change)
        i, f, g, o = gates.split(hidden, dim=2)
        layers.append(LayerStates(i, f, g, o, i * g, cs, hs))
        x = hs
    return BatchStates(embed, tuple(layers))


def _run_steps(gates: Tensor, product, h: Tensor, c: Tensor, *, cs: Tensor, hs: Tensor, first: int,
               change: Change) -> None:
    """One ordinary step, then the change; h follows a changed c through its output gate."""
    hidden = h.shape[1]
    for t in range(first, gates.shape[0]):
        run_recurrence(gates[t:t + 1], product, h, c, cs=cs[t:t + 1], hs=hs[t:t + 1])
        if change(t, cs[t], gate=gates[t], before=c):
            tanh(cs[t], out=hs[t]).mul_(gates[t, :, 3 * hidden:])
        h, c = hs[t], cs[t]


def _copy_steps(states: LayerStates, n: int, *, gates: Tensor, cs: Tensor, hs: Tensor) -> None:
    hidden = cs.shape[2]
    for k, name in enumerate(("i", "f", "g", "o")):
        gates[:n, :, k * hidden:(k + 1) * hidden] = getattr(states, name)[:n]
    cs[:n], hs[:n] = states.c[:n], states.h[:n]
