"""What each layer keeps: stored results, read by task."""

import numpy as np
import pytest

from core.analysis.elmo.layer_study import load_layers
from tests.elmo_lab import save_model, store_studies
from tests.pages.opened import calm, figures, numbers, open_page, said, shown


@pytest.fixture
def lab(scratch_cache):
    card = save_model()
    store_studies(card.id)
    return card


def test_it_opens_with_scores_shares_and_thrift(lab):
    at = calm(open_page("layers"))
    scores, shares, efficiency = figures(at)
    assert len(scores["data"][0]["y"]) == 7 and len(shares["data"][0]["y"]) == 4 and len(efficiency["data"]) == 4
    study = load_layers(lab.id)
    drawn = dict(zip(scores["data"][0]["y"], numbers(scores["data"][0]["x"]), strict=True))
    assert drawn["layer 1"] == pytest.approx(study.score[0, 2, 0], abs=1e-5)
    assert drawn["GloVe, 50 numbers"] == pytest.approx(study.score[0, 0, 0], abs=1e-5)
    np.testing.assert_allclose(numbers(shares["data"][0]["z"]).sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("task", ["depth", "polarity", "senses-demo"])
def test_a_task_can_be_chosen_and_linked(lab, task):
    at = calm(open_page("layers"))
    before = shown(at)
    at.button_group(key="task").set_value(task).run()
    assert shown(calm(at)) != before and task in at.query_params["task"]
    linked = calm(open_page("layers", task=task, etask="polarity"))
    assert figures(linked)[0] == figures(at)[0]
    assert "most frequent sense" in figures(at)[0]["data"][0]["y"] or task != "senses-demo"


def test_the_paper_is_held_against_the_numbers(lab):
    study = load_layers(lab.id)
    text = said(calm(open_page("layers")))
    assert f"part of speech: layer 1 **{study.score[0, 2, 0]:.3f}**, layer 2 **{study.score[0, 3, 0]:.3f}**" in text
    assert "senses, ours: layer 2" in text


def test_a_model_nobody_measured_says_so(scratch_cache):
    save_model()
    at = calm(open_page("layers"))
    assert not figures(at) and "core.reproduce elmo" in said(at)


def test_no_model_is_a_message(scratch_cache):
    at = open_page("layers")
    assert not at.exception and "core.training bilm" in at.error[0].value


def test_a_damaged_model_is_named_and_the_others_stay(lab, scratch_cache):
    other = save_model(seed=1)
    (scratch_cache / "checkpoints" / other.id / "card.json").write_text("{")
    at = open_page("layers")
    assert not at.exception and other.id in at.error[0].value and figures(at)


def test_it_is_translated(lab):
    at = calm(open_page("layers", locale="ja-JP"))
    assert "各層が保つもの" in at.title[0].value and "層 1" in figures(at)[0]["data"][0]["y"]


def test_recipes_make_the_figures(lab, monkeypatch):
    at = calm(open_page("layers"))
    made = []
    monkeypatch.setattr("plotly.graph_objects.Figure.show", lambda figure: made.append(figure))
    recipes = [code.value for code in at.code if "draw_" in code.value]
    at.button_group(key="task").set_value("senses-demo").run()
    recipes += [code.value for code in at.code if "sense_study" in code.value]
    for recipe in recipes:
        exec(compile(recipe, "recipe", "exec"), {})
    assert len(made) == 4
    for page, own in ((open_page("layers"), made[0]), (at, made[-1])):
        drawn = numbers(figures(page)[0]["data"][0]["customdata"])
        np.testing.assert_allclose(own.data[0].customdata, drawn, atol=1e-6)
