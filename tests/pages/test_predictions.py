"""The predictions page, without a browser."""

import shutil
from functools import partial

import pytest

from core.reproduce.lstm.heldout import load_held_out
from core.ui.lstm.cached import get_checkpoint
from tests.pages import opened
from tests.pages.opened import figures

open_page = partial(opened.open_page, "predictions")


@pytest.fixture
def unmeasured(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    return scratch_cache


def test_numbers_are_those_of_the_stored_result(measured, tiny_checkpoint):
    at = open_page()
    assert not at.exception and not at.error
    result = load_held_out(get_checkpoint(tiny_checkpoint.brackets).card)
    wanted = [f"{result.perplexity:.2f}"] + [f"{result.class_accuracy(c)['accuracy']:.1%}" for c in ("ED", "(", ")")]
    assert [m.value for m in at.metric] == wanted
    precision = [result.class_accuracy(name)["precision"] for name in ("ED", "(", ")")]
    assert at.dataframe[0].value["precision"].tolist() == precision
    assert "brackets are predicted" in at.markdown[0].value


def test_brackets_alone_have_no_bars_by_label(measured):
    assert len(figures(open_page(kind="1"))) == 1
    labelled = figures(open_page(kind="4"))
    assert len(labelled) == 2 and {t["type"] for t in labelled[1]["data"]} == {"bar"}
    assert labelled[1]["layout"]["barmode"] == "group"


def test_small_matrix_carries_its_numbers(measured):
    heat = figures(open_page(kind="1"))[0]["data"][0]
    assert heat["type"] == "heatmap" and heat["texttemplate"] == "%{text}" and (heat["zmin"], heat["zmax"]) == (0, 1)


def test_menus_frame_a_field_and_say_how_often(measured, tiny_checkpoint):
    at = open_page(kind="1", ptrue="(", ppred="(")
    frame = figures(at)[0]["layout"]["shapes"][0]
    at.selectbox(key="ptrue").set_value(")").run()
    assert figures(at)[0]["layout"]["shapes"][0] != frame
    matrix = load_held_out(get_checkpoint(tiny_checkpoint.brackets).card).confusion_matrix()
    row = matrix.counts[matrix.classes.index(")")]
    text = next(m.value for m in at.markdown if m.value.startswith("Of "))
    assert f"{row.sum():,}" in text and f"{row[matrix.classes.index('(')]:,} times." in text


def test_stored_numbers_say_that_they_hold_no_sentences(measured):
    at = open_page(kind="1")
    assert "hold no sentences" in at.info[0].value
    assert not at.get("page_link")


def test_demo_sentences_show_what_came_and_lead_to_their_trajectory(measured, tiny_checkpoint):
    at = open_page(kind="1", psrc="demo", ptrue="(", ppred="(")
    assert not at.exception and not at.error and not at.info
    links = [link.proto for link in at.get("page_link")]
    assert 1 <= len(links) <= 20
    assert all("trajectories" in link.page and "src=demo" in link.query_string
               and f"model={tiny_checkpoint.brackets}" in link.query_string for link in links)
    for link in links:
        assert f"s={int(link.label.split()[-1]) - 1}" in link.query_string.lstrip("?").split("&")
    assert any(m.value.startswith("expected `(`") for m in at.markdown)


@pytest.mark.parametrize(("key", "value"), [("ptrue", "("), ("ppred", ")")])
def test_every_menu_moves_the_sentences(measured, key, value):
    at = open_page(kind="1", psrc="demo", ptrue=")", ppred="(")
    before = [m.value for m in at.markdown]
    at.selectbox(key=key).set_value(value).run()
    assert not at.exception and not at.error and [m.value for m in at.markdown] != before


def test_words_model_shows_words(measured):
    at = open_page(kind="4", psrc="demo")
    assert not at.exception and not at.error
    assert len(at.metric) == 5
    assert "other tokens" in figures(at)[0]["data"][0]["y"]


@pytest.mark.parametrize("query", [
    {"kind": "x"}, {"ptrue": "<img src=x>"}, {"ppred": ""}, {"psrc": "/etc/passwd"}, {"model": "lstm-0"},
    {"ptrue": "(" * 5000}])
def test_bad_links_are_harmless(measured, query):
    at = open_page(**query)
    assert not at.exception and not at.error and at.get("plotly_chart")


def test_missing_results_name_the_command_and_the_demo_still_works(unmeasured):
    at = open_page(kind="1")
    assert not at.exception and not at.get("plotly_chart")
    assert "core.reproduce --recompute" in at.error[0].value
    at.selectbox(key="psrc").set_value("demo").run(timeout=90)
    assert not at.exception and not at.error and at.get("plotly_chart") and at.get("page_link")


def test_one_missing_checkpoint_leaves_the_other(unmeasured, tiny_checkpoint):
    shutil.rmtree(unmeasured / "checkpoints" / tiny_checkpoint.brackets)
    at = open_page(kind="1", psrc="demo")
    assert not at.exception and not at.error and at.segmented_control(key="kind").value == 4


def test_no_checkpoint_at_all_is_said(scratch_cache):
    at = open_page()
    assert not at.exception and "no checkpoint" in at.error[0].value and at.title[0].value == "Predictions"


def test_page_speaks_japanese(measured):
    at = open_page("ja-JP", kind="4")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [m.label for m in at.metric] + [e.label for e in at.expander]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
