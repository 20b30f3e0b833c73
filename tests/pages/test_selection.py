"""Does it pay: what is said follows the intervals, whichever way they fall."""

import shutil
from dataclasses import replace

import pytest

from core.analysis.results import save_result
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds, name_seed
from tests.pages.opened import calm, figures, open_page, shown
from tests.saliency_lab import copy_network
from tests.saliency_seeds import make_seed, store_seeds


def text(at):
    return " ".join(m.value for m in at.markdown)


def store_as_demo(n):
    """Seeds that claim the demo's corpus, so that the demo network is theirs."""
    for seed in range(n):
        save_result(name_seed(ExperimentSettings(), seed), replace(make_seed(seed), corpus="demo-reviews"), parents={})


def test_without_seeds_the_page_says_how_to_run_them(scratch_cache):
    at = calm(open_page("selection"))
    assert "No seed" in at.info[0].value and not figures(at)
    assert at.code[0].value == "python -m core.training saliency --seeds 20"


@pytest.mark.parametrize("n", [1, 2, 20])
def test_any_number_of_seeds_is_shown(scratch_cache, n):
    store_seeds(n)
    at = calm(open_page("selection"))
    assert len(figures(at)) == 3 and f"**{n}** of 20 seeds" in at.markdown[0].value
    assert bool(at.caption[1:2]) and ("The others can be run" in " ".join(c.value for c in at.caption)) == (n < 20)
    dots = next(t for t in figures(at)[0]["data"] if t["name"] == "each seed")
    assert "x" in dots


@pytest.mark.parametrize(("effect", "said"), [
    (0.03, "Yes, over these seeds"), (-0.03, "the other way round"), (0.0, "Not that these seeds show")])
def test_the_verdict_is_the_intervals(scratch_cache, effect, said):
    store_seeds(8, effect=effect)
    at = calm(open_page("selection"))
    others = {"Yes, over these seeds", "the other way round", "Not that these seeds show"} - {said}
    assert said in text(at) and not any(other in text(at) for other in others)
    if effect:
        points = text(at).split("settled half: ")[1].split(" ")[0].replace("−", "-")
        assert float(points) == pytest.approx(100 * effect, abs=0.5)


def test_rivals_better_and_worse_than_random_are_named(scratch_cache):
    for seed in range(6):
        one = make_seed(seed)
        one.accuracy[one.models.index("T1&T2unsure")] += 0.03
        one.accuracy[one.models.index("T1&T2loss")] -= 0.03
        save_result(name_seed(ExperimentSettings(), seed), one, parents={})
    said = text(calm(open_page("selection")))
    assert "better than random: T1 + least confident" in said and "worse than random: T1 + highest loss." in said


def test_one_seed_concludes_nothing(scratch_cache):
    store_seeds(1, effect=0.3)
    said = text(calm(open_page("selection")))
    assert "Nothing can be concluded from one run" in said and "one seed cannot tell" in said


def test_the_sampling_error_of_one_run_is_the_binomial_one(scratch_cache):
    store_seeds(4)
    assert "standard error of 1.3 points" in text(calm(open_page("selection")))  # sqrt(0.74 · 0.26 / 1067)


@pytest.mark.parametrize(("settling", "said"), [
    (-0.4, "By both measures the words settle"), (0.4, "Neither measure supports"), (0.0, "Neither measure supports")])
def test_whether_words_settle_is_said_by_the_numbers(scratch_cache, settling, said):
    store_seeds(8, settling=settling)
    assert said in text(calm(open_page("selection")))


def test_measures_that_disagree_are_said_to(scratch_cache):
    for seed in range(6):
        one = make_seed(seed)
        one.settled[:, 1] = one.settled[:, 3] + [0.5 + 0.01 * seed, -0.5 + 0.01 * seed]
        save_result(name_seed(ExperimentSettings(), seed), one, parents={})
    assert "contradict one another" in text(calm(open_page("selection")))


def test_the_window_moves_the_numbers(scratch_cache):
    store_seeds(5)
    at = calm(open_page("selection"))
    before = shown(at)
    at.slider(key="sefrom").set_value(1).run()
    assert shown(calm(at)) != before and "epochs 1 to 50" in text(at)
    at.slider(key="seto").set_value(20).run()
    assert "epochs 1 to 20" in text(calm(at))
    assert "epochs 50 to 50" in text(calm(open_page("selection", sefrom="50")))


def test_models_are_chosen_and_keep_their_colours(scratch_cache):
    store_seeds(3)
    at = calm(open_page("selection", semodels="T1&T2"))
    alone = [t for t in figures(at)[1]["data"] if t.get("name")]
    assert [t["name"] for t in alone] == ["T1 + all of T2 (T1&T2)"]
    whole = [t for t in figures(calm(open_page("selection")))[1]["data"] if t.get("name")]
    assert len(whole) == 6 and alone[0]["line"] in [t["line"] for t in whole]
    at.button_group(key="semodels").set_value([]).run()
    assert len(figures(calm(at))) == 2 and any("Choose a model" in i.value for i in at.info)


def test_the_table_has_all_models_with_their_sizes(scratch_cache):
    store_seeds(4)
    at = calm(open_page("selection"))
    models, parts = (next(d.value for d in at.dataframe if name in d.value) for name in ("model", "part"))
    assert len(models) == 12 and models["sentences"].max() == 9595
    result = load_seeds(ExperimentSettings())[0]
    assert parts["sentences"].tolist() == result.parts.tolist() and parts["share"][:3].sum() == pytest.approx(100)
    assert "not the best epoch" in " ".join(c.value for c in at.caption)


def test_the_threshold_takes_fewer_the_higher_it_is(scratch_cache):
    copy_network(scratch_cache)
    store_as_demo(2)
    taken = []
    for cut in ("0.5", "1", "2"):
        at = calm(open_page("selection", secut=cut))
        assert len(figures(at)) == 4
        taken.append(int(text(at).split("About **")[1].split("**")[0].replace(",", "")))
    assert taken[0] > taken[1] > taken[2] and taken[1] == pytest.approx(2_399, abs=40)


def test_settling_follows_its_measure(scratch_cache):
    store_seeds(3)
    at = calm(open_page("selection"))
    before = shown(at)
    at.button_group(key="setmeasure").set_value("loss").run()
    assert shown(calm(at)) != before


def test_a_damaged_seed_is_left_out(scratch_cache):
    store_seeds(3)
    (scratch_cache / "analysis" / name_seed(ExperimentSettings(), 1) / "manifest.json").write_text("{")
    assert "**2** of 20" in calm(open_page("selection")).markdown[0].value
    shutil.rmtree(scratch_cache / "analysis")
    assert scratch_cache.exists()


@pytest.mark.parametrize("query", [{"sefrom": "99"}, {"semodels": "T9"}, {"secut": "nan"}, {"setmeasure": "../"}])
def test_what_the_page_does_not_offer_counts_as_absent(scratch_cache, query):
    store_seeds(2)
    assert shown(calm(open_page("selection", **query))) == shown(open_page("selection"))


def test_recipes_run(scratch_cache):
    copy_network(scratch_cache)
    store_as_demo(3)
    recipes = [c.value for c in calm(open_page("selection")).code if "draw_" in c.value]
    assert len(recipes) == 4
    for recipe in recipes:
        exec(compile(recipe.replace(".show()", ".to_dict()"), "recipe", "exec"), {})


def test_everything_shown_is_japanese(scratch_cache):
    store_seeds(4)
    at = calm(open_page("selection", "ja-JP"))
    for group in (at.header, at.subheader, at.markdown, at.caption):
        for element in group:
            assert any(ord(letter) > 0x3000 for letter in element.value), element.value
    assert all(any(ord(letter) > 0x3000 for letter in c.proto.alt) for c in at.get("plotly_chart"))
