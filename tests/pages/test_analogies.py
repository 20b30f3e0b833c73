"""Analogies and linear directions: from stored results, from typed words, from pairs of the reader's own."""

import json
import shutil

import pytest

from core.checkpoints.embeddings import list_concepts
from core.reproduce import qwem
from core.reproduce.qwem.accuracy import load_accuracy
from core.reproduce.qwem.order import load_order
from tests.pages.opened import calm, figures, open_page, shown
from tests.word2vec_lab import build_lab, make_google


@pytest.fixture(scope="module")
def measured_lab(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("analogies") / "cache"
        shutil.copytree(build_lab(), folder)
        patch.setenv("WORDGLASS_CACHE", str(folder))
        patch.setattr(qwem, "read_questions", make_google)
        qwem.SYSTEM.recompute(lambda line: None)
    return folder


@pytest.fixture
def measured_cache(measured_lab, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(measured_lab))


@pytest.fixture
def lab(monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(build_lab()))


def by_alt(at, words):
    return next(json.loads(c.proto.spec) for c in at.get("plotly_chart") if words in c.proto.alt)


def test_stored_accuracy_is_said_and_drawn(measured_cache):
    at = calm(open_page("analogies"))
    card = list_concepts()[0][0]
    result = load_accuracy(card)
    assert f"**{result.total[-1]:.1%}**" in at.markdown[0].value and f"{result.answerable.sum():,}" in (
        at.markdown[0].value)
    assert len(figures(at)) == 8
    at.slider(key="anrank").set_value(5).run()
    assert f"**{result.total[4]:.1%}**" in calm(at).markdown[0].value


def test_the_order_is_not_claimed_beyond_its_intervals(measured_cache):
    at, order = calm(open_page("analogies")), load_order(list_concepts()[0][0])
    sentence = next(m.value for m in at.markdown if "concrete first" in m.value)
    assert ("is supported" in sentence) == bool((order.ratio_low > 1).all())
    assert all(f"{r:.2f}" in sentence for r in order.ratio)
    before = by_alt(at, "Rank at which")
    at.segmented_control(key="anord").set_value("snr").run()
    assert by_alt(calm(at), "Rank at which") != before


def test_without_stored_results_the_lab_asks_its_own(lab):
    at = calm(open_page("analogies"))
    assert at.selectbox(key="anq").options == ["the lab's own word pairs"]
    assert "come out right" in at.markdown[0].value and len(figures(at)) == 6
    assert any("can be measured" in info.value for info in at.info)


def test_a_typed_analogy_is_answered(lab):
    at = calm(open_page("analogies", ana="France", anb="paris", anc="italy"))
    assert any("**`rome`**" in m.value for m in at.markdown)
    assert by_alt(at, "nearest to paris")["data"][0]["text"][0] == "rome"


@pytest.mark.parametrize(("typed", "said"), [
    ({"ana": "frence"}, "france"), ({"anb": "zzzz", "anc": "qqqq"}, "zzzz, qqqq"),
    ({"ana": "<script>alert(1)</script>"}, "<script>")])
def test_unknown_words_are_named_and_the_rest_stays(lab, typed, said):
    at = open_page("analogies", **{"ana": "france", "anb": "paris", "anc": "italy"} | typed)
    assert not at.exception and len(at.error) == 1
    assert "Not among the" in at.error[0].value and said in at.error[0].value and "`" in at.error[0].value
    assert len(figures(at)) == 5


def test_an_empty_field_asks_for_a_word(lab):
    at = calm(open_page("analogies", ana="", anb="paris", anc="italy"))
    assert any("one word into each" in info.value for info in at.info)


def test_every_relation_of_the_lab_is_a_direction(lab):
    at = calm(open_page("analogies", anrel="comparative"))
    assert any("**comparatives** is a direction" in m.value for m in at.markdown)
    before = shown(at)
    at.selectbox(key="anrel").set_value("past").run()
    assert shown(calm(at)) != before


def test_own_pairs_are_measured_and_unknown_words_named(lab):
    at = calm(open_page("analogies", anrel="typed", anpairs="king queen\nman woman\nboy girl\nking dragon"))
    assert any("**your relation**" in m.value for m in at.markdown)
    assert any("`dragon`" in caption.value for caption in at.caption)


@pytest.mark.parametrize(("pairs", "said"), [("king queen\nman", "Line 2 has 1 words"),
                                             ("king queen\nman woman", "Only 2 of the 2"),
                                             ("a b\nc d\ne f", "Only 0 of the 3")])
def test_pairs_that_say_nothing_are_refused(lab, pairs, said):
    at = open_page("analogies", anrel="typed", anpairs=pairs)
    assert not at.exception and len(at.error) == 1 and said in at.error[0].value


def test_without_concepts_the_page_says_what_to_run(scratch_cache):
    at = open_page("analogies")
    assert not at.exception and len(at.error) == 1 and "core.training qwem" in at.error[0].value


@pytest.mark.parametrize("query", [{"anrank": "-4"}, {"anrel": "../x"}, {"anord": "<b>"}, {"anfam": "nonesuch"}])
def test_what_the_page_does_not_offer_counts_as_absent(measured_cache, query):
    assert shown(calm(open_page("analogies", **query))) == shown(open_page("analogies"))


def test_recipes_run(measured_cache):
    at = calm(open_page("analogies"))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == 8
    for recipe in recipes:
        exec(compile(recipe.replace(".show()", ".to_dict()"), "recipe", "exec"), {})


def test_everything_shown_is_japanese(measured_cache):
    at = calm(open_page("analogies", "ja-JP"))
    for group in (at.header, at.subheader, at.markdown):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
