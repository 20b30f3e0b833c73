"""The forms of word-vector files, read in blocks: GloVe's text, word2vec's text and word2vec's binary form.

Which it is, the content tells. A first line of two whole numbers is word2vec's: how many words, how many numbers each.
Only the wanted words are kept, so that memory does not grow with the file; the numbers of the others are counted (in
text) but not read.

*GloVe*: ``word v1 … vD`` a line; a word may hold blanks (in glove.840B), so the last D fields are the vector.
*word2vec, text*: the same below the first line. *Binary*: word, blank, D little-endian float32, often a line end.

Source of the forms: word2vec.c of Mikolov et al. (2013), and glove.c of Pennington et al. (2014).
"""

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from core.errors import CorpusError

MAX_DIMENSION = 10_000
MAX_LINE = 2**20  # bytes of text; 10,000 numbers take a fifth of it
MAX_WORD = 10_000  # bytes in a binary file; the longest of GoogleNews has 98

_HEADER = re.compile(rb"\s*(\d{1,12})\s+(\d{1,12})\s*")
_NO_TEXT = re.compile(rb"[\0-\x08\x0e-\x1f]")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_LARGEST = 3.4028235677973366e38  # from here on float32 is infinite


class Kept:
    """The words and vectors kept so far, and where each stood: a line, or a byte of a binary file."""

    def __init__(self, path: Path, dimension: int, is_text: bool, wanted: Collection[str] | None):
        self.path, self.dimension, self.is_text = path, dimension, is_text
        self.wanted = None if wanted is None else {word.encode("utf-8", "surrogatepass") for word in wanted}
        self.places: dict[bytes, int] = {}
        self.arrays: list[np.ndarray] = []

    def takes(self, word: bytes, place: int) -> bool:
        """True where the vector of this word is to be kept; the word is noted."""
        if (self.wanted is not None and word not in self.wanted) or word in self.places:
            return False
        self.places[word] = place
        return True

    def finish(self) -> tuple[tuple[str, ...], np.ndarray]:
        """Words, and float32 vectors (N, D)."""
        words = []
        for word, place in self.places.items():
            try:
                words.append(word.decode("utf-8"))
            except UnicodeDecodeError:
                raise CorpusError("The word on line {place} of {path} is not UTF-8 text." if self.is_text else
                                  "The word at byte {place} of {path} is not UTF-8 text.", "Save the vectors anew with "
                                  "UTF-8 words; or the file is damaged: copy it again.", place=place,
                                  path=str(self.path)) from None
        vectors = np.concatenate([np.empty(0, np.float32), *self.arrays]).reshape(-1, self.dimension)
        finite = np.isfinite(vectors).all(axis=1)  # those of text were checked line by line
        if not finite.all():
            row = int(finite.argmin())
            raise CorpusError("The vector of the word at byte {place} of {path} has a number that is not finite.",
                              "The file is damaged or was written with other numbers than float32: copy it again.",
                              place=list(self.places.values())[row], path=str(self.path))
        vectors.setflags(write=False)
        return tuple(words), vectors


def read_header(first: bytes, path: Path) -> tuple[int, int]:
    """How many words the first line promises (0 where it is a word's), and how many numbers each has."""
    if not first:
        raise CorpusError("{path} is empty.", "Fetch or copy it again.", path=str(path))
    header = _HEADER.fullmatch(first)
    if header:
        promised, dimension = int(header[1]), int(header[2])
    else:
        promised, fields = 1, first.split()
        dimension = min(_count_numbers(fields), len(fields) - 1)
        if dimension < 1 or not (first.endswith(b"\n") or len(first) < MAX_LINE):
            raise CorpusError("{path} holds no word vectors: its first line is neither a word and its numbers nor "
                              "“words dimensions”.", "Give vectors in GloVe's or word2vec's form.", path=str(path))
    if not promised or not 1 <= dimension <= MAX_DIMENSION:
        raise CorpusError("Line 1 of {path} promises {n} words with {dimension} numbers each.", "There is at least one "
                          "word, with 1 to {limit:,} numbers. If the file is damaged, copy it again.", path=str(path),
                          n=promised, dimension=dimension, limit=MAX_DIMENSION)
    return (promised if header else 0), dimension


def _count_numbers(fields: list[bytes]) -> int:
    """How many of the last fields in a row are numbers."""
    return next((n for n, field in enumerate(reversed(fields)) if not _NUMBER.fullmatch(field)), len(fields))


def looks_like_text(start: bytes, dimension: int) -> bool:
    """Whether what follows word2vec's first line is text: the bytes of numbers soon hold a control character."""
    fields = start.split(b"\n", 1)[0].split()
    if len(fields) > dimension and _count_numbers(fields) >= dimension:
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return not _NO_TEXT.search(start)


def read_lines(blocks: Iterable[bytes], kept: Kept, line: int, *, promised: int, max_words: int | None) -> int:
    """Keep the wanted of all lines behind number `line`; the answer is how many words there were."""
    n_words, rest, blanks = 0, b"", kept.dimension - 1
    for block in chain(blocks, (b"\n",)):
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > MAX_LINE:
            raise CorpusError("Line {line} of {path} has more than {limit:,} bytes.", "Give vectors in GloVe's or "
                              "word2vec's form; or the file is damaged: copy it again.", line=line + len(lines) + 1,
                              path=str(kept.path), limit=MAX_LINE)
        rows: dict[int, bytes] = {}
        for text in lines:
            line += 1
            text = text.rstrip()
            if not text:
                continue
            if n_words == max_words:
                break
            n_words += 1
            word, _, numbers = text.partition(b" ")
            if numbers.count(b" ") != blanks:
                word, numbers = _split_line(text, line, kept)
            if kept.takes(word, line):
                rows[line] = numbers
        kept.arrays.append(_parse_rows(rows, kept))
        if n_words == max_words:
            return n_words
    if n_words < promised:
        _refuse_end(n_words, promised, line - 1, kept)  # less the line end that was added
    if promised and n_words > promised:
        _refuse_more(promised, kept)
    return n_words


def _split_line(text: bytes, line: int, kept: Kept) -> tuple[bytes, bytes]:
    """Word and numbers of a line whose word holds blanks, or which has tabs or several blanks between its fields."""
    fields = text.rsplit(None, kept.dimension)
    extra = fields[0].split()[1:]
    if len(fields) <= kept.dimension or (extra and _NUMBER.fullmatch(extra[-1])):
        _refuse_count(min(_count_numbers(text.split()), len(text.split()) - 1), line, kept)
    return fields[0], b" ".join(fields[1:])


def _refuse_count(n: int, line: int, kept: Kept) -> None:
    raise CorpusError("Line {line} of {path} has {n} numbers instead of {dimension}.",
                      "Each word has as many numbers as the first. If it is the last line, the file was cut short: "
                      "copy it again.", line=line, path=str(kept.path), n=n, dimension=kept.dimension)


def _parse_rows(rows: dict[int, bytes], kept: Kept) -> np.ndarray:
    """The numbers of all rows in a row; the rows by their line."""
    try:
        values = np.fromstring(b" ".join(rows.values()), np.float32, sep=" ")
    except ValueError:
        values = np.empty(0, np.float32)
    if len(values) == len(rows) * kept.dimension and np.isfinite(values).all():
        return values
    for line, row in rows.items():
        fields = row.split()
        if len(fields) != kept.dimension:
            _refuse_count(len(fields), line, kept)
        for number in fields:
            if not _NUMBER.fullmatch(number) or abs(float(number)) >= _LARGEST:
                raise CorpusError("Line {line} of {path} holds “{number}” where a finite number should stand.",
                                  "Correct it; or the file is damaged: copy it again.", line=line, path=str(kept.path),
                                  number=number[:30].decode("utf-8", "replace"))
    return values


def read_records(blocks: Iterator[bytes], kept: Kept, position: int, *, promised: int,
                 max_words: int | None) -> int:
    """Keep the wanted of a binary file's records, which begin at byte `position`."""
    total, size = promised if max_words is None else min(promised, max_words), 4 * kept.dimension
    n_words, data, at = 0, b"", 0
    while n_words < total and (block := next(blocks, b"")):
        data, position, at = data[at:] + block, position + at, 0
        while n_words < total:
            blank = data.find(b" ", at, at + MAX_WORD)
            if blank < 0 and len(data) - at >= MAX_WORD:
                raise CorpusError("There is no word at byte {place} of {path}.", "Its first line may promise a wrong "
                                  "dimension, or the file is damaged: copy it again.", place=position + at,
                                  path=str(kept.path))
            end = blank + 1 + size
            if blank < 0 or end > len(data):
                break
            if kept.takes(data[at:blank].lstrip(b"\n"), position + at):
                kept.arrays.append(np.frombuffer(data[blank + 1:end], "<f4"))
            n_words, at = n_words + 1, end
    if n_words < total:
        _refuse_end(n_words, promised, position + len(data), kept)
    if total == promised and (data[at:] + next(blocks, b"")).strip():
        _refuse_more(promised, kept)
    return n_words


def _refuse_end(n: int, promised: int, place: int, kept: Kept) -> None:
    raise CorpusError("{path} ends at line {place} with {n:,} of the {promised:,} words that its first line promises."
                      if kept.is_text else
                      "{path} ends at byte {place} with {n:,} of the {promised:,} words that its first line promises.",
                      "The file was cut short: copy it again.", path=str(kept.path), place=place, n=n,
                      promised=promised)


def _refuse_more(promised: int, kept: Kept) -> None:
    raise CorpusError("{path} goes on after the {promised:,} words that its first line promises.",
                      "Correct the first line; or the file is damaged: copy it again.", path=str(kept.path),
                      promised=promised)
