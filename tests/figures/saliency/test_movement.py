"""Movement and confidence of two sides, by what they say."""

import numpy as np
import pytest

from core.figures.saliency.movement import RIGHT, WRONG, Curve, Side, draw_movement, fade


def band(n, level, width=0.1):
    mean = np.full(n, level)
    return Curve(mean, mean - width, mean + width)


SIDES = [Side(name, band(9, level), band(10, 0.8)) for name, level in (("right", 1.0), ("wrong", 2.0))]


def lines(figure, row):
    axis = "y" if row == 1 else "y2"
    return [t for t in figure.data if t.yaxis == axis and t.fill is None]


def test_movement_is_above_confidence_on_one_axis_of_epochs():
    figure = draw_movement(*SIDES)
    assert [t.y.tolist() for t in lines(figure, 1)] == [[1.0] * 9, [2.0] * 9]
    assert [len(t.y) for t in lines(figure, 2)] == [10, 10]
    assert figure.layout.xaxis.matches == "x2" and lines(figure, 1)[0].x.tolist() == list(range(1, 10))
    assert [t.line.color for t in lines(figure, 1)] == [RIGHT, WRONG] and RIGHT != WRONG


def test_bands_go_there_and_back():
    fill = next(t for t in draw_movement(*SIDES).data if t.fill == "toself")
    assert fill.x.tolist() == [*range(1, 10), *range(9, 0, -1)]
    assert np.allclose(fill.y[:9], 1.1) and np.allclose(fill.y[9:], 0.9)


def test_without_an_interval_there_is_no_band():
    unknown = Curve(np.ones(5), np.full(5, np.nan), np.full(5, np.nan))
    figure = draw_movement(Side("right", unknown, unknown), None)
    assert [t.fill for t in figure.data] == [None, None]


def test_a_side_without_sentences_is_left_out_and_each_side_is_named_once():
    assert {t.legendgroup for t in draw_movement(None, SIDES[1]).data} == {"wrong"}
    assert [t.name for t in draw_movement(*SIDES).data if t.showlegend] == ["right", "wrong"]
    assert len(draw_movement(None, None).data) == 0


@pytest.mark.parametrize("width", [0.1, 50])
def test_the_axis_fits_the_means_however_wide_the_bands(width):
    figure = draw_movement(*(Side(s.name, band(9, 1, width), s.confidence) for s in SIDES))
    assert tuple(figure.layout.yaxis.range) == (0, 1.7)


def test_a_faded_colour_keeps_its_hue():
    assert fade("#0A0B0C", 0.3) == "rgba(10,11,12,0.3)"
