"""The distributions page, without a browser."""

import shutil
from functools import partial

import numpy as np
import pytest

from core.analysis.lstm.distribution import VECTORS
from core.reproduce.lstm.distributions import load_distributions
from core.ui.lstm.cached import get_checkpoint
from tests.pages import opened
from tests.pages.opened import figures

open_page = partial(opened.open_page, "distributions")

SEVEN, ONE, LEVELS, NEAR = range(4)


def test_numbers_are_those_of_the_stored_result(measured, tiny_checkpoint):
    at = open_page(kind="4")
    assert not at.exception and not at.error
    result = load_distributions(get_checkpoint(tiny_checkpoint.words).card)
    values = [m.value for m in at.metric]
    assert values[0] == f"{100 * result.few[0]:.1f} %"
    assert values[2] == f"{np.median(result.levels[0, VECTORS.index('c_up')]):.0f}"
    assert len(figures(at)) == 4 and all(chart.proto.alt for chart in at.get("plotly_chart"))
    titles = [a["text"] for a in figures(at)[SEVEN]["layout"]["annotations"]]
    assert titles == [f"<b>{v}</b>" for v in VECTORS]


@pytest.mark.parametrize("vector", [v for v in VECTORS if v != "c_up"])
def test_every_vector_is_drawn_in_large(measured, vector):
    at = open_page(kind="4")
    at.segmented_control(key="dvec").set_value(vector).run()
    assert not at.exception and not at.error
    drawn = figures(at)
    assert drawn[ONE]["layout"]["xaxis"]["title"]["text"] == vector
    names = [trace.get("name") for trace in drawn[ONE]["data"]]
    assert ("Beta density" in names) == (vector == "f") and ("normal density" in names) == (vector == "c")


def test_square_root_changes_heights_alone(measured):
    at = open_page(kind="1")
    before = figures(at)[ONE]
    at.toggle(key="droot").set_value(True).run()
    after = figures(at)[ONE]
    assert not at.exception and after["data"][0]["y"] != before["data"][0]["y"]
    assert after["data"][0]["x"] == before["data"][0]["x"]


def test_one_cell_is_drawn_and_leads_to_its_trajectory(measured):
    at = open_page(kind="1")
    at.selectbox(key="dcell").set_value(3).run()
    assert not at.exception and not at.error
    link = at.get("page_link")[0].proto
    assert "trajectories" in link.page and "cells=3" in link.query_string
    assert "Cell 3 of c_up keeps" in " ".join(c.value for c in at.caption)
    assert figures(at)[ONE]["data"][0]["name"] == "cell 3"


@pytest.mark.parametrize("query", [{"dvec": "zzz"}, {"dcell": "-1"}, {"dcell": "99999"}, {"droot": "yes"},
                                   {"dsrc": "../x"}, {"kind": "9"}])
def test_bad_links_are_harmless(measured, query):
    at = open_page(**query)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 4


def test_missing_results_name_the_command_and_the_demo_still_works(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    at = open_page(kind="1")
    assert not at.exception and "core.reproduce --recompute" in at.error[0].value
    at.selectbox(key="dsrc").set_value("demo").run(timeout=90)
    assert not at.exception and not at.error and len(at.get("plotly_chart")) == 4


def test_page_speaks_japanese(measured):
    at = open_page("ja-JP", kind="1")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [s.value for s in at.header] + [m.label for m in at.metric]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
