"""Accuracy by rank and family, answers, relations and their order."""

import numpy as np
import pytest

from core.analysis.qwem.directions import compute_spectrum
from core.figures.qwem.analogies import COLOURS, Curve, Marks, draw_answers, draw_by_rank, draw_families
from core.figures.qwem.relations import (
    draw_localisation,
    draw_order,
    draw_ratios,
    draw_strength,
    draw_task_spectrum,
)

RANKS = np.arange(1, 6)
SHARE = np.linspace(0.1, 0.5, 5)
NAN = np.nan


def test_a_curve_has_its_band_and_a_single_rank_its_bar():
    figure = draw_by_rank([Curve("M*", "mstar", RANKS, SHARE, SHARE - 0.1, SHARE + 0.1),
                           Curve("w2v", "word2vec", [200], [0.4], [0.3], [0.6]),
                           Curve("plurals", "", RANKS, SHARE, SHARE, SHARE)], rank=3)
    band, line, point, family = figure.data
    assert band.y.max() == pytest.approx(0.6) and band.y.min() == pytest.approx(0) and not band.showlegend
    assert line.line.color == COLOURS["mstar"] and line.line.dash == "solid" and family.line.dash == "dot"
    assert point.error_y.array[0] == pytest.approx(0.2) and point.error_y.arrayminus[0] == pytest.approx(0.1)
    assert figure.layout.shapes[0].x0 == 3


def test_embeddings_of_a_family_lie_side_by_side():
    share = np.array([0.9, NAN])
    figure = draw_families(["a", "b"], [Marks("M*", "mstar", share, share - 0.1, share + 0.05),
                                        Marks("PPMI", "ppmi", share, share, share)])
    first, second = figure.data
    assert first.y[0] > second.y[0] and first.y[0] - first.y[1] == pytest.approx(1)
    assert first.marker.symbol != second.marker.symbol and first.error_x.array[0] == pytest.approx(0.05)
    assert list(figure.layout.yaxis.ticktext) == ["a", "b"]


def test_answers_are_plain_text_best_on_top():
    bar = draw_answers(["queen", "<i>&"], np.array([0.8, -0.2])).data[0]
    assert list(bar.text) == ["queen", "&lt;i>&amp;"] and bar.y[0] > bar.y[1]
    assert bar.marker.color[0] != bar.marker.color[1]


@pytest.fixture(scope="module")
def spectrum():
    rng = np.random.default_rng(0)
    places = rng.standard_normal((200, 60))
    places[100:120] = places[:20] + 1.5 + rng.standard_normal((20, 60))
    return compute_spectrum(places, np.stack([np.arange(20), np.arange(100, 120)], 1))


def test_the_spike_stands_apart_from_the_bulk(spectrum):
    bulk, sticks, spike = draw_task_spectrum(spectrum).data
    assert len(sticks.x) == 19 and spike.x[0] == pytest.approx(spectrum.eigenvalues[0], rel=1e-5)
    assert bulk.x.max() == pytest.approx(spectrum.eigenvalues[1], rel=1e-4) and spike.x[0] > 1.5 * bulk.x.max()
    assert np.isfinite(bulk.y).all() and bulk.y.max() > 0


def test_shares_add_up_to_all(spectrum):
    bars, total = draw_localisation(spectrum.localisation).data
    assert bars.y.sum() == pytest.approx(1, rel=1e-5) and total.y[-1] == pytest.approx(1, rel=1e-5)


def test_strength_has_its_control_and_accuracy_beside():
    figure = draw_strength(np.array([4, 8]), np.array([2.0, 5.0]), np.array([1.0, 1.1]), np.array([0.1, 0.6]))
    assert [t.name for t in figure.data] == ["SNR", "random words", "right answers"]
    assert figure.data[2].xaxis != figure.data[0].xaxis
    assert len(draw_strength(np.array([4]), np.array([2.0]), np.array([1.0])).data) == 2


def test_order_says_who_is_never_learned():
    figure = draw_order(["a", "b", "c", "d"], np.array([0, 1, 1, -1]), np.array([30.0, 10.0, NAN, 20.0]),
                        np.array([20.0, 5.0, NAN, 15.0]), np.array([60.0, 12.0, NAN, 25.0]))
    assert list(figure.layout.yaxis.ticktext) == ["b", "d", "a", "c"]
    assert [a.text for a in figure.layout.annotations] == ["never"] and figure.layout.annotations[0].y == -3
    concrete = figure.data[0]
    assert concrete.x.tolist() == [30] and concrete.error_x.array.tolist() == [30]
    assert len({t.marker.symbol for t in figure.data}) == 3


def test_ratios_stand_about_one():
    ratio = np.array([0.5, 2.0])
    figure = draw_ratios(["one", "two"], ratio, ratio / 2, ratio * 2)
    low, high = figure.layout.xaxis.range
    assert low == -high and high > np.log10(4) and figure.layout.shapes[0].x0 == 1
    assert draw_ratios(["one"], np.array([NAN]), np.array([NAN]), np.array([NAN])).layout.xaxis.range[1] > 0
