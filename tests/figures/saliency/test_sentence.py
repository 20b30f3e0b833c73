"""The sentence that is scrubbed through, and the curves of its words."""

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.saliency.course import SentenceCourse, standardise
from core.figures.saliency.curves import N_NAMED, choose_named, draw_curves, spread_labels
from core.figures.saliency.sentence import draw_sentence, span_shades

RNG = np.random.default_rng(0)
EPOCHS = np.array([0, 1, 2, 4, 8])
NEGATIVE = np.array([0.6, 0.3, 0.7, 0.8, 0.95])
COURSE = SentenceCourse(("a", "<b>", "dull", "film"), np.array([True, False, True, True]), EPOCHS,
                        RNG.random((4, 5)).astype(np.float32), np.stack([NEGATIVE, 1 - NEGATIVE], 1).astype(np.float32))
NAMES = ("negative", "<i>positive")


@pytest.fixture(scope="module")
def scene():
    return draw_sentence(COURSE, COURSE.saliency, NAMES, right=1)


def find_cells(figure):
    return next(i for i, trace in enumerate(figure.data) if isinstance(trace, go.Bar))


def test_every_frame_has_the_shades_the_cursor_and_the_prediction_of_its_epoch(scene):
    assert len(scene.frames) == len(scene.layout.sliders[0].steps) == len(EPOCHS)
    for k, (frame, step) in enumerate(zip(scene.frames, scene.layout.sliders[0].steps, strict=True)):
        cells, moment, cursor, dots = frame.data
        assert step.args[0] == (frame.name,) and step.label == str(EPOCHS[k])
        np.testing.assert_allclose(cells.marker.color, COURSE.saliency[:, k], atol=1e-6)
        assert list(cursor.x) == [EPOCHS[k]] * 2
        np.testing.assert_allclose(dots.y, COURSE.probabilities[k], atol=1e-4)
        said = int(np.argmax(COURSE.probabilities[k]))
        assert ("&lt;i>positive" if said else "negative") in moment.text[0]
        assert moment.text[0].endswith("right" if said == 1 else "wrong")
        assert f"{1 - COURSE.probabilities[k].max():.1%}" in moment.text[1]
    assert next(iter(scene.frames[0].traces)) == find_cells(scene)


def test_the_figure_opens_as_the_frame_it_names(scene):
    for opening in (0, 3, None):
        figure = draw_sentence(COURSE, COURSE.saliency, NAMES, opening=opening)
        frame = figure.frames[figure.layout.sliders[0].active]
        for place, data in zip(frame.traces, frame.data, strict=True):
            own = figure.data[place]
            if isinstance(own, go.Bar):
                np.testing.assert_allclose(own.marker.color, data.marker.color, atol=1e-6)
            else:
                assert own.x == data.x and own.y == data.y and own.text == data.text


def test_one_scale_of_shades_holds_for_all_epochs(scene):
    marker = scene.data[find_cells(scene)].marker
    assert marker.cmin == 0 and marker.cmax == pytest.approx(COURSE.saliency.max())
    signed = span_shades(np.array([[-3.0, 1.0]]), signed=True)
    assert signed == (-3.0, 3.0)
    low, high = span_shades(np.zeros((2, 2)), signed=False)
    assert low < high


def test_diamonds_stand_where_the_prediction_changes(scene):
    flips = next(t for t in scene.data if t.marker and t.marker.symbol == "diamond-open")
    assert list(flips.x) == [1, 2]


def test_words_and_labels_are_no_markup(scene):
    texts = [t for trace in scene.data if trace.text is not None for t in trace.text]
    assert any("&lt;b>" in t for t in texts) and not any("<b>" in t.replace("<b>epoch", "") for t in texts)
    assert scene.data[find_cells(scene)].customdata[1].startswith("&lt;b><br>not among")
    assert [t.name for t in scene.data if t.name] == ["negative", "&lt;i>positive ✓"]


def test_curves_hold_the_values_and_name_the_strongest():
    values = np.vstack([np.full((12, 5), 0.01) * np.arange(1, 13)[:, None]])
    course = SentenceCourse((*(f"w{i}" for i in range(11)), "."), np.ones(12, bool), EPOCHS,
                            values.astype(np.float32), COURSE.probabilities)
    figure = draw_curves(course, values)
    lines = [t for t in figure.data if t.mode == "lines"]
    assert len(lines) == 12 and sorted(round(float(t.y[-1]), 3) for t in lines) == [round(0.01 * i, 3)
                                                                                  for i in range(1, 13)]
    labels = next(t for t in figure.data if t.mode == "text")
    assert [t.strip() for t in labels.text] == [f"w{i}" for i in range(4, 11)] + ["“.”"]
    assert choose_named(values) == list(range(12 - N_NAMED, 12))


def test_two_figures_can_share_their_span():
    ranges = [draw_curves(COURSE, v, span=(-2, 3)).layout.yaxis.range for v in (COURSE.saliency,
                                                                               standardise(COURSE.saliency))]
    assert ranges[0] == ranges[1] and ranges[0][0] <= -2 and ranges[0][1] >= 3


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.floats(0.01, 1.5))
def test_labels_keep_apart_and_in_order_and_within_bounds(places, gap):
    low, high = -6.0, 6.0
    found = spread_labels(np.array(places), gap, low, high)
    kept = min(gap, (high - low) / max(len(places) - 1, 1))
    order = np.argsort(places, kind="stable")
    assert (np.diff(found[order]) >= kept - 1e-6).all()
    assert found.min() >= low - 1e-6 and found.max() <= high + 1e-6


def test_labels_with_room_stay_at_their_places():
    np.testing.assert_allclose(spread_labels(np.array([3.0, 0.0, 1.5]), 1.0, -5, 5), [3.0, 0.0, 1.5])
    np.testing.assert_allclose(np.sort(spread_labels(np.array([0.0, 0.0]), 1.0, -5, 5)), [-0.5, 0.5])
