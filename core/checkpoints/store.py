"""Checkpoints on disk: ``cache/checkpoints/<id>/`` with card.json, weights and vocabulary.

Weights are safetensors in half precision; nothing is ever unpickled. A folder that does not fit its
card is refused with a reason, and the others keep working.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from core.checkpoints.artefacts import file_sha256, fill_folder, write_atomically, write_json
from core.checkpoints.card import SCHEMA, CheckpointCard, FileCard
from core.errors import CheckpointError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.settings import cache_folder
from core.tokens.linearise import Kind
from core.tokens.vocabulary import Vocabulary

_AGAIN = "Restore the folder from the repository, or train it again: python -m core.training lstm --kind {kind}."


@dataclass(frozen=True)
class Checkpoint:
    """A verified checkpoint, ready to run (float32, eval mode, no gradients)."""

    card: CheckpointCard
    model: LSTMLanguageModel
    vocabulary: Vocabulary

    @property
    def kind(self) -> Kind:
        return Kind(self.card.kind)

    @property
    def pos_brackets(self) -> bool:
        return bool(self.card.tree_rules.get("pos_brackets", False))


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


def save_checkpoint(model: LSTMLanguageModel, vocabulary: Vocabulary, *,
                    card_fields: dict, snapshots: dict[str, torch.Tensor] | None = None) -> CheckpointCard:
    """Write a checkpoint folder whole; its id ends in the first 8 digits of the weights' hash.

    Parameters
    ----------
    card_fields : dict
        Fields of `CheckpointCard` other than id, model, weights, vocabulary and snapshots.
    snapshots : dict, optional
        ``epoch03.<parameter>`` → tensor.
    """
    weights = save({name: t.detach().cpu().half().contiguous() for name, t in model.state_dict().items()})
    words = json.dumps(list(vocabulary.tokens), ensure_ascii=False, indent=0).encode()
    digest = hashlib.sha256(weights).hexdigest()
    config = asdict(model.config)
    card_id = f"{card_fields['system']}-{card_fields['kind']}-{config['hidden_size']}-{digest[:8]}"
    files = {"weights.safetensors": weights, "vocabulary.json": words}
    if snapshots:
        files["snapshots.safetensors"] = save({n: t.half().contiguous() for n, t in snapshots.items()})
    cards = {name: FileCard(name=name, n_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
             for name, data in files.items()}
    card = CheckpointCard(id=card_id, model=config, weights=cards["weights.safetensors"],
                          vocabulary=cards["vocabulary.json"],
                          snapshots=cards.get("snapshots.safetensors"), **card_fields)

    def fill(folder: Path) -> None:
        for name, data in files.items():
            write_atomically(folder / name, data)
        write_json(folder / "card.json", card.model_dump())

    fill_folder(checkpoint_folder(card_id), fill)
    return card


def load_card(checkpoint_id: str) -> CheckpointCard:
    """Read and validate a card without touching the weights.

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
                              "Pick another one, or train it: python -m core.training lstm --help.",
                              id=checkpoint_id) from None
    except (OSError, ValueError) as error:
        raise CheckpointError("The card of {id} cannot be read: {why}.", _AGAIN, id=checkpoint_id,
                              why=str(error)[:120], kind="…") from None
    schema = raw.get("schema_version") if isinstance(raw, dict) else None
    if schema != SCHEMA:
        raise CheckpointError("The card of {id} has schema {schema}; this version reads schema {known}.",
                              "Update Wordglass, or train the checkpoint again.",
                              id=checkpoint_id, schema=str(schema)[:20], known=SCHEMA)
    try:
        card = CheckpointCard.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise CheckpointError("The card of {id} is not complete: {field}: {why}.", _AGAIN, id=checkpoint_id,
                              field=".".join(map(str, first["loc"])), why=first["msg"], kind="…") from None
    if card.id != checkpoint_id:
        raise CheckpointError("The card in folder {id} belongs to {other}.", _AGAIN, id=checkpoint_id,
                              other=card.id, kind=card.kind)
    return card


def list_checkpoints(system: str | None = None) -> tuple[list[CheckpointCard], list[CheckpointFault]]:
    """Cards of all checkpoints and the folders that had to be left out.

    By kind, size, strength of the penalty and seed; of equals, the one trained longest comes first.
    """
    root = cache_folder() / "checkpoints"
    cards, faults = [], []
    folders = sorted(p for p in root.iterdir() if p.is_dir()) if root.is_dir() else []
    for folder in folders:
        if folder.name.startswith("."):
            continue
        try:
            card = load_card(folder.name)
        except CheckpointError as error:
            faults.append(CheckpointFault(folder.name, error))
        else:
            cards.append(card)
    cards = [c for c in cards if system is None or c.system == system]
    return sorted(cards, key=lambda c: (c.system, c.kind, c.model.get("hidden_size", 0), c.training.get("l1", 0),
                                        c.training.get("seed", 0), -c.epochs, c.id)), faults


def load_checkpoint(checkpoint_id: str) -> Checkpoint:
    """Load and verify a checkpoint.

    Raises
    ------
    CheckpointError
        Anything absent, truncated, altered or of the wrong shape, with a remedy.
    """
    card = load_card(checkpoint_id)
    weights = _load_tensors(card, card.weights)
    words = json.loads(_verified(card, card.vocabulary).read_text("utf-8"))
    model = _build_model(weights, card)
    if len(words) != model.config.vocabulary_size:
        raise CheckpointError("{id} has {n} words for a vocabulary of {expected}.", _AGAIN, id=card.id,
                              n=len(words), expected=model.config.vocabulary_size, kind=card.kind)
    return Checkpoint(card, model, Vocabulary(tuple(words)))


def load_snapshots(checkpoint_id: str) -> list[LSTMLanguageModel]:
    """Models after every epoch, first to last; empty where the checkpoint keeps none."""
    card = load_card(checkpoint_id)
    if card.snapshots is None:
        return []
    tensors = _load_tensors(card, card.snapshots)
    models = []
    for prefix in sorted({name.split(".", 1)[0] for name in tensors}, key=lambda p: (len(p), p)):  # 99 before 100
        own = {n.split(".", 1)[1]: t for n, t in tensors.items() if n.startswith(prefix + ".")}
        models.append(_build_model(own, card))
    return models


def _build_model(weights: dict[str, torch.Tensor], card: CheckpointCard) -> LSTMLanguageModel:
    try:
        with torch.device("meta"):  # no memory until the weights are known to fit
            model = LSTMLanguageModel(LSTMConfig(**card.model))
        model.load_state_dict({name: t.float() for name, t in weights.items()}, strict=True, assign=True)
    except (RuntimeError, TypeError, ValueError) as error:  # TypeError: a size is missing or unknown
        raise CheckpointError("The weights of {id} do not fit its card: {why}.", _AGAIN, id=card.id,
                              why=" ".join(str(error).split())[:160], kind=card.kind) from None
    return model.eval().requires_grad_(False)


def _load_tensors(card: CheckpointCard, file: FileCard) -> dict[str, torch.Tensor]:
    path = _verified(card, file)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise CheckpointError("The file {file} of {id} is not valid safetensors: {why}.", _AGAIN,
                              file=file.name, id=card.id, why=str(error)[:120], kind=card.kind) from None


def _verified(card: CheckpointCard, file: FileCard) -> Path:
    path = checkpoint_folder(card.id) / Path(file.name).name
    try:
        n_bytes = path.stat().st_size
    except OSError:
        raise CheckpointError("The file {file} of {id} is missing.", _AGAIN, file=file.name, id=card.id,
                              kind=card.kind) from None
    if n_bytes != file.n_bytes or file_sha256(path) != file.sha256:
        raise CheckpointError("The file {file} of {id} is not the one its card describes "
                              "({n} bytes, {expected} expected).", _AGAIN, file=file.name, id=card.id,
                              n=n_bytes, expected=file.n_bytes, kind=card.kind)
    return path
