"""Figures of the page about nesting."""

import numpy as np

from core.figures.lstm.generalisation import draw_curves, draw_form, draw_told_depth

X = np.arange(1.0, 6.0)


def test_form_shows_depth_and_told():
    figure = draw_form(("<ST>", "(", "b", ")", "<ED>"), np.array([0, 1, 1, 0, 0]), np.array([0.1, 1.2, 0.9, 0, 0]),
                       tags=("-", "(", "CALL", ")", "-"))
    depth, told = figure.data
    assert list(depth.y) == [0, 1, 1, 0, 0] and told.customdata[2][0] == "CALL"
    assert told.x[2] == "b" and told.y.dtype == np.float32


def test_told_depth_has_diagonal_band_and_training():
    quantiles = X[:, None] + np.linspace(-1, 1, 5)
    figure = draw_told_depth(X, quantiles, np.full(5, 9), trained=2)
    assert list(figure.data[0].x) == list(figure.data[0].y) == list(X)
    assert list(figure.data[2].y) == list(X) and len(figure.data[1].x) == 10
    assert figure.layout.annotations[0].text == "trained to 2" and figure.layout.shapes[0].x0 == 2


def test_curves_leave_gaps_out_and_scale_shares():
    y = np.array([1, np.nan, 0.5, 0.2, 0.1])
    figure = draw_curves([("a", X, y), ("b", X, y / 2)], bands=[np.column_stack([y - 0.1, y + 0.1])], share=True)
    assert [len(t.x) for t in figure.data] == [8, 4, 4]
    assert figure.layout.yaxis.tickformat == ".0%"
    assert draw_curves([("a", X, y)], limit=3).layout.yaxis.range == (0, 3)
