"""Comparing with a sample of the words."""

import math

import torch
from torch import nn

from core.models.sampled_softmax import LogUniformSampler, _find_equal, sampled_cross_entropy


def test_words_are_drawn_as_often_as_it_says():
    torch.manual_seed(0)
    sampler = LogUniformSampler(50)
    assert abs(float(sampler.log_p.exp().sum()) - 1) < 1e-5
    found = torch.bincount(sampler.draw(200_000), minlength=50) / 200_000
    torch.testing.assert_close(found, sampler.log_p.exp(), atol=3e-3, rtol=0.06)


def test_a_large_sample_gives_the_whole_softmax_and_its_gradient():
    torch.manual_seed(1)
    linear, h = nn.Linear(6, 40), torch.randn(30, 6, requires_grad=True)
    targets = torch.randint(40, (30,))
    whole = nn.functional.cross_entropy(linear(h), targets, reduction="sum")
    grad, = torch.autograd.grad(whole, h)
    sampled = sampled_cross_entropy(h, targets, linear, LogUniformSampler(40), 60_000)
    found, = torch.autograd.grad(sampled, h)
    torch.testing.assert_close(sampled, whole, rtol=0.02, atol=0.1)
    torch.testing.assert_close(found, grad, rtol=0.1, atol=0.03)


def test_a_drawn_target_counts_once():
    linear = nn.Linear(3, 2)
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.zero_()
    loss = sampled_cross_entropy(torch.zeros(1, 3), torch.tensor([0]), linear, LogUniformSampler(2), 100_000)
    assert abs(float(loss.detach()) - math.log(2)) < 0.01


def test_equal_words_are_found_wherever_they_stand():
    rng = torch.Generator().manual_seed(0)
    a, b = torch.randint(30, (200,), generator=rng), torch.randint(5, 60, (300,), generator=rng)
    rows, columns = _find_equal(a, b)
    found = torch.zeros(200, 300, dtype=torch.bool)
    found[rows, columns] = True
    assert torch.equal(found, a[:, None] == b) and len(rows) == found.sum()
    assert all(len(t) == 0 for t in _find_equal(a, b + 100))


def test_half_precision_teaches_the_same():
    torch.manual_seed(2)
    linear, h, targets = nn.Linear(16, 300), torch.randn(50, 16, requires_grad=True), torch.randint(300, (50,))
    grads = []
    for dtype in (torch.float32, torch.bfloat16):
        torch.manual_seed(3)
        loss = sampled_cross_entropy(h, targets, linear, LogUniformSampler(300), 200, dtype)
        grads.append(torch.autograd.grad(loss, [h, linear.weight, linear.bias]))
    for exact, half in zip(*grads, strict=True):
        assert (half - exact).norm() < 0.02 * exact.norm()
