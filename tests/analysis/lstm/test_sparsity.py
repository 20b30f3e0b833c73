"""Cells at work: a model whose silent cells are known, and holding cells against the recurrence itself."""

import numpy as np
import pytest
import torch

from core.analysis.lstm.heldout import untrained_like
from core.analysis.lstm.sparsity import compute_sparsity, hold_cells, measure_reach, take_sentences
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.states.lstm import record_states
from core.states.sources import encode_source
from tests.training.toy import train


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A model of eight cells that has learned more than the frequencies, and what it reads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tmp_path_factory.mktemp("sparsity") / "cache"))
        checkpoint = load_checkpoint(train(epochs=8).id)
        return checkpoint, encode_source(checkpoint, read_demo_treebank().documents)


def test_numbers_belong_together(demo):
    checkpoint, sentences = demo
    result = compute_sparsity(checkpoint, sentences, corpus="demo")
    hidden = checkpoint.model.config.hidden_size
    assert sorted(result.order.tolist()) == list(range(hidden))
    assert result.kept[0] == 1 and result.kept[-1] == hidden and result.perplexities[-1] == result.perplexity
    assert 1 <= result.carrying <= hidden and result.needed in result.kept and result.perplexity < result.unigram
    assert result.active == (result.deviation >= 0.01).sum() and result.r.shape[0] == hidden
    needed = result.perplexities[result.kept.tolist().index(result.needed)]
    assert np.log(result.unigram / needed) >= 0.95 * np.log(result.unigram / result.perplexity)


def test_silent_cells_are_neither_active_nor_needed(demo):
    checkpoint, sentences = demo
    silent = compute_sparsity(checkpoint, sentences, corpus="demo").order[-3:].tolist()  # the others know enough
    mean = record_states(checkpoint.model, sentences, names=("layer0.h",))["layer0.h"].mean(0)
    model = hold_cells(checkpoint.model, silent, mean)
    with torch.no_grad():
        model.layers[0].b[[3 * 8 + cell for cell in silent]] = -60  # output gates shut: h is 0
    changed = type(checkpoint)(**{**checkpoint.__dict__, "model": model})
    result = compute_sparsity(changed, sentences, corpus="demo")
    assert result.perplexity < result.unigram
    assert result.active == 5 and set(result.order[-3:].tolist()) == set(silent)
    assert result.needed <= 6 and result.carrying <= 5
    assert result.perplexities[result.kept.tolist().index(6)] == pytest.approx(result.perplexity, rel=1e-5)


def test_a_held_cell_counts_as_its_mean(demo):
    checkpoint, _ = demo
    mean = np.linspace(-0.5, 0.5, 8).astype(np.float32)
    held = hold_cells(checkpoint.model, np.array([2, 5]), mean)
    layer, h = checkpoint.model.layers[0], torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
    fixed = h.clone()
    fixed[:, [2, 5]] = torch.from_numpy(mean[[2, 5]])
    with torch.no_grad():
        torch.testing.assert_close(h @ held.layers[0].w_hh.T + held.layers[0].b, fixed @ layer.w_hh.T + layer.b)
        torch.testing.assert_close(held.decoder(h), checkpoint.model.decoder(fixed))


def test_the_shared_model_is_left_as_it_was(demo):
    checkpoint, _ = demo
    before = {n: t.clone() for n, t in checkpoint.model.state_dict().items()}
    hold_cells(checkpoint.model, np.arange(8), np.ones(8))
    assert all(torch.equal(t, before[n]) for n, t in checkpoint.model.state_dict().items())


def test_reach_is_what_reads_a_cell(demo):
    model = untrained_like(demo[0].model)
    with torch.no_grad():
        model.layers[0].w_hh[:, 3] = 0
        model.decoder.weight[:, 3] = 2
    assert measure_reach(model)[3] == pytest.approx(4 * model.config.vocabulary_size)


def test_taken_sentences_are_read_as_before(demo):
    checkpoint, sentences = demo
    part = take_sentences(sentences, np.array([5, 2, 9]))
    assert [part.sentence(k).tokens for k in range(3)] == [sentences.sentence(s).tokens for s in (5, 2, 9)]
    assert (part.document == sentences.document[[5, 2, 9]]).all() and len(part.phrase_depth) == part.n_tokens
    whole, own = (record_states(checkpoint.model, s, names=("layer0.h",))["layer0.h"] for s in (sentences, part))
    rows = slice(sentences.starts[2], sentences.starts[3])
    np.testing.assert_allclose(own[part.starts[1]:part.starts[2]], whole[rows], atol=1e-6)
    assert take_sentences(sentences, np.array([], int)).n_tokens == 0
