"""A step of training and its rate."""

import math

import torch
from torch import Tensor, nn


def warm_cosine(peak: float, step: int, n_steps: int) -> float:
    """A step's rate: linear warm-up over 2 % of all steps, then a cosine to 2 % of the peak."""
    warm = max(1, n_steps // 50)
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.02 + 0.49 * (1 + math.cos(math.pi * (step - warm) / max(1, n_steps - warm))))


def descend(optimiser: torch.optim.Optimizer, loss: Tensor, *, rate: float, clip: float) -> None:
    """One step down the gradient of a loss, whose norm is cut at ``clip``."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    loss.backward()
    weights = [p for group in optimiser.param_groups for p in group["params"]]
    norm = nn.utils.get_total_norm([p.grad for p in weights if p.grad is not None])
    if not norm <= clip:  # where it is, to scale by 1 would write everything again
        nn.utils.clip_grads_with_norm_(weights, clip, norm)
    optimiser.step()
    optimiser.zero_grad()
