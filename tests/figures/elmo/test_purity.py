"""Bars of purity."""

import numpy as np
import pytest

from core.figures.elmo.purity import PurityRow, draw_purity
from core.figures.palette import ACCENT, NEUTRAL

ROWS = [PurityRow("this mix", 0.8, 0.6, 0.9, 0.2, "mix"), PurityRow("layer <1>", 0.7, 0.5, 0.85, 0.1),
        PurityRow("word alone", 0.4, 0.3, 0.6, -0.05, "control")]
FIGURE = draw_purity(ROWS, chance=0.5)


def test_bars_and_their_intervals_are_the_numbers():
    accuracy, silhouette = FIGURE.data
    np.testing.assert_allclose(accuracy.x, [0.8, 0.7, 0.4])
    np.testing.assert_allclose(accuracy.error_x.array, [0.1, 0.15, 0.2], atol=1e-6)
    np.testing.assert_allclose(accuracy.error_x.arrayminus, [0.2, 0.2, 0.1], atol=1e-6)
    np.testing.assert_allclose(silhouette.x, [0.2, 0.1, -0.05])
    assert FIGURE.layout.xaxis2.range[0] < -0.05 and FIGURE.layout.xaxis2.range[1] > 0.2


def test_chance_is_a_line_with_its_number():
    line, = FIGURE.layout.shapes
    assert line.x0 == line.x1 == 0.5
    assert any("50%" in a.text for a in FIGURE.layout.annotations)


def test_each_number_stands_in_its_row():
    texts = {(a.xref, a.y): a.text for a in FIGURE.layout.annotations if a.xref != "paper" and a.yref == "y"}
    assert texts["x", "this mix"] == "<b>80%</b>" and texts["x2", "word alone"] == "−0.05"


def test_the_mix_and_the_controls_stand_out():
    assert list(FIGURE.data[0].marker.color)[::2] == [ACCENT, NEUTRAL]
    assert list(FIGURE.data[0].marker.pattern.shape) == ["", "", "/"]


def test_markup_in_names_is_shown():
    assert FIGURE.data[0].y[1] == "layer &lt;1>"


@pytest.mark.parametrize("silhouette", [-1.0, 0.0, 1.0])
def test_one_row_of_any_silhouette_fits(silhouette):
    figure = draw_purity([PurityRow("x", 0, 0, 0.5, silhouette)], chance=0)
    low, high = figure.layout.xaxis2.range
    assert low < min(silhouette, 0) and high > max(silhouette, 0)
