"""Time lags: the paper's two formulas, their mean, and averages by lag against a slow count."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.seq2seq.lags import FEW, average_by_lag, estimate_over_sentences, find_lags


@given(st.integers(1, 40))
def test_word_k_waits_k_words_forwards_and_twice_k_less_one_backwards(n):
    k = np.arange(1, n + 1)
    forward, backward = (find_lags(n, n, reverse=reverse).diagonal() for reverse in (False, True))
    assert (forward == n).all() and (backward == 2 * k - 1).all()
    assert forward.mean() == backward.mean() == n and backward.min() == 1


@given(st.integers(1, 12), st.integers(1, 12), st.booleans(), st.integers(0, 2))
def test_lags_are_what_walking_through_time_counts(n_source, n_target, reverse, markers):
    order = list(range(n_source))[::-1] if reverse else list(range(n_source))
    clock = {("read", s): time for time, s in enumerate(order)}
    clock |= {("write", t): n_source + markers + t for t in range(n_target)}
    lags = find_lags(n_source, n_target, reverse=reverse, markers=markers)
    assert all(lags[s, t] == clock["write", t] - clock["read", s] for s in range(n_source) for t in range(n_target))


@given(st.integers(0, 1000), st.booleans())
def test_averages_are_those_of_a_slow_count(seed, reverse):
    rng = np.random.default_rng(seed)
    values = [rng.random(rng.integers(1, 6, 2)) for _ in range(12)]
    curve, found = average_by_lag(values, reverse=reverse), {}
    for own in values:
        lags, by_lag = find_lags(*own.shape, reverse=reverse, markers=1), {}
        for lag, value in zip(lags.ravel().tolist(), own.ravel().tolist(), strict=True):
            by_lag.setdefault(lag, []).append(value)
        for lag, own_values in by_lag.items():
            found.setdefault(lag, []).append(np.mean(own_values))
    kept = {lag: own for lag, own in found.items() if len(own) >= FEW}
    assert curve.lag.tolist() == sorted(kept) and curve.n.tolist() == [len(kept[lag]) for lag in sorted(kept)]
    np.testing.assert_allclose(curve.mean, [np.mean(kept[lag]) for lag in sorted(kept)])
    assert (curve.low <= curve.mean + 1e-9).all() and (curve.mean <= curve.high + 1e-9).all()


def test_intervals_cover_the_mean_of_a_known_law_as_often_as_they_say():
    rng, inside = np.random.default_rng(0), 0
    for trial in range(200):
        _, low, high = estimate_over_sentences(rng.normal(2.0, 1.0, (60, 1)), seed=trial)
        inside += low[0] <= 2.0 <= high[0]
    assert 0.88 <= inside / 200 <= 0.99


def test_equal_sentences_leave_no_doubt():
    mean, low, high = estimate_over_sentences(np.full((10, 2), 3.0))
    np.testing.assert_allclose([mean, low, high], 3.0)
