"""Depth beyond training, against a model whose cell counts by construction."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.lstm.generalisation import (
    TIMES,
    count_depth,
    find_trained_depth,
    graft_sentences,
    measure_generalisation,
)
from core.checkpoints.store import Checkpoint, load_checkpoint
from core.corpora.generated import generate_treebank
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.tokens.encoded import encode_documents
from core.tokens.linearise import Kind
from core.tokens.vocabulary import Vocabulary

VOCABULARY = Vocabulary(("<ST>", "<ED>", "<UNK>", "(", ")"))


def counting_model(leak: float = 0.0) -> LSTMLanguageModel:
    """Cell 0 adds 0.02 at ``(`` and takes it away at ``)``; ED is predicted where it is at zero again.

    ``leak``: share of the cell lost at each step.
    """
    model = LSTMLanguageModel(LSTMConfig(5, 5, 2))
    layer, shut = model.layers[0], 40.0
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.embedding.weight.copy_(torch.eye(5))
        layer.b[0:2] = shut                       # input gates open
        layer.b[2] = math.log((1 - leak) / leak) if leak else shut
        layer.b[6:8] = shut                       # output gates open
        step = math.atanh(0.02)
        layer.w_ih[4, 3], layer.w_ih[4, 4] = step, -step
        layer.w_ih[5, 4] = shut                   # cell 1: closing brackets seen, forgotten at once
        layer.b[3] = -shut
        model.decoder.weight[1, 0], model.decoder.weight[1, 1] = -1000.0, 20.0
        model.decoder.bias[4] = 5.0               # “)” wherever ED is not far above
    return model.eval().requires_grad_(False)


def checkpoint_of(model: LSTMLanguageModel) -> Checkpoint:
    class Card:
        kind, tree_rules = 1, {}
    return Checkpoint(Card(), model, VOCABULARY)


@pytest.fixture(scope="module")
def dyck():
    return encode_documents(generate_treebank("dyck-1", depth=4).documents[:20], Kind.BRACKETS, VOCABULARY)


def test_a_perfect_counter_counts_to_three_times_its_training(dyck):
    result = measure_generalisation(checkpoint_of(counting_model()), dyck, name="dyck-1", corpus="dyck-1", limit=4)
    assert result.stimuli == "dyck" and result.trained_depth == 5 and result.cell == 0
    assert result.step == pytest.approx(0.02, rel=1e-4) and result.r == pytest.approx(1, abs=1e-5)
    assert result.depth_column("depth")[-1] == TIMES * 4 + 1 == result.limit
    assert result.depth_column("error").max() < 0.01
    assert result.practised[0] == result.beyond[0] == 1 and result.beyond[3] > 50
    assert result.untrained_beyond == 0


def test_a_leaking_counter_saturates(dyck):
    result = measure_generalisation(checkpoint_of(counting_model(leak=0.02)), dyck, name="dyck-1", corpus="x", limit=4)
    error, told = result.depth_column("error"), result.depth_column("q50")
    assert result.limit < TIMES * 4 and error[-1] > 1 > error[2]
    assert told[-1] < result.depth_column("depth")[-1] - 1
    assert result.beyond[0] < 1


def test_an_untrained_model_does_not_count(dyck):
    torch.manual_seed(0)
    model = LSTMLanguageModel(LSTMConfig(5, 5, 8)).eval().requires_grad_(False)
    result = measure_generalisation(checkpoint_of(model), dyck, name="dyck-1", corpus="x", limit=4)
    assert result.depth_column("error")[-1] > 1 and result.beyond[0] < 0.5


@given(st.integers(2, 40), st.integers(0, 5))
def test_grafts_are_balanced_and_beside_is_as_long(deepest, seed):
    sentences = encode_documents(generate_treebank("dyck-1", depth=4).documents[:2], Kind.BRACKETS, VOCABULARY)
    grafted, beside = graft_sentences(sentences, 5, deepest, n=12, seed=seed)
    for deep, flat in zip(grafted, beside, strict=True):
        for row in (deep, flat):
            depth = count_depth(row.tokens)
            assert depth.min() == 0 == depth[-1] and (depth[1:-2] > 0).all()
            np.testing.assert_array_equal(depth, row.depth)
        assert sorted(deep.tokens) == sorted(flat.tokens)
        assert flat.depth.max() <= deep.depth.max() <= deepest


def test_embedding_depth_is_that_of_its_clauses(dyck):
    assert find_trained_depth("embedding", dyck, 2) == 8 and find_trained_depth("embedding", dyck) == 14
    assert find_trained_depth("dyck-1", dyck) == 5


@pytest.mark.parametrize("name", ["brackets", "words"])
def test_text_is_grafted(tiny_cache, name):
    from core.reproduce.lstm.generalisation import compute
    from core.states.sources import DEMO, encode_source, read_source
    checkpoint = load_checkpoint(getattr(tiny_cache, name))
    result = compute(checkpoint, encode_source(checkpoint, read_source(DEMO, checkpoint.card)), DEMO)
    assert result.stimuli == "grafts" and result.n_groups > 50
    assert result.depth_column("depth")[-1] > 2 * result.trained_depth
    assert np.isfinite(result.end_column("beside")).all() and 0 <= result.untrained_beyond <= 1
