"""ELMo_k = γ Σ_j s_j h_kj with s = softmax(w): the layers of a word mixed into one vector (Peters et al. 2018, equation
1)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Sides = Literal["both", "forward", "backward"]
_EPSILON = 1e-12  # of the published layer normalisation


@dataclass(frozen=True)
class Mix:
    """How layers become one vector.

    Attributes
    ----------
    weights : tuple of float, one a layer
        w before the softmax; equal ones for the mean of all layers.
    gamma : float
        The length of everything; it changes distances, never angles.
    normalise : bool
        Whether each layer is first brought to mean 0 and variance 1 (the paper's layer normalisation, over the whole
        of a layer's values as in the published code).
    sides : {"both", "forward", "backward"}
        Which direction is kept.
    """

    weights: tuple[float, ...] = (0.0, 0.0, 0.0)
    gamma: float = 1.0
    normalise: bool = False
    sides: Sides = "both"

    @property
    def shares(self) -> np.ndarray:
        """s, which sums to 1."""
        raised = np.exp(np.array(self.weights, np.float64) - max(self.weights))
        return raised / raised.sum()


def one_layer(layer: int, n_layers: int, **options) -> Mix:
    """The mix that is one layer alone."""
    return Mix(tuple(0.0 if k == layer else -np.inf for k in range(n_layers)), **options)


def from_shares(shares: tuple[float, ...], **options) -> Mix:
    """The mix with these shares of layers, which are brought to a sum of 1; at least one is above 0."""
    with np.errstate(divide="ignore"):
        return Mix(tuple(np.log(np.array(shares, np.float64)).tolist()), **options)


def mix_layers(layers: np.ndarray, mix: Mix) -> np.ndarray:
    """Vectors of words, float32 (N, 2P), or (N, P) of one side, from layers (L + 1, N, 2P)."""
    half = layers.shape[2] // 2
    columns = {"both": slice(None), "forward": slice(half), "backward": slice(half, None)}[mix.sides]
    mixed = np.zeros(layers[0][:, columns].shape, np.float32)
    for share, layer in zip(mix.shares, layers, strict=True):
        if share:
            own = layer[:, columns]
            if mix.normalise:
                own = (own - own.mean()) / np.sqrt(own.var() + _EPSILON)
            mixed += np.float32(share * mix.gamma) * own
    return mixed
