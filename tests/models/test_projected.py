"""The projected layer against torch's own and against a plain loop."""

import pytest
import torch

from core.models.projected import ProjectedLayer


def loop(layer, x, state):
    """Equations of the module's docstring, by autograd."""
    h, c = state
    out = []
    for x_t in x:
        i, f, g, o = (x_t @ layer.w_ih.t() + h @ layer.w_hh.t() + layer.b).chunk(4, dim=1)
        c = (f.sigmoid() * c + i.sigmoid() * g.tanh()).clamp(-layer.clip, layer.clip)
        h = ((o.sigmoid() * c.tanh()) @ layer.w_hr.t()).clamp(-layer.clip, layer.clip)
        out.append(h)
    return torch.stack(out), c


def gradients(layer, x, out):
    weight = torch.linspace(-1, 1, out.numel()).view_as(out)
    grads = torch.autograd.grad((out * weight).sum(), (x, *layer.parameters()))
    return dict(zip(("x", *dict(layer.named_parameters())), grads, strict=True))


@pytest.mark.parametrize("clip", [0.05, 0.3, 100.0])
def test_outputs_and_gradients_are_those_of_a_plain_loop(clip):
    torch.manual_seed(0)
    layer = ProjectedLayer(7, 12, 5, clip).double()
    state = (torch.randn(3, 5).double() * 0.1, torch.randn(3, 12).double().clamp(-clip, clip))
    x = torch.randn(9, 3, 7, dtype=torch.float64, requires_grad=True)
    expected, last = loop(layer, x, state)
    layer32, x32 = layer.float(), x.detach().float().requires_grad_()
    h, (h_last, c_last) = layer32(x32, tuple(s.float() for s in state))
    torch.testing.assert_close(h.double(), expected, atol=2e-6, rtol=1e-5)
    torch.testing.assert_close(c_last.double(), last, atol=2e-6, rtol=1e-5)
    assert h_last.equal(h[-1]) and not h_last.requires_grad
    if clip < 1:
        assert (expected.abs() == clip).any() or (last.abs() == clip).any()  # something was cut
    layer64 = ProjectedLayer(7, 12, 5, clip).double()
    layer64.load_state_dict({n: t.double() for n, t in layer32.state_dict().items()})
    want = gradients(layer64, x, loop(layer64, x, state)[0])
    for name, grad in gradients(layer32, x32, h).items():
        torch.testing.assert_close(grad.double(), want[name], atol=2e-5, rtol=1e-4, msg=name)


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_without_cutting_it_is_torchs_own_lstm():
    torch.manual_seed(1)
    layer, own = ProjectedLayer(7, 12, 5, 1e6), torch.nn.LSTM(7, 12, proj_size=5)
    with torch.no_grad():
        for name, weight in (("weight_ih_l0", layer.w_ih), ("weight_hh_l0", layer.w_hh), ("weight_hr_l0", layer.w_hr),
                             ("bias_ih_l0", layer.b)):
            getattr(own, name).copy_(weight)
        own.bias_hh_l0.zero_()
    x = torch.randn(11, 4, 7)
    expected, (h, c) = own(x)
    found, (h_last, c_last) = layer(x, layer.first_state(4))
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(c_last, c[0], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(h_last, h[0], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(layer.read(x), expected.detach(), atol=1e-6, rtol=1e-5)


def test_reading_in_two_windows_is_reading_in_one():
    torch.manual_seed(2)
    layer, x = ProjectedLayer(6, 10, 4, 3.0), torch.randn(8, 2, 6)
    whole, _ = layer(x, layer.first_state(2))
    first, state = layer(x[:3], layer.first_state(2))
    second, _ = layer(x[3:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole, atol=1e-6, rtol=1e-5)


def test_bfloat16_products_stay_near():
    torch.manual_seed(3)
    layer, x = ProjectedLayer(32, 64, 32, 3.0), torch.randn(10, 8, 32)
    exact, _ = layer(x, layer.first_state(8))
    low, _ = layer(x, layer.first_state(8), torch.bfloat16)
    assert 0 < (exact - low).abs().max() < 0.02
