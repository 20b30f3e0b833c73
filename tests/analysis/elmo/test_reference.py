"""Many words through the encoder: ranks, n-grams, neighbours."""

import numpy as np
import pytest
import torch

from core.analysis.elmo.characters import find_windows, list_widths, look_inside
from core.analysis.elmo.filter_hits import find_hit_words, list_hits, rank_changes
from core.analysis.elmo.reference import QUANTILES, build_reference, embed_words
from tests.analysis.elmo.test_characters import ENCODER

WORDS = ["the", "cat", "cats", "beautiful", "beauty", "naïve", "🙂", "concatenate", "on", "parliament", "ful",
         "wonderful", "a", "(", "x" * 60]


@pytest.fixture(scope="module")
def reference():
    return build_reference(ENCODER, WORDS)


def test_what_is_kept_of_each_word_is_what_the_word_alone_gives(reference):
    for i, word in enumerate(WORDS):
        inside = look_inside(ENCODER, word)
        np.testing.assert_allclose(reference.answers[:, i], inside.answers, rtol=2e-3, atol=1e-4)
        np.testing.assert_allclose(reference.unit[i], inside.vector / np.linalg.norm(inside.vector), atol=1e-5)
        np.testing.assert_allclose(reference.open_gates[:, i], np.quantile(inside.gates, QUANTILES, axis=1).T,
                                   atol=1e-5)
    assert (np.diff(reference.ranked.astype(float), axis=1) >= 0).all()
    changes = np.mean([np.abs(np.diff(look_inside(ENCODER, w).values, axis=0)) for w in WORDS], axis=0)
    np.testing.assert_allclose(reference.changes, changes, atol=1e-5)


def test_words_embedded_alone_are_those_of_the_reference(reference):
    np.testing.assert_allclose(embed_words(ENCODER, WORDS), reference.unit, atol=1e-6)
    assert embed_words(ENCODER, []).shape == (0, 6)


def test_how_rare_an_answer_is_counts_words_that_reach_it(reference):
    inside = look_inside(ENCODER, "beautifull")
    counts = reference.count_at_least(inside.answers)
    own = inside.answers.astype(np.float16)
    assert counts.tolist() == [int((row >= v).sum()) for row, v in zip(reference.answers, own, strict=True)]
    np.testing.assert_allclose(reference.one_in(inside.answers), (len(WORDS) + 1) / (counts + 1))
    assert (reference.one_in(np.zeros_like(inside.answers)) == 1).all()


def test_strongest_words_come_by_falling_answer(reference):
    for f in range(len(reference.answers)):
        best = reference.rank_words(f, 4)
        values = reference.answers[f].astype(float)
        np.testing.assert_array_equal(values[best], [v for v in np.sort(values)[::-1][:4] if v > 0])
    among = np.array([1, 2, 7])
    assert set(reference.rank_words(0, 2, among).tolist()) <= set(among.tolist())


def test_an_n_gram_is_found_where_its_letters_stand_in_a_row(reference):
    def words(*window):
        return {WORDS[i] for i in reference.find_words(*window)}

    assert words("cat", 1, 3) == {"cat", "cats", "concatenate"}
    assert words("cat", 0, 3) == {"cat", "cats"}                     # with the beginning of the word
    assert words("cat", 3, 2) == {"cat", "parliament"}               # with its end
    assert words("beautifull", 7, 3) == {"beautiful", "ful", "wonderful"}
    assert words("cat", 2, 6) == {"cat"} and words("cat", 5, 2) == set()  # padding is no letter
    assert words("naïve", 3, 2) == {"naïve"} and words("a.t", 1, 3) == set()


def test_cosines_are_cosines(reference):
    vector = look_inside(ENCODER, "cat").vector
    cosines = reference.compare(vector)
    expected = [torch.nn.functional.cosine_similarity(torch.from_numpy(vector), torch.from_numpy(
        look_inside(ENCODER, w).vector), dim=0).item() for w in WORDS]
    np.testing.assert_allclose(cosines, expected, atol=1e-5)
    assert int(cosines.argmax()) == 1 and np.isfinite(reference.compare(np.zeros(6))).all()


def test_hits_are_the_rarest_filters_of_each_width_and_never_silent_ones(reference):
    widths, inside = list_widths(ENCODER.config), look_inside(ENCODER, "beautifull")
    hits = list_hits("beautifull", inside, reference, widths, n=2)
    rarity = reference.one_in(inside.answers)
    assert [h.width for h in hits] == sorted(h.width for h in hits) and all(h.answer > 0 for h in hits)
    for width in set(widths.tolist()):
        own, answering = [h for h in hits if h.width == width], (widths == width) & (inside.answers > 0)
        assert len(own) == min(2, answering.sum())
        assert [h.one_in for h in own] == sorted(rarity[answering], reverse=True)[:len(own)]
    for h in hits:
        assert len(h.gram) == h.width and h.place == inside.places[h.filter] and h.end == h.place + h.width


def test_words_beside_a_hit_show_the_window_their_own_answer_came_from(reference):
    widths, inside = list_widths(ENCODER.config), look_inside(ENCODER, "cat")
    hits = list_hits("cat", inside, reference, widths, n=3)
    for hit, words in zip(hits, find_hit_words(ENCODER, reference, "cat", hits, n=3), strict=True):
        sharing = reference.find_words("cat", hit.place, hit.width)
        plain = [w.replace("[", "").replace("]", "").strip("⊢⊣▫") for w in words.sharing]
        assert set(plain) <= {WORDS[i] for i in sharing} - {"cat"}
        best = reference.rank_words(hit.filter, 3)
        for i, marked in zip(best.tolist(), words.strongest, strict=True):
            place = int(find_windows(ENCODER, [WORDS[i]])[1][0, hit.filter])
            inner = marked[marked.index("[") + 1:]
            assert len(inner[:inner.index("]")]) == hit.width and (place == 0) == marked.startswith("[⊢")


def test_the_dimensions_that_change_most_come_first(reference):
    widths, inside = list_widths(ENCODER.config), look_inside(ENCODER, "cat")
    rows = rank_changes("cat", inside, reference, widths, n=4)
    assert [r.layer for r in rows] == [0] * 4 + [1] * 4
    for layer in range(2):
        own = [abs(r.after - r.before) for r in rows if r.layer == layer]
        assert own == sorted(own, reverse=True)
        assert own[0] == pytest.approx(np.abs(inside.values[layer + 1] - inside.values[layer]).max())


def test_progress_ends_with_all_words():
    seen = []
    build_reference(ENCODER, [f"w{i}" for i in range(1100)], progress=lambda *done: seen.append(done))
    assert seen[-1] == (1100, 1100) and len(seen) == 3
