"""The closed form laid out for looking, and recorded runs beside it."""

import numpy as np
import pytest

from core.analysis.qwem.growth import follow_growth, measure_distance, predict_run
from core.checkpoints.embeddings import list_runs, load_run
from tests.training.toy_counts import grow
from tests.word2vec_lab import build_lab

VALUES = np.array([9.0, 4.0, 2.0, 1.0])


@pytest.mark.parametrize("init", [1e-12, 1e-3, 0.1])
def test_concepts_come_in_order_and_take_the_loss_away(init):
    growth = follow_growth(VALUES, init)
    assert growth.learned[0] == 0 and growth.learned[-1] == 4 and (np.diff(growth.learned) >= 0).all()
    assert (np.diff(growth.loss) <= 1e-12).all() and growth.loss[0] > 0.9 and growth.loss[-1] < 0.01
    for n in range(1, 5):  # half risen at τ, up to what the start adds
        assert growth.times[np.searchsorted(growth.learned, n)] == pytest.approx(growth.tau[n - 1], rel=0.03)


def test_the_loss_is_that_of_the_matrix():
    growth = follow_growth(VALUES, 0.1)
    strengths = grow(np.full(4, 0.01), VALUES, growth.times)
    left = [np.square(np.diag(VALUES) - np.diag(s)).sum() for s in strengths]
    np.testing.assert_allclose(growth.loss, np.array(left) / np.square(VALUES).sum(), rtol=1e-9)


@pytest.fixture
def runs(monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(build_lab()))
    return [load_run(card.id) for card in list_runs()[0]]


def test_only_tied_runs_are_predicted(runs):
    assert [predict_run(run) is None for run in runs] == [not run.card.settings["tied"] for run in runs]


def test_distance_is_small_for_the_theory_and_not_for_another_matrix(runs):
    run = next(r for r in runs if r.card.settings["loss"] == "qwem" and r.card.settings["init_scale"] == 1e-12)
    predicted = predict_run(run)
    assert predicted.shape == run.strength.shape
    near = measure_distance(run, predicted, 4)
    assert near < 0.05 and measure_distance(run, 0.5 * predicted, 4) > 3 * near
