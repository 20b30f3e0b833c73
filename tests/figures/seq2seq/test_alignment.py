"""Two translations side by side."""

from core.analysis.seq2seq.swap import align_words
from core.figures.palette import ACCENT
from core.figures.seq2seq.alignment import draw_alignment, lay_alignment

BEFORE, AFTER = ["un", "chat", "noir", "dort"], ["une", "<b>", "dort"]
PLACES = align_words(BEFORE, AFTER)
FIGURE = draw_alignment(PLACES, ([0.9, 0.8, 0.7, 0.6], [0.5, 0.4, 0.001]))


def test_every_word_stands_once_in_its_line_with_its_own_probability():
    texts = FIGURE.data[1].text
    rows = FIGURE.data[1].y
    above = [t for t, y in zip(texts, rows, strict=True) if y == 0]
    below = [t for t, y in zip(texts, rows, strict=True) if y == -1]
    assert len(above) == 4 and len(below) == 3
    assert "dort" in above[-1] and "60%" in above[-1] and "dort" in below[-1] and "&lt;1%" in below[-1]
    assert "90%" in above[0] and "50%" in below[0] and "&lt;b>" in below[1]


def test_only_what_differs_is_framed():
    framed = [c == ACCENT for c in FIGURE.data[0].marker.line.color]
    assert framed == [True, True, True, False, True, True, False]


def test_words_of_one_place_stand_above_each_other():
    columns, left = lay_alignment(PLACES), list(FIGURE.data[0].base)
    assert len(columns.left) == 4 and left[3] == left[6] and left[0] == left[4]
