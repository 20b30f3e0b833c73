"""Models from their sizes and their weights."""

import pytest
import torch
from torch import nn

from core.checkpoints.assemble import fill_model, plan_model


def test_a_plan_has_shapes_and_no_memory():
    plan = plan_model(lambda: nn.Linear(10**6, 10**6))  # 4 TB
    assert plan.weight.shape == (10**6, 10**6) and plan.weight.is_meta
    assert not torch.empty(1).is_meta


def test_a_filled_model_holds_the_very_weights_and_learns_nothing():
    weights = {name: t.detach() for name, t in nn.Linear(3, 2).state_dict().items()}
    model = fill_model(plan_model(lambda: nn.Linear(3, 2)), weights)
    assert model.weight.data_ptr() == weights["weight"].data_ptr()
    assert not model.training and not any(p.requires_grad for p in model.parameters())
    x = torch.randn(4, 3)
    torch.testing.assert_close(model(x), x @ weights["weight"].t() + weights["bias"])


@pytest.mark.parametrize("change", [
    lambda w: w.pop("bias"), lambda w: w.update(more=torch.zeros(1)), lambda w: w.update(bias=torch.zeros(3))],
    ids=["absent", "unknown", "shape"])
def test_weights_that_do_not_fit_are_refused(change):
    weights = dict(nn.Linear(3, 2).state_dict())
    change(weights)
    with pytest.raises(RuntimeError):
        fill_model(plan_model(lambda: nn.Linear(3, 2)), weights)
