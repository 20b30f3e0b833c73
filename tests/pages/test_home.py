"""Home: the first figure, the checkpoints, and links that lead somewhere."""

import json
import shutil

from streamlit.testing.v1 import AppTest

from core.ui.registry import find_page, list_pages


def open_home(locale="en-GB", **query):
    at = AppTest.from_file(str(find_page("home").path), default_timeout=60)
    at.context = {"locale": locale}
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


def chart(at):
    (drawn,) = at.get("plotly_chart")
    return drawn.proto


def test_without_checkpoints_it_says_what_to_run(scratch_cache):
    at = open_home()
    assert not at.exception and not at.error
    assert "no checkpoint yet" in at.info[0].value and at.code[0].value == "python -m core.training lstm --kind 1"
    assert not at.get("plotly_chart") and not at.dataframe
    assert "Where to start" in [heading.value for heading in at.header]


def test_a_cell_is_drawn_with_the_depth(tiny_cache):
    at = open_home()
    assert not at.exception and not at.error
    depth, cell = json.loads(chart(at).spec)["data"]
    assert depth["name"] == "depth" and cell["name"].startswith("c[") and "|r| = " in chart(at).alt


def test_each_sentence_gives_another_figure(tiny_cache):
    at, seen = open_home(), set()
    for name in ("flat", "wide", "deep", "right"):
        at.segmented_control(key="mini").set_value(name).run()
        assert not at.exception
        seen.add(chart(at).alt)
    assert len(seen) == 4


def test_link_opens_a_sentence(tiny_cache):
    assert "We counted the boats at dawn" in chart(open_home(mini="flat")).alt
    assert chart(open_home(mini="<b>")).alt == chart(open_home()).alt


def test_table_has_every_checkpoint(tiny_cache):
    table = open_home().dataframe[0].value
    assert list(table["id"]) == [tiny_cache.brackets, tiny_cache.words]
    assert (table["units"] == 8).all() and (table["perplexity"] > 1).all() and (table["MB"] > 0).all()
    assert table["depth"].isna().all()  # nothing is stored for these


def test_damaged_folder_is_named_and_the_rest_works(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    (scratch_cache / "checkpoints" / "lstm-1-100-deadbeef").mkdir()
    (scratch_cache / "checkpoints" / "lstm-1-100-deadbeef" / "card.json").write_text("{")
    at = open_home()
    assert not at.exception and len(at.error) == 1 and "deadbeef" in at.error[0].value
    assert chart(at).alt and len(at.dataframe[0].value) == 2


def test_damaged_weights_leave_the_rest_of_the_page(tiny_checkpoint, scratch_cache):
    shutil.copytree(tiny_checkpoint.cache / "checkpoints", scratch_cache / "checkpoints")
    (scratch_cache / "checkpoints" / tiny_checkpoint.brackets / "weights.safetensors").write_bytes(b"\0" * 8)
    at = open_home()
    assert not at.exception and len(at.error) == 1 and tiny_checkpoint.brackets in at.error[0].value
    assert len(at.dataframe[0].value) == 2 and "Where to start" in [heading.value for heading in at.header]


def test_what_is_not_here_is_said(tiny_cache):
    text = " ".join(element.value for element in open_home().markdown)
    sections = {entry.section for entry in list_pages()}
    assert text.count("not here yet") == sum(name not in sections for name in (
        "LSTM and syntax", "Sequence to sequence", "ELMo", "What word2vec learns", "Saliency over training"))


def test_links_lead_to_pages_of_the_lab(tiny_cache):
    links = [element.proto for element in open_home().get("page_link")]
    assert {link.page for link in links} <= {entry.stem for entry in list_pages()}
    deep = next(link for link in links if tiny_cache.brackets in link.query_string)
    assert {"kind=1", "src=demo", "rank=hand"} <= set(deep.query_string.split("&")) and "cells=" in deep.query_string


def test_recipe_draws_the_figure(tiny_cache, monkeypatch):
    at = open_home()
    recipe = next(code.value for code in at.code if "draw_miniature" in code.value)
    shown = []
    monkeypatch.setattr("plotly.graph_objects.Figure.show", lambda figure: shown.append(figure))
    exec(recipe, {})
    (figure,) = shown
    assert len(figure.data) == 2 and figure.data[1].y is not None


def test_home_speaks_japanese(tiny_cache):
    at = open_home("ja-JP")
    assert "数えるセル" in [heading.value for heading in at.header] and "上下する" in chart(at).alt
