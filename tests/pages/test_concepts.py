"""The concepts page, without a browser."""

import json
import shutil
from functools import partial

import numpy as np
import pytest

from core.analysis.qwem.concepts import ConceptSettings, find_concepts
from core.analysis.qwem.dynamics import compute_tau
from core.analysis.qwem.own_text import write_demo_text
from core.analysis.qwem.reading import read_space
from core.checkpoints.embeddings import load_concepts
from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "concepts")

def address(at, key: str) -> list[str]:
    """Texts of one parameter of the URL."""
    texts = at.query_params.get(key, [])
    return [texts] if isinstance(texts, str) else list(texts)


POLES, SPECTRUM, MAP, WORD = range(4)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cache with the eigenpairs of our own sentences, and their space."""
    folder = tmp_path_factory.mktemp("concepts")
    (folder / "demo.txt").write_bytes(write_demo_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder / "cache"))
        card = find_concepts(ConceptSettings(corpus=str(folder / "demo.txt"), vocabulary=300, window=8, dimension=20))
        return folder / "cache", card.id, read_space(load_concepts(card.id))


@pytest.fixture
def concepts(made, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(made[0]))
    return made


def test_numbers_are_those_of_the_eigenpairs(concepts):
    at = open_page(qk="3")
    assert not at.exception and not at.error
    space = concepts[2]
    tau = compute_tau(space.values, 1e-12)
    assert [m.value for m in at.metric] == [f"{space.values[2]:,.4g}", f"{tau[2]:.3g}", f"{space.shares[2]:.2%}",
                                            f"{space.count_carriers(2):,.0f}"]
    drawn = figures(at)
    assert drawn[POLES]["data"][0]["text"] == [space.words[i] for i in space.rank_poles(2, 12)[0]]
    assert len(drawn) == 4 and all(chart.proto.alt for chart in at.get("plotly_chart"))
    sentence = at.markdown[1].value
    assert all(space.words[i] in sentence for end in space.rank_poles(2, 3) for i in end)


@pytest.mark.parametrize(("widget", "key", "value"), [
    ("slider", "qk", 5), ("segmented_control", "qn", 20), ("segmented_control", "qinit", 0.1), ("selectbox", "qx", 7),
    ("selectbox", "qy", 9), ("text_input", "qw", "village"), ("text_input", "qnote", "a name")])
def test_every_choice_moves_something(concepts, widget, key, value):
    at = open_page()
    before = shown(at) + str([h.value for h in at.header])
    getattr(at, widget)(key=key).set_value(value).run()
    assert not at.exception and not at.error
    assert shown(at) + str([h.value for h in at.header]) != before


def test_steps_walk_the_concepts_and_stop_at_the_ends(concepts):
    at = open_page()
    assert at.button(key="qk_back").disabled
    at.button(key="qk_next").click().run()
    assert at.slider(key="qk").value == 2 and address(at, "qk") == ["2"]
    at.slider(key="qk").set_value(concepts[2].values.size).run()
    assert at.button(key="qk_next").disabled and not at.exception
    assert figures(at)[SPECTRUM]["data"][-1]["x"] == [concepts[2].values.size]


def test_a_note_is_in_the_address_and_in_every_place_that_names_the_concept(concepts):
    mark = concepts[1][-8:]
    at = open_page(qk="2")
    at.text_input(key="qnote").set_value("<b>*sea*</b> ").run()
    assert address(at, "note") == [f"{mark}.2.<b>*sea*</b>"]
    assert at.header[0].value == r"Concept 2 · \<b\>\*sea\*\</b\>"
    assert "&lt;b>*sea*&lt;/b>" in json.dumps(figures(at)[MAP]["layout"]["xaxis"])
    at.slider(key="qk").set_value(3).run()
    assert at.text_input(key="qnote").value == "" and address(at, "note")
    at.text_input(key="qnote").set_value("land").run()
    again = open_page(qk="3", note=address(at, "note"))
    assert again.text_input(key="qnote").value == "land"
    assert address(again, "note") == [f"{mark}.2.<b>*sea*</b>", f"{mark}.3.land"]
    again.text_input(key="qnote").set_value("").run()
    assert address(again, "note") == [f"{mark}.2.<b>*sea*</b>"]


def test_a_note_on_other_concepts_is_kept_and_not_shown(concepts):
    at = open_page(note="00000000.1.theirs")
    assert at.text_input(key="qnote").value == "" and address(at, "note") == ["00000000.1.theirs"]


def test_a_lens_keeps_its_axes_and_its_words(concepts):
    space = concepts[2]
    at = open_page(qx="1", qy="2", qlens="0,1,0,5,0,5")
    rows = np.flatnonzero((space.places[:, :2] > 0).all(1))
    assert sorted(figures(at)[MAP]["data"][0]["text"]) == sorted(space.words[i] for i in rows)
    at.button(key="qwhole").click().run()
    assert len(figures(at)[MAP]["data"][0]["text"]) == len(space.words) and "qlens" not in at.query_params
    at = open_page(qx="1", qy="3", qlens="0,1,0,5,0,5")  # of other axes
    assert len(figures(at)[MAP]["data"][0]["text"]) == len(space.words)


def test_an_unknown_word_is_answered_with_near_ones(concepts):
    at = open_page(qw="vilage")
    assert not at.exception and "village" in at.info[0].value and len(figures(at)) == 3
    assert "Type a word" in open_page(qw="").info[0].value


@pytest.mark.parametrize("query", [
    {"qk": "0", "qinit": "3", "qx": "-1", "qlens": "1,2", "note": "x", "qwem": "../../etc/passwd"},
    {"qk": "nan", "qx": "2", "qy": "2", "qlens": "1,1,nan,1,0,1", "note": "zzzzzzzz.1.a", "qw": "x" * 99},
    {"qk": "9999", "qn": "", "qlens": "1,1,1,0,0,1", "note": "00000000.0.a", "qw": "<script>"},
    {"qlens": "0,1,90,91,90,91"}, {"qlens": "a,b,c,d,e,f"}])
def test_bad_links_are_harmless(concepts, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(figures(at)) >= 3


@pytest.mark.parametrize("figure", range(4))
def test_recipes_run(concepts, figure, monkeypatch):
    drawn = []
    monkeypatch.setattr("plotly.graph_objects.Figure.show", lambda self: drawn.append(self))
    recipes = [code.value for code in open_page(qk="2").code]
    exec(recipes[figure], {})
    assert len(drawn) == 1 and len(drawn[0].data)


def test_a_damaged_folder_is_named_and_none_at_all_says_how(concepts, scratch_cache, monkeypatch):
    at = open_page()
    assert "python -m core.training qwem" in at.error[0].value and not at.exception
    shutil.copytree(concepts[0] / "checkpoints", scratch_cache / "checkpoints")
    shutil.copytree(scratch_cache / "checkpoints" / concepts[1], scratch_cache / "checkpoints" / "qwem-1-00000000")
    from core.ui.qwem.cached import list_concept_cards
    list_concept_cards.clear()
    at = open_page()
    assert "qwem-1-00000000" in at.error[0].value and len(figures(at)) == 4


def test_page_speaks_japanese(concepts):
    at = open_page("ja-JP", qk="2")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [s.value for s in [*at.header, *at.subheader]] + [at.title[0].value]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
