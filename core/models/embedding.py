"""Word embeddings by inner products: x_ij = w_i · c_j, with contexts of their own or shared with the words."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class EmbeddingConfig:
    """Sizes and start of an embedding."""

    vocabulary_size: int
    dimension: int
    tied: bool = True                             # contexts are the words themselves, as in the theory
    init: Literal["normal", "word2vec"] = "normal"
    init_scale: float = 1e-2                      # of "normal": the norm |u·W(0)| that each mode starts with

    @property
    def start(self) -> float:
        """Expected |u·W(0)|² of a unit vector u over words: the s₀² of Lemma 3.1."""
        return self.init_scale**2 if self.init == "normal" else 1 / (12 * self.dimension)


class Embedding(nn.Module):
    """Vectors of words and contexts, float64: an init of 1e-12 would drown in float32's rounding.

    Attributes
    ----------
    words : parameter of shape (V, d)
        W. Entries N(0, init_scale² / d), or word2vec's uniform(-0.5, 0.5) / d.
    contexts : parameter of shape (V, d)
        C; the same parameter as `words` where tied. word2vec starts contexts of their own at zero.
    """

    def __init__(self, config: EmbeddingConfig, *, seed: int = 0):
        super().__init__()
        self.config = config
        generator = torch.Generator().manual_seed(seed)
        self.words = nn.Parameter(self._draw(generator))
        if config.tied:
            self.contexts = self.words
        else:
            self.contexts = nn.Parameter(self._draw(generator) if config.init == "normal"
                                         else torch.zeros_like(self.words))

    def _draw(self, generator: torch.Generator) -> Tensor:
        shape, d = (self.config.vocabulary_size, self.config.dimension), self.config.dimension
        if self.config.init == "normal":
            scale = self.config.init_scale / math.sqrt(d)
            return torch.randn(shape, generator=generator, dtype=torch.float64) * scale
        return (torch.rand(shape, generator=generator, dtype=torch.float64) - 0.5) / d

    def forward(self, words: Tensor, contexts: Tensor) -> Tensor:
        """x of pairs, (n,), for ids (n,) and (n,)."""
        return (self.words[words] * self.contexts[contexts]).sum(1)

    def products(self) -> Tensor:
        """x of all pairs, (V, V)."""
        return self.words @ self.contexts.t()

    def decompose(self) -> tuple[Tensor, Tensor]:
        """Left singular vectors (V, d) of the matrix of products, and the roots s (d,) of its singular values.

        Tied, s are the singular values of W. Nothing of size V × V is formed, and s of 1e-12 stays exact.
        """
        q, r = torch.linalg.qr(self.words.detach())
        if self.config.tied:
            u, s, _ = torch.linalg.svd(r)
            return q @ u, s
        u, s, _ = torch.linalg.svd(r @ torch.linalg.qr(self.contexts.detach()).R.t())
        return q @ u, s.sqrt()
