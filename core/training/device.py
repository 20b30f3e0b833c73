"""Where a model is trained, and in which precision."""

import torch

LARGE = 400  # units from which on bfloat16 products pay; below, conversion costs more than it saves


def choose_device(wanted: str) -> torch.device:
    """The device of a setting: ``cpu``, ``cuda``, or ``auto`` for the GPU if there is one."""
    return torch.device("cuda" if wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available()) else "cpu")


def choose_dtype(wanted: str, hidden_size: int) -> torch.dtype:
    """The precision of matrix products: ``bfloat16``, ``float32``, or ``auto`` by the number of units."""
    low = wanted == "bfloat16" or (wanted == "auto" and hidden_size >= LARGE)
    return torch.bfloat16 if low else torch.float32
