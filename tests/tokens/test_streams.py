"""Running text as one row of numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.tokens.streams import MARKERS, build_streams, part_of

WORDS = st.lists(st.sampled_from(["a", "b", "A", "c", "."]), min_size=1, max_size=6)
ARTICLES = st.lists(st.tuples(st.integers(0, 400).map(str), WORDS), min_size=1, max_size=40)


@given(ARTICLES)
def test_every_sentence_stands_whole_in_the_part_of_its_article(sentences):
    streams = build_streams(sentences)
    for part, ids in streams.ids.items():
        expected = [w for title, words in sentences if part_of(title) == part for w in ("<S>", *words, "</S>")]
        assert [streams.types[i] for i in ids] == expected
        assert streams.n_articles[part] == len({t for t, _ in sentences if part_of(t) == part})


@given(ARTICLES)
def test_words_come_by_falling_count_after_the_markers(sentences):
    streams = build_streams(sentences)
    assert streams.types[:3] == MARKERS and len(set(streams.types)) == len(streams.types)
    assert (np.diff(streams.counts[3:]) <= 0).all()
    np.testing.assert_array_equal(streams.counts, np.bincount(streams.ids["train"], minlength=len(streams.types)))


def test_parts_are_kept_apart_by_title_about_one_in_a_hundred():
    parts = [part_of(f"article {i}") for i in range(20_000)]
    for part in ("validation", "test"):
        assert 150 < parts.count(part) < 250
    assert [part_of("Moon")] * 3 == [part_of("Moon") for _ in range(3)]
