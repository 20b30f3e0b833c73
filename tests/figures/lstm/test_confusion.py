"""Figures of the predictions page, by what they say."""

import numpy as np
import pytest

from core.analysis.lstm.prediction import OTHER, ConfusionMatrix
from core.figures.lstm.confusion import draw_bracket_pairs, draw_confusion, largest_mistake, order_classes

SMALL = ConfusionMatrix(("<ED>", "(", ")"), np.array([[10, 0, 0], [0, 30, 10], [1, 9, 90]]))
LABELS = ConfusionMatrix(("<ED>", "(NP", "(VP", "NP)", "VP)", "the", OTHER),
                         np.diag([5, 40, 10, 40, 0, 7, 3]) + np.eye(7, k=1, dtype=int) * 4)


def fields(figure):
    return {(int(a), int(b)): int(n) for a, b, n in figure.data[1].customdata}


def test_brackets_stand_in_pairs():
    assert [LABELS.classes[k] for k in order_classes(LABELS.classes)] == \
        ["<ED>", "(NP", "NP)", "(VP", "VP)", "the", OTHER]


def test_every_class_keeps_one_place():
    for matrix in (SMALL, LABELS):
        assert sorted(order_classes(matrix.classes)) == list(range(len(matrix.classes)))


def test_rows_are_shares_of_what_came():
    heat = draw_confusion(SMALL).data[0]
    assert heat.z == pytest.approx(np.array([[1, 0, 0], [0, .75, .25], [.01, .09, .9]]), abs=1e-6)
    assert (heat.zmin, heat.zmax) == (0, 1) and heat.text[1, 1] == "75.0%"


def test_axes_name_the_tokens_without_markers():
    figure = draw_confusion(LABELS, other_name="other tokens")
    assert list(figure.data[0].y) == ["ED", "(NP", "NP)", "(VP", "VP)", "the", "other tokens"]
    assert list(figure.data[0].x) == list(figure.data[0].y) and figure.layout.xaxis.type == "category"
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # first row on top


@pytest.mark.parametrize("matrix", [SMALL, LABELS])
def test_every_field_can_be_clicked_and_knows_its_count(matrix):
    assert fields(draw_confusion(matrix)) == {(a, b): matrix.counts[a, b] for a in range(len(matrix.classes))
                                              for b in range(len(matrix.classes))}


def test_grid_lies_over_the_map_in_reading_order():
    figure = draw_confusion(LABELS)
    heat, grid, order = figure.data[0], figure.data[1], order_classes(LABELS.classes)
    for x, y, (a, b, _) in zip(grid.x, grid.y, grid.customdata, strict=True):
        assert (order[list(heat.y).index(y)], order[list(heat.x).index(x)]) == (a, b)
    assert len(grid.x) == heat.z.size


def test_picked_field_is_framed():
    frame = draw_confusion(LABELS, picked=("(VP", "NP)")).layout.shapes[0]
    assert (frame.x0, frame.y0) == (1.5, 2.5)


def test_numbers_leave_when_there_are_too_many_classes():
    names = tuple(f"w{k}" for k in range(20))
    assert draw_confusion(ConfusionMatrix(names, np.eye(20, dtype=int))).data[0].texttemplate is None
    assert draw_confusion(SMALL).data[0].texttemplate == "%{text}"


def test_a_class_that_never_came_has_no_share():
    empty = ConfusionMatrix(("(", ")"), np.array([[0, 0], [1, 1]]))
    heat = draw_confusion(empty).data[0]
    assert np.isnan(heat.z[0]).all() and heat.text[0, 0] == ""


def test_bars_compare_opening_and_closing_of_a_label():
    opening, closing = draw_bracket_pairs(LABELS).data
    assert list(opening.x) == list(closing.x) == ["NP", "VP"]
    assert opening.y == pytest.approx([40 / 44, 10 / 14]) and closing.y == pytest.approx([40 / 44, 0])
    assert opening.customdata[0][0] == "44" and closing.customdata[1][1] == "VP)"


def test_bars_without_labels_are_empty():
    assert all(len(bar.x) == 0 for bar in draw_bracket_pairs(SMALL).data)


def test_largest_mistake_is_off_the_diagonal():
    assert largest_mistake(SMALL) == ("(", ")")
    assert largest_mistake(ConfusionMatrix(("(",), np.array([[3]]))) == ("(", "(")


def test_largest_mistake_names_two_tokens():
    counts = np.array([[9, 1, 0, 50], [2, 9, 0, 0], [90, 0, 0, 0], [0, 80, 0, 9]])
    assert largest_mistake(ConfusionMatrix(("(", ")", "<UNK>", OTHER), counts)) == (")", "(")


def test_tokens_cannot_bring_markup_along():
    nasty = ConfusionMatrix(("<b>x</b>", "y"), np.eye(2, dtype=int))
    figure = draw_confusion(nasty)
    assert "<b>" not in "".join(figure.data[0].x) and not any("<b>x" in t for t in figure.data[1].text)


def test_equal_names_keep_their_own_places():
    matrix = ConfusionMatrix(("<ED>", "ED", "(", ")"), np.eye(4, dtype=int))
    assert len(set(draw_confusion(matrix).data[0].x)) == 4
