"""Figures of the concepts, by what they say."""

import numpy as np
import pytest

from core.figures.palette import ACCENT
from core.figures.qwem.concepts import cut_word, draw_poles, draw_word
from core.figures.qwem.map import HEIGHT, LETTER, LINE, WIDTH, Found, draw_map, place_labels
from core.figures.qwem.spectrum import draw_eigenvalues
from core.figures.spectrum import WEBGL_FROM

WORDS = tuple(f"word{i}" for i in range(40))
VECTOR = np.linspace(-1, 2, 40)


def test_poles_hold_the_farthest_words_of_each_sign_with_their_components():
    figure = draw_poles(WORDS, VECTOR, 3)
    top, bottom = figure.data
    assert list(top.text) == ["word39", "word38", "word37"] and list(bottom.text) == ["word0", "word1", "word2"]
    assert np.allclose(top.x, VECTOR[[39, 38, 37]]) and np.allclose(bottom.x, VECTOR[:3])
    assert top.customdata[:, 0].tolist() == [39, 38, 37]
    assert figure.layout.xaxis.range[1] == -figure.layout.xaxis.range[0] >= 2 * 2


def test_an_end_without_words_says_so():
    figure = draw_poles(WORDS, np.abs(VECTOR), 3, none_text="nobody")
    assert len(figure.data[1].x) == 0 and figure.layout.annotations[0].text == "nobody"


def test_markup_in_words_is_shown_and_long_words_are_cut():
    assert cut_word("<b>x") == "&lt;b>x" and len(cut_word("y" * 99)) == 16
    figure = draw_poles(("<i>", "b"), np.array([1.0, -1.0]))
    assert figure.data[0].text[0] == "&lt;i>" and figure.data[0].hovertext[0] == "&lt;i>"


def test_word_bars_are_its_places_and_the_open_concept_stands_out():
    places = np.array([0.5, -2.0, 1.0, 0.0])
    figure = draw_word(places, chosen=2, names={1: "<u>"})
    bars = figure.data[0]
    assert np.allclose(bars.y, places) and bars.customdata[:, 0].tolist() == [0, 1, 2, 3]
    assert [c == ACCENT for c in bars.marker.color] == [False, False, True, False]
    assert bars.hovertext[1] == "concept 2 · &lt;u>" and figure.layout.annotations[0].text == "2 &lt;u>"


def test_spectrum_marks_the_chosen_and_hollows_twins():
    values = np.array([100.0, 50, 49.9, 10])
    figure = draw_eigenvalues(values, chosen=1, twins=np.array([False, True, True, False]), decay=(-1.0, 100.0),
                              chance=np.array([20.0, 5, -1]))
    by_name = {t.name: t for t in figure.data}
    assert by_name["eigenvalue"].customdata[:, 0].tolist() == [0, 3]
    assert by_name["near another"].marker.symbol == "circle-open"
    assert np.allclose(by_name["words shuffled"].y, [20, 5])
    assert np.allclose(by_name["k<sup>−1.00</sup>"].y, [100, 25])
    assert figure.data[-1].x == (2,) and "concept 2" in figure.layout.annotations[0].text
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_spectrum_of_one_eigenvalue_is_a_point():
    figure = draw_eigenvalues(np.array([3.0]), chosen=0)
    assert figure.data[0].y.tolist() == [3.0] and figure.layout.yaxis.tickvals


def cloud(v):
    return np.random.default_rng(0).normal(size=(v, 2))


def test_map_draws_every_word_and_names_those_farthest_out():
    points = cloud(5_000)
    figure = draw_map(points, [f"w{i}" for i in range(5_000)], axes=("a", "b"))
    dots, names = figure.data
    assert dots.type == "scattergl" and len(dots.x) == 5_000 >= WEBGL_FROM and dots.x.dtype == np.float32
    radius = np.hypot(*points.T)
    named = [int(t[1:]) for t in names.text]
    assert radius[named].mean() > 2 * radius.mean() and len(named) > 20
    assert f"w{radius.argmax()}" in names.text


def test_a_box_keeps_its_own_words_alone():
    points = cloud(500)
    figure = draw_map(points, [f"w{i}" for i in range(500)], axes=("a", "b"), box=(0, 1, 0, 1), rank=np.arange(500))
    rows = figure.data[0].customdata[:, 0]
    assert np.array_equal(np.sort(rows), np.flatnonzero(((points > 0) & (points < 1)).all(1)))
    assert figure.data[1].text[0] == f"w{rows.min()}" or len(figure.data[1].text)
    assert figure.layout.xaxis.range == (0, 1)


def test_searched_word_and_its_neighbours_are_named_first():
    points = np.concatenate([np.zeros((1, 2)), [[0.02, 0.5], [0.5, 0.02]], 3 * cloud(300)])
    words = ["<b>"] + [f"w{i}" for i in range(1, 303)]
    figure = draw_map(points, words, axes=("a", "b"), found=Found(0, np.array([1, 2])), found_names=("it", "near"))
    traces = {t.name: t for t in figure.data if t.name}
    assert traces["it"].customdata.tolist() == [[0]] and traces["near"].customdata.tolist() == [[1], [2]]
    assert figure.layout.annotations[0].text == "&lt;b>"


@pytest.mark.parametrize("n", [1, 30])
def test_labels_do_not_cover_each_other(n):
    points, words = np.random.default_rng(1).random((400, 2)), [f"word{i}" for i in range(400)]
    kept = place_labels(points, words, n)
    assert 1 <= len(kept) <= n
    for a in kept:
        for b in kept:
            x, y = np.abs(points[a] - points[b]) * (WIDTH, HEIGHT)
            assert a == b or y >= LINE or x >= LETTER * (len(words[a]) + len(words[b])) / 2 - 1e-9


def test_words_at_one_place_are_drawn():
    figure = draw_map(np.zeros((3, 2)), ("a", "b", "c"), axes=("x", "y"))
    assert len(figure.data[0].x) == 3 and list(figure.data[1].text) == ["a"]
