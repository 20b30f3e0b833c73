"""The figure of a text CNN at work: its frame is the whole run's, and every number given is drawn."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures.saliency.live import ENGLISH, draw_live


def draw(n=4, *, n_epochs=10, chance=0.5, **changes):
    curves = {"learned": np.linspace(0.6, 0.9, n), "test": np.linspace(0.5, 0.7, n), "loss": np.linspace(0.7, 0.2, n),
              "right": np.linspace(0.03, 0.01, n - 1), "wrong": np.linspace(0.02, 0.05, n - 1)} | changes
    return curves, draw_live(**curves, chance=chance, n_epochs=n_epochs)


def test_every_curve_stands_at_its_epochs():
    curves, figure = draw()
    drawn = {trace.name: trace for trace in figure.data}
    for name in ("learned", "test", "loss"):
        trace = drawn[getattr(ENGLISH, name)]
        np.testing.assert_allclose(trace.y, curves[name], rtol=1e-6)
        assert list(trace.x) == [1, 2, 3, 4]
    for name in ("right", "wrong"):  # from each epoch to the next, drawn at the later one
        trace = drawn[getattr(ENGLISH, name)]
        np.testing.assert_allclose(trace.y, curves[name], rtol=1e-6)
        assert list(trace.x) == [2, 3, 4] and trace.yaxis == "y3"
    assert set(drawn[ENGLISH.chance].y) == {0.5} and drawn[ENGLISH.chance].line.dash == "dash"
    assert drawn[ENGLISH.right].line.color != drawn[ENGLISH.wrong].line.color


def test_the_frame_is_that_of_the_whole_run():
    for n in (1, 4, 10):
        _, figure = draw(n)
        assert tuple(figure.layout.xaxis.range) == (0.5, 10.5) and tuple(figure.data[0].x) == (0.5, 10.5)


def test_three_panels_do_not_overlap():
    layout = draw()[1].layout
    accuracy, loss, movement = layout.yaxis.domain, layout.yaxis2.domain, layout.yaxis3.domain
    assert movement[1] < loss[0] < loss[1] < accuracy[0]
    assert movement[1] < layout.legend2.y < loss[0] and layout.legend.y > accuracy[1]


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 2, *[st.floats(0, 50)] * 3), min_size=1, max_size=50), st.floats(0, 1))
def test_no_line_leaves_its_panel(rows, chance):
    learned, test, loss, right, wrong = np.array(rows).T
    _, figure = draw(learned=learned, test=test, loss=loss, right=right[1:], wrong=wrong[1:], chance=chance,
                     n_epochs=50)
    for trace in figure.data:
        low, high = figure.layout[f"yaxis{trace.yaxis[1:]}" if trace.yaxis else "yaxis"].range
        assert all(low - 1e-6 <= y <= high for y in trace.y)


def test_a_side_without_sentences_leaves_no_mark_and_no_fault():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, figure = draw(wrong=np.full(3, np.nan))
        _, first = draw(1)
        _, neither = draw(right=np.full(3, np.nan), wrong=np.full(3, np.nan))
    assert json.loads(figure.to_json())["data"][5]["y"] is not None
    assert np.isnan(figure.data[5].y).all() and figure.layout.yaxis3.range[1] == pytest.approx(0.03 * 1.08)
    assert not len(first.data[4].y) and neither.layout.yaxis3.range[1] == 1


def test_numbers_are_small_on_the_wire():
    assert all(trace.y.dtype == np.float32 for trace in draw(50, n_epochs=50)[1].data[1:])
