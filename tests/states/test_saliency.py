"""Saliency of words: against finite differences and captum, whatever the batch, and without a trace in the network."""

import numpy as np
import pytest
import torch
from captum.attr import InputXGradient, IntegratedGradients
from captum.attr import Saliency as CaptumSaliency
from hypothesis import given
from hypothesis import strategies as st

from core.models.cnn import TextCNN, TextCNNConfig
from core.states.saliency import AT_ONCE, METHODS, STEPS, record_saliency
from core.tokens.labelled import EncodedTexts

WORDS, D = 25, 6
SENTENCES = st.lists(st.lists(st.integers(1, WORDS - 1), min_size=1, max_size=9), min_size=1, max_size=7)


def make(*, n_classes=2, heights=(3,), channels="static", seed=0):
    """A network with answers far from 0, so that few words have no saliency at all."""
    model = TextCNN(TextCNNConfig(WORDS, D, n_classes, heights, 8, 0.5, channels), seed=seed).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        model.words[1:] = torch.randn(WORDS - 1, D, generator=generator)
        for bias in model.biases:
            bias.normal_(generator=generator)
    return model


def encode(sentences, labels=None):
    lengths = [len(s) for s in sentences]
    return EncodedTexts(np.concatenate(sentences).astype(np.int32), np.concatenate([[0], np.cumsum(lengths)]),
                        np.zeros(len(sentences), np.int64) if labels is None else np.asarray(labels))


def draw(n=12, *, n_classes=2, seed=0):
    rng = np.random.default_rng(seed)
    return encode([rng.integers(1, WORDS, rng.integers(1, 10)) for _ in range(n)], rng.integers(0, n_classes, n))


def each(texts):
    """Every sentence alone: ids (1, T), lengths (1,), and the places of its words."""
    for s in range(len(texts)):
        places = np.arange(texts.starts[s], texts.starts[s + 1])
        yield torch.from_numpy(texts.ids[places].astype(np.int64))[None], torch.tensor([len(places)]), places, s


def log_probability(model, lengths):
    """What captum differentiates: log p of every class from embedded words; one sentence, or many steps of its way."""
    return lambda embedded: model.classify(embedded, lengths.expand(len(embedded))).log_softmax(1)


each_kind = pytest.mark.parametrize(("n_classes", "heights", "channels"), [
    (2, (3,), "static"), (3, (3,), "static"), (2, (3, 4, 5), "multichannel"), (3, (2, 5), "non-static")])


@each_kind
@pytest.mark.parametrize("method", ["predicted", "gold", "input"])
def test_gradients_equal_captums(n_classes, heights, channels, method):
    model, texts = make(n_classes=n_classes, heights=heights, channels=channels), draw(n_classes=n_classes)
    found = record_saliency(model, texts, method=method)
    for ids, lengths, places, s in each(texts):
        words, forward = model.embed(ids).detach(), log_probability(model, lengths)
        target = int(texts.labels[s]) if method == "gold" else int(forward(words).argmax())
        if method == "input":
            expected = InputXGradient(forward).attribute(words.requires_grad_(), target=target).sum(2)
        else:
            expected = CaptumSaliency(forward).attribute(words.requires_grad_(), target=target).mean(2)  # of |gradient|
        np.testing.assert_allclose(found.words[places], expected[0].detach().numpy(), rtol=1e-4, atol=1e-6)


@each_kind
def test_integrated_gradients_equal_captums_and_add_up(n_classes, heights, channels):
    model, texts = make(n_classes=n_classes, heights=heights, channels=channels), draw(n_classes=n_classes)
    found = record_saliency(model, texts, method="integrated")
    for ids, lengths, places, _ in each(texts):
        words, forward = model.embed(ids).detach(), log_probability(model, lengths)
        scores = forward(words)[0].detach()
        target = int(scores.argmax())
        expected = IntegratedGradients(forward).attribute(
            words, torch.zeros_like(words), target, n_steps=STEPS, method="riemann_middle").sum(2)
        np.testing.assert_allclose(found.words[places], expected[0].numpy(), rtol=1e-4, atol=1e-5)
        empty = forward(torch.zeros_like(words))[0, target].item()
        assert found.words[places].sum() == pytest.approx(scores[target].item() - empty, abs=0.08)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("method", ["predicted", "gold", "input"])
def test_gradients_equal_finite_differences(method, n_classes, step=1e-5):
    model, texts = make(n_classes=n_classes).double(), draw(4, n_classes=n_classes, seed=3)
    found = record_saliency(model, texts, method=method)
    for ids, lengths, places, s in each(texts):
        words, forward = model.embed(ids).detach(), log_probability(model, lengths)
        target = int(texts.labels[s]) if method == "gold" else int(forward(words).argmax())
        gradient = torch.zeros_like(words)
        for t in range(words.shape[1]):
            for j in range(D):
                moved = torch.zeros_like(words)
                moved[0, t, j] = step
                with torch.no_grad():
                    rise = forward(words + moved)[0, target] - forward(words - moved)[0, target]
                gradient[0, t, j] = rise / (2 * step)
        expected = (gradient * words).sum(2) if method == "input" else gradient.abs().mean(2)
        np.testing.assert_allclose(found.words[places], expected[0].numpy(), rtol=1e-3, atol=1e-6)


@given(SENTENCES, st.sampled_from(METHODS), st.sampled_from([2, 3]))
def test_company_and_order_change_nothing(sentences, method, n_classes):
    model = make(n_classes=n_classes, heights=(3, 4))
    labels = np.arange(len(sentences)) % n_classes
    together = record_saliency(model, encode(sentences, labels), method=method)
    for s, (sentence, (_, _, places, _)) in enumerate(zip(sentences, each(encode(sentences)), strict=True)):
        alone = record_saliency(model, encode([sentence], labels[s:s + 1]), method=method)
        np.testing.assert_allclose(together.words[places], alone.words, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(together.scores[s], alone.scores[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_more_sentences_than_one_pass_holds(method):
    model, texts = make(), draw(AT_ONCE + 40, seed=5)
    whole = record_saliency(model, texts, method=method)
    rows = np.random.default_rng(0).permutation(len(texts))
    shuffled = record_saliency(model, texts.take(rows), method=method)
    np.testing.assert_allclose(shuffled.words, whole.words[texts.places(rows)], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(shuffled.scores, whole.scores[rows], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_dropout_is_off_and_the_network_is_left_as_it_was(method, training):
    model, texts = make(channels="multichannel").train(training), draw()
    kept = torch.full_like(model.filters[0], 0.5)
    model.filters[0].grad = kept.clone()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    asked = [p.requires_grad for p in model.parameters()]
    first, second = (record_saliency(model, texts, method=method) for _ in range(2))
    np.testing.assert_array_equal(first.words, second.words)
    assert model.training == training and torch.equal(model.filters[0].grad, kept)
    assert all(p.grad is None for p in model.parameters() if p is not model.filters[0])
    assert [p.requires_grad for p in model.parameters()] == asked
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_a_fault_leaves_the_network_learning():
    model = make().train()
    with pytest.raises(IndexError):
        record_saliency(model, encode([[1, WORDS + 5]]))
    assert model.training


def test_a_frozen_network_is_read_within_no_grad_as_well():
    model, texts = make(), draw()
    expected = record_saliency(model, texts)
    with torch.no_grad():
        found = record_saliency(model.requires_grad_(False), texts)
    np.testing.assert_array_equal(found.words, expected.words)


def test_of_two_classes_gold_is_predicted_times_a_ratio_of_doubts():
    """d log p(g) = (1 - p_g) d margin, and so for R: the gradients differ by a factor for each sentence."""
    model, texts = make(), draw(40, seed=2)
    predicted, gold = (record_saliency(model, texts, method=m) for m in ("predicted", "gold"))
    p = np.exp(predicted.scores.astype(np.float64))
    rows = np.arange(len(texts))
    factor = (1 - p[rows, texts.labels]) / (1 - p[rows, predicted.predicted])
    assert (predicted.predicted != texts.labels).any() and (factor > 1.5).any()
    np.testing.assert_allclose(gold.words, predicted.words * factor[texts.sentence], rtol=2e-3, atol=1e-7)


def test_the_prediction_and_its_doubt_are_those_of_the_scores():
    model, texts = make(n_classes=3), draw(n_classes=3)
    found = record_saliency(model, texts)
    for ids, lengths, _, s in each(texts):
        p = model(ids, lengths).softmax(1)[0].detach().numpy()
        np.testing.assert_allclose(np.exp(found.scores[s]), p, rtol=1e-5)
        assert found.predicted[s] == p.argmax() and found.doubt[s] == pytest.approx(1 - p.max(), rel=1e-4)


def test_doubt_never_is_zero():
    model, texts = make(), draw()
    with torch.no_grad():
        model.output.bias += torch.tensor([500.0, 0.0])
    assert (record_saliency(model, texts).doubt > 0).all()
