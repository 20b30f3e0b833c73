"""Examples in a plane: colours and symbols for senses, sentences that hover, a ring, a selection."""

import numpy as np

from core.figures.elmo.senses import SenseLooks, cut_name, draw_senses, write_context
from core.figures.palette import NEUTRAL
from core.figures.projection import mark_cloud
from core.figures.spectrum import WEBGL_FROM

WORDS = [["the", "<b>x</b>", "&", "bank"], ["a", "bank"], ["bank"], ["one", "bank"]]
LOOKS = SenseLooks(WORDS, (3, 1, 0, 1), ("money", "river", "", "money"))
POINTS = np.array([[0, 0], [1, 2], [3, -1], [0.5, 0.5]])


def by_name(figure):
    return {t.name: t for t in figure.data if t.name}


def test_each_sense_has_its_colour_symbol_and_number():
    traces = by_name(draw_senses(POINTS, LOOKS))
    assert list(traces) == ["money (2)", "river (1)", "no sense given (1)"]
    assert (traces["money (2)"].marker.color, traces["money (2)"].marker.symbol) == mark_cloud(0)
    assert traces["no sense given (1)"].marker.color == NEUTRAL
    assert traces["money (2)"].customdata.ravel().tolist() == [0, 3]
    np.testing.assert_allclose(traces["money (2)"].x, [0, 0.5])


def test_markup_in_words_and_senses_is_shown_and_not_obeyed():
    figure = draw_senses(POINTS, SenseLooks(WORDS, (3, 1, 0, 1), ("<i>a</i>", "b", "b", "b")))
    assert figure.data[0].text[0] == "the &lt;b>x&lt;/b> &amp; <b>bank</b>"
    assert figure.data[0].name == "&lt;i>a&lt;/i> (1)" and "<i>" not in figure.data[0].hovertemplate


def test_a_long_sentence_is_cut_round_its_word_and_broken_into_lines():
    text = write_context(["word"] * 30 + ["bank"] + ["w" * 400] + ["end"] * 30, 30, reach=3)
    assert text.startswith("… word word word <b>bank</b>") and text.endswith("end end …")
    assert max(len(line) for line in text.split("<br>")) <= 60
    assert len(cut_name("n" * 99)) == 28 and cut_name("short") == "short"


def test_the_chosen_one_is_ringed_below_the_points_and_others_fade():
    figure = draw_senses(POINTS, LOOKS, focus=1, chosen=[3, 1])
    ring, money, river, none = figure.data
    assert (ring.x[0], ring.y[0]) == (1, 2) and ring.marker.symbol == "circle-open" and ring.customdata is None
    assert (list(money.selectedpoints), list(river.selectedpoints), list(none.selectedpoints)) == ([1], [0], [])
    assert all(t.selectedpoints is None for t in draw_senses(POINTS, LOOKS).data)


def test_a_small_gamma_is_a_small_cloud_and_a_large_one_fits():
    one, half, twice = (draw_senses(g * POINTS, LOOKS, gamma=g).layout.xaxis.range for g in (1.0, 0.5, 2.0))
    assert np.ptp(half) == np.float64(np.ptp(one)) and np.ptp(twice) == 2 * np.ptp(one)
    for points, frame in ((POINTS, one), (2 * POINTS, twice)):
        assert frame[0] < points[:, 0].min() and points[:, 0].max() < frame[1]


def test_one_spot_one_point_and_a_line_have_a_frame():
    for points in (np.zeros((4, 2)), np.array([[1, 0], [2, 0], [3, 0], [9, 0]])):
        layout = draw_senses(points, LOOKS).layout
        assert np.ptp(layout.xaxis.range) > 0 and np.ptp(layout.yaxis.range) > 0
    assert len(draw_senses(np.zeros((1, 2)), SenseLooks([["a"]], [0], [""])).data) == 1


def test_axes_say_what_they_hold_where_they_are_principal():
    assert "60%" in draw_senses(POINTS, LOOKS, shares=np.array([0.4, 0.2])).layout.xaxis.title.text
    plain = draw_senses(POINTS, LOOKS).layout
    assert not plain.xaxis.title.text and plain.xaxis.showticklabels is False


def test_many_examples_are_drawn_by_webgl():
    n = WEBGL_FROM
    looks = SenseLooks([["a"]] * n, [0] * n, ["x", "y"] * (n // 2))
    assert {t.type for t in draw_senses(np.zeros((n, 2)), looks, focus=0).data} == {"scattergl"}
