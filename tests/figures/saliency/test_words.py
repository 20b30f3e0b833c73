"""The scatter of words and a word's course, by what they say."""

import numpy as np

from core.figures.saliency.words import draw_course, draw_words
from core.figures.spectrum import WEBGL_FROM

WORDS = tuple(f"w{i}" for i in range(2_000))
COUNT = np.arange(1, 2_001)
WAC = np.linspace(1e-3, 1e-6, 2_000).astype(np.float32)


def test_points_are_the_words_asked_for_on_logarithmic_axes():
    rows = np.array([5, 3, 40])
    figure = draw_words(COUNT, WAC, WORDS, rows=rows)
    dots = figure.data[0]
    assert dots.customdata[:, 0].tolist() == rows.tolist() and list(dots.text) == ["w5", "w3", "w40"]
    assert np.allclose(dots.x, COUNT[rows]) and np.allclose(dots.y, WAC[rows])
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert dots.x.dtype == dots.y.dtype == np.float32


def test_a_word_that_never_moves_has_no_place():
    wac = WAC.copy()
    wac[3] = 0
    figure = draw_words(COUNT, wac, WORDS, rows=np.array([3, 5]), chosen=3)
    assert figure.data[0].customdata[:, 0].tolist() == [5] and len(figure.data) == 1


def test_the_chosen_word_is_marked_and_named_at_its_logarithms():
    figure = draw_words(COUNT, WAC, ("<b>x",) * 2_000, rows=np.arange(10), chosen=99)
    mark, name = figure.data[-1], figure.layout.annotations[0]
    assert (mark.x[0], mark.customdata[0][0]) == (100, 99) and name.text == "<b>&lt;b>x</b>"
    assert np.isclose(name.x, 2) and np.isclose(name.y, np.log10(WAC[99]))
    assert all(text == "&lt;b>x" for text in figure.data[0].text)


def test_the_expected_line_has_one_value_for_each_frequency():
    count, expected = np.array([5, 5, 9, 9]), np.array([1.0, 1.0, 2.0, 2.0])
    figure = draw_words(count, WAC[:4], WORDS[:4], rows=np.arange(4), expected=expected)
    assert figure.data[1].x.tolist() == [5, 9] and figure.data[1].y.tolist() == [1, 2]


def test_many_words_are_drawn_by_webgl():
    for n, kind in ((WEBGL_FROM - 1, "scatter"), (WEBGL_FROM, "scattergl")):
        assert draw_words(COUNT, WAC, WORDS, rows=np.arange(n)).data[0].type == kind


def test_no_word_at_all_is_an_empty_figure():
    assert len(draw_words(COUNT, WAC, WORDS, rows=np.zeros(0, int)).data[0].x) == 0


def test_a_course_stands_before_its_band():
    course, usual = np.linspace(0, 1, 6), np.stack([np.full(6, v) for v in (0.1, 0.2, 0.4)])
    figure = draw_course(course, usual, word="<i>")
    assert [trace.y.tolist() for trace in figure.data[:3]] == [[np.float32(v)] * 6 for v in (0.4, 0.1, 0.2)]
    assert figure.data[1].fill == "tonexty" and figure.data[-1].name == "&lt;i>"
    assert np.allclose(figure.data[-1].y, course) and figure.data[-1].x.tolist() == [1, 2, 3, 4, 5, 6]
    assert len(draw_course(course).data) == 1
