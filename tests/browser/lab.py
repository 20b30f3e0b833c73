"""A server of our own: the real app, or the frame round two sample pages."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from core import settings

SAMPLE_PAGES = Path(__file__).parent / "sample"
START_SECONDS = 60


def build_sample_lab(folder: Path) -> Path:
    """Copy the frame into `folder` and give it the sample pages instead of the real ones."""
    (folder / "core").mkdir(parents=True)
    for name in ("app.py", "core/__init__.py", "core/errors.py", "core/settings.py", "pages/home.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(settings.ROOT / name, folder / name)
    (folder / "pages" / "home.py").write_text(
        "from core.ui import frame\nfrom core.ui.output import page_header\n\nframe.ensure()\npage_header('home')\n")
    shutil.copytree(settings.ROOT / "core" / "ui", folder / "core" / "ui", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(settings.ROOT / ".streamlit", folder / ".streamlit")
    shutil.copytree(SAMPLE_PAGES, folder / "pages", dirs_exist_ok=True)
    return folder


@contextmanager
def serve(root: Path, cache: Path | None = None):
    """Run ``streamlit run app.py`` of `root` on a free port, on this cache or the usual one; yields the address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    log = (root / f"server-{port}.log") if root != settings.ROOT else Path(os.devnull)
    environment = os.environ | ({"WORDGLASS_CACHE": str(cache)} if cache else {})
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=root, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_for(f"{address}/_stcore/health", process)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"streamlit ended at once with exit status {process.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer at {url} within {START_SECONDS} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
