"""The language model: layers, loss and dropout."""

import math

import pytest
import torch

from core.models.lstm import LSTMConfig, LSTMLanguageModel, LSTMLayer
from core.tokens.batches import PAD

SIZES = LSTMConfig(vocabulary_size=11, embedding_size=5, hidden_size=7)


def build(seed: int = 0, **changes) -> LSTMLanguageModel:
    torch.manual_seed(seed)
    return LSTMLanguageModel(LSTMConfig(**{**SIZES.__dict__, **changes}))


def random_ids(steps: int = 6, batch: int = 3) -> torch.Tensor:
    return torch.randint(0, 11, (steps, batch), generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_layers_stack_as_torchs_do(n_layers):
    model = build(n_layers=n_layers).eval()
    reference = torch.nn.LSTM(5, 7, num_layers=n_layers)
    with torch.no_grad():
        for k, layer in enumerate(model.layers):
            getattr(reference, f"weight_ih_l{k}").copy_(layer.w_ih)
            getattr(reference, f"weight_hh_l{k}").copy_(layer.w_hh)
            getattr(reference, f"bias_ih_l{k}").copy_(layer.b)
            getattr(reference, f"bias_hh_l{k}").zero_()
    ids = random_ids()
    ours, theirs = model(ids), reference(model.embedding(ids))[0]
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)
    mine = torch.autograd.grad(ours.square().sum(), [layer.w_hh for layer in model.layers])
    other = torch.autograd.grad(theirs.square().sum(),
                                [getattr(reference, f"weight_hh_l{k}") for k in range(n_layers)])
    for a, b in zip(mine, other, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("steps", [6, 33])  # 99 targets are rounded up to 100
def test_the_loss_is_the_summed_cross_entropy_of_the_softmax(steps):
    model, ids = build().eval(), random_ids(steps)
    targets = random_ids(steps).roll(1, 0)
    loss, n = model.loss(ids, targets)
    log_p = torch.log_softmax(model.decoder(model(ids)), dim=-1)
    expected = -sum(log_p[t, b, targets[t, b]] for t in range(steps) for b in range(3))
    assert n == 3 * steps
    torch.testing.assert_close(loss, expected)
    weights = [model.decoder.weight, model.decoder.bias, model.layers[0].w_ih]
    for own, other in zip(torch.autograd.grad(loss, weights), torch.autograd.grad(expected, weights), strict=True):
        torch.testing.assert_close(own, other, atol=1e-5, rtol=1e-4)


def test_padding_is_never_scored():
    model = build().eval()
    ids, targets = random_ids(), random_ids().roll(1, 0)
    short, n_short = model.loss(ids[:4], targets[:4])
    targets[4:] = PAD
    padded, n_padded = model.loss(ids, targets)
    assert n_short == n_padded == 12
    assert float(padded.detach()) == pytest.approx(float(short.detach()), rel=1e-5)


def test_a_fresh_model_knows_nothing():
    loss, n = build().eval().loss(random_ids(20, 20), random_ids(20, 20).roll(1, 0))
    assert float(loss.detach()) / n == pytest.approx(math.log(11), rel=0.1)


def test_half_precision_changes_the_loss_little():
    model, ids = build(hidden_size=64).eval(), random_ids()
    exact, _ = model.loss(ids, ids.roll(1, 0))
    low, _ = model.loss(ids, ids.roll(1, 0), torch.bfloat16)
    assert float(low.detach()) == pytest.approx(float(exact.detach()), rel=0.01)


def test_dropout_acts_in_training_only():
    model, ids = build(input_dropout=0.3, output_dropout=0.5), random_ids()
    assert not torch.equal(model.train()(ids), model(ids))
    assert torch.equal(model.eval()(ids), model(ids))
    still = build(input_dropout=0.0, output_dropout=0.0).train()
    assert torch.equal(still(ids), still(ids))


def test_weights_start_in_torchs_range():
    layer = LSTMLayer(50, 25)
    for weight in layer.parameters():
        assert 0.15 < float(weight.detach().abs().max()) <= 1 / math.sqrt(25)


def test_every_weight_receives_a_gradient():
    model = build(n_layers=2).train()
    loss, _ = model.loss(random_ids(), random_ids().roll(1, 0))
    loss.backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None and weight.grad.any(), name


@pytest.mark.parametrize("counts", [None, [4, 3, 3, 1]])
def test_the_call_of_the_fused_kernel_is_right(counts):
    torch.manual_seed(0)
    layer, x = LSTMLayer(3, 5), torch.randn(11, 3) if counts else torch.randn(6, 4, 3)
    state = torch.randn(4, 5), torch.randn(4, 5)
    for first in (None, state):
        hs, last = layer._run_fused(x, layer.w_hh, first, counts)  # torch has it for processors too, only slower
        torch.testing.assert_close((hs, last), layer(x, state=first, counts=counts), atol=1e-5, rtol=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="the fused kernel needs a GPU, and this machine has none")
def test_the_fused_kernel_gives_the_same_states():
    model, ids = build().eval(), random_ids()
    expected = model(ids)
    torch.testing.assert_close(model.cuda()(ids.cuda()).cpu(), expected, atol=1e-5, rtol=1e-4)
