"""What clicks do on the pages about concepts, and what a note may be."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from core.analysis.qwem.reading import make_space
from core.ui.qwem.view import MAX_NOTE, MAX_NOTES, ConceptView, _read_notes, open_concept, open_word
from core.ui.qwem.words import Lens, _follow_map, _read_lens

VIEW = ConceptView("q", "0" * 8, make_space(("sea", "land"), np.array([5, 3]), np.array([2.0, 1.0]), np.eye(2)), "")


@pytest.fixture
def select(monkeypatch):
    """Pretends a selection in a figure and returns the session state."""
    def choose(key: str, *, data=None, box=None) -> dict:
        points = [] if data is None else [{"customdata": data}]
        state = {key: SimpleNamespace(selection=SimpleNamespace(points=points, box=box or []))}
        monkeypatch.setattr(st, "session_state", state)
        return state
    return choose


def test_a_click_opens_its_concept_or_its_word(select):
    state = select("bars", data=[1])
    open_concept(VIEW, "bars")
    assert state["qk"] == 2
    open_word(VIEW, "bars")
    assert state["qw"] == "land"
    state = select("bars")  # a click beside the bars takes the selection away
    open_concept(VIEW, "bars")
    open_word(VIEW, "bars")
    assert set(state) == {"bars"}


def test_a_box_on_the_map_becomes_a_lens_whichever_way_it_was_drawn(select):
    state = select("qmap", box=[{"x": [3, 1], "y": [-1, 2]}], data=[0])
    _follow_map(VIEW, 4, 7)
    assert state["qlens"] == Lens(4, 7, (1, 3, -1, 2)) and "qw" not in state
    state = select("qmap", box=[{"x": [1, 1], "y": [0, 2]}])  # no area
    _follow_map(VIEW, 4, 7)
    assert "qlens" not in state
    state = select("qmap", data=[0])
    _follow_map(VIEW, 4, 7)
    assert state["qw"] == "sea"


def test_a_lens_is_read_back_from_its_text():
    assert _read_lens(["4,7,1,3,-1,2"]) == Lens(4, 7, (1, 3, -1, 2))
    for text in ("", "4,7,1,3,-1", "4,7,1,3,2,-1", "4,7,1,3,-1,inf", "a,7,1,3,-1,2"):
        with pytest.raises(ValueError):
            _read_lens([text])


def test_notes_are_cut_cleaned_and_counted():
    texts = [f"0123abcd.2.{'x' * 99}", "0123abcd.3.a\u202eb\n", "0123ABCD.4.no", "0123abcd.0.no", "none"]
    assert _read_notes(texts) == {("0123abcd", 1): "x" * MAX_NOTE, ("0123abcd", 2): "ab"}
    assert len(_read_notes([f"0123abcd.{k}.a" for k in range(1, 99)])) == MAX_NOTES
