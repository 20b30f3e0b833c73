"""Overlaps against closed forms, and the study on tiny models."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from core.analysis.lstm.phrases import (
    BINS,
    FINE,
    N_KEPT,
    SIZES,
    _binned_auc,
    _digitise,
    _Labels,
    _measure_vector,
    choose_bins,
    coarsen,
    compute_overlap,
    compute_phrase_cells,
    select_tokens,
)
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.states.sources import encode_source
from core.tokens.linearise import PHRASES

counts_of_two = st.lists(st.integers(0, 50), min_size=2 * FINE, max_size=2 * FINE).map(
    lambda v: np.array(v).reshape(2, FINE) + np.eye(2, FINE, dtype=int))


def test_overlap_of_two_normals_is_that_of_the_textbook():
    """Two normals of equal deviation, d deviations apart, share 2 Φ(−d / 2)."""
    rng = np.random.default_rng(0)
    for d in (0.5, 2.0, 4.0):
        values = np.concatenate([rng.normal(size=60_000), rng.normal(d, size=60_000)])
        bins = _digitise(values[None].astype(np.float32), np.ones(len(values), bool)).bins[0]
        counts = np.stack([np.bincount(half, minlength=FINE) for half in (bins[:60_000], bins[60_000:])])
        assert compute_overlap(counts, BINS) == pytest.approx(math.erfc(d / 2 / math.sqrt(2)), abs=0.015)


@given(counts_of_two)
def test_wider_bins_can_only_raise_the_overlap(counts):
    overlaps = [float(compute_overlap(counts, size)) for size in (10, 20, 40, 120)]
    assert all(a >= b - 1e-12 for a, b in pairwise(overlaps))
    assert min(overlaps) >= 0 and max(overlaps) <= 1 + 1e-12
    assert float(compute_overlap(counts[::-1], 40)) == pytest.approx(overlaps[2])


@given(counts_of_two)
def test_fine_bins_are_counted_once(counts):
    for size in SIZES:
        assert coarsen(counts, size).sum() == counts.sum() and FINE % size == 0


def test_alike_sides_overlap_wholly_apart_ones_not_at_all():
    counts = np.zeros((2, FINE), int)
    counts[:, 3] = 7, 70
    assert compute_overlap(counts, BINS) == 1
    counts[1] = np.roll(counts[1], 60)
    assert compute_overlap(counts, BINS) == 0
    assert np.isnan(compute_overlap(np.zeros((2, FINE), int), BINS))


def test_sparse_sides_get_fewer_bins():
    assert choose_bins(100_000, 100_000) == BINS and choose_bins(300, 90_000) == 10 and choose_bins(0, 5) == SIZES[0]


def test_auc_of_binned_values_is_scikit_learns():
    rng = np.random.default_rng(1)
    inside = rng.random(3000) < 0.3
    values = np.round(rng.normal(size=3000) + inside)
    counts = np.stack([np.bincount((values[own] + 8).astype(int), minlength=FINE) for own in (~inside, inside)])
    assert _binned_auc(counts, True) == pytest.approx(roc_auc_score(inside, values))
    assert _binned_auc(counts, False) == pytest.approx(1 - roc_auc_score(inside, values))


def make_labels(seed=0, n_groups=40, each=100):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), each)
    pattern = np.repeat(rng.integers(0, 2 ** len(PHRASES), len(groups) // 5), 5)
    everything = np.ones(len(groups), bool)
    return _Labels(pattern.astype(np.intp), groups, groups % 2 == 0, {"all": everything}, 0), rng


def test_a_telling_cell_is_found_and_beats_every_control():
    data, rng = make_labels()
    cells = rng.normal(size=(25, len(data.groups))).astype(np.float32)
    vp = (data.pattern & 1).astype(bool)
    cells[17] -= 6 * vp
    position = _digitise(np.tile(np.arange(100.0), 40)[None].astype(np.float32), data.chosen_on)
    _, size, kept, counts, _, rises, intervals, auc, controls = (
        a[0, 0] for a in _measure_vector(cells, rng.normal(size=cells.shape), position, data))
    overlap = compute_overlap(counts[0], int(size))
    assert kept[0] == 17 and not rises[0] and auc[0, 0] > 0.99 and overlap < 0.05
    assert counts[0].sum() == (~data.chosen_on).sum() and counts[0, 1].sum() == vp[~data.chosen_on].sum()
    low, high = intervals[0, SIZES.index(int(size))]
    assert low <= overlap <= high < min(controls[1:])
    assert controls[0] == pytest.approx(overlap, abs=0.03)


def test_noise_does_not_beat_rotated_labels():
    data, rng = make_labels(3)
    noise = rng.normal(size=(40, len(data.groups))).astype(np.float32)
    position = _digitise(np.zeros((1, len(data.groups)), np.float32), data.chosen_on)
    *_, intervals, auc, controls = (a[0, 0] for a in _measure_vector(noise, noise[:5], position, data))
    assert controls[0] > controls[1] - 0.03 and abs(auc[0, 0] - 0.5) < 0.06 and controls[3] == 1
    assert (intervals[0, :, 0] <= intervals[0, :, 1]).all()


@pytest.fixture(scope="module")
def demo():
    return read_demo_treebank().documents


def test_study_measures_every_phrase_on_words_and_all_tokens(tiny_cache, demo):
    checkpoint = load_checkpoint(tiny_cache.words)
    sentences = encode_source(checkpoint, demo)
    result = compute_phrase_cells(checkpoint, sentences, corpus="demo")
    assert result.overlaps.shape == (3, 2, len(PHRASES), 8) and result.cells.shape[-1] == N_KEPT
    for selection, mask in select_tokens(sentences).items():
        for phrase in PHRASES:
            cell = result.read_cell("c", selection, phrase)
            assert 0 <= cell.overlap(cell.n_bins) <= 1 and cell.counts.sum() < mask.sum()
            false, true = cell.roc()
            assert (false[0], true[0]) == (0, 0) and (false[-1], true[-1]) == pytest.approx((1, 1))
            assert np.trapezoid(true, false) == pytest.approx(cell.auc[0], abs=0.02)
            assert cell.auc[1] <= cell.auc[0] <= cell.auc[2]


def test_brackets_alone_have_no_words_and_say_so(tiny_cache, demo):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    result = compute_phrase_cells(checkpoint, encode_source(checkpoint, demo[:2]), corpus="demo")
    assert result.read_cell("c", "words", "VP") is None and result.read_cell("c", "all", "VP") is not None
