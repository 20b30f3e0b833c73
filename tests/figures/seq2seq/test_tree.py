"""The beam as a tree: rows without collisions or crossings, the best path on top, every number where it belongs."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures.saliency.cells import measure_word
from core.figures.seq2seq.branches import choose_branches, rank_leaves
from core.figures.seq2seq.columns import cut_label, lay_columns
from core.figures.seq2seq.tree import FIXED, draw_tree, list_tree_labels
from core.translate.beam import END, BeamSettings, Hypothesis
from core.translate.translator import Translator
from tests.translate.toy import build_checkpoint

TOKENS = ("<ST>", "<ED>", "<UNK>", "le", "<b>&", "chat", "extraordinairement", ".")
WORDS = ("the", "cat", "sees", "a", "dog", ".")


@cache
def search(seed: int, beam: int = 6, prefix: tuple[int, ...] = ()):
    return Translator([build_checkpoint(seed)]).translate(
        WORDS, BeamSettings(beam=beam, n_best=min(3, beam), longest=0.5), prefix=prefix)


drawings = st.builds(lambda seed, beam, n: choose_branches(search(seed, beam), n), st.integers(0, 12),
                     st.sampled_from([1, 2, 6, 12]), st.integers(1, 40))


def spans(branches):
    """Whether a line runs along a row between a step and the one before."""
    tree, found = branches.result.tree, set()
    for node, row in branches.row.items():
        if node and branches.row[int(tree.parent[node])] == row:
            found.add((row, int(tree.step[node])))
    return found


@given(drawings)
def test_the_best_path_is_the_top_row_and_alone_in_it(branches):
    best = {0, *branches.result.tree.path(branches.result.best.leaf)}
    assert {n for n, row in branches.row.items() if row == 0} == best


@given(drawings)
def test_no_two_words_share_a_place(branches):
    places = [(row, int(branches.result.tree.step[n])) for n, row in branches.row.items()]
    assert len(set(places)) == len(places)


@given(drawings)
def test_no_branch_crosses_another(branches):
    tree, along = branches.result.tree, spans(branches)
    for node, row in branches.row.items():
        above = branches.row[int(tree.parent[node])] if node else row
        assert above <= row
        assert not any((between, int(tree.step[node])) in along for between in range(above + 1, row + (above < row)))


@given(drawings)
def test_no_two_lines_fall_over_each_other_from_different_rows(branches):
    tree = branches.result.tree
    falls = [(int(tree.step[n]), branches.row[int(tree.parent[n])], row, int(tree.parent[n]))
             for n, row in branches.row.items() if n and branches.row[int(tree.parent[n])] < row]
    for i, (step, top, bottom, parent) in enumerate(falls):
        for other, above, below, from_ in falls[:i]:
            if step == other and parent != from_:
                assert bottom <= above or below <= top


@given(drawings)
def test_words_end_before_the_next_column(branches):
    columns = lay_columns(list_tree_labels(branches, TOKENS))
    tree = branches.result.tree
    for node in branches.row:
        if node:
            step = int(tree.step[node]) - 1
            needed = 7 * measure_word(cut_label(TOKENS[tree.token[node]]))
            assert step + 1 == len(columns.left) or columns.left[step] + needed < columns.left[step + 1]


@pytest.mark.parametrize("seed", range(4))
def test_as_many_branches_as_asked_for_and_the_best_first(seed):
    result = search(seed, 12)
    leaves = rank_leaves(result)
    childless = set(range(1, len(result.tree.token))) - set(result.tree.parent.tolist())
    assert sorted(leaves) == sorted(childless) and leaves[0] == result.best.leaf
    assert leaves[:len(result.hypotheses)] == [h.leaf for h in result.hypotheses]
    for n in (1, 3, len(leaves), 999):
        branches = choose_branches(result, n)
        assert set(branches.leaves) == set(leaves[:n]) and branches.n_all == len(leaves)
    assert set(branches.row) == set(range(len(result.tree.token)))


def test_a_branch_that_lay_far_behind_is_given_up_first():
    result = search(0, 12)
    tree, order = result.tree, rank_leaves(result)[3:]

    def gap(leaf):
        if tree.token[leaf] == END:
            return result.best.score - tree.score[leaf]
        return max(tree.score[tree.step == tree.step[leaf]]) - tree.score[leaf]
    gaps = [gap(leaf) for leaf in order]
    assert gaps == sorted(gaps) and len(gaps) > 5


@pytest.mark.parametrize("numbers", ["total", "word", "none"])
def test_every_node_says_its_word_and_its_number(numbers):
    result = search(1, 6)
    figure, tree = draw_tree(result, TOKENS, n_branches=99, numbers=numbers), result.tree
    nodes = [int(row[0]) for trace in figure.data if trace.mode == "markers" for row in trace.customdata]
    assert sorted(nodes) == list(range(1, len(tree.token)))
    texts = [t for trace in figure.data if trace.mode == "text" for t in trace.text]
    ends = [n for n in nodes if tree.token[n] == END]
    for n in ends:
        assert f"<b>{tree.score[n]:.2f}</b>".replace("-", "−") in texts
    values = {"total": tree.score, "word": tree.log_p, "none": None}[numbers]
    if values is not None:
        wanted = sorted(f"{values[n]:.2f}".replace("-", "−") for n in nodes if n not in ends)
        assert sorted(figure.data[-1].text) == wanted
    else:
        assert len(texts) == len(nodes)


def test_what_was_fixed_has_a_colour_of_its_own_and_begins_every_path():
    result = search(2, 6, (5, 3))
    figure = draw_tree(result, TOKENS, n_fixed=2)
    fixed = next(t for t in figure.data if t.mode == "markers" and t.marker.color == FIXED)
    assert [int(row[0]) for row in fixed.customdata] == [1, 2]
    assert result.tree.token[1:3].tolist() == [5, 3]


def test_words_are_no_markup_and_long_ones_are_cut():
    figure = draw_tree(search(3, 12), TOKENS, n_branches=99)
    texts = " ".join(t for trace in figure.data if trace.text is not None for t in trace.text)
    assert "&lt;b>&amp;" in texts and "<b>&<" not in texts and "extraordinairement" not in texts
    assert "extraordinaireme"[:14] in texts


def test_a_search_that_was_cut_is_drawn_too():
    result = search(4, 2)
    best, nodes = result.best, result.tree.path(result.best.leaf)
    cut = Hypothesis(best.ids, best.log_p[:len(best.ids)], False, nodes[-2])
    figure = draw_tree(type(result)((cut,), result.tree), TOKENS)
    assert any(trace.name == "best path" for trace in figure.data)


def test_lines_join_parents_and_children():
    result = search(1, 2)
    figure = draw_tree(result, TOKENS, n_branches=99)
    ends = set()
    for trace in figure.data:
        if trace.mode == "lines":
            x, y = np.array(trace.x), np.array(trace.y)
            for stop in np.flatnonzero(np.isnan(x)):
                ends.add((float(x[stop - 1]), float(y[stop - 1])))
    nodes = {(float(x), float(y)) for t in figure.data if t.mode == "markers" for x, y in zip(t.x, t.y, strict=True)}
    assert ends == nodes
