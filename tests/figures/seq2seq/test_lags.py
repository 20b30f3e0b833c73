"""The scene of time lags: arcs link the right words in every frame, and the chart shows both directions."""

import json

import numpy as np
import pytest

from core.figures.seq2seq.lags import ENGLISH, N_FRAMES, colour_words, draw_lags, draw_scene

WORDS = ["a", "b", "c", "d", "e"]


def ends(figure, frame):
    """Where arc k begins and ends, (K, 2), and where the source words stand."""
    data = figure.frames[frame].data
    arcs = data[:len(WORDS)]
    return np.array([[arc.y[0], arc.y[-1]] for arc in arcs]), np.array(data[len(WORDS)].y)


@pytest.mark.parametrize("frame", range(N_FRAMES))
def test_every_arc_links_a_word_to_its_translation(frame):
    figure = draw_scene(WORDS, WORDS)
    arcs, words = ends(figure, frame)
    np.testing.assert_allclose(arcs[:, 0], words, atol=2e-3)
    np.testing.assert_allclose(arcs[:, 1], np.arange(6, 11), atol=2e-3)
    assert list(figure.data[0].y) == [6, 7, 8, 9, 10] and tuple(figure.frames[frame].data[5].text) == tuple(
        f"{word}  " for word in WORDS)


def test_it_opens_forwards_and_ends_reversed():
    figure = draw_scene(WORDS, WORDS)
    (forward, _), (backward, _) = ends(figure, 0), ends(figure, N_FRAMES - 1)
    assert (np.diff(forward, axis=1)[:, 0]).round().tolist() == [5] * 5
    assert (np.diff(backward, axis=1)[:, 0]).round().tolist() == [1, 3, 5, 7, 9]
    assert [t.strip() for t in figure.frames[0].data[6].text] == ["5"] * 5
    assert [t.strip() for t in figure.frames[-1].data[6].text] == ["1", "3", "5", "7", "9"]
    assert "least lag 5, mean 5" in figure.frames[0].data[7].text[0]
    assert "least lag 1, mean 5" in figure.frames[-1].data[7].text[0]
    opening = [list(trace.y) for trace in figure.data[1:]]
    assert opening == [list(trace.y) for trace in figure.frames[0].data]


def test_the_buttons_play_there_and_back():
    forth, back = draw_scene(WORDS, WORDS).layout.updatemenus[0].buttons
    names = [str(f) for f in range(N_FRAMES)]
    assert list(forth.args[0]) == names and list(back.args[0]) == names[::-1]


def test_words_are_text_and_no_markup_and_must_come_in_pairs():
    figure = draw_scene(["<b>", "&amp;"], ["x", "y"])
    assert "<b>  " not in figure.data[4].text and "&lt;b>  " in json.dumps(figure.to_dict(), default=list)
    with pytest.raises(ValueError, match="one to one"):
        draw_scene(["a"], ["b", "c"])


@pytest.mark.parametrize("n", [1, 2, 7, 12])
def test_the_chart_shows_both_lags_and_their_common_mean(n):
    traces = {trace.name: trace for trace in draw_lags(n).data}
    assert traces[ENGLISH.forward].y.tolist() == [n] * n
    assert traces[ENGLISH.reversed].y.tolist() == list(range(1, 2 * n, 2))
    assert set(traces[ENGLISH.mean].y) == {n} and traces[ENGLISH.forward].y.dtype == np.float32
    assert len(set(colour_words(n))) == n
