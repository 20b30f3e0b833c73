"""One sentence, two runs, side by side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.lstm.trajectory import compute_trajectory
from core.checkpoints.store import load_checkpoint
from core.errors import AnalysisError
from core.intervene.edits import CellEdit
from core.intervene.reading import align_tokens, compare_readings, read_sentence
from core.tokens.linearise import ED
from core.tokens.sentences import read_typed_sentence

TEXTS = ("(S (NP (DT the) (NN dog)) (VP (VBZ sleeps)))", "(S (NP (DT the) (JJ old) (NN dog)) (VP (VBZ sleeps)))")


@pytest.fixture
def checkpoint(tiny_cache):
    return load_checkpoint(tiny_cache.words)


def read(checkpoint, text, edits=()):
    return read_sentence(checkpoint, read_typed_sentence(text, checkpoint.kind)[0], edits)


def test_an_untouched_reading_is_the_trajectory(checkpoint):
    reading = read(checkpoint, TEXTS[0])
    trajectory = compute_trajectory(checkpoint, reading.sentence)
    np.testing.assert_array_equal(reading.cell(3), trajectory.states["layer0.c"][:, 3])
    np.testing.assert_allclose(reading.surprisal, trajectory.surprisal, atol=1e-6)
    assert reading.perplexity == pytest.approx(trajectory.perplexity)
    assert reading.probability(ED)[-2] == pytest.approx(2 ** -float(reading.surprisal[-1]), rel=1e-5)


def test_equal_runs_show_no_difference(checkpoint):
    left, right = read(checkpoint, TEXTS[0]), read(checkpoint, TEXTS[0], [CellEdit("scale", (1,), (1.0,))])
    runs = compare_readings(left, right, [1])
    assert runs.start == len(left.ids) and (runs.differ == 0).all()
    np.testing.assert_array_equal(runs.end[0], runs.end[1])
    assert np.isnan(runs.end[:, -1]).all()  # after the end nothing is expected


def test_a_held_cell_stays_and_the_past_is_untouched(checkpoint):
    left = read(checkpoint, TEXTS[0])
    right = read_sentence(checkpoint, left.sentence, [CellEdit("set", (2,), (1.5,), first=3)], untouched=left)
    runs = compare_readings(left, right, [2], start=3)
    assert (runs.cells[2][1, 3:] == 1.5).all() and (runs.differ[:3] == 0).all() and runs.differ[3:].max() > 0
    np.testing.assert_array_equal(runs.cells[2][0, :3], runs.cells[2][1, :3])


def test_edited_texts_are_aligned_at_the_edit(checkpoint):
    left, right = (read(checkpoint, text) for text in TEXTS)
    runs = compare_readings(left, right, [0])
    at = runs.start
    assert runs.tokens[0][at] == "" and runs.tokens[1][at] == "old" and np.isnan(runs.differ[at])
    assert (runs.differ[:at] == 0).all() and len(runs.differ) == len(right.ids)
    for column, names in enumerate(runs.candidates):
        p = np.nanmax(runs.probabilities[:, column, :len(names)], 0) if names else np.zeros(0)
        assert (np.diff(p) <= 0).all()  # most probable first
    assert [names for names in runs.candidates if not names] == [()]


def test_a_cell_that_is_not_there_is_refused(checkpoint):
    with pytest.raises(AnalysisError, match="cells 0 to 7"):
        read(checkpoint, TEXTS[0], [CellEdit("set", (8,), (0.0,))])


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_alignment_keeps_every_token_once_and_in_order(left, right):
    found = align_tokens(left, right)
    assert [i for i in found.left if i >= 0] == list(range(len(left)))
    assert [i for i in found.right if i >= 0] == list(range(len(right)))
    assert all(left[a] == right[b] for a, b in zip(found.left, found.right, strict=True) if a >= 0 and b >= 0)
    assert found.first == len(found.left) if left == right else found.first < len(found.left)
