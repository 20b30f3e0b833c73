"""Kept texts: known by their hash alone, bounded, and gone with the runs that used them."""

import hashlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import JobError
from core.jobs import texts
from core.settings import cache_folder, job_folder

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


def put(name, data=b"words of a text"):
    path = texts.text_path(hashlib.sha256(name.encode()).hexdigest())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path.stem


def test_a_text_is_kept_under_its_hash_and_nothing_else_is_left(scratch_cache):
    data = "naïve café\n\n猫".encode()
    digest = texts.keep_text(data)
    assert digest == hashlib.sha256(data).hexdigest() and texts.find_text_file(digest).read_bytes() == data
    assert [p.name for p in (job_folder() / ".texts").iterdir()] == [f"{digest}.txt"]
    assert texts.keep_text(data) == digest and texts.list_texts() == [digest]


@given(DIGESTS)
def test_every_digest_lies_in_the_folder_of_texts(digest):
    assert texts.text_path(digest).parent == job_folder() / ".texts"


@given(st.one_of(st.text(), st.binary(), st.integers(), st.none(),
                 st.builds(lambda d, n, c: d[:n] + c + d[n + 1:], DIGESTS, st.integers(0, 63),
                           st.characters(exclude_characters="0123456789abcdef"))))
def test_nothing_else_is_a_digest(value):
    assert not texts.is_digest(value)
    with pytest.raises(JobError, match="not the mark"):
        texts.text_path(value)


@pytest.mark.parametrize("value", ["../" + "a" * 61, "a" * 63, "a" * 65, "A" * 64, "a" * 63 + "/", "a" * 64 + "\n",
                                   "a" * 63 + "\0", "/etc/passwd", "", "\uff10" * 64, "٣" * 64])
def test_paths_and_look_alikes_are_refused_before_any_file_is_touched(value, monkeypatch):
    monkeypatch.setattr(Path, "is_file", lambda self: pytest.fail("a file was looked at"))
    with pytest.raises(JobError):
        texts.find_text_file(value)


def test_an_absent_text_says_where_to_give_it_again(scratch_cache):
    with pytest.raises(JobError, match="Your corpus"):
        texts.find_text_file("0" * 64)


def test_a_text_too_large_is_refused_and_one_of_the_largest_size_kept(scratch_cache, monkeypatch):
    monkeypatch.setattr(texts, "MAX_BYTES", 1_000)
    assert texts.keep_text(b"x" * 1_000)
    with pytest.raises(JobError, match="are allowed"):
        texts.keep_text(b"x" * 1_001)
    assert len(texts.list_texts()) == 1


def test_the_oldest_unused_texts_make_room_and_used_ones_never(scratch_cache, monkeypatch):
    monkeypatch.setattr(texts, "MAX_TEXTS", 3)
    names = [put(name) for name in "abc"]
    for age, name in enumerate(names):
        os.utime(texts.text_path(name), (1_000 + age, 1_000 + age))
    new = texts.keep_text(b"new", used={names[0]})
    assert set(texts.list_texts()) == {names[0], names[2], new}
    with pytest.raises(JobError, match="kept for runs already"):
        texts.keep_text(b"newer", used={names[0], names[2], new})
    assert texts.keep_text(b"new", used={names[0], names[2], new}) == new  # one that is here needs no room


def test_unused_texts_go_after_their_hour(scratch_cache):
    old, young, used = (put(name) for name in "abc")
    for name in (old, used):
        os.utime(texts.text_path(name), (time.time() - texts.GRACE_SECONDS - 60,) * 2)
    texts.drop_texts({used})
    assert set(texts.list_texts()) == {young, used}


def test_a_text_goes_with_its_counts(scratch_cache):
    digest, other = put("a"), put("b")
    for name in (f"{digest[:60]}-01234567", f".{digest[:60]}-01234567.shards", f"{other[:60]}-01234567"):
        (cache_folder() / "counts" / name).mkdir(parents=True)
    texts.forget_text(digest, used={digest})
    assert digest in texts.list_texts()
    texts.forget_text(digest, used=set())
    assert texts.list_texts() == [other]
    assert [p.name for p in (cache_folder() / "counts").iterdir()] == [f"{other[:60]}-01234567"]
    texts.forget_text("../x", used=set())  # what is no digest is nothing to forget


def test_files_of_others_in_the_folder_are_passed_over(scratch_cache):
    put("a")
    for name in ("notes.txt", ".x.part", "A" * 64 + ".txt"):
        (job_folder() / ".texts" / name).write_text("x")
    assert len(texts.list_texts()) == 1
    texts.drop_texts(set())
    assert (job_folder() / ".texts" / "notes.txt").is_file()


def test_a_failing_disk_leaves_no_half_text(scratch_cache, monkeypatch):
    def full(file):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        texts.keep_text(b"data")
    assert texts.list_texts() == [] and list((job_folder() / ".texts").iterdir()) == []
