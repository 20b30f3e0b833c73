"""Saliency of every word of many sentences: how much a small change of its vector would change the loss (seed 004).

One batched pass; dropout is off, padding has no saliency, and the network is left as it was.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from core.models.cnn import TextCNN
from core.tokens.labelled import EncodedTexts

Method = Literal["predicted", "gold", "input", "integrated"]
METHODS: tuple[Method, ...] = ("predicted", "gold", "input", "integrated")
AT_ONCE = 128  # sentences of a pass: what they need stays in the cache
STEPS = 32     # of the path of integrated gradients; twice as many change it by less than 1 %


@dataclass(frozen=True)
class Saliency:
    """What one network thinks of each word. N words, S sentences, C classes.

    Attributes
    ----------
    words : float32 array of shape (N,)
        wa of every occurrence, in the order of the sentences.
    scores : float32 array of shape (S, C)
        Log-probabilities of the classes.
    """

    words: np.ndarray
    scores: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """R, the most probable class, int64 (S,)."""
        return self.scores.argmax(1)

    @property
    def doubt(self) -> np.ndarray:
        """1 - p(R), float32 (S,): the factor by which ``predicted`` shrinks as a network of two classes grows sure."""
        return np.maximum(-np.expm1(self.scores.max(1)), 1e-7)


def record_saliency(model: TextCNN, texts: EncodedTexts, *, method: Method = "predicted") -> Saliency:
    """Saliency of every occurrence.

    - ``predicted``: eqs. (4) and (6), wa_i = mean_j |∂L(f(S), R) / ∂w_ij|, L = -log p(R), R the predicted class;
    - ``gold``: the same with the label that is right instead of R;
    - ``input``: Σ_j w_ij ∂ log p(R) / ∂w_ij, gradient times input: positive where the word speaks for R;
    - ``integrated``: integrated gradients of log p(R) from the zero vector (Sundararajan et al. 2017), midpoint rule;
      over a sentence it adds up to log p(R) minus what an empty sentence gets.

    Parameters
    ----------
    texts : EncodedTexts
        Its labels are used for ``gold`` alone.
    """
    values, scores = np.empty(len(texts.ids), np.float32), np.empty((len(texts), model.config.n_classes), np.float32)
    order, was = np.argsort(texts.lengths, kind="stable"), model.training
    model.train(False)
    try:
        for i in range(0, len(order), AT_ONCE):
            rows = order[i:i + AT_ONCE]
            ids, lengths = map(torch.from_numpy, texts.pad(rows))
            gold = torch.from_numpy(texts.labels[rows]) if method == "gold" else None
            found, score = _attribute(model, ids, lengths, method=method, gold=gold)
            scores[rows] = score.numpy()
            values[texts.places(rows)] = found[torch.arange(found.shape[1]) < lengths[:, None]].numpy()
    finally:
        model.train(was)
    return Saliency(values, scores)


def _attribute(model: TextCNN, ids: torch.Tensor, lengths: torch.Tensor, *, method: Method,
               gold: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Values (B, T) and log-probabilities (B, C) of one batch."""
    words = model.embed(ids).detach()
    if method == "integrated":
        with torch.no_grad():
            scores = model.classify(words, lengths).log_softmax(1)
        return (_integrate(model, words, lengths, scores.argmax(1)) * words).sum(2), scores
    gradient, scores = _differentiate(model, words, lengths, gold)
    return (gradient * words).sum(2) if method == "input" else gradient.abs().mean(2), scores


def _integrate(model: TextCNN, words: torch.Tensor, lengths: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean gradient along the way from nothing to the words, (B, T, D); few sentences go many steps at once."""
    total, n = torch.zeros_like(words), max(1, AT_ONCE // len(words))
    for shares in ((torch.arange(STEPS) + 0.5) / STEPS).split(n):
        way = (shares[:, None, None, None] * words).flatten(0, 1)
        found, _ = _differentiate(model, way, lengths.repeat(len(shares)), target.repeat(len(shares)))
        total += found.view(len(shares), *words.shape).sum(0)
    return total / STEPS


def _differentiate(model: TextCNN, words: torch.Tensor, lengths: torch.Tensor,
                   target: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    """∂ log p(target) / ∂ words, (B, T, D); the predicted class where no target is given."""
    words = words.detach().requires_grad_()
    with torch.enable_grad():
        scores = model.classify(words, lengths).log_softmax(1)
        target = scores.argmax(1) if target is None else target
        gradient, = torch.autograd.grad(scores.gather(1, target[:, None]).sum(), words)
    return gradient, scores.detach()
