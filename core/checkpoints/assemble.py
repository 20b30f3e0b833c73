"""Models from their sizes and their weights, without memory for weights that are to be replaced."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

Model = TypeVar("Model", bound=nn.Module)


def plan_model(build: Callable[[], Model]) -> Model:
    """A model whose parameters have shapes and no memory; what ``build`` raises of sizes is passed on."""
    with torch.device("meta"):
        return build()


def fill_model(plan: Model, weights: dict[str, Tensor]) -> Model:
    """A planned model with its weights, which it keeps as they are: evaluation mode, no gradients.

    Raises
    ------
    RuntimeError
        When a weight is absent, unknown or of another shape.
    """
    plan.load_state_dict(weights, assign=True)
    return plan.eval().requires_grad_(False)
