"""The page on one word, without a browser."""

import shutil
from functools import partial

import pytest

from core.corpora.demo import read_demo_treebank
from tests.pages import opened
from tests.pages.opened import figures, numbers, shown

open_page = partial(opened.open_page, "word_roles", kind="4")

MAP, CONTRAST, ALIGNED = range(3)


@pytest.fixture
def words(tiny_checkpoint, scratch_cache):
    """The tiny checkpoints without results: this page needs none."""
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")


def figures_ids(at):
    """Ids of the word's tokens in the map, as the browser gets them."""
    return numbers(figures(at)[MAP]["data"][1]["customdata"]).tolist()


def count_demo(word):
    return sum(w.lower() == word for d in read_demo_treebank().documents for t in d.trees for w in t.words())


@pytest.mark.parametrize(("query", "tool"), [({}, "lasso"), ({"woptr": "click"}, "pan"), ({"woptr": "x"}, "lasso")])
def test_the_pointer_draws_or_clicks(words, query, tool):
    at = open_page(**query)
    assert not at.exception and figures(at)[MAP]["layout"]["dragmode"] == tool


def test_every_token_of_the_word_is_counted_and_drawn(words):
    at = open_page()
    assert not at.exception and not at.error
    assert at.metric[0].value == str(count_demo("that"))
    tags = figures(at)[MAP]["data"][1:]
    assert sum(int(t["name"].split("(")[1].rstrip(")")) for t in tags) == count_demo("that")
    assert all(chart.proto.alt for chart in at.get("plotly_chart")) and len(figures(at)) == 3


def test_the_selection_leads_to_its_sentences(words, tiny_checkpoint):
    at = open_page()
    links = at.get("page_link")
    assert 1 <= len(links) <= 8 and all("trajectories" in link.proto.page for link in links)
    assert f"model={tiny_checkpoint.words}" in links[0].proto.query_string and "s=" in links[0].proto.query_string


@pytest.mark.parametrize(("widget", "key", "value"), [
    ("selectbox", "woword", "as"), ("segmented_control", "woplane", "all"), ("selectbox", "wosel", "DT"),
    ("selectbox", "wosel", "brush"), ("segmented_control", "wovec", "h"), ("segmented_control", "kind", 1)])
def test_every_choice_moves_something(words, widget, key, value):
    at = open_page()
    before = shown(at)
    getattr(at, widget)(key=key).set_value(value).run()
    assert not at.exception and not at.error and shown(at) != before


def test_another_cell_is_another_picture(words):
    at = open_page()
    before = shown(at)
    best = next(cell for cell in range(8) if f"c_up[{cell}]" in before)
    at.selectbox(key="wocell").set_value((best + 1) % 8).run()
    assert not at.exception and not at.error and f"c_up[{(best + 1) % 8}]" in shown(at) and shown(at) != before


def test_brushed_tokens_are_those_that_are_looked_into(words):
    at = open_page()
    ids = [row[0] for row in figures_ids(at)[:3]]
    at.session_state["word_roles_brush"] = ids
    at.selectbox(key="wosel").set_value("brush").run()
    assert not at.exception and any("3 of 3 selected" in c.value for c in at.caption)
    at.session_state["word_roles_brush"] = [0]  # a token of another word
    at.selectbox(key="woword").set_value("as").run()
    assert not at.exception and any("Nothing is selected" in i.value for i in at.info)


def test_one_token_can_be_selected(words):
    at = open_page(wosel="RB")
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 3
    assert any("1 of 1 selected" in c.value for c in at.caption)


def test_a_word_with_one_role_says_so(words):
    at = open_page(woword="the")
    assert not at.exception and not at.error and any("one role only" in i.value for i in at.info)
    assert any("no rest to compare" in m.value for m in at.markdown)


@pytest.mark.parametrize("query", [
    {"woword": "<script>"}, {"woword": "zzzz"}, {"woplane": "x"}, {"wosel": "QQ"}, {"wocell": "99999"},
    {"wosrc": "../../x"}, {"wovec": ""}, {"model": "../x"}])
def test_bad_links_are_harmless(words, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 3


def test_a_model_without_words_says_why_there_is_nothing(words):
    at = open_page(kind="1")
    assert not at.exception and not at.get("plotly_chart") and "no words" in at.info[0].value


def test_page_speaks_japanese(words):
    at = open_page("ja-JP")
    assert not at.exception and not at.error
    texts = [s.value for s in at.header] + [at.title[0].value, at.markdown[0].value] + [c.value for c in at.caption]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
