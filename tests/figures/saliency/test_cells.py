"""Words as cells: in order, without overlap, never wider than a line."""

from hypothesis import given
from hypothesis import strategies as st

from core.figures.saliency.cells import LINE, cut_word, lay_cells, measure_word

WORDS = st.lists(st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=60), min_size=1, max_size=60)


@given(WORDS)
def test_cells_do_not_overlap_and_stay_within_their_line(words):
    cells = lay_cells(words)
    assert len(cells.left) == len(words) and cells.n_lines == cells.line[-1] + 1
    for i in range(len(words)):
        assert cells.left[i] >= 0 and cells.left[i] + cells.width[i] <= LINE + 1e-9
        if i:
            assert cells.line[i] - cells.line[i - 1] in (0, 1)
            if cells.line[i] == cells.line[i - 1]:
                assert cells.left[i] > cells.left[i - 1] + cells.width[i - 1]
            else:
                assert cells.left[i] == 0


@given(st.text(max_size=80), st.integers(2, 20))
def test_a_cut_word_fits_and_a_short_one_is_whole(word, most):
    cut = cut_word(word, most)
    assert measure_word(cut) <= most
    assert cut == word if measure_word(word) <= most else cut.endswith("…") and word.startswith(cut[:-1])


def test_wide_letters_take_two_places():
    assert measure_word("映画") == 4 and measure_word("film") == 4


def test_markup_is_escaped_and_unknown_words_are_marked():
    cells = lay_cells(["<b>", "a&b", "film"], [True, False, True])
    assert cells.shown == ("&lt;b>", "<i>a&amp;b</i><sup>?</sup>", "film")
