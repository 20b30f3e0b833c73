"""A network that has learned nothing: the control of everything that is said about a trained one."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def draw_untrained(make: Callable[[], Network], *, seed: int) -> Network:
    """A network as `make` draws it from one seed, for reading only; PyTorch's random numbers go on as if it were not.

    >>> draw_untrained(lambda: nn.Linear(2, 3), seed=0).weight.shape
    torch.Size([3, 2])
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make().eval().requires_grad_(False)
