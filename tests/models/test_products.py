"""Products whose weights are laid out beforehand, against the plain ones."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.checkpoints.rounding import round_weights
from core.models import products
from core.models.products import pack_bytes, pack_half, pack_product, pad_rows, round_rows, runs_bytes, sum_at, sum_rows


@pytest.mark.parametrize("shape", [(8, 3), (300, 300)])  # plain, and packed for the CPU's kernels where it has them
def test_a_packed_product_is_the_plain_one(shape):
    weight, x = torch.randn(shape), torch.randn(5, shape[1])
    bias = torch.randn(len(weight))
    torch.testing.assert_close(pack_product(weight)(x), x @ weight.t(), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(pack_product(weight, bias)(x), x @ weight.t() + bias, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("n_rows", [1, 32, 45])
def test_integers_of_rounded_weights_lose_only_what_the_inputs_are_rounded_by(n_rows, monkeypatch):
    if not runs_bytes():
        pytest.skip("This machine does not multiply integers of 8 bits faster.")
    torch.manual_seed(0)
    weight, bias = round_weights({"w": torch.randn(70, 300)})["w"], torch.randn(70)
    x = (torch.rand(n_rows, 300) * 2 - 1)
    x[0, :3] = torch.tensor([-1.0, 0.0, 1.0])  # the ends of what it takes
    found = pack_bytes(weight, bias)(x)
    expected = (x * 127).round() / 127 @ weight.t() + bias
    assert found.shape == (n_rows, 70) and found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), expected, atol=1e-4, rtol=2**-8)  # what bfloat16 rounds by
    monkeypatch.setattr(products, "runs_bytes", lambda: False)
    torch.testing.assert_close(found, pack_bytes(weight, bias)(x), atol=0.3, rtol=0.02)


def test_integers_keep_an_output_that_never_comes_and_one_without_weights():
    weight, bias = torch.randn(70, 300), torch.zeros(70)
    weight[3], bias[3], bias[4] = 0.0, -torch.inf, 2.0
    weight[4] = 0.0
    found = pack_bytes(weight, bias)(torch.rand(5, 300))
    assert (found[:, 3] == -torch.inf).all() and (found[:, 4] == 2).all() and found[:, 5:].isfinite().all()


@pytest.mark.parametrize("n_rows", [1, 32, 45])
def test_half_a_product_is_near(n_rows):
    weight, x = torch.randn(300, 300), torch.rand(n_rows, 300)
    torch.testing.assert_close(pack_half(weight)(x).float(), x @ weight.t(), atol=0.2, rtol=0.02)


@given(st.integers(0, 10**7))
def test_rows_are_rounded_up_by_little(n):
    rounded = round_rows(n)
    assert n <= rounded <= n + n // 32 and round_rows(rounded) == rounded
    assert len({round_rows(k) for k in range(1_024, 2_049)}) == 33


def test_rows_are_padded_with_zeros():
    padded = pad_rows(torch.ones(70, 3), torch.bfloat16)
    assert len(padded) == round_rows(70) and padded.dtype == torch.bfloat16
    assert (padded[:70] == 1).all() and (padded[70:] == 0).all()
    assert len(pad_rows(torch.ones(5, 3), torch.uint8, 8)) == 8


@given(st.lists(st.integers(0, 6), max_size=40))
def test_rows_of_one_place_are_summed(places):
    x = torch.arange(3.0 * len(places)).view(-1, 3)
    expected = torch.zeros(7, 3)
    for row, place in zip(x, places, strict=True):
        expected[place] += row
    torch.testing.assert_close(sum_at(x, torch.tensor(places, dtype=torch.long), 7), expected)
    torch.testing.assert_close(sum_rows(x), x.sum(0))
