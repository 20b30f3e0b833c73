"""Sentence vectors: the planes, the numbers beside them, and the nearest sentences."""

import json
import re

import numpy as np
import pytest

from core.analysis.seq2seq.neighbours import find_by_states, find_by_words, index_sentences
from core.analysis.seq2seq.phrases import join_parts, measure_quadruples, record_quadruples
from core.checkpoints.seq2seq import list_seq2seqs, load_seq2seq
from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.pairs import SentencePairs
from core.corpora.phrases import GRAMMARS, PhraseGrammar, generate_quadruples
from core.ui.seq2seq import effects, neighbours
from tests.pages.opened import calm, figures, open_page, shown
from tests.seq2seq_lab import copy_pair, save_model

PLANES, EFFECTS = 2, 2


@pytest.fixture
def lab(scratch_cache):
    return copy_pair(scratch_cache)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(neighbours, "locate_corpus", lambda name: None)


def text(at):
    return " ".join(e.value for group in (at.markdown, at.caption) for e in group)


def test_the_page_opens_with_the_papers_phrases_and_says_which_words_are_unknown(lab):
    at = calm(open_page("sentence_vectors"))
    assert len(figures(at)) == PLANES + EFFECTS
    left, right = figures(at)[:2]
    assert len(left["data"][0]["text"]) == len(right["data"][0]["text"]) == 6
    assert "“mary”" in text(at) and "`<UNK>`" in text(at)
    assert all(symbol.endswith("-open") for symbol in left["data"][0]["marker"]["symbol"])


def test_part_and_layer_change_every_picture(scratch_cache):
    save_model(n_layers=2)
    at = calm(open_page("sentence_vectors"))
    before = [json.dumps(f) for f in figures(at)]
    at.button_group(key="svpart").set_value("c").run()
    second = [json.dumps(f) for f in figures(calm(at))]
    at.button_group(key="svlayer").set_value("0").run()
    third = [json.dumps(f) for f in figures(calm(at))]
    assert all(a != b != c for a, b, c in zip(before, second, third, strict=True))
    assert "c of layer 1" in text(at)
    at.button_group(key="svlayer").set_value("all").run()
    assert "(c)" in text(calm(at))


def test_phrases_of_ones_own_are_drawn_and_bad_lines_named(lab):
    at = calm(open_page("sentence_vectors", svset="own"))
    assert len(figures(at)[0]["data"][0]["text"]) == 8
    at.text_area(key="svtext").set_value("a | a man\nb | x | a woman\na |\na dog").run()
    assert not at.exception and len(at.error) == 1 and "Line 3" in at.error[0].value.replace("`", "")
    assert [t.split("</b>")[0] for t in figures(at)[0]["data"][0]["text"]] == ["<b>a man", "<b>a woman", "<b>a dog"]
    at.text_area(key="svtext").set_value("").run()
    assert "There are 0 phrases" in at.error[0].value.replace("`", "") and len(figures(at)) == EFFECTS


def test_markup_in_phrases_and_sentences_stays_text(lab):
    at = open_page("sentence_vectors", svset="own", svtext="<i>g</i> | a man <img src=x>\na dog\na **cat**",
                   svnear="a man <img src=x> **bold**")
    calm(at)
    assert "<img" not in json.dumps(figures(at)) and "<i>g" not in json.dumps(figures(at))
    assert "<img" not in text(at).replace("\\<", "")


def test_numbers_are_those_of_the_quadruples(lab):
    at = calm(open_page("sentence_vectors", svn="40", svseed="3", svdist="euclidean"))
    card = next(c for c in list_seq2seqs()[0] if c.reverse)
    checkpoint = load_seq2seq(card.id)
    drawn = generate_quadruples(40, known=checkpoint.vocabulary.source.tokens, style="captions", seed=3)
    wanted = measure_quadruples(join_parts(record_quadruples(checkpoint, drawn)), measure="euclidean")
    ratios = figures(at)[-1]["data"][0]["customdata"]
    table = at.dataframe[0].value
    assert table.iloc[0]["order / voice"] == "{:.2f} [{:.2f}, {:.2f}]".format(*wanted.order_to_voice)
    assert len(table) == 4 and ratios and table.iloc[3]["order / voice"] == "0.00 [0.00, 0.00]"
    assert drawn[0].active in text(at)


@pytest.mark.parametrize(("order", "voice", "said", "other"), [
    (1.0, 0.1, "by these numbers it holds", "does not hold"), (0.3, 1.0, "by these numbers it does not hold", "holds."),
    (0.5, 0.5, "these numbers cannot tell", "hold.")])
def test_the_verdict_follows_the_interval(lab, monkeypatch, order, voice, said, other):
    def measure(checkpoint_id, kind, draw, *, choice, measure):
        rng, n = np.random.default_rng(7), draw.n
        topic, acts, form = rng.normal(size=(n, 1, 20)), *rng.normal(size=(2, n, 1, 20))
        vectors = (topic + order * acts * np.array([0, 1, 0, 1])[None, :, None]
                   + voice * form * np.array([0, 0, 1, 1])[None, :, None])
        return measure_quadruples(vectors.reshape(4 * n, 20))
    monkeypatch.setattr(effects, "measure_effects", measure)
    found = text(calm(open_page("sentence_vectors")))
    assert f"reversed: {said}" in found and f"forward: {said}" in found


def test_one_direction_alone_is_shown_with_its_controls(scratch_cache):
    save_model()
    at = calm(open_page("sentence_vectors", svn="20"))
    assert len(at.dataframe[0].value) == 3 and "forward:" not in text(at)


def test_neighbours_are_those_of_the_index_and_shared_ones_are_marked(lab):
    sentence = "A man is holding a dog."
    at = calm(open_page("sentence_vectors", svnear=sentence, svk="5"))
    checkpoint = load_seq2seq(next(c for c in list_seq2seqs()[0] if c.reverse).id)
    index = index_sentences(checkpoint, [p.english for p in read_demo_pairs() if p.style == "caption"])
    words = checkpoint.vocabulary.split_source(sentence)
    both = (find_by_states(checkpoint, index, words, part="h", layer=0, k=5),
            find_by_words(checkpoint, index, words, k=5))
    tables = [m.value for m in at.markdown if m.value.startswith("| cosine")]
    for table, found in zip(tables, both, strict=True):
        assert [float(c) for c in re.findall(r"\| (-?\d\.\d{3}) \|", table)] == pytest.approx(found.cosines, abs=1e-3)
        assert table.replace("\\", "").count(index.texts[found.rows[0]]) == 1
    shared = len(set(both[0].rows) & set(both[1].rows))
    assert "".join(tables).count("✓") == 2 * shared and f"{shared} of 5 sentences" in text(at)


def test_a_corpus_on_the_machine_is_read_once(lab, monkeypatch):
    read = []
    texts = tuple(f"a man and {w} dogs" for w in ("two", "three", "some"))
    pairs = SentencePairs("multi30k/train", "en", "fr", texts, texts)
    monkeypatch.setattr(neighbours, "locate_corpus", lambda name: "there" if name == "multi30k" else None)
    monkeypatch.setattr(neighbours, "read_multi30k", lambda part: read.append(part) or pairs)
    at = calm(open_page("sentence_vectors", svamong="multi30k", svnear="a man"))
    assert "of the same 3 sentences" in text(at)
    at.text_input(key="svnear").set_value("two dogs").run()
    assert read == ["train"] and "a man and two dogs" in text(calm(at))


@pytest.mark.parametrize(("typed", "said"), [("", "no text"), ("qqq www", "knows none"), ("شكرا جزيلا", "knows none"),
                                             ("a " * 500, "500 tokens")])
def test_a_sentence_that_cannot_be_read_is_said_to(lab, typed, said):
    at = open_page("sentence_vectors")
    at.text_input(key="svnear").set_value(typed).run()
    assert not at.exception and said in at.error[0].value.replace("`", "")
    assert len(figures(at)) == PLANES + EFFECTS


def test_a_model_whose_words_make_no_phrases_still_shows_the_rest(scratch_cache, monkeypatch):
    monkeypatch.setitem(GRAMMARS, "captions", PhraseGrammar((), (), ()))
    save_model()
    at = open_page("sentence_vectors")
    assert not at.exception and len(figures(at)) == PLANES and "0 quadruples" in at.error[0].value.replace("`", "")
    assert "| cosine" in text(at)


def test_without_a_checkpoint_it_is_said_how_to_get_one(scratch_cache):
    at = open_page("sentence_vectors")
    assert not at.exception and "core.training seq2seq" in at.error[0].value and not figures(at)


def test_a_damaged_checkpoint_is_named_and_the_other_shows(lab):
    card = next(c for c in list_seq2seqs()[0] if not c.reverse)
    (lab / "checkpoints" / card.id / "card.json").write_text("{")
    at = open_page("sentence_vectors", svn="20")
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == PLANES + EFFECTS


@pytest.mark.parametrize("query", [{"svpart": "x"}, {"svset": "../"}, {"svn": "nan"}, {"svk": "99"},
                                   {"svamong": "multi30k"}, {"svdist": "l1"}])
def test_what_the_page_does_not_offer_counts_as_absent(lab, query):
    assert shown(calm(open_page("sentence_vectors", **query))) == shown(open_page("sentence_vectors"))


@pytest.mark.parametrize("query", [{}, {"svset": "own", "svpart": "both", "svdist": "euclidean", "svn": "40"}])
def test_recipes_draw_what_the_page_shows(lab, query):
    at = calm(open_page("sentence_vectors", **query))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == len(figures(at))
    for recipe, figure in zip(recipes, figures(at), strict=True):
        found, call = {}, recipe.strip().splitlines()[-1]
        exec(compile(recipe.replace(call, "made = " + call.removesuffix(".show()")), "recipe", "exec"), found)
        own = json.loads(found["made"].to_json())
        assert len(own["data"]) == len(figure["data"])
        for mine, theirs in zip(own["data"], figure["data"], strict=True):
            assert mine.get("x") == theirs.get("x") and mine.get("median") == theirs.get("median")


def test_everything_shown_is_japanese(lab):
    at = calm(open_page("sentence_vectors", "ja-JP"))
    for group in (at.header, at.markdown, at.caption):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
