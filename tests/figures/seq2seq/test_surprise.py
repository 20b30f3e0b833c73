"""Surprise of models at words."""

from itertools import pairwise

import numpy as np
import pytest

from core.analysis.seq2seq.surprise import Judged
from core.figures.seq2seq.surprise import draw_surprise

JUDGED = [Judged(("le", "chat", "<ED>"), np.array([[-1, -2, -0.5], [-3, -1, -0.1]], np.float32),
                 np.ones((2, 3), bool)),
          Judged(("<u>", "<ED>"), np.array([[-7, 0], [-6, -1]], np.float32), np.array([[True, True], [False, True]]))]


def test_bars_add_up_to_minus_log_p_and_panels_share_a_scale():
    figure = draw_surprise(JUDGED, ["reversed", "forward"], titles=["a", "b"])
    totals = [float(np.sum(t.y)) for t in figure.data]
    assert totals == pytest.approx([3.5, 4.1, 7, 7])
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range and figure.layout.yaxis.range[1] >= 7
    assert [t.showlegend for t in figure.data] == [True, True, False, False]
    assert figure.data[0].marker.color == figure.data[2].marker.color != figure.data[1].marker.color


def test_titles_and_words_are_no_markup_and_unknown_words_are_said():
    figure = draw_surprise(JUDGED, ["<r>", "f"], titles=["a<b>", "c"])
    assert figure.data[0].name == "&lt;r>" and figure.data[2].x[0] == "&lt;u>"
    assert figure.layout.annotations[0].text == "<b>a&lt;b></b>"
    assert [list(t.customdata) for t in figure.data[2:]] == [["", ""], ["<br>read as UNK", ""]]


def test_panels_do_not_overlap():
    figure = draw_surprise(JUDGED * 2, ["a", "b"])
    domains = [figure.layout[f"yaxis{n or ''}"].domain for n in ("", 2, 3, 4)]
    assert all(upper[0] > lower[1] for upper, lower in pairwise(domains))
