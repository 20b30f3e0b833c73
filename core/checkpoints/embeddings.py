"""Concepts, recorded runs and others' word vectors on disk, in ``cache/checkpoints/``: ``qwem-<V>-<hash8>/``,
``qwem-run-<V>-<hash8>/`` and ``qwem-vectors-<V>-<hash8>/``.

Each folder has a card.json and safetensors, verified as they are read; a damaged one is refused with a reason and
the others keep working.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from core.checkpoints.artefacts import fill_folder, write_atomically, write_json
from core.checkpoints.card import EMBEDDINGS, SCHEMA, ConceptsCard, FileCard, RunCard, VectorsCard
from core.checkpoints.store import CheckpointFault
from core.checkpoints.verify import checkpoint_folder, list_folders, read_card, read_file, read_tensors
from core.errors import CheckpointError

RUNS, VECTORS = EMBEDDINGS + "run-", EMBEDDINGS + "vectors-"
_AGAIN = "Restore the folder from the repository, or make it again: python -m core.training qwem --help."


@dataclass(frozen=True)
class Concepts:
    """Verified eigenpairs of a target matrix. V words, K pairs.

    Attributes
    ----------
    card : ConceptsCard
    words : tuple of str, length V
        By falling count.
    word_counts : int64 array of shape (V,)
    values : float64 array of shape (K,)
        Falling.
    vectors : float32 array of shape (V, K)
        Rounded to half precision: ‖v‖ and angles are exact to about 2e-4.
    residuals : float64 array of shape (K,)
        ‖M v - λ v‖ before rounding.
    """

    card: ConceptsCard
    words: tuple[str, ...]
    word_counts: np.ndarray
    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray


@dataclass(frozen=True)
class RecordedRun:
    """A verified gradient run. N moments, K modes.

    Attributes
    ----------
    card : RunCard
    words : tuple of str, length V
    values : float64 array of shape (≥ K,)
        Eigenvalues of M*, falling.
    start : float64 array of shape (K,)
        u_k·W(0) C(0)ᵀ u_k: tied, the s₀² of each mode.
    step, time, loss : arrays of shape (N,)
    singular, strength, overlap : float32 arrays of shape (N, K)
        As in `core.training.qwem.Moment`.
    agreement : float32 array of shape (K, K)
        (u_i · v_j)² at the end.
    snapshot_step : int64 array of shape (S,)
    snapshots : float32 array of shape (S, V, r)
        The embedding in its own leading directions, to 1 / 2048 of its largest entry.
    """

    card: RunCard
    words: tuple[str, ...]
    values: np.ndarray
    start: np.ndarray
    step: np.ndarray
    time: np.ndarray
    loss: np.ndarray
    singular: np.ndarray
    strength: np.ndarray
    overlap: np.ndarray
    agreement: np.ndarray
    snapshot_step: np.ndarray
    snapshots: np.ndarray


@dataclass(frozen=True)
class WordVectors:
    """Verified vectors of another program. V words, d dimensions.

    Attributes
    ----------
    card : VectorsCard
    words : tuple of str, length V
        By falling count.
    vectors, contexts : float32 arrays of shape (V, d)
        Rounded to half precision.
    """

    card: VectorsCard
    words: tuple[str, ...]
    vectors: np.ndarray
    contexts: np.ndarray


def save_concepts(*, words: Iterable[str], word_counts: np.ndarray, values: np.ndarray, vectors: np.ndarray,
                  residuals: np.ndarray, card_fields: dict) -> ConceptsCard:
    """Write a concepts folder whole; its id ends in the first 8 digits of the eigenpairs' hash.

    Parameters
    ----------
    card_fields : dict
        ``corpus``, ``settings``, ``seconds``, ``square_sum`` and ``versions`` of `ConceptsCard`.
    """
    words = list(words)
    tensors = {"values": torch.tensor(values, dtype=torch.float64), "vectors": torch.tensor(vectors).half(),
               "residuals": torch.tensor(residuals, dtype=torch.float64),
               "word_counts": torch.tensor(word_counts, dtype=torch.int64)}
    with np.errstate(divide="ignore", invalid="ignore"):
        worst = np.nanmax(np.asarray(residuals) / np.abs(values))
    return _write(ConceptsCard, EMBEDDINGS, words, {"eigenpairs": tensors}, card_fields | {
        "vocabulary_size": len(words), "dimension": len(values), "max_residual": float(worst)})


def save_run(*, words: Iterable[str], arrays: dict[str, np.ndarray], snapshots: dict[int, torch.Tensor],
             card_fields: dict) -> RunCard:
    """Write a recorded run whole.

    Parameters
    ----------
    arrays : dict
        The fields of `RecordedRun` from ``values`` to ``agreement``.
    snapshots : dict
        Step → (V, r); each is kept in half precision with a scale of its own, for 1e-12 is below the smallest half.
    card_fields : dict
        Fields of `RunCard` other than id, vocabulary_size and files.
    """
    words, steps = list(words), sorted(snapshots)
    low = {"singular", "strength", "overlap", "agreement"}
    tensors = {name: torch.tensor(a, dtype=torch.float32 if name in low else None) for name, a in arrays.items()}
    scales = [max(float(snapshots[s].abs().max()), 1e-300) for s in steps]
    tensors["snapshot_step"] = torch.tensor(steps, dtype=torch.int64)
    tensors["snapshot_scale"] = torch.tensor(scales, dtype=torch.float64)
    tensors["snapshots"] = (torch.stack([snapshots[s] / c for s, c in zip(steps, scales, strict=True)]).half()
                            if steps else torch.zeros(0, len(words), 0).half())
    return _write(RunCard, RUNS, words, {"run": tensors}, card_fields | {"vocabulary_size": len(words)})


def save_vectors(*, words: Iterable[str], vectors: np.ndarray, contexts: np.ndarray, card_fields: dict) -> VectorsCard:
    """Write vectors in half precision; `card_fields` as for `save_concepts`, with ``program``."""
    words, tensors = list(words), {"vectors": torch.tensor(vectors).half(), "contexts": torch.tensor(contexts).half()}
    return _write(VectorsCard, VECTORS, words, {"vectors": tensors}, card_fields | {
        "vocabulary_size": len(words), "dimension": vectors.shape[1]})


def _write(card_type, prefix: str, words: list[str], parts: dict[str, dict], fields: dict):
    files = {f"{name}.safetensors": save({n: t.contiguous() for n, t in tensors.items()})
             for name, tensors in parts.items()}
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()[:8]
    files["words.json"] = json.dumps(words, ensure_ascii=False, indent=0).encode()
    cards = {name.split(".")[0]: FileCard(name=name, n_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
             for name, data in files.items()}
    card = card_type(id=f"{prefix}{len(words)}-{digest}", files=cards, **fields)

    def fill(folder: Path) -> None:
        for name, data in files.items():
            write_atomically(folder / name, data)
        write_json(folder / "card.json", card.model_dump())

    fill_folder(checkpoint_folder(card.id), fill)
    return card


def load_concepts(checkpoint_id: str) -> Concepts:
    """Load and verify eigenpairs.

    Raises
    ------
    CheckpointError
        Anything absent, truncated, altered or of the wrong shape, with a remedy.
    """
    card = read_card(checkpoint_id, ConceptsCard, SCHEMA, again=_AGAIN)
    v, k = card.vocabulary_size, card.dimension
    words, tensors = _read_parts(card, "eigenpairs", {"values": (k,), "vectors": (v, k), "residuals": (k,),
                                                      "word_counts": (v,)})
    return Concepts(card, words, **{name: t.float().numpy() if name == "vectors" else t.numpy()
                                    for name, t in tensors.items()})


def load_run(checkpoint_id: str) -> RecordedRun:
    """Load and verify a recorded run; errors as `load_concepts`."""
    card = read_card(checkpoint_id, RunCard, SCHEMA, again=_AGAIN)
    words, t = _read_parts(card, "run", {
        "values": (None,), "start": ("K",), "step": ("N",), "time": ("N",), "loss": ("N",), "singular": ("N", "K"),
        "strength": ("N", "K"), "overlap": ("N", "K"), "agreement": ("K", "K"), "snapshot_step": ("S",),
        "snapshot_scale": ("S",), "snapshots": ("S", card.vocabulary_size, None)})
    t["snapshots"] = t["snapshots"].float() * t.pop("snapshot_scale").float()[:, None, None]
    return RecordedRun(card, words, **{name: tensor.numpy() for name, tensor in t.items()})


def load_vectors(checkpoint_id: str) -> WordVectors:
    """Load and verify vectors; errors as `load_concepts`."""
    card = read_card(checkpoint_id, VectorsCard, SCHEMA, again=_AGAIN)
    shape = (card.vocabulary_size, card.dimension)
    words, tensors = _read_parts(card, "vectors", {"vectors": shape, "contexts": shape})
    return WordVectors(card, words, **{name: t.float().numpy() for name, t in tensors.items()})


def _read_parts(card, part: str, shapes: dict[str, tuple]) -> tuple[tuple[str, ...], dict[str, torch.Tensor]]:
    """Words and tensors; sizes are numbers, letters that must agree, or None for any."""
    def refuse(why: str) -> CheckpointError:
        return CheckpointError("The content of {id} does not fit its card: {why}.", _AGAIN, id=card.id, why=why)

    for name in ("words", part):
        if name not in card.files:
            raise refuse(f"{name} is not listed")
    try:
        words = json.loads(read_file(card.id, card.files["words"], again=_AGAIN).read_text("utf-8"))
    except ValueError as error:
        raise refuse(str(error)[:120]) from None
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words) or len(words) != card.vocabulary_size:
        raise refuse(f"not {card.vocabulary_size} words")
    tensors, sizes = read_tensors(card.id, card.files[part], again=_AGAIN), {}
    if set(tensors) != set(shapes):
        raise refuse(f"tensors {', '.join(sorted(set(tensors) ^ set(shapes)))[:80]}")
    for name, shape in shapes.items():
        found = tuple(tensors[name].shape)
        agreed = [n if s is None else sizes.setdefault(s, n) if isinstance(s, str) else s
                  for s, n in zip(shape, found, strict=False)]
        if len(found) != len(shape) or tuple(agreed) != found:
            raise refuse(f"{name} has the shape {found}")
    return tuple(words), tensors


def list_concepts() -> tuple[list[ConceptsCard], list[CheckpointFault]]:
    """Cards of all concepts, those of the largest text and vocabulary first, and the folders left out."""
    own = [name for name in list_folders(EMBEDDINGS) if not name.startswith((RUNS, VECTORS))]
    cards, faults = _list(ConceptsCard, own)
    return sorted(cards, key=lambda c: (-c.corpus.n_tokens, -c.vocabulary_size, -c.dimension, c.id)), faults


def list_runs() -> tuple[list[RunCard], list[CheckpointFault]]:
    """Cards of all recorded runs, by vocabulary, loss, tying and init, and the folders left out."""
    cards, faults = _list(RunCard, list_folders(RUNS))
    return sorted(cards, key=lambda c: (c.vocabulary_size, *(str(c.settings.get(n, "")) for n in
                                                            ("loss", "tied", "init", "init_scale")), c.id)), faults


def list_vectors() -> tuple[list[VectorsCard], list[CheckpointFault]]:
    """Cards of all vectors of other programs, and the folders left out."""
    cards, faults = _list(VectorsCard, list_folders(VECTORS))
    return sorted(cards, key=lambda c: (c.program, -c.vocabulary_size, c.id)), faults


def _list(card_type, names: Iterable[str]) -> tuple[list, list[CheckpointFault]]:
    cards, faults = [], []
    for name in names:
        try:
            cards.append(read_card(name, card_type, SCHEMA, again=_AGAIN))
        except CheckpointError as error:
            faults.append(CheckpointFault(name, error))
    return cards, faults
