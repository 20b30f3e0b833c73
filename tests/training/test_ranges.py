"""Settings that must lie in a range."""

import math
from types import SimpleNamespace

import pytest

from core.errors import TrainingError
from core.training.ranges import check_ranges


@pytest.mark.parametrize("value", [1, 2.5, 10])
def test_both_ends_and_what_lies_between_are_allowed(value):
    check_ranges(SimpleNamespace(size=value), ("size", 1, 10))


@pytest.mark.parametrize("value", [0.99, 11, math.nan, math.inf])
def test_the_first_setting_out_of_range_is_named_with_what_is_allowed(value):
    settings = SimpleNamespace(rate=0.5, size=value, depth=-1)
    with pytest.raises(TrainingError, match="size = .* out of range. Choose 1 to 10"):
        check_ranges(settings, ("rate", 0, 1), ("size", 1, 10), ("depth", 0, 3))
