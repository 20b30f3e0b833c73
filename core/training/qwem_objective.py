"""The losses QWEM and SGNS as forces on the matrix of products x_ij = w_i · c_j (seed 003, setting 3.1, Theorem 1).

Both read the text through two matrices, A = Ψ⁺_ij P_ij of pairs that meet and B = Ψ⁻_ij p_i p_j of pairs drawn at
random, and have the same second order in x, here brought to the same scale::

    QWEM  L = Σ [A (-x + x²/4) + B (x + x²/4)] / g
    SGNS  L = Σ [2 A log((1 + e^-x) / 2) + 2 B log((1 + e^x) / 2)] / g,   twice word2vec's, 0 at x = 0

with g the mean of A + B. The force is F = -2 dL/dx, and dW/dt = ½ F C, dC/dt = ½ Fᵀ W. Under setting 3.1, where
A + B = g everywhere, QWEM's force is M* - x, and ds²/dt = s² (λ - s²) follows for every mode.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from scipy.sparse.linalg import eigsh
from torch import Tensor
from torch.nn.functional import softplus

from core.errors import TrainingError
from core.models.embedding import Embedding

Loss = Literal["qwem", "sgns"]
Weighting = Literal["constant", "unigram", "none", "word2vec"]

SUBSAMPLE = 1e-5       # word2vec's t: words above this frequency are thinned out
NEGATIVE_POWER = 0.75  # word2vec's: negatives come by unigram^0.75


def push(loss: Loss, x: Tensor) -> tuple[Tensor, Tensor]:
    """What A and B contribute to the force: F = A · first - B · second. Both are 2 at x = 0."""
    return (2 - x, 2 + x) if loss == "qwem" else (4 * torch.sigmoid(-x), 4 * torch.sigmoid(x))


def cost(loss: Loss, x: Tensor) -> tuple[Tensor, Tensor]:
    """What A and B contribute to the loss; both are 0 at x = 0."""
    if loss == "qwem":
        return -x + x * x / 4, x + x * x / 4
    ln2 = np.log(2)
    return 2 * (softplus(-x) - ln2), 2 * (softplus(x) - ln2)


@dataclass(frozen=True)
class Objective:
    """A loss and what it needs to know of the text.

    Attributes
    ----------
    loss : "qwem" or "sgns"
    probabilities : float64 tensor of shape (V, V)
        P, symmetric, sum 1.
    positive, negative : float64 tensors of shape (V, V)
        A and B, symmetric.
    """

    loss: Loss
    probabilities: Tensor
    positive: Tensor
    negative: Tensor

    @cached_property
    def marginals(self) -> Tensor:
        """p, float64 (V,)."""
        return self.probabilities.sum(1)

    @cached_property
    def scale(self) -> float:
        """g, the mean of A + B."""
        return float((self.positive + self.negative).mean())

    @cached_property
    def is_constant(self) -> bool:
        """Whether A + B is g everywhere: setting 3.1."""
        total = self.positive + self.negative
        return float((total - self.scale).abs().max()) < 1e-9 * self.scale

    @cached_property
    def drive(self) -> Tensor:
        """The force at x = 0, float64 (V, V): M* under setting 3.1."""
        return 2 * (self.positive - self.negative) / self.scale

    @cached_property
    def rate(self) -> float:
        """Largest eigenvalue λ₁ of the drive: at the start its mode grows by e^(λ₁ t / 2).

        Raises
        ------
        TrainingError
            When it is not positive: nothing would be learned.
        """
        drive = self.drive.cpu().numpy()
        if len(drive) <= 100:
            value = np.linalg.eigvalsh(drive)[-1]
        else:  # a fixed start: the same steps in every run
            value = eigsh(drive, k=1, which="LA", tol=1e-6, v0=np.ones(len(drive)), return_eigenvectors=False)[0]
        if not value > 0:
            raise TrainingError("No eigenvalue of M* is positive: there is nothing to learn.",
                                "Take a longer text, a larger vocabulary or another window.")
        return float(value)

    @cached_property
    def floor(self) -> float:
        """The loss of the best x, were every x_ij free."""
        a, b, total = self.positive, self.negative, self.positive + self.negative
        if self.loss == "qwem":
            return -float(((a - b).square() / total).sum()) / self.scale
        entropy = torch.special.entr(a / total) + torch.special.entr(b / total)
        return 2 * float((total * (entropy - np.log(2))).sum()) / self.scale

    def measure(self, x: Tensor) -> Tensor:
        """L at products x (V, V), a scalar that knows its gradient."""
        up, down = cost(self.loss, x)
        return (self.positive * up + self.negative * down).sum() / self.scale

    @torch.no_grad()
    def excess(self, model: Embedding) -> float:
        """The loss over its floor: 1 at x = 0, 0 at the best x of full rank. Not comparable between losses."""
        return 1 - float(self.measure(model.products())) / self.floor

    @torch.no_grad()
    def flow(self, model: Embedding) -> tuple[Tensor, Tensor]:
        """dW/dt and dC/dt of full-batch descent, (V, d) each; the same tensor where tied."""
        words, contexts, tied = model.words, model.contexts, model.config.tied
        if self.loss == "qwem" and self.is_constant:  # (D - W Cᵀ) C without a second V × V product
            own = (self.drive @ contexts - words @ (contexts.t() @ contexts)) / 2
            return (own, own) if tied else (own, (self.drive @ words - contexts @ (words.t() @ words)) / 2)
        up, down = push(self.loss, model.products())
        force = up.mul_(self.positive).sub_(down.mul_(self.negative)).mul_(0.5 / self.scale)
        own = force @ contexts
        return (own, own) if tied else (own, force.t() @ words)

    @torch.no_grad()
    def flow_of(self, model: Embedding, positive: tuple[Tensor, Tensor],
                negative: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """An unbiased estimate of `flow` from pairs.

        Parameters
        ----------
        positive : pair of int64 tensors of shape (n,)
            Words and contexts drawn by P.
        negative : pair of int64 tensors of shape (m,)
            Drawn by p and p, independently.
        """
        n, m = len(positive[0]), len(negative[0])
        psi = self.positive[positive] / self.probabilities[positive] / (n * self.scale)
        by_chance = self.marginals[negative[0]] * self.marginals[negative[1]]
        against = self.negative[negative] / by_chance / (m * self.scale)
        rows, columns = (torch.cat(pair) for pair in zip(positive, negative, strict=True))
        w, c = model.words[rows], model.contexts[columns]
        up, down = push(self.loss, (w * c).sum(1))
        force = torch.cat([psi * up[:n], -against * down[n:]]).div_(2)[:, None]
        own = torch.zeros_like(model.words).index_add_(0, rows, c.mul_(force))
        other = torch.zeros_like(model.words).index_add_(0, columns, w.mul_(force))
        if model.config.tied:  # F of the batch is not symmetric; its symmetric half is what moves W
            own = other = own.add_(other).div_(2)
        return own, other


def build_objective(probabilities: np.ndarray, *, loss: Loss = "qwem", weighting: Weighting = "constant",
                    negatives: float = 1.0, device: str = "cpu") -> Objective:
    """Reweight the pairs of a text.

    - ``constant``: Ψ = 1 / (P_ij + p_i p_j), setting 3.1: A + B = 1, the theory is exact.
    - ``unigram``: Ψ = 1 / (p_i p_j).
    - ``none``: Ψ = 1, every pair as often as the text has it.
    - ``word2vec``: frequent words are subsampled, and negatives drawn by unigram^0.75 (symmetrised).

    Only ``constant``, ``unigram`` and ``none`` with one negative have M* as their target; `Objective.drive` and
    `Objective.floor` follow the weights.

    Parameters
    ----------
    probabilities : array of shape (V, V)
        P: symmetric, not negative.
    negatives : float
        Negatives for each positive pair, a factor of Ψ⁻.

    Raises
    ------
    TrainingError
        A word without any neighbour, which no pair would ever move.
    """
    p2 = torch.as_tensor(np.asarray(probabilities, np.float64), device=device)
    p2 = p2 / p2.sum()
    p = p2.sum(1)
    if float(p.min()) <= 0 or not torch.isfinite(p).all():
        raise TrainingError("A word of the vocabulary has no neighbour within the window.",
                            "Take a smaller vocabulary or a wider window.")
    independent = torch.outer(p, p)
    if weighting == "word2vec":
        kept = torch.sqrt(SUBSAMPLE / p).add_(SUBSAMPLE / p).clamp_(max=1)
        thinned = p2 * torch.outer(kept, kept)
        thinned /= thinned.sum()
        p_thin, noise = thinned.sum(1), p**NEGATIVE_POWER
        drawn = torch.outer(p_thin, noise / noise.sum())
        return Objective(loss, p2, thinned, negatives * (drawn + drawn.t()) / 2)
    psi = {"constant": lambda: 1 / (p2 + independent), "unigram": lambda: 1 / independent,
           "none": lambda: torch.ones_like(p2)}[weighting]()
    return Objective(loss, p2, psi * p2, negatives * psi * independent)
