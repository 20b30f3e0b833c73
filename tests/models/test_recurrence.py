"""The recurrence against `torch.nn.LSTM`, against its equations, and as a machine that counts."""

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_sequence

from core.models.recurrence import LSTMSequence, find_ends, run_recurrence, tanh

sizes = st.tuples(st.integers(1, 7), st.integers(1, 4), st.integers(1, 5), st.integers(1, 6))  # T, B, E, H


def random_layer(steps, batch, inputs, hidden, *, seed=0):
    """x (T, B, E), W (4H, E), U (4H, H), b (4H,) that ask for gradients."""
    rng = torch.Generator().manual_seed(seed)
    shapes = (steps, batch, inputs), (4 * hidden, inputs), (4 * hidden, hidden), (4 * hidden,)
    return [torch.randn(shape, generator=rng).requires_grad_() for shape in shapes]


def reference(x, w, u, b):
    """torch's own layer with the same weights; its second bias is 0."""
    layer = torch.nn.LSTM(w.shape[1], u.shape[1])
    with torch.no_grad():
        for name, value in (("weight_ih_l0", w), ("weight_hh_l0", u), ("bias_ih_l0", b), ("bias_hh_l0", 0 * b)):
            getattr(layer, name).copy_(value)
    copy = x.detach().clone().requires_grad_()
    return copy, layer, layer(copy)[0]


def run(gates, u, h, c):
    cs, hs = torch.empty(*gates.shape[:2], u.shape[1]), torch.empty(*gates.shape[:2], u.shape[1])
    run_recurrence(gates, lambda h: h @ u.t(), h, c, cs=cs, hs=hs)
    return cs, hs


@settings(max_examples=25)
@given(sizes, st.integers(0, 99))
def test_states_and_gradients_equal_torchs(shape, seed):
    x, w, u, b = random_layer(*shape, seed=seed)
    h, *_ = LSTMSequence.apply(x, w, u, b, torch.float32)
    copy, layer, expected = reference(x, w, u, b)
    torch.testing.assert_close(h, expected, atol=1e-5, rtol=1e-5)
    weight = torch.randn(h.shape, generator=torch.Generator().manual_seed(1))
    (h * weight).sum().backward()
    (expected * weight).sum().backward()
    for ours, theirs in ((x, copy), (w, layer.weight_ih_l0), (u, layer.weight_hh_l0), (b, layer.bias_ih_l0)):
        torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-5, rtol=1e-4)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(0, 99))
@example([40, 30, 25, 4], 0)  # 99 rows, rounded up to 100
def test_packed_sequences_run_as_torchs_do(lengths, seed):
    lengths = sorted(lengths, reverse=True)
    x, w, u, b = random_layer(sum(lengths), 1, 3, 4, seed=seed)
    packed = pack_sequence(list(x.detach()[:, 0].split(lengths)))
    rows = packed.data.clone().requires_grad_()
    first = [torch.randn(len(lengths), 4).requires_grad_() for _ in "hc"]
    ours = LSTMSequence.apply(rows, w, u, b, torch.float32, *first, packed.batch_sizes.tolist())
    copy, layer, _ = reference(rows, w, u, b)
    theirs, last = layer(packed._replace(data=copy), tuple(s[None] for s in first))
    for own, expected in zip(ours, (theirs.data, last[0][0], last[1][0]), strict=True):
        torch.testing.assert_close(own, expected, atol=1e-5, rtol=1e-5)
    weights = [torch.randn_like(own) for own in ours]
    own = torch.autograd.grad(sum((a * weight).sum() for a, weight in zip(ours, weights, strict=True)),
                              [rows, w, u, b, *first])
    expected = torch.autograd.grad(
        sum((a * weight).sum() for a, weight in zip((theirs.data, last[0][0], last[1][0]), weights, strict=True)),
        [copy, layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, *first])
    for a, e in zip(own, expected, strict=True):
        torch.testing.assert_close(a, e, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("counts", [None, [4, 3, 3, 1]])
def test_a_vector_that_stands_in_many_places_is_as_good_as_copies_of_it(counts):
    vectors, w, u, b = random_layer(1, 5, 3, 4)
    vectors = vectors.detach()[0].requires_grad_()
    places = torch.randint(0, 4, (sum(counts),) if counts else (6, 2))  # the fifth stands nowhere
    once = LSTMSequence.apply(vectors, w, u, b, torch.float32, None, None, counts, places)
    copies = LSTMSequence.apply(vectors[places], w, u, b, torch.float32, None, None, counts)
    for own, expected in zip(once, copies, strict=True):
        torch.testing.assert_close(own, expected, atol=1e-6, rtol=1e-5)
    weights = [torch.randn_like(a) for a in once]
    gradients = [torch.autograd.grad(sum((a * weight).sum() for a, weight in zip(own, weights, strict=True)),
                                     [vectors, w, u, b]) for own in (once, copies)]
    for own, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(own, expected, atol=1e-5, rtol=1e-4)
    assert (gradients[0][0][4] == 0).all()


def test_each_sequence_ends_in_its_own_row():
    # a: 4 steps, b: 2, c: 2, d: 1; rows are a b c d, a b c, a, a
    assert find_ends([4, 3, 1, 1]).tolist() == [8, 5, 6, 3] and find_ends([2, 2]).tolist() == [2, 3]


def test_gradients_equal_finite_differences():
    # float64 inside would need a second code path; a step of 1e-2 in float32 resolves 1e-3
    x, w, u, b = random_layer(4, 2, 3, 3, seed=4)
    LSTMSequence.apply(x, w, u, b, torch.float32)[0].square().sum().backward()
    for value in (x, w, u, b):
        for i in range(0, value.numel(), 5):
            ends = []
            for step in (1e-2, -1e-2):
                moved = [p.detach().clone() for p in (x, w, u, b)]
                moved[[x is value, w is value, u is value, b is value].index(True)].view(-1)[i] += step
                ends.append(float(LSTMSequence.apply(*moved, torch.float32)[0].double().square().sum()))
            assert (ends[0] - ends[1]) / 2e-2 == pytest.approx(float(value.grad.view(-1)[i]), abs=5e-3)


def test_half_precision_products_stay_close():
    parts = random_layer(12, 8, 16, 32, seed=2)
    parts = [(p / 4).detach().requires_grad_() for p in parts]
    exact = LSTMSequence.apply(*parts, torch.float32)[0]
    grads = torch.autograd.grad(exact.square().sum(), parts)
    low = LSTMSequence.apply(*parts, torch.bfloat16)[0]
    low_grads = torch.autograd.grad(low.square().sum(), parts)
    assert low.dtype == torch.float32 and float((low - exact).detach().abs().max()) < 0.02
    for ours, theirs in zip(low_grads, grads, strict=True):
        assert ours.dtype == torch.float32
        assert float((ours - theirs).norm() / theirs.norm()) < 0.03


def test_the_equations_hold_step_by_step():
    x, w, u, b = (p.detach() for p in random_layer(5, 3, 2, 4))
    gates = x @ w.t() + b
    before = gates.clone()
    h, c = torch.randn(3, 4), torch.randn(3, 4)
    cs, hs = run(gates, u, h, c)
    for t in range(5):
        i, f, g, o = (before[t] + h @ u.t()).chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        torch.testing.assert_close(cs[t], c, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(hs[t], h, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(gates[t], torch.cat([i, f, g, o], 1), atol=1e-5, rtol=1e-5)  # returned activated


def constant_gates(i, f, g, o, steps=6):
    return torch.tensor([[[i, f, g, o]]] * steps, dtype=torch.float32)


def test_closed_gates_keep_the_cell():
    cs, _ = run(constant_gates(-50, 50, 3, 0), torch.zeros(4, 1), torch.zeros(1, 1), torch.tensor([[0.7]]))
    torch.testing.assert_close(cs, torch.full_like(cs, 0.7))


def test_a_shut_forget_gate_empties_the_cell_at_once():
    cs, hs = run(constant_gates(-50, -50, 3, 50), torch.zeros(4, 1), torch.zeros(1, 1), torch.tensor([[0.7]]))
    torch.testing.assert_close(cs, torch.zeros_like(cs), atol=1e-12, rtol=0)
    torch.testing.assert_close(hs, torch.zeros_like(hs), atol=1e-7, rtol=0)


def test_open_gates_add_up():
    cs, _ = run(constant_gates(50, 50, 50, 50), torch.zeros(4, 1), torch.zeros(1, 1), torch.zeros(1, 1))
    torch.testing.assert_close(cs.flatten(), torch.arange(1.0, 7.0))


def test_one_cell_can_count_brackets():
    depth = {"(": 1.0, ")": -1.0, "word": 0.0}
    tokens = "( ( word ) ( ( word word ) ) )".split()
    x = torch.tensor([[[depth[token]]] for token in tokens])
    w, b = torch.tensor([[0.0], [0.0], [20.0], [0.0]]), torch.tensor([20.0, 20.0, 0.0, 20.0])  # i, f, o open; g is x
    cs, _ = run(x @ w.t() + b, torch.zeros(4, 1), torch.zeros(1, 1), torch.zeros(1, 1))
    torch.testing.assert_close(cs.flatten(), torch.tensor([1.0, 2, 2, 1, 2, 3, 3, 3, 2, 1, 0]), atol=1e-4, rtol=0)


def test_sentences_of_a_batch_do_not_touch_each_other():
    x, w, u, b = (p.detach() for p in random_layer(6, 4, 3, 5))
    together, *_ = LSTMSequence.apply(x, w, u, b, torch.float32)
    alone, *_ = LSTMSequence.apply(x[:, 2:3].contiguous(), w, u, b, torch.float32)
    torch.testing.assert_close(together[:, 2:3], alone, atol=1e-6, rtol=1e-5)


def test_later_tokens_change_no_earlier_state():
    x, w, u, b = (p.detach() for p in random_layer(6, 2, 3, 5))
    whole, *_ = LSTMSequence.apply(x, w, u, b, torch.float32)
    torch.testing.assert_close(LSTMSequence.apply(x[:4], w, u, b, torch.float32)[0], whole[:4], atol=1e-6, rtol=1e-5)


def test_the_fast_tanh_is_tanh():
    x = torch.linspace(-30, 30, 4001)
    torch.testing.assert_close(tanh(x), torch.tanh(x), atol=3e-7, rtol=0)
    assert torch.equal(tanh(x.clone(), out=x), tanh(torch.linspace(-30, 30, 4001)))  # in place, too
