"""Figures of the page "Inside or outside", by what they say."""

import numpy as np
import pytest

from core.analysis.lstm.phrases import FINE, SIZES, CellOverlap
from core.analysis.lstm.probe import BASELINES, PATH, PROBED, PhraseProbe
from core.figures.lstm.phrases import draw_every_cell, draw_overlap, draw_roc, draw_sizes, tabulate_overlap
from core.figures.lstm.probe import MEASURES, _find_front, draw_path, draw_weights


@pytest.fixture
def cell():
    x = np.linspace(-1, 1, FINE)
    counts = np.stack([1000 * np.exp(-8 * (x + 0.5) ** 2), 500 * np.exp(-8 * (x - 0.5) ** 2)]).astype(int)
    intervals = np.array([[0.1, 0.3]] * len(SIZES), np.float32)
    controls = {"chosen": 0.2, "null": 0.9, "untrained": 0.6, "position": 0.8}
    return CellOverlap(7, counts, -1.0, 1.0, True, 40, intervals, np.array([0.95, 0.94, 0.96], np.float32), controls)


@pytest.mark.parametrize("n_bins", SIZES)
def test_hatched_bars_are_the_overlap(cell, n_bins):
    outside, inside, common = draw_overlap(cell, n_bins, phrase="VP").data
    assert len(inside.x) == n_bins and inside.y.sum() == pytest.approx(1) == outside.y.sum()
    assert common.y.sum() == pytest.approx(cell.overlap(n_bins), abs=1e-6) and common.marker.pattern.shape == "/"
    assert inside.x[0] - inside.width / 2 == pytest.approx(-1) and inside.x[-1] + inside.width / 2 == pytest.approx(1)
    table = tabulate_overlap(cell, n_bins)
    assert table["overlap"].sum() == pytest.approx(cell.overlap(n_bins)) and len(table) == n_bins


def test_roc_runs_from_corner_to_corner_and_marks_the_best_threshold(cell):
    chance, curve, best = draw_roc(cell, phrase="VP").data
    assert list(chance.x) == list(chance.y)
    assert (curve.x[0], curve.y[0]) == (0, 0) and (curve.x[-1], curve.y[-1]) == pytest.approx((1, 1))
    assert best.y[0] - best.x[0] == pytest.approx((curve.y - curve.x).max())
    assert "0.950" in draw_roc(cell, phrase="VP").layout.annotations[0].text


def test_a_falling_cell_has_its_roc_turned(cell):
    turned = CellOverlap(7, cell.counts[:, ::-1], -1.0, 1.0, False, 40, cell.intervals, cell.auc, cell.controls)
    np.testing.assert_allclose(turned.roc(), cell.roc())


@pytest.mark.parametrize(("n", "kind"), [(100, "scatter"), (1000, "scattergl")])
def test_every_cell_stands_at_its_index_with_the_picked_one_named(n, kind):
    overlaps = np.random.default_rng(0).random(n).astype(np.float16)
    figure = draw_every_cell(overlaps, vector="c", null=0.8, picked=5)
    dots = next(t for t in figure.data if t.name == "c")
    assert dots.type == kind and np.array_equal(dots.customdata, np.arange(n))
    assert figure.layout.annotations[0].text == "cell 5" and set(figure.data[0].y) == {np.float32(0.8)}
    assert len(draw_every_cell(overlaps, vector="c", null=np.nan, picked=5).data) == 2


def test_the_numbers_of_bins_are_compared_with_their_intervals(cell):
    line, ring = draw_sizes(cell, phrase="VP").data
    assert list(line.x) == [str(size) for size in SIZES] and ring.x[0] == "40"
    np.testing.assert_allclose(line.y, [cell.overlap(size) for size in SIZES], rtol=1e-6)
    np.testing.assert_allclose(line.y + line.error_y.array, 0.3, rtol=1e-5)


@pytest.fixture
def probe():
    rows = [[0, probe, 0.1 / (n + 1), n, 0.9, 0.9 + n / 1000, 0.88, 0.97, 0.95] for probe in (0, 1) for n in (0, 3, 20)]
    assert len(rows[0]) == len(PATH)
    return PhraseProbe("demo", 10, 2, 5, 2, 3, 100, np.array(rows), np.zeros(len(PROBED)),
                       np.full((len(PROBED), len(BASELINES)), 0.6), np.array([[0, 2, 4, 1.5]], np.float32))


@pytest.mark.parametrize("measure", MEASURES)
def test_path_leaves_out_points_without_cells_and_probes_without_a_path(probe, measure):
    figure = draw_path(probe, "VP", measure=measure, point=2, names={"trained": "ours"})
    named = {t.name: t for t in figure.data if t.name}
    assert list(named["ours"].x) == [3, 20] and "control" not in named and "untrained" in named
    assert ("majority" in named) == (measure == "accuracy")
    assert figure.layout.xaxis.type == "log" and figure.data[-1].x[0] == 20
    if measure == "accuracy":
        np.testing.assert_allclose(named["ours"].y, [0.903, 0.92], rtol=1e-6)
        assert set(named["majority"].y) == {np.float32(0.6)}


def test_a_curve_never_turns_back():
    assert _find_front(np.array([0, 2, 5, 4, 5, 7, 6])).tolist() == [1, 4, 5]
    assert _find_front(np.array([2, 3, 3])).tolist() == [0, 2] and not len(_find_front(np.zeros(0)))


def test_path_without_points_is_drawn_empty(probe):
    assert not [t for t in draw_path(probe, "NP").data if t.name == "trained"]


def test_weights_carry_their_cells_for_clicks():
    figure = draw_weights([9, 2, 5], np.array([2.0, -1.0, 0.5]), phrase="NP", n_shown=2, picked=2)
    markers = figure.data[-1]
    assert markers.customdata[:, 0].tolist() == [9, 2] and list(markers.x) == ["9", "2"]
    assert list(markers.marker.line.width) == [0, 3] and list(figure.data[0].y) == [2, -1]
