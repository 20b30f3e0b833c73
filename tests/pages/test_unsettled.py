"""Unsettled words: the ranking, one word, movement of right and wrong sentences, and what wac goes with."""

import json
from dataclasses import replace

import pytest

from core.analysis.saliency import material, recording
from core.checkpoints.cnn import list_cnns, load_cnn
from core.corpora.labelled import read_demo_reviews
from core.errors import CorpusError
from core.ui.saliency import cached
from tests.pages.opened import calm, figures, open_page, shown
from tests.saliency_lab import copy_network
from tests.saliency_seeds import store_seeds


@pytest.fixture
def network(scratch_cache):
    copy_network(scratch_cache)
    return load_cnn(list_cnns()[0][0].id)


@pytest.fixture
def seeds(network):
    store_seeds(6)


def text(at):
    return " ".join(m.value for m in at.markdown)


def find_often(network, least):
    return [w for w, n in zip(network.words.words, network.record.occurrences, strict=True) if n >= least]


def test_the_page_opens_with_and_without_seeds(network):
    at = calm(open_page("unsettled"))
    assert len(figures(at)) == 3 and "No seed" in at.info[0].value and "core.training saliency" in at.code[-1].value
    store_seeds(3)
    cached.get_seeds.clear()
    assert len(figures(calm(open_page("unsettled")))) == 4


def test_the_ranking_is_by_wac_among_words_that_come_often_enough(network):
    at = calm(open_page("unsettled", unleast="12"))
    table, often = at.dataframe[0].value, find_often(network, 12)
    wac = {w: network.record.wac[network.words.ids[w]] for w in often}
    assert table["word"].tolist() == sorted(often, key=lambda w: (-wac[w], network.words.ids[w]))[:200]
    assert table["wac"].iloc[0] == pytest.approx(100) and (table["occurrences"] >= 12).all()
    assert len(figures(at)[0]["data"][0]["customdata"]) > 0


def test_the_margin_ranks_by_its_own_wac(network):
    loss, margin = (calm(open_page("unsettled", unmeasure=m)).dataframe[0].value["word"].tolist()
                    for m in ("loss", "margin"))
    assert loss != margin and set(loss) == set(margin)


def test_the_page_follows_its_controls(network, seeds):
    at = calm(open_page("unsettled"))
    before = shown(at)
    at.slider(key="unleast").set_value(9).run()
    assert shown(calm(at)) != before
    for key, value in (("unmeasure", "margin"), ("mvmeasure", "margin"), ("mvfrom", "network"), ("mvn", "100"),
                       ("remeasure", "margin")):
        before = shown(at)
        at.button_group(key=key).set_value(value).run()
        assert shown(calm(at)) != before, key


def test_a_word_shows_its_course_and_its_own_sentences(network):
    at = calm(open_page("unsettled", unw="funny"))
    assert any("“funny” over the epochs" in s.value for s in at.subheader)
    sentences = [line for line in at.markdown if "right from" in line.value or "wrong at the end" in line.value]
    assert all("funny" in one.lower() for one in sentences[0].value.split("\n\n"))
    course = next(t for t in figures(at)[1]["data"] if t.get("name") == "funny")
    assert course["mode"] == "lines+markers"


def test_an_unknown_word_is_said_with_its_neighbours_and_markup_is_text(network):
    at = calm(open_page("unsettled", unw="<b>funy*"))
    assert "never comes in T1" in at.info[0].value and "<b>" not in at.info[0].value.replace("\\<b\\>", "")
    assert "funny" in calm(open_page("unsettled", unw="funy")).info[0].value


@pytest.mark.parametrize(("planted", "said"), [
    ({"doubt": 2.0, "unrest": 0.7}, "it is doubt"), ({"doubt": 2.0, "unrest": 1.5}, "some of it is left"),
    ({"doubt": 2.0, "unrest": 1.0}, "nothing certain is left"), ({"doubt": 0.8}, "not there")])
def test_the_answer_about_movement_is_chosen_by_the_intervals(network, planted, said):
    store_seeds(6, **planted)
    assert said in text(calm(open_page("unsettled")))


def test_one_seed_concludes_nothing(network):
    store_seeds(1)
    said = text(calm(open_page("unsettled")))
    assert "nothing can be concluded" in said and "one seed cannot tell" in said


def test_seeds_without_relation_are_said_to_have_none(network, seeds):
    said = text(calm(open_page("unsettled")))
    assert "not only** rarity and doubt" in said and "accident of one training" in said


def test_the_networks_own_sentences_are_counted(network):
    right = int(network.record.right.sum())
    said = text(calm(open_page("unsettled", mvfrom="network")))
    assert f"{right:,} sentences of T1 right and {len(network.record.right) - right:,} wrong" in said


def test_without_the_sentences_the_numbers_still_show(network, monkeypatch):
    def absent(name):
        raise CorpusError("absent", "fetch it")
    monkeypatch.setattr(cached, "read_labelled", absent)
    at = calm(open_page("unsettled", unw="funny"))
    assert len(figures(at)) == 3 and any("not on this machine" in i.value for i in at.info)


def test_markup_in_words_and_sentences_stays_text(scratch_cache):
    own = read_demo_reviews()
    texts = tuple(f"{t} <img src=x> **bold** $" for t in own.texts[:200])
    sentences = replace(own, name=material.DEMO, texts=texts, labels=own.labels[:200], phenomena=())
    recording.record_training(sentences, material.prepare_material(sentences, material.RANDOM),
                              recording.CNNTraining(epochs=5, n_filters=8))
    at = calm(open_page("unsettled", unw="<"))
    assert "<img" not in json.dumps(figures(at)) and "<img" not in text(at)


def test_a_damaged_network_is_named(network, scratch_cache):
    card = scratch_cache / "checkpoints" / network.card.id / "card.json"
    card.write_text("{")
    at = open_page("unsettled")
    assert not at.exception and len(at.error) == 2 and not figures(at)


@pytest.mark.parametrize("query", [{"unleast": "-1"}, {"unmeasure": "x"}, {"mvfrom": "../"}, {"cnn": "../x"},
                                   {"unw": "w" * 999}])
def test_what_the_page_does_not_offer_counts_as_absent(network, seeds, query):
    assert shown(calm(open_page("unsettled", **query))) == shown(open_page("unsettled"))


@pytest.mark.parametrize("source", ["seeds", "network"])
def test_recipes_run(network, seeds, source):
    recipes = [c.value for c in calm(open_page("unsettled", mvfrom=source)).code if "draw_" in c.value]
    assert len(recipes) == 4
    for recipe in recipes:
        exec(compile(recipe.replace(".show()", ".to_dict()"), "recipe", "exec"), {})


def test_everything_shown_is_japanese(network, seeds):
    at = calm(open_page("unsettled", "ja-JP"))
    for group in (at.header, at.subheader, at.markdown):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
