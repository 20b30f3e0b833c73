"""One LSTM layer, unrolled in the open, so that every gate can be seen and trained through.

Equations as in `torch.nn.LSTM` (seed 000, slide "in formulas"), with gates in the order i, f, g, o::

    i, f, o = sigmoid(W x + U h + b)    g = tanh(W x + U h + b)
    c_up = i * g        c = f * c_prev + c_up        h = o * tanh(c)

Axes: T time, B batch, H hidden.
"""

from collections.abc import Callable

import torch
from torch import Tensor

SHUT = -1e4  # a pre-activation far below anything that is added to it: its sigmoid is 0 to the last bit


def runs_half() -> bool:
    """Whether this machine's bfloat16 products are faster than its float32 ones."""
    ask = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)  # torch's own; where it is gone, float32 serves
    return torch.backends.mkldnn.is_available() and ask is not None and bool(ask())


def pack_product(weight: Tensor) -> Callable[[Tensor], Tensor]:
    """A function ``x → x @ weight.T``, with the weights laid out once for the CPU's kernels.

    oneDNN's packed float32 product takes half the time of the plain one at B = 64, H = 1000; in bfloat16 it saves a
    tenth. The operators belong to torch's own graph compiler; where they are absent the plain product serves.
    """
    operators = torch.ops.mkldnn
    packable = (weight.device.type == "cpu" and weight.numel() >= 2**16 and torch.backends.mkldnn.is_available()
                and (weight.dtype == torch.float32 or (weight.dtype == torch.bfloat16 and runs_half()))
                and hasattr(operators, "_linear_pointwise") and hasattr(operators, "_reorder_linear_weight"))
    if not packable:
        return lambda x: x @ weight.t()
    packed = operators._reorder_linear_weight(weight.contiguous(), None)
    return lambda x: operators._linear_pointwise(x, packed, None, "none", [], "")


def tanh_(x: Tensor) -> Tensor:
    """tanh in place as 2 sigmoid(2x) - 1: a fourth of the time, equal to 1e-7."""
    return x.mul_(2).sigmoid_().mul_(2).sub_(1)


def advance(gate: Tensor, c: Tensor, *, cell: Tensor, out: Tensor, limit: float | None = None) -> None:
    """One step, in place and without autograd.

    Parameters
    ----------
    gate : float32 tensor of shape (B, 4H)
        Pre-activations on entry; the *activated* gates i, f, g, o on return.
    c : float32 tensor of shape (B, H)
        Before the step.
    cell, out : float32 tensors of shape (B, H)
        Filled with the next c, cut at ± ``limit`` if there is one, and with o * tanh(c).
    """
    hidden = c.shape[1]
    gate[:, :2 * hidden].sigmoid_()
    tanh_(gate[:, 2 * hidden:3 * hidden])
    gate[:, 3 * hidden:].sigmoid_()
    torch.mul(gate[:, hidden:2 * hidden], c, out=cell)
    cell.addcmul_(gate[:, :hidden], gate[:, 2 * hidden:3 * hidden])
    if limit is not None:
        cell.clamp_(-limit, limit)
    tanh_(out.copy_(cell)).mul_(gate[:, 3 * hidden:])


def retreat(gate: Tensor, before: Tensor, cell: Tensor, *, d_out: Tensor, dc: Tensor, delta: Tensor,
            limit: float | None = None) -> None:
    """The gradient of `advance`, in place.

    Parameters
    ----------
    gate, before, cell : float32 tensors of shape (B, 4H), (B, H) and (B, H)
        The activated gates, and c before and after the step.
    d_out : float32 tensor of shape (B, H)
        dL/d(o * tanh(c)).
    dc : float32 tensor of shape (B, H)
        dL/dc after the step from what comes later on entry; before the step on return.
    delta : tensor of shape (B, 4H)
        Filled with dL/d(pre-activations).
    limit : float, optional
        Of `advance`: a cell that was cut passes no gradient.
    """
    i, f, g, o = gate.chunk(4, dim=1)
    tanh_c = torch.tanh(cell)
    dc.addcmul_(d_out * o, 1 - tanh_c * tanh_c)
    if limit is not None:
        dc.mul_(cell.abs() < limit)
    d_i, d_f, d_g, d_o = delta.chunk(4, dim=1)
    d_i.copy_(dc * g * i * (1 - i))
    d_f.copy_(dc * before * f * (1 - f))
    d_g.copy_(dc * i * (1 - g * g))
    d_o.copy_(d_out * tanh_c * o * (1 - o))
    dc.mul_(f)


def run_recurrence(gates: Tensor, product: Callable[[Tensor], Tensor], h: Tensor, c: Tensor, *,
                   cs: Tensor, hs: Tensor) -> None:
    """Run the recurrence over T steps, in place and without autograd.

    Parameters
    ----------
    gates : float32 tensor of shape (T, B, 4H)
        ``W x + b`` on entry; the *activated* gates i, f, g, o on return.
    product : callable
        ``h → h Uᵀ``, (B, H) to (B, 4H), in whatever precision.
    h, c : float32 tensors of shape (B, H)
        State before the first step.
    cs, hs : float32 tensors of shape (T, B, H)
        Filled with the state after each step.
    """
    for gate, cell, out in zip(gates, cs, hs, strict=True):
        advance(gate.add_(product(h)), c, cell=cell, out=out)
        h, c = out, cell


class LSTMSequence(torch.autograd.Function):
    """Differentiable LSTM layer from a given state; about 1.3 × `nn.LSTM` in bfloat16 training on a CPU.

    The gain is that weight gradients are one matrix product over all steps.

    Inputs: ``x`` (T, B, E), ``w_ih`` (4H, E), ``w_hh`` (4H, H), ``b`` (4H,), the dtype of the matrix products, ``h``
    and ``c`` (B, H) before the first step or None for zero, and ``absent``, bool (T, B) or None. Outputs, float32:
    ``h`` (T, B, H) and the last ``c`` (B, H).

    At an absent step all gates are shut, so that the state is exactly 0 after it: padding on the left of a sequence
    leaves it to start from zero, with no gradient on the way (seed 001, pitfalls).
    """

    @staticmethod
    def forward(ctx, x, w_ih, w_hh, b, dtype, h=None, c=None, absent=None):
        x_low, w_low, u_low = x.to(dtype), w_ih.to(dtype), w_hh.to(dtype)
        gates = (x_low @ w_low.t()).float().add_(b)
        shut_gates(gates, absent)
        steps, batch, hidden = gates.shape[0], gates.shape[1], w_hh.shape[1]
        cs = gates.new_empty(steps, batch, hidden)
        hs = torch.empty_like(cs)
        zero = gates.new_zeros(batch, hidden)
        h, c = zero if h is None else h, zero if c is None else c
        run_recurrence(gates, lambda h: h.to(dtype) @ u_low.t(), h, c, cs=cs, hs=hs)
        ctx.save_for_backward(x_low, w_low, u_low, gates, cs, hs, h, c)
        return hs, cs[-1].clone()

    @staticmethod
    def backward(ctx, grad_h, grad_c):
        x, w, u, gates, cs, hs, h_first, c_first = ctx.saved_tensors
        steps, _, hidden = cs.shape
        delta = torch.empty_like(gates, dtype=u.dtype)  # dL/d(pre-activation of gates)
        dh, dc = torch.zeros_like(cs[0]), grad_c.clone()
        for t in range(steps - 1, -1, -1):
            retreat(gates[t], cs[t - 1] if t else c_first, cs[t], d_out=dh.add_(grad_h[t]), dc=dc, delta=delta[t])
            dh = (delta[t] @ u).float()
        flat, needed = delta.view(-1, 4 * hidden), (*ctx.needs_input_grad, False, False)
        grad_x = (flat @ w).view(x.shape).float() if needed[0] else None
        grad_w = (flat.t() @ x.reshape(-1, x.shape[2])).float() if needed[1] else None
        grad_u = None
        if needed[2]:
            before = torch.cat([h_first.unsqueeze(0), hs[:-1]]).to(u.dtype)
            grad_u = (flat.t() @ before.view(-1, hidden)).float()
        grads = (grad_x, grad_w, grad_u, sum_rows(flat) if needed[3] else None, None,
                 dh if needed[5] else None, dc if needed[6] else None, None)
        return grads[:len(ctx.needs_input_grad)]  # as many as there were inputs


def sum_rows(x: Tensor) -> Tensor:
    """float32 (C,), the sum of the rows of (N, C), as a product, rounded to the precision of ``x``.

    In bfloat16 it takes a fourth of the time of `Tensor.sum` (2,048 rows of 2,000).
    """
    return (x.new_ones(1, len(x)) @ x)[0].float()


def shut_gates(gates: Tensor, absent: Tensor | None) -> None:
    """Shut i, f and o where ``absent``, bool (T, B), is true, by pre-activations (T, B, 4H) whose sigmoid is 0."""
    if absent is not None:
        gates[absent] = SHUT  # padding is rare: a mask over everything would be read whole
