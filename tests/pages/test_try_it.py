"""Training a text CNN on labelled sentences, without a browser; the runs are real."""

import json
import shutil
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from core.analysis.saliency.material import DEMO, POLARITY
from core.checkpoints.cnn import list_cnns, load_cnn
from core.checkpoints.verify import checkpoint_folder
from core.corpora.labelled import LabelledSentences
from core.jobs import queue, store, texts
from core.jobs.classify import Settings, collect_rows
from core.tokens.labelled import split_three
from core.ui.saliency import try_data
from core.ui.saliency.try_it import LEADS_TO, _link_pages, say_movement
from tests.jobs.test_classify import write_table
from tests.pages import opened
from tests.pages.opened import calm, figures, said
from tests.pages.running import await_end, catch_settings, end_runs

open_page = partial(opened.open_page, "try_it")

TINY = {"tyf": "20", "tyep": "4", "tymost": "200", "tyvec": "random"}


@pytest.fixture(autouse=True)
def lab(scratch_cache, monkeypatch):
    """An empty cache; no rt-polarity and no vectors but random ones. Runs left over are ended."""
    monkeypatch.setattr(try_data, "locate_corpus", lambda name: None)
    monkeypatch.setattr("core.ui.saliency.try_settings.list_vectors", lambda: ("random",))
    yield scratch_cache
    end_runs()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A cache with one finished run, and the run's id."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trained") / "cache"
        patch.setenv("WORDGLASS_CACHE", str(folder))
        job = queue.submit("classify", Settings(epochs=3, filters=8, most=100))
        await_end()
        return folder, job.id


@pytest.fixture
def finished(trained, lab):
    """A copy of it, which a test may change; the run's id."""
    shutil.copytree(trained[0], lab)
    return trained[1]


def upload(at, data: bytes, name="t.csv"):
    return at.file_uploader(key="tyfile").set_value((name, data, "text/csv")).run()


def preview(at) -> tuple[pd.DataFrame, pd.DataFrame]:
    return at.dataframe[0].value, at.dataframe[1].value


def has_start(at) -> bool:
    return any(button.key == "tystart" for button in at.button)


def test_the_page_opens_on_the_demo_and_nothing_starts_without_a_click():
    at = calm(open_page())
    rows, counts = preview(at)
    assert len(rows) == 5 and set(rows["label"]) == {"negative", "positive"}
    assert counts["n"].tolist() == [249, 249] and "498 sentences" in said(at)
    assert store.list_jobs() == [] and not figures(at) and has_start(at)
    at.slider(key="tyep").set_value(9).run()
    assert store.list_jobs() == [] and texts.list_texts() == []


def test_a_run_is_started_watched_and_leaves_a_network():
    at = open_page(**TINY)
    calm(at.button(key="tystart").click().run())
    job, = store.list_jobs()
    assert job.settings == {
        "data": DEMO, "digest": "", "text_column": "", "label_column": "", "vectors": "random",
        "channels": "non-static", "heights": "3", "filters": 20, "dropout": 0.5, "epochs": 4, "rate": 0.001,
        "seed": 0, "most": 200}
    assert at.selectbox(key="tyrun").value == job.id
    await_end()
    calm(at.run())
    course = collect_rows(store.read_progress(job.id)[0])
    result = store.read_job(job.id).result
    assert [m.value for m in at.metric][:3] == [f"{course.test[-1]:.1%}", f"{course.chance:.1%}",
                                                f"{course.learned[-1]:.1%}"]
    drawn, = figures(at)
    assert len(drawn["data"]) == 6 and drawn["layout"]["xaxis"]["range"] == [0.5, 4.5]
    assert [card.id for card in list_cnns()[0]] == [result["checkpoint"]]
    assert load_cnn(result["checkpoint"]).card.history[-1]["test"] == pytest.approx(course.test[-1])
    calm(at.button(key="tydelete").click().run())
    assert store.list_jobs() == [] and list_cnns()[0] == [] and not figures(at)


def test_the_network_is_linked_with_itself_chosen(monkeypatch):
    linked = []
    monkeypatch.setattr("core.ui.saliency.try_it.st.page_link", lambda path, **named: linked.append((path, named)))
    monkeypatch.setattr("pathlib.Path.is_file", lambda path: True)
    monkeypatch.setattr("core.ui.saliency.try_it.list_cnns", lambda: ([type("Card", (), {"id": "cnn-x-1"})], []))
    _link_pages("cnn-x-1")
    _link_pages("cnn-x-2")  # removed since
    assert [path.stem for path, _ in linked] == list(LEADS_TO)
    assert all(named["query_params"] == {"cnn": "cnn-x-1"} for _, named in linked)


def test_equal_settings_of_two_visitors_are_one_job():
    first, second = open_page(**TINY), open_page(**TINY)
    first.button(key="tystart").click().run()
    second.button(key="tystart").click().run()
    job, = store.list_jobs()
    assert calm(first).selectbox(key="tyrun").value == calm(second).selectbox(key="tyrun").value == job.id


def test_a_run_at_work_is_stopped_and_goes_on():
    at = open_page(tyf="200", tyh="3,4,5", tyep="50")
    at.button(key="tystart").click().run()
    job, = store.list_jobs()
    deadline = time.monotonic() + 60
    while collect_rows(store.read_progress(job.id)[0]) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    calm(at.run())
    assert store.read_job(job.id).state == "running" and len(figures(at)) == 1
    at.button(key="tystop").click().run()
    await_end()
    calm(at.run())
    assert "the same to the last bit" in said(at)
    at.button(key="tyresume").click().run()
    assert store.read_job(job.id).active
    queue.stop(job.id)


@pytest.mark.parametrize(("kind", "key", "value", "expected"), [
    ("segmented_control", "tych", "multichannel", {"channels": "multichannel"}),
    ("segmented_control", "tyh", "3,4,5", {"heights": "3,4,5"}), ("segmented_control", "tyf", 50, {"filters": 50}),
    ("segmented_control", "tydrop", 0.0, {"dropout": 0.0}), ("segmented_control", "tyrate", 0.01, {"rate": 0.01}),
    ("segmented_control", "tymost", 200, {"most": 200}), ("slider", "tyep", 50, {"epochs": 50}),
    ("slider", "tyseed", 4, {"seed": 4})])
def test_every_setting_reaches_the_run(monkeypatch, kind, key, value, expected):
    asked = catch_settings(monkeypatch)
    at = open_page()
    getattr(at, kind)(key=key).set_value(value).run()
    at.button(key="tystart").click().run()
    assert "No." in at.error[0].value
    assert {name: getattr(asked[-1], name) for name in expected} == expected
    link = open_page(**{key: at.query_params[key]})
    assert getattr(link, kind)(key=key).value == value


def test_vectors_of_this_machine_come_first_and_stay_fixed(monkeypatch):
    monkeypatch.setattr("core.ui.saliency.try_settings.list_vectors", lambda: ("glove-6b-50d", "random"))
    at = calm(open_page())
    assert at.segmented_control(key="tyvec").value == "glove-6b-50d"
    assert at.segmented_control(key="tych").value == "static"


def test_an_uploaded_table_is_looked_at_first_and_kept_when_it_is_trained_on():
    at = open_page(**TINY | {"tydata": "upload"})
    assert "one sentence a row" in said(at) and not has_start(at)
    table = write_table(80, ("rain", "snow", "wind"))
    calm(upload(at, table))
    rows, counts = preview(at)
    assert counts["label"].tolist() == ["rain", "snow", "wind"] and counts["n"].sum() == 80
    assert rows["text"][0].startswith("the ") and texts.list_texts() == []
    calm(at.button(key="tystart").click().run())
    digest, = texts.list_texts()
    job, = store.list_jobs()
    assert (job.settings["data"], job.settings["digest"]) == ("own", digest) and digest not in str(at.query_params)
    await_end()
    calm(at.run())
    card = load_cnn(store.read_job(job.id).result["checkpoint"]).card
    assert card.corpus.name == "own" and card.corpus.label_names == ["rain", "snow", "wind"]
    assert f"your own table ({digest[:6]})" in at.selectbox(key="tyrun").options[0]
    at.button(key="tydelete").click().run()
    assert texts.list_texts() == []


@pytest.mark.parametrize(("data", "problem"), [
    (b"text,label\na film,good\n,bad\n", "Line 3"), (b"text,label\na film,good\nb film,good\n", "All sentences"),
    (b"a,b,c\n1,2,3\n4,5,6\n", "not clear"), (b"PK\x03\x04\0", "zero byte"), (b"text,label\nx,a\ny,b,c\n", "Line 3"),
    (b'{"text": "x", "label": 1}\n{"text": \n', "Line 2"), (write_table(39), "sentences"),
    (b"text,label\n" + b"x,a\n" * 70 + b"y,b\ny,b\n", "2 of 72 sentences")])
def test_a_table_that_cannot_be_used_is_answered_before_the_start(data, problem):
    at = upload(open_page(tydata="upload", tyseed="1"), data)
    assert not at.exception and len(at.error) == 1 and problem in at.error[0].value and not has_start(at)


def test_a_class_that_is_not_learned_from_is_named_before_the_start():
    labels = np.zeros(60, int)
    labels[split_three(60, seed=0).t2[:3]] = 1
    lines = ["text,label", *(f"film {i},{'ab'[label]}" for i, label in enumerate(labels))]
    at = upload(open_page(tydata="upload"), "\n".join(lines).encode())
    assert "`b`" in at.error[0].value and "another seed" in at.error[0].value and not has_start(at)


def test_columns_are_chosen_by_name_and_kept_in_the_link():
    table = b"id\ttitle\tbody\tmood\n" + b"".join(
        f"{i}\tT{i}\tthe body {i} was here\t{'gs'[i % 2]}\n".encode() for i in range(50))
    at = upload(open_page(tydata="upload"), table)
    assert "not clear" in at.error[0].value
    assert at.selectbox(key="tytext").options[1:] == ["id", "title", "body", "mood"]
    at.selectbox(key="tytext").set_value("body").run()
    calm(at.selectbox(key="tylabel").set_value("mood").run())
    assert preview(at)[0]["text"][0] == "the body 0 was here"
    assert (at.query_params["tytext"], at.query_params["tylabel"]) == ("body", "mood")
    at.selectbox(key="tylabel").set_value("body").run()
    assert "cannot be both" in at.error[0].value


def test_pasted_lines_are_read_and_outlive_a_look_at_the_demo():
    at = open_page(tydata="paste")
    calm(at.text_area(key="tytable").set_value(write_table(44).decode()).run())
    assert "44 sentences" in said(at) and has_start(at) and "tytable" not in at.query_params
    at.segmented_control(key="tydata").set_value(DEMO).run()
    calm(at.segmented_control(key="tydata").set_value("paste").run())
    assert "44 sentences" in said(at)


def test_the_encoding_and_missing_blanks_are_noted():
    at = calm(upload(open_page(tydata="upload"), write_table(50, extra=" caf\u00e9").decode().encode("cp1252")))
    assert "cp1252" in said(at) and "café" in preview(at)[0]["text"][0]
    lines = ["text,label", *(f"この映画は{'良い' if i % 2 else '悪い'}作品でした{i},{i % 2}" for i in range(50))]
    at = calm(upload(open_page(tydata="upload"), "\n".join(lines).encode()))
    assert "hardly have blanks" in said(at) and "cp1252" not in said(at)


def test_markup_in_a_table_stays_text():
    table = write_table(50, ("<b>x", "[y](http://z)"), head="text,label")
    at = calm(upload(open_page(tydata="upload", **TINY | {"tymost": "50"}), table))
    at.button(key="tystart").click().run()
    await_end()
    calm(at.run())
    for text in [m.value for m in at.markdown] + [c.value for c in at.caption] + [json.dumps(figures(at))]:
        assert "<b>x" not in text and "](http://z)" not in text
    at = upload(open_page(tydata="upload"), b"text,label\nx,**a**\nx,**a**\ny,<img>\n")
    assert "`<img>`" in at.error[0].value


def test_only_what_is_here_is_offered(monkeypatch):
    assert POLARITY not in open_page().segmented_control(key="tydata").options
    labels = np.arange(3_000) % 2
    monkeypatch.setattr(try_data, "locate_corpus", lambda name: name)
    monkeypatch.setattr(try_data, "read_labelled", lambda name: LabelledSentences(
        name, tuple(f"film {i}" for i in range(3_000)), labels, ("neg", "pos")))
    try_data.get_known.clear()
    try:
        at = calm(open_page(tydata=POLARITY))
        assert "3,000 sentences" in said(at) and at.segmented_control(key="tymost").value == 2_000
        assert "all 3,000" in at.segmented_control(key="tymost").options
    finally:
        try_data.get_known.clear()


@pytest.mark.parametrize("query", [
    {"tydata": "../x", "tych": "7", "tyep": "999", "tyf": "-1", "tyh": "<b>", "tymost": "1e9", "tyseed": "nan"},
    {"tydata": "own", "tyvec": "/etc/passwd", "tyrate": "1", "tydrop": "", "tyrun": "../x", "tytext": "<script>"}])
def test_bad_links_are_harmless(query):
    at, usual = calm(open_page(**query)), open_page()
    for control in usual.segmented_control:
        assert at.segmented_control(key=control.key).value == control.value
    assert [s.value for s in at.slider] == [s.value for s in usual.slider]


def test_a_finished_run_whose_network_was_removed_or_damaged_still_shows_its_curves(finished):
    folder = checkpoint_folder(store.read_job(finished).result["checkpoint"])
    (folder / "card.json").write_text("{")
    assert len(figures(calm(open_page(tyrun=finished)))) == 1
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert len(figures(calm(open_page(tyrun=finished)))) == 1


def test_the_page_speaks_japanese(finished):
    at = calm(open_page(locale="ja-JP", tyrun=finished))
    assert len(figures(at)) == 1 and at.segmented_control(key="lang").value == "ja"


def test_recipes_run(finished):
    recipe, = [c.value for c in calm(open_page(tyrun=finished)).code if finished in c.value]
    exec(compile(recipe.replace(".show()", ".to_dict()"), "recipe", "exec"), {})


def test_a_few_wrong_sentences_are_not_compared(finished):
    course = collect_rows(store.read_progress(finished)[0])
    many = replace(course, parts=(90, 90, 20), n_wrong=30, right=np.array([9.0, 2.0]), wrong=np.array([9.0, 3.0]))
    assert "**1.50 times**" in say_movement(many) and "confidence" in say_movement(many)
    for n_wrong in (0, 9, 81, 90):
        assert "too few" in say_movement(replace(many, n_wrong=n_wrong))
