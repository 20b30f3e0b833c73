"""Do unsettled words come to rest: planted differences of logarithms."""

import numpy as np
import pytest
from scipy import stats

from core.analysis.saliency.settling import STAGES, compare_settling
from core.errors import AnalysisError
from tests.saliency_seeds import make_seed


@pytest.mark.parametrize("margin", [False, True])
def test_it_is_scipys_paired_test_between_the_columns(margin):
    results = [make_seed(seed, settling=-0.3) for seed in range(7)]
    a, b = (np.array([r.settled[int(margin), STAGES.index(name)] for r in results]) for name in ("T2h", "T1 again"))
    expected, found = stats.ttest_rel(a, b), compare_settling(results, "T2h", "T1 again", margin=margin)
    assert (found.mean, found.p) == pytest.approx((float((a - b).mean()), expected.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert found.high < 0


def test_a_seed_without_watched_words_is_left_out():
    empty = make_seed(5, settled=np.full((2, 4), np.nan))
    found = compare_settling([make_seed(0), empty, make_seed(1)], "T2h", "T2l")
    assert len(found.values) == 2
    for results in ([empty], []):
        with pytest.raises(AnalysisError, match="unsettled words"):
            compare_settling(results, "T2h", "T2l")


def test_one_seed_has_no_interval():
    found = compare_settling([make_seed(0, settling=1.0)], "T2h", "T1 again")
    assert np.isnan([found.low, found.p]).all() and found.mean == pytest.approx(1.0, abs=0.1)
