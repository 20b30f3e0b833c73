"""Maps of gradients and their averages by lag: every number where it belongs, words as text."""

import json

import numpy as np
import pytest

from core.analysis.seq2seq.lags import LagCurve, average_by_lag
from core.figures.seq2seq.gradients import draw_by_lag, draw_map

VALUES = np.arange(12.0).reshape(3, 4) / 12
LOG_P = np.log([0.5, 0.25, 0.1, 1.0])


@pytest.mark.parametrize(("reverse", "first"), [(False, 4), (True, 2)])
def test_every_cell_tells_its_words_value_lag_and_probability(reverse, first):
    figure = draw_map(VALUES, ["x", "y", "z"], ["p", "q", "r"], reverse=reverse, log_p=LOG_P)
    heat = figure.data[0]
    np.testing.assert_allclose(heat.z, VALUES, rtol=1e-6)
    assert heat.customdata[0][0].tolist() == ["x", "p", first, 0.5]  # the first word: K + 1 steps, or 2
    assert heat.customdata[2][3].tolist() == ["z", "<i>end</i>", 5 if not reverse else 7, 1.0]
    assert list(figure.layout.yaxis.ticktext) == ["x", "y", "z"]
    assert figure.layout.yaxis.range == (2.5, -0.5)  # the first word on top


def test_two_maps_may_share_a_scale():
    figure = draw_map(VALUES, list("xyz"), list("pqr"), reverse=True, log_p=LOG_P, top=3.0)
    assert figure.data[0].zmin == 0 and figure.data[0].zmax == 3.0


def test_words_are_text_and_no_markup():
    figure = draw_map(VALUES, ["<b>", "&amp;", "a" * 40], ["<img>", "q", "r"], reverse=True, log_p=LOG_P)
    assert "<b>" not in json.dumps(figure.to_dict(), default=str) and "<img>" not in str(figure.data[0].customdata)
    assert len(figure.layout.yaxis.ticktext[2]) <= 15


def test_bands_controls_and_chance_are_drawn():
    rng = np.random.default_rng(0)
    curves = {r: average_by_lag([rng.random((4, 4)) for _ in range(10)], reverse=r) for r in (False, True)}
    figure = draw_by_lag(curves, curves, chance=1.0)
    named = {trace.name: trace for trace in figure.data if trace.name}
    assert len(named) == 5 and len(figure.data) == 7  # two bands have no name
    np.testing.assert_allclose(named["reversed"].y, curves[True].mean, rtol=1e-6)
    np.testing.assert_allclose(named["reversed"].customdata[:, 0], curves[True].low, rtol=1e-6)
    assert named["reversed, before training"].line.dash == "dot" and set(named["an even spread"].y) == {1.0}
    assert len(draw_by_lag({True: curves[True]}).data) == 2


def test_no_lag_at_all_is_an_empty_figure():
    empty = LagCurve(*(np.zeros(0) for _ in range(5)))
    assert len(draw_by_lag({True: empty}).data) == 2
