"""Analysis results on disk: ``cache/analysis/<name>/`` with a manifest and one safetensors file.

A result is a flat frozen dataclass of arrays, numbers, strings and tuples of strings. Whole numbers are stored in as
few bytes as hold them, and come back in the type they had.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.checkpoints.artefacts import fill_folder, write_atomically, write_json
from core.errors import AnalysisError
from core.settings import cache_folder

SCHEMA = 1
Result = TypeVar("Result")


def result_folder(name: str) -> Path:
    """Folder of one stored result; names are made by us, of letters, digits and hyphens."""
    return cache_folder() / "analysis" / name


def save_result(name: str, result: object, *, parents: dict[str, str]) -> None:
    """Write a result whole, with the hashes of what it was computed from."""
    values = {f.name: getattr(result, f.name) for f in fields(result)}
    arrays = {n: np.ascontiguousarray(v) for n, v in values.items() if isinstance(v, np.ndarray)}
    plain = {n: v for n, v in values.items() if n not in arrays}
    stored = {n: _narrow(a) for n, a in arrays.items()}
    widened = {n: str(a.dtype) for n, a in arrays.items() if a.dtype != stored[n].dtype}

    def fill(folder: Path) -> None:
        write_atomically(folder / "arrays.safetensors", save(stored))
        write_json(folder / "manifest.json", {"schema": SCHEMA, "type": type(result).__name__, "parents": parents,
                                              "values": plain, "widened": widened})

    fill_folder(result_folder(name), fill)


def _narrow(array: np.ndarray) -> np.ndarray:
    """Whole numbers in the smallest type that holds them all; others as they are."""
    if array.dtype.kind not in "iu" or not array.size:
        return array
    low, high = int(array.min()), int(array.max())
    smallest = np.min_scalar_type(high) if low >= 0 else np.min_scalar_type(min(low, -high - 1))
    return array.astype(min(smallest, array.dtype, key=lambda t: t.itemsize))


def load_result(name: str, kind: type[Result], *, parents: dict[str, str] | None = None) -> Result:
    """Read a stored result.

    Raises
    ------
    AnalysisError
        Absent, damaged, of another type or schema, or made from other parents.
    """
    folder = result_folder(name)
    remedy = "Compute it again: python -m core.reproduce --recompute."
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        arrays = load_file(folder / "arrays.safetensors")
        arrays |= {n: arrays[n].astype(dtype) for n, dtype in manifest.get("widened", {}).items()}
    except FileNotFoundError:
        raise AnalysisError("There are no stored results for {name}.", remedy, name=name) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, SafetensorError) as error:
        raise AnalysisError("The stored results for {name} cannot be read: {why}.", remedy, name=name,
                            why=str(error)[:120]) from None
    if manifest.get("schema") != SCHEMA or manifest.get("type") != kind.__name__:
        raise AnalysisError("The stored results for {name} belong to another version.", remedy, name=name)
    if parents is not None and manifest["parents"] != parents:
        raise AnalysisError("The stored results for {name} were made from other weights.", remedy, name=name)
    plain = {n: tuple(v) if isinstance(v, list) else v for n, v in manifest["values"].items()}
    try:
        return kind(**arrays, **plain)
    except TypeError:
        raise AnalysisError("The stored results for {name} are incomplete.", remedy, name=name) from None


@dataclass(frozen=True)
class ResultKind(Generic[Result]):
    """Results of one type, at most one a checkpoint, each of which has its ``checkpoint_id``.

    Attributes
    ----------
    ending : str
        What a name has behind the checkpoint's.
    type : type
    """

    ending: str
    type: type[Result]

    def save(self, result: Result, **parents: str) -> str:
        """Store a result, with the hashes of what else it was computed from; returns its name."""
        name = result.checkpoint_id + self.ending
        save_result(name, result, parents=parents)
        return name

    def load(self, checkpoint_id: str) -> Result:
        """The stored result; errors as `load_result`."""
        return load_result(checkpoint_id + self.ending, self.type)

    def load_all(self, system: str) -> list[Result]:
        """Those that can be read, of checkpoints whose names begin with a system, by name."""
        found, root = [], result_folder("")
        for folder in sorted(root.glob(f"{system}-*{self.ending}")) if root.is_dir() else ():
            try:
                found.append(load_result(folder.name, self.type))
            except AnalysisError:
                continue
        return found
