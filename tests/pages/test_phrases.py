"""The page "Inside or outside", without a browser."""

import shutil
from functools import partial

import pytest

from core.checkpoints.store import load_card
from core.reproduce.lstm import phrases, probe
from core.reproduce.studies import load_study
from core.tokens.linearise import PHRASES
from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "phrases")

HISTOGRAM, ROC, CELLS, SIZES, PATH, WEIGHTS = range(6)


def test_numbers_are_those_of_the_stored_results(measured, tiny_checkpoint):
    at = open_page()
    assert not at.exception and not at.error and len(figures(at)) == 6
    card = load_card(tiny_checkpoint.words)
    cell = load_study(phrases.STUDY, card).read_cell("c", "all", "VP")
    values = [m.value for m in at.metric]
    assert values[:3] == [str(cell.cell), f"{cell.overlap(cell.n_bins):.3f}", f"{cell.auc[0]:.3f}"]
    assert values[3:6] == [f"{cell.controls[name]:.3f}" for name in ("null", "untrained", "position")]
    assert f"Cell {cell.cell} of c alone tells" in at.markdown[0].value
    result = load_study(probe.STUDY, card)
    few = result.find_points("VP")["few"]
    assert values[6] == f"{result.read_path('VP')['accuracy'][few]:.3f}"
    assert all(chart.proto.alt for chart in at.get("plotly_chart"))
    assert len(figures(at)[HISTOGRAM]["data"]) == 3


@pytest.mark.parametrize(("key", "value"), [
    ("php", "NP"), ("php", "SBAR"), ("phv", "h"), ("phv", "c_up"), ("phs", "words"), ("pbp", "NP"), ("pbm", "auc"),
    ("kind", 1)])
def test_every_segment_moves_something(measured, key, value):
    at = open_page()
    before = shown(at)
    at.segmented_control(key=key).set_value(value).run()
    assert not at.exception and not at.error and shown(at) != before


@pytest.mark.parametrize(("key", "value"), [("phc", 1), ("phb", 10), ("phb", 120), ("pbk", "best"), ("pbk", 2)])
def test_every_menu_moves_something(measured, key, value):
    at = open_page()
    before = shown(at)
    at.selectbox(key=key).set_value(value).run()
    assert not at.exception and not at.error and shown(at) != before


def test_a_surviving_cell_leads_to_its_trajectory(measured):
    at = open_page(pbk="best")
    box = at.selectbox(key="pbc")
    cell = [int(option.split()[0]) for option in box.options[1:]][-1]
    box.set_value(cell).run()
    links = {link.proto.label: link.proto.query_string for link in at.get("page_link")}
    assert any(f"Open cell {cell} " in label and f"cells={cell}" in query for label, query in links.items())
    assert len(links) >= 2


def test_kinds_without_words_offer_no_choice_of_tokens(measured):
    at = open_page(kind="1", phs="words")
    assert not at.exception and not at.error
    assert "phs" not in [control.key for control in at.segmented_control]
    assert "–" in [m.value for m in at.metric]  # no control task on five token types


def test_missing_results_name_the_command_and_the_demo_is_measured(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    at = open_page()
    assert not at.exception and len(at.error) == 2 and "core.reproduce --recompute" in at.error[0].value
    at.selectbox(key="phsrc").set_value("demo").run(timeout=90)
    assert not at.exception and not at.error and len(figures(at)) == 6
    kept = {path.name for path in (scratch_cache / "analysis").iterdir()}
    assert {f"{tiny_checkpoint.words}-demo-phrases", f"{tiny_checkpoint.words}-demo-probe"} <= kept


@pytest.mark.parametrize("query", [
    {"php": "XP"}, {"phv": "<b>"}, {"phs": "9"}, {"phc": "99"}, {"phb": "-3"}, {"pbk": "1000"}, {"pbc": "x"},
    {"phsrc": "../../etc"}, {"pbm": "z" * 9999}])
def test_bad_links_are_harmless(measured, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(figures(at)) == 6


def test_page_speaks_japanese(measured):
    at = open_page("ja-JP")
    assert not at.exception and not at.error and len(figures(at)) == 6
    texts = [m.value for m in at.markdown] + [s.value for s in at.header] + [c.value for c in at.caption]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip() and t.strip() != "---")


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_recipe_runs(measured, tiny_checkpoint, phrase, monkeypatch):
    at = open_page(php=phrase)
    drawn = []
    monkeypatch.setattr("plotly.graph_objects.Figure.show", lambda figure: drawn.append(figure))
    for block in at.code if phrase == "VP" else list(at.code)[:1]:
        exec(compile(block.value, "recipe", "exec"), {})
    assert len(drawn) == (6 if phrase == "VP" else 1)
