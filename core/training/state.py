"""A saved state of training and what is said when it does not fit."""

from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError

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
