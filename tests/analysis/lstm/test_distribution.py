"""Distributions: every value is counted once, fits are those of known densities, controls stand beside."""

import numpy as np
import pytest
from scipy import stats

from core.analysis.lstm.distribution import (
    BINS,
    CELL_BINS,
    MODELS,
    VECTORS,
    compute_distributions,
    find_peaks,
    fit_beta,
    fit_normal,
)
from core.analysis.lstm.heldout import untrained_like
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.states.lstm import record_states
from core.states.sources import encode_source


@pytest.fixture(scope="module")
def whole(tiny_checkpoint):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.words)
        sentences = encode_source(checkpoint, read_demo_treebank().documents)
        names = tuple(f"layer0.{v}" for v in VECTORS)
        states = [record_states(m, sentences, names=names) for m in
                  (checkpoint.model, untrained_like(checkpoint.model))]
        return compute_distributions(checkpoint, sentences, corpus="demo"), states, sentences


def test_every_value_is_in_one_bin_or_outside(whole):
    result, _, sentences = whole
    n = sentences.n_tokens * result.n_cells
    for m in range(2):
        for v in range(len(VECTORS)):
            assert result.counts[m, v].sum() == round(n * (1 - float(result.outside[m, v])))
    assert (result.outside[:, [v != "c" for v in VECTORS]] == 0).all()
    assert float(result.outside[0, VECTORS.index("c")]) < 0.03


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("model", MODELS)
def test_pooled_histograms_are_numpys(whole, vector, model):
    result, states, _ = whole
    values = states[MODELS.index(model)][f"layer0.{vector}"]
    edges, density = result.density(vector, model)
    expected = np.histogram(values, edges)[0] / values.size
    assert np.abs(np.diff(edges) * density - expected).sum() < 1e-3  # rounding may move a value over an edge
    moments = result.moments[MODELS.index(model), VECTORS.index(vector)]
    assert moments == pytest.approx([values.mean(), values.std()], abs=1e-5)


def test_histogram_of_one_cell_is_numpys(whole):
    result, states, _ = whole
    values = states[0]["layer0.c_up"][:, 3]
    edges, density = result.cell_density("c_up", 3)
    expected = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values)
    assert len(density) == CELL_BINS and np.abs(np.diff(edges) * density - expected).sum() < 0.03
    assert (np.diff(edges) * density).sum() == pytest.approx(1)


def test_shares_near_zero_and_one_are_counted(whole):
    result, states, _ = whole
    size = np.abs(states[0]["layer0.h"])
    eps, zero, one = result.near("h")
    for at in (4, 19, 49):
        assert zero[at] == pytest.approx((size <= eps[at]).mean(), abs=2e-3)
        assert one[at] == pytest.approx((size >= 1 - eps[at]).mean(), abs=2e-3)
    assert zero[-1] + one[-1] == pytest.approx(1) and eps[-1] == pytest.approx(0.5)


def test_share_of_coarse_cells_is_that_of_the_levels_and_within_its_interval(whole):
    result = whole[0]
    share, low, high, bare = result.few
    assert [share, bare] == (result.levels[:, VECTORS.index("c_up")] <= 3).mean(1).tolist()
    assert 0 <= low <= share <= high <= 1
    kept = result.kept[0].astype(np.float64)
    assert ((kept >= 0.951) <= (result.levels[0] <= 3)).all() and ((kept <= 0.949) <= (result.levels[0] > 3)).all()


def test_a_result_stays_small_at_a_thousand_cells(whole):
    result = whole[0]
    a_cell = sum(getattr(result, name).nbytes for name in ("levels", "kept", "cell_limits", "cell_roots"))
    assert a_cell / result.n_cells * 1000 + result.counts.nbytes < 350_000


@pytest.mark.parametrize(("a", "b"), [(0.4, 0.3), (2.0, 5.0)])
def test_beta_fit_finds_the_beta_it_was_drawn_from(a, b):
    values = np.random.default_rng(0).beta(a, b, 200_000)
    fitted = fit_beta(np.histogram(values, BINS, (0, 1))[0], values.mean(), values.std())
    assert fitted[:2] == pytest.approx([a, b], rel=0.03) and fitted[2] > 0.98


def test_a_two_valued_gate_is_no_beta_density():
    counts = np.zeros(BINS)
    counts[[BINS // 4, 3 * BINS // 4]] = 100
    assert fit_beta(counts, 0.5, 0.25)[2] < 0.05


def test_normal_overlap_counts_what_lies_outside():
    inside = np.diff(stats.norm.cdf(np.linspace(-1, 1, 101)))
    tails = stats.norm.cdf(-1)
    assert fit_normal(np.concatenate([[tails], inside, [tails]]), np.array([-1, 1]), 0, 1)[2] == pytest.approx(1)
    assert fit_normal(np.concatenate([[0], inside, [0]]), np.array([-1, 1]), 0, 1)[2] == pytest.approx(1 - 2 * tails)


def test_peaks_stand_where_they_were_put():
    x = np.random.default_rng(0).normal(size=300_000)
    x = np.concatenate([x, np.full(20_000, 1.002), np.full(20_000, -2.003)])
    peaks = find_peaks(np.histogram(x, 250, (-4, 4))[0], np.array([-4, 4]), least=0.1)
    assert sorted(peaks[:, 0].tolist()) == pytest.approx([-2.0, 1.0], abs=0.05)
    assert len(find_peaks(np.zeros(50), np.array([0, 1]))) == 0
