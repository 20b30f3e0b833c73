"""Files and folders appear whole or not at all."""

import hashlib
import json

import pytest

from core.checkpoints.artefacts import file_sha256, fill_folder, write_atomically, write_json


def names(folder) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_file_is_written_into_folders_that_are_made(tmp_path):
    write_atomically(tmp_path / "a" / "b" / "file.bin", b"\0\1")
    assert (tmp_path / "a" / "b" / "file.bin").read_bytes() == b"\0\1"
    assert names(tmp_path / "a" / "b") == ["file.bin"]


def test_a_failed_rename_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    write_atomically(tmp_path / "file", b"old")

    def fail(*_):
        raise OSError("disk gone")
    monkeypatch.setattr("core.checkpoints.artefacts.os.replace", fail)
    with pytest.raises(OSError, match="disk gone"):
        write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old" and names(tmp_path) == ["file"]


def test_json_keeps_order_letters_and_a_final_newline(tmp_path):
    value = {"z": 1, "a": "構文", "list": [1.5, None]}
    write_json(tmp_path / "card.json", value)
    text = (tmp_path / "card.json").read_text("utf-8")
    assert list(json.loads(text)) == ["z", "a", "list"] and json.loads(text) == value
    assert "構文" in text and text.endswith("}\n")


def test_a_folder_appears_when_it_is_full(tmp_path):
    def fill(folder):
        assert not (tmp_path / "made").exists()
        (folder / "x").write_text("1")
    fill_folder(tmp_path / "made", fill)
    assert (tmp_path / "made" / "x").read_text() == "1" and names(tmp_path) == ["made"]


def test_a_failing_fill_leaves_the_old_folder_and_nothing_else(tmp_path):
    fill_folder(tmp_path / "made", lambda folder: (folder / "x").write_text("old"))

    def fail(folder):
        (folder / "x").write_text("new")
        raise ValueError("half way")
    with pytest.raises(ValueError, match="half way"):
        fill_folder(tmp_path / "made", fail)
    assert (tmp_path / "made" / "x").read_text() == "old" and names(tmp_path) == ["made"]


def test_a_new_fill_replaces_the_whole_folder(tmp_path):
    fill_folder(tmp_path / "made", lambda folder: (folder / "x").write_text("old"))
    fill_folder(tmp_path / "made", lambda folder: (folder / "y").write_text("new"))
    assert names(tmp_path / "made") == ["y"]


def test_the_hash_is_that_of_the_bytes(tmp_path):
    (tmp_path / "f").write_bytes(bytes(range(256)) * 999)
    assert file_sha256(tmp_path / "f") == hashlib.sha256(bytes(range(256)) * 999).hexdigest()
