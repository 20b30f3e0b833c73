"""Cells over both halves of an encoder–decoder."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.analysis.seq2seq.cells import rank_cells, read_cells
from tests.translate.toy import build_checkpoint

WORDS = ("the", "cat", "sees", "dog")


@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("n_layers", [1, 2])
def test_tokens_stand_in_the_order_of_reading_and_the_decoder_starts_where_the_encoder_ended(reverse, n_layers):
    checkpoint = build_checkpoint(1, reverse=reverse, n_layers=n_layers)
    found = read_cells(checkpoint, WORDS, (3, 5))
    read = WORDS[::-1] if reverse else WORDS
    assert found.tokens == ("<ST>", *read, "<ED>", "<ST>", "le", "chat") and found.n_read == 6
    assert found.shape == (n_layers, 8) and found.c.shape == found.h.shape == (n_layers, 9, 8)
    ids = torch.from_numpy(checkpoint.vocabulary.encode_source(WORDS, reverse=reverse))[:, None]
    for k, (h, c) in enumerate(checkpoint.model.encode(ids)):
        np.testing.assert_allclose(found.h[k, 5], h[0], atol=1e-6)
        np.testing.assert_allclose(found.c[k, 5], c[0], atol=1e-6)
    top, _ = checkpoint.model.decoder.read(torch.tensor([0, 3, 5])[:, None], states=checkpoint.model.encode(ids))
    np.testing.assert_allclose(found.h[-1, 6:], top[:, 0], atol=1e-5)


@given(arrays(np.float32, (6, 5), elements=st.floats(-3, 3, width=32)))
def test_cells_are_ranked_by_the_way_they_go(values):
    way = np.zeros(5)
    for cell in range(5):
        at = 0.0
        for value in values[:, cell].astype(float):
            way[cell] += abs(value - at)
            at = value
    order = rank_cells(values)
    assert sorted(order) == list(range(5)) and np.all(np.diff(way[order]) <= 1e-4)
