"""The correlations page, without a browser."""

import shutil
from functools import partial

import pytest

from core.analysis.lstm.correlation import PROPERTIES
from core.reproduce.lstm.heldout import load_held_out
from core.ui.lstm.cached import get_checkpoint
from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "correlations")

SPECTRUM, MAP, LEVELS, TRAINING = range(4)


@pytest.fixture
def unmeasured(tiny_checkpoint, scratch_cache):
    """The same models without any results."""
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    return scratch_cache


def test_numbers_are_those_of_the_stored_result(measured, tiny_checkpoint):
    at = open_page(kind="1")
    assert not at.exception and not at.error
    best = load_held_out(get_checkpoint(tiny_checkpoint.brackets).card).best_cell("c", "depth")
    values = [m.value for m in at.metric]
    assert values[0] == f"{best['cell']:.0f}"
    assert values[1:5] == [f"{abs(best[name]):.3f}" for name in ("r", "null", "untrained", "partial")]
    assert f"{best['low']:.3f} – {best['high']:.3f}" in [m.delta for m in at.metric]
    assert f"Cell {best['cell']:.0f} of c follows depth" in at.markdown[0].value


def test_page_draws_spectrum_map_levels_and_training(measured):
    at = open_page(kind="1")
    drawn = figures(at)
    assert len(drawn) == 4
    assert drawn[SPECTRUM]["layout"]["yaxis"]["title"]["text"] == "r with depth"
    assert drawn[MAP]["data"][0]["type"] == "heatmap" and drawn[MAP]["data"][0]["zmid"] == 0
    assert [t["name"][:2] for t in drawn[LEVELS]["data"] if t.get("showlegend") is not False] == ["c,", "h,"]
    assert len(drawn[TRAINING]["data"]) == 1 + len(PROPERTIES)
    assert all(chart.proto.alt for chart in at.get("plotly_chart"))


@pytest.mark.parametrize(("key", "value"), [
    ("cvec", "h"), ("cvec", "c_up"), ("cprop", "NP"), ("cprop", "position"), ("corder", "r"), ("kind", 4)])
def test_every_choice_moves_something(measured, key, value):
    at = open_page(kind="1")
    before = shown(at)
    at.segmented_control(key=key).set_value(value).run()
    assert not at.exception and not at.error and shown(at) != before


def test_given_position_takes_the_partial_correlation(measured):
    at = open_page(kind="1")
    before = figures(at)
    at.toggle(key="cgiven").set_value(True).run()
    after = figures(at)
    assert after[SPECTRUM]["data"] != before[SPECTRUM]["data"]
    assert "| position" in after[SPECTRUM]["layout"]["yaxis"]["title"]["text"]
    assert "position" not in after[MAP]["layout"]["yaxis"]["ticktext"]
    assert not [t for t in after[SPECTRUM]["data"] if t.get("fill")]  # the null band belongs to the plain r


def test_position_given_itself_is_refused_in_words(measured):
    at = open_page(kind="1", cprop="position", cgiven="1")
    assert not at.exception and "cannot be held constant" in " ".join(c.value for c in at.caption)
    assert "–" in [m.value for m in at.metric]


def test_a_cell_can_be_picked_and_leads_to_its_trajectory(measured, tiny_checkpoint):
    at = open_page(kind="1")
    box = at.selectbox(key="ccell")
    box.set_value(3).run()
    link = at.get("page_link")[0].proto
    assert "trajectories" in link.page and "cell 3 " in link.label
    assert set(link.query_string.lstrip("?").split("&")) == {
        "kind=1", f"model={tiny_checkpoint.brackets}", "cells=3", "state=c", "rank=hand"}
    assert figures(at)[MAP]["layout"]["shapes"]


def test_the_usual_cell_follows_the_property(measured):
    at = open_page(kind="1")
    labels = set()
    for name in ("depth", "position"):
        at.segmented_control(key="cprop").set_value(name).run()
        labels.add(at.get("page_link")[0].proto.label)
        assert at.selectbox(key="ccell").value == "best"
    assert len(labels) == 2


@pytest.mark.parametrize("query", [
    {"kind": "9"}, {"cvec": "zzz"}, {"cprop": "<script>"}, {"cgiven": "yes"}, {"ccell": "99999"}, {"cn": "-1"},
    {"csrc": "../../etc/passwd"}, {"model": "../x"}, {"corder": ""}, {"cvec": "c" * 10_000}])
def test_bad_links_are_harmless(measured, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) >= 3


def test_missing_results_name_the_command_and_the_demo_still_works(unmeasured):
    at = open_page(kind="1")
    assert not at.exception and not at.get("plotly_chart")
    assert "core.reproduce --recompute" in at.error[0].value
    at.selectbox(key="csrc").set_value("demo").run(timeout=90)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 3
    assert any("Curves over training" in c.value for c in at.caption)


def test_damaged_results_name_the_command(unmeasured, tiny_checkpoint):
    folder = unmeasured / "analysis" / f"{tiny_checkpoint.brackets}-held-out"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{not json")
    (folder / "arrays.safetensors").write_bytes(b"no")
    at = open_page(kind="1")
    assert not at.exception and "cannot be read" in at.error[0].value and "--recompute" in at.error[0].value


def test_one_missing_checkpoint_leaves_the_other(unmeasured, tiny_checkpoint):
    shutil.rmtree(unmeasured / "checkpoints" / tiny_checkpoint.words)
    at = open_page(kind="4", csrc="demo")
    assert not at.exception and not at.error
    assert at.segmented_control(key="kind").value == 1


def test_no_checkpoint_at_all_is_said(scratch_cache):
    at = open_page()
    assert not at.exception and "no checkpoint" in at.error[0].value and at.title[0].value == "Correlations"


def test_page_speaks_japanese(measured):
    at = open_page("ja-JP", kind="1")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [s.value for s in at.header] + [m.label for m in at.metric]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
