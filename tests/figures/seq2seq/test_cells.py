"""Cells over both halves."""

import numpy as np
import pytest

from core.analysis.seq2seq.cells import PairCells
from core.figures.palette import ACCENT
from core.figures.seq2seq.cells import draw_cells

RNG = np.random.default_rng(0)
FOUND = PairCells(("<ST>", "cat", "the", "<ED>", "<ST>", "le", "<i>", "le"), 4,
                  RNG.normal(size=(2, 8, 5)).astype(np.float32), RNG.normal(size=(2, 8, 5)).astype(np.float32))


@pytest.mark.parametrize("layer", [0, 1])
def test_a_line_a_cell_and_a_panel_a_state(layer):
    figure = draw_cells(FOUND, [3, 0], layer=layer)
    assert [(t.yaxis, t.name) for t in figure.data] == [("y", "cell 3"), ("y", "cell 0"), ("y2", "cell 3"),
                                                        ("y2", "cell 0")]
    for trace, (state, cell) in zip(figure.data, [("c", 3), ("c", 0), ("h", 3), ("h", 0)], strict=True):
        np.testing.assert_array_equal(trace.y, getattr(FOUND, state)[layer, :, cell])
    assert figure.data[0].line.color == figure.data[2].line.color != figure.data[1].line.color


def test_the_hand_over_lies_between_the_last_token_read_and_the_first_written():
    figure = draw_cells(FOUND, [1])
    lines = [s for s in figure.layout.shapes if s.line.color == ACCENT]
    assert [s.x0 for s in lines] == [3.5, 3.5] and {s.yref for s in lines} == {"y domain", "y2 domain"}
    assert [a.x for a in figure.layout.annotations] == [3.5, 3.5]


def test_equal_tokens_stay_apart_and_are_no_markup():
    names = list(draw_cells(FOUND, [1]).data[0].x)
    assert len(set(names)) == 8 and [n.rstrip("\u200b") for n in names] == ["ST", "cat", "the", "ED", "ST", "le",
                                                                           "&lt;i>", "le"]


def test_one_state_alone_makes_a_lower_figure():
    assert draw_cells(FOUND, [1], states=("h",)).layout.height < draw_cells(FOUND, [1]).layout.height
