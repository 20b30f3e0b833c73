"""Sequences in rows: nothing is lost, and states find their way back."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import unpack_sequence

from core.models.packing import find_order, pack_rows

lengths = st.lists(st.integers(1, 9), min_size=1, max_size=7)


@given(lengths, st.booleans())
def test_what_is_packed_can_be_unpacked(sizes, wide):
    rng = np.random.default_rng(len(sizes))
    rows = [rng.integers(0, 99, (n, 2) if wide else n).astype(np.int32) for n in sizes]
    packed = pack_rows(rows)
    assert packed.data.dtype == torch.int64 and len(packed.data) == sum(sizes)
    assert all(a.tolist() == b.tolist() for a, b in zip(unpack_sequence(packed), rows, strict=True))


@given(lengths)
def test_states_are_sorted_and_brought_back(sizes):
    order = find_order(pack_rows(np.full(n, n) for n in sizes))
    assert order.batch == len(sizes) and sum(order.counts) == sum(sizes)
    state = torch.tensor(sizes, dtype=torch.float32)[:, None], torch.arange(len(sizes))[:, None]
    assert order.sort(state)[0].flatten().tolist() == sorted(sizes, reverse=True)
    for given_, back in zip(state, order.restore(order.sort(state)), strict=True):
        torch.testing.assert_close(back, given_)


def test_sequences_of_one_length_stay_as_they_are():
    order, state = find_order(torch.zeros(3, 2, dtype=torch.long)), (torch.rand(2, 4), torch.rand(2, 4))
    assert order.counts is None and order.batch == 2 and order.sort(state) is state is order.restore(state)
