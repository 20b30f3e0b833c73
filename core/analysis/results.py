"""Analysis results on disk: ``cache/analysis/<name>/`` with a manifest and one safetensors file.

A result is a flat frozen dataclass of arrays, numbers, strings and tuples of strings.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

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

    def fill(folder: Path) -> None:
        write_atomically(folder / "arrays.safetensors", save(arrays))
        write_json(folder / "manifest.json", {"schema": SCHEMA, "type": type(result).__name__,
                                              "parents": parents, "values": plain})

    fill_folder(result_folder(name), fill)


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
    except FileNotFoundError:
        raise AnalysisError("There are no stored results for {name}.", remedy, name=name) from None
    except (OSError, ValueError, SafetensorError) as error:
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
