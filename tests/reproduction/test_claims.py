"""How records of claims are filled."""

import numpy as np
import pytest
from scipy import stats

from core.errors import AnalysisError
from core.reproduce.claims import ClaimRecord, fill_interval, fill_over_seeds, read_claims

OPEN = ClaimRecord("s.a", "000", "Figure 1", "Something grows.", "2")


def test_a_claim_whose_results_are_absent_stays_open_and_the_others_are_filled():
    def fail(*_):
        raise AnalysisError("Absent.", "Compute it.")

    absent, empty, filled = read_claims([(OPEN, fail), (OPEN, lambda _: {}), (OPEN, lambda n: {"n": n})], 7)
    assert absent == empty == OPEN and filled.n == 7 and filled.claim == OPEN.claim


def test_other_faults_are_not_hidden():
    with pytest.raises(ZeroDivisionError):
        read_claims([(OPEN, lambda: 1 / 0)])


def test_an_interval_is_plain_numbers():
    found = fill_interval(np.array([1, 0, 2], np.float32), n=3)
    assert found == {"ours": 1.0, "low": 0.0, "high": 2.0, "n": 3} and type(found["ours"]) is float


def test_over_seeds_the_interval_is_students_and_one_seed_has_none():
    values = [0.1, 0.4, 0.25, 0.3]
    found = fill_over_seeds(values)
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert (found["ours"], found["low"], found["high"]) == pytest.approx((np.mean(values), low, high))
    assert fill_over_seeds([0.5], n=1) == {"ours": 0.5, "low": 0.5, "high": 0.5, "n": 1}
