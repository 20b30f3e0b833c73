"""The fetcher against a server on this machine that misbehaves in every way we know of."""

import errno
import hashlib
import http.server
import io
import os
import random
import socket
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.corpora import fetch, registry
from core.corpora.__main__ import ProgressLine, main
from core.corpora.fetch import fetch_corpus
from core.corpora.registry import CorpusEntry, CorpusFile, corpus_entry
from core.errors import CorpusError

CONTENT = random.Random(0).randbytes(300_001)
HALF = 150_000


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``server.content`` in the manner of ``server.manner``; notes every Range header."""

    def do_GET(self):
        wanted, content, manner = self.headers.get("Range"), self.server.content, self.server.manner
        self.server.ranges.append(wanted)
        start = int(wanted[6:-1]) if wanted and manner != "no range" else 0
        if manner == "redirect to ftp":
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/toy.bin")
            return self.end_headers()
        if manner == "404" or (wanted and manner == "416"):
            return self.send_error(int(manner))
        if manner == "silent":
            return self.server.released.wait(10)
        if manner == "another part":
            start = start and start - 5
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.write(content[start:], manner)

    def write(self, body: bytes, manner: str):
        if manner == "slow":
            for i in range(0, len(body), 30_000):
                self.wfile.write(body[i:i + 30_000])
                time.sleep(0.05)
        else:
            self.wfile.write(body[:HALF] if manner == "cut" else body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.content, running.manner, running.ranges = CONTENT, "range", []
        running.released = threading.Event()
        running.url = f"http://127.0.0.1:{running.server_port}/toy.bin"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that the toy corpus goes to; nothing of this machine's own folders is seen."""
    for name in ("WORDGLASS_DATA", "NLTK_DATA", "http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "wordglass" / "toy"


def register(monkeypatch, *urls: str, content: bytes = CONTENT, name: str = "toy.bin", **changes) -> CorpusFile:
    known = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "urls": urls, **changes}
    file = CorpusFile((f"toy/{name}",), **known)
    monkeypatch.setitem(registry._REGISTRY, "toy", CorpusEntry("toy", "a toy", "none", "here", (file,)))
    return file


@pytest.fixture
def toy(server, folder, monkeypatch):
    register(monkeypatch, server.url)
    return folder / "toy.bin"


def leave_part(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.write_bytes(content)
    return part


def test_a_whole_file_arrives_and_nothing_else_stays(toy, server):
    calls = []
    assert fetch_corpus("toy", lambda *call: calls.append(call)) == toy
    assert toy.read_bytes() == CONTENT
    assert os.listdir(toy.parent) == ["toy.bin"]
    done = [call[1] for call in calls]
    assert done == sorted(set(done))
    assert calls[-1] == ("toy.bin", len(CONTENT), len(CONTENT))
    assert fetch_corpus("toy") == toy
    assert server.ranges == [None]  # the second time nothing is asked for


@pytest.mark.parametrize(("manner", "ranges"), [
    ("range", ["bytes=150000-"]),
    ("no range", ["bytes=150000-"]),
    ("416", ["bytes=150000-", None]),
    ("another part", ["bytes=150000-", None]),
])
def test_a_part_is_resumed_or_cleanly_started_again(toy, server, manner, ranges):
    leave_part(toy, CONTENT[:HALF])
    server.manner = manner
    fetch_corpus("toy")
    assert toy.read_bytes() == CONTENT
    assert server.ranges == ranges


@pytest.mark.parametrize("extra", [b"", b"more"])
def test_a_part_that_is_complete_or_too_long_is_no_trouble(toy, server, extra):
    leave_part(toy, CONTENT + extra)
    fetch_corpus("toy")
    assert toy.read_bytes() == CONTENT
    assert server.ranges == ([None] if extra else [])


def test_a_lost_connection_keeps_the_part_and_the_next_run_goes_on(toy, server):
    server.manner = "cut"
    with pytest.raises(CorpusError, match="lost .*150000 / 300001 bytes") as caught:
        fetch_corpus("toy")
    assert not toy.exists()
    assert toy.with_name("toy.bin.part").read_bytes() == CONTENT[:HALF]
    assert server.url in str(caught.value) and str(toy) in str(caught.value)
    server.manner = "range"
    fetch_corpus("toy")
    assert server.ranges == [None, "bytes=150000-"]
    assert toy.read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT[:-1], CONTENT + b"x" * 10**6])
def test_wrong_content_is_deleted_and_named(toy, server, content):
    server.content = content
    with pytest.raises(CorpusError, match="damaged or not the known edition"):
        fetch_corpus("toy")
    assert os.listdir(toy.parent) == []


def test_a_damaged_part_does_not_poison_the_next_run(toy, server):
    leave_part(toy, b"?" * HALF)
    with pytest.raises(CorpusError, match="sha256"):
        fetch_corpus("toy")
    fetch_corpus("toy")
    assert toy.read_bytes() == CONTENT


def test_a_damaged_file_of_the_user_is_fetched_again(toy, server):
    leave_part(toy, b"").rename(toy)
    toy.write_bytes(CONTENT[::-1])
    fetch_corpus("toy")
    assert toy.read_bytes() == CONTENT


def test_not_found_says_what_to_download_and_where_to_put_it(toy, server):
    server.manner = "404"
    with pytest.raises(CorpusError, match="answered 404") as caught:
        fetch_corpus("toy")
    assert f"Download {server.url} by hand and put it at {toy}" in str(caught.value)
    assert os.listdir(toy.parent) == []


def test_a_refused_connection_is_an_error_and_a_second_address_helps(server, folder, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{closed.getsockname()[1]}/toy.bin"
    register(monkeypatch, refused)
    with pytest.raises(CorpusError, match="failed or was lost"):
        fetch_corpus("toy")
    register(monkeypatch, refused, server.url)
    assert fetch_corpus("toy").read_bytes() == CONTENT


def test_a_silent_server_is_given_up(toy, server, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.2)
    server.manner = "silent"
    with pytest.raises(CorpusError, match="did not answer for 0.2 seconds"):
        fetch_corpus("toy")


def test_only_web_addresses_are_opened(server, folder, monkeypatch):
    register(monkeypatch, f"file://{__file__}")
    with pytest.raises(CorpusError, match="neither http nor https"):
        fetch_corpus("toy")
    register(monkeypatch, server.url)
    server.manner = "redirect to ftp"
    with pytest.raises(CorpusError, match="neither http nor https"):
        fetch_corpus("toy")


def test_a_full_disk_is_noticed_before_and_during(toy, server, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fetch.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
        with pytest.raises(CorpusError, match="no space left"):
            fetch_corpus("toy")
        assert os.listdir(toy.parent) == []
    with monkeypatch.context() as patch:
        patch.setattr(fetch.os, "fsync", full)
        with pytest.raises(CorpusError, match="no space left"):
            fetch_corpus("toy")
    assert os.listdir(toy.parent) == ["toy.bin.part"]


def test_a_folder_that_cannot_be_made_is_an_error(folder, server, monkeypatch):
    register(monkeypatch, server.url)
    folder.parent.write_text("a file where the folder should be")
    with pytest.raises(CorpusError, match="cannot be written"):
        fetch_corpus("toy")


def test_a_corpus_found_elsewhere_is_not_downloaded(toy, server, tmp_path, monkeypatch):
    other = tmp_path / "data" / "toy" / "toy.bin"
    leave_part(other, b"mine").rename(other)
    monkeypatch.setenv("WORDGLASS_DATA", str(tmp_path / "data"))
    assert fetch_corpus("toy") == other
    assert server.ranges == []


def test_a_newer_edition_is_taken_unchecked_but_a_web_page_is_not(server, folder, monkeypatch):
    register(monkeypatch, server.url, name="toy.zip", url_checked=False)
    server.content = b"<html>please log in</html>"
    with pytest.raises(CorpusError, match="not a zip"):
        fetch_corpus("toy")
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        archive.writestr("fra.txt", "Go.\tVa !")
    server.content = buffer.getvalue()
    leave_part(folder / "toy.zip", b"of an older edition")
    assert fetch_corpus("toy").read_bytes() == server.content
    assert server.ranges == [None, None]


def test_a_download_without_a_known_size_has_a_limit(server, folder, monkeypatch):
    register(monkeypatch, server.url, url_checked=False)
    monkeypatch.setattr(fetch, "MAX_FILE_BYTES", 100_000)
    with pytest.raises(CorpusError, match="larger than 100000 bytes"):
        fetch_corpus("toy")
    assert os.listdir(folder) == []


def test_several_files_go_into_one_folder(server, folder, monkeypatch):
    file = register(monkeypatch, server.url)
    files = tuple(CorpusFile((f"toy/{name}",), file.bytes, file.sha256, file.urls) for name in "abc")
    monkeypatch.setitem(registry._REGISTRY, "toy", CorpusEntry("toy", "a toy", "none", "here", files))
    leave_part(folder / "a", b"").rename(folder / "a")
    (folder / "a").write_bytes(CONTENT)
    assert fetch_corpus("toy") == folder
    assert sorted(os.listdir(folder)) == ["a", "b", "c"]
    assert len(server.ranges) == 2


def test_a_corpus_without_an_address_says_how_to_place_it(folder):
    with pytest.raises(CorpusError, match="UCDenver-ccp/CRAFT"):
        fetch_corpus("craft")


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("holder", ["dead", "our own earlier life", "empty and old"])
def test_a_stale_lock_is_taken_over(toy, server, holder):
    pid = dead_process() if holder == "dead" else os.getpid()
    lock = leave_part(toy, b"").rename(toy.with_name("toy.bin.lock"))
    lock.write_text("" if holder == "empty and old" else f"{pid} {socket.gethostname()} 0")
    os.utime(lock, (0, 0))
    fetch_corpus("toy")
    assert os.listdir(toy.parent) == ["toy.bin"]


@pytest.mark.parametrize("text", [f"{os.getppid()} {socket.gethostname()} 0", "1 another-host 0", ""])
def test_a_living_lock_is_respected(toy, server, text):
    lock = leave_part(toy, b"").rename(toy.with_name("toy.bin.lock"))
    lock.write_text(text)
    with pytest.raises(CorpusError, match="already fetching toy.*toy.bin.lock"):
        fetch_corpus("toy")
    assert lock.read_text() == text
    assert server.ranges == []


def outcome(*_) -> str:
    try:
        return fetch_corpus("toy").name
    except CorpusError as error:
        return error.problem


def test_threads_at_once_fetch_once(toy, server):
    server.manner = "slow"
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(outcome, range(8)))
    assert set(outcomes) == {"toy.bin", "Process {pid} is already fetching {name}."}
    assert os.listdir(toy.parent) == ["toy.bin"]
    assert server.ranges == [None]
    assert toy.read_bytes() == CONTENT


def test_processes_at_once_do_not_corrupt_the_file_even_over_a_stale_lock(toy, server):
    server.manner = "slow"
    lock = leave_part(toy, b"").rename(toy.with_name("toy.bin.lock"))
    lock.write_text(f"{dead_process()} {socket.gethostname()} 0")
    script = ("import sys; from core.corpora import registry; from core.corpora.__main__ import main;"
              "from core.corpora.registry import CorpusEntry, CorpusFile;"
              f"registry._REGISTRY['toy'] = {corpus_entry('toy')!r}; sys.exit(main(['fetch', 'toy']))")
    running = [subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [(*process.communicate(timeout=60), process.returncode) for process in running]
    assert 0 in [code for *_, code in answers]
    assert all(code == 0 or "already fetching" in err for _, err, code in answers), answers
    assert os.listdir(toy.parent) == ["toy.bin"]
    assert toy.read_bytes() == CONTENT


def test_the_command_prints_the_path_and_its_progress(toy, server, capsys):
    assert main(["fetch", "toy"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{toy}\n"
    assert "toy.bin  0.3 of 0.3 MB  100 %" in captured.err
    assert main(["path", "toy"]) == 0
    assert main(["list"]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("toy"))
    assert str(toy) in row and "0.3 MB" in row


@pytest.mark.parametrize("arguments", [["path", "toi"], ["fetch", "craft"], ["path", "ptb-full"]])
def test_a_failing_command_writes_one_line_and_returns_one(toy, capsys, arguments):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1 and "Traceback" not in captured.err


def test_the_progress_line_is_redrawn_on_a_terminal_and_rare_in_a_log(monkeypatch):
    clock = iter([0.0, 1.0, 2.0, 3.0, 10.0] * 2)
    monkeypatch.setattr("core.corpora.__main__.time", SimpleNamespace(monotonic=lambda: next(clock)))
    for is_tty, n_lines in ((True, 1), (False, 2)):
        stream = io.StringIO()
        stream.isatty = lambda is_tty=is_tty: is_tty
        line = ProgressLine(stream)
        for done in (1_000_000, 2_000_000, 3_000_000, 4_000_000, 11_000_000):
            line("a.zip", done, 11_000_000)
        text = stream.getvalue()
        assert text.count("\n") == n_lines
        assert ("1.0 MB/s  8 s left" in text) == is_tty  # 2 MB done: the first was there before
        assert text.endswith("11.0 of 11.0 MB  100 %  1.0 MB/s\n")
