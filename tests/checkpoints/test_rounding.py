"""Weights in one byte."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from core.checkpoints.rounding import pack_weights, packed_shapes, round_weights


@given(st.integers(1, 6), st.integers(1, 9), st.floats(1e-3, 100), st.integers(0, 99))
def test_rounding_moves_a_weight_by_half_a_step_and_once(rows, columns, size, seed):
    state = {"w": torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed)) * size,
             "b": torch.ones(rows)}
    rounded = round_weights(state)
    step = state["w"].abs().amax(1, keepdim=True) / 127
    assert ((rounded["w"] - state["w"]).abs() <= step * 0.57 + 2**-24).all()  # the scale is itself rounded
    again = round_weights(rounded)
    assert all(torch.equal(again[name], rounded[name]) for name in rounded)


def test_a_row_of_zeros_stays_zero():
    assert torch.equal(round_weights({"w": torch.zeros(3, 4)})["w"], torch.zeros(3, 4))


def test_what_is_packed_has_the_promised_names_and_shapes():
    state = {"w": torch.randn(3, 4), "b": torch.randn(3), "conv": torch.randn(2, 3, 5)}
    packed = pack_weights(state)
    assert {name: tuple(t.shape) for name, t in packed.items()} == packed_shapes(state)
    assert {n: t.dtype for n, t in packed.items()} == {
        "w": torch.int8, "w.scale": torch.float16, "b": torch.float16, "conv": torch.float16}
