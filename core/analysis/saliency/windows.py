"""What every filter answers to every window of one sentence, and what that adds to the decision."""

from dataclasses import dataclass

import numpy as np
import torch

from core.models.cnn import TextCNN


@dataclass(frozen=True)
class WindowAnswers:
    """F filters, P windows, T words, C classes; P = T - 1 + the largest height.

    Attributes
    ----------
    values : float32 array of shape (F, P)
        After the ReLU. Column p is the window whose last word is p (counted from 0; from T on it lies behind the end);
        0 where a filter is too low to reach.
    places : int64 array of shape (F,)
        The window that counts: that of the largest answer.
    heights : int64 array of shape (F,)
    added : float32 array of shape (F, C)
        What each filter's largest answer adds to each class's score, less the mean over classes.
    bias : float32 array of shape (C,)
        The scores of a sentence to which no filter answers, less their mean.
    """

    values: np.ndarray
    places: np.ndarray
    heights: np.ndarray
    added: np.ndarray
    bias: np.ndarray

    def rank(self, label: int) -> np.ndarray:
        """Filters by how much they move the score of one class, either way, the first most."""
        return np.argsort(-np.abs(self.added[:, label]), kind="stable")


@torch.no_grad()
def read_windows(model: TextCNN, ids: np.ndarray) -> WindowAnswers:
    """Every filter's answers to one sentence (T,) of at least one word."""
    words, length = torch.from_numpy(ids.astype(np.int64))[None], torch.tensor([len(ids)])
    n = len(ids) - 1 + max(model.config.heights)
    answers = [torch.nn.functional.pad(found[0].relu().T, (0, n - found.shape[1]))
               for found in model.respond(model.embed(words), length)]
    values = torch.cat(answers).numpy()
    weight, bias = model.output.weight.numpy().T, model.output.bias.numpy()
    effects = weight - weight.mean(1, keepdims=True)
    return WindowAnswers(values, values.argmax(1), np.repeat(model.config.heights, model.config.n_filters),
                         (values.max(1)[:, None] * effects).astype(np.float32), (bias - bias.mean()).astype(np.float32))


def cut_window(words: tuple[str, ...], place: int, height: int) -> tuple[str, ...]:
    """The words of a window within the sentence."""
    return tuple(words[max(0, place + 1 - height):place + 1])
