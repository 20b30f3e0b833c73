"""Sentences and their translations: Multi30k, Tatoeba's pairs, a table of the reader's own, and our own small sample.

A table is UTF-8 text of one pair a line, ``sentence TAB translation``, with further columns left alone; that is how
manythings.org/anki writes Tatoeba's.
"""

import gzip
import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.registry import corpus_entry, find_corpus
from core.corpora.text import explain_read_errors
from core.errors import CorpusError, TextError
from core.settings import MAX_FILE_BYTES

DEMO_PAIRS = "demo-pairs"
MULTI30K = "multi30k"
TATOEBA = "fra-eng"
Part = Literal["train", "val", "test_2016_flickr", "test_2017_flickr", "test_2017_mscoco"]
MULTI30K_PARTS: tuple[Part, ...] = ("train", "val", "test_2016_flickr", "test_2017_flickr", "test_2017_mscoco")
MAX_SENTENCE = 5_000  # characters


@dataclass(frozen=True, eq=False)
class SentencePairs:
    """Sentences in order, and the translation of each.

    Attributes
    ----------
    source_language, target_language : str
        Codes such as ``en``; ``xx`` where nobody has said.
    sources, targets : tuple of str
        As they stand, stripped; (S,).
    """

    name: str
    source_language: str
    target_language: str
    sources: tuple[str, ...] = field(repr=False)
    targets: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def sha256(self) -> str:
        """Of the sentences as they were read."""
        return hashlib.sha256("\n".join((*self.sources, *self.targets)).encode()).hexdigest()


def read_multi30k(part: Part, folder: Path | None = None) -> SentencePairs:
    """One part of Multi30k's task 1, English and French (Elliott et al. 2016, 2017).

    Raises
    ------
    CorpusError
        When it is absent, damaged, or has not as many French lines as English ones.
    """
    folder = folder or find_corpus(MULTI30K)
    sides = [_read_lines(folder / f"{part}.{language}.gz") for language in ("en", "fr")]
    if len(sides[0]) != len(sides[1]):
        raise CorpusError("{part} of Multi30k in {folder} has {n} English and {m} French lines.",
                          "Fetch it again: python -m core.corpora fetch multi30k.", part=part, folder=str(folder),
                          n=len(sides[0]), m=len(sides[1]))
    return SentencePairs(f"{MULTI30K}/{part}", "en", "fr", *map(tuple, sides))


def _read_lines(path: Path) -> list[str]:
    with explain_read_errors(str(path)):
        text = gzip.decompress(path.read_bytes()).decode().removesuffix("\n")
    return [line.strip() for line in text.split("\n")]


def read_tatoeba(path: Path | None = None) -> SentencePairs:
    """English and French everyday sentences, the selection of manythings.org/anki from Tatoeba.

    Raises
    ------
    CorpusError
        When it is absent or damaged.
    """
    path = path or find_corpus(TATOEBA)
    with explain_read_errors(str(path)):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                data = archive.read("fra.txt")
        else:
            data = path.read_bytes()
    return read_pair_table(data, name=TATOEBA, languages=("en", "fr"))


def read_pair_table(data: bytes, *, name: str = "your pairs",
                    languages: tuple[str, str] = ("xx", "xx")) -> SentencePairs:
    """Pairs from a table, see above; blank lines are passed over.

    Raises
    ------
    TextError
        The table is too large, no UTF-8 text, empty, or a row lacks a sentence or is too long; the line is named.
    """
    if len(data) > MAX_FILE_BYTES:
        raise TextError("The table has {n:,} bytes; at most {limit:,} are read.", "Leave out some rows.",
                        n=len(data), limit=MAX_FILE_BYTES)
    rows = []
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            raise TextError("Line {line} is not UTF-8.", "Save the table as UTF-8.", line=number) from None
        if line.strip():
            rows.append(_read_row(line, number))
    if not rows:
        raise TextError("The table holds no pairs.", "Write one pair a line: a sentence, a tab, its translation.")
    sources, targets = zip(*rows, strict=True)
    return SentencePairs(name, *languages, sources, targets)


def _read_row(line: str, number: int) -> tuple[str, str]:
    cells = [cell.strip() for cell in line.rstrip("\r").split("\t")]
    if len(cells) < 2:
        raise TextError("Line {line} has one column only.", "Write a sentence, a tab and its translation.", line=number)
    if not cells[0]:
        raise TextError("Line {line} has a translation but no sentence.", "Write the sentence, or leave the line out.",
                        line=number)
    if not cells[1]:
        raise TextError("Line {line} has a sentence but no translation.", "Write the translation, or leave the line "
                        "out.", line=number)
    for cell in cells[:2]:
        if len(cell) > MAX_SENTENCE:
            raise TextError("Line {line} has a sentence of more than {limit:,} characters.", "Cut it into sentences.",
                            line=number, limit=MAX_SENTENCE)
    return cells[0], cells[1]


def read_demo() -> SentencePairs:
    """Our own captions and everyday sentences, English and French: read by no model in training."""
    pairs = read_demo_pairs()
    return SentencePairs(DEMO_PAIRS, "en", "fr", tuple(p.english for p in pairs), tuple(p.french for p in pairs))


_READERS: dict[str, Callable[[], SentencePairs]] = {TATOEBA: read_tatoeba, DEMO_PAIRS: read_demo,
                                                    MULTI30K: lambda: read_multi30k("train")}


def read_pairs(name: str, languages: tuple[str, str] = ("xx", "xx")) -> SentencePairs:
    """Pairs to train on: ``multi30k`` (its training part), ``fra-eng``, ``demo-pairs``, or the path of a table.

    Parameters
    ----------
    languages : tuple of str
        Codes of a table's two columns; the others know theirs.

    Raises
    ------
    CorpusError, TextError
        As the readers; or there is no such corpus and no such file.
    """
    if name in _READERS:
        return _READERS[name]()
    path = Path(name)
    if not path.is_file():
        raise CorpusError("“{name}” is neither a corpus of pairs nor a file.", "The corpora are {known}; a file is a "
                          "table of sentence, tab, translation.", name=name[:200], known=", ".join(_READERS))
    return read_pair_table(path.read_bytes(), name=path.stem[:40], languages=languages)


def pairs_licence(name: str) -> str:
    """Licence of a corpus of pairs, for a checkpoint's card."""
    if name == DEMO_PAIRS:
        return "as Wordglass itself"
    return corpus_entry(name).licence if name in _READERS else "unregistered"
