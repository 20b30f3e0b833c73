"""Embeddings: how they start, and how they are taken apart."""

import pytest
import torch

from core.models.embedding import Embedding, EmbeddingConfig


@pytest.mark.parametrize("scale", [1e-12, 1e-2, 1.0])
def test_each_mode_of_a_normal_start_has_the_norm_it_is_named_after(scale):
    config = EmbeddingConfig(500, 400, init_scale=scale)
    modes = Embedding(config).words.detach().square().sum(1)  # |u·W|² for the unit vectors of the axes
    assert modes.mean() == pytest.approx(scale**2, rel=0.02) and modes.mean() == pytest.approx(config.start, rel=0.02)


def test_word2vecs_start_is_uniform_and_its_contexts_are_zero():
    config = EmbeddingConfig(500, 40, tied=False, init="word2vec")
    model = Embedding(config)
    assert model.words.abs().max() <= 0.5 / 40 and not model.contexts.any()
    assert model.words.detach().square().sum(1).mean() == pytest.approx(config.start, rel=0.05)


def test_tied_contexts_are_the_words_and_untied_ones_are_not():
    tied, untied = (Embedding(EmbeddingConfig(30, 5, tied=tied)) for tied in (True, False))
    assert tied.contexts is tied.words and len(list(tied.parameters())) == 1
    assert len(list(untied.parameters())) == 2 and not torch.allclose(untied.contexts, untied.words)
    for model in (tied, untied):
        i, j = torch.tensor([0, 7, 29]), torch.tensor([3, 7, 1])
        torch.testing.assert_close(model(i, j), model.products()[i, j])


def test_equal_seeds_start_equally_and_draw_from_nobody_else():
    state = torch.get_rng_state()
    a, b, c = (Embedding(EmbeddingConfig(20, 4), seed=seed).words for seed in (1, 1, 2))
    assert torch.equal(a, b) and not torch.equal(a, c) and torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("tied", [True, False])
def test_the_decomposition_is_that_of_all_products(tied):
    model = Embedding(EmbeddingConfig(40, 6, tied=tied, init_scale=2.0))
    left, s = model.decompose()
    u, values, _ = torch.linalg.svd(model.products().detach())
    torch.testing.assert_close(s.square(), values[:6])
    torch.testing.assert_close((left.t() @ u[:, :6]).abs(), torch.eye(6, dtype=torch.float64))


def test_small_modes_beside_large_ones_keep_their_digits():
    model = Embedding(EmbeddingConfig(30, 2))
    q = torch.linalg.qr(torch.randn(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))).Q
    with torch.no_grad():
        model.words.copy_(q * torch.tensor([10.0, 1e-12]))
    assert model.decompose()[1][1] == pytest.approx(1e-12, rel=1e-2)
