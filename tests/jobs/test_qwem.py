"""The job that grows an embedding: followed row by row, stopped, resumed, killed."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from core.analysis.qwem import concepts
from core.analysis.qwem.own_text import write_demo_text
from core.checkpoints.embeddings import load_run
from core.errors import CorpusError, JobError, TrainingError
from core.jobs import queue, qwem, store, texts
from core.jobs.commands import read_settings
from core.jobs.qwem import Settings, collect_rows
from core.jobs.worker import JobStopped, Work
from core.settings import cache_folder
from tests.jobs.conftest import await_state, kill_worker
from tests.training.toy_counts import draw_articles, write_text

QUICK = Settings(text="text8", vocabulary=50, window=4, dimension=6, rate=0.02, duration=3.0, init_scale=1e-3)


@pytest.fixture
def text(scratch_cache, tmp_path, monkeypatch):
    """A folder of corpora in which text8 is a small text with topics."""
    folder = tmp_path / "data" / "text8"
    folder.mkdir(parents=True)
    write_text(folder / "text8", draw_articles(n_articles=80, vocabulary=60))
    monkeypatch.setenv("WORDGLASS_DATA", str(tmp_path / "data"))


def work_in(name="qwem-test"):
    folder = store.folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    return Work(folder)


def rows_of(name="qwem-test"):
    return store.read_progress(name)[0]


def test_a_run_is_followed_from_its_start_to_a_recorded_run(text):
    result = qwem.run(QUICK, work_in())
    growth, recorded = collect_rows(rows_of()), load_run(result["checkpoint"])
    assert growth.words == recorded.words and len(growth.words) == 50 and result["fresh"]
    assert growth.step[0] == 0 and growth.step[-1] == growth.n_steps == result["steps"] == recorded.card.n_steps
    for name in ("time", "singular", "strength", "overlap"):
        np.testing.assert_allclose(getattr(growth, name), getattr(recorded, name), rtol=1e-6)
    np.testing.assert_allclose(growth.loss, recorded.loss, atol=1e-6)
    np.testing.assert_allclose(growth.values, recorded.values, rtol=1e-6)
    assert growth.tau == recorded.card.tau and growth.plane.shape == (len(growth.step), 50, 3)
    np.testing.assert_allclose(growth.plane[-1], recorded.snapshots[-1][:, :3], atol=0.01)
    assert growth.plane[0].max() > 0 and not qwem.run(QUICK, work_in())["fresh"]


def test_the_smallest_start_is_seen(text):
    qwem.run(replace(QUICK, init_scale=1e-12, duration=1.0), work_in())
    growth = collect_rows(rows_of())
    assert 0 < np.abs(growth.plane[0]).max() < 1e-11 and 0 < growth.strength[0].max() < 1e-22


@pytest.mark.parametrize("gradient", ["full", "sampled"])
def test_a_run_stopped_and_resumed_ends_the_same(text, monkeypatch, gradient):
    settings, counts = replace(QUICK, gradient=gradient, batch=200, duration=1.0), {"steps": 0}
    whole = load_run(qwem.run(settings, work_in("qwem-whole"))["checkpoint"]).card.files["run"].sha256
    advance, work = qwem.GradientRun._advance, None

    def stop_now(run):
        counts["steps"] += 1
        if counts["steps"] in (7, 60):
            work.end()
        advance(run)

    monkeypatch.setattr(qwem.GradientRun, "_advance", stop_now)
    for _ in range(2):
        work = work_in()
        with pytest.raises(JobStopped):
            qwem.run(settings, work)
    work = work_in()
    result = qwem.run(settings, work)
    assert load_run(result["checkpoint"]).card.files["run"].sha256 == whole
    growth = collect_rows(rows_of())
    np.testing.assert_array_equal(growth.step, collect_rows(rows_of("qwem-whole")).step)
    assert sum(row["row"] == "start" for row in rows_of()) == 1


def test_a_killed_worker_is_resumed_in_a_process_of_its_own(text):
    settings = replace(QUICK, vocabulary=60, dimension=40, duration=30.0, init_scale=1e-9)
    job = queue.submit("qwem", settings)
    await_state(lambda: len(rows_of(job.id)) > 3, seconds=60)
    kill_worker(job.id)
    queue.resume(job.id)
    await_state(lambda: not store.read_job(job.id).active, seconds=60)
    done = store.read_job(job.id)
    assert done.state == "finished" and collect_rows(rows_of(job.id)).step[-1] == done.result["steps"]
    folder = cache_folder() / "checkpoints" / done.result["checkpoint"]
    assert folder.is_dir() and store.training_folder(job.id).is_dir()
    queue.discard(job.id)
    assert not folder.exists() and not store.training_folder(job.id).exists()


def test_a_moment_recorded_again_counts_once(text):
    qwem.run(QUICK, work_in())
    start, *moments = rows_of()
    assert collect_rows([]) is None and collect_rows([start]) is None
    again = collect_rows([start, *moments[:9], *moments[5:]])
    np.testing.assert_array_equal(again.loss, collect_rows([start, *moments]).loss)
    assert len(collect_rows([start, *moments, start, *moments[:4]]).step) == 4  # begun anew


@pytest.mark.parametrize(("changes", "says"), [
    ({"text": "../etc"}, "nothing to read"), ({"text": "wiki"}, "nothing to read"), ({"window": 0}, "window = 0"),
    ({"vocabulary": 5_000}, "Choose 50 to 1000"), ({"dimension": 100}, "larger than the vocabulary"),
    ({"init_scale": 0.0}, "init_scale"), ({"init_scale": float("nan")}, "init_scale"), ({"rate": 0.3}, "rate"),
    ({"loss": "glove"}, "loss cannot be “glove”"), ({"gradient": ""}, "gradient cannot be"),
    ({"init": "zero"}, "init cannot be"), ({"weighting": "idf"}, "weighting cannot be"), ({"batch": 0}, "batch = 0"),
    ({"tied": 1}, "not of the type bool"), ({"vocabulary": "50"}, "not of the type int"),
    ({"text": "own"}, "not the mark"), ({"text": "own", "digest": "../" + "a" * 61}, "not the mark"),
    ({"text": "own", "digest": "a" * 64}, "not kept here"), ({"digest": "a" * 64}, "no digest"),
    ({"text": "demo", "digest": "a" * 64}, "no digest"), ({"path": "/"}, "no setting")])
def test_bad_settings_are_refused_with_a_remedy(text, changes, says):
    with pytest.raises((JobError, TrainingError), match=says) as caught:
        read_settings("qwem", {"text": "text8", "vocabulary": 60, **changes})
    assert caught.value.remedy
    assert read_settings("qwem", {"text": "text8"}).vocabulary == 500


def own_text() -> bytes:
    return "\n\n".join(" ".join(article) for article in draw_articles(n_articles=80, vocabulary=60)).encode()


def test_a_text_of_the_readers_own_is_trained_on_and_goes_with_its_last_run(scratch_cache):
    digest = texts.keep_text(own_text())
    settings = replace(QUICK, text="own", digest=digest)
    jobs = [queue.submit("qwem", replace(settings, seed=seed)) for seed in (0, 1)]
    await_state(lambda: not any(store.read_job(job.id).active for job in jobs), seconds=60)
    done = [store.read_job(job.id) for job in jobs]
    assert [job.state for job in done] == ["finished"] * 2 and jobs[0].settings["digest"] == digest
    card = load_run(done[0].result["checkpoint"]).card
    assert (card.corpus.name, card.corpus.sha256, card.settings["corpus"]) == ("own", digest, "own")
    assert str(scratch_cache) not in card.model_dump_json()
    queue.discard(jobs[0].id)
    assert texts.list_texts() == [digest] and list((scratch_cache / "counts").iterdir())
    queue.discard(jobs[1].id)
    assert texts.list_texts() == [] and list((scratch_cache / "counts").iterdir()) == []


def test_the_demo_text_is_here_on_every_machine(scratch_cache):
    settings = read_settings("qwem", {"vocabulary": 50, "dimension": 6, "duration": 2.0, "window": 4})
    assert settings.text == "demo"
    result = qwem.run(settings, work_in())
    card = load_run(result["checkpoint"]).card
    assert card.corpus.name == card.settings["corpus"] == "demo"
    assert card.corpus.sha256 == hashlib.sha256(write_demo_text()).hexdigest()


def test_a_text_that_went_since_is_asked_for_again(scratch_cache):
    digest = texts.keep_text(own_text())
    settings = replace(QUICK, text="own", digest=digest)
    settings.check()
    texts.forget_text(digest, set())
    with pytest.raises(JobError, match="Your corpus"):
        qwem.run(settings, work_in())


def test_a_text_with_too_few_words_is_answered(scratch_cache):
    digest = texts.keep_text(b"red green blue " * 40)
    with pytest.raises(TrainingError, match="fewer than the vocabulary"):
        qwem.run(replace(QUICK, text="own", digest=digest), work_in())


def test_the_prediction_starts_where_the_run_does_and_reaches_ahead(text):
    qwem.run(replace(QUICK, duration=1.0), work_in())
    growth = collect_rows(rows_of())
    np.testing.assert_allclose(growth.predict()[0], growth.strength[0], rtol=1e-6)
    ahead = growth.predict(np.array([0.0, 1e9]))
    np.testing.assert_allclose(ahead[1], growth.values[:6], rtol=1e-6)  # all have risen to their λ
    assert replace(growth, strength=-growth.strength).predict() is None


def test_a_run_that_would_take_hours_is_refused(text):
    with pytest.raises(JobError, match="steps are allowed here"):
        qwem.run(replace(QUICK, rate=1e-4, duration=30.0), work_in())


def test_an_absent_text_says_how_to_get_it(scratch_cache, monkeypatch, tmp_path):
    monkeypatch.setattr(concepts, "find_corpus", _absent)
    with pytest.raises(CorpusError, match="not here"):
        replace(QUICK, text="wiki-en").check()


def _absent(name):
    raise CorpusError("{name} is not here.", "Fetch it.", name=name)
