"""Recorded states on disk: ``cache/states/<checkpoint>-<hash8>/`` with one ``.npy`` a state.

The manifest names the parents (weights and sentences by hash); a folder whose parents changed is a
different folder. Arrays are half precision and memory-mapped, so a page reads only what it draws.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.checkpoints.artefacts import fill_folder, write_json
from core.checkpoints.store import Checkpoint
from core.errors import StatesError
from core.settings import cache_folder
from core.states.lstm import SentenceStates, record_states, state_width
from core.tokens.encoded import EncodedSentences

SCHEMA = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatesManifest:
    """What a folder of states holds and what it was made from."""

    schema: int
    checkpoint: str
    weights_sha256: str
    sentences_sha256: str
    n_tokens: int
    names: tuple[str, ...]
    dtype: str


def sentences_sha256(sentences: EncodedSentences) -> str:
    """Hash of what the model reads: ids and sentence boundaries."""
    digest = hashlib.sha256(np.ascontiguousarray(sentences.ids).tobytes())
    digest.update(np.ascontiguousarray(sentences.starts).tobytes())
    return digest.hexdigest()


def states_folder(checkpoint: Checkpoint, sentences: EncodedSentences, names: tuple[str, ...]) -> Path:
    """Folder of one recording; its name hashes everything the content depends on."""
    key = json.dumps([SCHEMA, checkpoint.card.weights.sha256, sentences_sha256(sentences), sorted(names)])
    return cache_folder() / "states" / f"{checkpoint.card.id}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def open_states(checkpoint: Checkpoint, sentences: EncodedSentences, *,
                names: tuple[str, ...] = ("layer0.c_up", "layer0.c", "layer0.h"),
                progress=None) -> SentenceStates:
    """Memory-mapped states of some sentences, recorded first where they are not on disk.

    A disk that cannot be written does not fail the caller: the states are then kept in memory only,
    and the log says so.
    """
    folder = states_folder(checkpoint, sentences, names)
    try:
        return read_states(folder)
    except StatesError as error:
        if folder.exists():
            _log.warning("recording again: %s", error)
    try:
        fill_folder(folder, lambda into: _record_into(into, checkpoint, sentences, names, progress))
        return read_states(folder)
    except OSError as error:
        _log.warning("states of %s are not kept: %s", checkpoint.card.id, error)
        return record_states(checkpoint.model, sentences, names=names, progress=progress)


def read_states(folder: Path) -> SentenceStates:
    """Open a folder of states without copying.

    Raises
    ------
    StatesError
        No manifest, another schema, or an array that is missing, cut short or of another shape.
    """
    remedy = "Delete the folder; the states are recorded again when a page needs them."
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise StatesError("There are no recorded states in {folder}.", remedy, folder=folder.name) from None
    if manifest.get("schema") != SCHEMA:
        raise StatesError("The states in {folder} have schema {schema}.", remedy, folder=folder.name,
                          schema=manifest.get("schema"))
    arrays = {}
    for name in manifest["names"]:
        try:
            arrays[name] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise StatesError("The state {name} in {folder} is damaged: {why}.", remedy, name=name,
                              folder=folder.name, why=str(error)[:120]) from None
        if arrays[name].shape[0] != manifest["n_tokens"]:
            raise StatesError("The state {name} in {folder} has {n} rows; {expected} are expected.", remedy,
                              name=name, folder=folder.name, n=arrays[name].shape[0],
                              expected=manifest["n_tokens"])
    return SentenceStates(arrays)


def _record_into(folder: Path, checkpoint: Checkpoint, sentences: EncodedSentences,
                 names: tuple[str, ...], progress) -> None:
    arrays = {name: np.lib.format.open_memmap(
        folder / f"{name}.npy", mode="w+", dtype=np.float16,
        shape=(sentences.n_tokens, state_width(checkpoint.model, name))) for name in names}
    record_states(checkpoint.model, sentences, names=names, out=arrays, progress=progress)
    for array in arrays.values():
        array.flush()
    manifest = StatesManifest(SCHEMA, checkpoint.card.id, checkpoint.card.weights.sha256,
                              sentences_sha256(sentences), sentences.n_tokens, names, "float16")
    write_json(folder / "manifest.json", manifest.__dict__ | {"names": list(names)})
