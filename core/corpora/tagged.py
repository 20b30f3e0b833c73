"""Sentences with a part of speech for each word: CoNLL-2000 with its chunks, MASC, Brown, and the treebanks' own."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from sys import intern
from typing import Literal

from core.corpora.registry import find_corpus
from core.corpora.text import explain_read_errors
from core.corpora.treebank import Document, iterate_files
from core.corpora.trees import Tree
from core.errors import CorpusError

Part = Literal["train", "test"]
Lines = list[tuple[int, str]]  # with their numbers, from 1
Reader = Callable[[Lines, str, str], Iterator["TaggedSentence"]]  # also takes the document, and the file for messages

_CHUNK = re.compile(r"O|[BI]-\S+")
_MAX_UNTAGGED = 3  # pieces of one word of MASC; the longest, an ellipsis, has two before the one with the tag


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """One sentence.

    Attributes
    ----------
    words, tags : tuple of str
        As the corpus writes them, (T,).
    chunks : tuple of str
        IOB2: ``B-NP`` begins a noun phrase, ``I-NP`` goes on with it, ``O`` is in no chunk; (T,), or empty where the
        corpus has no chunks.
    document : str
        Name of the file or text it comes from.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    chunks: tuple[str, ...]
    document: str


def read_conll2000(part: Part, path: Path | None = None) -> tuple[TaggedSentence, ...]:
    """The chunking data of Tjong Kim Sang and Buchholz (CoNLL 2000): WSJ sections 15 to 18 (train) and 20 (test).

    `path` is conll2000.zip or the folder of train.txt and test.txt; the registered corpus if not given, as below. The
    data does not say where its articles begin: all sentences are of the document `part`.

    Raises
    ------
    CorpusError
        The corpus is absent or damaged; the line is named.
    """
    return _read_files("conll2000", path, _read_columns, lambda place: part if place.name == f"{part}.txt" else None)


def read_masc(path: Path | None = None) -> tuple[TaggedSentence, ...]:
    """The tagged texts of the Manually Annotated Sub-Corpus (Ide et al. 2010), tags of the Penn Treebank.

    `path` is masc_tagged.zip or a folder of its texts. The annotation has words with blanks and line ends inside
    (``. . ._...``); they are joined. Tags with no word before them (``_UH``) are left out.

    Raises
    ------
    CorpusError
        The corpus is absent or damaged; the line is named.
    """
    return _read_files("masc", path, _read_underscored, _name_masc)


def read_brown(path: Path | None = None) -> tuple[TaggedSentence, ...]:
    """The Brown corpus (Francis and Kučera 1979) with its own tags, such as ``nn-tl``, a noun in a title.

    `path` is brown.zip or a folder with its files ca01 to cr09.

    Raises
    ------
    CorpusError
        The corpus is absent or damaged; the line is named.
    """
    return _read_files("brown", path, _read_slashed,
                       lambda place: place.name if re.fullmatch(r"c[a-r]\d\d", place.name) else None)


def tag_trees(documents: Iterable[Document]) -> tuple[TaggedSentence, ...]:
    """The words of each tree with the labels right above them; documents come from `read_trees`.

    Raises
    ------
    CorpusError
        A word stands in a phrase without a label of its own.
    """
    sentences = []
    for document in documents:
        for number, tree in enumerate(document.trees, 1):
            leaves = list(_leaves(tree))
            bare = next((word for word, tag in leaves if not tag), None)
            if bare is not None:
                raise CorpusError("Tree {number} of {name} has a word without a part of speech: “{word}”.",
                                  "Write each word in a bracket of its own, such as (DT the).", number=number,
                                  name=document.name, word=bare[:60])
            sentences += [_make(leaves, document.name)] if leaves else []
    return tuple(sentences)


def _leaves(tree: Tree | str, tag: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield tree, tag
    else:
        for child in tree.children:
            yield from _leaves(child, tree.label if tree.is_preterminal else "")


def _read_files(name: str, path: Path | None, read: Reader,
                name_document: Callable[[PurePath], str | None]) -> tuple[TaggedSentence, ...]:
    """Sentences of every file that `name_document` gives a name."""
    path = path or find_corpus(name)
    sentences: list[TaggedSentence] = []
    with explain_read_errors(str(path)):
        for place, load in iterate_files(path, ("",)):
            document = name_document(PurePath(place))
            if document and not PurePath(place).name.startswith("."):  # packers on a Mac add files ._name
                sentences += read(list(_number_lines(load(), place)), document, place)
    if not sentences:
        raise CorpusError("{path} holds no sentence of {name}.", "Run “python -m core.corpora fetch {name}”, or give "
                          "the zip or the unpacked folder.", path=str(path), name=name)
    return tuple(sentences)


def _number_lines(data: bytes, file: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            yield number, line.decode()
        except UnicodeDecodeError:
            raise _damaged(file, number, line.decode("latin-1"), "UTF-8") from None


def _damaged(file: str, line: int, found: str, wanted: str) -> CorpusError:
    return CorpusError("Line {line} of {file} is not {wanted}: “{found}”.", "Correct the line, or fetch the corpus "
                       "again.", line=line, file=file, wanted=wanted, found=found.strip()[:60])


def _make(rows: list[tuple[str, ...]], document: str) -> TaggedSentence:
    """Of rows of word, tag and perhaps chunk; equal words are one object, as the corpora are large."""
    words, tags, *chunks = (tuple(map(intern, column)) for column in zip(*rows, strict=True))
    return TaggedSentence(words, tags, chunks[0] if chunks else (), document)


def _read_columns(lines: Lines, document: str, file: str) -> Iterator[TaggedSentence]:
    rows: list[tuple[str, ...]] = []
    for number, line in [*lines, (0, "")]:
        cells = tuple(line.split())
        if cells:
            before = rows[-1][2] if rows else "O"
            if len(cells) != 3 or not _CHUNK.fullmatch(cells[2]) or (cells[2][0] == "I" and before[1:] != cells[2][1:]):
                raise _damaged(file, number, line, "word TAG chunk (IOB2)")
            rows.append(cells)
        elif rows:
            yield _make(rows, document)
            rows = []


def _read_slashed(lines: Lines, document: str, file: str) -> Iterator[TaggedSentence]:
    for number, line in lines:
        rows = []
        for piece in line.split():
            word, _, tag = piece.rpartition("/")
            if not word or not tag:
                raise _damaged(file, number, piece, "word/tag")
            rows.append((word, tag))
        if rows:
            yield _make(rows, document)


def _name_masc(place: PurePath) -> str | None:
    """``written/wsj_0120``; the folder says whether the text was spoken."""
    text = place.suffix == ".txt" and place.name != "categories.txt"
    return "/".join(place.with_suffix("").parts[-2:]) if text else None


def _read_underscored(lines: Lines, document: str, file: str) -> Iterator[TaggedSentence]:
    untagged: list[str] = []  # the beginning of a word
    for number, line in lines:
        rows = []
        for piece in line.split():
            word, mark, tag = piece.rpartition("_")
            if not mark:
                untagged.append(piece)
            elif word := "".join((*untagged, word)):
                rows.append((word, tag))
                untagged = []
            if (mark and not tag) or len(untagged) > _MAX_UNTAGGED:
                raise _damaged(file, number, piece, "word_TAG")
        if rows:
            yield _make(rows, document)
    if untagged:
        raise _damaged(file, lines[-1][0], untagged[0], "word_TAG")
