"""The pattern page, without a browser."""

from functools import partial
from urllib.parse import parse_qs

import plotly.graph_objects as go
import pytest

from core.checkpoints.store import load_checkpoint
from core.states.sources import list_sentences, read_source
from core.tokens.linearise import Kind, linearise
from core.tokens.sentences import read_typed_sentence
from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "patterns")

SELECTION, THRESHOLD, MATCHES, REACH, ENRICHMENT = range(5)
LOOSE = {"ptoff0": "0", "ptth_c_p": "0"}  # eight barely trained cells: ask for little


@pytest.fixture
def at(tiny_cache):
    return open_page(kind="4", **LOOSE)


def test_page_draws_selection_threshold_matches_and_evidence(at):
    assert not at.exception and not at.error
    drawn = figures(at)
    assert len(drawn) == 5 and all(chart.proto.alt for chart in at.get("plotly_chart"))
    assert [t["type"] for t in drawn[MATCHES]["data"]].count("heatmap") == 3
    assert "cells of c are on throughout" in at.markdown[0].value
    link = at.get("page_link")[0].proto
    assert "trajectories" in link.page and "s=" in link.query_string and "rank=hand" in link.query_string


@pytest.mark.parametrize(("kind", "key", "value"), [
    ("selectbox", "pts", 7), ("selectbox", "pta", 2), ("selectbox", "ptb", 3), ("selectbox", "ptrow", 2),
    ("toggle", "ptoff0", True), ("toggle", "ptoff1", True), ("slider", "pttol", 2), ("slider", "ptth_c_p", 0.05),
    ("segmented_control", "ptvec", "h"), ("segmented_control", "ptsign", "below"), ("segmented_control", "ptn", 10),
    ("segmented_control", "ptal", "last"), ("segmented_control", "kind", 1)])
def test_every_control_moves_something(at, kind, key, value):
    before = shown(at)
    getattr(at, kind)(key=key).set_value(value).run()
    assert not at.exception and shown(at) != before


@pytest.mark.parametrize("query", [{}, {"ptsrc": "typed"}])
def test_recipes_run(tiny_cache, monkeypatch, query):
    drawn = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: drawn.append(figure))
    codes = [c.value for c in open_page(kind="4", **(LOOSE | query)).code if "import" in c.value]
    for code in codes:
        exec(compile(code, "recipe", "exec"), {})
    assert len(codes) == 5 and len(drawn) == 4  # the places are printed


def test_typed_text_is_searched(tiny_cache):
    at = open_page(kind="4", ptsrc="typed", pttext="(S (NP (DT the) (NN cat)) (VP (VBZ sleeps)))", **LOOSE)
    assert not at.exception and not at.error and len(figures(at)) == 5


def test_a_fault_in_typed_text_is_pointed_at(tiny_cache):
    at = open_page(kind="4", ptsrc="typed", pttext="(S (NP the")
    assert not at.exception and at.error and not at.get("plotly_chart")


def test_a_threshold_above_everything_says_what_to_do(tiny_cache):
    at = open_page(kind="4")
    slider = at.slider(key="ptth_c_p")
    slider.set_value(slider.max).run()
    assert not at.exception and "No cell is on" in at.error[0].value and len(at.get("plotly_chart")) == 2


def test_a_selection_that_is_too_long_says_so(tiny_cache):
    at = open_page(kind="4", pts="0", pta="0", ptsrc="typed", ptb="40",
                   pttext="(S " + "(NP " * 20 + "(NN x)" + ")" * 20 + ")")
    assert not at.exception and "at most 32" in at.error[0].value


def test_first_and_last_may_be_named_in_either_order(tiny_cache):
    a, b = open_page(kind="4", pta="2", ptb="4", **LOOSE), open_page(kind="4", pta="4", ptb="2", **LOOSE)
    assert figures(a)[SELECTION] == figures(b)[SELECTION]


@pytest.mark.parametrize("query", [
    {"pts": "99999"}, {"pta": "-3", "ptb": "x"}, {"ptth_c_p": "nan"}, {"ptvec": "<script>"}, {"pttol": "1e9"},
    {"ptin": "../../etc/passwd"}, {"ptsrc": "nowhere"}, {"ptrow": "0"}, {"ptn": "7"}])
def test_bad_links_are_harmless(tiny_cache, query):
    at = open_page(kind="4", **(LOOSE | query))
    assert not at.exception and len(at.get("plotly_chart")) >= 2


def test_without_a_corpus_the_page_says_what_it_searches(tiny_cache, monkeypatch):
    monkeypatch.setattr("core.ui.lstm.cached.list_sources", lambda *_: ("demo",))
    at = open_page(kind="4", **LOOSE)
    assert any("No corpus is on this machine" in c.value for c in at.caption)


def test_sentences_past_the_menu_are_linked_by_their_tree(tiny_cache, monkeypatch):
    monkeypatch.setattr("core.ui.lstm.patterns.MAX_SENTENCES", 0)
    at = open_page(kind="4", **LOOSE)
    query = parse_qs(at.get("page_link")[0].proto.query_string.lstrip("?"))
    card = load_checkpoint(tiny_cache.words).card
    number = int(at.get("page_link")[0].proto.label.split()[1])
    tree = list_sentences(read_source("demo", card))[number - 1].tree
    typed, _ = read_typed_sentence(query["text"][0], Kind(4))
    assert query["src"] == ["typed"] and typed.tokens == linearise(tree, Kind(4)).tokens


def test_no_checkpoint_at_all_is_said(scratch_cache):
    at = open_page()
    assert not at.exception and "no checkpoint" in at.error[0].value


def test_page_speaks_japanese(tiny_cache):
    at = open_page("ja-JP", kind="4", **LOOSE)
    assert not at.exception and not at.error
    texts = [s.value for s in at.header] + [m.label for m in at.metric] + [at.markdown[0].value]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts)
