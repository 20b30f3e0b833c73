"""Download registered corpora: resumable, verified, never a half file under the final name."""

import contextlib
import errno
import http.client
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from core.corpora.registry import (
    ABSENT,
    FETCH,
    CorpusEntry,
    CorpusFile,
    corpus_entry,
    find_corpus,
    locate_corpus,
    verify_file,
)
from core.errors import CorpusError
from core.settings import MAX_FILE_BYTES, user_data_folder

TIMEOUT = 30         # seconds without a byte before a connection counts as lost
CHUNK_BYTES = 2**16  # a slow line of 100 kB/s still reports more than once a second
LOCK_GRACE = 10.0    # seconds an unreadable lock is respected: its maker may be writing it

Progress = Callable[[str, int, int | None], None]
"""Called with the file's name, the bytes on disk and the bytes expected (None: not known)."""

_BY_HAND = "Download {urls} by hand and put it at {place}, or try again."
_RESUMES = "Download {urls} by hand and put it at {place}, or try again: what has arrived is kept."
_held: set[str] = set()  # lock tokens of this process; another token with our pid is a dead process's


def fetch_corpus(name: str, progress: Progress | None = None) -> Path:
    """Download a corpus to the user's data folder, unless it is already there.

    Parameters
    ----------
    name : str
        A registered name.
    progress : callable, optional
        See `Progress`; called after every chunk.

    Returns
    -------
    Path
        As `core.corpora.registry.find_corpus`.

    Raises
    ------
    CorpusError
        Unknown name, no public address, no connection, wrong content, no space, or another process is
        fetching the same file. The remedy says what to download and where to put it.
    """
    entry, found = corpus_entry(name), locate_corpus(name)
    targets = [user_data_folder() / file.locations[0] for file in entry.files]
    if found is not None and found not in (targets[0], targets[0].parent):
        return found
    if not entry.fetchable:
        if found is not None:
            return found
        raise CorpusError(ABSENT, entry.placing, **entry.remedy_fields())
    for file, target in zip(entry.files, targets, strict=True):
        _fetch_file(entry, file, target, progress or (lambda *_: None))
    return find_corpus(name)


def _fetch_file(entry: CorpusEntry, file: CorpusFile, target: Path, progress: Progress) -> None:
    with _disk_errors(entry, file):
        target.parent.mkdir(parents=True, exist_ok=True)
    with _lock(target, entry, file):
        if _is_sound(file, target, entry.name):
            return
        part = target.with_name(target.name + ".part")
        for i, url in enumerate(file.urls):
            try:
                _download(url, part, entry=entry, file=file, progress=progress)
                break
            except _Unreached as error:
                if i == len(file.urls) - 1:
                    raise _connection_error(error.reason, url, entry, file) from error
        with _disk_errors(entry, file):
            _verify_part(part, entry, file)
            os.replace(part, target)


def _is_sound(file: CorpusFile, path: Path, name: str) -> bool:
    """Whether a file of an earlier run can stay; a damaged one is fetched again."""
    if not path.is_file() or not path.stat().st_size:
        return False
    if not file.url_checked:
        return True
    try:
        verify_file(file, path, name=name)
    except CorpusError:
        return False
    return True


def _verify_part(part: Path, entry: CorpusEntry, file: CorpusFile) -> None:
    """Delete a complete download with the wrong content and say so."""
    edition = file if file.url_checked else CorpusFile(file.locations)
    try:
        verify_file(edition, part, name=entry.name)
        if part.stat().st_size > MAX_FILE_BYTES:
            raise CorpusError("{path} is larger than {limit} bytes.", "", path=str(part), limit=MAX_FILE_BYTES)
        if not file.url_checked and file.locations[0].endswith(".zip") and not zipfile.is_zipfile(part):
            raise CorpusError("{path} is not a zip.", "", path=str(part))  # a page of a portal, most often
    except CorpusError as error:
        part.unlink()
        raise CorpusError("The download of {name} is damaged or not the known edition, and was deleted: "
                          "{reason}", FETCH, reason=error.problem.format(**error.fields),
                          **entry.remedy_fields(file)) from error


class _Unreached(Exception):
    """No answer, a refusal or a lost connection: kept apart from the disk's errors, also OSErrors."""

    def __init__(self, reason: Exception):
        super().__init__(reason)
        self.reason = reason


def _download(url: str, part: Path, *, entry: CorpusEntry, file: CorpusFile, progress: Progress) -> None:
    """Stream ``url`` to ``part``, from where an earlier run stopped if the server can."""
    limit = file.bytes if file.url_checked and file.bytes is not None else MAX_FILE_BYTES
    with _disk_errors(entry, file):
        if not file.url_checked:  # the parts of two editions would join unnoticed
            part.unlink(missing_ok=True)
        done = part.stat().st_size if part.exists() else 0
        if done == limit:
            return
        response, done = _open_from(url, done if done < limit else 0)
        with response:
            length = response.headers.get("Content-Length", "")
            expected = done + int(length) if length.isdecimal() else file.bytes if file.url_checked else None
            if shutil.disk_usage(part.parent).free < min(expected or 0, limit) - done:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            with part.open("ab" if done else "wb") as stream:
                while done <= limit and (chunk := _read(response)):
                    stream.write(chunk)
                    done += len(chunk)
                    progress(Path(file.locations[0]).name, done, expected)
                stream.flush()
                os.fsync(stream.fileno())
    if expected is not None and done < min(expected, limit):
        raise _Unreached(ConnectionError(f"{done} / {expected} bytes"))


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _Unreached(error) from error


def _open_from(url: str, start: int) -> tuple[http.client.HTTPResponse, int]:
    """The open answer and the offset its body begins at: ``start``, or 0 where it cannot resume."""
    headers = {"User-Agent": "Wordglass"}  # some hosts refuse Python's own
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        response = _open(urllib.request.Request(url, headers=headers))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            return _open_from(url, 0)
        raise _Unreached(error) from error
    except (OSError, http.client.HTTPException) as error:
        raise _Unreached(error) from error
    if start and response.status == http.client.PARTIAL_CONTENT:
        if response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            return response, start
        response.close()
        return _open_from(url, 0)
    return response, 0


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only (urllib also allows ftp)."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        _check_scheme(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(request: urllib.request.Request) -> http.client.HTTPResponse:
    _check_scheme(request.full_url)
    return urllib.request.build_opener(_WebOnly).open(request, timeout=TIMEOUT)


def _check_scheme(url: str) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise CorpusError("The address {url} is neither http nor https.",
                          "Download the corpus by hand; “python -m core.corpora path NAME” says where it goes.",
                          url=url)


def _connection_error(error: Exception, url: str, entry: CorpusEntry, file: CorpusFile) -> CorpusError:
    """The product's error for a failed connection; the .part stays, so that a later run resumes."""
    reason = getattr(error, "reason", error)
    fields = {"url": url, "reason": str(reason), **entry.remedy_fields(file)}
    remedy = _RESUMES if file.url_checked else _BY_HAND
    if isinstance(error, urllib.error.HTTPError):
        return CorpusError("{url} answered {code} {reason}.", _BY_HAND, code=error.code, **fields)
    if isinstance(reason, TimeoutError):
        return CorpusError("{url} did not answer for {seconds} seconds.", remedy, seconds=TIMEOUT, **fields)
    return CorpusError("The connection to {url} failed or was lost ({reason}).", remedy, **fields)


@contextlib.contextmanager
def _disk_errors(entry: CorpusEntry, file: CorpusFile) -> Iterator[None]:
    """Turns the failures of the disk into errors a reader can act on."""
    try:
        yield
    except OSError as error:
        fields = {"reason": error.strerror or str(error), **entry.remedy_fields(file)}
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CorpusError("There is no space left for {name} in {folder}.",
                              "Free some space, then fetch it again.", **fields) from error
        raise CorpusError("{name} cannot be written to {folder}: {reason}.",
                          "Make the folder writable, or download {urls} by hand into another data folder.",
                          **fields) from error


@contextlib.contextmanager
def _lock(target: Path, entry: CorpusEntry, file: CorpusFile) -> Iterator[None]:
    """One fetching process a file: ``<target>.lock`` names the process that holds it."""
    lock = target.with_name(target.name + ".lock")
    token = f"{os.getpid()} {socket.gethostname()} {uuid.uuid4().hex}"
    _held.add(token)  # before the file exists: a thread of ours must not take it for a dead process's
    try:
        while not _create(lock, token, entry, file):
            seen = _read_lock(lock)
            if seen is None:
                continue
            if not _holder_is_gone(seen, lock):
                raise CorpusError("Process {pid} is already fetching {name}.",
                                  "Wait until it has finished. If there is none, delete {lock}.",
                                  pid=seen.split(" ")[0] or "?", name=entry.name, lock=str(lock))
            _take_away(lock, seen)
        try:
            yield
        finally:
            if _read_lock(lock) == token:
                lock.unlink(missing_ok=True)
    finally:
        _held.discard(token)


def _create(lock: Path, token: str, entry: CorpusEntry, file: CorpusFile) -> bool:
    with _disk_errors(entry, file):
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "w") as stream:
            stream.write(token)
        return True


def _read_lock(lock: Path) -> str | None:
    try:
        return lock.read_text()
    except FileNotFoundError:
        return None


def _holder_is_gone(token: str, lock: Path) -> bool:
    """Whether the process that wrote the lock is dead, as far as this machine can tell."""
    pid, _, rest = token.partition(" ")
    if not pid.isdecimal() or not rest:
        with contextlib.suppress(FileNotFoundError):
            return time.time() - lock.stat().st_mtime > LOCK_GRACE
        return False
    if rest.split(" ")[0] != socket.gethostname() or os.name == "nt":  # nt: os.kill would end the process
        return False
    if int(pid) == os.getpid():
        return token not in _held
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _take_away(lock: Path, seen: str) -> None:
    """Remove a dead process's lock; of several processes that try, only one moves that very file."""
    aside = lock.with_name(f"{lock.name}.{uuid.uuid4().hex}")
    try:
        os.rename(lock, aside)
    except FileNotFoundError:
        return
    if aside.read_text() != seen:  # another process had already taken over: give its lock back
        with contextlib.suppress(OSError):
            os.link(aside, lock)
    aside.unlink()
