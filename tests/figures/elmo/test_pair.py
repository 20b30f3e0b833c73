"""Two examples beside all pairs."""

import numpy as np

from core.figures.elmo.pair import PairRow, draw_pair

ROWS = [PairRow("word alone", 1.0, (0.5, 0.6, 1.0), (0.4, 0.5, 1.0)),
        PairRow("layer <1>", -0.3, (-0.2, 0.6, 0.9), (-0.4, 0.1, 0.8))]


def test_bands_reach_from_quantile_to_quantile_with_a_stroke_at_the_median():
    same, middles, *_ = draw_pair(ROWS).data
    np.testing.assert_allclose(same.x, [0.5, 1.0, np.nan, -0.2, 0.9, np.nan])
    np.testing.assert_allclose(middles.x, [0.6, 0.6])
    assert same.y[0] == same.y[1] == middles.y[0] < 0 < middles.y[1] < 1


def test_the_pair_is_a_diamond_with_its_number():
    pair = draw_pair(ROWS).data[-1]
    np.testing.assert_allclose(pair.x, [1.0, -0.3])
    assert list(pair.text) == ["<b>1.00</b>", "<b>−0.30</b>"] and list(pair.y) == [0, 1]
    assert draw_pair(ROWS).layout.xaxis.range[0] < -0.4


def test_absent_bands_are_left_out():
    rows = [PairRow("a", 0.5, (0.1, 0.2, 0.3), None), PairRow("b", 0.5, None, None)]
    assert len(draw_pair(rows).data) == 3 and len(draw_pair(rows[1:]).data) == 1


def test_markup_in_names_is_shown():
    assert draw_pair(ROWS).layout.yaxis.ticktext[1] == "layer &lt;1>"
