"""The causal ranking of cells: exact where it says so, with its error where not."""

import numpy as np
import pytest

from core.analysis.lstm import ablation
from core.analysis.lstm.ablation import CHOSEN_BY, MODES, AblationResult, compute_ablation
from core.analysis.results import load_result, save_result
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.intervene.ablate import ablate_cells
from core.intervene.score import spread_sentences, take_sentences
from core.states.sources import encode_source


@pytest.fixture(scope="module")
def measured(tiny_checkpoint):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.brackets)
        sentences = encode_source(checkpoint, read_demo_treebank().documents)
        return compute_ablation(checkpoint, sentences, corpus="demo", n_tokens=900, n_exact=500), checkpoint, sentences


def test_a_small_model_is_ablated_cell_by_cell(measured):
    result, checkpoint, sentences = measured
    assert result.all_exact and result.cells.tolist() == list(range(8)) and result.exact.shape == (2, 8, 3)
    text = take_sentences(sentences, spread_sentences(sentences, 900))
    short = take_sentences(text, spread_sentences(text, 500))
    run = ablate_cells(checkpoint.model, short, np.array([4]), np.zeros(1))
    assert result.exact[0, 4, 0] == pytest.approx((run.loss[:, 0] - run.loss[:, 1]).sum() / run.n.sum(), abs=1e-5)
    np.testing.assert_array_equal(result.change("zero"), result.exact[0, :, 0])


def test_numbers_have_intervals_and_bounds(measured):
    result = measured[0]
    assert (result.exact[..., 1] <= result.exact[..., 0] + 1e-6).all()
    assert (result.exact[..., 0] <= result.exact[..., 2] + 1e-6).all()
    assert (np.abs(result.rank) <= 1).all() and (result.rank[:, 1] <= result.rank[:, 2]).all()
    assert result.loss > 0 and ((result.ends[..., 0] >= 0) & (result.ends[..., 0] <= 1)).all() and result.n_groups > 1
    assert np.abs(result.r).max() <= 1 and (result.error >= 0).all()


def test_a_large_model_is_screened_and_the_strongest_are_ablated(measured, monkeypatch):
    monkeypatch.setattr(ablation, "SMALL", 4)
    _, checkpoint, sentences = measured
    result = compute_ablation(checkpoint, sentences, corpus="demo", n_tokens=900, n_exact=300, n_cells=(2, 1, 3))
    assert not result.all_exact and 3 <= len(result.cells) <= 6
    assert (result.chosen_by == CHOSEN_BY.index("chance")).sum() == 3
    strongest = int(np.abs(result.estimate).max(0).argmax())
    assert strongest in result.cells and int(np.abs(result.r).argmax()) in result.cells
    for m, mode in enumerate(MODES):  # exact where measured, the estimate elsewhere
        rest = np.setdiff1d(np.arange(8), result.cells)
        np.testing.assert_array_equal(result.change(mode)[rest], result.estimate[m, rest])
        np.testing.assert_array_equal(result.change(mode)[result.cells], result.exact[m, :, 0])


def test_it_comes_back_as_it_was(measured, scratch_cache):
    save_result("x-demo-ablation", measured[0], parents={"weights": "a"})
    again = load_result("x-demo-ablation", AblationResult, parents={"weights": "a"})
    np.testing.assert_array_equal(again.exact, measured[0].exact)
    assert again.all_exact and again.loss == measured[0].loss
