"""Words that are read and predicted by one matrix (Press and Wolf 2017)."""

from torch import Tensor, nn


class TiedEmbedding(nn.Module):
    """Vectors of words that are the rows of a softmax, times a factor.

    It has no weights of its own: they are stored and learned once. A softmax wants small rows, an LSTM inputs of about
    one; the factor stands between.

    Parameters
    ----------
    softmax : nn.Linear
        From H units to V words.
    scale : float
    """

    def __init__(self, softmax: nn.Linear, scale: float):
        super().__init__()
        self._softmax = (softmax,)  # in a tuple: not a part of this module, so that its weights stand once in the state
        self.scale = scale

    @property
    def weight(self) -> Tensor:
        """Vectors of all words, (V, H)."""
        return self._softmax[0].weight * self.scale

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors (…, H) of ids (…)."""
        return nn.functional.embedding(ids, self._softmax[0].weight) * self.scale
