"""Labels of points: none covers another or a point, on a phone and on a wide screen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.figures.seq2seq.labels import SIZES, break_text, measure_text, place_texts

UNIT = some.floats(0.05, 0.95)


def lay(points, texts, places, size):
    """Rectangles of the labels that found a place: x from and to, y from and to."""
    boxes = []
    for (x, y), lines, place in zip(np.array(points) * size, texts, places, strict=True):
        if place is not None:
            width, height = measure_text(lines)
            middle = x + place.right, y + place.up
            boxes.append((middle[0] - width / 2, middle[0] + width / 2, middle[1] - height / 2, middle[1] + height / 2))
    return boxes


@given(some.lists(some.tuples(UNIT, UNIT, some.integers(1, 40)), min_size=1, max_size=14))
def test_no_label_covers_another_or_a_point_or_leaves_the_area(drawn):
    points = np.array([p[:2] for p in drawn])
    texts = [break_text("word " * (p[2] // 5) + "x" * (p[2] % 5 + 1)) for p in drawn]
    places = place_texts(points, texts)
    for size in SIZES:
        boxes = lay(points, texts, places, size)
        for i, (a, b, c, d) in enumerate(boxes):
            assert a >= -1e-6 and c >= -1e-6 and b <= size[0] + 1e-6 and d <= size[1] + 1e-6
            assert not any(a < x < b and c < y < d for x, y in points * size)
            assert not any(a < f and e < b and c < h and g < d for e, f, g, h in boxes[i + 1:])


@given(some.lists(some.tuples(UNIT, UNIT), min_size=2, max_size=12))
def test_no_line_back_runs_through_a_label(drawn):
    points, texts = np.array(drawn), [("some more words",)] * len(drawn)
    places = place_texts(points, texts)
    for size in SIZES:
        for i, place in enumerate(places):
            if place is None or not place.led:
                continue
            line = points[i] * size + np.linspace(0, 1, 24)[:, None] * [place.right, place.up]
            others = lay(np.delete(points, i, 0), texts[1:], [p for k, p in enumerate(places) if k != i], size)
            assert not any(a < x < b and c < y < d for a, b, c, d in others for x, y in line)


def test_a_lonely_point_has_its_label_beside_it_and_neighbours_make_room():
    place, = place_texts(np.array([[0.5, 0.5]]), [("a cat",)])
    assert not place.led and place.up == 0 and place.right > 0
    places = place_texts(np.array([[0.5, 0.5]] * 4), [("some words",)] * 4)
    assert None not in places and len({(p.right, p.up) for p in places}) == 4


def test_twelve_points_in_one_place_are_labelled_as_far_as_there_is_room():
    places = place_texts(np.full((40, 2), 0.5), [("quite a long phrase",)] * 40)
    assert places[0] is not None and None in places


@pytest.mark.parametrize(("text", "lines"), [
    ("short", ("short",)), ("I was given a card by her in the garden", ("I was given a card", "by her in the garden")),
    ("x" * 60, ("x" * 47 + "…",)), ("", ("",))])
def test_long_texts_take_two_lines_and_endless_ones_are_cut(text, lines):
    assert break_text(text) == lines


def test_wide_letters_take_more_room():
    assert measure_text(["猫がいる"])[0] > measure_text(["abcd"])[0] and measure_text(["a", "b"])[1] == 30
