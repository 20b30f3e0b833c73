"""The figure of two models at work: its frame is the whole run's, and every number given is drawn."""

import numpy as np

from core.figures.seq2seq.toy import draw_course, draw_places

STEPS = np.array([0, 10, 20])
RIGHT = {"forward": np.array([0.0, 0.1, 0.5]), "reversed": np.array([0.0, 0.3, 0.9])}
PERPLEXITY = {"forward": np.array([13.0, 5.0, 2.0]), "reversed": np.array([13.5, 4.0, 1.2])}


def test_both_courses_stand_at_their_steps():
    figure = draw_course(STEPS, RIGHT, PERPLEXITY, n_steps=100, guess=13.0)
    guess, *lines = figure.data
    assert set(guess.y) == {13.0} and guess.yaxis == "y2"
    for trace, (axis, values) in zip(lines, ((a, v[n]) for n in ("forward", "reversed")
                                             for a, v in (("y", RIGHT), ("y2", PERPLEXITY))), strict=True):
        np.testing.assert_allclose(trace.y, values, rtol=1e-6)
        assert trace.yaxis == axis and trace.x.tolist() == [0, 10, 20] and trace.y.dtype == np.float32
    assert figure.layout.xaxis.range[1] >= 100 and 10 ** figure.layout.yaxis2.range[1] > 13.5
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]


def test_places_count_from_one_and_gaps_stay_gaps():
    figure = draw_places({"forward": np.array([1.0, 0.5, np.nan]), "reversed": np.array([0.9, 0.8, 0.7])})
    assert figure.data[0].x.tolist() == [1, 2, 3] and np.isnan(figure.data[0].y[2])
    assert figure.layout.yaxis.range[0] < 0.5
