"""The encoder–decoder: against torch's own layers, and without padding."""

import numpy as np
import pytest
import torch

from core.models.packing import pack_rows
from core.models.recurrence import LSTMSequence
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig


def build(n_layers: int = 2) -> Seq2Seq:
    torch.manual_seed(0)
    return Seq2Seq(Seq2SeqConfig(11, 9, 5, 7, n_layers, dropout=0.0))


def build_tied() -> Seq2Seq:
    torch.manual_seed(0)
    return Seq2Seq(Seq2SeqConfig(11, 9, 7, 7, dropout=0.0, tied_scale=4.0))


def torch_half(half) -> torch.nn.LSTM:
    layer = torch.nn.LSTM(5, 7, num_layers=len(half.layers))
    with torch.no_grad():
        for k, own in enumerate(half.layers):
            for name, value in (("weight_ih", own.w_ih), ("weight_hh", own.w_hh), ("bias_ih", own.b)):
                getattr(layer, f"{name}_l{k}").copy_(value)
            getattr(layer, f"bias_hh_l{k}").zero_()
    return layer


def batch():
    rng = torch.Generator().manual_seed(1)
    source, inputs = (torch.randint(0, n, (t, 3), generator=rng) for n, t in ((11, 6), (9, 5)))
    targets = torch.randint(0, 9, (5, 3), generator=rng)
    return source, inputs, targets


@pytest.mark.parametrize("n_layers", [1, 3])
def test_the_decoder_starts_from_all_states_of_the_encoder(n_layers):
    model = build(n_layers)
    source, inputs, targets = batch()
    encoder, decoder = torch_half(model.encoder), torch_half(model.decoder)
    _, state = encoder(model.encoder.embedding(source))
    h, _ = decoder(model.decoder.embedding(inputs), state)
    logits = model.decoder.decoder(h)
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
    loss, n = model.loss(source, inputs, targets)
    assert n == 15 and float(loss.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
    ours = torch.autograd.grad(loss, [model.encoder.layers[0].w_hh, model.encoder.embedding.weight])
    theirs = torch.autograd.grad(expected, [encoder.weight_hh_l0, model.encoder.embedding.weight])
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_tied_words_are_one_matrix_that_learns_from_both_its_uses():
    tied, plain = build_tied(), Seq2Seq(Seq2SeqConfig(11, 9, 7, 7, dropout=0.0))
    assert "decoder.embedding.weight" not in tied.state_dict()
    plain.load_state_dict(tied.state_dict() | {"decoder.embedding.weight": 4 * tied.decoder.decoder.weight.detach()})
    losses = [model.loss(*batch())[0] for model in (tied, plain)]
    torch.testing.assert_close(*losses)
    own = torch.autograd.grad(losses[0], tied.decoder.decoder.weight)[0]
    read, predicted = torch.autograd.grad(losses[1], [plain.decoder.embedding.weight, plain.decoder.decoder.weight])
    torch.testing.assert_close(own, 4 * read + predicted)


def test_tied_words_begin_with_vectors_of_the_size_that_is_asked():
    torch.manual_seed(0)
    model = Seq2Seq(Seq2SeqConfig(500, 400, 30, 30, tied_scale=8.0))
    model.spread_embeddings(1.0)
    for half in (model.encoder, model.decoder):
        assert float(half.embedding.weight.detach().std()) == pytest.approx(1.0, rel=0.05)
    assert float(model.decoder.decoder.weight.detach().std()) == pytest.approx(1 / 8, rel=0.05)


def test_tied_words_have_as_many_numbers_as_units():
    with pytest.raises(ValueError, match="not 5 and 7"):
        Seq2SeqConfig(11, 9, 5, 7, tied_scale=4.0)


def test_sentences_of_any_length_lose_together_what_they_lose_alone():
    model, rng = build(), np.random.default_rng(0)
    sources = [rng.integers(0, 11, n) for n in (2, 6, 1, 3, 6)]
    written = [rng.integers(0, 9, n + 1) for n in (4, 1, 5, 2, 1)]
    together, n = model.loss(pack_rows(sources), pack_rows(ids[:-1] for ids in written),
                             pack_rows(ids[1:] for ids in written).data)
    alone = [model.loss(*(torch.from_numpy(a)[:, None] for a in (source, ids[:-1], ids[1:])))[0]
             for source, ids in zip(sources, written, strict=True)]
    assert n == 13 and float(together.detach()) == pytest.approx(sum(float(a.detach()) for a in alone), rel=1e-6)
    weights = list(model.parameters())
    for own, expected in zip(torch.autograd.grad(together, weights), torch.autograd.grad(sum(alone), weights),
                             strict=True):
        torch.testing.assert_close(own, expected, atol=1e-6, rtol=1e-4)


def test_states_come_in_the_order_of_the_sentences():
    model, rows = build(), [np.array([3, 4]), np.array([5, 6, 7, 8]), np.array([9])]
    for k, (h, c) in enumerate(model.encode(pack_rows(rows))):
        for s, row in enumerate(rows):
            own = model.encode(torch.from_numpy(row)[:, None])[k]
            torch.testing.assert_close((h[s], c[s]), (own[0][0], own[1][0]), atol=1e-6, rtol=1e-5)


def test_the_paper_has_384_million_parameters():
    with torch.device("meta"):
        model = Seq2Seq(Seq2SeqConfig(160_000, 80_000, 1000, 1000, 4))
    recurrent = sum(p.numel() for half in (model.encoder, model.decoder) for p in half.layers.parameters())
    total = sum(p.numel() for p in model.parameters()) - 80_000  # our softmax has a bias
    assert recurrent == 64_032_000 and total == 384_032_000


def test_gradients_reach_the_first_state():
    torch.manual_seed(3)
    x, w, u, b = torch.randn(4, 2, 3), torch.randn(20, 3), torch.randn(20, 5), torch.randn(20)
    h, c = (torch.randn(2, 5).requires_grad_() for _ in range(2))
    layer = torch.nn.LSTM(3, 5)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", w), ("weight_hh_l0", u), ("bias_ih_l0", b), ("bias_hh_l0", 0 * b)):
            getattr(layer, name).copy_(value)
    hs, _, last = LSTMSequence.apply(x, w, u, b, torch.float32, h, c)
    expected, (_, expected_last) = layer(x, (h[None], c[None]))
    torch.testing.assert_close(hs, expected, atol=1e-5, rtol=1e-5)
    ours = torch.autograd.grad(hs.sin().sum() + (last * last).sum(), [h, c])
    theirs = torch.autograd.grad(expected.sin().sum() + (expected_last * expected_last).sum(), [h, c])
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_a_word_loses_the_same_numbers_wherever_it_stands():
    torch.manual_seed(0)
    model = Seq2Seq(Seq2SeqConfig(11, 9, 40, 7, dropout=0.5))
    read = []
    model.encoder.drop_in.register_forward_hook(lambda _, given, dropped: read.append((given[0], dropped)))
    model.encode(torch.tensor([[3, 4], [4, 3], [3, 3]]))
    ((given, dropped),) = read
    assert given.shape == dropped.shape == (2, 40)  # of two words
    assert 0 < int((dropped == 0).sum()) < dropped.numel() and not torch.equal(dropped[0] == 0, dropped[1] == 0)


def test_words_read_once_a_batch_lose_what_words_read_anew_lose():
    model = build()
    losses, gradients = [], []
    for by_word in (True, False):
        model.encoder.by_word = model.decoder.by_word = by_word
        loss, _ = model.loss(*batch())
        losses.append(loss)
        gradients.append(torch.autograd.grad(loss, list(model.parameters())))
    torch.testing.assert_close(*losses)
    for own, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(own, expected, atol=1e-5, rtol=1e-4)
