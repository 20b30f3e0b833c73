"""Learning dynamics: the scene of the closed form and recorded runs beside it."""

import json
import shutil

import pytest

from core.checkpoints.embeddings import list_runs
from tests.pages.opened import calm, figures, open_page, shown
from tests.word2vec_lab import build_lab, save_toy_concepts


@pytest.fixture
def lab(monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(build_lab()))


def find_run(**settings):
    return next(card.id for card in list_runs()[0] if settings.items() <= card.settings.items())


def test_the_scene_moves_with_the_start(lab):
    at = calm(open_page("dynamics"))
    assert len(figures(at)) == 4 and len(figures(at)[0]["frames"]) == 60
    first = figures(at)[0]["data"][0]
    at.slider(key="dyinit").set_value(-1).run()
    assert figures(calm(at))[0]["data"][0] != first and "10⁻¹" in at.markdown[0].value


def test_a_small_start_is_said_to_make_steps(lab):
    width = {}
    for exponent in (-12, -6, -1):
        sentence = calm(open_page("dynamics", dyinit=str(exponent))).markdown[0].value
        width[exponent] = int(sentence.split("concept takes ")[1].split("%")[0])
    assert 0 < width[-12] < width[-6] < width[-1]


def test_the_plane_follows_its_control(lab):
    at = calm(open_page("dynamics", dyplane="2-3"))
    layout = figures(at)[0]["layout"]
    assert "concept 2" in json.dumps(layout) and "concept 3" in json.dumps(layout)


def test_a_run_of_the_theory_is_said_to_follow_it(lab):
    at = calm(open_page("dynamics", dyrun=find_run(loss="qwem", tied=True, init_scale=1e-12)))
    text = " ".join(m.value for m in at.markdown)
    assert "share **100.0%**" in text and "concepts rose" in text
    assert any(trace.get("line", {}).get("dash") == "dot" for trace in figures(at)[1]["data"])


def test_word2vecs_own_loss_parts_from_the_prediction(lab):
    theory, own = (calm(open_page("dynamics", dyrun=find_run(loss=loss, tied=True, init_scale=1e-12)))
                   for loss in ("qwem", "sgns"))
    read = [float(next(m.value for m in at.markdown if "root mean square" in m.value).split("differ by ")[1]
                  .split("%")[0]) for at in (theory, own)]
    assert read[0] < 1.5 < read[1]


def test_an_untied_run_has_no_prediction(lab):
    at = calm(open_page("dynamics", dyrun=find_run(tied=False)))
    assert any("closed form is for tied vectors" in m.value for m in at.markdown)
    assert not any(trace.get("line", {}).get("dash") == "dot" for trace in figures(at)[1]["data"])


def test_without_runs_the_theory_stands_alone(scratch_cache):
    save_toy_concepts()
    at = calm(open_page("dynamics"))
    assert len(figures(at)) == 1 and "No training is recorded" in at.info[0].value
    assert "core.training qwem-run" in at.code[-1].value


def test_without_concepts_the_runs_still_show(lab, scratch_cache):
    shutil.copytree(build_lab(), scratch_cache)
    for folder in (scratch_cache / "checkpoints").iterdir():
        if not folder.name.startswith("qwem-run"):
            shutil.rmtree(folder)
    at = open_page("dynamics")
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == 3


def test_a_damaged_run_is_named_and_the_others_show(lab, scratch_cache):
    shutil.copytree(build_lab(), scratch_cache)
    broken = find_run(loss="sgns")
    (scratch_cache / "checkpoints" / broken / "card.json").write_text("{")
    at = open_page("dynamics")
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == 4


@pytest.mark.parametrize("query", [{"dyinit": "-99"}, {"dyinit": "nan"}, {"dyplane": "9-9"}, {"dyrun": "../x"}])
def test_what_the_page_does_not_offer_counts_as_absent(lab, query):
    assert shown(calm(open_page("dynamics", **query))) == shown(open_page("dynamics"))


def test_recipes_run(lab):
    at = calm(open_page("dynamics"))
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == 4
    for recipe in recipes:
        exec(compile(recipe.replace(".show()", ".to_dict()"), "recipe", "exec"), {})


def test_everything_shown_is_japanese(lab):
    at = calm(open_page("dynamics", "ja-JP"))
    for group in (at.header, at.markdown):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
