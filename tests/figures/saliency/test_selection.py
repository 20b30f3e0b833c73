"""Curves of models, forests of differences and the cut through A_S, by what they say."""

import numpy as np
import pytest

from core.figures.palette import LINE_COLOURS, NEUTRAL
from core.figures.saliency.movement import Curve
from core.figures.saliency.selection import CLEAR, ForestRow, draw_accuracies, draw_forest, draw_threshold


def curve(level, width=0.01):
    mean = np.full(20, level)
    return Curve(mean, mean - width, mean + width)


def row(mean, half=1.0, label="a", **more):
    return ForestRow(label, mean, mean - half, mean + half, np.array([mean - 0.1, mean + 0.1]), **more)


def test_a_model_keeps_its_look_whichever_others_are_shown():
    both = draw_accuracies({"a": curve(0.7), "b": curve(0.8)}, colours=[0, 10])
    alone = draw_accuracies({"b": curve(0.8)}, colours=[10])
    assert both.data[-1].line == alone.data[-1].line
    assert both.data[-1].line.color == LINE_COLOURS[2] and both.data[-1].line.dash == "dash"


def test_the_window_is_shaded_and_bands_do_not_stretch_the_axis():
    figure = draw_accuracies({"a": curve(0.7, 5.0), "b": curve(0.72)}, window=(11, 20))
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (10.5, 20.5)
    assert figure.layout.yaxis.range == pytest.approx((0.68, 0.74))


def test_only_intervals_without_0_are_coloured():
    means = draw_forest([row(3), row(0.5), row(-3)], x_title="x").data
    marks = next(t for t in means if t.name == "mean and 95 % interval")
    assert list(marks.marker.color) == [CLEAR, NEUTRAL, CLEAR]
    assert marks.x.tolist() == [3, 0.5, -3] and marks.y.tolist() == [0, -1, -2]


def test_every_seed_is_a_dot_and_all_is_scaled_alike():
    figure = draw_forest([row(0.02, 0.01, mark=0.01), row(0.0, 0.01)], x_title="x", scale=100)
    dots, marked = (next(t for t in figure.data if t.name == name) for name in ("each seed", "to compare"))
    assert len(dots.x) == 4 and dots.customdata.tolist() == [1, 2, 1, 2]
    assert marked.x[0] == 1 and figure.data[-2].x.tolist() == pytest.approx([2, 0])
    lines = [list(t.x) for t in figure.data if t.mode == "lines"]
    assert lines[0][:2] == pytest.approx([1, 3]) and lines[1][:2] == pytest.approx([-1, 1])
    assert lines[0][2] is None  # one row's line does not run into the next


def test_one_seed_has_a_square_but_no_interval():
    alone = ForestRow("a", 1.0, np.nan, np.nan, np.array([1.0]))
    figure = draw_forest([alone], x_title="x")
    assert not [t for t in figure.data if t.mode == "lines"]
    assert figure.data[-1].marker.color[0] == NEUTRAL and np.isfinite(figure.layout.xaxis.range).all()


def test_endless_intervals_do_not_hide_the_dots():
    low, high = draw_forest([row(0.1, 1e6)], x_title="x").layout.xaxis.range
    assert -2 < low < 0 < high < 2


def test_noise_and_sides_are_said():
    figure = draw_forest([row(0.1)], x_title="x", noise=1.3, sides=("worse", "better"))
    strip = figure.layout.shapes[0]
    assert (strip.x0, strip.x1) == (-1.3, 1.3)
    assert {"← worse", "better →"} <= {a.text for a in figure.layout.annotations}


def test_the_histogram_counts_what_is_taken_and_what_is_left():
    scores = np.exp(np.random.default_rng(0).normal(-9, 1, 5_000))
    cut = float(np.quantile(scores, 0.8))
    taken, left = draw_threshold(scores, cut).data[:2]
    assert taken.y.sum() == 1_000 and left.y.sum() == 4_000
    edge = np.log10(cut)
    assert taken.x[taken.y > 0].min() > edge - taken.width and left.x[left.y > 0].max() < edge + left.width


def test_scores_of_nothing_are_left_out():
    assert sum(t.y.sum() for t in draw_threshold(np.array([0.0, 1e-5, 2e-5, 3e-5]), 2e-5).data[:2]) == 3
    assert sum(t.y.sum() for t in draw_threshold(np.zeros(4), 1e-5).data) == 0
