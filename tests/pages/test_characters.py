"""Characters: a word typed or chosen, its filters, gates and neighbours."""

import json

import numpy as np
import pytest

from core.analysis.elmo import word_list
from core.analysis.elmo.characters import list_widths, look_inside
from core.analysis.elmo.filter_hits import list_hits
from core.analysis.elmo.misspellings import draw_encoder
from core.analysis.elmo.reference import build_reference, embed_words
from core.analysis.elmo.spelling import count_edits, share_trigrams
from core.analysis.elmo.word_list import reference_words
from core.checkpoints.bilm import load_bilm
from core.ui.elmo.word_choice import OTHERS, TYPED
from tests.checkpoints.test_elmo_release import arrays, write
from tests.elmo_lab import save_model
from tests.pages.opened import calm, figures, numbers, open_page, said, shown


@pytest.fixture
def model(scratch_cache):
    return load_bilm(save_model().id)


def look(model, word):
    encoder = model.model.encoder
    reference = build_reference(encoder, reference_words(model))
    inside = look_inside(encoder, word)
    return inside, reference, list_hits(word, inside, reference, list_widths(encoder.config), n=3)


def test_it_opens_on_a_misspelt_word_with_its_windows_gates_and_neighbours(model):
    at = calm(open_page("characters"))
    inside, reference, hits = look(model, TYPED)
    filters, gates, cloud = figures(at)
    assert filters["data"][0]["text"][1] == "<b>b</b>" and len(filters["data"][0]["text"]) >= len(TYPED) + 2
    bars = filters["data"][1]
    assert numbers(bars["base"]) == pytest.approx([h.place - 0.45 for h in hits], abs=1e-5)
    assert [t.split("</b>")[0][3:].replace("&lt;", "<") for t in bars["text"]] == ["".join(h.gram) for h in hits]
    np.testing.assert_allclose(numbers(gates["data"][2]["y"])[-1], inside.gates.max(), atol=1e-5)
    cosines = reference.compare(inside.vector)
    near = at.dataframe[2].value
    assert near["word"].tolist() == [reference.words[i] for i in np.argsort(-cosines, kind="stable")[:12]]
    assert near["edits"].tolist() == [count_edits(TYPED, w) for w in near["word"]]
    assert near["shared"].tolist() == pytest.approx([100 * share_trigrams(TYPED, w) for w in near["word"]], abs=1e-3)
    assert cloud["data"][1]["text"] == near["word"].tolist() and "is none of the 397 words" in said(at)


def test_the_table_names_each_filter_and_how_rare_its_answer_is(model):
    table = calm(open_page("characters", chword="cats")).dataframe[0].value
    hits = look(model, "cats")[2]
    assert table["filter"].tolist() == [h.filter for h in hits]
    assert table["one_in"].tolist() == [round(h.one_in) for h in hits]
    assert table["ngram"].tolist() == ["".join(h.gram) for h in hits]


def test_spelling_alone_and_an_untrained_layer_stand_beside_the_neighbours(model):
    text = said(calm(open_page("characters")))
    inside, reference, _ = look(model, TYPED)
    near = np.argsort(-reference.compare(inside.vector), kind="stable")[:12]
    encoder = draw_encoder(model.model.config.characters, 0)
    bare = np.argsort(-(embed_words(encoder, reference.words) @ embed_words(encoder, [TYPED])[0]), kind="stable")[:12]
    assert f"`{reference.words[bare[0]]}`, " in text.split("**Untrained:**")[1]
    assert f"first; {len(set(bare) & set(near))} of the 12 are the same" in text
    shares = [share_trigrams(TYPED, word) for word in reference.words]
    assert f"nearest would be `{reference.words[int(np.argmax(shares))]}`" in text


def test_a_known_word_is_called_known_and_is_not_its_own_neighbour(model):
    word = reference_words(model)[30]
    at = calm(open_page("characters", chword=word))
    assert "is one of the 397 words" in said(at) and word not in at.dataframe[2].value["word"].tolist()


def test_more_filters_can_be_asked_for(model):
    one, many = (calm(open_page("characters", chn=n)) for n in ("1", "8"))
    assert len(one.dataframe[0].value) <= 3 < len(many.dataframe[0].value)
    assert many.slider(key="chn").value == 8 and one.query_params["chn"] == "1"


@pytest.mark.parametrize("word", ["blorfing", "🙂"])
def test_our_own_words_fill_both_fields(model, word):
    at = calm(open_page("characters"))
    at.button_group(key="chtry").set_value(word).run()
    assert at.text_input(key="chword").value == word and at.text_input(key="chvs").value == OTHERS[word]
    assert at.query_params["chword"] == word and calm(at).dataframe[3].value["word"].tolist() == OTHERS[word].split()
    assert at.button_group(key="chtry").value in (None, [])


def test_words_are_compared_by_cosine_and_by_spelling(model):
    at = calm(open_page("characters", chword="cat", chvs="cat cats <b>&amp; xyz cat"))
    rows = at.dataframe[3].value
    assert rows["word"].tolist() == ["cat", "cats", "<b>&amp;", "xyz"] and rows["edits"].tolist()[:2] == [0, 1]
    own, other = (look_inside(model.model.encoder, w).vector for w in ("cat", "cats"))
    assert rows["cosine"].tolist()[:2] == pytest.approx(
        [1, own @ other / np.linalg.norm(own) / np.linalg.norm(other)], abs=1e-5)
    assert "Type a word" in said(calm(open_page("characters", chvs=" ")))


@pytest.mark.parametrize(("word", "note"), [
    ("San Francisco", "Only the first word is read"), ("مرحبا", "left to right"), ("a*b`c", ""),
    ("é" * 30, "reads 48 bytes")])
def test_no_word_is_too_odd_and_what_is_not_read_is_said(model, word, note):
    at = calm(open_page("characters", chword=word))
    assert note in said(at) and len(figures(at)) == 3


@pytest.mark.parametrize("word", ["", "  ", "<S>"])
def test_no_word_is_a_message(model, word):
    at = open_page("characters")
    at.text_input(key="chword").set_value(word).run()
    assert not at.exception and len(at.error) == 1 and not figures(at)


def test_letters_that_plotly_takes_for_markup_are_escaped(model):
    letters = figures(calm(open_page("characters", chword="<b>&")))[0]["data"][0]["text"]
    assert letters[1:5] == ["<b>&lt;</b>", "<b>b</b>", "<b>></b>", "<b>&amp;</b>"]


def test_what_the_page_does_not_offer_counts_as_absent(model):
    query = {"chn": "99", "chword": "y" * 300, "bilm": "../x", "chtry": "x"}
    assert shown(calm(open_page("characters", **query))) == shown(open_page("characters"))


def test_recipes_draw_what_the_page_shows(model):
    at = calm(open_page("characters", chword="it's \"naïve\"", chn="2"))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == 3
    for recipe, figure in zip(recipes, figures(at), strict=True):
        made = run(recipe)
        assert len(made["data"]) == len(figure["data"])
        for mine, theirs in zip(made["data"], figure["data"], strict=True):
            assert numbers(mine["x"]) == pytest.approx(numbers(theirs["x"]), abs=1e-4)
            assert numbers(mine["y"]) == pytest.approx(numbers(theirs["y"]), abs=1e-4)


def run(recipe):
    """The figure that a recipe draws, as the browser gets it."""
    found, head = {}, recipe[:recipe.rindex("draw_")]
    call = recipe[recipe.rindex("draw_"):].strip()
    exec(compile(f"{head}\nmade = {call.removesuffix('.show()')}", "recipe", "exec"), found)
    return json.loads(found["made"].to_json())


def test_a_published_model_is_compared_with_the_words_of_our_texts(scratch_cache, tmp_path, monkeypatch):
    (tmp_path / "elmo").mkdir()
    write(tmp_path / "elmo", arrays())
    monkeypatch.setenv("WORDGLASS_DATA", str(tmp_path))
    monkeypatch.setattr(word_list, "MOST", 300)
    at = calm(open_page("characters"))
    assert "published model predicts no words" in said(at) and len(figures(at)) == 3


def test_no_model_is_a_message(scratch_cache):
    at = open_page("characters")
    assert not at.exception and "core.training bilm" in at.error[0].value


def test_a_damaged_model_is_named_and_the_other_stays(scratch_cache):
    kept, broken = save_model().id, save_model(seed=1).id
    (scratch_cache / "checkpoints" / broken / "card.json").write_text("{")
    at = open_page("characters", bilm=kept)
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == 3


def test_everything_shown_is_japanese(model):
    at = calm(open_page("characters", "ja-JP", chword="🙂 two"))
    for group in (at.header, at.subheader, at.markdown, at.info):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(0x3000 < ord(letter) < 0xffff for letter in c.proto.alt) for c in at.get("plotly_chart"))
