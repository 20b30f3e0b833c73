"""Curves over sorted sentences: dots in the middle of their bins, bands round them, marks at the edges."""

import numpy as np
import pytest

from core.analysis.seq2seq.lengths import bin_bleu, cut_at, cut_evenly
from core.figures.seq2seq.curves import COLOURS
from core.figures.seq2seq.lengths import SystemLook, draw_lengths
from core.translate.bleu import count_ngrams

RNG = np.random.default_rng(0)
TEXTS = [" ".join(RNG.choice(list("abcdef"), n)) for n in RNG.integers(3, 15, 90)]
VALUES = np.array([len(t.split()) for t in TEXTS], np.float32)
COUNTS = [count_ngrams([t[::-1] for t in TEXTS], TEXTS), count_ngrams(TEXTS, TEXTS)]
SYSTEMS = [SystemLook("r1", True, 1), SystemLook("f12", False, 12)]


def build(bins):
    return draw_lengths(bins, bin_bleu(COUNTS, bins, n_draws=30), SYSTEMS, chosen=[0])


def test_dots_stand_in_the_middle_of_their_bins_and_carry_them():
    bins = cut_evenly(VALUES, 5)
    dots = [t for t in build(bins).data if t.mode == "lines+markers"]
    assert [t.name for t in dots] == ["r1", "f12"]
    for trace in dots:
        assert trace.x.tolist() == [9, 27, 45, 63, 81] and trace.customdata[:, 0].tolist() == [0, 1, 2, 3, 4]
        assert trace.customdata[:, 3].tolist() == [18] * 5
    assert dots[1].y == pytest.approx([100] * 5)


def test_direction_and_beam_are_colour_and_dash():
    dots = [t for t in build(cut_evenly(VALUES, 3)).data if t.mode == "lines+markers"]
    assert [(t.line.color, t.line.dash) for t in dots] == [(COLOURS[True], "dot"), (COLOURS[False], "solid")]


def test_marks_are_the_values_at_the_ends_of_bins_and_do_not_touch():
    bins = cut_at(VALUES, [4, 8, 11])
    axis = build(bins).layout.xaxis
    assert axis.tickvals[-1] == 90 and axis.ticktext[-1] == "14" and (np.diff(axis.tickvals) >= 4.5).all()
    crowded = build(cut_at(np.arange(90.0), [1, 2, 3, 50])).layout.xaxis
    assert len(crowded.tickvals) < 6 and (np.diff(crowded.tickvals) >= 4.5).all() and crowded.tickvals[-1] == 90


def test_bands_hold_their_dots_and_one_bin_has_one_too():
    for n in (1, 4):
        bins = cut_evenly(VALUES, n)
        figure = build(bins)
        bands = [t for t in figure.data if t.fill == "toself"]
        assert len(bands) == 2 and all(np.isfinite(t.y).all() for t in bands)
        for band, dots in zip(bands, [t for t in figure.data if t.mode == "lines+markers"], strict=True):
            half = len(band.y) // 2
            assert band.legendgroup == dots.legendgroup
            assert band.y[:half].min() >= band.y[half:].min() and band.y.min() - 1e-3 <= dots.y.min()


def test_the_chosen_bin_is_shaded_and_sizes_stand_above():
    figure = build(cut_evenly(VALUES, 5))
    assert any((s.x0, s.x1) == (0, 18) for s in figure.layout.shapes)
    assert [a.text for a in figure.layout.annotations] == ["18"] * 5
