"""The scene that is scrubbed through, a run beside its prediction, starts side by side."""

import numpy as np
import pytest

from core.analysis.qwem.growth import follow_growth
from core.figures.qwem.dynamics import N_LISTED, Plane, draw_scene, find_frames, find_opening
from core.figures.qwem.training import draw_agreement, draw_rises, draw_run

VALUES = np.array([9.0, 6.0, 4.0, 2.0])
GROWTH = follow_growth(VALUES, 1e-6)
PLANE = Plane((0, 2), np.array([[1, 0], [0, 2], [0.5, 0.5]], np.float32), ("one", "<b>", "dot"), 2)
NAMES = ["first", "second", "<third>", "fourth"]


@pytest.fixture(scope="module")
def scene():
    return draw_scene(GROWTH, NAMES, PLANE, np.linspace(0, 0.5, len(GROWTH.times)))


def test_every_frame_moves_the_same_traces_to_its_moment(scene):
    x, places = GROWTH.times / GROWTH.tau[0], find_frames(GROWTH)
    assert len(scene.frames) == len(scene.layout.sliders[0].steps) == len(places)
    for frame, step, at in zip(scene.frames, scene.layout.sliders[0].steps, places, strict=True):
        assert list(frame.traces) == list(range(len(scene.data) - len(frame.data), len(scene.data)))
        assert frame.data[0].x[0] == pytest.approx(x[at], rel=1e-5) and step.args[0] == (frame.name,)


def test_words_grow_with_their_concepts(scene):
    first, last = scene.frames[0].data[-1], scene.frames[-1].data[-1]
    assert np.abs(first.x).max() < 1e-3 and np.abs(first.y).max() < 1e-3
    np.testing.assert_allclose(last.x, PLANE.places[:2, 0], atol=1e-2)
    np.testing.assert_allclose(last.y, PLANE.places[:2, 1], atol=2e-2)
    when = next(f for f, at in zip(scene.frames, find_frames(GROWTH), strict=True) if GROWTH.learned[at] == 2)
    s = np.sqrt(GROWTH.strengths[find_frames(GROWTH)[int(when.name)], [0, 2]] / VALUES[[0, 2]])
    np.testing.assert_allclose([when.data[-1].x[0], when.data[-1].y[1]], PLANE.places[[0, 1], [0, 1]] * s, atol=1e-3)


def test_learned_concepts_are_named_newest_first(scene):
    texts = [frame.data[4].text for frame in scene.frames]
    assert all(len(text) == N_LISTED + 2 for text in texts)
    assert texts[0][2] == "nothing learned yet" and texts[-1][2].startswith("4 · fourth")
    assert texts[-1][3] == "3 · &lt;third>"
    assert "4 concepts learned" in texts[-1][0] and "50% of analogies" in texts[-1][1]


def test_curves_reach_their_eigenvalues_and_tau_lies_on_them(scene):
    for k in range(4):
        assert scene.data[k].y[-1] == pytest.approx(np.sqrt(VALUES[k]), rel=0.01)
    circles = scene.data[4]
    np.testing.assert_allclose(circles.x, GROWTH.tau / GROWTH.tau[0], rtol=1e-5)
    for k in range(4):
        assert np.interp(circles.x[k], scene.data[k].x, scene.data[k].y) == pytest.approx(circles.y[k], rel=0.02)


def test_words_are_no_markup(scene):
    assert scene.data[-1].text[1] == "&lt;b>"


def test_a_scene_without_accuracy_or_with_one_concept_is_drawn():
    figure = draw_scene(follow_growth(VALUES[:2], 0.1), NAMES[:2], Plane((0, 1), PLANE.places, PLANE.words, 2))
    assert not [t for t in figure.data if t.name == "right answers"]
    growth = follow_growth(VALUES, 0.1)
    assert growth.learned[find_frames(growth)[find_opening(growth)]] == 4


def test_measured_is_solid_and_predicted_dotted():
    time = np.linspace(0, 3, 50)
    measured = np.sqrt(np.abs(np.outer(time, [2.0, 1.0])))
    figure = draw_run(time, measured, 0.9 * measured, tau=np.array([1.0, np.inf]), unit=0.5)
    solid, dotted = figure.data[:2]
    assert solid.line.dash is None and dotted.line.dash == "dot" and solid.line.color == dotted.line.color
    assert len(solid.x) == 49 and solid.x[-1] == pytest.approx(6)  # time 0 has no place on a logarithmic axis
    assert figure.data[-1].x.tolist() == [2.0] and figure.data[-1].y[0] == pytest.approx(0.9 * np.sqrt(2), rel=1e-2)
    alone = draw_run(time, measured, None, tau=np.array([1.0, 2.0]))
    assert len(alone.data) == 2 and all(t.line.dash is None for t in alone.data)


def test_each_start_has_its_concepts_and_median():
    figure = draw_rises([1e-6, 1e-1], [np.array([1.0, 1.02]), np.array([1.1])], [np.array([0.2, 0.4]), np.array([0.6])],
                        [np.array([0.3, 0.3]), np.array([0.6])])
    assert figure.data[0].x.tolist() == [1e-6, 1e-6, 1e-1] and figure.data[1].y.tolist() == pytest.approx([1.01, 1.1])
    assert figure.data[3].y.tolist() == pytest.approx([0.3, 0.6]) and figure.data[4].line.dash == "dot"


def test_agreement_is_shown_row_by_row():
    heat = draw_agreement(np.eye(3)).data[0]
    assert heat.z.shape == (3, 3) and list(heat.x) == [1, 2, 3] and (heat.zmin, heat.zmax) == (0, 1)
