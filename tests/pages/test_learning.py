"""The page on which models learn, without a browser; the runs are real."""

import os
import shutil
import time
from functools import partial

import pytest

from core.jobs import queue, store
from core.jobs.learn import Settings, collect_rows
from tests.pages import opened
from tests.pages.opened import figures, said
from tests.pages.running import await_end, catch_settings, end_runs

open_page = partial(opened.open_page, "learning")

TINY = {"wmat": "demo", "wsize": "10", "wep": "1"}


@pytest.fixture
def lab(tiny_checkpoint, scratch_cache):
    """The tiny checkpoints in a cache that may be written; runs left over are ended."""
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    yield scratch_cache
    end_runs()


def test_the_scrubber_is_alive_without_any_training(lab, tiny_checkpoint):
    at = open_page()
    assert not at.exception and not at.error
    drawn = figures(at)
    assert len(drawn) == 1 and len(drawn[0]["frames"]) == 3  # untrained, and two epochs
    assert len(drawn[0]["layout"]["sliders"][0]["steps"]) == 3
    assert "untrained network" in said(at) and store.list_jobs() == []
    assert at.selectbox(key="wmodel").value == tiny_checkpoint.brackets
    assert all(chart.proto.alt for chart in at.get("plotly_chart"))


def test_a_tiny_run_is_started_watched_and_opened_elsewhere(lab):
    at = open_page(**TINY)
    at.button(key="wstart").click().run()
    assert not at.exception and not at.error
    job, = store.list_jobs()
    assert job.settings == {"material": "demo", "kind": 1, "hidden_size": 10, "dropout": 0.2, "learning_rate": 0.008,
                            "l1": 0.0, "seed": 0, "epochs": 1}
    assert at.selectbox(key="wrun").value == job.id and at.button(key="wstop")
    await_end()
    at.run()
    assert not at.exception and not at.error
    looks = collect_rows(store.read_progress(job.id)[0])
    assert [len(f.get("frames", [])) for f in figures(at)] == [3, looks.n_looks, 0] and looks.n_looks > 50
    assert "becomes the counter" in said(at)
    done = store.read_job(job.id)
    assert f"{done.result['perplexity']:.3f}" in [m.value for m in at.metric]
    link = next(e.proto for e in at.get("page_link") if "trajectories" in e.proto.page)
    assert done.result["checkpoint"] in link.query_string
    at.button(key="wdelete").click().run()
    assert not at.exception and store.list_jobs() == []


def test_a_run_is_stopped_waits_and_goes_on(lab):
    first = queue.submit("learn", Settings(material="dyck-1", hidden_size=200, epochs=40))
    second = queue.submit("learn", Settings(material="demo", hidden_size=10, epochs=1))
    at = open_page(wrun=second.id)
    assert "number 1 in the queue" in said(at) or store.read_job(first.id).state == "queued"
    at.button(key="wstop").click().run()
    deadline = time.monotonic() + 30
    while store.read_job(second.id).active and time.monotonic() < deadline:
        time.sleep(0.05)
    at.run()
    assert not at.exception and "its state is saved" in said(at)
    at.button(key="wresume").click().run()
    assert store.read_job(second.id).state == "queued"
    queue.stop(second.id)


@pytest.mark.parametrize(("key", "value"), [("wmat", "dyck-2"), ("wmat", "embedding"), ("wsize", 200), ("wrate", 0.016),
                                            ("wdrop", 0.5), ("wep", 3), ("wseed", 4)])
def test_every_setting_reaches_the_run(lab, key, value, monkeypatch):
    asked = catch_settings(monkeypatch)
    at = open_page()
    at.button(key="wstart").click().run()
    assert "No." in at.error[0].value
    kind = {"wmat": at.selectbox, "wep": at.slider, "wseed": at.slider}.get(key, at.segmented_control)
    kind(key=key).set_value(value).run()
    at.button(key="wstart").click().run()
    assert not at.exception and len(asked) == 2 and asked[0] != asked[1]
    assert value in vars(asked[1]).values()


def test_a_lost_run_says_what_to_do(lab):
    job = queue.submit("learn", Settings(material="demo", hidden_size=10, epochs=1))
    queue.stop(job.id)
    await_end()
    os.close(store.take_lock(store.folder_of(job.id) / "lock", wait=True))  # the worker is gone, too
    store.write_state(store.folder_of(job.id), "running")
    at = open_page(wrun=job.id)
    assert not at.exception and "ended without a word" in at.error[0].value and "Resume" in at.error[0].value


@pytest.mark.parametrize("query", [
    {"wrun": "../../etc"}, {"wrun": "learn-0000000000"}, {"wmodel": "<b>"}, {"wep": "1e9"}, {"wsize": "9999"},
    {"wmat": "/etc/passwd"}, {"wform": "7"}, {"wone": "x"}, {"wseed": "nan"}, {"wdrop": "-1"}])
def test_bad_links_are_harmless(lab, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 1 and store.list_jobs() == []


def test_without_any_snapshots_the_trainer_still_works(scratch_cache):
    at = open_page()
    assert not at.exception and "keeps the weights of its epochs" in at.error[0].value
    assert at.button(key="wstart")


def test_runs_of_another_version_are_left_out(lab):
    folder = store.folder_of("learn-old")
    folder.mkdir(parents=True)
    (folder / "job.json").write_text('{"command": "learn", "settings": {"optimiser": "sgd"}, "created": 1.0}')
    store.write_state(folder, "finished")
    at = open_page()
    assert not at.exception and not at.error and not [s for s in at.selectbox if s.key == "wrun"]


def test_page_speaks_japanese(lab):
    at = open_page("ja-JP")
    assert not at.exception and not at.error
    shown = [m.value for m in at.markdown] + [h.value for h in at.header] + [c.value for c in at.caption]
    assert all(any(ord(c) > 0x3000 for c in text) for text in shown if text.strip())
