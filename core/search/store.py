"""Packed bits on disk: ``cache/patterns/<checkpoint>-<hash8>/`` with ``words.npy`` and ``starts.npy``.

The manifest names the parents by their hashes. A folder is a fortieth of the states it was made from and is made
again in a second, so only the newest few are kept.
"""

import hashlib
import json
import logging
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.checkpoints.artefacts import fill_folder, write_json
from core.checkpoints.store import Checkpoint
from core.errors import StatesError
from core.search.bits import WORD, PackedBits, pack_states
from core.settings import cache_folder
from core.states.store import sentences_sha256
from core.tokens.encoded import EncodedSentences

SCHEMA = 1
KEPT = 12  # packings of one checkpoint: 130 MB each for a million tokens at 1,000 cells
_REMEDY = "Delete the folder; the states are packed again when a page needs them."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PackedManifest:
    """What a folder holds and what it was made from."""

    schema: int
    checkpoint: str
    weights_sha256: str
    sentences_sha256: str
    name: str
    threshold: float
    sign: int
    n_tokens: int
    n_cells: int


def describe_packing(checkpoint: Checkpoint, sentences: EncodedSentences, name: str, *, threshold: float,
                     sign: int) -> PackedManifest:
    """The manifest of one packing: `name` such as ``layer0.c``."""
    return PackedManifest(SCHEMA, checkpoint.card.id, checkpoint.card.weights.sha256, sentences_sha256(sentences),
                          name, float(np.float16(threshold)), sign, sentences.n_tokens,
                          checkpoint.model.config.hidden_size)


def packed_folder(manifest: PackedManifest) -> Path:
    """Folder of a packing; its name hashes everything the content depends on."""
    key = hashlib.sha256(json.dumps(asdict(manifest)).encode()).hexdigest()[:8]
    return cache_folder() / "patterns" / f"{manifest.checkpoint}-{key}"


def open_packed(manifest: PackedManifest, values: np.ndarray, starts: np.ndarray, *, progress=None) -> PackedBits:
    """Memory-mapped bits, packed first where they are not on disk.

    A disk that cannot be written does not fail the caller: the bits are then kept in memory, and the log says so.

    Parameters
    ----------
    values : float array of shape (N, H)
        The recording that the manifest names.
    """
    folder = packed_folder(manifest)
    try:
        return read_packed(folder)
    except StatesError as error:
        if folder.exists():
            _log.warning("packing again: %s", error)
    options = {"threshold": manifest.threshold, "sign": manifest.sign, "progress": progress}

    def fill(into: Path) -> None:
        words = np.lib.format.open_memmap(into / "words.npy", mode="w+", dtype=np.uint64,
                                          shape=(manifest.n_cells, -(-manifest.n_tokens // WORD)))
        bits = pack_states(values, starts, out=words, **options)
        words.flush()
        np.save(into / "starts.npy", bits.starts, allow_pickle=False)
        write_json(into / "manifest.json", asdict(manifest))

    try:
        fill_folder(folder, fill)
        _forget_old(manifest.checkpoint)
        return read_packed(folder)
    except OSError as error:
        _log.warning("packed states of %s are not kept: %s", manifest.checkpoint, error)
        return pack_states(values, starts, **options)


def read_packed(folder: Path) -> PackedBits:
    """Open a packing without copying.

    Raises
    ------
    StatesError
        No manifest, another schema, or an array that is missing, cut short or of another shape.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        shape = manifest["n_cells"], -(-manifest["n_tokens"] // WORD)
    except (OSError, ValueError, KeyError, TypeError):
        raise StatesError("There are no packed states in {folder}.", _REMEDY, folder=folder.name) from None
    if manifest.get("schema") != SCHEMA:
        raise StatesError("The states in {folder} have schema {schema}.", _REMEDY, folder=folder.name,
                          schema=manifest.get("schema"))
    try:
        words = np.load(folder / "words.npy", mmap_mode="r", allow_pickle=False)
        starts = np.load(folder / "starts.npy", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise StatesError("The packed states in {folder} are damaged: {why}.", _REMEDY, folder=folder.name,
                          why=str(error)[:120]) from None
    if words.shape != shape or starts.shape != shape[1:]:
        raise StatesError("The packed states in {folder} are damaged: {why}.", _REMEDY, folder=folder.name,
                          why=f"{words.shape} instead of {shape}")
    return PackedBits(words, starts, manifest["n_tokens"])


def _forget_old(checkpoint: str) -> None:
    folders = sorted((cache_folder() / "patterns").glob(f"{checkpoint}-*"), key=lambda f: f.stat().st_mtime)
    for folder in folders[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
