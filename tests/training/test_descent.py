"""A step of training and its rate."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.training.descent import descend, warm_cosine


@given(n_steps=st.integers(1, 3000), peak=st.floats(1e-4, 1))
def test_a_rate_rises_for_a_fiftieth_of_the_steps_and_then_only_falls(n_steps, peak):
    rates = np.array([warm_cosine(peak, step, n_steps) for step in range(n_steps)])
    warm = max(1, n_steps // 50)
    assert rates.max() == pytest.approx(peak) and rates.min() > 0
    assert (np.diff(rates[:warm]) > 0).all() and (np.diff(rates[warm:]) < 0).all()


def test_rates_follow_the_cosine_in_the_middle_and_at_both_ends():
    assert warm_cosine(1.0, 19, 1000) == warm_cosine(1.0, 20, 1000) == 1.0
    assert warm_cosine(1.0, 510, 1000) == pytest.approx(0.51)
    assert warm_cosine(1.0, 999, 1000) == pytest.approx(0.02, abs=1e-4)
    assert warm_cosine(1.0, 265, 1000) == pytest.approx(0.02 + 0.98 * math.cos(math.pi / 8) ** 2)


@pytest.mark.parametrize("clip", [100.0, 0.5])
def test_a_step_goes_down_the_gradient_as_far_as_the_rate_and_the_clip_say(clip):
    w = nn.Parameter(torch.tensor([3.0, 4.0]))
    optimiser = torch.optim.SGD([w], lr=1.0)
    descend(optimiser, (w * w).sum() / 2, rate=0.1, clip=clip)  # the gradient is w itself, of norm 5
    torch.testing.assert_close(w.detach(), torch.tensor([3.0, 4.0]) * (1 - 0.1 * min(1, clip / 5)))
    assert w.grad is None and optimiser.param_groups[0]["lr"] == 0.1


def test_a_gradient_that_is_no_number_is_not_hidden_and_weights_without_one_stay():
    w, still = nn.Parameter(torch.tensor([3.0, 4.0])), nn.Parameter(torch.ones(2))
    descend(torch.optim.SGD([w, still], lr=1.0), w.sum() * torch.nan, rate=0.1, clip=1.0)
    assert w.isnan().all() and still.tolist() == [1, 1]
