"""Cross entropy over a sample of the vocabulary (Jean et al. 2015; Jozefowicz et al. 2016): what makes a step over many
words cheap."""

import math

import torch
from torch import Tensor, nn


class LogUniformSampler:
    """Draws words as often as Zipf's law says of a vocabulary sorted by falling count: P(k) = log((k + 2) / (k + 1)) /
    log(V + 1)."""

    def __init__(self, vocabulary_size: int):
        ranks = torch.arange(vocabulary_size, dtype=torch.float64)
        self.log_p = (((ranks + 2) / (ranks + 1)).log() / math.log(vocabulary_size + 1)).log().float()
        self._n = vocabulary_size

    def draw(self, n: int) -> Tensor:
        """n numbers of words, with repetition, int64, from torch's random numbers."""
        return ((self._n + 1) ** torch.rand(n, dtype=torch.float64) - 1).long().clamp_(max=self._n - 1)


def sampled_cross_entropy(h: Tensor, targets: Tensor, linear: nn.Linear, sampler: LogUniformSampler, n: int,
                          dtype: torch.dtype = torch.float32) -> Tensor:
    """Summed cross entropy in nats against n drawn words, the same for every position.

    The sum over all words but the target is estimated from the draw: each drawn word's score is lowered by the log of
    how often it is expected there, and a drawn target is passed over (importance sampling).

    Parameters
    ----------
    h : float tensor of shape (N, P)
    targets : int64 tensor of shape (N,)
    """
    drawn = sampler.draw(n).to(h.device)
    log_p = sampler.log_p.to(h.device) + math.log(n)
    true = (h * linear.weight[targets]).sum(1) + linear.bias[targets]
    others = nn.functional.linear(h.to(dtype), linear.weight[drawn].to(dtype),
                                  (linear.bias[drawn] - log_p[drawn]).to(dtype))
    others = others.index_put(_find_equal(targets, drawn), others.new_tensor(-torch.inf))
    logits = torch.cat([true.unsqueeze(1).to(dtype), others], dim=1)
    return nn.functional.cross_entropy(logits, torch.zeros_like(targets), reduction="none").float().sum()


def _find_equal(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Where ``a[i] == b[j]``: all i and their j, int64, without a table of N × n answers."""
    order = b.argsort()
    ordered = b[order]
    first = torch.searchsorted(ordered, a)
    count = torch.searchsorted(ordered, a, right=True) - first
    i = torch.repeat_interleave(count)
    return i, order[first[i] + torch.arange(len(i), device=a.device) - (count.cumsum(0) - count)[i]]
