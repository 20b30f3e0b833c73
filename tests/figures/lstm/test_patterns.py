"""Figures of the pattern page, by what they say."""

import numpy as np
import pytest

from core.figures.lstm.patterns import (
    POS_CLASSES,
    SHIFTED,
    TRAINED,
    UNTRAINED,
    AlignedRow,
    class_of_tag,
    draw_enrichment,
    draw_matches,
    draw_reach,
    draw_selection,
    draw_threshold,
)
from core.figures.palette import ACCENT
from core.search.enrichment import Enrichment
from core.search.guide import ThresholdCurves, ValueRange

TOKENS = ("<ST>", "(S", "the", "cat", "S)", "<ED>")


def row(name: str, start: int, n: int = 5, tag: str = "NN") -> AlignedRow:
    return AlignedRow(name, range(start, start + n), tuple("abcde"[:n]), (tag,) * n, np.arange(n),
                      np.linspace(0, 1, n, dtype=np.float32), (0, 1))


def test_selection_marks_its_tokens_and_its_threshold():
    values = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    figure = draw_selection(values, TOKENS, (2, 3), vector="c", limit=0.4, cells=[7, 8, 9])
    squares = figure.data[-1]
    assert [c == ACCENT for c in squares.marker.color] == [False, False, True, True, False, False]
    assert squares.customdata[:, 0].tolist() == list(range(6))
    band, line = figure.layout.shapes
    assert (band.x0, band.x1) == (1.5, 3.5) and line.y0 == line.y1 == 0.4
    assert np.array_equal(figure.data[1].y, values[:, 1]) and "8" in figure.data[1].hovertemplate


def test_selection_without_cells_is_still_a_figure():
    figure = draw_selection(np.zeros((6, 0), np.float32), TOKENS, (1, 1), vector="h", limit=0.5, cells=[])
    assert len(figure.data) == 1 and figure.layout.yaxis.range[0] < 0 < figure.layout.yaxis.range[1]


def test_threshold_parts_the_bars():
    edges = np.linspace(-1, 1, 11, dtype=np.float32)
    values = ValueRange(edges, np.full(10, 0.1, np.float32), 1.0, 0.2)
    curves = ThresholdCurves(np.array([0, 0.5, 1]), np.array([5, 3, 0]), np.array([2, 1, 0]))
    figure = draw_threshold(values, curves, 0.4)
    assert [c == ACCENT for c in figure.data[0].marker.color] == [False] * 7 + [True] * 3
    assert figure.data[1].y.tolist() == [5, 3, 0] and figure.data[2].y.tolist() == [2, 1, 0]
    assert all(shape.x0 == 0.4 for shape in figure.layout.shapes)


def test_places_stand_under_one_another_at_their_columns():
    figure = draw_matches([row("selection", -2), row("1", -1, tag="VB"), row("2", 0, 3, tag="(")], picked=1)
    on, tags, depth = [t for t in figure.data if t.type == "heatmap"]
    assert list(on.x) == [-2, -1, 0, 1, 2, 3]
    assert np.isnan(on.z[1][0]) and np.isnan(on.z[2][1]) and on.z[1][5] == 1
    assert tags.z[0][0] == POS_CLASSES.index("noun") and tags.z[1][1] == POS_CLASSES.index("verb")
    assert depth.z[2][2:5].tolist() == [0, 1, 2]
    texts = next(t for t in figure.data if t.type == "bar")
    assert list(texts.text)[:6] == ["a", "b", "c", "d", "e", ""]
    assert list(texts.base)[:2] == [-2.5, -1.5] and list(texts.y)[5:7] == [0, 1]
    assert figure.layout.uniformtext.mode == "hide"  # a phone is too narrow for words
    fields = next(t for t in figure.data if t.type == "scatter" and t.mode == "markers")
    assert [c[0] for c in fields.customdata] == [0] * 5 + [1] * 5 + [2] * 3
    assert len(figure.layout.shapes) == 9  # three rows on three tracks
    assert "<b>1</b>" in figure.layout.yaxis.ticktext


def test_long_and_hostile_tokens_cannot_break_out():
    one = AlignedRow("<b>x", range(2), ("<script>alert(1)</script>", "x" * 200), ("NN", "NN"), np.zeros(2),
                     np.zeros(2), (0, 0))
    figure = draw_matches([one])
    spec = figure.to_json()
    assert "<script>" not in spec and max(len(t) for t in figure.data[1].text if t) < 120


@pytest.mark.parametrize(("tag", "name"), [("NNP", "noun"), ("PRP$", "noun"), ("VBG", "verb"), ("MD", "verb"),
                                           ("JJR", "modifier"), ("WDT", "function"), ("-", "other"), (".", "other")])
def test_tags_have_their_class(tag, name):
    assert POS_CLASSES[class_of_tag(tag)] == name


def test_reach_is_per_thousand_tokens_and_leaves_out_what_never_happens():
    figure = draw_reach({TRAINED: np.array([50, 20, 5]), SHIFTED: np.array([50, 10, 0])},
                        {TRAINED: 1000, SHIFTED: 500}, names={TRAINED: "a", SHIFTED: "b"})
    assert figure.data[0].y.tolist() == [20, 5] and figure.data[0].x.tolist() == [0.5, 1]
    assert figure.data[1].y[0] == 20 and np.isnan(figure.data[1].y[1])


def test_enrichment_keeps_features_on_their_rows():
    full = Enrichment(("token", "tag"), np.array([0.5, 0.9]), np.array([0.4, 0.8]), np.array([0.6, 1.0]),
                      np.array([0.1, 0.2]), 50)
    figure = draw_enrichment({TRAINED: full, UNTRAINED: full}, names={TRAINED: "a", UNTRAINED: "b"},
                             features={"token": "T", "tag": "G"})
    base, trained, untrained = figure.data
    assert base.x.tolist() == pytest.approx([0.1, 0.2]) and list(figure.layout.yaxis.ticktext) == ["T", "G"]
    assert np.all(trained.y < untrained.y) and trained.error_x.array.tolist() == pytest.approx([0.1, 0.1])
