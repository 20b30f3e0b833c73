"""Counts of a corpus on disk: ``cache/counts/<name>-<hash8>/`` with a manifest and one safetensors file."""

import hashlib
import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from core.checkpoints.artefacts import fill_folder, write_json
from core.corpora.registry import find_corpus
from core.corpora.text import list_files
from core.errors import CorpusError
from core.settings import cache_folder
from core.tokens.cooccurrence import Cooccurrence, CountSettings, count_cooccurrences
from core.tokens.parts import pack_counts, unpack_counts
from core.tokens.shards import Report

SCHEMA = 1


def count_corpus(source: str | Path, settings: CountSettings | None = None, *, workers: int | None = None,
                 scheduler: str | None = None, report: Report | None = None) -> Cooccurrence:
    """The stored counts of a corpus; it is counted first where there are none.

    A stopped count goes on behind its finished shards, which lie beside the counts until these are stored.

    Parameters
    ----------
    source : str or Path
        A registered corpus by its name, or the path of a text.
    workers, scheduler, report
        See `core.tokens.cooccurrence.count_cooccurrences`.

    Raises
    ------
    CorpusError
        When the corpus is absent, cannot be read or has nothing to count; or what is stored is damaged.
    """
    settings = settings or CountSettings()
    path = find_corpus(source) if isinstance(source, str) else source
    folder = count_folder(source, settings)
    if folder.exists():
        return load_counts(folder)
    shards = folder.with_name(f".{folder.name}.shards")
    cooccurrence = count_cooccurrences(path, settings, workers=workers, scheduler=scheduler, folder=shards,
                                       report=report)
    save_counts(folder, cooccurrence)
    shutil.rmtree(shards, ignore_errors=True)
    return cooccurrence


def count_folder(source: str | Path, settings: CountSettings) -> Path:
    """Where the counts of a corpus lie; its files and the settings make the name."""
    path = find_corpus(source) if isinstance(source, str) else source
    name = source if isinstance(source, str) else re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "text"
    files = [[str(f.relative_to(path)), f.stat().st_size, f.stat().st_mtime_ns] for f in list_files(path)]
    made_from = json.dumps({"schema": SCHEMA, "files": files, "settings": asdict(settings)})
    return cache_folder() / "counts" / f"{name[:60]}-{hashlib.sha256(made_from.encode()).hexdigest()[:8]}"


def save_counts(folder: Path, cooccurrence: Cooccurrence) -> None:
    """Write counts whole or not at all."""
    arrays = {"words": np.frombuffer("\n".join(cooccurrence.words).encode(), np.uint8),
              "word_counts": cooccurrence.word_counts, **pack_counts(cooccurrence.counts)}

    def fill(temporary: Path) -> None:
        save_file(arrays, temporary / "arrays.safetensors")
        write_json(temporary / "manifest.json", {
            "schema": SCHEMA, "n_tokens": cooccurrence.n_tokens, "n_articles": cooccurrence.n_articles,
            "settings": asdict(cooccurrence.settings)})

    fill_folder(folder, fill)


def load_counts(folder: Path) -> Cooccurrence:
    """Read stored counts.

    Raises
    ------
    CorpusError
        When they are absent, damaged or of another version.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        if manifest["schema"] != SCHEMA:
            raise ValueError(f"schema {manifest['schema']}")
        arrays = load_file(folder / "arrays.safetensors")
        words = tuple(arrays.pop("words").tobytes().decode().split("\n"))
        cooccurrence = Cooccurrence(words, arrays.pop("word_counts"), unpack_counts(arrays), manifest["n_tokens"],
                                    manifest["n_articles"], CountSettings(**manifest["settings"]))
        if not len(words) == len(cooccurrence.word_counts) == cooccurrence.counts.shape[0]:
            raise ValueError("its arrays do not agree")
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise CorpusError("The stored counts in {folder} cannot be read: {why}.", "Delete that folder; the corpus is "
                          "then counted again.", folder=str(folder), why=str(error)[:120]) from error
    return cooccurrence
