"""The trajectories page, without a browser."""

import json
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages import opened

open_page = partial(opened.open_page, "trajectories")

SECONDS = 60


def figure_of(at, index=0):
    return json.loads(at.get("plotly_chart")[index].proto.spec)


def line_names(at):
    return [t["name"] for t in figure_of(at)["data"] if t.get("showlegend") is not False]


@pytest.fixture(autouse=True)
def _tiny(tiny_cache):
    return tiny_cache


def test_page_shows_cells_tree_and_guide():
    at = open_page()
    assert not at.exception and not at.error
    assert len(at.get("plotly_chart")) == 2 and len(line_names(at)) == 3
    assert figure_of(at)["layout"]["shapes"] and figure_of(at)["frames"]
    assert "after each token" in at.get("plotly_chart")[0].proto.alt


@pytest.mark.parametrize(("query", "expected"), [
    ({"n": "2"}, 2), ({"rank": "hand", "cells": ["1", "4", "6", "7"]}, 4), ({"state": "h", "n": "1"}, 1)])
def test_the_link_decides_what_is_drawn(query, expected):
    at = open_page(kind="4", **query)
    assert not at.exception and len(line_names(at)) == expected
    assert line_names(at)[0].startswith(query.get("state", "c") + "[")


def test_every_control_moves_the_figure():
    at = open_page(kind="1")
    before = figure_of(at)
    for move in (lambda: at.selectbox(key="s").select(5), lambda: at.segmented_control(key="state").set_value("f"),
                 lambda: at.segmented_control(key="rank").set_value("position"),
                 lambda: at.slider(key="n").set_value(5), lambda: at.segmented_control(key="kind").set_value(4)):
        move()
        at.run()
        assert not at.exception and not at.error
        after = figure_of(at)
        assert after["data"] != before["data"]
        before = after


@pytest.mark.parametrize(("text", "says"), [
    ("(S (NP (DT the) (NN cat))", "never closed"), ("", "no text"), ("the cat", "outside every bracket"),
    ("(S (BLORB (DT the) (NN cat)))", "BLORB"), ("(" * 200, "nests deeper"),
    ("(S (NP (NN a)))) ", "closes nothing"), ("(S (NP (NN \x00)))", "control characters")])
def test_a_bad_tree_gets_a_message_and_the_page_goes_on(text, says):
    at = open_page(kind="4", src="typed")
    at.text_area(key="text").set_value(text).run()
    assert not at.exception and any(says in e.value for e in at.error)
    at.text_area(key="text").set_value("(S (NP (PRP she)) (VP (VBZ 猫) (NP (NN 😀))))").run()
    assert not at.exception and not at.error and any("猫" in c.value for c in at.caption)


def test_a_damaged_checkpoint_is_named_and_the_others_work(_tiny, tmp_path, monkeypatch):
    import shutil
    shutil.copytree(_tiny.cache, tmp_path / "cache")
    monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "checkpoints" / _tiny.brackets / "card.json").write_text("{}", encoding="utf-8")
    at = open_page()
    assert not at.exception and any("schema" in e.value for e in at.error) and len(at.get("plotly_chart")) == 2


def test_a_checkpoint_removed_while_the_page_is_open_loses_nothing(_tiny, tmp_path, monkeypatch):
    import shutil
    shutil.copytree(_tiny.cache, tmp_path / "cache")
    monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path / "cache"))
    at = open_page(kind="1")
    shutil.rmtree(tmp_path / "cache" / "checkpoints" / _tiny.words)
    shutil.rmtree(tmp_path / "cache" / "checkpoints" / _tiny.brackets)
    at.slider(key="n").set_value(2).run()  # what is open goes on from memory
    assert not at.exception and len(line_names(at)) == 2
    at.segmented_control(key="kind").set_value(4).run()
    assert not at.exception and any("is not here" in e.value or "There is no checkpoint" in e.value for e in at.error)


def test_no_checkpoint_at_all_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path / "nothing"))
    at = open_page()
    assert not at.exception and any("core.training" in e.value for e in at.error)


@settings(max_examples=8)
@given(st.dictionaries(st.sampled_from(["kind", "model", "src", "s", "text", "state", "rank", "n", "cells", "over"]),
                       st.text(max_size=30), max_size=5))
def test_nonsense_in_the_link_is_harmless(query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 2
