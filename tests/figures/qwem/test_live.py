"""The figure of a training at work."""

import numpy as np
import pytest

from core.figures.qwem.live import FIRST, draw_live

TIME = np.array([0.0, 0.4, 0.8, 1.6])
MEASURED = np.array([[0, 0], [0.1, 0], [1, 0.2], [2, 1.5]])
LOSS = np.array([1.0, 0.99, 0.8, 0.6])


def test_what_was_measured_stands_over_a_prediction_that_reaches_ahead():
    ahead = np.array([0.1, 1.0, 8.0])
    figure = draw_live(TIME, MEASURED, LOSS, predicted=(ahead, np.ones((3, 2))), unit=0.8, end=10)
    dotted, solid = figure.data[:2], figure.data[2:4]
    assert [t.line.dash for t in (*dotted, *solid)] == ["dot", "dot", None, None]
    assert [t.line.color for t in dotted] == [t.line.color for t in solid]
    np.testing.assert_allclose(dotted[0].x, ahead / 0.8, rtol=1e-6)
    np.testing.assert_allclose(solid[0].x, TIME[1:] / 0.8, rtol=1e-6)  # the start is at 0: no place on the axis
    np.testing.assert_allclose(solid[1].y, MEASURED[1:, 1])
    np.testing.assert_allclose(figure.layout.xaxis.range, np.log10([FIRST, 10]))


def test_the_loss_has_an_axis_of_its_own_below():
    figure = draw_live(TIME, MEASURED, LOSS)
    np.testing.assert_allclose(figure.data[-1].y, LOSS[1:], rtol=1e-6)
    assert figure.data[-1].yaxis == "y2" and len(figure.data) == 3
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]


@pytest.mark.parametrize(("top", "reach"), [(None, 2.0), (5.0, 5.0), (1.0, 2.0)])
def test_the_frame_holds_what_is_expected_and_what_came(top, reach):
    assert draw_live(TIME, MEASURED, LOSS, top=top).layout.yaxis.range[1] == pytest.approx(1.05 * reach)


def test_the_first_moment_alone_draws_an_empty_frame():
    figure = draw_live(TIME[:1], MEASURED[:1], LOSS[:1], end=5)
    assert all(len(trace.x) == 0 for trace in figure.data) and figure.to_dict()
