"""The published sizes, no leak, padding that does not count, filters that need no more padding than one."""

import numpy as np
import pytest
import torch

from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig, CharacterEncoder
from core.tokens.characters import encode_characters

SMALL = BiLMConfig(CharacterConfig(((1, 4), (3, 6), (5, 5)), 8, 1, 6), cell_size=10, vocabulary_size=20)
SENTENCES = ["A cat slept on the warm roof .".split(), ["Yes"], "Nobody saw the extraordinarily long parade".split()]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return BiLM(SMALL).eval()


@torch.inference_mode()
def represent(model, sentences):
    """Layers (L + 1, n, 2P) of each sentence, read as one batch."""
    lengths = torch.tensor([len(s) for s in sentences])
    x = torch.zeros(int(lengths.max()), len(sentences), model.config.width // 2)
    for b, words in enumerate(sentences):
        x[:len(words), b] = model.encoder(torch.from_numpy(encode_characters(words)))
    layers = model.represent(x, lengths)
    return [layers[:, :n, b] for b, n in enumerate(lengths)]


def test_the_published_configuration_has_the_published_number_of_parameters():
    with torch.device("meta"):
        model = BiLM(BiLMConfig())
    assert sum(p.numel() for p in model.parameters()) == 93_600_864
    assert sum(p.numel() for p in model.encoder.parameters()) == 18_037_856
    assert model.config.width == 1024 and model.config.characters.n_filters == 2048


def test_a_sentence_in_a_batch_is_the_sentence_alone(model):
    for together, words in zip(represent(model, SENTENCES), SENTENCES, strict=True):
        alone, = represent(model, [words])
        torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-5)
        assert alone.shape == (3, len(words), 12)


def test_forward_knows_nothing_of_what_follows_and_backward_nothing_of_what_went_before(model):
    words = SENTENCES[0]
    base, = represent(model, [words])
    for k in range(len(words)):
        other, = represent(model, [[*words[:k], "elephants", *words[k + 1:]]])
        changed = (base - other).abs() > 0
        assert not changed[:, :k, :6].any() and not changed[:, k + 1:, 6:].any()
        assert changed[1:, k:, :6].any(2).all() and changed[1:, :k + 1, 6:].any(2).all()
        assert changed[0].any(1).tolist() == [j == k for j in range(len(words))]


def test_reading_window_by_window_is_reading_whole(model):
    x = torch.randn(9, 2, 6)
    whole = model._read_whole(x, "forward")
    states, pieces = model.first_states("forward", 2), []
    for start in (0, 4):
        outputs, states = model.read(x[start:start + 4 if start == 0 else None], "forward", states)
        pieces.append(outputs)
    for k in range(2):
        torch.testing.assert_close(torch.cat([p[k] for p in pieces]), whole[k], atol=1e-6, rtol=1e-5)


def test_the_second_layer_adds_what_it_reads(model):
    x = torch.randn(5, 1, 6)
    first, second = model._read_whole(x, "backward")
    torch.testing.assert_close(second - first, model.layers("backward")[1].read(first))


def test_one_place_of_padding_a_filter_answers_as_all_of_it():
    torch.manual_seed(4)
    encoder = CharacterEncoder(SMALL.characters).eval()
    with torch.no_grad():
        encoder.characters.weight[261] = 30  # padding that drowns out everything it takes part in
    numbers = torch.from_numpy(encode_characters(["a", "cat", "parliament", "x" * 48]))
    plain = torch.cat([a.amax(2) for a in encoder.respond(numbers)], dim=1).relu()
    torch.testing.assert_close(encoder.find(numbers[:3]), plain[:3])
    torch.testing.assert_close(encoder.find(numbers), plain)


def test_words_begin_by_passing_the_highway():
    torch.manual_seed(5)
    encoder = CharacterEncoder(CharacterConfig()).eval()
    found = encoder.find(torch.from_numpy(encode_characters(["spring", "🙂", ""])))
    gate = encoder.highway[0].open_gate(found)
    assert np.allclose(gate.mean().item(), 1 / (1 + np.e ** 2), atol=0.02) and found.min() >= 0
