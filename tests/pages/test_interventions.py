"""The page that acts on cells, without a browser."""

import shutil
from functools import partial

import pytest

from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "interventions")


def healthy(at, n_figures=1):
    return not at.exception and not at.error and len(at.get("plotly_chart")) == n_figures


def test_the_counter_is_held_at_first_sight(measured):
    at = open_page(kind="1")
    assert healthy(at) and all(chart.proto.alt for chart in at.get("plotly_chart"))
    assert len(at.multiselect(key="icells").value) == 1 and len(at.metric) == 4
    assert [t["name"] for t in figures(at)[0]["data"] if t.get("showlegend")] == ["untouched", "changed"]


def test_every_action_moves_the_figure(measured):
    at = open_page(kind="1")
    before = {shown(at)}
    for action in ("zero", "set", "scale", "swap", "donor", "snap"):
        at.segmented_control(key="iact").set_value(action).run()
        assert healthy(at), action
        assert shown(at) not in before
        before.add(shown(at))


@pytest.mark.parametrize(("action", "move"), [
    ("set", lambda at: at.slider(key="ivalue").set_value(0.5)),
    ("scale", lambda at: at.slider(key="ifactor").set_value(-1.0)),
    ("zero", lambda at: at.toggle(key="ionce").set_value(True)),
    ("zero", lambda at: at.selectbox(key="ifrom").set_value(0)),
    ("zero", lambda at: at.multiselect(key="icells").set_value([2, 5])),
    ("zero", lambda at: at.selectbox(key="is").set_value(9)),
    ("donor", lambda at: at.selectbox(key="idonor").set_value(3)),
    ("donor", lambda at: at.selectbox(key="idtoken").set_value(0))])
def test_every_control_moves_the_figure(measured, action, move):
    at = open_page(kind="1", iact=action)
    before = shown(at)
    move(at)
    at.run()
    assert healthy(at) and shown(at) != before


def test_no_cell_means_no_change(measured):
    at = open_page(kind="1")
    at.multiselect(key="icells").set_value([]).run()
    assert healthy(at) and "No cell is chosen" in at.info[0].value
    first, second = figures(at)[0]["data"][:2]
    assert first["y"] == second["y"]


def test_two_texts_are_overlaid_and_a_fault_is_pointed_at(measured):
    at = open_page(kind="4", iview="text")
    assert healthy(at)
    before = shown(at)
    at.selectbox(key="icell").set_value(at.selectbox(key="icell").options and 1).run()
    assert healthy(at) and shown(at) != before
    at.text_area(key="ib").set_value("(S (NP (DT the) (NN cat))").run()
    assert not at.exception and "never closed" in at.error[0].value and "^" in at.code[0].value
    at.text_area(key="ib").set_value("(S (NP (DT the) (NN 猫)) (VP (VBZ sleeps)))").run()
    assert healthy(at) and any("猫" in c.value for c in at.caption)


def test_a_typed_sentence_can_be_acted_on(measured):
    at = open_page(kind="1", isent="typed")
    assert healthy(at)
    at.text_area(key="itext").set_value("((").run()
    assert not at.exception and at.error
    at.text_area(key="itext").set_value("(S (X (X a)))").run()
    assert healthy(at)


@pytest.mark.parametrize(("view", "n", "key", "value"), [("rank", 1, "iabl", "zero"), ("snap", 2, "ik", 5)])
def test_stored_studies_are_shown_and_their_controls_move(measured, view, n, key, value):
    at = open_page(kind="1", iview=view)
    assert healthy(at, n) and len(at.metric) == 4
    before = shown(at)
    at.segmented_control(key=key).set_value(value).run()
    assert healthy(at, n) and shown(at) != before
    at.selectbox(key="isrc").set_value("demo").run()
    assert healthy(at, n)


def test_a_cell_of_the_ranking_leads_to_its_trajectory(measured):
    at = open_page(kind="1", iview="rank")
    at.selectbox(key="irank").set_value(3).run()
    links = [link.proto for link in at.get("page_link")]
    assert healthy(at) and len(links) == 2
    assert all("cell 3" in link.label and "cells=3" in link.query_string for link in links)


def test_missing_results_name_the_command_and_the_demo_still_works(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    at = open_page(kind="1", iview="snap")
    assert not at.exception and "--recompute" in at.error[0].value
    at.selectbox(key="isrc").set_value("demo").run()
    assert healthy(at, 2)
    assert healthy(open_page(kind="1"))  # acting needs no stored result


@pytest.mark.parametrize("query", [
    {"iview": "zzz"}, {"iact": "<script>"}, {"icells": "99999"}, {"icells": "-1"}, {"ifrom": "999"}, {"is": "-3"},
    {"ionce": "yes"}, {"isent": "../../etc/passwd"}, {"iact": "set", "ivalue": "nan"}, {"iact": "set", "ivalue": "1e9"},
    {"iact": "swap", "icells": "3"}, {"iact": "donor", "idonor": "99999"}, {"model": "../x"}])
def test_bad_links_are_harmless(measured, query):
    at = open_page(**({"kind": "1"} | query))
    assert healthy(at)


@pytest.mark.parametrize("view", ["cell", "text", "rank", "snap"])
def test_page_speaks_japanese(measured, view):
    at = open_page("ja-JP", kind="1", iview=view)
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [s.value for s in at.header] + [c.value for c in at.caption]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
