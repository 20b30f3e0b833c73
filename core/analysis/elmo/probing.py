"""A linear classifier on frozen layers, alone or mixed, whose mixing weights are learned with it (Peters et al. 2018,
equation 1 and section 5.3)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

RATE, MIX_RATE = 3e-3, 3e-2   # of Adam for the classifier and for w and γ
WEIGHT_DECAY = 1e-4           # of the classifier
MIX_PENALTY = 1e-3            # λ ‖w‖², the paper's smaller one, which lets weights move
BATCH, EPOCHS, PATIENCE = 512, 60, 4
STEPS = 50                    # of an epoch at least, so that few examples are learned from as well


@dataclass(frozen=True)
class ProbeSettings:
    """How layers come to the classifier.

    Attributes
    ----------
    layers : tuple of int
        Those that are mixed; one for a layer alone.
    learned : bool
        Whether the weights of the mix move; else all weigh alike.
    epochs : int
        At most; validation ends it earlier.
    """

    layers: tuple[int, ...]
    learned: bool = False
    seed: int = 0
    epochs: int = EPOCHS


@dataclass(frozen=True, eq=False)
class Probed:
    """What a classifier made of the test part.

    Attributes
    ----------
    predicted : int64 array of shape (n,), or float32 for numbers
    shares : float64 array, one a layer that was mixed
        s; equal ones unless they were learned.
    gamma : float
    """

    predicted: np.ndarray
    shares: np.ndarray
    gamma: float


class MixedProbe(nn.Module):
    """Scores = W (γ Σ_j s_j z_j) + W' x + b, z standardised layers, x further features."""

    def __init__(self, n_layers: int, width: int, n_more: int, n_outputs: int):
        super().__init__()
        self.w, self.gamma = nn.Parameter(torch.zeros(n_layers)), nn.Parameter(torch.ones(()))
        self.linear = nn.Linear(width + n_more, n_outputs)
        nn.init.zeros_(self.linear.bias)
        nn.init.normal_(self.linear.weight, std=0.01)

    def forward(self, layers: Tensor, more: Tensor) -> Tensor:
        mixed = self.gamma * torch.einsum("l,lnd->nd", self.w.softmax(0), layers)
        return self.linear(torch.cat([mixed, more], dim=1))


@dataclass(frozen=True, eq=False)
class Features:
    """Inputs of n examples.

    Attributes
    ----------
    layers : float tensor of shape (L + 1, n, D)
        Any precision; D may be 0 for a baseline without a language model.
    more : float tensor of shape (n, F)
        Further features; F may be 0.
    """

    layers: Tensor
    more: Tensor

    def __len__(self) -> int:
        return len(self.more)


def fit_probe(parts: dict[str, Features], labels: dict[str, np.ndarray], settings: ProbeSettings, *,
              n_classes: int = 0) -> Probed:
    """Learn from ``train``, stop by ``validation``, answer ``test``.

    Every column is brought to mean 0 and variance 1 by the train part, so that the weights of layers can be compared.

    Parameters
    ----------
    n_classes : int
        0 for a number, which is fitted by least squares.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    scaled = _standardise(parts, list(settings.layers))
    targets = {part: torch.from_numpy(np.ascontiguousarray(own)) for part, own in labels.items()}
    if not n_classes:
        mean, std = targets["train"].mean(), targets["train"].std()
        targets = {part: (own - mean) / std for part, own in targets.items()}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        probe = MixedProbe(len(settings.layers), scaled["train"].layers.shape[2], scaled["train"].more.shape[1],
                           n_classes or 1)
    mixing = [probe.w, probe.gamma]
    for parameter in mixing:
        parameter.requires_grad_(settings.learned)
    optimiser = torch.optim.Adam([{"params": probe.linear.parameters(), "lr": RATE, "weight_decay": WEIGHT_DECAY},
                                  {"params": mixing, "lr": MIX_RATE}])
    size = min(BATCH, max(8, len(scaled["train"]) // STEPS))
    best, state, waited = float("inf"), None, 0
    for _ in range(settings.epochs):
        for rows in torch.randperm(len(scaled["train"]), generator=generator).split(size):
            loss = _loss(probe, scaled["train"], targets["train"], rows) + MIX_PENALTY * probe.w.square().sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            found = float(_loss(probe, scaled["validation"], targets["validation"], None))
        if found < best:
            best, state, waited = found, {n: t.clone() for n, t in probe.state_dict().items()}, 0
        elif (waited := waited + 1) >= PATIENCE:
            break
    probe.load_state_dict(state)
    with torch.no_grad():
        scores = torch.cat([probe(scaled["test"].layers[:, rows].float(), scaled["test"].more[rows])
                            for rows in torch.arange(len(scaled["test"])).split(8192)])
    predicted = scores.argmax(1) if n_classes else scores[:, 0] * std + mean
    return Probed(predicted.numpy(), probe.w.detach().double().softmax(0).numpy(), float(probe.gamma.detach()))


def _loss(probe: MixedProbe, features: Features, targets: Tensor, rows: Tensor | None) -> Tensor:
    rows = torch.arange(len(features)) if rows is None else rows
    scores = probe(features.layers[:, rows].float(), features.more[rows])
    if targets.dtype == torch.int64:
        return nn.functional.cross_entropy(scores, targets[rows])
    return nn.functional.mse_loss(scores[:, 0], targets[rows])


def _standardise(parts: dict[str, Features], layers: list[int]) -> dict[str, Features]:
    def scale(train: Tensor) -> tuple[Tensor, Tensor]:
        train = train.float()
        mean = train.mean(-2, keepdim=True)
        std = (train - mean).square().mean(-2, keepdim=True).sqrt()
        return mean, torch.where(std > 1e-6, std, torch.ones_like(std))

    mean, std = scale(parts["train"].layers[layers])
    more_mean, more_std = scale(parts["train"].more)
    return {part: Features((own.layers[layers].float() - mean) / std, (own.more.float() - more_mean) / more_std)
            for part, own in parts.items()}
