"""Models of the same sizes that have learned nothing."""

import torch

from core.analysis.elmo.untrained import draw_bilm, draw_encoder
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig, CharacterEncoder

CHARACTERS = CharacterConfig(((1, 4), (2, 8)), 8, 1, 8)


def is_same(one, other):
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(name == also and torch.equal(a, b) for (name, a), (also, b) in pairs)


def test_each_is_drawn_as_training_begins_with_one():
    config = BiLMConfig(CHARACTERS, cell_size=4)
    for draw, kind, sizes in ((draw_bilm, BiLM, config), (draw_encoder, CharacterEncoder, CHARACTERS)):
        torch.manual_seed(2)
        assert is_same(draw(sizes, 2), kind(sizes))
        assert not is_same(draw(sizes, 2), draw(sizes, 3))
