"""Phrases in a plane: colour for meaning, symbol for form, hollow for unknown words."""

import numpy as np

from core.analysis.seq2seq.phrases import PhrasePlane, project_phrases
from core.figures.palette import LINE_COLOURS
from core.figures.seq2seq.phrases import PhraseLooks, draw_plane

RNG = np.random.default_rng(0)
LOOKS = PhraseLooks(("a b", "c d", "e f", "<b>x</b> & y"), ("one", "one", "two", "two"), ("p", "q", "p", "q"),
                    (True, True, False, True))
FIGURE = draw_plane(project_phrases(RNG.normal(size=(4, 10))), LOOKS)


def test_colours_are_meanings_and_symbols_forms():
    marker = FIGURE.data[0].marker
    assert list(marker.color) == [LINE_COLOURS[0]] * 2 + [LINE_COLOURS[1]] * 2
    assert list(marker.symbol) == ["circle", "diamond", "circle-open", "diamond"]
    assert [t.name for t in FIGURE.data[1:]] == ["one", "two", "p", "q"]


def test_markup_in_phrases_is_shown_and_not_obeyed():
    texts = [*FIGURE.data[0].text, *(a.text for a in FIGURE.layout.annotations)]
    assert not any("<b>x" in text for text in texts)
    assert sum("&lt;b>x&lt;/b> &amp; y" in text for text in texts) == 2


def test_every_phrase_of_a_small_set_is_labelled():
    assert len(FIGURE.layout.annotations) == 4
    assert "does not know" in FIGURE.data[0].text[2] and "does not know" not in FIGURE.data[0].text[0]


def test_both_axes_have_one_scale_and_say_what_they_hold():
    wide = PhrasePlane(np.array([[-3, 0], [3, 0.1], [0, 0]], np.float32), np.array([0.9, 0.1], np.float32))
    figure = draw_plane(wide, PhraseLooks(("a", "b", "c"), ("",) * 3, ("",) * 3, (True,) * 3))
    x, y = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert 1 < (x[1] - x[0]) / (y[1] - y[0]) < 2
    assert "90%" in figure.layout.xaxis.title.text and "10%" in figure.layout.yaxis.title.text
    assert len(figure.data) == 1  # nothing to explain without groups and forms


def test_equal_phrases_and_sixty_of_them_are_drawn():
    n = 60
    looks = PhraseLooks([f"phrase {i}" for i in range(n)], [str(i) for i in range(n)], [""] * n, [True] * n)
    for vectors in (np.ones((n, 5)), RNG.normal(size=(n, 5))):
        figure = draw_plane(project_phrases(vectors), looks)
        assert len(figure.data[0].x) == n and np.isfinite(figure.layout.xaxis.range).all()
        assert figure.layout.xaxis.range[0] < figure.layout.xaxis.range[1]
    symbols = list(zip(figure.data[0].marker.color, figure.data[0].marker.symbol, strict=True))
    assert len(set(symbols[:40])) == 40  # more groups than colours: the symbol changes
