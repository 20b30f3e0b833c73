"""The bidirectional language model of ELMo: a character encoder, two stacks of projected LSTMs, one softmax (Peters et
al. 2018, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from core.models.character_encoder import CharacterConfig, CharacterEncoder
from core.models.dropout import Dropout
from core.models.projected import ProjectedLayer, State

DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True)
class BiLMConfig:
    """Sizes. The defaults are the published model's, 93,600,864 parameters without a softmax (its Table in papers)."""

    characters: CharacterConfig = field(default_factory=CharacterConfig)
    cell_size: int = 4096          # of each direction
    n_layers: int = 2
    clip: float = 3.0              # of cells and of projections
    dropout: float = 0.1           # of what enters every layer and of what leaves the last
    vocabulary_size: int = 0       # words that can be predicted; 0 for a model that only represents

    @property
    def width(self) -> int:
        """Of a word's vector at every layer, both directions."""
        return 2 * self.characters.projection_size


class BiLM(nn.Module):
    """Layers 0 … L: the word itself twice over, then [forward; backward] after each LSTM layer.

    From the second layer on, what a layer reads is added to what it says (the residual of the published code).
    """

    def __init__(self, config: BiLMConfig):
        super().__init__()
        self.config = config
        size = config.characters.projection_size
        self.encoder = CharacterEncoder(config.characters)
        for direction in DIRECTIONS:
            self.add_module(f"{direction}_layers", nn.ModuleList(
                ProjectedLayer(size, config.cell_size, size, config.clip) for _ in range(config.n_layers)))
        self.softmax = nn.Linear(size, config.vocabulary_size) if config.vocabulary_size else None
        if self.softmax is not None:
            nn.init.normal_(self.softmax.weight, std=size ** -0.5)
            nn.init.zeros_(self.softmax.bias)
        self.drop = Dropout(config.dropout)

    def layers(self, direction: str) -> nn.ModuleList:
        """The stack of one direction, lowest first."""
        return self.get_submodule(f"{direction}_layers")

    def first_states(self, direction: str, batch: int) -> tuple[State, ...]:
        """Zero, one a layer."""
        return tuple(layer.first_state(batch) for layer in self.layers(direction))

    def read(self, x: Tensor, direction: str, states: Sequence[State],
             dtype: torch.dtype = torch.float32) -> tuple[list[Tensor], tuple[State, ...]]:
        """What every LSTM layer says, each (T, B, P), while it reads words (T, B, P) in the order in which they are
        given, and the last states."""
        outputs, last = [], []
        for k, layer in enumerate(self.layers(direction)):
            x = self.drop(x)
            h, state = layer(x, states[k], dtype)
            x = h + x if k else h
            outputs.append(x)
            last.append(state)
        return outputs, tuple(last)

    def represent(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Every layer's vectors, (L + 1, T, B, 2P), for words (T, B, P) of which each sentence has ``lengths`` (B,).

        The backward stack reads each sentence from its own end, so that no padding stands before a word. Rows behind
        a sentence's end are of no meaning.
        """
        places = torch.arange(len(x)).unsqueeze(1)
        turned = torch.where(places < lengths, lengths - 1 - places, places).unsqueeze(2)
        layers = [torch.cat([x, x], dim=2)]
        both = [self._read_whole(x, "forward"),
                [h.gather(0, turned.expand_as(h)) for h in
                 self._read_whole(x.gather(0, turned.expand_as(x)), "backward")]]
        layers += [torch.cat(pair, dim=2) for pair in zip(*both, strict=True)]
        return torch.stack(layers)

    def _read_whole(self, x: Tensor, direction: str) -> list[Tensor]:
        outputs = []
        for k, layer in enumerate(self.layers(direction)):
            h = layer.read(x)
            x = h + x if k else h
            outputs.append(x)
        return outputs
