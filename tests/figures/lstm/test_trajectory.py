"""The trajectory figure says what the trajectory holds."""

import numpy as np
import pytest

from core.analysis.lstm.trajectory import compute_trajectory
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.figures.lstm.trajectory import draw_overlay, draw_trajectory
from core.figures.palette import name_axis_tokens, show_token
from core.tokens.linearise import linearise
from core.tokens.spans import find_spans


@pytest.fixture
def drawn(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    tree = read_demo_treebank().documents[0].trees[0]
    sentence = linearise(tree, checkpoint.kind)
    trajectory, spans = compute_trajectory(checkpoint, sentence), find_spans(sentence, tree, checkpoint.kind)
    return trajectory, spans, draw_trajectory(trajectory, [2, 5], state="layer0.c", spans=spans)


def test_lines_are_the_chosen_cells(drawn):
    trajectory, _, figure = drawn
    for trace, cell in zip(figure.data, (2, 5), strict=False):
        np.testing.assert_allclose(trace.y, trajectory.states["layer0.c"][:, cell])
        assert trace.name == f"c[{cell}]"


def test_every_phrase_is_drawn_once(drawn):
    _, spans, figure = drawn
    assert sorted((s.x0, s.x1) for s in figure.layout.shapes) == sorted((s.first - 0.45, s.last + 0.45) for s in spans)


def test_one_frame_a_token_moves_only_cursor_and_candidates(drawn):
    trajectory, _, figure = drawn
    n = len(trajectory.sentence.tokens)
    assert len(figure.frames) == len(figure.layout.sliders[0].steps) == n
    last = len(figure.data) - 1
    assert all(list(frame.traces) == [last - 3, last - 2, last - 1, last] for frame in figure.frames)
    names = name_axis_tokens(trajectory.sentence.tokens)
    assert [frame.data[2].x[0] for frame in figure.frames] == names
    assert trajectory.next_tokens[1][0].strip("<>()") in figure.frames[1].data[1].text[0]


def test_the_token_that_came_is_marked(drawn):
    trajectory, _, figure = drawn
    for t in range(len(trajectory.sentence.tokens) - 1):
        came = trajectory.sentence.tokens[t + 1] in trajectory.next_tokens[t]
        assert any("◀" in text for text in figure.frames[t].data[1].text) == came


def test_axis_names_are_unique_and_look_alike():
    names = name_axis_tokens(("<ST>", "(", "(", ")", ")", "<ED>"))
    assert len(set(names)) == 6 and [n.rstrip("\u200b") for n in names] == ["ST", "(", "(", ")", ")", "ED"]
    assert show_token("<UNK>") == "UNK" and show_token("cat") == "cat"


def test_markup_in_words_is_text(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    from core.corpora.trees import parse_tree
    sentence = linearise(parse_tree("(S (NP (NN <b>x</b>)))"), checkpoint.kind)
    figure = draw_trajectory(compute_trajectory(checkpoint, sentence), [0], state="layer0.h", spans=[])
    assert "<b>" not in "".join(figure.data[0].x)


def test_overlay_has_a_line_a_sentence():
    figure = draw_overlay([np.arange(3.0), np.arange(5.0)], [("a", "b", "c"), tuple("abcde")], labels=("one", "two"))
    assert [trace.name for trace in figure.data] == ["one", "two"] and len(figure.data[1].x) == 5
