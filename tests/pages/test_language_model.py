"""Both ways: typed and pasted text, its surprise in both directions, what was expected."""

import numpy as np
import pytest

from core.analysis.elmo.surprise import average_guess, score_average, score_sentence, score_text
from core.checkpoints.bilm import load_bilm
from core.corpora.senses import read_demo_senses
from core.ui.elmo.both_ways_sentence import EVERY
from core.ui.elmo.text_choice import OPENING, cut_text
from tests.elmo_lab import save_model
from tests.pages.opened import calm, figures, numbers, open_page, said, shown
from tests.pages.test_characters import run

LONG = "\n\n".join(" ".join(example.words) for example in read_demo_senses()[:9])


@pytest.fixture
def model(scratch_cache):
    return load_bilm(save_model().id)


def trace(figure, name):
    return next(t for t in figure["data"] if t.get("name") == name)


def test_it_opens_on_a_sentence_guessed_from_both_sides(model):
    at = calm(open_page("language_model"))
    words = cut_text(OPENING)[0]
    scored, (figure,) = score_sentence(model, words), figures(at)
    forward, backward = (trace(figure, n) for n in ("forward", "backward"))
    np.testing.assert_allclose(numbers(forward["y"])[1:], scored.bits[0, 1:], atol=1e-3)
    np.testing.assert_allclose(numbers(backward["y"])[:-1], scored.bits[1, :-1], atol=1e-3)
    average = average_guess(model, list(dict.fromkeys(e.words for e in read_demo_senses()[::EVERY])))
    usual = score_average(model, average, scored)
    np.testing.assert_allclose(numbers(trace(figure, "without context")["y"])[1:], usual[0, 1:], atol=1e-3)
    place = 1 + int(scored.bits[:, 1:-1].sum(0).argmax())
    assert at.selectbox(key="lmk").value == place


def test_perplexity_is_shown_both_ways_with_and_without_unknown_words(model):
    at = calm(open_page("language_model"))
    text = score_text(model, cut_text(OPENING))
    shown_values = [m.value for m in at.metric]
    assert shown_values == [f"{text.perplexity(d, unknown=u):,.1f}" for u in (True, False) for d in range(2)] + [
        f"{text.n_words}"]
    assert text.n_unknown and f"{text.n_unknown} unknown" in at.metric[-1].delta
    known = calm(open_page("language_model", lmtext=" ".join(model.words[5:9])))
    assert len(known.metric) == 3 and "none unknown" in known.metric[-1].delta


def test_a_place_shows_what_each_direction_expected_there(model):
    at = calm(open_page("language_model", lmk="3"))
    scored = score_sentence(model, cut_text(OPENING)[0])
    names = {"<S>": "beginning", "</S>": "end", "<UNK>": "UNK (rare word)"}
    for d in range(2):
        table = at.dataframe[d].value
        expected = [model.words[i] for i in scored.expected[d, 3].tolist()]
        assert table["word"].tolist()[:10] == [names.get(w, w) for w in expected]
        assert table["p"].tolist()[:10] == pytest.approx((100 * scored.expected_p[d, 3]).tolist(), rel=1e-3)
        right = table[table["there"]]
        assert len(right) == 1 and right["rank"].item() == scored.ranks[d, 3] + 1
    names = [table.proto.alt for table in at.dataframe]
    assert all(names) and len(set(names)) == len(names)  # a landmark each


@pytest.mark.parametrize(("place", "said_there"), [("0", "nothing stands before"), ("11", "nothing follows")])
def test_an_end_is_guessed_from_one_side_only(model, place, said_there):
    at = calm(open_page("language_model", lmk=place))
    assert said_there in said(at) and len(at.dataframe) == 1


def test_sentences_are_chosen_and_each_is_read_alone(model):
    at = calm(open_page("language_model", lms="2"))
    scored = score_sentence(model, cut_text(OPENING)[1])
    np.testing.assert_allclose(numbers(trace(figures(at)[0], "forward")["y"])[1:],
                               scored.bits[0, 1:], atol=1e-3)
    alone = calm(open_page("language_model", lmtext=" ".join(cut_text(OPENING)[1])))
    assert figures(alone) == figures(at)


def test_a_long_text_gets_an_overview(model):
    at = open_page("language_model", lmfrom="long")
    assert "no word" in at.error[0].value
    at.text_area(key="lmlong").set_value(LONG).run()
    overview, _ = figures(calm(at))
    text = score_text(model, cut_text(LONG))
    means = [float(np.nanmean(s.bits[0])) for s in text.sentences]
    assert numbers(trace(overview, "forward")["y"]) == pytest.approx(means, abs=1e-3)
    assert "lmlong" not in at.query_params and at.metric[-1].value == f"{text.n_words}"


def test_five_thousand_words_are_read(model):
    at = open_page("language_model", lmfrom="long")
    at.text_area(key="lmlong").set_value(" ".join(["The cat slept on the roof ."] * 715)).run()
    assert calm(at).metric[-1].value == "5,005" and len(figures(at)) == 2


def test_one_of_our_sentences_is_read_as_it_stands(model):
    at = calm(open_page("language_model", lmfrom="ours", lmrow="7"))
    words = read_demo_senses()[7].words
    assert len(numbers(trace(figures(at)[0], "forward")["y"])) == len(words) + 2
    assert len(figures(at)) == 1


@pytest.mark.parametrize("text", ["Yes", "🙂 مرحبا a*b `c` [d](e)", "<b>&amp;</b> <S> " + "x" * 300])
def test_no_text_is_too_odd(model, text):
    at = calm(open_page("language_model", lmtext=text))
    words = " ".join(next(t["text"] for t in figures(at)[0]["data"] if t.get("mode") == "text"))
    assert "<b>&" not in words and "<S>" not in words


def test_no_word_is_a_message(model):
    at = open_page("language_model")
    at.text_area(key="lmtext").set_value("  \n").run()
    assert not at.exception and "no word" in at.error[0].value and not figures(at)


def test_what_the_page_does_not_offer_counts_as_absent(model):
    query = {"lms": "99", "lmk": "-1", "lmfrom": "../x", "bilm": "elmo-small"}
    assert shown(calm(open_page("language_model", **query))) == shown(open_page("language_model"))


@pytest.mark.parametrize("query", [{"lmfrom": "ours", "lmrow": "3"}, {"lmtext": LONG, "lms": "2"}])
def test_recipes_draw_what_the_page_shows(model, query):
    at = calm(open_page("language_model", **query))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == len(figures(at))
    for recipe, figure in zip(recipes, figures(at), strict=True):
        for mine, theirs in zip(run(recipe)["data"], figure["data"], strict=True):
            assert mine.get("name") == theirs.get("name")
            assert numbers(mine["y"]) == pytest.approx(numbers(theirs["y"]), abs=1e-3, nan_ok=True)


def test_no_model_is_a_message(scratch_cache):
    at = open_page("language_model")
    assert not at.exception and "core.training bilm" in at.error[0].value


def test_a_damaged_model_is_named_and_the_other_stays(scratch_cache):
    kept, broken = save_model().id, save_model(seed=1).id
    (scratch_cache / "checkpoints" / broken / "card.json").write_text("{")
    at = open_page("language_model", bilm=kept)
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == 1


def test_everything_shown_is_japanese(model):
    for query in ({"lmk": "0"}, {"lmtext": LONG}):
        at = calm(open_page("language_model", "ja-JP", **query))
        for group in (at.header, at.markdown, at.caption):
            for element in group:
                assert any(ord(letter) > 0x3000 for letter in element.value), element.value
        assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
