"""Windows under the letters of a word, gates, and words by spelling."""

import numpy as np
import pytest

from core.analysis.elmo.filter_hits import FilterHit
from core.figures.elmo.characters import draw_filters, draw_gates, draw_spelling, measure_filters
from core.tokens.characters import name_characters

HITS = [FilterHit(3, 1, 1, ("<",), 0.5, 10.0, False), FilterHit(9, 3, 2, ("b", "⊣", "▫"), 1.25, 2000.0, False),
        FilterHit(8, 3, 4, ("▫", "▫", "▫"), 0.1, 1.0, True)]
NAMES = name_characters("<b")


def test_each_window_stands_under_its_letters_in_the_colour_of_its_rarity():
    figure = draw_filters(NAMES, HITS, n_words=10_000)
    word, bars, letters = figure.data
    assert len(word.x) == 7 and list(word.text[1:3]) == ["<b>&lt;</b>", "<b>b</b>"]
    assert [float(b + 0.45) for b in bars.base] == pytest.approx([1, 2, 4])
    assert [float(x + 0.1) for x in bars.x] == pytest.approx([1, 3, 3])
    assert list(bars.marker.color) == pytest.approx(np.log10([10, 2000, 1]), abs=1e-5)
    assert len(set(np.asarray(bars.y).tolist())) == 3 and (np.diff(np.asarray(bars.y)) < 0).all()
    assert list(letters.x) == [1, 2, 3, 4, 4, 5, 6] and letters.text[0] == "&lt;"
    assert figure.layout.coloraxis.cmax == pytest.approx(4)
    assert figure.layout.yaxis.ticktext == ("width 1", "width 3")


def test_padding_is_hatched_and_said():
    bars = draw_filters(NAMES, HITS).data[1]
    assert list(bars.marker.pattern.shape) == ["", "", "/"]
    assert "padding" in bars.text[2] and "padding" not in bars.text[0] and "2,000" in bars.text[1]


def test_a_longer_word_needs_more_room():
    assert measure_filters(NAMES, HITS) < measure_filters(name_characters("x" * 48), HITS)


def test_gates_are_sorted_and_lie_over_the_band_of_all_words():
    quantiles = np.linspace(0, 1, 5)
    usual = np.tile(np.linspace(0.1, 0.5, 5), (2, 30, 1)) + np.linspace(0, 0.1, 30)[None, :, None]
    figure = draw_gates(np.array([[0.9, 0.1, 0.5], [0.2, 0.2, 0.2]]), usual, quantiles)
    assert len(figure.data) == 6
    band, middle, word = figure.data[:3]
    assert list(word.y) == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9]) and list(word.x) == [0, 25, 50, 75, 100]
    assert (middle.y[0], band.y[0], band.y[-1]) == pytest.approx((0.15, 0.195, 0.105))
    assert [t.showlegend for t in figure.data] == [True] * 3 + [False] * 3


def test_named_words_stand_out_and_are_no_markup():
    figure = draw_spelling(np.array([0.9, 0.2, 0.5]), np.array([0.1, 0.0, 0.8]), ["<b>", "x", "y"], named=[0, 2])
    rest, named = figure.data
    assert list(named.text) == ["&lt;b>", "y"] and list(rest.text) == ["x"]
    assert list(named.y) == pytest.approx([0.9, 0.5]) and list(named.x) == pytest.approx([0.1, 0.8])
    assert {a.text for a in figure.layout.annotations} == {"&lt;b>", "y"}


def test_labels_never_stand_on_one_another():
    n = 12
    figure = draw_spelling(np.full(n, 0.9), np.linspace(0.1, 0.12, n), [f"word{i}" for i in range(n)], named=range(n))
    assert 1 <= len(figure.layout.annotations) < n
