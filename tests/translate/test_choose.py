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


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 300), st.integers(1, 15), st.integers(0, 99))
def test_probabilities_are_chosen_as_their_logarithms_are(counts, size, n, seed):
    rng = np.random.default_rng(seed)
    p = torch.from_numpy(rng.normal(size=(sum(counts), size)) * 9).float().softmax(1).bfloat16()
    p[torch.from_numpy(rng.random(p.shape) < 0.2)] = 0.0  # what must not come; and a word that is certain
    p[0, 0] = 1.0
    padded, before = pad_to_chunks(p.t(), 0.0).t().contiguous(), torch.from_numpy(rng.normal(size=sum(counts)))
    found = choose_best(padded, before, counts, n)
    expected = choose_best(padded.float().log(), before, counts, n)
    for own, other in zip(found[2:], expected[2:], strict=True):
        np.testing.assert_array_equal(own, other)
    real = found[2] > -np.inf
    np.testing.assert_allclose(padded.float().log().numpy()[found[0][real], found[1][real]], found[2][real])


def test_padding_fills_the_last_chunk():
    assert pad_to_chunks(torch.ones(CHUNK, 3), 0.0).shape == (CHUNK, 3)
    padded = pad_to_chunks(torch.ones(CHUNK + 1), -torch.inf)
    assert len(padded) == 2 * CHUNK and (padded[CHUNK + 1:] == -torch.inf).all()
