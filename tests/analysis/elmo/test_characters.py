"""One word inside the encoder: windows, gates, what is read of typed text."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.elmo.characters import (
    cut_gram,
    find_windows,
    is_padding,
    list_widths,
    look_inside,
    mark_window,
    read_word,
)
from core.errors import TextError
from core.models.character_encoder import CharacterConfig, CharacterEncoder
from core.tokens.characters import encode_characters, name_characters


def make_encoder(n_highway=2, activation="relu"):
    torch.manual_seed(1)
    encoder = CharacterEncoder(CharacterConfig(((1, 5), (3, 6), (4, 7)), 8, n_highway, 6, activation)).eval()
    with torch.no_grad():
        for conv in encoder.filters:
            conv.weight.mul_(10)  # answers that differ
    return encoder.requires_grad_(False)


ENCODER = make_encoder()


@pytest.mark.parametrize("word", ["cat", "a", "beautifull", "naïve", "🙂", "x" * 60, "أهلا"])
def test_places_are_those_of_the_largest_answer_of_a_loop_over_windows(word):
    inside = look_inside(ENCODER, word)
    numbers = torch.from_numpy(encode_characters([word]))[0]
    vectors, f, widths = ENCODER.characters(numbers), 0, list_widths(ENCODER.config)
    for conv in ENCODER.filters:
        for n in range(conv.out_channels):
            width = conv.kernel_size[0]
            answers = [float((vectors[p:p + width].T * conv.weight[n]).sum() + conv.bias[n])
                       for p in range(len(numbers) - width + 1)]
            assert widths[f] == width and inside.answers[f] == pytest.approx(max(0, max(answers)), abs=1e-4)
            assert answers[inside.places[f]] == pytest.approx(max(answers), abs=1e-4)
            assert inside.places[f] <= len(name_characters(word))
            f += 1


def test_the_vector_is_the_encoders_and_the_highway_follows_its_equation():
    inside = look_inside(ENCODER, "beautifull")
    np.testing.assert_allclose(inside.vector, ENCODER(torch.from_numpy(encode_characters(["beautifull"])))[0],
                               atol=1e-5)
    for k, layer in enumerate(ENCODER.highway):
        x, gate = inside.values[k], inside.gates[k]
        made = np.maximum(layer.transform.weight.numpy() @ x + layer.transform.bias.numpy(), 0)
        opened = 1 / (1 + np.exp(-(layer.gate.weight.numpy() @ x + layer.gate.bias.numpy())))
        np.testing.assert_allclose(gate, opened, atol=1e-5)
        np.testing.assert_allclose(inside.values[k + 1], gate * made + (1 - gate) * x, atol=1e-4)


def test_an_encoder_without_highway_and_one_with_tanh_are_looked_into():
    inside = look_inside(make_encoder(n_highway=0, activation="tanh"), "cat")
    assert inside.gates.shape == (0, 18) and inside.values.shape == (1, 18) and np.abs(inside.answers).max() <= 1


def test_words_together_are_each_word_alone():
    words = ["cat", "parliament", "🙂"]
    answers, places = find_windows(ENCODER, words)
    for word, own, where in zip(words, answers, places, strict=True):
        alone = look_inside(ENCODER, word)
        np.testing.assert_allclose(own, alone.answers, atol=1e-5)
        np.testing.assert_array_equal(where, alone.places)


def test_a_window_behind_the_word_is_padding():
    assert is_padding("cat", 5) and not is_padding("cat", 4)
    assert cut_gram("cat", 5, 3) == ("▫", "▫", "▫") and cut_gram("cat", 0, 2) == ("⊢", "c")
    assert mark_window("né", 1, 2) == "[né]" and mark_window("cat", 1, 1) == "[c]at"


@given(st.text(min_size=1, max_size=80), st.integers(0, 20), st.integers(1, 7))
def test_every_window_can_be_cut_and_marked(word, place, width):
    assert len(cut_gram(word, place, width)) == width
    assert mark_window(word, place, width).count("[") >= 1


def test_only_the_first_word_is_read_and_what_is_too_long_is_named():
    assert read_word("  San Francisco bay ").word == "San" and read_word("San Francisco bay").ignored == "Francisco bay"
    assert read_word("x" * 48).unread == "" and read_word("x" * 50).unread == "xx"
    assert read_word("é" * 25).unread == "é" and read_word("a" + "é" * 24).unread == "é"
    assert read_word("e\u0301te").word == "éte"


def test_right_to_left_letters_are_noticed():
    assert read_word("مرحبا").is_right_to_left and read_word("שלום").is_right_to_left
    assert not read_word("naïve").is_right_to_left


@pytest.mark.parametrize("text", ["", "  \n", "<S>", "</S>"])
def test_no_word_and_the_models_own_signs_are_refused(text):
    with pytest.raises(TextError):
        read_word(text)
