"""Distances and ratios as drawn are those that were measured."""

import numpy as np
import pytest

from core.analysis.seq2seq.phrases import COMPARISONS, measure_quadruples
from core.figures.seq2seq.effects import COLOURS, draw_effects, draw_ratios

RNG = np.random.default_rng(0)
EFFECTS = {"one": measure_quadruples(RNG.normal(size=(80, 6)), n_draws=50),
           "two": measure_quadruples(RNG.normal(size=(80, 6)) + 1, n_draws=50)}


def test_boxes_and_means_are_those_of_the_distances():
    data = draw_effects(EFFECTS).data
    boxes, means = [t for t in data if t.type == "box"], [t for t in data if t.type == "scatter"]
    for k, kind in enumerate((*COMPARISONS, "random")):
        for n, found in enumerate(EFFECTS.values()):
            own = found.scaled(kind)
            assert boxes[k].median[n] == pytest.approx(np.median(own)) and means[k].x[n] == pytest.approx(own.mean())
            assert boxes[k].lowerfence[n] == pytest.approx(np.quantile(own, 0.05))
        assert boxes[k].line.color == COLOURS[kind]
    assert all(mean.x[n] == pytest.approx(1) for mean in means[3:] for n in range(2))


def test_rows_do_not_meet_and_names_stand_above_their_boxes():
    figure = draw_effects(EFFECTS)
    heights = [[t.y[n] for t in figure.data if t.type == "box"] for n in range(2)]
    assert min(heights[0]) > max(heights[1])
    for n, note in enumerate(figure.layout.annotations):
        assert note.y > max(heights[n]) and f"<b>{list(EFFECTS)[n]}</b>" == note.text


def test_ratios_carry_their_intervals_and_a_line_stands_at_1():
    figure = draw_ratios(EFFECTS)
    order, looks = figure.data
    for trace, name in ((order, "order_to_voice"), (looks, "looks_to_voice")):
        for n, found in enumerate(EFFECTS.values()):
            ratio, low, high = getattr(found, name)
            assert trace.x[n] == pytest.approx(ratio)
            assert trace.x[n] + trace.error_x.array[n] == pytest.approx(high, rel=1e-5)
            assert trace.x[n] - trace.error_x.arrayminus[n] == pytest.approx(low, rel=1e-5)
    assert any(s.x0 == s.x1 == 1 for s in figure.layout.shapes)
    reach = max(found.looks_to_voice[2] for found in EFFECTS.values())
    assert figure.layout.xaxis.range[1] > reach
