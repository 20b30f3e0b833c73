"""Learning curves: a thin line a seed, a mean a direction, nothing outside the frame."""

import numpy as np
import pytest

from core.analysis.seq2seq.curves import Curve, average_curves
from core.figures.seq2seq.curves import COLOURS, draw_learning


def curve(reverse, seed=0, n=4, level=9.0):
    epochs = np.arange(1, n + 1)
    return Curve(f"{reverse}{seed}", reverse, seed, 1, epochs, level / epochs ** 0.5, 2 * level / epochs)


@pytest.mark.parametrize("train", [True, False])
def test_every_run_and_every_mean_is_drawn(train):
    curves = [curve(False), curve(True, level=8.0), curve(False, seed=1, level=10.0), curve(True, seed=1, level=7.0)]
    figure = draw_learning(curves, train=train)
    named = {trace.name: trace for trace in figure.data if trace.name}
    assert len(figure.data) == (12 if train else 6) and len(named) == (4 if train else 2)
    for reverse, name in ((False, "forward, unread"), (True, "reversed, unread")):
        _, mean, _ = average_curves([c for c in curves if c.reverse == reverse])
        np.testing.assert_allclose(named[name].y, mean, rtol=1e-6)
        assert named[name].line.color == COLOURS[reverse]
    low, high = 10 ** np.array(figure.layout.yaxis.range)
    for trace in figure.data:
        assert low <= trace.y.min() and trace.y.max() <= high and trace.y.dtype == np.float32


def test_a_single_run_is_its_own_mean():
    figure = draw_learning([curve(True)], train=False)
    assert len(figure.data) == 1 and figure.data[0].name == "reversed, unread"


def test_epochs_are_whole_numbers_and_perplexities_a_logarithmic_axis():
    figure = draw_learning([curve(False, n=8), curve(True, n=8)])
    assert figure.layout.yaxis.type == "log" and figure.layout.xaxis.dtick == 1
    assert draw_learning([curve(False, n=1)]).data[0].y.tolist() == [9.0]
