"""What each layer keeps, drawn: scores by representation, shares by task, thrift by share of the data."""

import numpy as np
import pytest

from core.figures.elmo.layers import draw_efficiency, draw_scores, draw_shares

NAMES = ("static", "layer 1", "layer 2")
ENDS = np.array([[0.70, 0.68, 0.72], [0.86, 0.85, 0.87], [np.nan] * 3])


def test_what_was_not_measured_is_left_out_and_controls_are_grey():
    dots = draw_scores(NAMES, ENDS, controls=(True, False, False)).data[0]
    assert list(dots.y) == ["static", "layer 1"] and list(dots.marker.symbol) == ["diamond", "circle"]
    np.testing.assert_allclose(dots.x - dots.error_x.arrayminus, [0.68, 0.85], atol=1e-6)
    np.testing.assert_allclose(dots.x + dots.error_x.array, [0.72, 0.87], atol=1e-6)


@pytest.mark.parametrize(("base", "lines"), [(0.65, 1), (0.1, 0)])
def test_a_far_base_is_named_and_does_not_press_the_scores_together(base, lines):
    figure = draw_scores(NAMES, ENDS, base=base)
    low, high = figure.layout.xaxis.range
    assert len(figure.layout.shapes) == lines and f"{base:.2f}" in figure.layout.annotations[-1].text
    assert (low < base) == bool(lines) and low < 0.68 and high > 0.87 and high - low < 0.4


def test_a_row_is_a_task_from_top_to_bottom_and_a_column_a_layer():
    shares = np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
    figure = draw_shares(("tags", "senses"), shares, layer="L{n}")
    field = figure.data[0]
    assert list(field.y) == ["tags", "senses"] and list(field.x) == ["L0", "L1", "L2"]
    assert figure.layout.yaxis.autorange == "reversed"
    np.testing.assert_allclose(field.z, shares, atol=1e-6)
    assert [list(row) for row in field.text] == [["0.20", "0.50", "0.30"], ["0.10", "0.10", "0.80"]]


def test_thrift_has_a_line_a_way_through_the_mean_of_its_seeds():
    score = np.array([[[0.1, 0.3], [0.4, 0.6]], [[0.5, np.nan], [0.8, 0.9]]])
    figure = draw_efficiency(np.array([0.1, 1.0]), score, base=0.05)
    without, dots, beside, _ = figure.data
    np.testing.assert_allclose(without.y, [0.2, 0.5], atol=1e-6)
    np.testing.assert_allclose(beside.y, [0.5, 0.85], atol=1e-6)
    np.testing.assert_allclose(dots.x, [0.1, 0.1, 1, 1], atol=1e-6)
    assert figure.layout.shapes[0].y0 == 0.05 and figure.layout.xaxis.type == "log"
