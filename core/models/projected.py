"""One LSTM layer whose state is projected and clipped, as in the published ELMo (Sak, Senior and Beaufays 2014).

Gates in the order i, f, g, o::

    i, f, o = sigmoid(W x + U h + b)    g = tanh(W x + U h + b)
    c = clip(f * c_prev + i * g)        m = o * tanh(c)        h = clip(V m)

Axes: T time, B batch, H cells, P projection. Both clips cut at ± a limit; a value that was cut passes no gradient.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from core.models.products import pack_product, sum_rows
from core.models.recurrence import advance, retreat

State = tuple[Tensor, Tensor]  # h (B, P) and c (B, H)


def run_projected(gates: Tensor, product: Callable[[Tensor], Tensor], project: Callable[[Tensor], Tensor],
                  state: State, *, clip: float, cs: Tensor, ms: Tensor, hs: Tensor) -> None:
    """Run the recurrence over T steps, in place and without autograd.

    Parameters
    ----------
    gates : float32 tensor of shape (T, B, 4H)
        ``W x + b`` on entry; the *activated* gates on return.
    product, project : callable
        ``h → h Uᵀ``, (B, P) to (B, 4H), and ``m → m Vᵀ``, (B, H) to (B, P), in whatever precision.
    state : (h, c)
        Before the first step.
    cs, ms, hs : float32 tensors of shape (T, B, H), (T, B, H) and (T, B, P)
        Filled.
    """
    h, c = state
    for gate, cell, m, said in zip(gates, cs, ms, hs, strict=True):
        advance(gate.add_(product(h)), c, cell=cell, out=m, limit=clip)
        h, c = torch.clamp(project(m), -clip, clip, out=said), cell


class ProjectedSequence(torch.autograd.Function):
    """Differentiable layer from a given state; the matrix products of weights' gradients go over all steps at once.

    Inputs: ``x`` (T, B, E), ``w_ih`` (4H, E), ``w_hh`` (4H, P), ``b`` (4H,), ``w_hr`` (P, H), ``h`` (B, P) and ``c``
    (B, H) before the first step, the clip and the dtype of the matrix products. Outputs, float32: ``h`` (T, B, P) and
    the last ``c`` (B, H). The first state is a constant: gradients end at the border of a window.
    """

    @staticmethod
    def forward(ctx, x, w_ih, w_hh, b, w_hr, h, c, clip, dtype):
        x, w, u, v = (t.to(dtype) for t in (x, w_ih, w_hh, w_hr))
        gates = (x @ w.t()).float().add_(b)
        cs = gates.new_empty(*gates.shape[:2], c.shape[1])
        ms, hs = torch.empty_like(cs), gates.new_empty(*gates.shape[:2], h.shape[1])
        run_projected(gates, lambda h: h.to(dtype) @ u.t(), lambda m: (m.to(dtype) @ v.t()).float(), (h, c), clip=clip,
                      cs=cs, ms=ms, hs=hs)
        ctx.save_for_backward(x, w, u, v, gates, cs, ms, hs, h, c)
        ctx.clip = clip
        ctx.mark_non_differentiable(last := cs[-1].clone())
        return hs, last

    @staticmethod
    def backward(ctx, grad_h, _):
        x, w, u, v, gates, cs, ms, hs, h_first, c_first = ctx.saved_tensors
        hidden = cs.shape[2]
        delta = torch.empty_like(gates, dtype=u.dtype)  # dL/d(pre-activation of gates)
        raw = torch.empty_like(hs, dtype=u.dtype)       # dL/d(V m)
        dh, dc = torch.zeros_like(hs[0]), torch.zeros_like(cs[0])
        for t in range(len(cs) - 1, -1, -1):
            raw[t].copy_((dh + grad_h[t]) * (hs[t].abs() < ctx.clip))
            retreat(gates[t], cs[t - 1] if t else c_first, cs[t], d_out=(raw[t] @ v).float(), dc=dc, delta=delta[t],
                    limit=ctx.clip)
            dh = (delta[t] @ u).float()
        flat, before = delta.view(-1, 4 * hidden), torch.cat([h_first.unsqueeze(0), hs[:-1]]).to(u.dtype)
        return ((flat @ w).view(x.shape).float(), (flat.t() @ x.reshape(-1, x.shape[2])).float(),
                (flat.t() @ before.view(-1, before.shape[2])).float(), sum_rows(flat),
                (raw.view(-1, raw.shape[2]).t() @ ms.to(u.dtype).view(-1, hidden)).float(), None, None, None, None)


class ProjectedLayer(nn.Module):
    """Weights of one layer. A forget gate opens with its bias of 1, which is part of ``b`` here."""

    def __init__(self, input_size: int, cell_size: int, projection_size: int, clip: float):
        super().__init__()
        self.clip = clip
        self.w_ih = nn.Parameter(torch.empty(4 * cell_size, input_size))
        self.w_hh = nn.Parameter(torch.empty(4 * cell_size, projection_size))
        self.w_hr = nn.Parameter(torch.empty(projection_size, cell_size))
        self.b = nn.Parameter(torch.zeros(4 * cell_size))
        for weight in (self.w_ih, self.w_hh, self.w_hr):
            nn.init.xavier_uniform_(weight)
        with torch.no_grad():
            self.b[cell_size:2 * cell_size] = 1

    def first_state(self, batch: int) -> State:
        """Zero."""
        return self.b.new_zeros(batch, self.w_hr.shape[0]), self.b.new_zeros(batch, self.w_hr.shape[1])

    def forward(self, x: Tensor, state: State, dtype: torch.dtype = torch.float32) -> tuple[Tensor, State]:
        """h (T, B, P) for inputs (T, B, E) from a state, which passes no gradient, and the last state."""
        hs, c = ProjectedSequence.apply(x, self.w_ih, self.w_hh, self.b, self.w_hr, *state, self.clip, dtype)
        return hs, (hs[-1].detach(), c)

    @torch.inference_mode()
    def read(self, x: Tensor) -> Tensor:
        """As `forward` from zero, float32, with weights packed for the CPU: what a recorder calls."""
        gates = pack_product(self.w_ih)(x.reshape(-1, x.shape[2])).add_(self.b).view(*x.shape[:2], -1)
        h, c = self.first_state(x.shape[1])
        cs = gates.new_empty(*x.shape[:2], c.shape[1])
        ms, hs = torch.empty_like(cs), gates.new_empty(*x.shape[:2], h.shape[1])
        run_projected(gates, pack_product(self.w_hh), pack_product(self.w_hr), (h, c), clip=self.clip,
                      cs=cs, ms=ms, hs=hs)
        return hs
