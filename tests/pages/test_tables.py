"""The page of the paper's tables, without a browser."""

from functools import partial

import pytest

from core.reproduce.seq2seq.tables import read_tables
from tests.pages import opened
from tests.pages.opened import figures
from tests.seq2seq_results import plant_all

open_page = partial(opened.open_page, "tables")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        plant_all()
        yield folder


def test_both_columns_stand_apart_with_their_numbers(planted):
    at = open_page()
    assert not at.exception and not at.error
    reported, ours = figures(at)[0]["data"]
    rows = [row for row in read_tables() if row.table == 1]
    assert reported["text"][-1] == "34.8" and ours["text"][-1] == f"{rows[-1].ours:.1f}"
    said = [a["text"] for a in figures(at)[0]["layout"]["annotations"]]
    assert reported["xaxis"] != ours["xaxis"]
    assert said.count("not reported") == sum(row.reported is None for row in rows) == 3
    assert said.count("not measured") == sum(row.ours is None for row in rows)
    by_id = {row.id: row for row in read_tables()}
    gain = by_id["reversed-12"].ours - by_id["forward-12"].ours
    assert at.metric[0].value == f"{gain:+.1f}" and any("reported +4.4" in c.value for c in at.caption)
    assert any("tok:13a" in c.value for c in at.caption)


def test_the_second_table_is_of_rescored_lists(planted):
    at = open_page(tbl="2")
    assert not at.exception and at.segmented_control(key="tbl").value == 2
    labels = [a["text"] for a in figures(at)[0]["layout"]["annotations"]]
    assert any("Oracle" in label for label in labels) and any("here 3" in label for label in labels)


def test_the_recipe_draws_the_same_bars(planted):
    at = open_page()
    recipe = next(c.value for c in at.code if "draw_tables" in c.value)
    names: dict = {}
    exec(recipe.replace(".show()", "").replace("\ndraw_tables", "\nfigure = draw_tables"), names)
    assert list(names["figure"].data[1].text) == figures(at)[0]["data"][1]["text"]


def test_in_japanese(planted):
    at = open_page(locale="ja-JP")
    assert not at.exception and "34.8" in figures(at)[0]["data"][0]["text"]


def test_without_results_the_papers_column_stands_alone(scratch_cache):
    at = open_page()
    assert not at.exception and not at.error and "core.reproduce s2s --recompute" in at.info[0].value
    reported, ours = figures(at)[0]["data"]
    assert reported["text"][-1] == "34.8" and set(ours["text"]) == {""}
    assert sum(a["text"] == "not measured" for a in figures(at)[0]["layout"]["annotations"]) >= len(ours["text"])
