"""``python -m core.corpora list | fetch NAME | path NAME``."""

import argparse
import math
import os
import sys
import time
from pathlib import Path
from typing import TextIO

from core.corpora.fetch import fetch_corpus
from core.corpora.registry import find_corpus, list_corpora, locate_corpus
from core.errors import WordglassError

TTY_SECONDS = 0.1  # between redraws of the line: smooth, and cheap over ssh
LOG_SECONDS = 5.0  # between lines in a log


class ProgressLine:
    """A `core.corpora.fetch.Progress`: one line redrawn on a terminal, a line now and then in a log."""

    def __init__(self, stream: TextIO):
        self.stream, self.is_tty = stream, stream.isatty()
        self.file, self.began, self.offset, self.drawn = "", 0.0, 0, -math.inf

    def __call__(self, file: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if file != self.file:  # bytes of an earlier run count as done, not as speed
            self.file, self.began, self.offset, self.drawn = file, now, done, -math.inf
        if done != total and now - self.drawn < (TTY_SECONDS if self.is_tty else LOG_SECONDS):
            return
        self.drawn = now
        text = self.describe(done, total, now - self.began)
        self.stream.write(f"\r\x1b[K{text}" if self.is_tty else f"{text}\n")
        if self.is_tty and done == total:
            self.stream.write("\n")
        self.stream.flush()

    def describe(self, done: int, total: int | None, seconds: float) -> str:
        """``text8.zip  12.1 of 31.3 MB   39 %  1.4 MB/s  14 s left``."""
        rate = (done - self.offset) / seconds if seconds > 0 else 0.0
        text = f"{self.file}  {done / 1e6:.1f}"
        if total:
            text += f" of {total / 1e6:.1f} MB  {100 * done / total:3.0f} %"
        else:
            text += " MB"
        if rate > 0:
            text += f"  {rate / 1e6:.1f} MB/s"
            if total and done < total:
                text += f"  {(total - done) / rate:.0f} s left"
        return text


def print_table() -> None:
    """Name, where it is, size, licence and content of every corpus."""
    rows = [("name", "where", "size", "licence", "what")]
    for entry in list_corpora():
        found = locate_corpus(entry.name)
        size = "?" if entry.bytes is None else f"{entry.bytes / 1e6:.1f} MB"
        absent = "absent (fetch)" if entry.fetchable else "absent"
        rows.append((entry.name, str(found or absent), size, entry.licence, entry.what))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked, 1 with one line on stderr when not."""
    parser = argparse.ArgumentParser(prog="python -m core.corpora", description="Corpora: list, fetch, find.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="every known corpus and where it is")
    for command, text in (("fetch", "download a corpus"), ("path", "print where a corpus is")):
        commands.add_parser(command, help=text).add_argument("name")
    choice = parser.parse_args(arguments)
    try:
        if choice.command == "list":
            print_table()
        else:
            print(_run(choice.command, choice.name))
        sys.stdout.flush()
    except WordglassError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, “head” say, has seen enough; nothing is left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on from there.", file=sys.stderr)
        return 1
    return 0


def _run(command: str, name: str) -> Path:
    return find_corpus(name) if command == "path" else fetch_corpus(name, ProgressLine(sys.stderr))


if __name__ == "__main__":
    sys.exit(main())
