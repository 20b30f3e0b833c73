"""From text to a recorded run."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.qwem.runs import find_modes, prepare_run, record_run
from core.checkpoints.embeddings import list_runs, load_run
from core.errors import TrainingError
from core.training.qwem import GradientRun, GradientTraining
from tests.training.toy_counts import draw_articles, grow, make_counts, make_target, solve, write_text

ARTICLES = draw_articles()


@pytest.fixture
def settings(scratch_cache, tmp_path):
    text = write_text(tmp_path / "text.txt", ARTICLES)
    return GradientTraining(corpus=str(text), vocabulary=40, window=4, dimension=8, duration=5.0, init_scale=1e-4,
                            rate=0.01, moments=50, snapshots=4, device="cpu")


def test_a_recorded_run_stands_beside_its_prediction(settings):
    card = record_run(settings)
    run = load_run(card.id)
    assert len(run.step) == len(run.time) and run.step[-1] == card.n_steps and run.singular.shape[1] == 8
    assert run.snapshots.shape == (4, 40, 8) and run.snapshot_step[-1] == card.n_steps
    np.testing.assert_allclose(run.values[:8], solve(make_target(make_counts()))[0][:8], rtol=1e-4)
    np.testing.assert_allclose(run.start, run.strength[0], rtol=1e-6)
    predicted = grow(run.start, run.values[:8], run.time)
    late = run.time > 3 * card.tau
    assert np.abs(run.strength[late, :3] - predicted[late, :3]).max() < 0.05 * run.values[0]
    assert run.overlap[-1, 3] > 0.99 and np.trace(run.agreement[:4, :4]) > 3.9
    assert card.settings["rate"] == 0.01 and card.corpus.n_articles == 60 and list_runs()[0] == [card]
    assert (card.files["run"].n_bytes) < 60_000


def test_a_run_that_was_killed_gives_the_same_record(settings, monkeypatch):
    settings, steps = replace(settings, gradient="sampled", batch=200, duration=0.5), []
    whole = record_run(settings).files["run"].sha256
    advance = GradientRun._advance

    def stop(run):
        if run.step == 70 and not steps:
            steps.append(run.step)
            run.save()
            raise KeyboardInterrupt
        advance(run)

    monkeypatch.setattr(GradientRun, "_advance", stop)
    monkeypatch.setattr(GradientTraining, "run_id", "qwem-run-killed")
    with pytest.raises(KeyboardInterrupt):
        record_run(settings)
    said = []
    assert record_run(settings, say=said.append).files["run"].sha256 == whole
    assert "resumed at step 70" in said[0]


def test_untied_modes_go_by_magnitude():
    target = make_target(make_counts())
    values, _ = solve(target)
    tied, untied = (find_modes(target.astype(np.float32), 10, tied=tied) for tied in (True, False))
    np.testing.assert_allclose(tied.values, values[:10], rtol=1e-4)
    np.testing.assert_allclose(np.abs(untied.values), np.sort(np.abs(values))[::-1][:10], rtol=1e-4)
    assert (untied.values < 0).any()
    np.testing.assert_allclose(target @ untied.vectors, untied.vectors * untied.values, atol=1e-3)
    np.testing.assert_allclose(untied.vectors.T @ untied.vectors, np.eye(10), atol=1e-4)


def test_a_vocabulary_larger_than_the_text_is_refused(settings):
    with pytest.raises(TrainingError, match="40 different words, fewer than the vocabulary of 50.*at most 40"):
        prepare_run(replace(settings, vocabulary=50))


def test_only_a_sampled_run_reads_the_words(settings):
    assert prepare_run(settings).data.sampler is None
    sampler = prepare_run(replace(settings, gradient="sampled")).data.sampler
    assert len(sampler.text.ids) == sum(map(len, ARTICLES)) and len(set(sampler.text.articles.tolist())) == 60
    assert sampler.weights.tolist() == [4, 3, 2, 1]
