"""wac and A_S: the paper's formulas by hand, and what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.saliency.instability import measure_instability, score_sentences, sum_movement, vary
from core.errors import AnalysisError
from core.tokens.labelled import EncodedTexts


def make_texts(*sentences):
    starts = np.concatenate([[0], np.cumsum([len(s) for s in sentences])])
    return EncodedTexts(np.concatenate(sentences).astype(np.int32), starts, np.zeros(len(sentences), np.int64))


@given(st.floats(-5, 5), st.floats(-2, 2), st.integers(3, 60))
def test_a_series_that_stays_or_rises_in_a_line_is_settled(start, slope, n):
    wa = (start + slope * np.arange(n))[None]
    assert vary(wa) == pytest.approx([0], abs=1e-20)


@given(st.integers(0, 1000))
def test_wac_is_equation_nine(seed):
    rng = np.random.default_rng(seed)
    wa, ids = rng.random((30, 7)), rng.integers(2, 9, 30)
    found = measure_instability(wa, ids, 12)
    for word in range(12):
        own = wa[ids == word]
        wad = own[:, 1:] - own[:, :-1]
        wanted = np.mean([np.mean((row - row.mean()) ** 2) for row in wad]) if len(own) else 0
        assert found.wac[word] == pytest.approx(wanted) and found.occurrences[word] == len(own)


def test_a_steady_offset_and_a_steady_rise_change_nothing_and_a_zigzag_does():
    steady, zigzag = np.linspace(0, 1, 8), np.tile([0.0, 1.0], 4)
    assert vary(np.stack([steady, zigzag, zigzag + steady])) == pytest.approx([0, 48 / 49, 48 / 49])


def test_a_sentence_is_the_mean_of_its_known_words():
    texts = make_texts([2, 3, 3], [4, 5], [5, 5])
    values, known = np.array([0, 0, 1.0, 4.0, 7.0, 100.0]), np.array([1, 1, 1, 1, 1, 0], bool)
    assert score_sentences(values, known, texts).tolist() == [3.0, 7.0, 0.0]


def test_movement_adds_up_the_steps_of_a_sentence():
    texts = make_texts([2, 3], [4])
    wa = np.array([[0, 1, 0], [2, 2, 5], [1, 0.5, 0.5]], np.float32)
    assert sum_movement(wa, texts).tolist() == [[1, 4], [0.5, 0]]


def test_two_epochs_are_too_few():
    with pytest.raises(AnalysisError, match="2 epochs only"):
        vary(np.zeros((3, 2)))
