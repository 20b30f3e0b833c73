"""What the filters of a text CNN look for: the n-grams that make each of them answer most."""

from dataclasses import dataclass

import numpy as np
import torch

from core.models.cnn import TextCNN
from core.tokens.labelled import EncodedTexts

AT_ONCE = 256  # sentences


@dataclass(frozen=True)
class FilterAnswers:
    """The largest answer of each filter to each sentence. S sentences, F filters, C classes.

    Attributes
    ----------
    values : float32 array of shape (S, F)
        After the ReLU: 0 where a filter stays silent.
    places : int32 array of shape (S, F)
        Last word of the window that answered most, counted in the sentence; it may lie behind its end.
    heights : int64 array of shape (F,)
        Words under each filter.
    effects : float32 array of shape (F, C)
        What one unit of answer adds to each class's score, less the mean over classes.
    """

    values: np.ndarray
    places: np.ndarray
    heights: np.ndarray
    effects: np.ndarray


@dataclass(frozen=True)
class NGram:
    """One n-gram that made a filter answer: its place in the corpus and how much."""

    words: tuple[str, ...]
    value: float
    sentence: int
    count: int  # sentences in which the same words are the filter's best


@torch.no_grad()
def find_answers(model: TextCNN, texts: EncodedTexts) -> FilterAnswers:
    """Every filter's largest answer to every sentence, and where it stands."""
    values = np.empty((len(texts), model.config.n_features), np.float32)
    places = np.empty(values.shape, np.int32)
    order = np.argsort(texts.lengths, kind="stable")
    for i in range(0, len(order), AT_ONCE):
        rows = order[i:i + AT_ONCE]
        ids, lengths = map(torch.from_numpy, texts.pad(rows))
        best = [answer.max(1) for answer in model.respond(model.embed(ids), lengths)]
        values[rows] = torch.cat([b.values for b in best], 1).relu().numpy()
        places[rows] = torch.cat([b.indices for b in best], 1).numpy()
    weight = model.output.weight.numpy().T
    return FilterAnswers(values, places, np.repeat(model.config.heights, model.config.n_filters),
                         (weight - weight.mean(1, keepdims=True)).astype(np.float32))


def rank_filters(found: FilterAnswers) -> np.ndarray:
    """Filters by how much they move the decision, the first most: mean answer times spread of its effects."""
    spread = found.effects.max(1) - found.effects.min(1)
    return np.argsort(-found.values.mean(0) * spread, kind="stable")


def list_ngrams(found: FilterAnswers, texts: EncodedTexts, words: tuple[str, ...], filter: int, *,
                n: int = 10) -> list[NGram]:
    """The n-grams that one filter answers to most, each once, with the highest answer it got.

    A window that reaches over an end of its sentence shows the words within alone.
    """
    h, listed = int(found.heights[filter]), {}
    for row in np.argsort(-found.values[:, filter], kind="stable"):
        value = float(found.values[row, filter])
        if value <= 0:
            break
        end = int(found.places[row, filter]) + 1
        own = texts.ids[texts.starts[row] + max(0, end - h):min(texts.starts[row] + end, texts.starts[row + 1])]
        gram = tuple(words[i] for i in own)
        if gram in listed:
            listed[gram] = NGram(gram, listed[gram].value, listed[gram].sentence, listed[gram].count + 1)
        else:
            listed[gram] = NGram(gram, value, int(row), 1)
    return sorted(listed.values(), key=lambda gram: (-gram.value, gram.sentence))[:n]
