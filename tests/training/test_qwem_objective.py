"""The forces of QWEM and SGNS: gradients of their losses, in full and from pairs (setting 3.1, Theorem 1)."""

import numpy as np
import pytest
import torch

from core.errors import TrainingError
from core.models.embedding import Embedding, EmbeddingConfig
from core.training.qwem_objective import build_objective
from tests.training.toy_counts import make_counts, make_target

COUNTS = make_counts()
WEIGHTINGS = ("constant", "unigram", "none", "word2vec")
V = len(COUNTS)


def build_model(tied=True, scale=1.5, d=6):
    return Embedding(EmbeddingConfig(V, d, tied=tied, init_scale=scale), seed=3)


def test_under_setting_3_1_the_loss_is_a_quarter_of_the_distance_to_mstar():
    objective, model = build_objective(COUNTS), build_model()
    m = torch.tensor(make_target(COUNTS))
    assert objective.is_constant and objective.scale == pytest.approx(1)
    torch.testing.assert_close(objective.drive, m)
    x = model.products().detach()
    distance = (x - m).square().sum() / 4
    assert float(objective.measure(x) + m.square().sum() / 4) == pytest.approx(float(distance), rel=1e-12)
    assert objective.floor == pytest.approx(-float(m.square().sum()) / 4)
    own, _ = objective.flow(model)
    torch.testing.assert_close(own, -((model.products() - m) @ model.words).detach() / 2, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize("loss", ["qwem", "sgns"])
@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("tied", [True, False])
def test_the_flow_is_the_losss_steepest_descent(loss, weighting, tied):
    objective, model = build_objective(COUNTS, loss=loss, weighting=weighting, negatives=2.0), build_model(tied)
    objective.measure(model.products()).backward()
    share = -0.5 if tied else -1.0  # tied, each product's change reaches W twice
    own, other = objective.flow(model)
    torch.testing.assert_close(own, share * model.words.grad, atol=1e-10, rtol=1e-8)
    if not tied:
        torch.testing.assert_close(other, share * model.contexts.grad, atol=1e-10, rtol=1e-8)


@pytest.mark.parametrize("loss", ["qwem", "sgns"])
def test_the_flow_follows_finite_differences(loss):
    objective, model = build_objective(COUNTS, loss=loss, weighting="unigram"), build_model()
    own, step = objective.flow(model)[0], 1e-5
    for place in ((0, 0), (7, 3), (V - 1, 5)):
        losses = []
        for sign in (1, -1):
            with torch.no_grad():
                model.words[place] += sign * step
                losses.append(float(objective.measure(model.products())))
                model.words[place] -= sign * step
        assert float(own[place]) == pytest.approx(-(losses[0] - losses[1]) / (4 * step), rel=1e-5, abs=1e-7)


def test_both_losses_agree_to_second_order():
    qwem, sgns = (build_objective(COUNTS, loss=loss, weighting="none") for loss in ("qwem", "sgns"))
    for scale, close in ((1e-1, 1e-3), (1e-2, 1e-6)):
        x = build_model(scale=scale).products().detach()
        a, b = float(qwem.measure(x)), float(sgns.measure(x))
        assert a != b and abs(a - b) < close * abs(a)
    zero = torch.zeros(V, V, dtype=torch.float64)
    assert float(qwem.measure(zero)) == float(sgns.measure(zero)) == 0


@pytest.mark.parametrize("loss", ["qwem", "sgns"])
def test_the_floor_is_reached_by_the_best_products_and_never_passed(loss):
    objective = build_objective(COUNTS, loss=loss, weighting="unigram", negatives=3.0)
    a, b = objective.positive, objective.negative
    best = 2 * (a - b) / (a + b) if loss == "qwem" else (a / b).clamp_min(1e-200).log()
    assert float(objective.measure(best)) == pytest.approx(objective.floor, rel=1e-9)
    for seed in range(3):
        noise = torch.randn(V, V, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        assert float(objective.measure(best + 0.1 * noise)) > objective.floor


@pytest.mark.parametrize("loss", ["qwem", "sgns"])
@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("tied", [True, False])
def test_every_pair_as_often_as_it_is_drawn_gives_the_full_gradient(loss, weighting, tied):
    """A batch that holds each pair in exact proportion: its mean is the expectation, no noise left."""
    counts = np.random.default_rng(0).integers(1, 4, (8, 8))
    counts = counts + counts.T
    objective = build_objective(counts, loss=loss, weighting=weighting, negatives=2.0)
    model = Embedding(EmbeddingConfig(8, 4, tied=tied, init_scale=1.0))
    rows, columns = np.indices(counts.shape).reshape(2, -1)
    p = counts.sum(1)
    positive, negative = (tuple(torch.from_numpy(np.repeat(ids, often.ravel())) for ids in (rows, columns))
                          for often in (counts, np.outer(p, p)))
    for found, expected in zip(objective.flow_of(model, positive, negative), objective.flow(model), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-10, rtol=1e-8)


def test_the_batchs_flow_is_its_own_losss_descent():
    objective, model = build_objective(COUNTS + 1, loss="sgns"), build_model()
    rng = torch.Generator().manual_seed(0)
    positive, negative = (tuple(torch.randint(V, (50,), generator=rng) for _ in range(2)) for _ in range(2))
    up = torch.nn.functional.softplus(-model(*positive)) * (objective.positive / objective.probabilities)[positive]
    chance = torch.outer(objective.marginals, objective.marginals)
    down = torch.nn.functional.softplus(model(*negative)) * (objective.negative / chance)[negative]
    (2 * (up.mean() + down.mean())).backward()
    torch.testing.assert_close(objective.flow_of(model, positive, negative)[0], -model.words.grad / 2)


def test_weightings_aim_where_they_say():
    m = torch.tensor(make_target(COUNTS))
    for weighting in ("constant", "unigram", "none"):
        o = build_objective(COUNTS, weighting=weighting)
        torch.testing.assert_close(2 * (o.positive - o.negative) / (o.positive + o.negative), m)
        assert o.is_constant == (weighting == "constant")
    word2vec = build_objective(COUNTS, weighting="word2vec")
    assert float(word2vec.positive.sum()) == pytest.approx(1) and float(word2vec.negative.sum()) == pytest.approx(1)
    ratio = word2vec.positive.sum(1) / word2vec.marginals
    assert (ratio.diff()[:5] > 0).all()  # frequent words are thinned out
    torch.testing.assert_close(word2vec.negative, word2vec.negative.t())


def test_the_rate_is_the_drives_largest_eigenvalue():
    for n in (40, 120):  # dense, and by iteration
        counts = make_counts(vocabulary=n) + 1
        o = build_objective(counts)
        assert o.rate == pytest.approx(np.linalg.eigvalsh(make_target(counts))[-1], rel=1e-6)


def test_texts_that_teach_nothing_are_refused():
    with pytest.raises(TrainingError, match="no neighbour"):
        build_objective(np.diag([3, 0, 2]))
    with pytest.raises(TrainingError, match="nothing to learn"):
        _ = build_objective(np.ones((4, 4))).rate
