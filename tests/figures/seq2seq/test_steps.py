"""Cells of what stood to choice."""

import numpy as np
import pytest

from core.analysis.seq2seq.alternatives import Alternatives
from core.figures.seq2seq.columns import lay_columns, write_share
from core.figures.seq2seq.steps import draw_steps
from core.figures.seq2seq.tree import BEST, FIXED

TOKENS = ("<ST>", "<ED>", "<UNK>", "<b>", "chat", "chien", ".")
FOUND = Alternatives(ids=np.array([[3, 4, 5], [5, 2, 3], [1, 6, 4]]),
                     p=np.array([[0.5, 0.3, 0.1], [0.9, 0.05, 0.001], [0.6, 0.2, 0.1]], np.float32),
                     chosen=np.array([4, 6, 1]), chosen_p=np.array([0.3, 0.0004, 0.6], np.float32),
                     rank=np.array([1, 4, 0]), entropy=np.ones(3, np.float32))


@pytest.fixture(scope="module")
def drawn():
    return draw_steps(FOUND, TOKENS, k=3, n_fixed=1)


def test_a_cell_stands_in_the_column_of_its_step_and_the_row_of_its_rank(drawn):
    cells = drawn.data[1]
    steps, ids = np.array(cells.customdata).T
    assert steps.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2] and ids.tolist() == [3, 4, 5, 5, 2, 3, 6, 1, 6, 4]
    columns = lay_columns([[TOKENS[i] for i in ids[steps == s]] for s in range(3)])
    assert list(cells.base) == pytest.approx([columns.left[s] for s in steps])
    assert [-y for y in cells.y] == pytest.approx([0, 1, 2, 0, 1, 2, 3.15, 0, 1, 2])
    assert np.all(np.array(cells.base) + np.array(cells.x) < [columns.left[s] + columns.width[s] for s in steps])


def test_a_cell_is_filled_as_far_as_its_probability(drawn):
    fills, cells, _ = drawn.data
    shares = np.array(fills.x) / np.array(cells.x)
    assert shares == pytest.approx([0.5, 0.3, 0.1, 0.9, 0.05, 0.001, 0.0004, 0.6, 0.2, 0.1], abs=1e-6)
    assert list(fills.base) == list(cells.base) and list(fills.y) == list(cells.y)


def test_one_cell_a_step_is_framed_and_the_given_ones_in_their_own_colour(drawn):
    framed = [(int(s), c) for (s, _), c in zip(drawn.data[1].customdata, drawn.data[1].marker.line.color, strict=True)
              if c in (BEST, FIXED)]
    assert framed == [(0, FIXED), (1, BEST), (2, BEST)]


def test_what_was_taken_from_far_below_stands_under_the_others(drawn):
    assert "rank 5" in drawn.data[1].text[6] and drawn.data[1].text[6].startswith(".")
    assert drawn.layout.yaxis.ticktext == ("1", "2", "3", "…")
    assert draw_steps(FOUND, TOKENS, k=1).layout.height > draw_steps(
        Alternatives(FOUND.ids, FOUND.p, FOUND.ids[:, 0], FOUND.p[:, 0], FOUND.rank * 0, FOUND.entropy), TOKENS,
        k=1).layout.height


def test_words_are_no_markup_and_the_end_and_unknown_have_names(drawn):
    texts = drawn.data[2].text
    assert texts[0].startswith("&lt;b><br>") and texts[4].startswith("<i>UNK</i>") and texts[7].startswith("<b>end</b>")


@pytest.mark.parametrize(("p", "said"), [(0.0, "&lt;1%"), (0.004, "&lt;1%"), (0.006, "1%"), (1.0, "100%")])
def test_shares_of_less_than_half_a_percent_are_said_to_be_small(p, said):
    assert write_share(p) == said


def test_wide_words_make_wide_columns_and_no_column_is_too_narrow_for_a_number():
    narrow, wide, kana = lay_columns([["."], ["incroyablement"], ["日本語日本語日本"]]).width
    assert 46 < narrow < kana < wide * 1.3 and wide > 14 * 7
