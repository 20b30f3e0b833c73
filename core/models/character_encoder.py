"""A word from its characters: filters over them, highway layers, a projection (Peters et al. 2018, section 3.4; Kim et
al. 2016, Jozefowicz et al. 2016)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.tokens.characters import N_CHARACTERS, PADDING

WORDS = 256  # of like length that are read together, so that short words do not wait for the longest
# (width, number) of the published filters
FILTERS = ((1, 32), (2, 32), (3, 64), (4, 128), (5, 256), (6, 512), (7, 1024))


@dataclass(frozen=True)
class CharacterConfig:
    """Sizes. The defaults are the published ones."""

    filters: tuple[tuple[int, int], ...] = FILTERS
    character_size: int = 16      # of the vector of a character
    n_highway: int = 2
    projection_size: int = 512    # of the vector of a word
    activation: str = "relu"      # or tanh

    @property
    def n_filters(self) -> int:
        return sum(n for _, n in self.filters)


class Highway(nn.Module):
    """y = t * relu(W x + b) + (1 - t) * x with t = sigmoid(W' x + b'); b' begins at -2, so that words first pass as
    they are (bilm-tf, which calls t the carry gate)."""

    def __init__(self, size: int):
        super().__init__()
        self.transform, self.gate = nn.Linear(size, size), nn.Linear(size, size)
        for linear, bias in ((self.transform, 0.0), (self.gate, -2.0)):
            nn.init.normal_(linear.weight, std=size ** -0.5)
            nn.init.constant_(linear.bias, bias)

    def open_gate(self, x: Tensor) -> Tensor:
        """t, of the shape of x: 1 where the word is transformed, 0 where it passes."""
        return self.gate(x).sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        return torch.lerp(x, self.transform(x).relu(), self.open_gate(x))


class CharacterEncoder(nn.Module):
    """Numbers of characters (W, C) to vectors of words (W, P)."""

    def __init__(self, config: CharacterConfig):
        super().__init__()
        self.config = config
        self.characters = nn.Embedding(N_CHARACTERS, config.character_size)
        nn.init.uniform_(self.characters.weight, -1, 1)
        self.filters = nn.ModuleList(nn.Conv1d(config.character_size, n, width) for width, n in config.filters)
        for conv in self.filters:
            nn.init.uniform_(conv.weight, -0.05, 0.05)
            nn.init.zeros_(conv.bias)
        self.highway = nn.ModuleList(Highway(config.n_filters) for _ in range(config.n_highway))
        self.projection = nn.Linear(config.n_filters, config.projection_size)
        nn.init.normal_(self.projection.weight, std=config.n_filters ** -0.5)
        nn.init.zeros_(self.projection.bias)

    def respond(self, numbers: Tensor) -> list[Tensor]:
        """What filters answer at every place before the activation, one (W, n, C - width + 1) for each width."""
        embedded = self.characters(numbers).transpose(1, 2)
        return [conv(embedded) for conv in self.filters]

    def find(self, numbers: Tensor) -> Tensor:
        """The largest answer of every filter, activated, (W, F)."""
        order = (numbers != PADDING).sum(1).argsort()
        found = [self._find_together(numbers[words]) for words in order.split(WORDS)]
        return torch.cat(found)[order.argsort()]

    def _find_together(self, numbers: Tensor) -> Tensor:
        """As `find`. Columns are read until the widest filter lies in the padding of every word once: further ones,
        in which the published code reads padding like any character, repeat that answer."""
        filled = int((numbers != PADDING).any(0).sum()) + self.config.filters[-1][0]
        largest = torch.cat([answer.amax(2) for answer in self.respond(numbers[:, :filled])], dim=1)
        return torch.tanh(largest) if self.config.activation == "tanh" else largest.relu()

    def forward(self, numbers: Tensor) -> Tensor:
        x = self.find(numbers)
        for layer in self.highway:
            x = layer(x)
        return self.projection(x)
