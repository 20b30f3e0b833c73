"""The job that trains a text CNN: followed epoch by epoch, stopped, resumed, killed, on the reader's own table."""

import hashlib
import time
from dataclasses import replace

import numpy as np
import pytest

from core.analysis.saliency.material import DEMO, list_vectors, read_labelled
from core.analysis.saliency.recording import describe_sentences
from core.checkpoints.cnn import load_cnn
from core.corpora.labelled import LabelledSentences
from core.errors import CorpusError, JobError, TextError, TrainingError
from core.jobs import classify, labelled, queue, store, texts
from core.jobs.classify import Settings, collect_rows, find_own_sentences, read_sentences
from core.jobs.commands import read_settings
from core.jobs.labelled import MAX_WORDS, check_sentences, draw_sentences, read_own
from core.jobs.worker import JobStopped, Work
from core.settings import cache_folder
from core.training.state import STATE
from tests.jobs.conftest import await_state, kill_worker

QUICK = Settings(filters=8, epochs=5, most=120)


def work_in(name="classify-test"):
    folder = store.folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    return Work(folder)


def rows_of(name="classify-test"):
    return store.read_progress(name)[0]


def write_table(n=60, classes=("bad", "good"), *, head="text,label", extra="") -> bytes:
    """Sentences whose class is one of their words."""
    rng = np.random.default_rng(0)
    lines = [f"the {rng.choice(list('abcdefgh'))} film was {classes[i % len(classes)]}ish{extra},"
             f"{classes[i % len(classes)]}" for i in range(n)]
    return "\n".join([head, *lines]).encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run nobody disturbed: its result, course, rows and checkpoint."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tmp_path_factory.mktemp("whole")))
        result = classify.run(QUICK, work_in())
        return result, collect_rows(rows_of()), rows_of(), load_cnn(result["checkpoint"])


def test_a_run_is_followed_from_its_start_to_a_checkpoint(whole):
    result, course, rows, checkpoint = whole
    assert result["fresh"] and [row["row"] for row in rows] == ["start"] + ["epoch"] * 5
    history = checkpoint.card.history
    for name, kept in (("loss", "loss"), ("learned", "accuracy"), ("test", "test")):
        np.testing.assert_allclose(getattr(course, name), [epoch[kept] for epoch in history], atol=1e-6)
    assert course.classes == tuple(checkpoint.label_names) and sum(course.parts) == 120 and course.n_epochs == 5
    assert result["test"] == history[-1]["test"] and course.n_words == len(checkpoint.words) - 2
    assert checkpoint.card.training["n_filters"] == 8 and checkpoint.card.corpus.n_sentences == 120


def test_movement_is_that_of_the_record_split_by_the_newest_prediction(whole):
    _, course, rows, checkpoint = whole
    record = checkpoint.record
    assert course.n_wrong == (~record.right).sum() and len(course.right) == 4
    np.testing.assert_allclose(course.right, record.movement[record.right].mean(0), rtol=5e-3)  # kept in half precision
    np.testing.assert_allclose(course.wrong, record.movement[~record.right].mean(0), rtol=5e-3)
    early = record.predicted[:, 1] == record.labels
    assert rows[2]["right"] == [pytest.approx(record.movement[early, 0].mean(), rel=5e-3)]
    assert rows[1]["right"] == rows[1]["wrong"] == []


def test_chance_is_what_the_largest_class_of_t1_gets_on_t3(scratch_cache):
    settings = replace(QUICK, data="own", digest=texts.keep_text(
        write_table(90, ("a", "a", "b"))), epochs=3)
    classify.run(settings, work_in())
    course = collect_rows(rows_of())
    parts = classify.split_three(90, seed=0)
    assert course.chance == pytest.approx(np.mean([i % 3 < 2 for i in parts.t3])) and course.parts == (40, 41, 9)


@pytest.mark.parametrize("channels", ["static", "multichannel"])
def test_a_run_stopped_twice_ends_the_same_to_the_last_bit(scratch_cache, monkeypatch, channels):
    settings, seen = replace(QUICK, channels=channels, heights="3,4,5", epochs=4), {"batches": 0}
    expected = load_cnn(classify.run(settings, work_in("classify-whole"))["checkpoint"]).card
    step, work = classify.CNNRun._step, None

    def stop_now(run, rows):
        seen["batches"] += 1
        if seen["batches"] in (1, 5):  # T1 has 54 sentences, so two batches an epoch: within the first and the third
            work.end()
        return step(run, rows)

    monkeypatch.setattr(classify.CNNRun, "_step", stop_now)
    for kept in (False, True):
        work = work_in()
        with pytest.raises(JobStopped):
            classify.run(settings, work)
        assert (store.training_folder(work.id) / STATE).is_file() == kept
    work = work_in()
    result = classify.run(settings, work)
    card = load_cnn(result["checkpoint"]).card
    assert card.id == expected.id and {n: f.sha256 for n, f in card.files.items()} == {
        n: f.sha256 for n, f in expected.files.items()}
    assert [e["loss"] for e in card.history] == [e["loss"] for e in expected.history]
    course, undisturbed = collect_rows(rows_of()), collect_rows(rows_of("classify-whole"))
    for name in ("loss", "learned", "test", "right", "wrong"):
        np.testing.assert_array_equal(getattr(course, name), getattr(undisturbed, name))
    assert not store.training_folder(work.id).exists()  # the checkpoint holds what matters


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_a_damaged_record_is_named(scratch_cache, monkeypatch, damage):
    work = work_in()
    monkeypatch.setattr(classify._Watcher, "report", lambda self, run, records: len(records) == 3 and work.end())
    with pytest.raises(JobStopped):
        classify.run(QUICK, work)
    path = store.training_folder(work.id) / "epoch-0002.safetensors"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:200] if damage == "cut" else
                         (path.parent / STATE).read_bytes())
    with pytest.raises(TrainingError, match="epoch-0002") as caught:
        classify.run(QUICK, work_in())
    assert "start anew" in caught.value.remedy


def test_a_killed_worker_is_resumed_and_a_running_one_stops_within_seconds(scratch_cache):
    job = queue.submit("classify", Settings(epochs=50, filters=200, heights="3,4,5", channels="multichannel"))
    await_state(lambda: len(rows_of(job.id)) > 2, seconds=90)
    kill_worker(job.id)
    done = len(collect_rows(rows_of(job.id)).loss)
    queue.resume(job.id)
    await_state(lambda: len(collect_rows(rows_of(job.id)).loss) > done, seconds=90)
    queue.stop(job.id)
    asked = time.monotonic()
    await_state(lambda: not store.read_job(job.id).active)
    assert store.read_job(job.id).state == "stopped" and time.monotonic() - asked < 10
    assert sum(row["row"] == "start" for row in rows_of(job.id)) == 1
    queue.discard(job.id)
    assert not store.training_folder(job.id).exists()


def test_a_table_of_the_readers_own_goes_with_its_last_run_and_so_does_the_checkpoint(scratch_cache):
    digest = texts.keep_text(write_table(head="words,verdict"))
    settings = replace(QUICK, data="own", digest=digest, text_column="words", label_column="verdict", epochs=3)
    jobs = [queue.submit("classify", replace(settings, seed=seed)) for seed in (0, 1)]
    await_state(lambda: not any(store.read_job(job.id).active for job in jobs), seconds=90)
    done = [store.read_job(job.id) for job in jobs]
    assert [job.state for job in done] == ["finished"] * 2
    card = load_cnn(done[0].result["checkpoint"]).card
    assert (card.corpus.name, card.corpus.licence, card.id[:8]) == ("own", "the reader's own", "cnn-own-")
    assert str(scratch_cache) not in card.model_dump_json() and digest not in card.model_dump_json()
    assert describe_sentences(find_own_sentences(card.id)).sha256 == card.corpus.sha256
    queue.discard(jobs[0].id)
    assert texts.list_texts() == [digest] and not (cache_folder() / "checkpoints" / card.id).exists()
    assert find_own_sentences(card.id) is None
    queue.discard(jobs[1].id)
    assert texts.list_texts() == [] and list((cache_folder() / "checkpoints").iterdir()) == []


@pytest.mark.parametrize(("changes", "says"), [
    ({"data": "../etc"}, "nothing to read"), ({"data": ""}, "nothing to read"), ({"epochs": 2}, "Choose 3 to 50"),
    ({"epochs": 51}, "epochs = 51"), ({"most": 20_001}, "most = 20001"), ({"most": 39}, "most = 39"),
    ({"filters": 0}, "filters = 0"), ({"dropout": 1.0}, "dropout"), ({"dropout": float("nan")}, "dropout"),
    ({"rate": 0.0}, "rate"), ({"seed": -1}, "seed"), ({"channels": "colour"}, "channels cannot be"),
    ({"heights": "3,4"}, "heights cannot be"), ({"heights": 3}, "not of the type str"),
    ({"vectors": "/etc/passwd"}, "vectors cannot be"), ({"most": "50"}, "not of the type int"),
    ({"data": "own"}, "not the mark"), ({"data": "own", "digest": "../" + "a" * 61}, "not the mark"),
    ({"data": "own", "digest": "a" * 64}, "page Try it"), ({"digest": "a" * 64}, "no digest"),
    ({"text_column": "x"}, "no digest"), ({"path": "/"}, "no setting")])
def test_bad_settings_are_refused_with_a_remedy(scratch_cache, changes, says):
    with pytest.raises(JobError, match=says) as caught:
        read_settings("classify", changes)
    assert caught.value.remedy
    assert read_settings("classify", {}).data == DEMO


def test_a_column_is_a_name_and_no_essay(scratch_cache):
    digest = texts.keep_text(write_table())
    with pytest.raises(JobError, match="name of a column"):
        replace(QUICK, data="own", digest=digest, text_column="x" * 201).check()


def test_vectors_and_corpora_that_are_not_here_are_refused(scratch_cache, monkeypatch):
    def absent(name):
        raise CorpusError("{name} is not here.", "Fetch it.", name=name)

    monkeypatch.setattr(classify, "find_corpus", absent)
    with pytest.raises(CorpusError, match="not here"):
        replace(QUICK, data="rt-polarity").check()
    monkeypatch.setattr(classify, "list_vectors", lambda: ("random",))
    with pytest.raises(JobError, match="Choose one of: random"):
        replace(QUICK, vectors="glove-6b-50d").check()
    assert "random" in list_vectors()


def test_a_kept_table_that_was_altered_is_refused(scratch_cache):
    digest = texts.keep_text(write_table())
    texts.text_path(digest).write_bytes(write_table() + b"\nthe y film was goodish,good")
    with pytest.raises(JobError, match="has changed"):
        replace(QUICK, data="own", digest=digest).check()


def made_of(labels) -> LabelledSentences:
    return LabelledSentences("own", tuple(f"sentence {i}" for i in range(len(labels))), np.array(labels), ("a", "b"))


def test_too_few_sentences_are_refused_before_anything_starts(scratch_cache):
    with pytest.raises(JobError, match="There are 39 sentences"):
        check_sentences(made_of([0, 1] * 19 + [0]), seed=0)
    check_sentences(made_of([0, 1] * 20), seed=0)
    digest = texts.keep_text(write_table(39))
    with pytest.raises(JobError, match="39 sentences"):
        classify.run(replace(QUICK, data="own", digest=digest), work_in())
    assert rows_of() == []


def test_a_class_that_is_not_learned_from_is_named():
    split = classify.split_three(60, seed=4)
    labels = np.zeros(60, int)
    labels[split.t2[:5]] = 1
    with pytest.raises(JobError, match="“b” has 5 of 60 sentences") as caught:
        check_sentences(made_of(labels), seed=4)
    assert "another seed" in caught.value.remedy
    labels[split.t1[0]] = 1
    check_sentences(made_of(labels), seed=4)


def test_faults_of_a_table_name_the_line(scratch_cache):
    with pytest.raises(TextError, match="Line 4"):
        read_own(write_table(2) + b"\n,good\n")
    with pytest.raises(TextError, match="no column “verdict”"):
        read_own(write_table(), label_column="verdict")


def test_a_long_sentence_is_read_up_to_its_400th_word():
    long = " ".join(["word"] * 1_000)
    sentences = read_own(write_table(2) + f"\n{long},good\n{long[:1999]},bad".encode())
    assert [len(text.split()) for text in sentences.texts[2:]] == [MAX_WORDS] * 2
    assert sentences.texts[0].startswith("the ") and len(long[:1999].split()) == MAX_WORDS


def test_sentences_are_drawn_alike_and_keep_their_labels():
    demo = read_labelled(DEMO)
    some = draw_sentences(demo, 100)
    assert len(some) == 100 and describe_sentences(some) == describe_sentences(draw_sentences(demo, 100))
    wanted = dict(zip(demo.texts, demo.labels, strict=True))
    assert all(wanted[text] == label for text, label in zip(some.texts, some.labels, strict=True))
    order = [demo.texts.index(text) for text in some.texts]
    assert order == sorted(order) and draw_sentences(demo, 5_000) is demo
    assert describe_sentences(read_sentences(Settings())).sha256 == describe_sentences(demo).sha256


def test_what_would_not_fit_into_memory_is_refused(scratch_cache, monkeypatch):
    monkeypatch.setattr(classify, "MAX_RECORD", 100)
    with pytest.raises(JobError, match="100 are allowed"):
        classify.run(QUICK, work_in())


def test_an_epoch_reported_again_counts_once(whole):
    start, *epochs = whole[2]
    assert collect_rows([]) is None and collect_rows([start]) is None
    again = collect_rows([start, *epochs[:4], *epochs[2:]])
    np.testing.assert_array_equal(again.loss, whole[1].loss)
    assert len(collect_rows([start, *epochs, start, *epochs[:2]]).loss) == 2  # begun anew


def test_a_side_without_sentences_is_not_a_number(whole):
    start, *epochs = whole[2]
    course = collect_rows([start, *epochs[:2], epochs[2] | {"wrong": [None, None]}])
    assert np.isnan(course.wrong).all() and np.isfinite(course.right).all()


def test_the_mark_of_a_table_is_that_of_its_bytes(scratch_cache):
    data = write_table()
    assert labelled.read_kept(texts.keep_text(data)) == data
    assert texts.list_texts() == [hashlib.sha256(data).hexdigest()]
