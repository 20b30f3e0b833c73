"""Running text of any size, read in blocks: a file, an archive or a folder to words and articles.

*Words.* Text is lower-cased and cut at everything that is no letter, as text8 was made and as the paper reads
Wikipedia (``[a-z]+``), except that letters of every script count (Unicode L), with their accents and vowel signs (M):
``Café, 3 naïve cooks`` is ``café naïve cooks``. Digits and signs separate, so *don't* is ``don t``, as in text8.
Invisible joiners and soft hyphens go without cutting the word. Text in text8's form passes unchanged. Scripts that put
no blanks between words need them put in beforehand.

*Articles.* A window never reaches over the end of an article: a blank line, each line, or the end of the file alone
(text8 is one article either way); longer articles may be cut into pieces, as the paper's code cuts text8 every 50,000
words. Each file of a folder or zip begins an article.
"""

import bz2
import gzip
import lzma
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numba import njit

from core.errors import CorpusError

Articles = Literal["blank", "line", "file"]  # where an article ends: a blank line, each line, the end of the file
RULES: tuple[Articles, ...] = ("blank", "line", "file")

BLOCK_BYTES = 2**24  # of text at a time: about three million words
_PIECE = 2**15
OPENERS = {b"\xfd7zXZ\x00": lzma.open, b"\x1f\x8b": gzip.open, b"BZh": bz2.open}
_FAULTS = (OSError, EOFError, RuntimeError, NotImplementedError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Place:
    """Where reading of a file stands, so that it can go on from there."""

    member: int = 0   # of a zip
    offset: int = 0   # bytes of its text, unpacked
    before: int = 0   # what stands before the next word
    filled: int = 0   # whether the line holds anything yet
    words: int = 0    # of the article


def iterate_text(path: Path, *, articles: Articles = "blank", article_words: int = 0, block_bytes: int = BLOCK_BYTES,
                 report: Callable[[int, int], None] | None = None) -> Iterator[bytes]:
    """The words of a corpus, block by block, in one plain form.

    The blocks in a row are UTF-8 text of words with one ``" "`` between them, or one ``"\\n"`` where a new article
    begins. A block ends with a word, and but for the first one begins with ``" "`` or ``"\\n"``.

    Parameters
    ----------
    path : Path
        Plain text, alone or as ``.xz``, ``.gz``, ``.bz2`` or ``.zip`` (told by content), or a folder of such files at
        any depth, read in order of their names. Hidden files are passed over.
    articles : {"blank", "line", "file"}
        What ends an article besides the end of its file.
    article_words : int
        Articles are cut into pieces of so many words; 0 for never.
    block_bytes : int
        Text read at a time; memory is a few times that, whatever the size of the corpus.
    report : callable, optional
        Called after each block with the bytes read and the bytes in all, as they lie on disk.

    Raises
    ------
    CorpusError
        When nothing is there, an archive is damaged, or the text is not UTF-8.
    """
    files = list_files(path)
    sizes = [file.stat().st_size for file in files]
    begun = False
    for i, file in enumerate(files):
        for block, _, read in iterate_file(file, articles=articles, article_words=article_words,
                                           block_bytes=block_bytes):
            if block:
                yield block if begun else block[1:]
                begun = True
            if report is not None:
                report(sum(sizes[:i]) + read, sum(sizes))


def iterate_file(file: Path, *, articles: Articles = "blank", article_words: int = 0, block_bytes: int = BLOCK_BYTES,
                 begin: Place | None = None) -> Iterator[tuple[bytes, Place, int]]:
    """The blocks of one file, the first with ``"\\n"`` before its first word, from the place `begin` on.

    With each block comes the place behind it, and the bytes of the file read so far. A block may be empty.
    """
    begin = begin or Place(before=_BREAK)
    state = np.array([begin.before, begin.filled, begin.words])
    with explain_read_errors(str(file)), file.open("rb") as raw:
        for number, (name, stream) in enumerate(open_texts(file, raw)):
            if number < begin.member:
                continue
            offset = begin.offset if number == begin.member else 0
            if number > begin.member:
                state[:2] = _BREAK, 0
            stream.seek(offset)
            for block in iterate_blocks(stream, name, block_bytes, offset):
                words = _clean_block(block, articles, article_words, state)
                offset += len(block)
                yield words, Place(number, offset, *map(int, state)), raw.tell()


def _clean_block(block: bytes, articles: Articles, article_words: int, state: np.ndarray) -> bytes:
    """The words of a block in the plain form; `state` is moved on."""
    pieces, start = [], 0
    while start < len(block):  # in pieces, as one letter that depends on its neighbours slows down its whole piece
        end = len(block) if len(block) - start <= _PIECE else _last_white(block, start, start + _PIECE) or len(block)
        for folded in (False, True):
            piece = _fold(block[start:end]) if folded else block[start:end]
            moved, out = state.copy(), np.empty(len(piece) * 3 // 2 + 2, np.uint8)  # some letters grow in lower case
            n, met = _clean(np.frombuffer(piece, np.uint8), _images(), RULES.index(articles), article_words, moved, out)
            if not met:
                break
        state[:], start = moved, end
        pieces.append(out[:n].tobytes())
    return b"".join(pieces)


def _last_white(text: bytes, start: int, end: int) -> int:
    """Where the last word of ``text[start:end]`` that is followed by a blank ends, behind the blank; 0 if nowhere."""
    return max(text.rfind(white, start, end) for white in (b" ", b"\n", b"\t", b"\r")) + 1


def iterate_articles(path: Path, **options) -> Iterator[list[str]]:
    """The words of each article in turn; parameters and errors are those of `iterate_text`.

    An article is held whole: give ``article_words`` for text8, which is one article of seventeen million words.
    """
    words: list[str] = []
    for block in iterate_text(path, **options):
        head, *more = block.decode().split("\n")
        words += head.split()
        for article in more:
            if words:
                yield words
            words = article.split()
    if words:
        yield words


def list_files(path: Path) -> list[Path]:
    """The file itself, or every file of a folder that is not hidden, at any depth, by name.

    Raises
    ------
    CorpusError
        When there is none.
    """
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*"))
                 if p.is_file() and not any(part.startswith(".") for part in p.relative_to(path).parts)]
        if not files:
            raise CorpusError("The folder {path} holds no files.", "Put text files into it.", path=str(path))
        return files
    if not path.is_file():
        raise CorpusError("There is no text at {path}.", "Give a text file, an archive of one, or a folder of them.",
                          path=str(path))
    return [path]


def open_texts(file: Path, raw: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """Every text of a file, unpacked: one, or the members of a zip by name."""
    head = raw.read(6)
    raw.seek(0)
    if head.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(raw) as archive:
            for member in sorted(archive.infolist(), key=lambda m: m.filename):
                if not member.is_dir() and not member.filename.startswith(("__MACOSX/", ".")):
                    with archive.open(member) as stream:
                        yield f"{file}/{member.filename}", stream
    else:
        opener = next((opener for magic, opener in OPENERS.items() if head.startswith(magic)), None)
        with opener(raw) if opener else raw as stream:
            yield str(file), stream


@contextmanager
def explain_read_errors(name: str) -> Iterator[None]:
    """Turns what unpacking and the disk may raise into an error a reader can act on."""
    try:
        yield
    except _FAULTS as error:
        raise CorpusError("{name} cannot be read: {why}.", "If it is an archive, unpack it to see whether it is whole; "
                          "fetch or copy it again.", name=name, why=str(error) or type(error).__name__) from error


def iterate_blocks(stream: BinaryIO, name: str, block_bytes: int, offset: int = 0) -> Iterator[bytes]:
    """Blocks that end at a blank, so that no word or accent is cut; checked to be UTF-8.

    Reading from the end of any block on gives the same blocks: reads end at multiples of `block_bytes`, and the next
    block ends before the multiple after the next.
    """
    rest, size = b"", (-(-offset // block_bytes) + 1) * block_bytes - offset
    while True:
        block, size = stream.read(size), block_bytes
        text = rest + block
        cut = _last_white(text, 0, len(text)) if block else len(text)
        if block and not cut and len(text) >= block_bytes:
            raise CorpusError("{name} has no blank or line end in {n} bytes from byte {position}.",
                              "Running text is wanted: words with blanks between them, in UTF-8.", name=name,
                              n=len(text), position=offset)
        head, rest = text[:cut], text[cut:]
        if head:
            _check(head, name, offset)
            yield head
        offset += cut
        if not block:
            return


def _check(block: bytes, name: str, offset: int) -> None:
    """Refuse what is not UTF-8 text, and say where."""
    if b"\0" in block:
        raise CorpusError("Byte {position} of {name} is zero: no plain text, or UTF-16.",
                          "Save it as plain text in UTF-8.", name=name, position=offset + block.index(b"\0"))
    try:
        if not block.isascii():
            block.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError("Byte {position} of {name} is not UTF-8 text.",
                          "Save it as UTF-8; for western European text: iconv -f LATIN1 -t UTF-8.", name=name,
                          position=offset + error.start) from None


def _fold(block: bytes) -> bytes:
    """Composed lower case, for the few characters that depend on their neighbours: accents apart, the Greek sigma."""
    return unicodedata.normalize("NFC", block.decode().lower()).encode()


_NOTHING, _WHITE, _SIGN, _NEIGHBOURS = 0, 1, 2, 2**31


@lru_cache(maxsize=1)
def _images() -> np.ndarray:
    """What stands for each code point: a letter in lower case, ``_WHITE``, ``_SIGN`` (only separates) or ``_NOTHING``.

    ``_NEIGHBOURS`` is added where lower case or composition depends on the characters beside it.
    """
    def image(code: int) -> int:
        character = chr(code)
        if character.isspace() or character == "\u200b":  # the blank without width, between words of Thai or Khmer
            return _WHITE
        category = unicodedata.category(character)
        if category[0] not in "LM":
            return _NOTHING if category == "Cf" else _SIGN
        lower = character.lower()
        alone = (len(lower) == 1 and character != "Σ" and category[0] == "L" and not 0x1160 <= code < 0x1200  # Jamo
                 and unicodedata.is_normalized("NFC", lower))
        return ord(lower) if alone else code | _NEIGHBOURS
    return np.fromiter(map(image, range(0x110000)), np.uint32, 0x110000)


_START, _BLANK, _BREAK = 0, 1, 2  # what stands before the next word: nothing yet, " ", "\n"


@njit(nogil=True, cache=True)
def _clean(block, images, rule, article_words, state, out):
    """Words of a block of UTF-8 into `out`.

    `state` goes on from block to block: what stands before the next word, whether the line holds anything yet, and
    the number of words in the article. The answer is the number of bytes written, and whether a character was met
    that depends on its neighbours.
    """
    before, filled, words = state[0], state[1], state[2]
    inside, n, i, met = False, 0, 0, False
    while i < len(block):
        byte = np.uint32(block[i])
        if byte < 0x80:
            code, i = byte, i + 1
        elif byte < 0xE0:
            code, i = (byte & 0x1F) << 6 | block[i + 1] & 0x3F, i + 2
        elif byte < 0xF0:
            code, i = (byte & 0x0F) << 12 | (block[i + 1] & 0x3F) << 6 | block[i + 2] & 0x3F, i + 3
        else:
            code = (byte & 0x07) << 18 | (block[i + 1] & 0x3F) << 12 | (block[i + 2] & 0x3F) << 6 | block[i + 3] & 0x3F
            i += 4
        low = images[code]
        if low > _SIGN:
            if not inside:
                if before != _START and article_words and words >= article_words:
                    before = _BREAK
                if before == _BREAK:
                    out[n] = 10
                    n, words = n + 1, 0
                elif before == _BLANK:
                    out[n] = 32
                    n += 1
                inside, filled, words = True, 1, words + 1
            if low >= _NEIGHBOURS:
                met = True
                low &= _NEIGHBOURS - 1
            if low < 0x80:
                out[n] = low
                n += 1
            elif low < 0x800:
                out[n], out[n + 1] = 0xC0 | low >> 6, 0x80 | low & 0x3F
                n += 2
            elif low < 0x10000:
                out[n], out[n + 1], out[n + 2] = 0xE0 | low >> 12, 0x80 | low >> 6 & 0x3F, 0x80 | low & 0x3F
                n += 3
            else:
                out[n], out[n + 1] = 0xF0 | low >> 18, 0x80 | low >> 12 & 0x3F
                out[n + 2], out[n + 3] = 0x80 | low >> 6 & 0x3F, 0x80 | low & 0x3F
                n += 4
        elif low != _NOTHING:
            if inside:
                inside, before = False, _BLANK
            if low == _SIGN:
                filled = 1
            elif code == 10:
                if before != _START and (rule == 1 or (rule == 0 and not filled)):
                    before = _BREAK
                filled = 0
    if inside:
        before = _BLANK
    state[0], state[1], state[2] = before, filled, words
    return n, met
