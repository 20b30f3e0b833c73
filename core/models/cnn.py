"""A convolutional network for sentences (Kim 2014; seed 004, Fig. 2): word vectors, filters, the largest answer of each
filter, softmax."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

Channels = Literal["static", "non-static", "multichannel"]
PAD = 0  # the row of zeros that fills sentences up


@dataclass(frozen=True)
class TextCNNConfig:
    """Sizes. V words (padding included), D dimensions, C classes, F filters in all."""

    vocabulary_size: int                # V
    embedding_size: int                 # D
    n_classes: int = 2                  # C
    heights: tuple[int, ...] = (3,)     # words under a filter: the seed's one; Kim takes 3, 4, 5
    n_filters: int = 100                # of each height, Kim's number
    dropout: float = 0.5                # of what filters found, Kim's
    channels: Channels = "static"       # vectors stay, learn, or one of each; the seed's are GoogleNews's as they stand

    @property
    def n_features(self) -> int:
        """F."""
        return len(self.heights) * self.n_filters


class TextCNN(nn.Module):
    """Sentences to class scores.

    A window may reach over either end of a sentence, as in Kim's code, so that its first word meets as many filter
    rows as any other; windows of padding alone never answer.

    Parameters
    ----------
    vectors : float tensor of shape (V, D), optional
        Word vectors to begin with; row 0 is padding. Else uniform(-0.25, 0.25), as Kim draws unknown words.
    seed : int
    """

    def __init__(self, config: TextCNNConfig, vectors: torch.Tensor | None = None, *, seed: int = 0):
        super().__init__()
        self.config = config
        generator = torch.Generator().manual_seed(seed)
        if vectors is None:
            vectors = torch.rand(config.vocabulary_size, config.embedding_size, generator=generator) * 0.5 - 0.25
        vectors = vectors.detach().clone().float()
        vectors[PAD] = 0
        fixed = config.channels != "non-static"
        self.words = nn.Parameter(vectors, requires_grad=not fixed)
        self.learned = nn.Parameter(vectors.clone()) if config.channels == "multichannel" else None
        self.filters = nn.ParameterList(
            nn.Parameter(self._draw((config.n_filters, h, config.embedding_size), generator))
            for h in config.heights)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(config.n_filters)) for _ in config.heights)
        self.output = nn.Linear(config.n_features, config.n_classes)
        with torch.no_grad():
            self.output.weight.copy_(self._draw(tuple(self.output.weight.shape), generator))
            self.output.bias.zero_()
        self.dropout = nn.Dropout(config.dropout)

    @staticmethod
    def _draw(shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
        """Glorot's uniform start."""
        inputs, outputs = math.prod(shape[1:]), shape[0]
        limit = (6 / (inputs + outputs)) ** 0.5
        return (torch.rand(shape, generator=generator) * 2 - 1) * limit

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """Vectors of words, (B, T, D) from int64 (B, T); of two channels their sum, for both meet the same filters."""
        vectors = nn.functional.embedding(ids, self.words, padding_idx=PAD)
        return vectors if self.learned is None else vectors + nn.functional.embedding(
            ids, self.learned, padding_idx=PAD)

    def respond(self, embedded: torch.Tensor, lengths: torch.Tensor) -> list[torch.Tensor]:
        """What filters answer to every window, before the ReLU.

        Returns
        -------
        list of float tensors of shape (B, T + h - 1, n_filters), one for each height
            Window p covers the words p - h + 1 … p; -inf where it holds padding alone.
        """
        answers = []
        for h, weight, bias in zip(self.config.heights, self.filters, self.biases, strict=True):
            padded = nn.functional.pad(embedded, (0, 0, h - 1, h - 1))
            n = padded.shape[1] - h + 1
            windows = torch.cat([padded[:, k:k + n] for k in range(h)], dim=2)      # B, n, hD
            answer = torch.addmm(bias, windows.flatten(0, 1), weight.flatten(1).t())  # Bn, F
            empty = torch.arange(n) >= (lengths + h - 1)[:, None]
            answers.append(answer.view(len(embedded), n, -1).masked_fill(empty[:, :, None], -torch.inf))
        return answers

    def classify(self, embedded: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Scores (logits) of shape (B, C) from word vectors (B, T, D)."""
        found = torch.cat([answer.amax(1) for answer in self.respond(embedded, lengths)], dim=1).relu()
        return self.output(self.dropout(found))

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Scores (logits) of shape (B, C) from ids (B, T), padded with 0 behind the first ``lengths`` words."""
        return self.classify(self.embed(ids), lengths)

    @torch.no_grad()
    def cap_norms(self, limit: float) -> None:
        """Shrink every class's weights to a norm of at most ``limit`` (Kim 2014, section 2.1)."""
        norms = self.output.weight.norm(dim=1, keepdim=True)
        self.output.weight.mul_((limit / norms).clamp(max=1))
