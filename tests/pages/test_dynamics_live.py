"""Training on the page Learning dynamics, without a browser; the runs are real."""

import json
import shutil
import time
from functools import partial

import pytest

from core.analysis.qwem.own_text import write_demo_text
from core.checkpoints.embeddings import list_runs, load_run
from core.jobs import queue, store, texts
from core.jobs.qwem import Settings, collect_rows
from tests.pages import opened
from tests.pages.opened import calm, figures, said
from tests.pages.running import await_end, catch_settings, end_runs
from tests.training.toy_counts import draw_articles
from tests.word2vec_lab import build_lab

open_page = partial(opened.open_page, "dynamics")

TINY = {"lvv": "50", "lvinit": "-2", "lvwin": "4"}


@pytest.fixture
def lab(scratch_cache, monkeypatch):
    """Concepts and recorded runs in a cache that may be written, no text but the demo's; runs left over are ended."""
    shutil.copytree(build_lab(), scratch_cache)
    monkeypatch.setattr("core.ui.qwem.live_settings.list_texts", lambda: ("demo",))
    yield scratch_cache
    end_runs()


def keep_own():
    return texts.keep_text("\n\n".join(" ".join(a) for a in draw_articles(n_articles=80, vocabulary=60)).encode())


def test_nothing_starts_without_a_click(lab):
    at = calm(open_page(**TINY))
    assert store.list_jobs() == [] and "process of its own" in said(at) and len(figures(at)) == 4
    at.slider(key="lvv").set_value(100).run()
    assert store.list_jobs() == [] and texts.list_texts() == []


def test_a_run_is_started_watched_and_becomes_a_recorded_one(lab):
    known = {card.id for card in list_runs()[0]}
    at = open_page(**TINY)
    calm(at.button(key="lvstart").click().run())
    job, = store.list_jobs()
    assert job.settings == {
        "text": "demo", "digest": "", "vocabulary": 50, "window": 4, "loss": "qwem", "tied": True,
        "weighting": "constant", "init": "normal", "init_scale": 0.01, "dimension": 50, "gradient": "full",
        "batch": 5000, "rate": 0.0, "duration": 5.0, "seed": 0}
    assert at.selectbox(key="lvrun").value == job.id and at.button(key="lvstop")
    await_end()
    calm(at.run())
    done, growth = store.read_job(job.id), collect_rows(store.read_progress(job.id)[0])
    curves, plane = figures(at)[-2:]
    n = sum(trace.get("line", {}).get("dash") == "dot" for trace in curves["data"])
    assert n == 12 and len(curves["data"]) == 2 * n + 1 and len(plane["data"][0]["text"]) == 50
    assert "50" in at.metric[0].delta and at.metric[2].delta == f"{growth.n_steps:,} steps"
    assert "Measured and predicted strengths differ" in said(at)
    new, = {card.id for card in list_runs()[0]} - known
    assert done.result["checkpoint"] == new and any(f"({new[-8:]})" in text and "Demo" in text
                                                    for text in at.selectbox(key="dyrun").options)
    calm(at.button(key="lvopen").click().run())
    assert at.selectbox(key="dyrun").value == new
    calm(at.button(key="lvdelete").click().run())
    assert store.list_jobs() == [] and {card.id for card in list_runs()[0]} == known
    assert not any(f"({new[-8:]})" in text for text in at.selectbox(key="dyrun").options)


def test_equal_settings_of_two_visitors_are_one_job(lab):
    first, second = open_page(**TINY), open_page(**TINY)
    first.button(key="lvstart").click().run()
    second.button(key="lvstart").click().run()
    job, = store.list_jobs()
    assert calm(first).selectbox(key="lvrun").value == calm(second).selectbox(key="lvrun").value == job.id


def test_a_run_waits_is_stopped_and_goes_on(lab):
    first = queue.submit("qwem", Settings(vocabulary=400, init_scale=1e-12))
    second = queue.submit("qwem", Settings(vocabulary=50, dimension=10, init_scale=1e-2))
    at = open_page(lvrun=second.id)
    assert "number 1 in the queue" in said(at) or store.read_job(first.id).state == "queued"
    at.button(key="lvstop").click().run()
    deadline = time.monotonic() + 30
    while store.read_job(second.id).active and time.monotonic() < deadline:
        time.sleep(0.05)
    calm(at.run())
    assert "before its first step" in said(at)
    at.button(key="lvresume").click().run()
    assert store.read_job(second.id).state == "queued"
    queue.stop(second.id)


@pytest.mark.parametrize(("kind", "key", "value", "expected"), [
    ("slider", "lvv", 100, {"vocabulary": 100, "dimension": 64}), ("slider", "lvinit", -12, {"init_scale": 1e-12}),
    ("slider", "lvwin", 3, {"window": 3}), ("slider", "lvseed", 4, {"seed": 4}),
    ("segmented_control", "lvloss", "sgns", {"loss": "sgns"}),
    ("segmented_control", "lvtie", "untied", {"tied": False}),
    ("segmented_control", "lvgrad", "sampled", {"gradient": "sampled", "rate": 0.005})])
def test_every_setting_reaches_the_run(lab, monkeypatch, kind, key, value, expected):
    asked = catch_settings(monkeypatch)
    at = open_page()
    getattr(at, kind)(key=key).set_value(value).run()
    at.button(key="lvstart").click().run()
    assert "No." in at.error[0].value
    assert {name: getattr(asked[-1], name) for name in expected} == expected


@pytest.mark.parametrize("changes", [{"tied": False}, {"loss": "sgns"}, {"gradient": "sampled", "rate": 0.02,
                                                                        "duration": 2.0, "batch": 500}])
def test_every_kind_of_run_is_drawn(lab, changes):
    job = queue.submit("qwem", Settings(vocabulary=50, dimension=10, window=4, **changes))
    await_end()
    at = calm(open_page(lvrun=job.id))
    assert store.read_job(job.id).state == "finished"
    dotted = [t for t in figures(at)[-2]["data"] if t.get("line", {}).get("dash") == "dot"]
    assert len(dotted) == (10 if changes.get("tied", True) else 0) and "NaN" not in json.dumps(figures(at)[-2:])


def test_a_text_of_the_readers_own_is_offered_by_its_digest_alone(lab):
    digest = keep_own()
    at = calm(open_page(lvtext="own", lvdig=digest, lvv="60", lvwin="4", lvinit="-2"))
    assert at.selectbox(key="lvtext").value == "own" and at.slider(key="lvv").max == 60
    calm(at.button(key="lvstart").click().run())
    job, = store.list_jobs()
    assert (job.settings["text"], job.settings["digest"]) == ("own", digest) and digest in at.query_params["lvdig"]
    await_end()
    calm(at.run())
    assert load_run(store.read_job(job.id).result["checkpoint"]).card.corpus.name == "own"
    at.button(key="lvdelete").click().run()
    assert texts.list_texts() == []


@pytest.mark.parametrize("query", [
    {"lvdig": "../../etc/passwd", "lvtext": "own"}, {"lvdig": "A" * 64}, {"lvtext": "/etc/passwd"}, {"lvv": "1e9"},
    {"lvinit": "0"}, {"lvloss": "glove", "lvrun": "../x", "lvseed": "nan", "lvgrad": "", "lvtie": "<b>"}])
def test_what_the_section_does_not_offer_counts_as_absent(lab, query):
    at, usual = calm(open_page(**query)), open_page()
    for key in ("lvtext", "lvv", "lvinit", "lvloss", "lvgrad", "lvtie", "lvseed"):
        kind = next(k for k in (at.selectbox, at.slider, at.segmented_control) if any(w.key == key for w in k))
        default = next(w.value for w in getattr(usual, kind[0].type) if w.key == key)
        assert next(w.value for w in kind if w.key == key) == default


def test_a_link_to_a_text_that_went_says_so(lab):
    at = calm(open_page(lvtext="own", lvdig="0" * 64))
    assert "not kept here" in said(at) and at.selectbox(key="lvtext").value == "demo"


def test_a_text_with_too_few_words_is_answered(lab):
    at = open_page(lvtext="own", lvdig=texts.keep_text(b"red green blue " * 9))
    assert not at.exception and "different words" in at.error[0].value
    assert all(w.key != "lvstart" for w in at.button) and len(figures(at)) == 4


def test_recipes_run(lab):
    job = queue.submit("qwem", Settings(vocabulary=50, dimension=10, window=4, init_scale=1e-2))
    await_end()
    at = calm(open_page(lvrun=job.id))
    recipes = [c.value for c in at.code if job.id in c.value]
    assert len(recipes) == 2
    for recipe in recipes:
        exec(compile(recipe.replace(".show()", ".to_dict()"), "recipe", "exec"), {})


def test_the_demo_text_has_words_enough_for_every_place_of_the_slider(lab):
    at = open_page()
    assert at.slider(key="lvv").max == 1_000 <= len(set(write_demo_text().decode().lower().split()))
