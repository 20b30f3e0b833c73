"""Matrix products of small models on a processor, and what prepares their rows."""

from collections.abc import Callable

import torch
from torch import Tensor

Product = Callable[[Tensor], Tensor]
MULTIPLIED = 32  # rows of a search are multiplied by multiples of so many


def runs_half() -> bool:
    """Whether this machine's bfloat16 products are faster than its float32 ones."""
    ask = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)  # torch's own; where it is gone, float32 serves
    return torch.backends.mkldnn.is_available() and ask is not None and bool(ask())


def runs_bytes() -> bool:
    """Whether this machine multiplies 8-bit integers, with torch's kernels, faster than it does bfloat16."""
    return (runs_half() and bool(torch.cpu.get_capabilities().get("avx512_vnni"))
            and all(hasattr(torch.ops.onednn, name) for name in ("qlinear_prepack", "qlinear_pointwise")))


def pack_product(weight: Tensor, bias: Tensor | None = None) -> Product:
    """A function ``x → x @ weight.T + bias``, with the weights laid out once for the CPU's kernels.

    oneDNN's packed float32 product takes half the time of the plain one at B = 64, H = 1000; in bfloat16 it saves a
    tenth. The operators belong to torch's own graph compiler; where they are absent the plain product serves.
    """
    operators = torch.ops.mkldnn
    packable = (weight.device.type == "cpu" and weight.numel() >= 2**16 and torch.backends.mkldnn.is_available()
                and (weight.dtype == torch.float32 or (weight.dtype == torch.bfloat16 and runs_half()))
                and hasattr(operators, "_linear_pointwise") and hasattr(operators, "_reorder_linear_weight"))
    if not packable:
        return lambda x: torch.nn.functional.linear(x, weight, bias)
    packed = operators._reorder_linear_weight(weight.contiguous(), None)
    return lambda x: operators._linear_pointwise(x, packed, bias, "none", [], "")


def pack_half(weight: Tensor, bias: Tensor | None = None) -> Product:
    """`pack_product` in bfloat16; what is added to it makes it float32.

    oneDNN prepares every number of rows that it has not seen for about 1 ms, a third of such a product; so there are
    few of them.
    """
    low = pack_product(weight.bfloat16(), None if bias is None else bias.bfloat16())
    return lambda x: low(pad_rows(x, torch.bfloat16, _round_up(len(x))))[:len(x)]


def pack_bytes(weight: Tensor, bias: Tensor | None = None) -> Product:
    """As `pack_half` in half its time, for ``x`` between -1 and 1, as the h of an LSTM are: products of 8-bit integers.

    A weight is rounded to 1/127 of the largest of its output's, an input to 1/127. Where `runs_bytes` does not hold,
    it is `pack_half`.
    """
    if not runs_bytes():
        return pack_half(weight, bias)
    scale = weight.abs().amax(1).clamp_min(1e-12) / 127
    packed = torch.ops.onednn.qlinear_prepack((weight / scale[:, None]).round().to(torch.int8), None)
    zero, middle = torch.zeros(len(weight), dtype=torch.int64), torch.tensor(128.5)

    def multiply(x: Tensor) -> Tensor:
        rows = pad_rows(torch.add(middle, x, alpha=127), torch.uint8, _round_up(len(x)))  # cut to the integer below
        return torch.ops.onednn.qlinear_pointwise(rows, 1 / 127, 128, packed, scale, zero, bias, 1.0, 0,
                                                  torch.bfloat16, "none", [], "")[:len(x)]

    return multiply


def _round_up(n: int) -> int:
    return -(-n // MULTIPLIED) * MULTIPLIED


def round_rows(n: int) -> int:
    """The next of few numbers of rows; at most a thirty-second more.

    oneDNN prepares a bfloat16 product anew for every shape, which takes 1 to 2 ms, and remembers the last thousand:
    where batches are of any length, a twentieth of a training step.
    """
    step = 1 << max(0, n.bit_length() - 6)
    return -(-n // step) * step


def pad_rows(x: Tensor, dtype: torch.dtype, n: int | None = None) -> Tensor:
    """Rows (N, C) in a precision, with rows of zeros up to ``n``, by default to `round_rows`."""
    padded = x.new_empty(round_rows(len(x)) if n is None else n, x.shape[1], dtype=dtype)
    padded[:len(x)] = x
    padded[len(x):] = 0
    return padded


def sum_at(x: Tensor, places: Tensor, n: int) -> Tensor:
    """Sums (n, C) of the rows of (N, C) that stand at the same one of n places, (N,)."""
    return torch.ops.aten.embedding_dense_backward(x, places, n, -1, False)  # `Tensor.index_add` adds row by row


def sum_rows(x: Tensor) -> Tensor:
    """float32 (C,), the sum of the rows of (N, C), as a product, rounded to the precision of ``x``.

    In bfloat16 it takes a fourth of the time of `Tensor.sum` (2,048 rows of 2,000).
    """
    return (x.new_ones(1, len(x)) @ x)[0].float()
