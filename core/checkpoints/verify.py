"""What every kind of checkpoint is put through as it is read: an id that is a name, a card that is whole, files that
are the card's.

Remedies are templates over the fields a caller adds.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file

from core.checkpoints.artefacts import file_sha256
from core.checkpoints.card import FileCard
from core.errors import CheckpointError
from core.settings import cache_folder

Card = TypeVar("Card", bound=BaseModel)


@dataclass(frozen=True)
class CheckpointFault:
    """A folder that could not be used, and why."""

    id: str
    error: CheckpointError


def checkpoint_folder(checkpoint_id: str) -> Path:
    """Where a checkpoint lives. Ids are names, never paths.

    Raises
    ------
    CheckpointError
        When the id holds anything but letters, digits and hyphens.
    """
    if not checkpoint_id or not checkpoint_id.replace("-", "").isalnum() or not checkpoint_id.isascii():
        raise CheckpointError("“{id}” is not the name of a checkpoint.",
                              "Pick one from the list on the home page.", id=checkpoint_id[:60])
    return cache_folder() / "checkpoints" / checkpoint_id


def read_card(checkpoint_id: str, card_type: type[Card], schema: int, *, again: str, **fields) -> Card:
    """Read and validate ``card.json`` without touching the other files.

    Parameters
    ----------
    card_type : type
        The pydantic model of the card; it has an ``id``.
    schema : int
        The ``schema_version`` this version reads.
    again : str
        Remedy for a damaged folder.

    Raises
    ------
    CheckpointError
        Absent folder, unreadable card, unknown schema, or a card of another id.
    """
    path = checkpoint_folder(checkpoint_id) / "card.json"
    try:
        raw = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CheckpointError("Checkpoint {id} is not here.",
                              "Pick another one, or make it: python -m core.training --help.",
                              id=checkpoint_id) from None
    except (OSError, ValueError) as error:
        raise CheckpointError("The card of {id} cannot be read: {why}.", again, id=checkpoint_id,
                              why=str(error)[:120], **fields) from None
    found = raw.get("schema_version") if isinstance(raw, dict) else None
    if found != schema:
        raise CheckpointError("The card of {id} has schema {schema}; this version reads schema {known}.",
                              "Update Wordglass, or train the checkpoint again.",
                              id=checkpoint_id, schema=str(found)[:20], known=schema)
    try:
        card = card_type.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise CheckpointError("The card of {id} is not complete: {field}: {why}.", again, id=checkpoint_id,
                              field=".".join(map(str, first["loc"])), why=first["msg"], **fields) from None
    if card.id != checkpoint_id:
        raise CheckpointError("The card in folder {id} belongs to {other}.", again, id=checkpoint_id,
                              other=card.id, **fields)
    return card


def read_file(checkpoint_id: str, file: FileCard, *, again: str, **fields) -> Path:
    """The path of a file whose size and hash are the card's.

    Raises
    ------
    CheckpointError
        When it is missing or another one.
    """
    path = checkpoint_folder(checkpoint_id) / Path(file.name).name
    try:
        n_bytes = path.stat().st_size
    except OSError:
        raise CheckpointError("The file {file} of {id} is missing.", again, file=file.name, id=checkpoint_id,
                              **fields) from None
    if n_bytes != file.n_bytes or file_sha256(path) != file.sha256:
        raise CheckpointError("The file {file} of {id} is not the one its card describes "
                              "({n} bytes, {expected} expected).", again, file=file.name, id=checkpoint_id,
                              n=n_bytes, expected=file.n_bytes, **fields)
    return path


def read_tensors(checkpoint_id: str, file: FileCard, *, again: str, **fields) -> dict[str, torch.Tensor]:
    """The tensors of a file that is the card's; errors as `read_file`, and for what is no safetensors."""
    path = read_file(checkpoint_id, file, again=again, **fields)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise CheckpointError("The file {file} of {id} is not valid safetensors: {why}.", again,
                              file=file.name, id=checkpoint_id, why=str(error)[:120], **fields) from None


def list_folders(prefix: str = "") -> Iterator[str]:
    """Names of all checkpoint folders that begin with a prefix, whole or not, in order."""
    root = cache_folder() / "checkpoints"
    for folder in sorted(p for p in root.iterdir() if p.is_dir()) if root.is_dir() else ():
        if folder.name.startswith(prefix) and not folder.name.startswith("."):
            yield folder.name
