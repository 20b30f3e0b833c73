"""Files of a job: whole lines, damage that costs itself alone."""

import errno
import os

import pytest

from core.errors import JobError
from core.jobs import store


@pytest.fixture
def folder(scratch_cache):
    folder = store.folder_of("toy-1")
    folder.mkdir(parents=True)
    return folder


def write_job(folder, state="stopped", job='{"command": "toy", "settings": {}, "created": 1.0}'):
    (folder / "job.json").write_text(job)
    store.write_state(folder, state)


def test_progress_is_read_on_from_where_it_was(folder):
    store.append_progress(folder, {"n": 1})
    rows, offset = store.read_progress("toy-1")
    store.append_progress(folder, {"n": 2})
    more, end = store.read_progress("toy-1", offset=offset)
    assert (rows, more) == ([{"n": 1}], [{"n": 2}])
    assert end == (folder / "progress.jsonl").stat().st_size


def test_half_a_line_is_not_read_and_a_resumed_job_mends_it(folder):
    store.append_progress(folder, {"n": 1})
    with open(folder / "progress.jsonl", "ab") as file:
        file.write(b'{"n": 2')
    assert store.read_progress("toy-1")[0] == [{"n": 1}]
    store.mend_progress(folder)
    store.append_progress(folder, {"n": 3})
    assert store.read_progress("toy-1")[0] == [{"n": 1}, {"n": 3}]


def test_a_damaged_line_costs_itself_alone(folder):
    (folder / "progress.jsonl").write_bytes(b'{"n": 1}\n\xff\xfe garbage\n{"n": 2}\n')
    assert store.read_progress("toy-1")[0] == [{"n": 1}, {"n": 2}]


def test_a_line_cut_by_a_full_disk_is_taken_back(folder, monkeypatch):
    store.append_progress(folder, {"n": 1})
    write = os.write
    monkeypatch.setattr(store.os, "write", lambda file, data: write(file, data[:3]))
    with pytest.raises(OSError) as caught:
        store.append_progress(folder, {"n": 2})
    assert caught.value.errno == errno.ENOSPC
    assert (folder / "progress.jsonl").read_text() == '{"n":1}\n'


def test_progress_is_bounded(folder, monkeypatch):
    monkeypatch.setattr(store, "MAX_PROGRESS_BYTES", 20)
    store.append_progress(folder, {"n": 1})
    with pytest.raises(JobError, match="more than"):
        store.append_progress(folder, {"n": "x" * 30})


def test_a_job_without_a_living_worker_is_lost(folder):
    write_job(folder, "running")
    assert store.read_job("toy-1").state == "lost"
    lock = store.take_lock(folder / "lock")
    assert store.read_job("toy-1").state == "running" and store.take_lock(folder / "lock") is None
    os.close(lock)
    assert store.read_job("toy-1").state == "lost"


@pytest.mark.parametrize("job", ["", "{", "[]", "{}", '{"command": "toy"}', '{"created": "x", "command": 1}', "\0"])
def test_unreadable_jobs_are_named_and_left_out(folder, job):
    write_job(folder, job=job)
    with pytest.raises(JobError, match="cannot be read.*Delete the folder"):
        store.read_job("toy-1")
    assert store.list_jobs() == []


def test_an_absent_job_is_said(scratch_cache):
    with pytest.raises(JobError, match="not here"):
        store.read_job("toy-2")
    assert store.list_jobs() == [] and store.read_progress("toy-2") == ([], 0)
