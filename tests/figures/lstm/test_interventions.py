"""Figures of interventions carry the numbers of their results."""

import numpy as np
import pytest

from core.analysis.lstm.ablation import AblationResult
from core.analysis.lstm.snap import GRIDS, SCORES, SnapResult
from core.figures.lstm.ablation import draw_ablation
from core.figures.lstm.interventions import AFTER, BEFORE, draw_two_cells, draw_two_runs
from core.figures.lstm.snap import draw_snap, draw_updates
from core.intervene.reading import TwoRuns


@pytest.fixture
def runs():
    nan = np.nan
    return TwoRuns(
        tokens=(("<ST>", "a", "b<i>", "<ED>"), ("<ST>", "a", "", "<ED>")),
        cells={3: np.array([[0, 1, 2, 0], [0, 1, nan, 0]], np.float32)},
        end=np.array([[0, .1, .9, nan], [0, .2, nan, nan]]), surprisal=np.array([[nan, 1, 2, 1], [nan, 1, nan, 3.0]]),
        differ=np.array([0, 0.5, nan, 0]), candidates=(("a", "b"), ("b", "<ED>"), ("<ED>",), ()),
        probabilities=np.full((2, 4, 2), 0.25, np.float32), coming=("a", "<ED>", "<ED>", ""), start=2)


def test_both_runs_are_drawn_and_a_slider_step_stands_for_every_token(runs):
    figure = draw_two_runs(runs, cursor=1, labels=("before", "after"))
    cell = [t for t in figure.data if t.name in ("before", "after")][:2]
    assert [t.line.color for t in cell] == [BEFORE, AFTER] and [t.showlegend for t in cell] == [True, True]
    np.testing.assert_array_equal(cell[1].y, runs.cells[3][1])
    assert len(figure.frames) == len(figure.layout.sliders[0].steps) == 4
    assert all(len(frame.data) == len(frame.traces) == 6 for frame in figure.frames)
    assert max(figure.frames[0].traces) < len(figure.data)


def test_differences_and_texts_are_marked_and_escaped(runs):
    figure = draw_two_runs(runs, cursor=0)
    ticks = figure.layout.xaxis3.ticktext
    assert ticks[0] == "ST" and "<s>b&lt;i>" in ticks[2] and "<i>" not in ticks[2]
    assert any(s.xref == "x" and s.x0 == 2 for s in figure.layout.shapes)        # where the change begins
    assert sum(s.type == "rect" for s in figure.layout.shapes) == 2              # one divergent, one lone column


def test_cells_alone_carry_both_runs_and_where_the_change_begins(runs):
    figure = draw_two_cells(runs, labels=("before", "after"), start_name="here")
    assert [t.name for t in figure.data] == ["before", "after"] and not figure.frames
    np.testing.assert_array_equal(figure.data[0].y, runs.cells[3][0])
    assert [s.x0 for s in figure.layout.shapes] == [2] and figure.layout.annotations[0].text == "here"
    assert figure.layout.xaxis.ticktext[0] == "ST"


def test_long_sentences_name_every_second_token():
    k = 220
    zeros = np.zeros((2, k), np.float32)
    runs = TwoRuns((("x",) * k,) * 2, {0: zeros}, zeros, zeros, zeros[0], ((),) * k, np.zeros((2, k, 1)), ("x",) * k, k)
    ticks = draw_two_runs(runs, cursor=0).layout.xaxis3.ticktext
    assert ticks[0] == ticks[2] == "x" and ticks[1] == ""


@pytest.fixture
def ablated():
    exact = np.array([[[0.5, 0.4, 0.6], [-0.01, -0.02, 0.0]]] * 2, np.float32)
    return AblationResult("demo", 100, 50, 5, 1.0, np.array([0.9, -0.2, 0.1], np.float32),
                          np.array([[0.3, 0, 0.04]] * 2, np.float32), np.array([0, 1]), np.array([0, 2]), exact,
                          np.ones((2, 2, 2), np.float32), np.ones(2, np.float32), np.zeros((2, 3)), np.zeros((2, 3)),
                          np.zeros(2))


def test_exact_cells_and_estimates_are_told_apart(ablated):
    figure = draw_ablation(ablated, "zero", picked=2)
    estimate, exact = figure.data[:2]
    assert estimate.customdata.tolist() == [[2, pytest.approx(0.04)]]
    np.testing.assert_allclose(exact.y, [np.sqrt(0.5), -np.sqrt(0.01)], atol=1e-6)
    np.testing.assert_allclose(exact.y + exact.error_y.array, [np.sqrt(0.6), 0], atol=1e-6)
    assert figure.layout.annotations[0].text == "0" and figure.data[2].marker.symbol == "circle-open"
    assert "0.5" in figure.layout.yaxis.ticktext


@pytest.fixture
def snapped():
    rows = []
    for grid, ks in (("none", (0,)), ("ternary", (3,)), ("binary", (2,)), ("model", (2, 3)), ("cell", (2, 3)),
                     ("random", (2, 2, 3, 3)), ("untrained", (0, 2, 3)), ("untrained-ternary", (3,))):
        rows += [[GRIDS.index(grid), k, *np.linspace(1, 2, len(SCORES) - 2)] for k in ks]
    return SnapResult("demo", 100, 5, 1, 2, np.array(rows), np.array([[2, -1], [2, 1], [3, -1], [3, 0], [3, 1]],
                                                                    np.float32), np.arange(81))


def test_three_panels_name_each_grid_once(snapped):
    figure = draw_snap(snapped, names={"ternary": "three"})
    named = [t.name for t in figure.data if t.showlegend]
    assert sorted(named) == sorted(["model", "cell", "random", "untrained", "three", "binary"])
    assert sum(s.type == "line" for s in figure.layout.shapes) == 3 and figure.layout.yaxis.type == "log"
    drawn = [t for t in figure.data if t.mode == "markers"]
    assert all(len(t.x) == 4 for t in drawn) and len(drawn) == 3  # every random grid


def test_the_levels_asked_for_stand_under_the_histogram(snapped):
    figure = draw_updates(snapped, 3)
    assert figure.data[1].x.tolist() == [-1, 0, 1] and figure.data[0].y.sum() == pytest.approx(1)
