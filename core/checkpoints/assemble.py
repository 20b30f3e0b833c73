"""Models from their sizes and their weights, without memory for weights that are to be replaced."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Model = TypeVar("Model", bound=nn.Module)


class _WithoutStart(TorchFunctionMode):
    """Leaves out what draws first weights: of tensors without memory it is no work, but it loads sympy, a second."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__module__", None) == "torch.nn.init":
            return kwargs["tensor"] if kwargs and "tensor" in kwargs else args[0]
        return func(*args, **(kwargs or {}))


def plan_model(build: Callable[[], Model]) -> Model:
    """A model whose parameters have shapes and no memory; what ``build`` raises of sizes is passed on."""
    with torch.device("meta"), _WithoutStart():
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
