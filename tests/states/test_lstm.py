"""Recording every gate in one pass, against torch's own layers."""

import numpy as np
import pytest
import torch

from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.states.lstm import compute_log_probabilities, record_batch, record_states
from core.tokens.encoded import encode_documents
from core.tokens.linearise import Kind


def make_model(*, hidden=12, layers=1, seed=0):
    torch.manual_seed(seed)
    return LSTMLanguageModel(LSTMConfig(30, 5, hidden, n_layers=layers)).eval()


def torch_layer(layer):
    """`nn.LSTM` and `nn.LSTMCell` with the weights of one of our layers."""
    sequence = torch.nn.LSTM(layer.w_ih.shape[1], layer.w_hh.shape[1])
    cell = torch.nn.LSTMCell(layer.w_ih.shape[1], layer.w_hh.shape[1])
    with torch.no_grad():
        for theirs, suffix in ((sequence, "_l0"), (cell, "")):
            getattr(theirs, "weight_ih" + suffix).copy_(layer.w_ih)
            getattr(theirs, "weight_hh" + suffix).copy_(layer.w_hh)
            getattr(theirs, "bias_ih" + suffix).copy_(layer.b)
            getattr(theirs, "bias_hh" + suffix).zero_()
    return sequence, cell


@pytest.mark.parametrize("hidden", [12, 160])  # 160: the weights are packed for the CPU's kernels
@torch.no_grad()
def test_h_and_c_equal_torchs_layer_and_cell(hidden):
    model = make_model(hidden=hidden)
    ids = torch.randint(30, (9, 4), generator=torch.Generator().manual_seed(1))
    states = record_batch(model, ids)
    sequence, cell = torch_layer(model.layers[0])
    h_all, (_, c_last) = sequence(states.embed)
    torch.testing.assert_close(states.layers[0].h, h_all, atol=1e-5, rtol=0)
    torch.testing.assert_close(states.layers[0].c[-1], c_last[0], atol=1e-5, rtol=0)
    h = c = torch.zeros(4, hidden)
    for t in range(9):
        h, c = cell(states.embed[t], (h, c))
        torch.testing.assert_close(states.layers[0].c[t], c, atol=1e-5, rtol=0)


@torch.no_grad()
def test_gates_obey_the_papers_equations():
    model = make_model()
    ids = torch.randint(30, (7, 3))
    own = record_batch(model, ids).layers[0]
    before = torch.cat([torch.zeros_like(own.c[:1]), own.c[:-1]])
    torch.testing.assert_close(own.c_up, own.i * own.g)
    torch.testing.assert_close(own.c, own.f * before + own.c_up, atol=1e-6, rtol=0)
    torch.testing.assert_close(own.h, own.o * own.c.tanh(), atol=1e-5, rtol=0)
    for gate in (own.i, own.f, own.o):
        assert gate.min() >= 0 and gate.max() <= 1


@torch.no_grad()
def test_every_layer_is_recorded():
    model = make_model(layers=2)
    ids = torch.randint(30, (6, 2))
    states = record_batch(model, ids)
    assert len(states.layers) == 2
    second, _ = torch_layer(model.layers[1])
    torch.testing.assert_close(states.layers[1].h, second(states.layers[0].h)[0], atol=1e-5, rtol=0)


def demo_sentences(vocabulary_of):
    return encode_documents(read_demo_treebank().documents[:2], Kind.TAGGED_BRACKETS_WORDS, vocabulary_of)


def test_batching_changes_no_sentence(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    sentences = demo_sentences(checkpoint.vocabulary)
    names = ("embed", "layer0.c", "layer0.i", "layer0.c_up")
    together = record_states(checkpoint.model, sentences, names=names, batch_tokens=2000)
    alone = record_states(checkpoint.model, sentences, names=names, batch_tokens=1)
    for name in names:
        assert together[name].shape[0] == sentences.n_tokens
        np.testing.assert_allclose(together[name], alone[name], atol=1e-5)


def test_recording_leaves_the_model_as_it_was(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    before = {n: t.clone() for n, t in checkpoint.model.state_dict().items()}
    seen = []
    record_states(checkpoint.model, demo_sentences(checkpoint.vocabulary), progress=lambda *a: seen.append(a))
    assert not checkpoint.model.training
    assert all(torch.equal(t, before[n]) for n, t in checkpoint.model.state_dict().items())
    assert all(not module._forward_hooks for module in checkpoint.model.modules())
    assert seen[-1][0] == seen[-1][1]


def test_probabilities_sum_to_one():
    logp = compute_log_probabilities(make_model(), np.random.default_rng(0).normal(size=(5, 12)))
    np.testing.assert_allclose(np.exp(logp).sum(1), 1, atol=1e-5)
