"""Edits and shared strings of three letters."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.elmo.spelling import TrigramIndex, count_edits, cut_trigrams, keep_letters, share_trigrams

SHORT = st.text("abc", max_size=6)


def edits_by_definition(a, b):
    @cache
    def least(i, j):
        if not i or not j:
            return i + j
        ways = [least(i - 1, j) + 1, least(i, j - 1) + 1, least(i - 1, j - 1) + (a[i - 1] != b[j - 1])]
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            ways.append(least(i - 2, j - 2) + 1)
        return min(ways)
    return least(len(a), len(b))


@given(SHORT, SHORT)
def test_edits_are_the_least_by_their_definition(a, b):
    assert count_edits(a, b) == edits_by_definition(a, b) == count_edits(b, a)
    assert (count_edits(a, b) == 0) == (a == b) and 0 <= keep_letters(a, b) <= 1


@given(st.lists(st.text("abé🙂", max_size=7), min_size=1, max_size=6), st.lists(st.text("abé", max_size=7), min_size=1,
                                                                               max_size=3))
def test_the_index_shares_what_pairs_share(words, asked):
    found = TrigramIndex(words).compare(asked)
    np.testing.assert_allclose(found, [[share_trigrams(a, w) for w in words] for a in asked], atol=1e-6)


def test_ends_count_and_case_counts():
    assert share_trigrams("cat", "cat") == 1 and share_trigrams("cat", "Cat") < 1
    assert share_trigrams("cat", "concat") == pytest.approx(2 / 7)
    assert share_trigrams("abc", "xyz") == 0 and len(cut_trigrams("")) == 1
