"""Texts that readers bring to be trained on: ``cache/jobs/.texts/<sha256>.txt``, kept as long as a job uses them.

A text is known by the hash of its bytes alone, so that settings and links carry no path and no text. One that no job
uses yet is kept for `GRACE_SECONDS`, between its arrival and the start of a run.
"""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Collection
from pathlib import Path

from core.checkpoints.artefacts import write_atomically
from core.errors import JobError
from core.settings import cache_folder, job_folder

MAX_BYTES = 10 * 2**20
MAX_TEXTS = 20          # 200 MB at most
GRACE_SECONDS = 3600.0
_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_digest(value: object) -> bool:
    """Whether a value is a SHA-256 in lower-case hexadecimal digits, and nothing else.

    >>> is_digest("0" * 64), is_digest("../" + "0" * 61), is_digest("0" * 64 + chr(10))
    (True, False, False)
    """
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def text_path(digest: str) -> Path:
    """Where a text lies, or would lie.

    Raises
    ------
    JobError
        When the digest is none.
    """
    if not is_digest(digest):
        raise JobError("“{name}” is not the mark of a text.", "Give the text on the page Your corpus, and train from "
                       "there.", name=str(digest)[:60])
    return _folder() / f"{digest}.txt"


def find_text_file(digest: str) -> Path:
    """The file of a kept text.

    Raises
    ------
    JobError
        When it is not kept, or not any more.
    """
    path = text_path(digest)
    if not path.is_file():
        raise JobError("This text is not kept here, or not any more.",
                       "Give it again on the page Your corpus, and train from there.")
    return path


def keep_text(data: bytes, *, used: Collection[str] = ()) -> str:
    """Keep a text, written under a temporary name and renamed; returns its digest.

    Parameters
    ----------
    data : bytes
        At most `MAX_BYTES`.
    used : collection of str
        Digests that jobs use: those stay. Of the others the oldest make room.

    Raises
    ------
    JobError
        Too large a text, or as many kept ones as there may be, all in use.
    """
    if len(data) > MAX_BYTES:
        raise JobError("The text has {n:.1f} MB; {limit} are allowed.", "Take a part of it.", n=len(data) / 2**20,
                       limit=MAX_BYTES // 2**20)
    digest = hashlib.sha256(data).hexdigest()
    path = text_path(digest)
    if path.is_file():
        os.utime(path)  # its hour begins anew
        return digest
    kept = list_texts()
    free = [name for name in kept if name not in used]
    for name in free[:max(0, len(kept) - MAX_TEXTS + 1)]:
        _delete(name)
    if len(kept) - len(free) >= MAX_TEXTS:
        raise JobError("{n} texts are kept for runs already.", "Delete a run that is not needed any more.", n=len(kept))
    write_atomically(path, data)
    return digest


def list_texts() -> list[str]:
    """Digests of all kept texts, the oldest first."""
    found = []
    for path in _folder().glob("*.txt"):
        try:
            found.append((path.stat().st_mtime, path.stem))
        except FileNotFoundError:  # deleted by another
            continue
    return [name for _, name in sorted(found) if is_digest(name)]


def drop_texts(used: Collection[str]) -> None:
    """Delete what no job uses and nobody has just brought."""
    now = time.time()
    for name in list_texts():
        try:
            if name not in used and now - text_path(name).stat().st_mtime > GRACE_SECONDS:
                _delete(name)
        except FileNotFoundError:
            continue


def forget_text(digest: str, used: Collection[str]) -> None:
    """Delete a text whose last run has been deleted."""
    if is_digest(digest) and digest not in used:
        _delete(digest)


def _delete(digest: str) -> None:
    """The text and the counts that were made of it."""
    text_path(digest).unlink(missing_ok=True)
    for counts in (cache_folder() / "counts").glob(f"*{digest[:60]}-*"):  # half-made ones begin with a dot
        shutil.rmtree(counts, ignore_errors=True)


def _folder() -> Path:
    return job_folder() / ".texts"
