"""Checkpoints made of words and of named parts, each a safetensors file: written whole, verified as they are read."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import torch
from pydantic import BaseModel
from safetensors.torch import save

from core.checkpoints.artefacts import fill_folder, write_atomically, write_json
from core.checkpoints.assemble import Model, plan_model
from core.checkpoints.card import SCHEMA, FileCard
from core.checkpoints.verify import CheckpointFault, checkpoint_folder, read_card, read_file, read_tensors
from core.errors import CheckpointError

Card = TypeVar("Card", bound=BaseModel)
Shapes = dict[str, tuple[int | str | None, ...]]  # sizes are numbers, letters that must agree, or None for any


def write_parts(card_type: type[Card], prefix: str, words: list[str], parts: dict[str, dict[str, torch.Tensor]],
                fields: dict) -> Card:
    """Write a folder whole; its id is the prefix and the first 8 digits of the parts' hash.

    Parameters
    ----------
    card_type : type
        Has ``id`` and ``files``; the rest is in `fields`.
    parts : dict
        Part → tensor by name.
    """
    files = {f"{name}.safetensors": save({n: t.contiguous() for n, t in tensors.items()})
             for name, tensors in parts.items()}
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()[:8]
    files["words.json"] = json.dumps(words, ensure_ascii=False, indent=0).encode()
    cards = {name.split(".")[0]: FileCard(name=name, n_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
             for name, data in files.items()}
    card = card_type(id=f"{prefix}{digest}", files=cards, **fields)

    def fill(folder: Path) -> None:
        for name, data in files.items():
            write_atomically(folder / name, data)
        write_json(folder / "card.json", card.model_dump())

    fill_folder(checkpoint_folder(card.id), fill)
    return card


def refuse(card: BaseModel, why: str, *, again: str) -> CheckpointError:
    """The error of a folder whose files are the card's and yet do not fit it."""
    return CheckpointError("The content of {id} does not fit its card: {why}.", again, id=card.id, why=why)


def plan_card(card: BaseModel, build: Callable[[], Model], *, again: str) -> Model:
    """A model of a card's sizes, without memory until its weights are known to fit."""
    try:
        return plan_model(build)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise refuse(card, " ".join(str(error).split())[:120], again=again) from None


def read_words(card: Card, n_words: int, *, again: str) -> tuple[str, ...]:
    """The words of a folder."""
    if "words" not in card.files:
        raise refuse(card, "words is not listed", again=again)
    try:
        words = json.loads(read_file(card.id, card.files["words"], again=again).read_text("utf-8"))
    except ValueError as error:
        raise refuse(card, str(error)[:120], again=again) from None
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words) or len(words) != n_words:
        raise refuse(card, f"not {n_words} words", again=again)
    return tuple(words)


def read_part(card: Card, part: str, shapes: Shapes, *, again: str) -> dict[str, torch.Tensor]:
    """The tensors of one part, each of its shape."""
    if part not in card.files:
        raise refuse(card, f"{part} is not listed", again=again)
    tensors, sizes = read_tensors(card.id, card.files[part], again=again), {}
    if set(tensors) != set(shapes):
        raise refuse(card, f"tensors {', '.join(sorted(set(tensors) ^ set(shapes)))[:80]}", again=again)
    for name, shape in shapes.items():
        found = tuple(tensors[name].shape)
        agreed = [n if s is None else sizes.setdefault(s, n) if isinstance(s, str) else s
                  for s, n in zip(shape, found, strict=False)]
        if len(found) != len(shape) or tuple(agreed) != found:
            raise refuse(card, f"{name} has the shape {found}", again=again)
    return tensors


def list_cards(card_type: type[Card], names: Iterable[str], *, again: str) -> tuple[list[Card], list[CheckpointFault]]:
    """Cards of some folders, and the folders that had to be left out."""
    cards, faults = [], []
    for name in names:
        try:
            cards.append(read_card(name, card_type, SCHEMA, again=again))
        except CheckpointError as error:
            faults.append(CheckpointFault(name, error))
    return cards, faults
