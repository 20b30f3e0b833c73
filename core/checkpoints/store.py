"""Checkpoints on disk: ``cache/checkpoints/<id>/`` with card.json, weights and vocabulary.

Weights are safetensors in half precision; nothing is ever unpickled. A folder that does not fit its
card is refused with a reason, and the others keep working.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save

from core.checkpoints.artefacts import fill_folder, write_atomically, write_json
from core.checkpoints.assemble import fill_model, plan_model
from core.checkpoints.card import BILMS, CLASSIFIERS, EMBEDDINGS, SCHEMA, TRANSLATORS, CheckpointCard, FileCard
from core.checkpoints.halves import DECODER, ENCODER, cut_half, half_card, load_half_card, load_whole
from core.checkpoints.seq2seq import list_seq2seqs
from core.checkpoints.verify import (
    CheckpointFault,
    checkpoint_folder,
    list_folders,
    read_card,
    read_file,
    read_tensors,
)
from core.errors import CheckpointError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
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
    if checkpoint_id.startswith(TRANSLATORS):
        return load_half_card(checkpoint_id)
    return read_card(checkpoint_id, CheckpointCard, SCHEMA, again=_AGAIN, kind="…")


def list_checkpoints(system: str | None = None) -> tuple[list[CheckpointCard], list[CheckpointFault]]:
    """Cards of all checkpoints and the folders that had to be left out.

    By kind, size, strength of the penalty and seed; of equals, the one trained longest comes first.
    """
    cards, faults = [], []
    for name in list_folders():
        if name.startswith((EMBEDDINGS, CLASSIFIERS, TRANSLATORS, BILMS)):  # their own modules list them
            continue
        try:
            card = load_card(name)
        except CheckpointError as error:
            faults.append(CheckpointFault(name, error))
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
    if checkpoint_id.startswith(TRANSLATORS):
        return _load_half(checkpoint_id)
    card = load_card(checkpoint_id)
    weights = read_tensors(card.id, card.weights, again=_AGAIN, kind=card.kind)
    words = json.loads(read_file(card.id, card.vocabulary, again=_AGAIN, kind=card.kind).read_text("utf-8"))
    model = _build_model(weights, card)
    if len(words) != model.config.vocabulary_size:
        raise CheckpointError("{id} has {n} words for a vocabulary of {expected}.", _AGAIN, id=card.id,
                              n=len(words), expected=model.config.vocabulary_size, kind=card.kind)
    return Checkpoint(card, model, Vocabulary(tuple(words)))


def _load_half(checkpoint_id: str) -> Checkpoint:
    whole, half = load_whole(checkpoint_id)
    words = whole.vocabulary.source if half == ENCODER else whole.vocabulary.target
    return Checkpoint(half_card(whole.card, half), cut_half(whole, half), words)


def list_halves() -> list[CheckpointCard]:
    """Cards of the encoders and decoders of all encoder–decoders, encoders first."""
    cards = list_seq2seqs()[0]
    return [half_card(card, half) for half in (ENCODER, DECODER) for card in cards]


def load_snapshots(checkpoint_id: str) -> list[LSTMLanguageModel]:
    """Models after every epoch, first to last; empty where the checkpoint keeps none."""
    card = load_card(checkpoint_id)
    if card.snapshots is None:
        return []
    tensors = read_tensors(card.id, card.snapshots, again=_AGAIN, kind=card.kind)
    models = []
    for prefix in sorted({name.split(".", 1)[0] for name in tensors}, key=lambda p: (len(p), p)):  # 99 before 100
        own = {n.split(".", 1)[1]: t for n, t in tensors.items() if n.startswith(prefix + ".")}
        models.append(_build_model(own, card))
    return models


def _build_model(weights: dict[str, torch.Tensor], card: CheckpointCard) -> LSTMLanguageModel:
    try:
        return fill_model(plan_model(lambda: LSTMLanguageModel(LSTMConfig(**card.model))),
                          {name: t.float() for name, t in weights.items()})
    except (RuntimeError, TypeError, ValueError) as error:  # TypeError: a size is missing or unknown
        raise CheckpointError("The weights of {id} do not fit its card: {why}.", _AGAIN, id=card.id,
                              why=" ".join(str(error).split())[:160], kind=card.kind) from None
