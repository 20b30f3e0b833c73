"""Running text as it was written: articles of paragraphs, in their own case and punctuation.

*Articles.* A line ``= Title =``, at the beginning of a file or below a blank line, begins an article. A file without
such lines is one article, named as the file. An article is cut where it grows beyond `MAX_CHARACTERS`, so that no file
has to fit into memory.

*Paragraphs.* Each line is one, without the blanks around it; text that is broken into short lines must be joined
beforehand. Headings are left out: lines ``== Heading ==``, and lines of fewer than eight words that do not end as a
sentence does. Below a title line a full stop alone does not make a sentence of so few words, as dumps of Wikipedia end
their headings with one (``History.``); a few short sentences go with them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from core.corpora.registry import corpus_entry, find_corpus
from core.corpora.text import explain_read_errors, iterate_blocks, list_files, open_texts

WIKI_ARTICLES, WIKI_CORE = "wiki-articles", "wiki-core"  # the registered corpus, and its first file alone
MAX_CHARACTERS = 2**20  # of an article or a line; the longest of Wikipedia's has fewer
HEADING_WORDS = 8       # a line with fewer may be a heading

_BLOCK_BYTES = 2**18
_TITLE = re.compile(r"= ([^=\s](?:.*[^=\s])?) =")
_SECTION = re.compile(r"=.*=")
_CLOSED = r"""["'”’»)\]]"""
_SENTENCE = re.compile(rf"[.?!…:;]{_CLOSED}*$")
_SURE_SENTENCE = re.compile(rf"[?!…:;]{_CLOSED}*$|\.{_CLOSED}+$")
_SUFFIX = re.compile(r"(\.(txt|text|md))?(\.(xz|gz|bz2))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """A title, and the paragraphs below it without headings; there may be none."""

    title: str
    paragraphs: tuple[str, ...]


def iterate_article_lines(path: Path | None = None) -> Iterator[Article]:
    """The articles of a text in order, read as they are asked for.

    Parameters
    ----------
    path : Path, optional
        Plain text, alone or as ``.xz``, ``.gz``, ``.bz2`` or ``.zip`` (told by content), or a folder of such files at
        any depth, read in order of their names; the registered articles of Wikipedia if not given.

    Raises
    ------
    CorpusError
        When nothing is there, an archive is damaged, or the text is not UTF-8.
    """
    for file in _registered_files() if path is None else list_files(path):
        with explain_read_errors(str(file)), file.open("rb") as raw:
            for name, stream in open_texts(file, raw):
                yield from _cut_articles(_iterate_lines(stream, name), _SUFFIX.sub("", PurePath(name).name))


def find_core() -> Path:
    """The first of the registered files: 2.2 of 15.8 million words."""
    return _registered_files()[0]


def _registered_files() -> list[Path]:
    """In the registry's order; their folder holds another corpus too."""
    folder = find_corpus(WIKI_ARTICLES)
    return [folder / PurePath(file.locations[0]).name for file in corpus_entry(WIKI_ARTICLES).files]


def _iterate_lines(stream: BinaryIO, name: str) -> Iterator[str]:
    """Stripped lines; one that is longer than an article may be comes in pieces, cut at blanks."""
    rest = "\ufeff"
    for block in iterate_blocks(stream, name, _BLOCK_BYTES):
        lines = f"{rest}{block.decode()}".lstrip("\ufeff").split("\n")
        rest = lines.pop()
        yield from map(str.strip, lines)
        if len(rest) > MAX_CHARACTERS:
            yield rest.strip()
            rest = ""
    if rest:
        yield rest.strip()


def _cut_articles(lines: Iterable[str], title: str) -> Iterator[Article]:
    """Articles of one file; `title` is for what stands before the first title line."""
    paragraphs: list[str] = []
    size, below_blank, titled = 0, True, False
    for line in lines:
        found = _TITLE.fullmatch(line) if below_blank else None
        if (found and (titled or paragraphs)) or size > MAX_CHARACTERS:
            yield Article(title, tuple(paragraphs))
            paragraphs, size = [], 0
        if found:
            title, titled = found[1], True
        elif line and not _is_heading(line, titled=titled):
            paragraphs.append(line)
            size += len(line)
        below_blank = not line
    if titled or paragraphs:
        yield Article(title, tuple(paragraphs))


def _is_heading(line: str, *, titled: bool) -> bool:
    if _SECTION.fullmatch(line):
        return True
    ends = _SURE_SENTENCE if titled else _SENTENCE
    return len(line.split(None, HEADING_WORDS)) < HEADING_WORDS and not ends.search(line)
