"""The scrubber over training and the comparison draw what they are given."""

import json

import numpy as np
import pytest

from core.analysis.lstm.learning import Look, collect_learning
from core.figures.lstm.learning import draw_comparison, draw_learning


def make(n_looks=7, n_cells=12, seed=0):
    rng = np.random.default_rng(seed)
    depth = np.array([0, 1, 2, 3, 2, 1, 0, 0])
    looks = [(k / 2, Look(3.0 - 0.2 * k, rng.uniform(-1, 1, n_cells).astype(np.float32), k % n_cells, 0.1 * k, 0.2,
                          rng.normal(size=(8, n_cells))), np.nan if k == 0 else 3.0) for k in range(n_looks)]
    return collect_learning(("<ST>", "(NP", "<b>", "(", ")", ")", ")", "<ED>"), depth, looks)


def test_every_frame_is_its_moment():
    learning = make()
    figure = draw_learning(learning)
    assert [f.name for f in figure.frames] == [str(k) for k in range(7)]
    for k, frame in enumerate(figure.frames):
        assert np.allclose(frame.data[2].y, learning.r[k])
        assert np.allclose(frame.data[3].y, learning.r[k, learning.counter])
        assert np.allclose(frame.data[4].y, learning.in_depth_units()[k])
        assert np.allclose(frame.data[5].x, learning.epoch[k]) and np.allclose(frame.data[6].x, learning.epoch[k])
        kinds = [figure.data[t].mode for t in frame.traces]
        assert kinds[2] == "markers" and kinds[5] == kinds[6] == "lines" and len(frame.data) == len(frame.traces)
    assert [s.label for s in figure.layout.sliders[0].steps] == ["0", "0.5", "1", "1.5", "2", "2.5", "3"]


def test_the_first_moment_drawn_is_the_one_asked_for():
    learning = make()
    for at in (0, 3, -1):
        figure = draw_learning(learning, at=at)
        assert np.allclose(figure.data[2].y, learning.r[at])
        assert figure.layout.sliders[0].active == at % 7


@pytest.mark.parametrize("n_looks", [1, 2, 101])
def test_any_number_of_looks_can_be_drawn_and_sent(n_looks):
    learning = make(n_looks)
    figure = draw_learning(learning)
    assert len(figure.frames) == (n_looks if n_looks > 1 else 0)
    assert draw_learning(learning, scrub=False).frames == ()
    assert len(json.dumps(figure.to_plotly_json(), default=lambda a: np.asarray(a).tolist())) < 3e6


def test_tokens_are_data_not_markup():
    text = draw_learning(make()).to_json()
    assert "<b>" not in text.replace("\\u003c", "<").replace("&lt;b>", "")


def test_a_comparison_overlays_both_runs_in_three_panels():
    a, b = make(5, 12), make(9, 30, seed=1)
    figure = draw_comparison([a, b], ["A", "B"])
    assert [t.name for t in figure.data] == ["A"] * 3 + ["B"] * 3
    assert np.allclose(figure.data[0].y, a.score) and np.allclose(figure.data[4].y, b.perplexity)
    ranked = figure.data[5].y
    assert len(ranked) == 30 and (np.diff(ranked) <= 0).all() and ranked[0] == pytest.approx(np.abs(b.r[-1]).max())
    assert figure.data[0].line.dash != figure.data[3].line.dash  # told apart without colours too
