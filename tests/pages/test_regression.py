"""The depth regression page, without a browser."""

import shutil
from functools import partial

import pytest

from core.checkpoints.store import load_checkpoint
from core.reproduce.lstm.regression import STUDY
from core.reproduce.studies import load_study
from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "regression")

LINEAR, LASSO, SINGLE, READOUTS, PATH, WEIGHTS, SURVIVORS, SHAPE = range(8)


def test_numbers_are_those_of_the_stored_result(measured, tiny_checkpoint):
    at = open_page(kind="4")
    assert not at.exception and not at.error
    result = load_study(STUDY, load_checkpoint(tiny_checkpoint.words).card)
    linear, lasso, single = (result.score("c", "VP", m) for m in ("linear", "lasso", "single"))
    values = [m.value for m in at.metric]
    assert values[:3] == [f"{s['r2']:.3f}" for s in (linear, lasso, single)]
    assert values[3:] == [f"{v:.3f}".replace("-", "−") for v in
                          (result.position[1, 0], linear["untrained"], linear["task"])]
    assert f"**{linear['r2']:.1%}** of the variance of VP depth" in at.markdown[0].value
    assert len(at.metric) == 6


def test_page_draws_the_seeds_figure_and_all_that_explains_it(measured, tiny_checkpoint):
    at = open_page(kind="4")
    drawn = figures(at)
    assert len(drawn) == 8
    assert [drawn[k]["data"][0]["type"] for k in (LINEAR, LASSO, SINGLE)] == ["heatmap"] * 3
    assert len(drawn[READOUTS]["layout"]["yaxis"]["ticktext"]) == 7
    assert drawn[PATH]["layout"]["xaxis"]["type"] == "log"
    assert {t["name"] for t in drawn[SHAPE]["data"] if t.get("showlegend") is not False} == {"c", "h", "c_up"}
    assert all(chart.proto.alt for chart in at.get("plotly_chart"))


@pytest.mark.parametrize(("key", "value"), [("rgprop", "depth"), ("rgprop", "NP"), ("rgvec", "h"), ("rgvec", "c_up"),
                                            ("rgcontrol", "lasso"), ("rgshape", "single"), ("kind", 1)])
def test_every_choice_moves_something(measured, key, value):
    at = open_page(kind="4")
    before = shown(at)
    at.segmented_control(key=key).set_value(value).run()
    assert not at.exception and not at.error and shown(at) != before


def test_surviving_cells_lead_to_their_trajectories(measured, tiny_checkpoint):
    at = open_page(kind="4", rgvec="h")
    kept = load_study(STUDY, load_checkpoint(tiny_checkpoint.words).card).kept_cells("h", "VP")
    cells = kept[:, 0].astype(int).tolist()
    markers = figures(at)[SURVIVORS]["data"][1]
    assert markers["x"] == [str(c) for c in cells]
    at.selectbox(key="rgcell").set_value(cells[-1]).run()
    links = [link.proto for link in at.get("page_link")]
    assert f"cell {cells[-1]} " in links[0].label and "trajectories" in links[0].page
    assert f"cells={cells[-1]}" in links[0].query_string and "state=h" in links[0].query_string
    assert len(figures(at)[SURVIVORS]["data"]) == 3  # ringed


@pytest.mark.parametrize("query", [
    {"rgprop": "position"}, {"rgvec": "zzz"}, {"rgcell": "99999"}, {"rgsrc": "../../etc/passwd"}, {"rgshape": ""},
    {"rgcontrol": "<script>"}, {"kind": "9"}])
def test_bad_links_are_harmless(measured, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 8


def test_missing_results_name_the_command_and_the_demo_is_computed_and_kept(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    at = open_page(kind="1")
    assert not at.exception and not at.get("plotly_chart")
    assert "core.reproduce --recompute" in at.error[0].value
    at.selectbox(key="rgsrc").set_value("demo").run(timeout=90)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 8
    assert load_study(STUDY, load_checkpoint(tiny_checkpoint.brackets).card, "demo").n_cells == 8


def test_recipes_run(measured, tiny_checkpoint, monkeypatch):
    import plotly.graph_objects as go
    drawn = []
    monkeypatch.setattr(go.Figure, "show", lambda self, *a, **k: drawn.append(self))
    at = open_page(kind="4")
    recipes = [c.value for c in at.code]
    assert len(recipes) == 8
    for recipe in recipes:
        exec(compile(recipe, "recipe", "exec"), {})
    assert len(drawn) == 8


def test_page_speaks_japanese(measured):
    at = open_page("ja-JP", kind="4")
    assert not at.exception and not at.error
    texts = [s.value for s in at.header] + [c.value for c in at.caption] + [at.title[0].value, at.markdown[0].value]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
