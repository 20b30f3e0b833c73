"""Recording of a bidirectional language model."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.states.bilm import encode_words, record_bilm
from core.tokens.characters import encode_characters

WORDS = st.lists(st.text(min_size=0, max_size=60), max_size=7)


def make_model():
    torch.manual_seed(0)
    return BiLM(BiLMConfig(CharacterConfig(((1, 4), (3, 6)), 8, 1, 6), cell_size=10)).eval().requires_grad_(False)


MODEL = make_model()


def alone(words):
    """Layers (L + 1, n + 2, 2P) of one sentence with its markers, step by step through `BiLM.read`."""
    x = MODEL.encoder(torch.from_numpy(encode_characters(["<S>", *words, "</S>"]))).unsqueeze(1)
    sides = []
    for direction in ("forward", "backward"):
        outputs, _ = MODEL.read(x if direction == "forward" else x.flip(0), direction, MODEL.first_states(direction, 1))
        sides.append([h if direction == "forward" else h.flip(0) for h in outputs])
    layers = [torch.cat([x, x], 2), *(torch.cat(pair, 2) for pair in zip(*sides, strict=True))]
    return torch.stack(layers)[:, :, 0].numpy()


@settings(max_examples=25)
@given(st.lists(WORDS, max_size=6), st.sampled_from([8, 64]))
def test_many_sentences_at_once_are_each_sentence_alone(sentences, batch_words):
    states = record_bilm(MODEL, sentences, batch_words=batch_words)
    assert len(states.starts) == len(sentences) + 1 and states.layers.shape[1] == sum(map(len, sentences))
    for s, words in enumerate(sentences):
        expected = alone(words)
        np.testing.assert_allclose(states.sentence(s), expected[:, 1:-1], atol=1e-5)
        np.testing.assert_allclose(states.ends[s], np.concatenate([expected[-1, 0, :6], expected[-1, -1, 6:]]),
                                   atol=1e-5)


def test_a_word_alone_does_not_depend_on_its_neighbours():
    one, other = (record_bilm(MODEL, [s.split()]) for s in ("the bank of the river", "a bank robbery"))
    np.testing.assert_array_equal(one.layers[0, 1], other.layers[0, 1])
    assert not np.allclose(one.layers[1, 1], other.layers[1, 1])
    np.testing.assert_allclose(one.layers[0, 1, :6], encode_words(MODEL, ["bank"])[0].numpy(), atol=1e-6)


def test_five_thousand_words_are_recorded_and_none_is():
    long = [f"w{k % 50}" for k in range(5000)]
    assert record_bilm(MODEL, [long]).layers.shape == (3, 5000, 12)
    assert record_bilm(MODEL, []).layers.shape == (3, 0, 12)
    assert encode_words(MODEL, []).shape == (0, 6)


def test_progress_ends_with_all_words():
    seen = []
    record_bilm(MODEL, [["a"] * n for n in (3, 9, 1, 5)], batch_words=8, progress=lambda *done: seen.append(done))
    assert seen[-1] == (18, 18) and [a for a, _ in seen] == sorted(a for a, _ in seen)


@pytest.mark.parametrize("word", ["🙂", "", "x" * 200, "<S>", "\udcff", "أهلا"])
def test_no_word_is_too_odd(word):
    assert np.isfinite(record_bilm(MODEL, [["a", word, "b"]]).layers).all()
