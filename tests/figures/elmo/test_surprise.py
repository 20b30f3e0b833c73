"""Bars over and under a sentence, and sentences beside one another."""

import numpy as np
import pytest

from core.analysis.elmo.surprise import SentenceSurprise
from core.figures.elmo.surprise import draw_both_ways, draw_sentences, lay_sentence

NAN = np.nan
SCORED = SentenceSurprise(("<b>", "cat"), np.array([False, True]),
                          np.array([[NAN, 3, 1, 0.5], [0.25, 2, 9, NAN]], np.float32),
                          np.array([[-1, 4, 0, 0], [0, 1, 88, -1]], np.int32), np.zeros((2, 4, 1), np.int32),
                          np.zeros((2, 4, 1), np.float32))
USUAL = np.array([[NAN, 5, 6, 2], [2, 5, 6, NAN]], np.float32)


def bars(figure, name):
    return next(t for t in figure.data if t.name == name)


def test_forward_stands_above_and_backward_below_on_one_scale():
    figure = draw_both_ways(SCORED, USUAL)
    forward, backward = (bars(figure, n) for n in ("forward", "backward"))
    assert list(forward.y) == [0, 3, 1, 0.5] and list(backward.y) == [0.25, 2, 9, 0]
    top = figure.layout.yaxis.range[1]
    assert top >= 9 and tuple(figure.layout.yaxis2.range) == (top, 0) and backward.yaxis == "y2"
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]


def test_unknown_words_are_hatched_in_italics_and_no_markup():
    figure = draw_both_ways(SCORED, USUAL, picked=2)
    assert list(bars(figure, "forward").marker.pattern.shape) == ["", "/", "", ""]
    words = next(t for t in figure.data if t.type == "scatter" and t.mode == "text").text
    assert words[1] == "<i>&lt;b></i><sup>?</sup>" and words[2] == "<b>cat</b>" and "beginning" in words[0]


def test_every_place_can_be_clicked_and_says_what_it_costs():
    columns = [t for t in draw_both_ways(SCORED, USUAL, picked=1).data if t.customdata is not None]
    assert [np.asarray(t.customdata)[:, 0].tolist() for t in columns] == [[0, 1, 2, 3]] * 2
    assert "nothing stands there" in columns[0].text[0] and "nothing stands there" in columns[1].text[3]
    assert "9.0 bits, p = 0.002<br>88 words" in columns[1].text[2] and "without context 6.0" in columns[1].text[2]
    assert "UNK" in columns[0].text[1] and "UNK" not in columns[0].text[2]
    colours = columns[0].marker.color
    assert colours[1] != colours[0] == colours[2]


def test_the_control_is_left_out_where_there_is_none():
    names = {t.name for t in draw_both_ways(SCORED).data}
    assert "without context" not in names
    control = [t for t in draw_both_ways(SCORED, USUAL).data if t.name == "without context"]
    assert [t.showlegend for t in control] == [True, False] and control[0].y[1] == 5


def test_long_words_take_wider_columns():
    wide = SentenceSurprise(("internationalisation", "cat"), SCORED.known, SCORED.bits, SCORED.ranks, SCORED.expected,
                            SCORED.expected_p)
    assert lay_sentence(wide).width[1] > lay_sentence(SCORED).width[1] and lay_sentence(wide).needed > 0


def test_sentences_stand_forward_up_and_backward_down():
    figure = draw_sentences(np.array([[1.0, 2.0, 3.0], [4.0, 1.0, 0.5]]), ["a", "<i>", "c"], picked=1)
    up, down = (bars(figure, n) for n in ("forward", "backward"))
    assert list(up.y) == [1, 2, 3] and list(down.y) == [-4, -1, -0.5]
    clicked = [t for t in figure.data if t.customdata is not None]
    assert np.asarray(clicked[0].customdata).ravel().tolist() == [0, 1, 2] and "&lt;i>" in clicked[0].text[1]
    assert clicked[0].marker.color[1] != clicked[0].marker.color[0]
    assert figure.layout.yaxis.range[0] == pytest.approx(-figure.layout.yaxis.range[1])
    assert [abs(v) for v in figure.layout.yaxis.tickvals] == [float(t) for t in figure.layout.yaxis.ticktext]
