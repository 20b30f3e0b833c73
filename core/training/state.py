"""A saved state of training and what is said when it does not fit."""

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save

from core.checkpoints.artefacts import write_atomically
from core.errors import TrainingError

STATE = "state.safetensors"


def take_up_state(folder: Path, take_up: Callable[[Path], None]) -> bool:
    """Let ``take_up`` read the saved state of a run if there is one; says whether there was.

    Raises
    ------
    TrainingError
        When the state is damaged or was written by a run on other data.
    """
    path = folder / STATE
    if not path.exists():
        return False
    try:
        take_up(path)
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise TrainingError("The saved state {path} does not fit this run: {why}.",
                            "Delete the folder {folder} to start anew.", path=str(path), folder=str(folder),
                            why=" ".join(str(error).split())[:160]) from error
    return True


def write_state(folder: Path, model: torch.nn.Module, optimiser: torch.optim.Optimizer, meta: dict, *,
                carried: dict[str, torch.Tensor] | None = None) -> None:
    """Write the weights, what the optimiser knows of them, torch's random state, ``meta`` (JSON) and what is carried
    from step to step, all at once."""
    tensors = {f"model.{name}": t for name, t in model.state_dict().items()}
    for i, own in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{i}.{name}": torch.as_tensor(t) for name, t in own.items() if t is not None}
    tensors |= {f"carried.{name}": t for name, t in (carried or {}).items()}
    tensors["rng"] = torch.get_rng_state()
    write_atomically(folder / STATE, save({n: t.detach().cpu().clone().contiguous() for n, t in tensors.items()},
                                          metadata={"run": json.dumps(meta)}))


def read_state(path: Path, model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> dict:
    """Put a written state back into a model and its optimiser; returns ``meta``."""
    with safe_open(path, "pt") as file:
        meta = json.loads(file.metadata()["run"])
    tensors = load_file(path)
    model.load_state_dict({n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")})
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, i, key = name.split(".", 2)
            state.setdefault(int(i), {})[key] = tensor
    optimiser.load_state_dict(optimiser.state_dict() | {"state": state})
    torch.set_rng_state(tensors["rng"])
    return meta


def read_carried(path: Path) -> dict[str, torch.Tensor]:
    """What a written state carries from step to step."""
    return {n.removeprefix("carried."): t for n, t in load_file(path).items() if n.startswith("carried.")}
