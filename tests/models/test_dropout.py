"""Dropout: shares, scale, gradient, independence of the numbers."""

import numpy as np
import pytest
import torch

from core.models.dropout import Dropout, drop_out


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.95])
def test_the_share_is_dropped_and_the_mean_kept(share):
    torch.manual_seed(0)
    out = drop_out(torch.ones(999, 101), share)
    n = out.numel()
    assert float((out == 0).float().mean()) == pytest.approx(share, abs=5 * (share * (1 - share) / n) ** 0.5)
    assert out.unique().tolist() == [0.0, pytest.approx(1 / (1 - share))]


def test_neighbours_are_dropped_independently():
    torch.manual_seed(1)
    dropped = (drop_out(torch.ones(400_000), 0.3) == 0).numpy().astype(float)
    for lag in range(1, 9):  # four share a draw
        assert abs(np.corrcoef(dropped[:-lag], dropped[lag:])[0, 1]) < 5 / 400_000**0.5


def test_the_gradient_passes_where_the_number_did():
    torch.manual_seed(2)
    x = torch.randn(7, 5, requires_grad=True)
    out = drop_out(x, 0.4)
    out.sum().backward()
    kept = (out != 0).float() / 0.6
    torch.testing.assert_close(x.grad, kept)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(ValueError, match="cannot be dropped"):
        Dropout(share)


def test_evaluation_and_a_share_of_zero_change_nothing():
    x = torch.randn(3, 4)
    assert drop_out(x, 0.0) is x and Dropout(0.5).eval()(x) is x
    assert (Dropout(0.5).train()(x) != x).any()


def test_a_seed_gives_the_same_coins_and_every_call_others():
    torch.manual_seed(3)
    first, second = drop_out(torch.ones(50), 0.5), drop_out(torch.ones(50), 0.5)
    torch.manual_seed(3)
    assert torch.equal(drop_out(torch.ones(50), 0.5), first) and not torch.equal(first, second)
