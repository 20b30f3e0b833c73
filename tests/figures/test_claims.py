"""Claims in one picture."""

import numpy as np
import pytest

from core.figures.claims import draw_claims, read_controls, read_reported, read_verdict
from core.figures.lstm.miniature import draw_miniature, find_step, fit_scale, lay_out_words
from core.reproduce.claims import ClaimRecord
from core.tokens.linearise import Kind, linearise

HOLDS = ClaimRecord("a.1", "000", "f", "c", "0.92", 0.95, 0.94, 0.97, 10, control="rotated labels 0.059", holds=True)
FAILS = ClaimRecord("a.2", "000", "f", "c", "100 %", -0.3, -0.4, -0.2, 10, control="c 0.1, h 0.4", holds=False)
OPEN = ClaimRecord("a.3", "000", "f", "c", "very high (no number)")


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_each_claim_has_its_row_value_and_interval():
    figure = draw_claims([HOLDS, FAILS, OPEN], ["one", "two", "three"])
    drawn = traces(figure)
    for name, record, row in (("holds", HOLDS, 0), ("does not hold", FAILS, -1)):
        trace = drawn[name]
        assert list(trace.y) == [row] and trace.x[0] == pytest.approx(record.ours)
        assert trace.x[0] + trace.error_x.array[0] == pytest.approx(record.high)
        assert trace.x[0] - trace.error_x.arrayminus[0] == pytest.approx(record.low)
    assert list(drawn["reported"].x) == pytest.approx([0.92, 1.0])
    assert list(drawn["control"].text) == ["rotated labels", "c", "h"]
    assert [a.text for a in figure.layout.annotations] == ["one", "two", "three · <i>not measured</i>"]
    low, high = figure.layout.xaxis.range
    assert low < -0.4 and high > 1


def test_a_value_of_another_scale_is_written_and_crushes_nothing():
    large = ClaimRecord("a.4", "000", "f", "c", "39.7", 136.53, 118.9, 155.54, 10, control="unigram 262.1", holds=True)
    mixed = ClaimRecord("a.5", "000", "f", "c", "0.81", 0.99, 0.97, 1.0, 10, control="forward 4.14, c 0.5", holds=False)
    figure = draw_claims([HOLDS, large, mixed], ["one", "four", "five"])
    written = figure.layout.annotations[1].text
    assert written.startswith("four · <span") and written.endswith("●</span> <b>136.5</b> [118.9, 155.5]")
    assert figure.layout.xaxis.range[1] < 1.2
    drawn = traces(figure)
    assert list(drawn["holds"].y) == [0] and list(drawn["does not hold"].y) == [-2]
    assert list(drawn["control"].text) == ["rotated labels", "c"]


def test_verdicts_differ_in_shape_not_only_in_colour():
    drawn = traces(draw_claims([HOLDS, FAILS], ["one", "two"]))
    assert drawn["holds"].marker.symbol != drawn["does not hold"].marker.symbol


def test_figure_without_any_measurement_is_drawn():
    figure = draw_claims([OPEN], ["three"], names=("a", "b", "c", "d", "e"))
    assert not figure.data and figure.layout.annotations[0].text == "three · <i>c</i>"


@pytest.mark.parametrize(("text", "value"), [
    ("0.92", 0.92), ("100 %", 1.0), ("about 100 %", 1.0), ("-0.5", -0.5), ("not printed for type 2", None),
    ("XP) above (XP (no number)", None), ("still high", None), ("", None)])
def test_only_a_number_is_read_as_a_reported_value(text, value):
    assert read_reported(ClaimRecord("", "", "", "", text)) == value


@pytest.mark.parametrize(("text", "pairs"), [
    ("", []), ("untrained LSTM nan", []), ("c 0.9, h 0.6", [("c", 0.9), ("h", 0.6)]),
    ("closing 0.8, precision 0.1 and 0.2", [("closing", 0.8), ("precision", 0.1), ("precision", 0.2)])])
def test_controls_are_read_with_their_names(text, pairs):
    assert read_controls(ClaimRecord("", "", "", "", "", control=text)) == pairs


def test_verdicts():
    assert [read_verdict(record) for record in (HOLDS, FAILS, OPEN)] == ["holds", "fails", "open"]


@pytest.fixture
def tree():
    from core.corpora.trees import parse_tree
    return parse_tree("(S (NP (DT the) (NN hen)) (VP (VBD fled) (NP (NNP extraordinarily) (NNP fast))))")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_word_has_a_place_and_every_token_another(tree, kind):
    sentence = linearise(tree, kind)
    layout = lay_out_words(sentence, tree)
    assert " ".join(layout.words) == "the hen fled extraordinarily fast"
    assert len(layout.places) == len(sentence.tokens) and (np.diff(layout.places) > 0).all()
    assert len(layout.words) == len(layout.word_places)
    if kind <= 2:
        assert not set(layout.places) & set(layout.word_places)


@pytest.mark.parametrize("slope", [2.0, -0.5])
def test_a_linear_cell_lies_on_the_depth(tree, slope):
    sentence = linearise(tree, Kind.BRACKETS)
    values = 3.0 + slope * sentence.depth
    figure = draw_miniature(sentence, values, lay_out_words(sentence, tree), scale=fit_scale(values, sentence.depth))
    (a, b), (low, high) = figure.layout.yaxis.range, figure.layout.yaxis2.range
    np.testing.assert_allclose((values - low) / (high - low), (sentence.depth - a) / (b - a), atol=1e-5)


@pytest.mark.parametrize("depth", [[0, 0, 0], [0, 1, 2]])
def test_a_flat_cell_or_sentence_has_a_scale(depth):
    offset, slope = fit_scale(np.full(3, 0.5), np.array(depth))
    assert np.isfinite(offset) and slope != 0


@pytest.mark.parametrize("span", [0.003, 0.7, 1.0, 9.0, 40.0, 12345.0])
def test_ticks_are_few_and_round(span):
    assert 4 <= span / find_step(span) <= 10.01
