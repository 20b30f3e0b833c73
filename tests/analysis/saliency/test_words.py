"""What wac goes with, and how it agrees between seeds, against correlations worked out another way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.analysis.saliency.words import LEAST, compare_seeds, relate_level, relate_wac
from core.errors import AnalysisError


def draw(n=60, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random(n), rng.integers(LEAST, 80, n), rng.random(n), rng.random(n)


def partial_by_hand(x, y, given):
    """Partial correlation from the inverse of the matrix of rank correlations."""
    precision = np.linalg.inv(np.corrcoef([stats.rankdata(a) for a in (x, y, *given)]))
    return -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])


@given(st.integers(0, 10_000))
def test_correlations_are_spearmans_and_the_partial_one_is_the_precisions(seed):
    wac, count, errors, doubt = draw(seed=seed)
    found = relate_wac(wac, count, errors, doubt)
    for own, other in ((found.frequency, count), (found.doubt, doubt), (found.errors, errors)):
        assert own == pytest.approx(stats.spearmanr(wac, other).statistic, abs=1e-9)
    assert found.errors_given == pytest.approx(partial_by_hand(wac, errors, (count, doubt)), abs=1e-9)


def test_explained_is_the_squared_multiple_correlation():
    wac, count, errors, doubt = draw(seed=3)
    own, *given = (stats.rankdata(a) for a in (wac, count, doubt))
    a, b, c = np.corrcoef(own, given[0])[0, 1], np.corrcoef(own, given[1])[0, 1], np.corrcoef(*given)[0, 1]
    expected = (a * a + b * b - 2 * a * b * c) / (1 - c * c)
    assert relate_wac(wac, count, errors, doubt).explained == pytest.approx(expected)


def test_what_frequency_and_doubt_make_alone_leaves_nothing():
    rng = np.random.default_rng(1)
    count = rng.permutation(np.arange(LEAST, LEAST + 400))
    found = relate_wac(-count.astype(float), count, rng.random(400), rng.random(400))
    assert found.explained == pytest.approx(1) and found.frequency == pytest.approx(-1)
    assert np.isnan(found.errors_given)


def test_rare_words_and_words_without_errors_do_not_count():
    wac, count, errors, doubt = draw(seed=5)
    count[:7], errors[7:10], doubt[10:12] = LEAST - 1, np.nan, np.nan
    found = relate_wac(wac, count, errors, doubt)
    assert found == relate_wac(wac[12:], count[12:], errors[12:], doubt[12:]) and found.n == 48


def test_too_few_words_are_refused():
    wac, count, errors, doubt = draw(9)
    with pytest.raises(AnalysisError, match="Only 9 words"):
        relate_wac(wac, count, errors, doubt)
    with pytest.raises(AnalysisError, match="Only 9 words"):
        relate_level(wac, errors[:, None], count)
    with pytest.raises(AnalysisError, match="Only 9 words"):
        compare_seeds([wac, wac], [count, count], [doubt, doubt])


def test_the_level_is_the_rank_correlation_with_mean_saliency():
    wac, count, _, _ = draw(seed=8)
    course = np.random.default_rng(2).random((60, 7))
    assert relate_level(wac, course, count) == pytest.approx(stats.spearmanr(wac, course.mean(1)).statistic)
    assert relate_level(wac, np.sqrt(wac)[:, None] * np.ones(5), count) == pytest.approx(1)


def test_seeds_agree_in_what_is_the_words_own():
    rng = np.random.default_rng(4)
    count, doubt, own = rng.integers(LEAST, 900, 3_000), rng.random(3_000), rng.normal(size=3_000)
    alike = [own + 0 * seed for seed in range(3)]
    assert compare_seeds(alike, [count] * 3, [doubt] * 3).whole == pytest.approx(np.ones(3))
    apart = [rng.normal(size=3_000) for _ in range(3)]
    assert np.abs(compare_seeds(apart, [count] * 3, [doubt] * 3).left).max() < 0.08


def test_agreement_that_frequency_makes_goes_when_it_is_taken_out():
    rng = np.random.default_rng(6)
    count, doubt = rng.permutation(3_000) + LEAST, rng.random(3_000)
    made = [-count + 300 * rng.normal(size=3_000) for _ in range(2)]
    found = compare_seeds(made, [count] * 2, [doubt] * 2)
    assert found.whole[0] > 0.85 and abs(found.left[0]) < 0.08


def test_pairs_are_compared_over_words_common_to_both():
    (a, count, _, doubt), (b, *_) = draw(seed=1), draw(seed=2)
    other = count.copy()
    other[:20] = 0
    found = compare_seeds([a, b], [count, other], [doubt, doubt])
    assert found.whole[0] == pytest.approx(stats.spearmanr(a[20:], b[20:]).statistic)


def test_one_seed_agrees_with_none():
    wac, count, _, doubt = draw()
    with pytest.raises(AnalysisError, match="One seed"):
        compare_seeds([wac], [count], [doubt])
