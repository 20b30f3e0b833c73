"""Weights rounded to one byte: a matrix as int8 with a half-precision scale a row, the rest in half precision."""

import torch
from torch import Tensor

_SCALE = ".scale"  # ending of the name of a matrix's row scales


def pack_weights(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rounded weights by name, half the size of half precision."""
    packed = {}
    for name, tensor in state.items():
        if tensor.ndim == 2:
            scale = (tensor.abs().amax(1) / 127).clamp_min(2**-24).half()
            packed[name] = (tensor / scale.float().unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)
            packed[name + _SCALE] = scale
        else:
            packed[name] = tensor.half()
    return packed


def unpack_weights(packed: dict[str, Tensor]) -> dict[str, Tensor]:
    """float32 weights of rounded ones."""
    return {name: tensor.float() * packed[name + _SCALE].float().unsqueeze(1) if name + _SCALE in packed
            else tensor.float() for name, tensor in packed.items() if not name.endswith(_SCALE)}


def packed_shapes(state: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Name and shape of everything that stands for these weights once they are rounded."""
    shapes = {name: tuple(t.shape) for name, t in state.items()}
    return shapes | {name + _SCALE: shape[:1] for name, shape in shapes.items() if len(shape) == 2}


def round_weights(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they will be read back, float32."""
    return unpack_weights(pack_weights(state))
