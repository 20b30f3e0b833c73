"""The best continuations of many searches, against a sort of all words."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.translate.choose import CHUNK, choose_best, pad_to_chunks


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 300), st.integers(1, 15),
       st.sampled_from(("normal", "ties", "nearly all banned")), st.integers(0, 99))
def test_the_best_are_those_of_a_full_sort(counts, size, n, kind, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-9, 0, (sum(counts), size)) if kind == "ties" else rng.normal(size=(sum(counts), size))
    if kind == "nearly all banned":
        scores = np.where(rng.random(scores.shape) < 0.97, -np.inf, scores)
    scores, before = scores.astype(np.float32), rng.normal(size=sum(counts)).round()
    padded = pad_to_chunks(torch.from_numpy(scores.T), -torch.inf).T.contiguous()
    rows, words, log_p = choose_best(padded, torch.from_numpy(before), counts, n)
    first = 0
    for s, count in enumerate(counts):
        sums = before[first:first + count, None] + scores[first:first + count].astype(float)
        expected = np.sort(sums, axis=None)[::-1][:n]
        expected = expected[expected > -np.inf]
        real = log_p[s] > -np.inf
        assert real[:len(expected)].all() and not real[len(expected):].any()
        assert ((first <= rows[s][real]) & (rows[s][real] < first + count)).all()
        np.testing.assert_array_equal(scores[rows[s][real], words[s][real]], log_p[s][real])
        np.testing.assert_allclose(before[rows[s][real]] + log_p[s][real], expected, atol=1e-12)
        assert len(set(zip(rows[s][real], words[s][real], strict=True))) == real.sum()
        first += count


def test_padding_fills_the_last_chunk():
    assert pad_to_chunks(torch.ones(CHUNK, 3), 0.0).shape == (CHUNK, 3)
    padded = pad_to_chunks(torch.ones(CHUNK + 1), -torch.inf)
    assert len(padded) == 2 * CHUNK and (padded[CHUNK + 1:] == -torch.inf).all()
