"""Figures of words and their classes, by what they say."""

import numpy as np
import pytest

from core.figures.lstm.word_classes import draw_densities, draw_pairs, draw_sizes
from core.figures.lstm.word_roles import draw_aligned, draw_contrast, draw_roles
from core.figures.palette import LINE_COLOURS, NEUTRAL, VECTOR_COLOURS
from core.figures.projection import Cloud, draw_clouds, draw_stripes, fold_signs, mark_cloud

EDGES = np.linspace(-2, 2, 5)
SIZES = ("1", "2", "all")


def clouds(n=20, k=3, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return [Cloud(f"T{i}", rng.normal(i * 5, 1, (n, d)), [f"w{j}<b>" for j in range(n)], np.arange(n) + 100 * i)
            for i in range(k)]


@pytest.mark.parametrize(("axes", "kind"), [(("a", "b"), "scatter"), (("a", "b", "c"), "scatter3d")])
def test_clouds_are_drawn_in_as_many_dimensions_as_there_are_titles(axes, kind):
    figure, given = draw_clouds(clouds(), axes=axes), clouds()
    assert [t.type for t in figure.data] == [kind] * 3 and [t.name for t in figure.data] == ["T0", "T1", "T2"]
    for trace, cloud in zip(figure.data, given, strict=True):
        assert np.array_equal(trace.x, cloud.points[:, 0].astype(np.float32))
        assert np.array_equal(trace.customdata[:, 0], cloud.ids)
        assert trace.text[0] == "w0&lt;b>"


def test_many_points_are_drawn_by_webgl_and_clouds_are_named_at_their_middle():
    figure = draw_clouds(clouds(n=500), axes=("a", "b"))
    assert {t.type for t in figure.data} == {"scattergl"}
    for note, cloud in zip(figure.layout.annotations, clouds(n=500), strict=True):
        assert cloud.name in note.text
        assert [note.x, note.y] == pytest.approx(np.median(cloud.points[:, :2], 0).tolist(), abs=1e-3)


def test_clouds_differ_in_colour_or_symbol():
    assert len({mark_cloud(k) for k in range(30)}) == 30
    assert mark_cloud(0)[0] == LINE_COLOURS[0]


def test_stripes_are_the_seeds_exponentials():
    figure, given = draw_stripes(clouds()), clouds()
    rows = np.concatenate([c.points for c in given])
    assert figure.data[0].z == pytest.approx(np.exp(np.hstack([rows, -rows])), rel=1e-4)
    assert (figure.data[0].z > 0).all() and fold_signs(rows).shape == (60, 6)
    assert [t.strip("</b>") for t in figure.layout.yaxis.ticktext] == ["T0", "T1", "T2"]
    assert list(figure.layout.yaxis.tickvals) == [9.5, 29.5, 49.5]


def test_densities_integrate_to_one_for_each_tag_and_panel():
    density = np.array([[[1, 2, 3, 4], [4, 0, 0, 0]], [[5, 5, 0, 0], [0, 0, 1, 1]]])
    figure = draw_densities(density, EDGES, tags=("VB", "NN"), titles=("c", "c_up"))
    assert len(figure.data) == 4 and [t.showlegend for t in figure.data] == [True, True, False, False]
    for trace, counts in zip(figure.data, density.reshape(4, 4), strict=True):
        assert trace.y.sum() * 1.0 == pytest.approx(1) and trace.customdata.tolist() == counts.tolist()


def test_sizes_keep_their_order_and_controls_are_grey():
    auc = np.array([[0.5, 0.8, 0.9], [0.8, 0.9, 0.9], [0.6, 0.6, 0.7]])
    interval = np.stack([auc[:2] - 0.05, auc[:2] + 0.05], -1)
    figure = draw_sizes(auc, interval, SIZES, names=("c", "c_up", "bare"), vectors=("c", "c_up", "bare"), chance=0.55)
    lines = [t for t in figure.data if t.mode == "lines+markers"]
    assert list(figure.layout.xaxis.categoryarray) == list(SIZES)
    assert [t.line.color for t in lines] == [VECTOR_COLOURS["c"], VECTOR_COLOURS["c_up"], NEUTRAL]
    assert lines[0].text[0] == " [0.450, 0.550]" and lines[2].text[0] == ""
    assert figure.layout.yaxis.range[0] <= 0.4


def test_map_of_pairs_is_symmetric_and_every_field_can_be_clicked():
    pairs, values = np.array([[0, 1], [0, 3], [1, 3]]), np.array([0.1, -0.3, 0.2])
    figure = draw_pairs(values, pairs, ("A", "B", "C", "D"), picked=1, signed=True)
    heat, grid = figure.data
    z = np.asarray(heat.z)
    assert list(heat.x) == ["A", "B", "D"] and np.isnan(np.diag(z)).all()
    assert z[0, 2] == z[2, 0] == pytest.approx(-0.3) and heat.zmin == -heat.zmax and heat.zmid == 0
    assert len(grid.x) == 9 and grid.customdata[2].tolist() == [0, 3] and "A – D" in grid.text[2]
    assert [(s.x0, s.y0) for s in figure.layout.shapes] == [(-0.5, 1.5), (1.5, -0.5)]


def test_roles_stand_in_front_of_nameless_words():
    figure = draw_roles(clouds(d=2), forms=["this", "<i>"], places=np.ones((2, 2)), background=np.zeros((9, 2)),
                        axes=("a", "b"))
    assert figure.data[0].customdata is None and len(figure.data[0].x) == 9
    assert all(t.customdata is not None for t in figure.data[1:]) and figure.layout.dragmode == "lasso"
    assert [n.text for n in figure.layout.annotations] == ["<i>this</i>", "<i>&lt;i></i>"]


def test_contrast_bars_add_up_to_one_on_each_side():
    figure = draw_contrast(np.array([0.1, 0.2]), np.array([0.1, 1.5, 1.9]), np.linspace(0, 2, 5), names=("in", "out"))
    assert [t.name for t in figure.data] == ["out", "in"] and [sum(t.y) for t in figure.data] == pytest.approx([1, 1])
    assert sum(draw_contrast(np.zeros(0), np.ones(2), np.linspace(0, 2, 5), names=("in", "out")).data[1].y) == 0


def test_aligned_lines_meet_at_the_word():
    lines = [(np.arange(-2, 3), np.arange(5.0), ["a", "b", "that", "c", "d"])] * 2
    figure = draw_aligned(lines, word="that", rest=np.array([[-1, 0, 1, 2], [0, 1, 2, 3]]))
    drawn = [t for t in figure.data if t.mode == "lines+markers"]
    assert len(drawn) == 2 and [t.showlegend for t in drawn] == [True, False]
    assert drawn[0].text[list(drawn[0].x).index(0)] == "that"
    assert len(draw_aligned(lines, word="that").data) == 2


@pytest.mark.parametrize("make", [
    lambda: draw_clouds(clouds(n=1000, k=3), axes=("a", "b")),
    lambda: draw_stripes([Cloud(f"T{i}", np.zeros((24, 50)), ["w"] * 24, np.arange(24)) for i in range(10)])])
def test_figures_stay_small(make):
    assert len(make().to_json()) < 2e6
