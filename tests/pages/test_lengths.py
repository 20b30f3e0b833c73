"""Length and rarity: curves, bins that open, sentences, and translations made once."""

import json

import numpy as np
import pytest
import streamlit as st

from core.analysis.seq2seq import sources
from core.analysis.seq2seq.evaluation import find_evaluation, load_evaluation
from core.analysis.seq2seq.lengths import bin_bleu, cut_at, cut_evenly, read_property, score_sentences
from core.checkpoints.seq2seq import list_seq2seqs, load_seq2seq
from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.pairs import SentencePairs
from core.translate.beam import BeamSettings
from core.ui.seq2seq import evaluations
from tests.pages.opened import calm, figures, numbers, open_page, shown
from tests.seq2seq_lab import copy_pair, save_model

CAPTIONS = [p for p in read_demo_pairs() if p.style == "caption"]
OURS, OTHER = "demo-pairs/caption", "multi30k/test_2016_flickr"
PAIRS = SentencePairs(OTHER, "en", "fr", *zip(*((p.english, p.french) for p in CAPTIONS[:24]), strict=True))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(sources, "locate_corpus", lambda name: None)


@pytest.fixture
def lab(scratch_cache):
    return copy_pair(scratch_cache)


def have_corpus(monkeypatch):
    monkeypatch.setattr(sources, "locate_corpus", lambda name: "there")
    monkeypatch.setattr(sources, "read_multi30k", lambda part: PAIRS)


def stored(reverse=True):
    card = next(c for c in list_seq2seqs()[0] if c.reverse == reverse)
    return load_evaluation([card.id], OURS, BeamSettings(beam=1))


def text(at):
    return " ".join(e.value for group in (at.markdown, at.caption) for e in group)


def curves(at):
    return [t for t in figures(at)[0]["data"] if t["mode"] == "lines+markers"]


def table(at):
    return at.dataframe[0].value


def test_the_page_opens_with_both_directions_on_our_own_sentences(lab):
    at = calm(open_page("lengths"))
    assert [t["name"] for t in curves(at)] == ["reversed, beam 1", "forward, beam 1"]
    assert table(at)["source"].isin([p.english for p in CAPTIONS]).all()
    assert "nrefs:1" in text(at) and "longer than" in text(at)


@pytest.mark.parametrize(("query", "prop", "cut"), [
    ({}, "length", lambda v: cut_evenly(v, 6)), ({"len": "3"}, "length", lambda v: cut_evenly(v, 3)),
    ({"leby": "rank"}, "rank", lambda v: cut_evenly(v, 6)),
    ({"lebins": "own", "leatlength": "9, 20"}, "length", lambda v: cut_at(v, [9, 20]))])
def test_curves_and_sentences_are_those_of_the_bins(lab, query, prop, cut):
    at = calm(open_page("lengths", **query))
    made = [stored(), stored(False)]
    bins = cut(read_property(made[0], prop))
    wanted = bin_bleu([e.counts for e in made], bins)
    for trace, bleu in zip(curves(at), wanted.bleu, strict=True):
        assert numbers(trace["y"]).tolist() == pytest.approx(bleu.tolist(), rel=1e-4)
    rows = bins.rows(len(bins) - 1)
    assert table(at)["source"].tolist() == [CAPTIONS[i].english for i in rows]
    assert table(at)["reversed-1"].tolist() == pytest.approx(score_sentences(made[0].counts[rows]).tolist())


def test_another_bin_and_order_show_other_sentences(lab):
    at = calm(open_page("lengths", lebin="0"))
    first = table(at)["source"].tolist()
    assert first == [CAPTIONS[i].english for i in cut_evenly(read_property(stored(), "length"), 6).rows(0)]
    at.button_group(key="lebin").set_value([0, 1]).run()
    assert table(calm(at))["source"].tolist()[:len(first)] == first and len(table(at)) > len(first)
    at.button_group(key="leorder").set_value("best").run()
    means = table(calm(at))[["reversed-1", "forward-1"]].mean(axis=1)
    assert (np.diff(means) <= 1e-6).all()
    at.button_group(key="lebin").set_value([]).run()
    assert any("Choose a bin" in i.value for i in at.info)


def test_a_sentence_is_read_beside_its_reference_and_both_outputs(lab):
    at = calm(open_page("lengths", lebin="2"))
    picked = at.selectbox(key="lesent")
    s = next(i for i, p in enumerate(CAPTIONS) if p.english == table(at)["source"].tolist()[4])
    picked.set_value(s).run()
    card = next(m.value for m in calm(at).markdown if m.value.startswith("**source**"))
    for made in (stored(), stored(False)):
        written = made.write(s, load_seq2seq(made.checkpoint_ids[0]).vocabulary)
        assert written in card.replace("\\", "")
        assert f"BLEU {score_sentences(made.counts[np.array([s])])[0]:.0f}" in card
    assert CAPTIONS[s].english in card.replace("\\", "") and CAPTIONS[s].french in card.replace("\\", "")


def test_a_few_seconds_of_translating_need_no_consent_and_happen_once(lab, monkeypatch):
    monkeypatch.setattr(evaluations, "AT_ONCE", 1e9)
    at = calm(open_page("lengths", lesystems=["reversed-2", "forward-1"]))
    assert [t["name"] for t in curves(at)] == ["reversed, beam 2", "forward, beam 1"]
    card = next(c for c in list_seq2seqs()[0] if c.reverse)
    assert find_evaluation([card.id], OURS, BeamSettings(beam=2)) is not None

    def fail(*args, **more):
        raise AssertionError("translated again")
    monkeypatch.setattr(evaluations, "evaluate", fail)
    calm(open_page("lengths", lesystems=["reversed-2", "forward-1"]))


def test_longer_translating_waits_for_the_button(lab, monkeypatch):
    have_corpus(monkeypatch)
    monkeypatch.setattr(evaluations, "AT_ONCE", 0.0)
    at = calm(open_page("lengths", lesource=OTHER))
    assert not figures(at) and "24 sentences" in at.button(key="letranslate").label
    at.button(key="letranslate").click().run()
    assert len(curves(calm(at))) == 2 and table(at)["source"].isin(PAIRS.sources).all()
    assert "no sentence is longer than" in text(at)
    assert "letranslate" not in [button.key for button in calm(at.run()).button]


def test_stored_results_are_shown_without_their_corpus(lab, monkeypatch):
    with monkeypatch.context() as patch:
        have_corpus(patch)
        patch.setattr(evaluations, "AT_ONCE", 1e9)
        calm(open_page("lengths", lesource=OTHER))
    st.cache_resource.clear()
    at = calm(open_page("lengths", lesource=OTHER))
    assert "not on this machine" in at.info[0].value and len(curves(at)) == 2 and "source" not in table(at)
    assert not any(p in text(at) for p in PAIRS.targets)
    at = calm(open_page("lengths", lesource=OTHER, lesystems=["reversed-1", "forward-12"]))
    assert "Nothing is stored for: forward, beam 12" in text(at) and len(curves(at)) == 1


def test_a_cache_that_cannot_be_written_only_costs_time(lab, monkeypatch):
    def refuse(evaluation):
        raise PermissionError("read only")
    monkeypatch.setattr(evaluations, "save_evaluation", refuse)
    monkeypatch.setattr(evaluations, "AT_ONCE", 1e9)
    at = calm(open_page("lengths", lesystems="reversed-2"))
    assert [t["name"] for t in curves(at)] == ["reversed, beam 2"]


def test_few_sentences_are_said_to_be_few(lab):
    found = text(calm(open_page("lengths", len="12")))
    assert "sentences: BLEU of so few is no finding" in found
    assert "Three bins or more" in text(calm(open_page("lengths", len="2")))


@pytest.mark.parametrize("typed", ["", "x", "nan", " ".join(map(str, range(20))), "-3"])
def test_edges_that_cannot_be_used_are_said_to(lab, typed):
    at = open_page("lengths", lebins="own")
    at.text_input(key="leatlength").set_value(typed).run()
    assert not at.exception and at.error and not figures(at)


def test_no_system_at_all_is_a_choice(lab):
    at = open_page("lengths", lesystems="")
    assert any("Choose a system" in i.value for i in calm(at).info) and not figures(at)


def test_one_direction_alone_is_enough(scratch_cache, monkeypatch):
    monkeypatch.setattr(evaluations, "AT_ONCE", 1e9)
    save_model()
    at = calm(open_page("lengths"))
    assert [t["name"] for t in curves(at)] == ["reversed, beam 1"] and "less that of" not in text(at)


def test_without_a_checkpoint_it_is_said_how_to_get_one(scratch_cache):
    at = open_page("lengths")
    assert not at.exception and "core.training seq2seq" in at.error[0].value


def test_a_damaged_checkpoint_or_result_is_left_out(lab, monkeypatch):
    monkeypatch.setattr(evaluations, "AT_ONCE", 1e9)
    card = next(c for c in list_seq2seqs()[0] if not c.reverse)
    (lab / "checkpoints" / card.id / "card.json").write_text("{")
    for manifest in lab.glob("analysis/*reversed*/manifest.json"):
        manifest.write_text("{")
    at = open_page("lengths")
    assert not at.exception and len(at.error) == 1 and len(curves(at)) == 1


@pytest.mark.parametrize("query", [{"lesource": OTHER}, {"lesystems": "x"}, {"leby": "x"}, {"len": "99"},
                                   {"lebin": "77"}, {"lesent": "-1"}])
def test_what_the_page_does_not_offer_counts_as_absent(lab, query):
    assert shown(calm(open_page("lengths", **query))) == shown(open_page("lengths"))


@pytest.mark.parametrize("query", [{}, {"leby": "rank", "lebins": "own"}])
def test_recipes_draw_what_the_page_shows(lab, query):
    at = calm(open_page("lengths", **query))
    recipe = next(c.value for c in at.code if "draw_lengths" in c.value)
    found, call = {}, recipe.strip().splitlines()[-1]
    exec(compile(recipe.replace(call, "made = " + call.removesuffix(".show()")), "recipe", "exec"), found)
    own = json.loads(found["made"].to_json())
    assert [t["y"] for t in own["data"]] == [t["y"] for t in figures(at)[0]["data"]]


def test_everything_shown_is_japanese(lab):
    at = calm(open_page("lengths", "ja-JP"))
    for group in (at.header, at.caption):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
