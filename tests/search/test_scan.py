"""The scan of packed bits gives what a plain look at every place gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AnalysisError
from core.search.bits import PackedBits, is_on, pack_starts, pack_states, unpack_cells
from core.search.guide import compare_thresholds, matched_threshold, measure_values
from core.search.pattern import MAX_LENGTH, Pattern, count_selected, find_pattern
from core.search.scan import scan_pattern
from core.tokens.encoded import encode_sentences
from core.tokens.linearise import linearise_words
from core.tokens.vocabulary import Vocabulary


def look_everywhere(on: np.ndarray, starts: np.ndarray, pattern: Pattern, tolerance: int):
    """Counts and lengths of the best place at each token, one place after another."""
    n, cells = len(on), list(pattern.cells)
    sentence = np.searchsorted(starts, np.arange(n), side="right")
    counts, lengths = np.zeros(n, int), np.zeros(n, int)
    allowed = range(max(1, pattern.length - tolerance), pattern.length + tolerance + 1)
    for length in sorted(allowed, key=lambda m: (abs(m - pattern.length), m)):
        for a in range(n - length + 1):
            b = a + length
            if sentence[a] != sentence[b - 1]:
                continue
            agrees = on[a:b, cells].all(0)
            if pattern.off_before and a and sentence[a - 1] == sentence[a]:
                agrees &= ~on[a - 1, cells]
            if pattern.off_after and b < n and sentence[b] == sentence[b - 1]:
                agrees &= ~on[b, cells]
            if agrees.sum() > counts[a]:
                counts[a], lengths[a] = agrees.sum(), length
    return counts, lengths


@st.composite
def searches(draw):
    """A recording with runs, sentence boundaries anywhere, a pattern and a tolerance."""
    n, h = draw(st.integers(1, 400)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    spell = draw(st.integers(1, 70))  # runs longer than a word of 64 tokens, too
    on = np.repeat(rng.random((n // spell + 1, h)) < draw(st.floats(0.1, 0.95)), spell, axis=0)[:n]
    inner = draw(st.lists(st.integers(1, n), max_size=20))
    starts = np.unique([0, *inner, n])
    cells = draw(st.lists(st.integers(0, h - 1), min_size=1, unique=True))
    length = draw(st.one_of(st.integers(1, 6), st.integers(1, MAX_LENGTH)))
    pattern = Pattern(tuple(cells), length, draw(st.booleans()), draw(st.booleans()))
    return on, starts, pattern, draw(st.integers(0, 8))


def pack(on: np.ndarray, starts: np.ndarray) -> PackedBits:
    return pack_states(on.astype(np.float32), starts, threshold=0.5, sign=1)


@given(searches(), st.integers(1, 3))
def test_scan_is_exact(search, threads):
    on, starts, pattern, tolerance = search
    found = scan_pattern(pack(on, starts), pattern, tolerance=tolerance, threads=threads)
    counts, lengths = look_everywhere(on, starts[:-1], pattern, tolerance)
    assert np.array_equal(found.counts, counts) and np.array_equal(found.lengths, lengths)


def test_scan_is_exact_over_many_blocks_and_threads():
    rng = np.random.default_rng(3)
    n = 3 * 256 * 64 + 777  # three blocks and a part
    on = np.repeat(rng.random((n // 3 + 1, 5)) < 0.5, 3, axis=0)[:n]
    starts = np.unique([0, *rng.integers(1, n, n // 20), n])
    pattern = Pattern((0, 2, 3, 4), 3, True, False)
    found = [scan_pattern(pack(on, starts), pattern, tolerance=1, threads=t) for t in (1, 2, 7)]
    counts, lengths = look_everywhere(on, starts[:-1], pattern, 1)
    for one in found:
        assert np.array_equal(one.counts, counts) and np.array_equal(one.lengths, lengths)


def test_a_thousand_cells_are_counted_without_overflow():
    on = np.ones((130, 1023), bool)
    found = scan_pattern(pack(on, np.array([0, 130])), Pattern(tuple(range(1023)), 4, False, False))
    assert set(found.counts[:127].tolist()) == {1023} and not found.counts[127:].any()
    assert found.reach().tolist()[0] == 130 and found.reach()[1023] == 127


@given(searches())
def test_shifted_cells_keep_how_often_each_switches(search):
    on, starts, pattern, _ = search
    single = Pattern(pattern.cells[:1], 1, pattern.off_before, pattern.off_after)
    n = len(on) // 64 * 64  # whole words, or the padding is shifted in
    if not n:
        return
    bits = pack(on[:n], np.unique([*starts[starts < n], n]))
    plain, shifted = (scan_pattern(bits, single, shift_seed=s).reach()[1] for s in (None, 5))
    # a run on the seam of the recording may gain or lose an edge
    assert abs(int(plain) - int(shifted)) <= 2


def test_shifting_destroys_what_cells_do_together():
    rng = np.random.default_rng(0)
    together = np.repeat(rng.random(2000) < 0.1, 4)
    on = np.repeat(together[:, None], 12, axis=1)
    bits, pattern = pack(on, np.array([0, len(on)])), Pattern(tuple(range(12)), 4, True, True)
    assert scan_pattern(bits, pattern).reach()[12] > 100
    assert scan_pattern(bits, pattern, shift_seed=0).reach()[8] == 0


@pytest.mark.parametrize("pattern", [
    Pattern((), 2, False, False), Pattern((9,), 2, False, False), Pattern((-1,), 2, False, False),
    Pattern((0,), 0, False, False), Pattern((0,), MAX_LENGTH + 1, False, False)])
def test_impossible_patterns_are_refused(pattern):
    with pytest.raises(ValueError):
        scan_pattern(pack(np.ones((4, 3), bool), np.array([0, 4])), pattern)


@given(st.lists(st.floats(-60_000, 60_000), min_size=1, max_size=200), st.floats(0, 100), st.sampled_from([1, -1]))
def test_bits_say_what_halves_say(values, threshold, sign):
    half = np.array(values, np.float64).astype(np.float16)
    assert np.array_equal(is_on(half, threshold, sign), sign * half > np.float16(threshold))


@given(st.integers(1, 300), st.integers(1, 9), st.integers(0, 9))
def test_packing_loses_nothing(n, h, seed):
    values = np.random.default_rng(seed).normal(size=(n, h)).astype(np.float16)
    bits = pack_states(values, np.array([0, n]), threshold=0.3, sign=-1)
    on = is_on(values, 0.3, -1)
    assert np.array_equal(unpack_cells(bits, np.arange(h)), on)
    assert bits.share_on() == pytest.approx(on.mean())
    starts = np.unpackbits(pack_starts(np.array([0, n]), n).view(np.uint8), bitorder="little")
    assert starts[0] and not starts[1:n].any() and starts[n:].all()


def test_negative_thresholds_are_refused():
    with pytest.raises(ValueError):
        is_on(np.zeros(3), -0.1, 1)


@given(st.integers(0, 50), st.integers(0, 6), st.integers(0, 6), st.booleans(), st.booleans(), st.sampled_from([1, -1]))
def test_curve_counts_what_a_pattern_would_hold(seed, first, extra, before, after, sign):
    values = np.random.default_rng(seed).normal(size=(9, 40)).astype(np.float32)
    last, options = min(8, first + extra), {"sign": sign, "off_before": before, "off_after": after}
    thresholds = np.linspace(0, 1.5, 7, dtype=np.float32)
    counts = count_selected(values, first, last, thresholds, **options)
    for threshold, count in zip(thresholds.tolist(), counts.tolist(), strict=True):
        try:
            found = len(find_pattern(values, first, last, threshold=threshold, **options).cells)
        except AnalysisError:
            found = 0
        assert found == count


@pytest.mark.parametrize(("first", "last"), [(-1, 2), (3, 2), (0, 50), (0, 40)])
def test_selections_outside_the_sentence_or_too_long_are_refused(first, last):
    with pytest.raises(AnalysisError):
        find_pattern(np.ones((45, 3)), first, last, threshold=0.5, sign=1, off_before=False, off_after=False)


def test_guide_finds_the_threshold_where_a_selection_stands_out():
    rng = np.random.default_rng(0)
    vocabulary = Vocabulary(("<ST>", "<ED>", "<UNK>", "a"))
    sentences = encode_sentences([linearise_words(["a"] * 6)] * 30, vocabulary)
    values = rng.normal(0, 0.3, (sentences.n_tokens, 20)).astype(np.float32)
    values[2:4, :5] = 2.0  # five cells, in the first sentence only
    ranges = measure_values(values, 1)
    assert ranges.share.sum() == pytest.approx(1, abs=1e-5) and 0 < ranges.usual < ranges.limit
    curves = compare_thresholds(values, sentences, values[:8], (2, 3), limit=1.5, sign=1, off_before=True,
                                off_after=True)
    assert curves.selected[-1] == 5 and curves.random[-1] < 0.5
    assert matched_threshold(values, float((values > 0.4).mean()), 1) == pytest.approx(0.4, abs=0.02)
