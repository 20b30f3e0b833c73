"""The registry of pages."""

import re

import pytest

from core import settings
from core.ui.registry import PAGES, find_page, list_pages


def test_stems_are_unique_plain_and_usable_as_url():
    stems = [entry.stem for entry in PAGES]
    assert len(set(stems)) == len(stems)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", stem) for stem in stems)


def test_every_script_in_pages_is_registered():
    scripts = {path.stem for path in (settings.ROOT / "pages").glob("*.py")}
    assert scripts == {entry.stem for entry in list_pages()}


def test_unknown_page_is_named():
    with pytest.raises(KeyError, match="nowhere"):
        find_page("nowhere")
