"""Filters as bars, their answers by class, and a heat map of windows."""

import numpy as np
import pytest

from core.analysis.saliency.filters import FilterAnswers, NGram, rank_filters
from core.analysis.saliency.windows import WindowAnswers
from core.figures.saliency.filters import draw_ngrams, draw_ranking, draw_spread, draw_windows, weigh_filters

FOUND = FilterAnswers(np.array([[1, 0, 4], [3, 0, 0]], np.float32), np.zeros((2, 3), np.int32), np.full(3, 3),
                      np.array([[0.1, -0.1], [1, -1], [-0.2, 0.2]], np.float32))


def test_bars_are_as_long_as_their_filters_weigh_and_coloured_by_class():
    order = rank_filters(FOUND)
    figure = draw_ranking(FOUND, order, ("<no>", "yes"), chosen=0, names=["a <b>", "c", ""])
    assert order.tolist() == [2, 0, 1] and weigh_filters(FOUND) == pytest.approx([0.4, 0, 0.8])
    by_row = {float(y): (float(x), int(c[0]), t.name) for t in figure.data
              for x, y, c in zip(t.x, t.y, t.customdata, strict=True)}
    assert by_row[0.0] == (pytest.approx(0.8), 2, "speaks for yes")
    assert by_row[-1.0] == (pytest.approx(0.4), 0, "speaks for &lt;no>")
    assert by_row[-2.0] == (0.0, 1, "speaks for &lt;no>")
    assert figure.layout.yaxis.ticktext[0] == "a &lt;b>"
    assert {o for t in figure.data for o in t.marker.opacity} == {1.0, 0.45}


def test_ngrams_stand_from_the_top_and_are_no_markup():
    figure = draw_ngrams([NGram(("<b>", "x"), 2.0, 5, 3), NGram(("y",), 1.0, 2, 1)])
    assert list(figure.data[0].x) == [2, 1] and list(figure.data[0].y) == [0, -1]
    assert figure.layout.yaxis.ticktext == ("&lt;b> x", "y") and figure.data[0].customdata[0][0] == 3


def test_the_spread_of_a_class_is_the_share_that_reaches_so_far():
    answers, labels = np.array([0, 1, 2, 3, 0, 0], np.float32), np.array([0, 0, 0, 0, 1, 1])
    first, second = draw_spread(answers, labels, ("a", "b")).data
    assert first.y[0] == pytest.approx(0.75) and first.y[-1] == pytest.approx(0.25)
    assert first.y[np.argmin(np.abs(first.x - 1.5))] == pytest.approx(0.5)
    assert second.y[0] == 0 and (np.diff(first.y) <= 0).all()


def test_a_class_without_sentences_has_no_curve():
    assert [t.name for t in draw_spread(np.ones(3), np.zeros(3, int), ("a", "b")).data] == ["a"]


def test_the_heat_map_is_what_each_window_would_add_and_rings_the_largest():
    values = np.array([[0, 2, 1, 0], [0, 0, 0, 0], [3, 0, 0, 1]], np.float32)
    found = WindowAnswers(values, values.argmax(1), np.full(3, 3), np.array([[0.5, -0.5], [0, 0], [-0.9, 0.9]],
                                                                          np.float32), np.zeros(2, np.float32))
    heat, rings = draw_windows(found, ["a", "<b>"], [2, 0, 1], label=1).data
    np.testing.assert_allclose(heat.z, [[0.9, 0, 0, 0.3], [0, -0.5, -0.25, 0], [0, 0, 0, 0]], atol=1e-6)
    assert list(heat.y) == ["2", "0", "1"] and heat.x[1] == "&lt;b>" and len(set(heat.x)) == 4
    assert heat.zmin == -heat.zmax == pytest.approx(-0.9)
    assert list(rings.x) == [heat.x[0], heat.x[1]] and list(rings.y) == ["2", "0"]
    assert heat.text[0][1] == "a &lt;b>"
