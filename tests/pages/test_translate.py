"""Translate: a sentence and its translation, the tree that is clicked, and the views behind it."""

import json
import re
from types import SimpleNamespace

import pytest
import streamlit as st
import torch

from core.checkpoints.card import PairsCard
from core.checkpoints.seq2seq import load_seq2seq, save_seq2seq
from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.pairs import MULTI30K, SentencePairs
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokens.pairs import build_pair_vocabulary
from core.translate.beam import BeamSettings
from core.translate.bleu import bleu_signature
from core.translate.translator import Translator, read_source
from core.ui.seq2seq import translate_steps
from core.ui.seq2seq.translate_choice import OPENING
from tests.pages.opened import calm, figures, numbers, open_page, shown

PAIRS = read_demo_pairs()
VIEWS = ("steps", "nbest", "cells", "directions", "swap", "rescore")
TEXT = OPENING["caption"]


def save(seed: int, *, reverse: bool = True, n_pairs: int = 320, n_layers: int = 1) -> str:
    """An encoder–decoder with random weights that is sure of itself; its id."""
    own = PAIRS[:n_pairs]
    pairs = SentencePairs(MULTI30K, "en", "fr", tuple(p.english for p in own), tuple(p.french for p in own))
    vocabulary = build_pair_vocabulary(pairs, source_size=1600, target_size=400, min_count=1)
    torch.manual_seed(seed)
    model = Seq2Seq(Seq2SeqConfig(len(vocabulary.source), len(vocabulary.target), 8, 8, n_layers, dropout=0.0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    card = PairsCard(name=MULTI30K, licence="ours", sha256="", source_language="en", target_language="fr",
                     n_pairs={"train": len(own)})
    return save_seq2seq(model, vocabulary, card_fields={
        "corpus": card, "reverse": reverse, "lower_source": True, "epochs": 1, "seconds": 1.0, "history": [],
        "perplexity": {"validation": 9.0, "test": 9.0 + reverse}, "versions": {},
        "training": {"seed": seed, "reverse": reverse, "n_layers": n_layers, "n": n_pairs}}).id


@pytest.fixture
def models(scratch_cache):
    return SimpleNamespace(reversed=save(0), forward=save(0, reverse=False))


def text(at):
    return " ".join(e.value for group in (at.markdown, at.caption) for e in group)


def bold(at):
    """The translations, as they are shown."""
    return [re.sub(r":orange\[(.*?)\](?=\S| |$)", r"\1", m.value[3:]).replace("\\", "") for m in at.markdown
            if m.value.startswith("## ")]


def translate(ids, sentence=TEXT, **settings):
    translator = Translator([load_seq2seq(i) for i in ids])
    prefix = settings.pop("prefix", ())
    result = translator.translate(read_source(sentence, translator.vocabulary).words,
                                  BeamSettings(**({"beam": 12, "n_best": 5} | settings)),
                                  prefix=translator.vocabulary.target.encode(prefix).tolist())
    return translator, result


def words(translator, ids):
    return [translator.vocabulary.target.tokens[i] for i in ids]


def test_the_first_view_answers_at_once(models):
    at = calm(open_page("translate"))
    translator, result = translate([models.reversed])
    assert bold(at) == [translator.write(result.best)] and TEXT in text(at).replace("\\", "")
    assert f"log p {result.best.score:.2f}".replace("-", "−") in text(at)
    assert len(figures(at)) == 2
    reference = next(p.french for p in PAIRS if p.english == TEXT)
    said = text(at).replace("\\", "")
    assert reference in said and bleu_signature() in said


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_from_a_link_and_has_a_guide(models, view):
    at = calm(open_page("translate", trview=view))
    assert at.segmented_control(key="trview").value == view and "What to look for" in text(at)
    assert len(figures(at)) == {"steps": 2, "cells": 1, "directions": 1, "swap": 1}.get(view, 0)
    assert len(at.dataframe) == (view in ("nbest", "rescore"))


@pytest.mark.parametrize(("query", "settings"), [
    ({"trbeam": "1"}, {"beam": 1, "n_best": 1}), ({"trbeam": "50", "trn": "9"}, {"beam": 50, "n_best": 9}),
    ({"trpen": "1"}, {"length_penalty": 1.0}), ({"trunk": "0"}, {"allow_unknown": False})])
def test_the_search_is_set_by_its_controls(models, query, settings):
    at = calm(open_page("translate", trview="nbest", **query))
    translator, result = translate([models.reversed], **settings)
    rows = at.dataframe[0].value
    assert rows["translation"].tolist() == [translator.write(h) for h in result.hypotheses]
    assert rows["log_p"].tolist() == pytest.approx([h.score for h in result.hypotheses])
    assert rows["tokens"].tolist() == [len(h.log_p) for h in result.hypotheses]


def test_an_ensemble_averages_and_says_so(models):
    second = save(1)
    at = calm(open_page("translate", translator=models.reversed, trwith=second))
    translator, result = translate([models.reversed, second])
    assert bold(at) == [translator.write(result.best)] and "ensemble of 2" in text(at)


def test_a_checkpoint_with_other_words_is_refused_and_the_first_still_translates(models):
    stranger = save(2, n_pairs=40)
    at = open_page("translate", translator=models.reversed, trwith=stranger)
    assert not at.exception and "do not have the same words" in at.error[0].value
    assert bold(at) == bold(calm(open_page("translate", translator=models.reversed))) and len(figures(at)) == 2


def test_fixed_words_begin_the_translation_which_stands_beside_the_free_one(models):
    free, fixed = translate([models.reversed])[1], ("Un", "chat")
    translator, result = translate([models.reversed], prefix=fixed)
    at = calm(open_page_with(fixed))
    assert bold(at) == [translator.write(free.best), translator.write(result.best)]
    assert words(translator, result.best.ids)[:2] == ["Un", "chat"]
    assert f"{result.best.score - free.best.score:+.2f}".replace("-", "−") in text(at)
    at.button(key="trundo").click().run()
    assert bold(calm(at)) == [translator.write(free.best)] and "trp" not in at.query_params


def fixed_words(at):
    words = at.query_params["trp"]
    return words if isinstance(words, list) else [words]


def open_page_with(fixed, **query):
    """A link with fixed words, one value a word."""
    from streamlit.testing.v1 import AppTest

    from core.ui.registry import find_page
    at = AppTest.from_file(str(find_page("translate").path), default_timeout=90)
    at.query_params["trp"] = list(fixed)
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


@pytest.mark.parametrize("fixed", [("<ED>",), ("Un", "nothing-of-the-kind\x00")])
def test_words_that_cannot_be_fixed_count_as_absent(models, fixed):
    assert shown(calm(open_page_with(fixed))) == shown(open_page("translate"))


def test_another_sentence_drops_the_fixed_words(models):
    at = calm(open_page_with(("Un", "chat")))
    at.segmented_control(key="trfrom").set_value("own").run()
    assert "trp" not in at.query_params and len(bold(calm(at))) == 1


def click(monkeypatch, key, data):
    """The next run of a page sees a click on a marker with these data."""
    monkeypatch.setattr(translate_steps, "read_click", lambda figure: data if figure == key else None)


def test_a_click_in_the_tree_fixes_the_words_up_to_there(models, monkeypatch):
    translator, result = translate([models.reversed])
    leaf = int(result.hypotheses[1].leaf)
    node = result.tree.path(leaf)[2]
    tokens = translator.vocabulary.target.tokens
    click(monkeypatch, "tr-tree", [node])
    st.session_state.clear()
    translate_steps._open_node(result, tokens)
    assert st.session_state["trp"] == tuple(tokens[result.tree.token[n]] for n in result.tree.path(leaf)[:3])
    click(monkeypatch, "tr-tree", [leaf])
    translate_steps._open_node(result, tokens)
    assert st.session_state["trp"] == tuple(words(translator, result.hypotheses[1].ids))
    st.session_state.clear()


def test_menus_do_what_a_click_does(models):
    at = calm(open_page("translate"))
    at.selectbox(key="trstep").set_value(1).run()
    at.selectbox(key="trword").set_value(2).run()
    said = at.selectbox(key="trword").options[2].split(" (")[0]
    at.button(key="trgo").click().run()
    translator, result = translate([models.reversed])
    first = words(translator, result.best.ids)[0]
    assert fixed_words(at) == [first, "<UNK>" if said == "UNK" else said]
    assert len(bold(calm(at))) == 2


def test_a_typed_word_is_taken_in_the_case_it_is_known_in_and_others_are_refused(models):
    at = calm(open_page("translate", trword="-1", trother="CHAT"))
    at.button(key="trgo").click().run()
    assert fixed_words(at) == ["chat"]
    at = calm(open_page("translate", trword="-1", trother="zzzz`"))
    assert "none of the" in at.warning[0].value and at.button(key="trgo").disabled


def test_the_number_of_words_and_branches_is_what_is_drawn(models):
    at = calm(open_page("translate", trk="3", trbranches="2", trnum="none"))
    steps, tree = figures(at)
    cells = numbers(steps["data"][1]["customdata"]).tolist()
    assert all(3 <= sum(s == step for s, _ in cells) <= 4 for step, _ in cells)
    x, y = (numbers(tree["data"][0][axis]).tolist() for axis in "xy")
    ends = set(zip(x, y, strict=True))
    assert ends and "branches that were farther behind" in text(at)


def test_directions_judge_three_translations_by_two_models(models):
    at = calm(open_page("translate", trview="directions"))
    figure = figures(at)[0]
    assert len(figure["data"]) == 6
    assert [data["name"] for data in figure["data"]] == ["reversed", "forward"] * 3
    translators = [translate([i]) for i in (models.reversed, models.forward)]
    for bars, (_, result) in zip((figure["data"][0], figure["data"][3]), translators, strict=True):
        log_p = result.best.log_p  # of the end too, where there is one
        assert numbers(bars["y"]).tolist()[:len(log_p)] == pytest.approx([-p for p in log_p], abs=1e-3)


def test_without_a_sibling_it_is_said(scratch_cache):
    save(0)
    at = calm(open_page("translate", trview="directions"))
    assert "other direction" in at.info[0].value


def test_a_swap_shows_both_translations_and_crossed_scores(models):
    at = calm(open_page("translate", trview="swap", trplace="2", trnear="…", trinstead="dog qwertz"))
    translator, before = translate([models.reversed])
    source = list(read_source(TEXT, translator.vocabulary).words)
    after = translator.translate([*source[:2], "dog", "qwertz", *source[3:]], BeamSettings(beam=12, n_best=5))
    said = text(at).replace("\\", "")
    assert translator.write(before.best) in said and translator.write(after.best) in said
    assert "read as UNK: qwertz" in said
    assert at.table[0].value.iloc[1, 1] == f"{after.best.score:.2f}".replace("-", "−")
    nearest = calm(open_page("translate", trview="swap", trplace="2")).selectbox(key="trnear")
    assert len(nearest.options) == 13 and nearest.options[-1] == "another word …"


def test_a_pasted_list_is_put_in_the_models_order(models):
    lines = ["Un chat noir.", "Un chien dort.", "<b>rien</b> | de tel"]
    at = calm(open_page("translate", trview="rescore", trlist="\n".join(lines)))
    rows = at.dataframe[0].value
    assert sorted(rows["translation"]) == sorted(lines) and rows["log_p"].is_monotonic_decreasing
    at.text_area(key="trlist").set_value("\n".join(f"{-100 * k}\t{line}" for k, line in enumerate(lines))).run()
    rows = calm(at).dataframe[0].value
    assert rows["combined"].tolist() == pytest.approx(((rows["log_p"] + rows["score"]) / 2).tolist())
    at.text_area(key="trlist").set_value("-1\tUn chat.\nUn chien.").run()
    assert "has no score" in at.error[0].value and len(bold(at)) == 1


def test_cells_are_drawn_by_layer_and_by_hand(scratch_cache):
    save(0, n_layers=2)
    at = calm(open_page("translate", trview="cells", trlayer="1", trrank="hand", trcells="5"))
    assert [d["name"] for d in figures(at)[0]["data"]] == ["cell 5"] * 2


@pytest.mark.parametrize(("typed", "said"), [
    ("", "no text"), ("word " * 500, "500 tokens"), ("qwertz zzzzz", "knows none"), ("犬が走る", "knows none"),
    ("مرحبا بالعالم", "knows none")])
def test_what_cannot_be_translated_is_said(models, typed, said):
    at = open_page("translate", trfrom="own", trtext=typed)
    assert not at.exception and said in at.error[0].value.replace("`", "") and not figures(at)


def test_markup_in_a_typed_sentence_stays_text_and_unknown_words_are_marked(models):
    at = calm(open_page("translate", trfrom="own", trtext="A <img src=x> cat $x$ **and** :smile: a dog"))
    assert "<img" not in json.dumps(figures(at)) and ":orange-background[\\<]" in text(at)
    assert "img" in text(at).split("read as UNK:")[1]


def test_a_sentence_of_ours_that_is_typed_has_its_reference(models):
    assert "BLEU of this one sentence" in text(calm(open_page("translate", trfrom="own", trtext=TEXT)))
    assert "BLEU" not in text(calm(open_page("translate", trfrom="own", trtext="A cat.")))


def test_sentences_are_grouped_by_style_and_length(models):
    at = calm(open_page("translate", trfrom="everyday", trlen="6"))
    offered = at.selectbox(key="trrow").options
    every = [p.english for p in PAIRS if p.style == "everyday"]
    assert offered == [e for e in every if len(e.split()) <= 6] and 0 < len(offered) < len(every)


@pytest.mark.parametrize("query", [{"trrow": "99999", "trbeam": "3", "trview": "../x", "trn": "nan"},
                                   {"trwith": "../x", "trpen": "7", "trstep": "900", "trlen": "-1"}])
def test_what_the_page_does_not_offer_counts_as_absent(models, query):
    assert shown(calm(open_page("translate", **query))) == shown(open_page("translate"))


def test_a_damaged_checkpoint_is_named_and_the_others_translate(models, scratch_cache):
    broken = scratch_cache / "checkpoints" / "seq2seq-multi30k-reversed-00000000"
    broken.mkdir()
    (broken / "card.json").write_text("{")
    at = open_page("translate")
    assert not at.exception and at.error and len(figures(at)) == 2


def test_without_a_checkpoint_it_is_said_how_to_get_one(scratch_cache):
    at = open_page("translate")
    assert not at.exception and "core.training seq2seq" in at.error[0].value


@pytest.mark.parametrize("query", [{}, {"trview": "cells"}, {"trview": "directions"}, {"trview": "swap"},
                                   {"trfrom": "own", "trtext": "A cat isn't \"black\" \\ here", "trk": "2"}])
def test_recipes_draw_what_the_page_shows(models, query):
    at = calm(open_page_with(("Un", "chat"), **query))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == len(figures(at)) > 0
    for recipe, figure in zip(recipes, figures(at), strict=True):
        found = {}
        call = recipe.strip().splitlines()[-1]
        exec(compile(recipe.replace(call, "made = " + call.removesuffix(".show()")), "recipe", "exec"), found)
        for mine, theirs in zip(json.loads(found["made"].to_json())["data"], figure["data"], strict=True):
            drawn, again = (numbers(trace["y"]).tolist() for trace in (theirs, mine))
            assert again == pytest.approx(drawn, nan_ok=True, rel=1e-3, abs=1e-3)
            assert mine.get("text") == theirs.get("text") and mine.get("name") == theirs.get("name")


def test_everything_shown_is_japanese(models):
    for view in VIEWS:
        at = calm(open_page("translate", "ja-JP", trview=view))
        french = {*(m.value for m in at.markdown if re.fullmatch(r"## .*|\*\*[^*]*\*\*", m.value)), TEXT}
        said = [e.value for group in (at.markdown, at.caption) for e in group if e.value not in french]
        for value in said:
            assert any(ord(letter) > 0x3000 for letter in value) or value.startswith(("log p", "BLEU:")), value
        assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
