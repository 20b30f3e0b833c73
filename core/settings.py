"""Folders and limits. The only module that reads environment variables."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MAX_TEXT_CHARACTERS = 4_000   # a typed sentence or tree; 400 tokens of ordinary English are 2,400
MAX_TYPED_TOKENS = 400        # keeps a typed sentence under 50 ms in core and its figure readable
MAX_TREE_DEPTH = 100          # real treebanks stay below 45; protects every recursive walk
MAX_FILE_BYTES = 512 * 2**20  # a corpus file larger than this is refused before it is read


def cache_folder() -> Path:
    """Artefacts, one folder a stage. ``WORDGLASS_CACHE`` replaces the repository's ``cache/``."""
    return Path(os.environ.get("WORDGLASS_CACHE", ROOT / "cache"))


def user_data_folder() -> Path:
    """Where fetched corpora go: ``$XDG_CACHE_HOME/wordglass`` or ``~/.cache/wordglass``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "wordglass"


def data_folders() -> tuple[Path, ...]:
    """Folders searched for corpora, first match wins: ``$WORDGLASS_DATA``, user's cache, NLTK's, the system's, ours."""
    folders = [Path(p) for p in os.environ.get("WORDGLASS_DATA", "").split(os.pathsep) if p]
    folders.append(user_data_folder())
    nltk_roots = [Path(p) for p in os.environ.get("NLTK_DATA", "").split(os.pathsep) if p]
    nltk_roots += [Path.home() / "nltk_data", Path("/usr/share/nltk_data"),
                   Path("/usr/local/share/nltk_data")]
    folders += [root / "corpora" for root in nltk_roots]
    folders += [Path("/usr/local/share"), Path("/usr/share"), ROOT / "core" / "corpora"]
    return tuple(folders)


def job_folder() -> Path:
    """State of waiting, running and finished jobs (never tracked)."""
    return cache_folder() / "jobs"


def job_slots() -> int:
    """How many jobs run at once: ``$WORDGLASS_JOBS``, or one."""
    wish = os.environ.get("WORDGLASS_JOBS", "")
    return min(int(wish), 64) if wish.isdigit() and int(wish) > 0 else 1


def worker_environment() -> dict[str, str]:
    """What a worker process inherits: this cache, and one thread, so that the pages stay quick beside it."""
    return os.environ | {"WORDGLASS_CACHE": str(cache_folder().resolve()), "OMP_NUM_THREADS": "1"}
