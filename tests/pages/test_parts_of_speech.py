"""The parts-of-speech page, without a browser."""

import shutil
from functools import partial

import numpy as np
import pytest

from core.checkpoints.store import load_checkpoint
from core.reproduce.lstm.word_classes import STUDY
from core.reproduce.studies import HELD_OUT, load_study, run_study
from core.states.sources import DEMO, encode_source, read_source
from core.ui.lstm.cached import get_checkpoint
from tests.pages import opened
from tests.pages.opened import figures, shown

open_page = partial(opened.open_page, "parts_of_speech", kind="4", ysrc="demo")

DENSITIES, SIZES, PAIRS, CLOUDS, STRIPES = range(5)


@pytest.fixture(scope="module")
def folder(tiny_checkpoint, tmp_path_factory):
    """The tiny checkpoints with this study's result on the demo treebank."""
    folder = tmp_path_factory.mktemp("classes") / "cache"
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", folder / "checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        checkpoint = load_checkpoint(tiny_checkpoint.words)
        sentences = encode_source(checkpoint, read_source(DEMO, checkpoint.card))
        for source in (DEMO, HELD_OUT):  # the same sentences twice: a bad link falls back to the second
            run_study(STUDY, checkpoint, sentences, source)
    return folder


@pytest.fixture
def classes(folder, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(folder))


def test_numbers_are_those_of_the_stored_result(classes, tiny_checkpoint):
    at = open_page()
    assert not at.exception and not at.error
    result = load_study(STUDY, get_checkpoint(tiny_checkpoint.words).card, "demo")
    row, size = result.find_pair("VB", "NN")[0], result.sizes.tolist().index(2)
    gap = result.difference[row, size]
    assert [m.value for m in at.metric][:3] == [f"{result.auc[row, 1, size]:.3f}", f"{result.auc[row, 0, size]:.3f}",
                                                f"{gap[0]:+.3f}".replace("-", "−")]
    verdict = "better in c_up" if gap[1] > 0 else "better in c**" if gap[2] < 0 else "about equally well"
    assert verdict in at.markdown[0].value


def test_page_draws_its_five_figures_with_a_text_for_each(classes):
    at = open_page()
    drawn = figures(at)
    assert len(drawn) == 5 and all(chart.proto.alt for chart in at.get("plotly_chart"))
    assert len(drawn[DENSITIES]["data"]) == 4 and drawn[PAIRS]["data"][0]["zmid"] == 0
    assert [t["name"] for t in drawn[CLOUDS]["data"]] == ["VB", "VBZ", "NN", "NNS", "CD"]
    assert drawn[STRIPES]["data"][0]["type"] == "heatmap"


@pytest.mark.parametrize(("widget", "key", "value"), [
    ("selectbox", "ya", "JJ"), ("selectbox", "yb", "DT"), ("segmented_control", "ysize", "all"),
    ("segmented_control", "ymap", "c"), ("segmented_control", "yset", "function"),
    ("segmented_control", "yproj", "unique"), ("segmented_control", "ypoint", "type"),
    ("segmented_control", "ydim", 3)])
def test_every_choice_moves_something(classes, widget, key, value):
    at = open_page()
    before = shown(at)
    getattr(at, widget)(key=key).set_value(value).run()
    assert not at.exception and not at.error and shown(at) != before


def test_umap_is_drawn_from_the_stored_components(classes, monkeypatch):
    monkeypatch.setattr("core.ui.lstm.word_planes.embed_umap", lambda x, d: np.asarray(x, np.float32)[:, 2:2 + d])
    at = open_page(yproj="umap")
    assert not at.exception and not at.error
    assert figures(at)[CLOUDS]["layout"]["xaxis"]["title"]["text"] == "UMAP 1"


def test_turning_a_pair_round_mirrors_its_densities(classes):
    def counts(at):
        return {(t["name"], t["xaxis"]): t["customdata"] for t in figures(at)[DENSITIES]["data"]}
    one, two = counts(open_page(ya="VB", yb="NN")), counts(open_page(ya="NN", yb="VB"))
    assert one.keys() == two.keys() and one != two


def test_no_tag_at_all_is_asked_for(classes):
    at = open_page(yset="own", ytags="")
    assert not at.exception and any("Choose at least one tag" in i.value for i in at.info)


def test_one_tag_has_no_other_to_compare_with(classes):
    at = open_page(yset="own", ytags="NN")
    assert not at.exception and any("With two tags or more" in c.value for c in at.caption)


@pytest.mark.parametrize("query", [
    {"ya": "<b>"}, {"ya": "NN", "yb": "NN"}, {"ysize": "7"}, {"yproj": "x"}, {"ydim": "4"}, {"ytags": "zz"},
    {"ysrc": "../../etc/passwd"}, {"ymap": ""}, {"kind": "9"}])
def test_bad_links_are_harmless(classes, query):
    at = open_page(**query)
    assert not at.exception and not at.error


def test_a_model_without_words_says_why_there_is_nothing(classes):
    at = open_page(kind="1")
    assert not at.exception and not at.error and not at.get("plotly_chart")
    assert "brackets and no words" in at.info[0].value
    at.segmented_control(key="kind").set_value(4).run()
    assert len(at.get("plotly_chart")) == 5


def test_missing_results_name_the_command(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    at = open_page(ysrc="held-out")
    assert not at.exception and "core.reproduce --recompute" in at.error[0].value


def test_page_speaks_japanese(classes):
    at = open_page("ja-JP")
    assert not at.exception and not at.error
    texts = [m.value for m in at.markdown] + [s.value for s in at.header] + [at.title[0].value]
    assert all(any(ord(c) > 0x3000 for c in t) for t in texts if t.strip())
