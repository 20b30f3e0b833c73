"""Figures of the correlations page, by what they say."""

import base64

import numpy as np
import pytest

from core.analysis.lstm.correlation import PROPERTIES, ValueByLevel
from core.figures.heatmap import MAX_COLUMNS, draw_correlation, pool_strongest, sort_cells
from core.figures.lstm.epochs import draw_epochs
from core.figures.lstm.levels import LevelCurve, draw_levels, tabulate_levels
from core.figures.palette import VECTOR_COLOURS
from core.figures.spectrum import draw_spectrum

BY = PROPERTIES.index("VP")


def make_r(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.8, 0.8, (n, len(PROPERTIES))).astype(np.float32)


def markers(figure):
    return [t for t in figure.data if t.mode == "markers"]


def test_spectrum_shows_every_cell_at_its_index():
    r = make_r(100)[:, 0]
    dots = markers(draw_spectrum(r, vector="c"))[0]
    assert np.array_equal(dots.y, r) and np.array_equal(dots.customdata, np.arange(100))
    assert dots.marker.color == VECTOR_COLOURS["c"]


@pytest.mark.parametrize("sign", [1, -1])
def test_spectrum_names_the_largest_magnitude(sign):
    r = np.zeros(50, np.float32)
    r[7], r[20] = 0.4, sign * 0.9
    figure = draw_spectrum(r, vector="h")
    assert figure.layout.annotations[0].text == f"cell 20, r = {'−' if sign < 0 else ''}0.900"
    assert figure.layout.annotations[0].x == 20


def test_sorted_spectrum_falls_and_keeps_the_cells_names():
    r = make_r(30)[:, 0]
    dots = markers(draw_spectrum(r, vector="c", by_r=True))[0]
    assert (np.diff(dots.y) <= 0).all() and np.array_equal(r[dots.customdata], dots.y)


def test_null_band_is_symmetric_and_can_be_left_out():
    with_band, without = (draw_spectrum(make_r(30)[:, 0], vector="c", null=null) for null in (0.2, None))
    band = with_band.data[0]
    assert band.fill == "toself" and set(np.round(band.y, 3)) == {np.float32(0.2), np.float32(-0.2)}
    assert not [t for t in without.data if t.fill]


@pytest.mark.parametrize(("n", "kind"), [(100, "scatter"), (1000, "scattergl")])
def test_many_cells_are_drawn_by_webgl(n, kind):
    assert markers(draw_spectrum(make_r(n)[:, 0], vector="c"))[0].type == kind


def test_cells_are_sorted_by_magnitude_with_the_chosen_property():
    r = make_r(40)
    assert (np.diff(np.abs(r[sort_cells(r, BY), BY])) <= 0).all()


def test_map_shows_the_strongest_cells_with_symmetric_limits():
    r = make_r(80)
    figure = draw_correlation(r, PROPERTIES, by=BY, n_cells=60)
    heat, grid = figure.data
    assert heat.z.shape == (len(PROPERTIES), 60) and heat.zmid == 0 and heat.zmin == -heat.zmax
    assert heat.zmax >= np.abs(heat.z).max() and heat.autocolorscale
    assert list(heat.x) == [str(c) for c in sort_cells(r, BY)[:60]]
    assert "<b>VP</b>" in figure.layout.yaxis.ticktext
    assert len(grid.x) == heat.z.size and grid.marker.opacity == 0


def test_every_field_of_the_map_can_be_clicked_and_says_its_own_r():
    r = make_r(80)
    grid = draw_correlation(r, PROPERTIES, by=BY, n_cells=20).data[1]
    for cell, p, value in grid.customdata:
        assert r[int(cell), int(p)] == pytest.approx(value)


def test_wide_map_is_pooled_and_says_how_much():
    figure = draw_correlation(make_r(1000), PROPERTIES, by=BY, n_cells=1000)
    assert figure.data[0].z.shape == (len(PROPERTIES), 500) <= (len(PROPERTIES), MAX_COLUMNS)
    assert figure.layout.xaxis.title.text.endswith("(1 : 2)")


def test_pooling_keeps_the_strongest_with_its_sign():
    values = np.array([[0.1, 0.9], [-0.8, 0.2], [0.3, -0.4]], np.float32)
    pooled, rows = pool_strongest(values, 2)
    assert pooled.tolist() == values[[[1, 0], [2, 2]], [[0, 1], [0, 1]]].tolist() and rows.tolist() == [[1, 0], [2, 2]]


def test_picked_cell_is_framed():
    r = make_r(80)
    cell = int(sort_cells(r, BY)[3])
    frame = draw_correlation(r, PROPERTIES, by=BY, picked=cell).layout.shapes[0]
    assert (frame.x0, frame.x1) == (2.5, 3.5)
    assert not draw_correlation(r, PROPERTIES, by=BY, n_cells=30, picked=int(sort_cells(r, BY)[70])).layout.shapes


def curve(vector="c", sign=1, slope=1.0):
    levels = np.arange(5, dtype=np.float32)
    middle = sign * slope * levels
    quantiles = (middle[:, None] + np.array([-.2, -.1, 0, .1, .2])).astype(np.float32)
    return LevelCurve(vector, 3, ValueByLevel(levels, quantiles, np.array([10, 40, 60, 40, 10])), sign)


def test_standardised_values_do_not_depend_on_scale_or_sign():
    plain = curve().standardise()
    turned = LevelCurve("c", 3, ValueByLevel(curve().values.levels, -5 * curve().values.quantiles[:, ::-1] + 2,
                                             curve().values.counts), -1).standardise()
    assert turned == pytest.approx(plain, abs=1e-5) and (np.diff(plain[:, 2]) > 0).all()
    assert (np.diff(plain, axis=1) >= 0).all()


def test_standardising_finds_the_deviation_of_a_normal_cell():
    x = np.random.default_rng(0).normal(3, 7, 20_000)
    q = np.quantile(x, (0.05, 0.25, 0.5, 0.75, 0.95))[None].astype(np.float32)
    z = LevelCurve("c", 0, ValueByLevel(np.zeros(1), q, np.array([20_000])), 1).standardise()
    assert z[0] == pytest.approx((q[0] - 3) / 7, abs=0.05)


def test_levels_overlay_c_red_and_h_blue_with_counts_in_the_hover():
    figure = draw_levels([curve("c"), curve("h", sign=-1)], x_title="VP depth")
    lines = [t for t in figure.data if t.showlegend is not False]
    assert [t.line.color for t in lines] == [VECTOR_COLOURS["c"], VECTOR_COLOURS["h"]]
    assert lines[0].name == "c, cell 3" and lines[1].name == "h, cell 3 (flipped)"
    assert lines[0].customdata[:, 5].tolist() == [10, 40, 60, 40, 10]
    assert figure.layout.xaxis.title.text == "VP depth"


def test_table_of_levels_keeps_the_cells_own_units():
    table = tabulate_levels([curve("c", slope=2.0)])
    assert table["q50"].tolist() == [0, 2, 4, 6, 8] and table["n"].sum() == 160


def test_epochs_draw_perplexity_and_a_line_a_property():
    epochs = np.random.default_rng(0).random((4, 1 + len(PROPERTIES))).astype(np.float32)
    figure = draw_epochs(epochs, PROPERTIES)
    assert len(figure.data) == 1 + len(PROPERTIES)
    assert np.array_equal(figure.data[-1].y, epochs[:, 0]) and list(figure.data[0].x) == [1, 2, 3, 4]
    assert [t.name for t in figure.data[:-1]] == list(PROPERTIES)


@pytest.mark.parametrize("make", [
    lambda: draw_spectrum(make_r(1000)[:, 0], vector="c", null=0.1),
    lambda: draw_correlation(make_r(1000), PROPERTIES, by=BY, n_cells=1000),
])
def test_arrays_travel_typed_and_stay_small(make):
    figure = make().to_dict()
    for trace in figure["data"]:
        for name in ("y", "z", "customdata"):
            if isinstance(trace.get(name), dict):
                assert base64.b64decode(trace[name]["bdata"])
            else:
                assert trace.get(name) is None or len(trace[name]) < 100
    assert len(make().to_json()) < 2e6
