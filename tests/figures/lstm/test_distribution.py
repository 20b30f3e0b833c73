"""Figures of the distributions and sparsity pages, by what they say."""

import numpy as np
import pytest

from core.analysis.lstm.distribution import BINS, CELL_BINS, VECTORS, Distributions
from core.analysis.lstm.sparsity import Sparsity
from core.figures.lstm.distribution import draw_level_counts, draw_near, draw_vector, draw_vectors
from core.figures.lstm.sparsity import Member, draw_kept, draw_series, draw_survivors
from core.figures.palette import VECTOR_COLOURS


def make_distributions(hidden: int = 6) -> Distributions:
    rng = np.random.default_rng(0)
    v = len(VECTORS)
    limits = np.array([[0, 1]] * 3 + [[-1, 1]] * 2 + [[-4, 4], [-1, 1]], np.float32)
    return Distributions(
        corpus="x", n_tokens=100, n_groups=20, limits=limits, counts=rng.integers(1, 50, (2, v, BINS)),
        outside=np.zeros((2, v), np.float32), moments=np.full((2, v, 2), 0.3), beta=np.array([0.4, 0.3, 0.9]),
        normal=np.array([0.0, 1.0, 0.8]), peaks=np.array([[1, 0.2], [-1, 0.1]], np.float32),
        explained=np.linspace(0, 1, 10, dtype=np.float32) * np.ones((2, v, 1), np.float32),
        levels=np.tile(np.array([2, 3, 3, 5, 7, 11], np.uint8), (2, v, 1)),
        kept=np.full((2, v, hidden), 0.9, np.float16), cell_limits=np.repeat(limits[:, None], hidden, 1),
        cell_roots=rng.integers(0, 256, (v, hidden, CELL_BINS)).astype(np.uint8), few=np.array([0.5, 0.4, 0.6, 0]))


def make_member(l1: float, needed: int) -> Member:
    kept = np.array([1, 2, 4, 8])
    return Member(l1, Sparsity("x", 10, 2, 5, 2 + l1, 12.0, 8, 8, needed, kept, np.linspace(9, 2, 4),
                               np.arange(8, dtype=np.int32), np.ones(8, np.float32), np.ones((8, 7), np.float32),
                               np.full((2, 8), 5, np.uint8)))


def test_seven_panels_trained_before_untrained():
    traces = [t for t in draw_vectors(make_distributions()).data if t.showlegend is False]
    assert len(traces) == 14 and len({t.xaxis for t in traces}) == 7
    assert [t.line.color for t in traces[::2]] == [VECTOR_COLOURS[v] for v in VECTORS]


@pytest.mark.parametrize("cell", [None, 2])
@pytest.mark.parametrize("vector", VECTORS)
def test_areas_are_one(vector, cell):
    bars = draw_vector(make_distributions(), vector, cell=cell).data[0]
    assert (bars.y * bars.width).sum() == pytest.approx(1, rel=1e-5)


def test_root_is_the_root_and_hover_keeps_the_density():
    plain, root = (draw_vector(make_distributions(), "g", root=root).data[0] for root in (False, True))
    assert root.y ** 2 == pytest.approx(plain.y, rel=1e-4) and np.array_equal(root.customdata, plain.y)


def test_fit_and_peaks_belong_to_f_and_c_of_all_cells():
    result = make_distributions()
    assert [len(draw_vector(result, v).data) for v in VECTORS] == [2, 3, 2, 2, 2, 4, 2]
    assert len(draw_vector(result, "c", cell=0).data) == 2
    assert sorted(draw_vector(result, "c").data[-1].x) == [-1, 1]


def test_levels_are_shares_and_the_claim_is_banded():
    figure = draw_level_counts(make_distributions(), "c_up")
    assert figure.data[0].y == pytest.approx(np.array([0, 1, 2, 0, 1, 0, 1, 0, 0, 0, 1]) / 6)
    assert figure.layout.shapes[0].x1 == 3.5 and figure.layout.xaxis.ticktext[-1] == "≥ 11"


def test_near_curves_add_up_to_everything_at_one_half():
    figure = draw_near(make_distributions())
    assert figure.data[2].y[-1] == pytest.approx(1) and (np.diff(figure.data[0].y) >= 0).all()


def test_series_rings_the_picked_and_names_each():
    figure = draw_series([make_member(0, 8), make_member(0.1, 4)], picked=0.1)
    assert [t.strip() for t in figure.data[0].text] == ["0", "0.1"] and list(figure.data[0].x) == [8, 4]
    ring = figure.data[1]
    assert ring.marker.symbol == "circle-open" and list(ring.x) == [4]


def test_cells_kept_are_on_logarithmic_axes_beside_the_frequencies():
    figure = draw_kept([make_member(0, 8), make_member(0.1, 4)])
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert list(figure.layout.xaxis.tickvals) == [1, 2, 4, 8] and list(figure.data[-1].y) == [12, 12]


def test_survivors_keep_their_order_and_sign():
    r = np.array([[-0.9, 0.1], [0.2, 0.5], [0, 0]], np.float32)
    heat = draw_survivors(r, [7, 2, 5], ["depth", "VP"]).data[0]
    assert heat.x == ("7", "2", "5") and heat.z[0][0] == np.float32(-0.9) and heat.zmin == -1
    assert heat.text[0] == ("−0.90", "", "") or list(heat.text[0]) == ["−0.90", "", ""]
