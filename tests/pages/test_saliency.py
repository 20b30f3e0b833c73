"""A sentence learns: the scene of one sentence, its curves, and a wrong one beside a right one."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from core.analysis.saliency.course import follow_sentence, standardise
from core.analysis.saliency.material import POLARITY, RANDOM, prepare_material
from core.analysis.saliency.recording import record_training
from core.checkpoints.cnn import list_cnns, load_cnn
from core.corpora.labelled import read_demo_reviews
from core.errors import CorpusError
from core.training.cnn import CNNTraining
from core.ui.saliency import cached
from core.ui.saliency.readings import choose_pair, get_reading
from core.ui.saliency.sentence_pair import measure_movement
from tests.pages.opened import calm, figures, numbers, open_page, shown
from tests.saliency_lab import copy_network

DEMO = read_demo_reviews()


@pytest.fixture
def network(scratch_cache):
    copy_network(scratch_cache)
    return load_cnn(list_cnns()[0][0].id)


def train_stranger(monkeypatch):
    """A network whose sentences are not on this machine, and these sentences."""
    sentences = replace(DEMO, name=POLARITY, texts=DEMO.texts[:160], labels=DEMO.labels[:160], phenomena=())
    card = record_training(sentences, prepare_material(sentences, RANDOM), CNNTraining(epochs=5, n_filters=6))

    def read(name):
        raise CorpusError("absent", "fetch it")
    monkeypatch.setattr(cached, "read_labelled", read)
    return card, sentences


@pytest.fixture
def stranger(scratch_cache, monkeypatch):
    return train_stranger(monkeypatch)


def text(at):
    return " ".join(m.value for m in at.markdown)


def shades(figure):
    """Shades of every frame, epochs × words."""
    return [frame["data"][0]["marker"]["color"] for frame in figure["frames"]]


def test_a_link_opens_a_sentence_with_every_epoch(network):
    at = calm(open_page("saliency", sarow="7"))
    found = figures(at)
    assert len(found) == 4 and len(found[0]["frames"]) == len(network.card.epochs) == 13
    course = follow_sentence(network, DEMO.texts[7])
    for k, values in enumerate(shades(found[0])):
        assert values == pytest.approx(course.saliency[:, k].tolist(), abs=1e-5)
    assert DEMO.texts[7] in at.selectbox(key="sarow").options


@pytest.mark.parametrize(("values", "method"), [("doubt", "predicted"), ("standard", "predicted"), ("raw", "gold"),
                                                ("doubt", "gold"), ("raw", "input"), ("raw", "integrated")])
def test_method_and_values_are_what_shades_the_words(network, values, method):
    label = int(DEMO.labels[7])
    course = follow_sentence(network, DEMO.texts[7], method=method, label=label)
    said = course.probabilities[:, label] if method == "gold" else course.probabilities.max(1)
    wanted = {"raw": course.saliency, "standard": standardise(course.saliency),
              "doubt": course.saliency / (1 - said)}[values]
    scene = figures(calm(open_page("saliency", sarow="7", samethod=method, savalues=values)))[0]
    for k, own in enumerate(shades(scene)):
        assert own == pytest.approx(wanted[:, k].tolist(), rel=1e-3, abs=1e-4)
    bar = next(t for t in scene["data"] if t["type"] == "bar")
    assert (bar["marker"]["cmin"] < 0) == (method in ("input", "integrated") or values == "standard")


def test_division_by_doubt_is_offered_only_where_it_means_the_margin(network):
    at = calm(open_page("saliency", samethod="integrated", savalues="doubt"))
    values = at.segmented_control(key="savalues")
    assert values.value == "raw" and len(values.options) == 2


def test_the_filters_leave_the_sentences_they_name(network):
    at = calm(open_page("saliency", sashows="negation"))
    offered = at.selectbox(key="sarow").options
    assert len(offered) == DEMO.phenomena.count("negation")
    right, wrong = (calm(open_page("saliency", saend=end)).selectbox(key="sarow").options for end in ("right", "wrong"))
    assert len(right) + len(wrong) == len(DEMO) and not set(right) & set(wrong)
    said = text(open_page("saliency", saend="wrong"))
    assert "which is wrong" in said.split("The prediction")[0]


def test_a_typed_sentence_is_read_and_its_label_opens_the_right_labels_gradient(network):
    at = calm(open_page("saliency", safrom="own", satext="a funny qwertz film"))
    assert "Unknown to it: qwertz" in text(at) and len(at.segmented_control(key="samethod").options) == 3
    at.selectbox(key="salabel").set_value(0).run()
    assert len(calm(at).segmented_control(key="samethod").options) == 4
    assert re.search(r"which is (right|wrong)", text(at))


@pytest.mark.parametrize(("typed", "said"), [("", "no word"), ("word " * 500, "500 words")])
def test_what_cannot_be_read_is_said_and_the_pair_still_shows(network, typed, said):
    at = open_page("saliency", safrom="own", satext=typed)
    assert not at.exception and said in at.error[0].value.replace("`", "") and len(figures(at)) == 2


def test_markup_in_a_typed_sentence_stays_text(network):
    at = calm(open_page("saliency", safrom="own", satext="<img src=x> **bold** $x$ &lt;"))
    assert "<img" not in json.dumps(figures(at)) and "<" not in text(at).replace("\\<", "")
    assert "&lt;" in json.dumps(figures(at))


def test_the_pair_is_one_wrong_and_one_right_and_both_can_be_chosen(network):
    at = calm(open_page("saliency"))
    wrong, right = at.selectbox(key="sbwrong"), at.selectbox(key="sbright")
    assert not set(wrong.options) & set(right.options)
    lines = [m.value for m in at.markdown if m.value.startswith("Read as")]
    said, meant = zip(*(re.search(r"Read as \*\*(\w+)\*\*, .*; it is (\w+)", line).groups() for line in lines),
                      strict=True)
    assert said[0] != meant[0] and said[1] == meant[1] and all("Not learned from" in line for line in lines)
    before = figures(at)[2]["data"]
    order = [DEMO.texts.index(option) for option in wrong.options[:3]]
    at.selectbox(key="sbwrong").set_value(next(row for row in order if row != wrong.value)).run()
    assert figures(calm(at))[2]["data"] != before
    spans = [figure["layout"]["yaxis"]["range"] for figure in figures(at)[2:]]
    assert spans[0] == spans[1]


def test_the_pair_opens_with_the_extremes_of_what_was_kept_back(network):
    reading = get_reading(network.card.id, "demo-reviews")
    wrong, right = choose_pair(reading)
    short = (reading.encoded.lengths >= 6) & (reading.encoded.lengths <= 14) & ~reading.learned
    assert not reading.right[wrong] and reading.right[right] and short[wrong] and short[right]
    assert reading.unsettled[wrong] == reading.unsettled[short & ~reading.right].max()
    assert reading.unsettled[right] == reading.unsettled[short & reading.right].min()
    assert sorted(np.flatnonzero(reading.learned)) == sorted(network.record.rows)
    assert choose_pair(replace(reading, labels=None)) == (None, None)


def test_late_movement_is_a_share_of_all_movement():
    even = np.arange(51.0)[None]
    assert measure_movement(even) == pytest.approx(10 / 50)
    late, early = np.zeros((2, 51)), np.zeros((2, 51))
    late[:, -1], early[0, :5] = 1, 1
    assert measure_movement(late) == 1 and measure_movement(early) == 0 == measure_movement(np.ones((3, 51)))


def test_a_network_whose_sentences_are_elsewhere_reads_ours(stranger):
    card, _ = stranger
    at = calm(open_page("saliency", cnn=card.id))
    assert "not on this machine" in at.info[0].value and len(figures(at)) == 4
    assert "never learned from this sentence" in text(at)


def test_its_own_sentences_are_offered_where_they_are(stranger, monkeypatch):
    card, sentences = stranger
    monkeypatch.setattr(cached, "read_labelled", lambda name: sentences)
    at = calm(open_page("saliency", cnn=card.id, safrom="corpus", saend="right"))
    assert not at.info and len(at.selectbox(key="sarow").options) <= len(sentences)
    assert "learned from this sentence" in text(at)


def test_without_a_network_it_is_said_how_to_get_one(scratch_cache):
    at = open_page("saliency")
    assert not at.exception and "core.training cnn" in at.error[0].value and not figures(at)


def test_a_damaged_network_is_named_and_the_others_show(network, scratch_cache):
    copied = scratch_cache / "checkpoints" / "cnn-demo-reviews-00000000"
    copied.mkdir()
    (copied / "card.json").write_text("{")
    at = open_page("saliency")
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == 4


@pytest.mark.parametrize("query", [{"sarow": "99999"}, {"samethod": "x"}, {"safrom": "corpus"}, {"sashows": "../x"},
                                   {"sbwrong": "nan"}, {"cnn": "../x"}])
def test_what_the_page_does_not_offer_counts_as_absent(network, query):
    assert shown(calm(open_page("saliency", **query))) == shown(open_page("saliency"))


@pytest.mark.parametrize("query", [{}, {"savalues": "doubt", "samethod": "gold", "sbvalues": "raw"},
                                   {"safrom": "own", "satext": "it's \"good\" \\ fun"}])
def test_recipes_draw_what_the_page_shows(network, query):
    at = calm(open_page("saliency", **query))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == 4
    for recipe, figure in zip(recipes, figures(at), strict=True):
        found = {}
        call = recipe.strip().splitlines()[-1]
        exec(compile(recipe.replace(call, "made = " + call.removesuffix(".show()")), "recipe", "exec"), found)
        own = json.loads(found["made"].to_json())
        for mine, theirs in zip(own["data"], figure["data"], strict=True):
            assert numbers(mine["y"]).tolist() == pytest.approx(numbers(theirs["y"]).tolist(), rel=1e-4, abs=1e-5)
            assert mine.get("text") == theirs.get("text") or "epoch" in mine["text"][0]
        if "frames" in figure:
            assert np.array(shades(own)) == pytest.approx(np.array(shades(figure)), rel=1e-4, abs=1e-5)


def test_everything_shown_is_japanese(network):
    at = calm(open_page("saliency", "ja-JP"))
    for group in (at.header, at.markdown, at.caption):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
