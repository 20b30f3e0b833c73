"""Networks that have learned nothing."""

import pytest
import torch
from torch import nn

from core.analysis.lstm.heldout import untrained_like
from core.analysis.untrained import draw_untrained
from core.models.lstm import LSTMConfig, LSTMLanguageModel


def make():
    return nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5))


def test_the_weights_are_those_that_the_seed_draws():
    drawn = draw_untrained(make, seed=3)
    torch.manual_seed(3)
    assert torch.equal(drawn[0].weight, nn.Linear(3, 4).weight)
    assert not torch.equal(drawn[0].weight, draw_untrained(make, seed=4)[0].weight)


def test_it_is_only_read():
    drawn = draw_untrained(make, seed=0)
    assert not any(module.training for module in drawn.modules())
    assert not any(p.requires_grad for p in drawn.parameters())


@pytest.mark.parametrize("fails", [False, True])
def test_the_random_numbers_go_on_as_if_nothing_was_drawn(fails):
    def broken():
        torch.rand(5)
        raise ValueError

    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    if fails:
        with pytest.raises(ValueError):
            draw_untrained(broken, seed=1)
    else:
        draw_untrained(make, seed=1)
    assert torch.equal(torch.rand(1), wanted)


def test_an_untrained_lstm_has_first_weights_of_its_own_seed():
    config = LSTMConfig(vocabulary_size=7, embedding_size=3, hidden_size=4)
    torch.manual_seed(1)
    wanted = LSTMLanguageModel(config)
    drawn = untrained_like(LSTMLanguageModel(config), seed=0)
    assert all(torch.equal(a, b) for a, b in zip(drawn.parameters(), wanted.parameters(), strict=True))
