"""Filters: their ranking, one filter's word sequences, and where they fire in a sentence."""

import json

import numpy as np
import pytest

from core.analysis.saliency.filters import find_answers, list_ngrams, rank_filters
from core.checkpoints.cnn import list_cnns, load_cnn
from core.corpora.labelled import read_demo_reviews
from core.tokens.labelled import encode_texts, split_words
from tests.pages.opened import figures, numbers, open_page, shown
from tests.pages.test_saliency import calm, text, train_stranger
from tests.saliency_lab import copy_network

DEMO = read_demo_reviews()


@pytest.fixture
def network(scratch_cache):
    copy_network(scratch_cache)
    return load_cnn(list_cnns()[0][0].id)


def read_demo(network):
    texts = encode_texts([split_words(t) for t in DEMO.texts], DEMO.labels, network.words)
    return texts, find_answers(network.model, texts)


def test_filters_are_ranked_by_how_far_they_move_the_decision(network):
    _texts, found = read_demo(network)
    at = calm(open_page("filters"))
    assert len(figures(at)) == 4 and at.selectbox(key="ffilter").value == int(rank_filters(found)[0])
    bars = [(y, x) for t in figures(at)[0]["data"] for x, y in zip(np.atleast_1d(numbers(t["x"])), numbers(t["y"]),
                                                                   strict=True)]
    lengths = [x for _, x in sorted(bars, reverse=True)]
    assert lengths == sorted(lengths, reverse=True) and len(lengths) == 12
    assert lengths[0] == pytest.approx(float((found.values.mean(0) * np.ptp(found.effects, axis=1)).max()), rel=1e-4)


def test_the_sequences_are_those_the_filter_answers_to(network):
    texts, found = read_demo(network)
    at = calm(open_page("filters", ffilter="3"))
    grams = list_ngrams(found, texts, network.words.words, 3, n=12)
    assert figures(at)[1]["layout"]["yaxis"]["ticktext"] == [" ".join(g.words) for g in grams]
    assert numbers(figures(at)[1]["data"][0]["x"]).tolist() == pytest.approx([g.value for g in grams], rel=1e-5)


def test_sentences_come_on_demand_with_their_sequence_in_bold(network):
    texts, found = read_demo(network)
    best = list_ngrams(found, texts, network.words.words, 3, n=1)[0]
    assert "**" + " ".join(best.words) + "**" not in text(open_page("filters", ffilter="3")).replace("\\", "")
    said = text(calm(open_page("filters", ffilter="3", fshow="1"))).replace("\\", "")
    assert f"**{' '.join(best.words)}**" in said
    assert f"({DEMO.label_names[DEMO.labels[best.sentence]]})" in said


def test_what_is_said_of_both_labels_is_the_share_that_answers(network):
    _texts, found = read_demo(network)
    said = text(open_page("filters", ffilter="5"))
    for label, name in enumerate(DEMO.label_names):
        own = found.values[DEMO.labels == label, 5]
        assert f"{(own > 0).mean():.0%} of the {name} sentences (mean {own.mean():.2f})" in said


def test_before_training_the_filters_are_the_drawn_ones(network):
    texts, _ = read_demo(network)
    drawn = find_answers(network.models[0], texts)
    at = calm(open_page("filters", fwhen="before", ffilter="2"))
    grams = list_ngrams(drawn, texts, network.words.words, 2, n=12)
    assert figures(at)[1]["layout"]["yaxis"]["ticktext"] == [" ".join(g.words) for g in grams]


def test_a_typed_sentence_shows_where_filters_fire(network):
    at = calm(open_page("filters", fwfrom="own", fwtext="a dull <b>film"))
    heat = figures(at)[-1]["data"][0]
    assert [x.rstrip("\u200b") for x in heat["x"]] == ["a", "dull", "&lt;", "b", ">", "film", "·", "·"]
    assert "Read as **" in text(at)


def test_nothing_to_read_is_said_and_the_filters_stay(network):
    at = open_page("filters", fwfrom="own", fwtext=" ")
    assert not at.exception and "no word" in at.error[0].value and len(figures(at)) == 3


def test_a_network_whose_sentences_are_elsewhere_reads_ours(scratch_cache, monkeypatch):
    card, _ = train_stranger(monkeypatch)
    at = calm(open_page("filters", cnn=card.id))
    assert "not on this machine" in at.info[0].value and len(figures(at)) == 4


def test_without_a_network_it_is_said_how_to_get_one(scratch_cache):
    at = open_page("filters")
    assert not at.exception and "core.training cnn" in at.error[0].value and not figures(at)


@pytest.mark.parametrize("query", [{"ffilter": "999"}, {"fwhen": "x"}, {"fsource": "corpus"}, {"fshow": "2"}])
def test_what_the_page_does_not_offer_counts_as_absent(network, query):
    assert shown(calm(open_page("filters", **query))) == shown(open_page("filters"))


def test_recipes_draw_what_the_page_shows(network):
    at = calm(open_page("filters", fwhen="before", ffilter="4"))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == 4
    for recipe, figure in zip(recipes, figures(at), strict=True):
        found, call = {}, recipe.strip().splitlines()[-1]
        exec(compile(recipe.replace(call, "made = " + call.removesuffix(".show()")), "recipe", "exec"), found)
        own = json.loads(found["made"].to_json())
        for mine, theirs in zip(own["data"], figure["data"], strict=True):
            assert mine["type"] == theirs["type"]
            assert numbers(mine["x"]).tolist() == (numbers(theirs["x"]).tolist() if mine["type"] != "bar" else
                                       pytest.approx(numbers(theirs["x"]).tolist(), rel=1e-4))


def test_everything_shown_is_japanese(network):
    at = calm(open_page("filters", "ja-JP"))
    for group in (at.header, at.markdown):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
