"""The reversal trick: lags, curves, gradients in both directions, and a run of one's own."""

import json
import shutil
from functools import partial

import numpy as np
import pytest

from core.analysis.seq2seq import gradients
from core.analysis.seq2seq.curves import Curve, contrast_test
from core.analysis.seq2seq.gradients import measure_gradients
from core.checkpoints.seq2seq import list_seq2seqs, load_seq2seq
from core.corpora.demo_pairs import read_demo_pairs
from core.jobs import queue, store
from core.jobs.toy_pairs import Settings, collect_rows
from core.training.seq2seq import Seq2SeqTraining, train_seq2seq
from core.ui.seq2seq.reversal_average import Averages, say_first
from core.ui.seq2seq.reversal_curves import say_contrast
from core.ui.seq2seq.reversal_lags import choose_words
from core.ui.seq2seq.reversal_toy import say_result
from tests.pages import opened
from tests.pages.opened import calm, figures, numbers, said, shown
from tests.pages.running import await_end, end_runs

open_page = partial(opened.open_page, "reversal")
PAIRS = read_demo_pairs()
FEW_SENTENCES = 30


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cache with a small model in each direction, their gradients measured, and a finished run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made") / "cache"
        patch.setenv("WORDGLASS_CACHE", str(folder))
        patch.setattr(gradients, "AVERAGED", FEW_SENTENCES)
        for reverse in (False, True):
            train_seq2seq(Seq2SeqTraining(corpus="demo-pairs", reverse=reverse, hidden_size=8, embedding_size=8,
                                          epochs=2, batch=32, min_count=1, device="cpu"))
        queue.submit("toy-pairs", Settings(shortest=2, longest=4, letters=8, hidden_size=8, pairs=500, epochs=1))
        await_end()
        calm(open_page())
        return folder


@pytest.fixture
def lab(made, scratch_cache, monkeypatch):
    """A copy of it, which a test may change. Runs left over are ended."""
    monkeypatch.setattr(gradients, "AVERAGED", FEW_SENTENCES)
    shutil.copytree(made, scratch_cache)
    yield scratch_cache
    end_runs()


def cards():
    return {card.reverse: card for card in list_seq2seqs()[0]}


def heats(at):
    """The two maps as they are drawn, forward first."""
    return [trace["z"] for figure in figures(at) for trace in figure["data"] if trace["type"] == "heatmap"]


@pytest.mark.parametrize("n", range(2, 13))
def test_there_is_a_sentence_of_every_length_in_both_languages(n):
    source, target = choose_words(n)
    assert len(set(source)) == len(set(target)) == n and source != target


def test_the_page_shows_lags_curves_gradients_and_the_run(lab):
    at = calm(open_page())
    assert len(figures(at)) == 8 and len(figures(at)[0]["frames"]) == 13
    assert "**the mean stays 7**" in said(at) and "5.8 → 4.7" in said(at) and "not measured here" in said(at)
    for name in ("Forward", "Reversed"):
        assert name in [m.label for m in at.metric]


def test_the_length_moves_the_scene(lab):
    at = open_page(rvk="4")
    at.slider(key="rvk").set_value(5).run()
    assert "the last through 9" in said(calm(at)) and "5" in at.query_params["rvk"]
    assert len(figures(at)[0]["frames"][0]["data"]) == 5 + 3


def test_curves_and_numbers_are_those_of_the_cards(lab):
    at = calm(open_page())
    own, curves = cards(), figures(at)[2]["data"]
    drawn = {trace["name"]: numbers(trace["y"]) for trace in curves if trace.get("name")}
    for reverse, name in ((False, "forward, unread"), (True, "reversed, unread")):
        np.testing.assert_allclose(drawn[name], [row["validation_perplexity"] for row in own[reverse].history],
                                   rtol=1e-5)
    values = {m.label: m.value for m in at.metric}
    ratio = own[True].perplexity["test"] / own[False].perplexity["test"]
    assert values["Ratio"] == f"{ratio:.2f}" and "in one run each" in said(at)
    assert len(figures(calm(open_page(rvtrain="0")))[2]["data"]) == 2


@pytest.mark.parametrize("measure", ["share", "norm"])
def test_maps_are_the_measured_gradients_in_the_written_order(lab, measure):
    at = calm(open_page(rvrow="30", rvval=measure))
    for reverse, drawn in zip((False, True), heats(at), strict=True):
        checkpoint = load_seq2seq(cards()[reverse].id)
        vocabulary = checkpoint.vocabulary
        words = vocabulary.split_source(PAIRS[30].english)
        found, = measure_gradients(checkpoint, [words], [vocabulary.target.encode(
            vocabulary.split_target(PAIRS[30].french)).tolist()])
        np.testing.assert_allclose(numbers(drawn), found.shares if measure == "share" else found.norms, rtol=1e-3)
    scales = [t["zmax"] for f in figures(at) for t in f["data"] if t["type"] == "heatmap"]
    assert scales[0] == scales[1]


def test_each_models_own_translation_can_be_looked_at(lab):
    at = calm(open_page(rvto="own"))
    assert len(heats(at)) == 2 and "own" in at.query_params["rvto"]


def test_a_typed_sentence_is_read_and_what_is_unknown_is_named(lab):
    at = calm(open_page(rvfrom="typed", rvtext="the dog reads <b>qwertz</b> $x$"))
    assert "Unknown to the models" in said(at) and "&lt;" in json.dumps(figures(at))
    assert "<b>qwertz" not in json.dumps(figures(at)) and "<" not in said(at).replace("\\<", "")


@pytest.mark.parametrize(("typed", "problem"), [("", "no text"), ("word " * 500, "500"), ("the dog " * 60, "80"),
                                                ("これは犬です", "knows none"), ("שלום עולם", "knows none")])
def test_what_cannot_be_read_is_said_and_the_rest_still_shows(lab, typed, problem):
    at = open_page(rvfrom="typed", rvtext=typed)
    assert not at.exception and len(at.error) == 1 and problem in at.error[0].value.replace("`", "")
    assert not heats(at) and len(figures(at)) == 6


def test_averages_are_kept_and_one_direction_alone_still_shows(lab):
    stored = {p.name for p in (lab / "analysis").iterdir()}
    assert len(stored) == 4 and sum(name.endswith("untrained") for name in stored) == 2
    shutil.rmtree(lab / "checkpoints" / cards()[False].id)
    at = calm(open_page())
    assert len(heats(at)) == 1 and "shown alone" in said(at) and "nothing to compare with" in said(at)


def averages(low, high):
    return Averages(None, None, ((low + high) / 2, low, high), (0, 0, 0), 0.1, 9)


def test_the_verdict_on_the_first_word_follows_the_intervals():
    near, far = averages(0.4, 0.5), averages(0.1, 0.2)
    as_supposed = {False: far, True: near}
    told = say_first(as_supposed, as_supposed, True)
    assert "the head start that the paper supposes" in told and "still reaches" in told
    other = say_first({False: near, True: far}, {False: near, True: far}, True)
    assert "does not show" in other and "other way round" in other
    assert "no certain difference" in say_first({False: far, True: averages(0.15, 0.3)}, as_supposed, True)


@pytest.mark.parametrize(("forward", "backward", "says"), [
    ((6.0, 6.1, 5.9), (5.0, 5.1, 4.9), "**Yes.**"), ((5.0, 5.1, 4.9), (6.0, 6.1, 5.9), "it hurts"),
    ((6.0, 5.0, 5.5), (5.0, 6.0, 5.4), "**Not certain.**"), ((6.0,), (5.0,), "17% lower**, in one run each"),
    ((5.0,), (6.0,), "20% higher**, in one run each")])
def test_the_verdict_on_perplexity_follows_the_seeds(forward, backward, says):
    curves = [Curve("r", reverse, seed, 1, np.arange(1, 4), np.array([9.0, 7.0, test]), np.ones(3), test)
              for reverse, tests in ((False, forward), (True, backward)) for seed, test in enumerate(tests)]
    assert says in say_contrast(curves, contrast_test(curves))


def test_unequal_lengths_of_training_are_said():
    curves = [Curve("r", reverse, 0, 1, np.arange(1, n + 1), np.full(n, 5.0), np.ones(n), 5.0)
              for reverse, n in ((False, 2), (True, 3))]
    assert "not learn equally long: forward 2 epochs, reversed 3" in say_contrast(curves, contrast_test(curves))


def test_a_finished_run_shows_its_curves_and_can_be_deleted(lab):
    job, = store.list_jobs()
    at = calm(open_page())
    assert f"{job.result['forward']['right']:.1%}" in [m.value for m in at.metric]
    calm(at.button(key="rtdelete").click().run())
    assert store.list_jobs() == [] and len(figures(at)) == 6


def test_a_run_of_the_readers_own_is_started_with_what_the_controls_say(lab):
    at = open_page(rttask="reverse", rtunits="16", rtpairs="1000", rtmin="2", rtmax="5", rtabc="9", rtep="1",
                   rtseed="3")
    calm(at.button(key="rtstart").click().run())
    job = store.list_jobs()[0]
    assert job.settings == vars(Settings(task="reverse", hidden_size=16, pairs=1_000, shortest=2, longest=5, letters=9,
                                         epochs=1, seed=3))
    await_end()
    calm(at.run())
    assert store.read_job(job.id).state == "finished" and at.selectbox(key="rtrun").value == job.id


def test_settings_that_cannot_be_are_answered_before_the_start(lab):
    at = open_page(rtmin="9", rtmax="5")
    assert "Swap the two" in at.error[0].value and not any(b.key == "rtstart" for b in at.button)
    assert len(figures(at)) == 8  # the run of before still shows


def test_the_result_is_what_was_measured_and_not_what_was_expected(lab):
    course = collect_rows(store.read_progress(store.list_jobs()[0].id)[0])

    def result(forward, backward, one, other):
        return {"forward": {"right": forward}, "reversed": {"right": backward}, "only_forward": one,
                "only_reversed": other}

    assert "**helps**" in say_result("reverse", result(0.1, 0.5, 2, 90), course)
    assert "**hurts**" in say_result("copy", result(0.5, 0.1, 90, 2), course)
    assert "no certain difference" in say_result("sort", result(0.5, 0.52, 10, 14), course)


def test_without_a_checkpoint_the_lags_and_the_toys_still_show(scratch_cache):
    at = open_page()
    assert not at.exception and "python -m core.training seq2seq" in at.error[0].value and len(figures(at)) == 2
    assert any(button.key == "rtstart" for button in at.button)


def test_a_damaged_checkpoint_is_named_and_the_others_show(lab):
    copied = lab / "checkpoints" / "seq2seq-demo-pairs-forward-00000000"
    copied.mkdir()
    (copied / "card.json").write_text("{")
    at = open_page()
    assert not at.exception and len(at.error) == 1 and len(figures(at)) == 8


@pytest.mark.parametrize("query", [{"rvk": "99", "rvrow": "99999"}, {"rvval": "x", "rvto": "../x", "rvfrom": "1"},
                                   {"rttask": "<b>", "rtunits": "7", "rtep": "nan", "rtrun": "../x"}])
def test_what_the_page_does_not_offer_counts_as_absent(lab, query):
    assert shown(calm(open_page(**query))) == shown(open_page())


def test_recipes_draw_what_the_page_shows(lab):
    at = calm(open_page())
    recipes = [c.value for c in at.code if "draw_" in c.value]
    assert len(recipes) == 8
    for recipe, figure in zip(recipes, figures(at), strict=True):
        found, head, _, call = {}, *recipe.strip().rpartition("\ndraw_")
        exec(compile(f"{head}\nmade = draw_{call.removesuffix('.show()')}", "recipe", "exec"), found)
        own = json.loads(found["made"].to_json())
        for mine, theirs in zip(own["data"], figure["data"], strict=True):
            field = "z" if mine["type"] == "heatmap" else "y"
            np.testing.assert_allclose(numbers(mine[field]), numbers(theirs[field]), rtol=1e-3)


def test_the_page_speaks_japanese(lab):
    at = calm(open_page(locale="ja-JP"))
    assert len(figures(at)) == 8 and at.segmented_control(key="lang").value == "ja"
