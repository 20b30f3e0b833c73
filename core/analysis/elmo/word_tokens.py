"""One word in many sentences: what each layer of a bidirectional language model says of it there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from core.analysis.elmo.products import Products, measure_products
from core.corpora.senses import SenseExample
from core.models.bilm import BiLM
from core.states.bilm import record_bilm

CHUNK = 256  # sentences recorded at a time: of the widest published model 100 MB


@dataclass(frozen=True, eq=False)
class WordTokens:
    """N examples and their vectors.

    Attributes
    ----------
    examples : tuple of SenseExample
    layers : float32 array of shape (L + 1, N, 2P)
        As in `BiLMStates`, the rows of the words in question alone.
    around : float32 array of shape (N, P)
        A control without order: the mean of layer 0 over all other words of the sentence; zeros where there is none.
    """

    examples: tuple[SenseExample, ...] = field(repr=False)
    layers: np.ndarray = field(repr=False)
    around: np.ndarray = field(repr=False)

    @cached_property
    def senses(self) -> np.ndarray:
        """Names of senses, (N,); an example may have none (``""``)."""
        return np.array([example.sense for example in self.examples], object)

    @cached_property
    def products(self) -> Products:
        """Inner products of all layers; computed when they are first asked for."""
        return measure_products(self.layers)

    @property
    def forms(self) -> list[str]:
        """The words as they are written."""
        return [example.words[example.position] for example in self.examples]


def record_tokens(model: BiLM, examples: Sequence[SenseExample], *,
                  progress: Callable[[int, int], None] | None = None) -> WordTokens:
    """Every layer at the word in question. A sentence with several examples is read once.

    Parameters
    ----------
    progress : callable, optional
        Called with (sentences done, sentences in all).
    """
    places: dict[tuple[str, ...], list[int]] = {}
    for row, example in enumerate(examples):
        places.setdefault(example.words, []).append(row)
    sentences, config = list(places), model.config
    layers = np.empty((config.n_layers + 1, len(examples), config.width), np.float32)
    around = np.zeros((len(examples), config.width // 2), np.float32)
    for start in range(0, len(sentences), CHUNK):
        part = sentences[start:start + CHUNK]
        states = record_bilm(model, part)
        for s, words in enumerate(part):
            read = states.sentence(s)
            alone = read[0, :, :config.width // 2]
            for row in places[words]:
                position = examples[row].position
                layers[:, row] = read[:, position]
                if len(words) > 1:
                    around[row] = (alone.sum(0) - alone[position]) / (len(words) - 1)
        if progress is not None:
            progress(min(start + CHUNK, len(sentences)), len(sentences))
    return WordTokens(tuple(examples), layers, around)


def draw_examples(examples: Sequence[SenseExample], n: int, *, balanced: bool = False,
                  seed: int = 0) -> tuple[SenseExample, ...]:
    """At most `n` random examples in their old order.

    Parameters
    ----------
    balanced : bool
        As many of every sense as the rarest one has, two at least, so that no sense wins by its number.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(examples))
    if balanced and len(examples):
        senses = np.array([example.sense for example in examples], object)[order]
        by_sense = [order[senses == sense] for sense in dict.fromkeys(senses.tolist())]
        each = max(2, min(map(len, by_sense)))
        order = np.concatenate([rows[:min(each, max(1, n // len(by_sense)))] for rows in by_sense])
    return tuple(examples[row] for row in sorted(order[:n].tolist()))
