"""Pairs drawn from text come as often as the counts say."""

import numpy as np
import pytest

from core.errors import TrainingError
from core.training.qwem_pairs import EncodedText, PairSampler, encode_text
from tests.training.toy_counts import count_pairs, draw_articles, find_ids

WEIGHTS = np.array([3, 2, 1])


def build_sampler(articles):
    numbers = np.repeat(np.arange(len(articles)), [len(a) for a in articles]).astype(np.int32)
    return PairSampler(EncodedText(np.concatenate(articles).astype(np.int32), numbers), WEIGHTS)


@pytest.fixture(scope="module")
def articles():
    """Short ones, so that many windows are cut off."""
    return find_ids(draw_articles(n_articles=40, n_words=5, vocabulary=8))


def chi_square(pairs, expected):
    """Per degree of freedom: 1 ± 0.2 for 64 cells."""
    n = len(pairs[0])
    found = np.zeros(expected.shape)
    np.add.at(found, pairs, 1)
    assert not found[expected == 0].any()
    expected = expected[expected > 0] * n, found[expected > 0]
    return ((expected[1] - expected[0])**2 / expected[0]).sum() / (len(expected[0]) - 1)


def test_pairs_follow_the_weighted_counts(articles):
    counts = count_pairs(articles, 8, WEIGHTS)
    sampler, rng = build_sampler(articles), np.random.default_rng(0)
    assert chi_square(sampler.draw(200_000, rng), counts / counts.sum()) < 1.6
    p = counts.sum(1) / counts.sum()
    assert chi_square(sampler.draw_independent(200_000, rng), np.outer(p, p)) < 1.6
    flat = count_pairs(articles, 8, np.array([1, 1, 1]))
    assert chi_square(sampler.draw(200_000, rng), flat / flat.sum()) > 5  # the test can tell


def test_the_independent_ones_are_no_pairs_of_the_text():
    sampler = build_sampler([np.array([0, 0, 0]), np.array([1, 1, 1])])
    rng = np.random.default_rng(0)
    i, j = sampler.draw(1_000, rng)
    assert (i == j).all()
    i, j = sampler.draw_independent(1_000, rng)
    assert 0.4 < (i == j).mean() < 0.6


def test_text_is_encoded_over_the_ends_of_blocks():
    text = encode_text([b"a b x", b" c\na", b"\nx\nb a"], ("a", "b", "c"))
    assert text.ids.tolist() == [0, 1, 2, 0, 1, 0] and text.ids.dtype == np.int32
    assert [len(set(part)) for part in (text.articles[:3], text.articles[3:4], text.articles[4:])] == [1, 1, 1]
    assert len(set(text.articles)) == 3


@pytest.mark.parametrize("blocks", [[], [b""], [b"x y z"], [b"a x x"]])
def test_a_text_without_two_known_words_is_refused(blocks):
    with pytest.raises(TrainingError, match="words of the vocabulary"):
        encode_text(blocks, ("a",))


def test_articles_of_one_word_give_no_pairs_and_no_endless_search():
    with pytest.raises(TrainingError, match="No two words"):
        build_sampler([np.array([0])] * 5).draw(10, np.random.default_rng(0))
