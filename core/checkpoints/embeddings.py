"""Concepts, recorded runs and others' word vectors on disk, in ``cache/checkpoints/``: ``qwem-<V>-<hash8>/``,
``qwem-run-<V>-<hash8>/`` and ``qwem-vectors-<V>-<hash8>/``.

Each folder has a card.json and safetensors, verified as they are read; a damaged one is refused with a reason and
the others keep working.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from core.checkpoints.card import EMBEDDINGS, SCHEMA, ConceptsCard, RunCard, VectorsCard
from core.checkpoints.parts import Shapes, list_cards, read_part, read_words, write_parts
from core.checkpoints.verify import CheckpointFault, list_folders, read_card

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
    return write_parts(ConceptsCard, f"{EMBEDDINGS}{len(words)}-", words, {"eigenpairs": tensors}, card_fields | {
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
    return write_parts(RunCard, f"{RUNS}{len(words)}-", words, {"run": tensors},
                       card_fields | {"vocabulary_size": len(words)})


def save_vectors(*, words: Iterable[str], vectors: np.ndarray, contexts: np.ndarray, card_fields: dict) -> VectorsCard:
    """Write vectors in half precision; `card_fields` as for `save_concepts`, with ``program``."""
    words, tensors = list(words), {"vectors": torch.tensor(vectors).half(), "contexts": torch.tensor(contexts).half()}
    return write_parts(VectorsCard, f"{VECTORS}{len(words)}-", words, {"vectors": tensors}, card_fields | {
        "vocabulary_size": len(words), "dimension": vectors.shape[1]})


def load_concepts(checkpoint_id: str) -> Concepts:
    """Load and verify eigenpairs.

    Raises
    ------
    CheckpointError
        Anything absent, truncated, altered or of the wrong shape, with a remedy.
    """
    card = read_card(checkpoint_id, ConceptsCard, SCHEMA, again=_AGAIN)
    v, k = card.vocabulary_size, card.dimension
    words, tensors = _read(card, "eigenpairs", {"values": (k,), "vectors": (v, k), "residuals": (k,),
                                                      "word_counts": (v,)})
    return Concepts(card, words, **{name: t.float().numpy() if name == "vectors" else t.numpy()
                                    for name, t in tensors.items()})


def load_run(checkpoint_id: str) -> RecordedRun:
    """Load and verify a recorded run; errors as `load_concepts`."""
    card = read_card(checkpoint_id, RunCard, SCHEMA, again=_AGAIN)
    words, t = _read(card, "run", {
        "values": (None,), "start": ("K",), "step": ("N",), "time": ("N",), "loss": ("N",), "singular": ("N", "K"),
        "strength": ("N", "K"), "overlap": ("N", "K"), "agreement": ("K", "K"), "snapshot_step": ("S",),
        "snapshot_scale": ("S",), "snapshots": ("S", card.vocabulary_size, None)})
    t["snapshots"] = t["snapshots"].float() * t.pop("snapshot_scale").float()[:, None, None]
    return RecordedRun(card, words, **{name: tensor.numpy() for name, tensor in t.items()})


def load_vectors(checkpoint_id: str) -> WordVectors:
    """Load and verify vectors; errors as `load_concepts`."""
    card = read_card(checkpoint_id, VectorsCard, SCHEMA, again=_AGAIN)
    shape = (card.vocabulary_size, card.dimension)
    words, tensors = _read(card, "vectors", {"vectors": shape, "contexts": shape})
    return WordVectors(card, words, **{name: t.float().numpy() for name, t in tensors.items()})


def _read(card: ConceptsCard | RunCard | VectorsCard, part: str,
               shapes: Shapes) -> tuple[tuple[str, ...], dict[str, torch.Tensor]]:
    """Words and tensors of one part."""
    return read_words(card, card.vocabulary_size, again=_AGAIN), read_part(card, part, shapes, again=_AGAIN)


def list_concepts() -> tuple[list[ConceptsCard], list[CheckpointFault]]:
    """Cards of all concepts, those of the largest text and vocabulary first, and the folders left out."""
    own = [name for name in list_folders(EMBEDDINGS) if not name.startswith((RUNS, VECTORS))]
    cards, faults = list_cards(ConceptsCard, own, again=_AGAIN)
    return sorted(cards, key=lambda c: (-c.corpus.n_tokens, -c.vocabulary_size, -c.dimension, c.id)), faults


def list_runs() -> tuple[list[RunCard], list[CheckpointFault]]:
    """Cards of all recorded runs, by vocabulary, loss, tying and init, and the folders left out."""
    cards, faults = list_cards(RunCard, list_folders(RUNS), again=_AGAIN)
    return sorted(cards, key=lambda c: (c.vocabulary_size, *(str(c.settings.get(n, "")) for n in
                                                            ("loss", "tied", "init", "init_scale")), c.id)), faults


def list_vectors() -> tuple[list[VectorsCard], list[CheckpointFault]]:
    """Cards of all vectors of other programs, and the folders left out."""
    cards, faults = list_cards(VectorsCard, list_folders(VECTORS), again=_AGAIN)
    return sorted(cards, key=lambda c: (c.program, -c.vocabulary_size, c.id)), faults
