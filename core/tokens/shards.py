"""A corpus as shards on disk: blocks of text as numbers, each with the words it holds.

A shard numbers its own words, so that shards are made independently, at once or on several machines, and a stopped
run goes on behind the last one. The numbers of the whole vocabulary come when shards are read.
"""

import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numba import njit
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.corpora.text import BLOCK_BYTES, Articles, Place, iterate_file
from core.errors import CorpusError, TextError

BREAK = -1        # stands before the first word of an article
_UNKNOWN = -2     # a word outside the vocabulary, on its way out
FILES = ("[0-9]*.safetensors", "[0-9]*.whole", "part-*.safetensors")  # of a folder of shards
UNFINISHED = (".*.part", ".tmp*")                                     # the second is safetensors' own
_WHOLE = ".whole"  # ending of the file that says that a text has all its shards
_GAP = re.compile(r"[\x00-\x20\s\ud800-\udfff]")  # what no word may hold: blanks, signs that control, halves of signs

T = TypeVar("T")
Report = Callable[[str, int, int], None]  # stage ("read": bytes, "count": words), done, in all


@dataclass(frozen=True)
class Encoding:
    """How texts become shards; see `core.corpora.text.iterate_text`."""

    articles: Articles = "blank"
    article_words: int = 0
    block_bytes: int = BLOCK_BYTES


def encode_file(file: Path, folder: Path, number: int, encoding: Encoding = Encoding(),
                report: Callable[[int], None] | None = None) -> None:
    """Write the shards of one text; those that an earlier run has finished stay.

    Parameters
    ----------
    number : int
        Place of the text in the corpus; its shards are ``folder/NNNNNN-NNNNNN.safetensors``.
    report : callable
        Called after each shard with the bytes read. What it raises stops the run.
    """
    if (whole := folder / f"{number:06d}{_WHOLE}").exists():
        return
    place, n = None, 0
    while (done := _shard_path(folder, number, n)).exists():
        place, n = Place(*_read(done, "place").tolist()), n + 1
    blocks = iterate_file(file, articles=encoding.articles, article_words=encoding.article_words,
                          block_bytes=encoding.block_bytes, begin=place)
    for block, place, read in _read_ahead(blocks):
        _write_shard(_shard_path(folder, number, n), block, place)
        n += 1
        if report is not None:
            report(read)
    whole.touch()


def encode_articles(articles: Iterable[Iterable[str]], folder: Path, *, block_bytes: int) -> None:
    """Write the shards of articles that are words already; they stand as they are.

    Raises
    ------
    TextError
        When a word is empty or holds a blank.
    """
    lines: list[str] = []
    size = n = 0
    for article in articles:
        words = list(article)
        text = " ".join(words)
        if not all(words) or len(_GAP.findall(text)) != max(0, len(words) - 1):
            raise TextError("A word of the article that begins “{start}” is empty or holds a blank.",
                            "Give each article as a list of words.", start=text[:40], position=0)
        if words:
            lines.append("\n" + text)
            size += len(text)
        if size >= block_bytes:
            _write_shard(_shard_path(folder, 0, n), "".join(lines).encode(), Place())
            lines, size, n = [], 0, n + 1
    _write_shard(_shard_path(folder, 0, n), "".join(lines).encode(), Place())


def list_shards(folder: Path) -> list[Path]:
    """Every shard in the order of the text."""
    return sorted(folder.glob("[0-9]*-*.safetensors"))


def count_words(shards: Iterable[Path]) -> tuple[Counter[str], int]:
    """Occurrences of every word, and the number of articles."""
    counts: Counter[str] = Counter()
    n_articles = 0
    for shard in shards:
        words, own = _read_words(shard), _read(shard, "counts")
        n_articles += int(own[-1])
        for word, count in zip(words, own[:-1].tolist(), strict=True):
            counts[word] += count
    return counts, n_articles


def shard_tokens(shard: Path) -> int:
    """Words of a shard, and articles that begin in it."""
    with _open(shard) as file:
        return file.get_slice("ids").get_shape()[0]


def read_shard(shard: Path, ids: dict[str, int]) -> np.ndarray:
    """The words of the vocabulary and the ``BREAK`` before each article, int32; other words are left out."""
    own = [ids.get(word, _UNKNOWN) for word in _read_words(shard)]
    mapped = np.array([*own, BREAK], np.int32)[_read(shard, "ids")]  # BREAK, -1, looks up the last
    return mapped[mapped != _UNKNOWN]


def read_before(shards: list[Path], ids: dict[str, int], window: int) -> np.ndarray:
    """Up to `window` words of the vocabulary at the end of the shards, as far as they are of the last article."""
    tail = np.empty(0, np.int32)
    for shard in reversed(shards):
        tail = np.concatenate([read_shard(shard, ids)[-window:], tail])[-window:]
        if len(breaks := np.flatnonzero(tail == BREAK)):
            return tail[breaks[-1] + 1:]
        if len(tail) == window:
            break
    return tail


def save_whole(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays under a temporary name, then rename: the file is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        save_file(arrays, temporary)
        os.replace(temporary, path)
    except (OSError, SafetensorError) as error:
        raise CorpusError("{path} cannot be written: {why}.", "Free some space, or make the folder writable; the "
                          "same command then goes on.", path=str(path), why=str(error)[:120]) from error
    finally:
        temporary.unlink(missing_ok=True)


def _shard_path(folder: Path, number: int, n: int) -> Path:
    return folder / f"{number:06d}-{n:06d}.safetensors"


def _write_shard(path: Path, block: bytes, place: Place) -> None:
    """Number the words of a block in the plain form of `core.corpora.text`.

    The file holds ``ids`` int32 (N,); ``words``, their UTF-8 with line ends between; ``counts`` int64 of each word, and
    last the number of articles that begin; ``place``, where the text goes on.
    """
    text = np.frombuffer(block, np.uint8)
    ids, known, n_articles = _number_words(text)
    words = b"\n".join(block[begin:begin + length] for begin, length, _ in known.tolist())
    save_whole(path, {"ids": ids, "words": np.frombuffer(words, np.uint8), "counts": np.append(known[:, 2], n_articles),
                      "place": np.array(astuple(place), np.int64)})


def _open(shard: Path):
    try:
        return safe_open(shard, "np")
    except (OSError, SafetensorError) as error:
        raise CorpusError("The shard {path} cannot be read: {why}.", "Delete the folder that it lies in and count "
                          "again.", path=str(shard), why=str(error)[:120]) from None


def _read(shard: Path, name: str) -> np.ndarray:
    with _open(shard) as file:
        return file.get_tensor(name)


def _read_words(shard: Path) -> list[str]:
    return _read(shard, "words").tobytes().decode().split()


def _read_ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items; a thread makes the next one meanwhile (unpacking holds no lock)."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = reader.submit(next, items, None)
            yield item


@njit(nogil=True, cache=True)
def _number_words(text):
    """Words numbered by first appearance: ids, then (W, 3) begin, length and count of each, and the number of
    articles.

    An open-addressed table over FNV-1a hashes, doubled when half full.
    """
    ids, table = np.empty(len(text) + 1, np.int32), np.full(1 << 16, -1, np.int32)
    known, state = np.empty((1 << 15, 4), np.int64), np.zeros(4, np.int64)
    while not _number_some(text, ids, table, known, state):
        table = np.full(2 * len(table), -1, np.int32)
        for word in range(state[2]):
            slot = known[word, _HASH] & (len(table) - 1)
            while table[slot] >= 0:
                slot = (slot + 1) & (len(table) - 1)
            table[slot] = word
        known = np.concatenate((known, known))
    n, n_words = state[1], state[2]
    return ids[:n].copy(), known[:n_words, 1:].copy(), state[3]


_HASH, _BEGIN, _LENGTH, _COUNT = range(4)  # what is known of a word


@njit(nogil=True, cache=True)
def _number_some(text, ids, table, known, state):
    """Go on until the end (True) or until the table is half full (False)."""
    at, n, n_words, n_articles = state[0], state[1], state[2], state[3]
    mask, end = np.uint64(len(table) - 1), len(text)
    while at < end and n_words < len(known):
        byte = text[at]
        if byte <= 32:
            if byte == 10:
                ids[n] = BREAK
                n += 1
                n_articles += 1
            at += 1
            continue
        begin, code = at, np.uint64(0xCBF29CE484222325)
        while at < end and text[at] > 32:
            code = (code ^ np.uint64(text[at])) * np.uint64(0x100000001B3)
            at += 1
        code ^= code >> np.uint64(32)
        slot, length = code & mask, at - begin
        while True:
            word = table[slot]
            if word < 0:
                word = np.int32(n_words)
                table[slot] = word
                own = known[np.uint64(word)]
                own[_HASH], own[_BEGIN], own[_LENGTH], own[_COUNT] = np.int64(code), begin, length, 0
                n_words += 1
                break
            own = known[np.uint64(word)]
            if own[_HASH] == np.int64(code) and own[_LENGTH] == length:
                k, other = 0, own[_BEGIN]
                while k < length and text[other + k] == text[begin + k]:
                    k += 1
                if k == length:
                    break
            slot = (slot + np.uint64(1)) & mask
        own[_COUNT] += 1
        ids[n] = word
        n += 1
    state[0], state[1], state[2], state[3] = at, n, n_words, n_articles
    return at == end
