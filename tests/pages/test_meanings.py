"""Meanings: examples of a word under any mix of layers."""

import json
import re

import numpy as np
import pytest

from core.analysis.elmo.mixing import from_shares, mix_layers, one_layer
from core.analysis.elmo.pairs import compare_vectors
from core.analysis.elmo.products import find_cosines, multiply_vectors
from core.analysis.elmo.purity import measure_purity
from core.analysis.elmo.word_tokens import record_tokens
from core.checkpoints.bilm import load_bilm
from core.corpora.senses import SenseExample, read_demo_senses
from core.corpora.vectors import PretrainedVectors
from core.ui.elmo import meanings_cached, meanings_source
from tests.elmo_lab import save_model
from tests.pages.opened import calm, figures, numbers, open_page, said, shown

PLANE, BARS, PAIR = range(3)
OURS = tuple(e for e in read_demo_senses() if e.lemma in ("bank", "light"))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No corpus; two of our own words stand for all."""
    monkeypatch.setattr(meanings_source, "locate_corpus", lambda name: None)
    monkeypatch.setattr(meanings_cached, "list_vector_sources", lambda: ())
    for module in (meanings_cached, meanings_source):
        monkeypatch.setattr(module, "read_demo_senses", lambda: OURS)


@pytest.fixture
def model(scratch_cache):
    return load_bilm(save_model(n_words=40).id).model


def bank(model):
    return record_tokens(model, [e for e in OURS if e.lemma == "bank"])


def measure(tokens, mix):
    return measure_purity(find_cosines(multiply_vectors(mix_layers(tokens.layers, mix))), tokens.senses)


def points(figure):
    """Points by row."""
    traces = [t for t in figure["data"] if "customdata" in t]
    rows = np.concatenate([numbers(t["customdata"]).ravel() for t in traces])
    return np.concatenate([np.stack([numbers(t["x"]), numbers(t["y"])], 1) for t in traces])[np.argsort(rows)]


def test_it_opens_on_all_examples_of_a_word_with_bars_and_a_pair(model):
    at = calm(open_page("meanings"))
    plane, bars, _ = figures(at)
    tokens = bank(model)
    mix = from_shares((1, 1, 1))
    own = measure(tokens, mix)
    vectors = mix_layers(tokens.layers, mix)
    assert [t["name"] for t in plane["data"][1:]] == ["money bank (12)", "river bank (12)"]
    wanted = [own, *(measure(tokens, one_layer(k, 3)) for k in range(3))]
    assert numbers(bars["data"][0]["x"])[:4] == pytest.approx([p.accuracy.value for p in wanted], abs=1e-5)
    assert numbers(bars["data"][1]["x"])[:4] == pytest.approx([p.silhouette for p in wanted], abs=1e-4)
    assert bars["data"][0]["y"] == ["this mix", "word alone", "layer 1", "layer 2", "words around"]
    assert f"**{own.accuracy.value:.0%}** [{own.accuracy.low:.0%}, {own.accuracy.high:.0%}] of 24" in said(at)
    assert "Over all 2 words" in said(at)
    spread = np.linalg.svd(vectors - vectors.mean(0), compute_uv=False)[:2]
    assert np.linalg.norm(points(plane)) == pytest.approx(np.linalg.norm(spread), rel=1e-3)


def test_sliders_move_points_and_numbers_and_presets_move_sliders(model):
    at = calm(open_page("meanings"))
    first = shown(at)
    at.slider(key="mns0").set_value(0.0).run()
    at.slider(key="mns1").set_value(0.25).run()
    assert shown(calm(at)) != first and at.button_group(key="_mnpreset").value == "own"
    own = measure(bank(model), from_shares((0, 0.25, 1)))
    assert numbers(figures(at)[BARS]["data"][0]["x"])[0] == pytest.approx(own.accuracy.value, abs=1e-5)
    at.button_group(key="_mnpreset").set_value("2").run()
    assert [at.slider(key=f"mns{k}").value for k in range(3)] == [0, 0, 1]
    assert at.button_group(key="_mnpreset").value == "2" and "1.00 · layer 2" in said(calm(at))


def test_gamma_scales_the_picture_and_nothing_else(model):
    one, two = (calm(open_page("meanings", **query)) for query in ({}, {"mng": "2"}))
    np.testing.assert_allclose(points(figures(two)[PLANE]), 2 * points(figures(one)[PLANE]), rtol=1e-3, atol=1e-3)
    assert figures(one)[BARS] == figures(two)[BARS]
    assert [m.value for m in one.markdown] == [m.value for m in two.markdown]


def test_one_direction_is_one_half_of_the_vectors(model):
    at = open_page("meanings", mnnorm="1", mns0="0", mns2="0.5")
    for side in ("forward", "backward"):
        at.button_group(key="mnside").set_value(side).run()
        own = measure(bank(model), from_shares((0, 1, 0.5), sides=side, normalise=True))
        assert numbers(figures(calm(at))[BARS]["data"][0]["x"])[0] == pytest.approx(own.accuracy.value, abs=1e-5)


def test_by_its_characters_alone_a_word_lies_on_as_many_spots_as_it_has_forms(model):
    at = calm(open_page("meanings", mns1="0", mns2="0"))
    forms = bank(model).forms
    assert len(np.unique(points(figures(at)[PLANE]).round(3), axis=0)) == len(set(forms)) > 1
    text = "one | a [[key]]\none | the [[key]]\ntwo | [[key]]\ntwo | no [[key]] here"
    at = calm(open_page("meanings", mns1="0", mns2="0", mnsrc="own", mntext=text, mnproj="umap"))
    assert "All 4 points lie on one spot" in said(at) and not points(figures(at)[PLANE]).any()
    assert "3 examples are equally near" in said(at)


def test_all_shares_0_are_taken_as_equal(model):
    at = open_page("meanings", mns0="0", mns1="0", mns2="0")
    assert "All shares are 0" in said(calm(at))
    assert figures(at)[BARS] == figures(open_page("meanings"))[BARS]


def test_the_chosen_examples_neighbours_are_listed_nearest_first(model):
    at = calm(open_page("meanings", mnpoint="14"))
    tokens = bank(model)
    cosines = find_cosines(multiply_vectors(mix_layers(tokens.layers, from_shares((1, 1, 1)))))[14]
    order = [j for j in np.argsort(-cosines, kind="stable") if j != 14][:8]
    table = next(m.value for m in at.markdown if m.value.startswith("| cosine"))
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    assert [float(r[0].strip("| ")) for r in rows] == pytest.approx(cosines[order], abs=2e-3)
    assert [r[1] for r in rows] == ["✓" if tokens.senses[j] == "river bank" else "✗" for j in order]
    assert "by its letters" in said(at) and "by GloVe" not in said(at)


def test_a_selection_is_listed_and_kept_in_the_address(model):
    at = calm(open_page("meanings", mnbrush="2-4,13"))
    assert at.dataframe[0].value["row"].tolist() == [3, 4, 5, 14] and "4 selected" in said(at)
    faded = [t.get("selectedpoints") for t in figures(at)[PLANE]["data"] if "customdata" in t]
    assert [numbers(f).tolist() for f in faded] == [[2, 3, 4], [1]]
    at.button(key="mnletgo").click().run()
    wrong = calm(at).dataframe[0].value
    assert (wrong["sense"] != wrong["nearest"]).all() and "Nothing is selected" in said(at)


def test_another_word_begins_without_a_selection(model):
    at = calm(open_page("meanings", mnbrush="2-4,13"))
    at.selectbox(key="mnword").set_value("light").run()
    assert "Nothing is selected" in said(calm(at)) and len(figures(at)[PLANE]["data"]) == 4


def test_two_sentences_are_compared_layer_by_layer(model):
    at = calm(open_page("meanings", mnpair="typed"))
    at.text_area(key="mna").set_value("We sat on the [[bank]].").run()
    at.text_area(key="mnb").set_value("The bank lent money.").run()
    pair = figures(calm(at))[PAIR]["data"][-1]
    words = [("We", "sat", "on", "the", "bank", "."), ("The", "bank", "lent", "money", ".")]
    layers = record_tokens(model, [SenseExample(w, w.index("bank"), "bank", "") for w in words]).layers
    wanted = [compare_vectors(*layers[k]) for k in range(3)]
    assert numbers(pair["x"])[:3] == pytest.approx(wanted, abs=1e-4) and wanted[0] == pytest.approx(1)
    at.text_area(key="mnb").set_value("The shore.").run()
    assert "does not hold the word" in at.error[0].value and len(figures(at)) == 2
    at.text_area(key="mnb").set_value("").run()
    assert "There is no sentence" in at.error[0].value and not at.exception


def test_pairs_of_the_examples_may_be_chosen(model):
    at = calm(open_page("meanings", mnpoint="3", mnother="5"))
    tokens = bank(model)
    pair = figures(at)[PAIR]["data"][-1]
    assert numbers(pair["x"])[1] == pytest.approx(compare_vectors(*tokens.layers[1][[3, 5]]), abs=1e-4)


def test_what_cannot_be_read_is_said(model):
    at = open_page("meanings", mnsrc="own")
    for text, word, message in (
            ("", "", "There is no sentence"), ("no brackets here", "", "of no word that it is meant"),
            ("The shore.", "bank", "does not hold the word"), ("[[" + "b " * 3 + "]]", "", "hold 3 words"),
            ("bank " * 500, "bank", "500 words")):
        at.text_area(key="mntext").set_value(text)
        at.text_input(key="mnown").set_value(word).run()
        assert not at.exception and message in at.error[0].value.replace("`", "") and not figures(at)


def test_few_examples_and_senses_are_shown_and_explained(model):
    at = open_page("meanings", mnsrc="own")
    for text, message in (
            ("the [[bank]]", "There is one example"), ("[[🙂]]", "one example"),
            ("the [[bank]]\na [[bank]]", "No senses are given"),
            ("x | the [[bank]]\nx | a [[bank]]", "have the same one"),
            ("x | the [[bank]]\ny | a [[bank]]", "Every sense has one example"),
            (f"x | the [[{'b' * 60}]]\nx | a [[key]]\ny | no [[key]]", "first 48 bytes"),
            ("x | the [[bank]]\nx | a [[bank]]\ny | no [[bank]]", "Of one example only"),
            ("x | the [[bank]]\ny | a [[bank]]\ny | a [[bank]]\nour [[bank]]", "1 examples without a sense")):
        at.text_area(key="mntext").set_value(text).run()
        drawn = points(figures(calm(at))[PLANE])
        assert message in said(at) and np.isfinite(drawn).all() and len(drawn) == len(text.splitlines())


def test_a_bad_line_is_named_and_the_others_are_shown(model):
    at = open_page("meanings", mnsrc="own", mntext="a | the [[bank]]\nnothing\nb | a [[bank]]\nb | [[bank]] two")
    assert len(at.error) == 1 and "Line 2" in at.error[0].value.replace("`", "")
    assert len(points(figures(at)[PLANE])) == 3


def test_markup_that_was_typed_stays_text(model):
    text = "<i>s</i> | the <img src=x> [[bank]] **b**\n<i>s</i> | a [[bank]]\n*t* | a [[<b>x</b>]] no\n*t* | [[bank]] b"
    at = open_page("meanings", mnsrc="own", mntext=text.replace("[[<b>x</b>]]", "[[bank]]"))
    assert "<img" not in json.dumps(figures(calm(at))) and "<i>s" not in json.dumps(figures(at))
    plain = " ".join(m.value for m in at.markdown)
    assert not re.search(r"(?<!\\)<img|(?<!\\)<i>", plain)


def test_a_corpus_at_hand_is_offered_word_by_word(model, monkeypatch):
    rows = tuple(SenseExample(("the", "java", str(k)), 1, "java", "island" if k % 3 else "language") for k in range(40))
    monkeypatch.setattr(meanings_source, "locate_corpus", lambda name: "here")
    monkeypatch.setattr(meanings_cached, "read_coarsewsd", lambda part, words: rows)
    at = calm(open_page("meanings", mnsrc="coarsewsd", mnword="java", mnn="200"))
    assert sum(int(t["name"].split("(")[1][:-1]) for t in figures(at)[PLANE]["data"][1:]) == 40
    at.toggle(key="mnbal").set_value(True).run()
    assert {t["name"] for t in figures(calm(at))[PLANE]["data"][1:]} == {"language (14)", "island (14)"}


def test_glove_stands_beside_where_it_is_at_hand(model, monkeypatch):
    vectors = PretrainedVectors("glove", ("bank", "banks"), np.eye(2, dtype=np.float32), 2)
    monkeypatch.setattr(meanings_cached, "list_vector_sources", lambda: ("glove-6b-50d",))
    monkeypatch.setattr(meanings_cached, "load_vectors", lambda name, wanted: vectors)
    at = calm(open_page("meanings"))
    assert figures(at)[BARS]["data"][0]["y"][-1] == "GloVe"
    assert "by GloVe: banks 0.00" in [m.value for m in at.markdown]  # and no word without a vector
    at = calm(open_page("meanings", mnword="light"))
    assert "GloVe" not in figures(at)[BARS]["data"][0]["y"] and "GloVe has no vector for `light`" in said(at)


def test_what_the_page_does_not_offer_counts_as_absent(model):
    odd = {"mns0": "2", "mng": "nan", "mnside": "up", "mnsrc": "coarsewsd", "mnword": "../x", "mnpoint": "99",
           "mnbrush": "5-2", "mnproj": "tsne", "mnother": "x", "mnptr": "x", "mnpair": "x", "mnnorm": "yes"}
    usual = shown(calm(open_page("meanings")))
    assert shown(calm(open_page("meanings", **odd))) == usual
    assert shown(calm(open_page("meanings", mnbrush="0-999"))) == usual


@pytest.mark.parametrize("query", [
    {}, {"mns0": "0.25", "mng": "2", "mnnorm": "1", "mnside": "forward", "mnbrush": "2-4", "mnpoint": "5"},
    {"mnsrc": "own", "mntext": "a | x [[b]]\na | [[b]] y\nc | 'z' [[b]]\nno [[b]]", "mnpair": "typed"}])
def test_recipes_draw_what_the_page_shows(model, query):
    at = calm(open_page("meanings", **query))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == len(figures(at)) == 3
    for recipe, figure in zip(recipes, figures(at), strict=True):
        found, call = {}, recipe.strip().splitlines()[-1]
        if query or call.startswith("draw_senses"):  # without the other words: our own set is read whole
            exec(compile(recipe.replace(call, "made = " + call.removesuffix(".show()")), "recipe", "exec"), found)
            own = json.loads(found["made"].to_json())
            assert len(own["data"]) == len(figure["data"])
            drawn = [np.sort(numbers(t["x"])) for t in own["data"]], [np.sort(numbers(t["x"])) for t in figure["data"]]
            for mine, theirs in zip(*drawn, strict=True):
                np.testing.assert_allclose(mine.astype(float), theirs.astype(float), atol=1e-3)


def test_a_damaged_checkpoint_is_named_and_the_other_shows(scratch_cache):
    bad, _ = save_model(n_words=40), save_model(n_words=40, seed=1)
    (scratch_cache / "checkpoints" / bad.id / "card.json").write_text("{")
    at = open_page("meanings")
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == 3


def test_without_a_model_it_is_said_how_to_get_one(scratch_cache):
    at = open_page("meanings")
    assert not at.exception and "core.training bilm" in at.error[0].value and not figures(at)


def test_everything_shown_is_japanese(model):
    at = calm(open_page("meanings", "ja-JP"))
    for group in (at.header, at.caption, at.markdown):
        for element in group:
            if not element.value.startswith(("After twenty", "- After")):  # our sentences are English
                assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
