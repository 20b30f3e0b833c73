"""``python -m tests.find_chromium``: print where Chromium is, installing it where there is none.

Debian's ``chromium`` comes first, because Playwright's own build cannot be downloaded everywhere.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE_FOUND = ("make test: there is no browser: no Chromium on PATH, none of Playwright's, and installing one failed. "
              "Install the package chromium, or run .venv/bin/playwright install chromium; then try again.")


def find_chromium() -> str | None:
    """Path of a Chromium that Playwright can drive, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.is_file() else None


def install_chromium() -> None:
    """Try the machine's package manager as root, Playwright's own download otherwise."""
    if _can_apt():
        _apt("chromium")
    if find_chromium() is None:
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def install_japanese_font() -> None:
    """So that Japanese is drawn in screenshots; without it boxes stand in for letters, which is no error."""
    if _can_apt() and not _has_japanese_font():
        _apt("fonts-noto-cjk")


def _has_japanese_font() -> bool:
    lister = shutil.which("fc-list")
    return lister is not None and bool(subprocess.run([lister, ":lang=ja"], capture_output=True).stdout.strip())


def _can_apt() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt(package: str) -> None:
    _run("apt-get", "update")
    _run("apt-get", "install", "-y", "--no-install-recommends", package)


def _run(*command: str) -> None:
    """Run an installer; its failure shows in what is (not) there afterwards."""
    print(" ".join(command), file=sys.stderr, flush=True)
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False,
                   env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def main() -> int:
    """0 and the path on stdout, or 1 and one line on stderr."""
    if find_chromium() is None:
        install_chromium()
    path = find_chromium()
    if path is None:
        print(NONE_FOUND, file=sys.stderr)
        return 1
    install_japanese_font()
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
