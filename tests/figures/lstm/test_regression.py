"""Figures of the depth regression page: numbers go in as they are, and odd input draws something sensible."""

import numpy as np
import pytest

from core.analysis.lstm.regression import PATH, PENALTIES
from core.figures.lstm.regression import (
    Reference,
    draw_path,
    draw_predicted,
    draw_readouts,
    draw_shape,
    draw_weight_paths,
    draw_weights,
)
from core.figures.palette import VECTOR_COLOURS

LEVELS = np.array([[0, 50, 0.1, -0.5, 0, 0.1, 0.2, 0.9], [1, 30, 1.2, 0.2, 0.9, 1.1, 1.4, 2.0],
                   [4, 10, 3.1, 2, 2.5, 3.0, 3.5, 4.0]])


def test_shades_are_the_levels_that_have_tokens():
    shares = np.zeros((6, 20))
    shares[[0, 1, 4], [3, 6, 12]] = 1
    figure = draw_predicted(shares, (-1.0, 5.0), LEVELS)
    heat, diagonal, medians = figure.data
    assert heat.x.tolist() == [0, 1, 4] and heat.z.shape == (20, 3) and np.nansum(heat.z, 0).tolist() == [1, 1, 1]
    assert heat.y[0] == pytest.approx(-0.85) and heat.y[-1] == pytest.approx(4.85)
    assert diagonal.x.tolist() == diagonal.y.tolist()
    np.testing.assert_allclose(medians.y, [0.1, 1.1, 3.0], rtol=1e-6)


def test_no_tokens_at_all_leave_an_empty_frame():
    assert len(draw_predicted(np.zeros((3, 8)), (-1.0, 3.0), np.zeros((0, 8))).data) == 3


def test_readouts_are_filled_and_controls_hollow():
    rows = [("all", {"c": [0.9, 0.8, 0.95], "h": [0.5, 0.4, 0.6]}), ("control", {"c": [-0.2], "h": [np.nan]}),
            ("position", {"": [0.1, 0.05, 0.2]})]
    figure = draw_readouts(rows, n_readouts=1)
    filled = [t for t in figure.data if not t.marker.symbol.endswith("open")]
    hollow = [t for t in figure.data if t.marker.symbol.endswith("open")]
    assert [t.name for t in filled if t.showlegend] == ["c", "h"]
    control = next(t for t in hollow if t.name == "c")
    assert control.x.tolist() == pytest.approx([-0.2]) and not control.error_x.visible
    assert next(t for t in filled if t.name == "c").error_x.array[0] == pytest.approx(0.05)
    assert not any(t.name == "h" for t in hollow)  # NaN is not drawn
    assert figure.layout.xaxis.range[0] < -0.2
    assert figure.layout.yaxis.ticktext == ("all", "control", "position")


def steps():
    cells = np.array([0, 1, 1, 3, 2, 40])
    table = {name: np.linspace(0, 0.9, 6) for name in PATH}
    return table | {"cells": cells.astype(float)}


def test_the_path_takes_the_weakest_penalty_of_every_number_of_cells():
    figure = draw_path(steps(), 3, vector="h", n_cells=100, references=[
        Reference("all", 0.95), Reference("one", 0.94), Reference("nothing", float("nan"))])
    lasso = next(t for t in figure.data if t.name == "Lasso")
    assert lasso.x.tolist() == [1, 2, 3, 40] and lasso.line.color == VECTOR_COLOURS["h"]
    np.testing.assert_allclose(lasso.y, np.linspace(0, 0.9, 6)[[2, 4, 3, 5]])
    assert next(t for t in figure.data if t.name == "chosen").x == (3.0,)
    texts = figure.layout.annotations
    assert [a.text for a in texts] == ["all 0.950", "one 0.940"] and texts[0].y - texts[1].y > 0.05
    assert len(figure.layout.shapes) == 2


def test_surviving_cells_can_be_clicked_and_one_is_ringed():
    kept = np.array([[7, -1.2, -0.8], [3, 0.4, 0.1], [900, 0.1, 0.0]])
    figure = draw_weights(kept, picked=3, n_cells=2)
    markers = figure.data[1]
    assert markers.x == ("7", "3") and markers.customdata[:, 0].tolist() == [7, 3]
    assert figure.data[2].x == ("3",) and figure.data[2].y[0] == pytest.approx(0.4)
    assert len(draw_weights(kept, picked=900, n_cells=2).data) == 2  # not among those shown


def test_weight_paths_name_the_heaviest_and_grey_the_rest():
    weights = np.linspace(0, 1, len(PENALTIES))[:, None] * np.array([1, -3, 2, 0.1, 5])
    figure = draw_weight_paths(PENALTIES, weights, np.array([4, 8, 15, 16, -1]), 10, n_named=2)
    assert len(figure.data) == 4  # the fifth is no cell
    assert {t.name for t in figure.data if t.showlegend} == {"cell 8", "cell 15"}
    assert figure.layout.shapes[0].x0 == pytest.approx(PENALTIES[10])


def test_shapes_overlay_the_vectors_and_the_line_of_no_error():
    figure = draw_shape({"c": LEVELS, "h": LEVELS[:2]})
    curves = [t for t in figure.data if t.showlegend is not False]
    assert [t.name for t in curves] == ["c", "h"] and curves[0].y.tolist() == pytest.approx([0.1, 1.1, 3.0])
    assert figure.data[-1].x.tolist() == [0, 4]


def test_arrays_go_to_plotly_in_single_precision():
    figures = [draw_shape({"c": LEVELS}), draw_weights(np.array([[1.0, 2.0, 3.0]])),
               draw_predicted(np.ones((5, 4)), (0.0, 4.0), LEVELS)]
    arrays = [a for f in figures for t in f.data for a in (t.x, t.y) if isinstance(a, np.ndarray)]
    assert arrays and all(a.dtype != np.float64 for a in arrays)
