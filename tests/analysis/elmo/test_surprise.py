"""Surprise of both directions, against a loop through the model, and without a leak."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.elmo.surprise import (
    average_guess,
    number_words,
    score_average,
    score_sentence,
    score_text,
)
from core.checkpoints.bilm import BiLMCheckpoint
from core.errors import AnalysisError
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.tokens.characters import encode_characters

WORDS = ("<S>", "</S>", "<UNK>", "a", "cat", "slept", "on", "the", "roof", ".")


def make():
    torch.manual_seed(0)
    model = BiLM(BiLMConfig(CharacterConfig(((1, 4), (3, 6)), 8, 1, 6), cell_size=10, vocabulary_size=len(WORDS)))
    with torch.no_grad():
        model.softmax.weight.mul_(8)  # guesses that differ
    return BiLMCheckpoint("toy", model.eval().requires_grad_(False), WORDS)


CHECKPOINT = make()
SENTENCE = ("a", "cat", "dreamt", "on", "the", "roof", ".")
TEXTS = st.lists(st.lists(st.sampled_from([*WORDS[3:], "dog", "x" * 60]), max_size=6), max_size=5)


@torch.inference_mode()
def loop(words):
    """log2 p (2, n + 2, V) at every place, word by word through `BiLM.read`."""
    model, tokens = CHECKPOINT.model, ["<S>", *words, "</S>"]
    x = model.encoder(torch.from_numpy(encode_characters(tokens))).unsqueeze(1)
    out = np.full((2, len(tokens), len(WORDS)), np.nan)
    for d, direction in enumerate(("forward", "backward")):
        states = model.first_states(direction, 1)
        order = range(len(tokens)) if d == 0 else range(len(tokens) - 1, -1, -1)
        for i in order:
            outputs, states = model.read(x[i:i + 1], direction, states)
            target = i + 1 if d == 0 else i - 1
            if 0 <= target < len(tokens):
                out[d, target] = (model.softmax(outputs[-1][0, 0]).log_softmax(0) / np.log(2)).numpy()
    return out


@settings(max_examples=20)
@given(TEXTS)
def test_every_bit_rank_and_expectation_is_that_of_a_loop(sentences):
    text = score_text(CHECKPOINT, sentences, k=3)
    assert [s.words for s in text.sentences] == [tuple(s) for s in sentences]
    for scored in text.sentences:
        log_p, n = loop(scored.words), len(scored.words)
        targets = number_words(CHECKPOINT, scored.tokens)
        for d, places in enumerate((range(1, n + 2), range(n + 1))):
            for i in range(n + 2):
                if i not in places:
                    assert np.isnan(scored.bits[d, i]) and scored.ranks[d, i] == -1
                    continue
                own = log_p[d, i]
                assert scored.bits[d, i] == pytest.approx(-own[targets[i]], abs=1e-3)
                assert abs(scored.ranks[d, i] - (own > own[targets[i]] + 1e-5).sum()) <= (
                    np.abs(own - own[targets[i]]) < 1e-4).sum() - 1
                np.testing.assert_allclose(scored.expected_p[d, i], np.sort(2 ** own)[::-1][:3], atol=1e-4)
                np.testing.assert_allclose(2 ** own[scored.expected[d, i]], scored.expected_p[d, i], atol=1e-4)


@pytest.mark.parametrize("k", range(len(SENTENCE)))
def test_a_changed_word_changes_no_guess_that_has_not_read_it(k):
    base = score_sentence(CHECKPOINT, SENTENCE)
    other = score_sentence(CHECKPOINT, [*SENTENCE[:k], "elephants", *SENTENCE[k + 1:]])
    place = k + 1
    changed = np.abs(base.expected_p - other.expected_p).max(2)
    assert (changed[0, 1:place + 1] < 1e-6).all() and (changed[1, place:-1] < 1e-6).all()  # at its own place too
    assert (changed[0, place + 1:] > 1e-5).all() and (changed[1, :place] > 1e-5).all()
    np.testing.assert_allclose(base.bits[0, :place], other.bits[0, :place], atol=1e-5)          # forward, before it
    np.testing.assert_allclose(base.bits[1, place + 1:], other.bits[1, place + 1:], atol=1e-5)  # backward, behind it


def test_unknown_words_are_marked_and_scored_as_unk():
    scored = score_sentence(CHECKPOINT, SENTENCE)
    assert scored.known.tolist() == [w in WORDS for w in SENTENCE]
    assert scored.bits[0, 3] == pytest.approx(-loop(SENTENCE)[0, 3, 2], abs=1e-3)
    assert scored.scored(0).sum() == len(SENTENCE) + 1 and scored.scored(0, unknown=False).sum() == len(SENTENCE)
    assert not scored.scored(0)[0] and not scored.scored(1)[-1]


def test_perplexity_is_two_to_the_mean_over_all_places():
    sentences = [SENTENCE, ("the", "cat")]
    text = score_text(CHECKPOINT, sentences)
    for d in range(2):
        bits = [b for s in text.sentences for b in s.bits[d] if np.isfinite(b)]
        assert len(bits) == 11 and text.perplexity(d) == pytest.approx(2 ** np.mean(bits), rel=1e-5)
        known = np.sum(bits) - text.sentences[0].bits[d, 3]
        assert text.perplexity(d, unknown=False) == pytest.approx(2 ** (known / 10), rel=1e-5)
    assert text.n_words == 9 and text.n_unknown == 1


def test_a_long_text_is_its_sentences():
    long = [SENTENCE] * 700
    seen = []
    text = score_text(CHECKPOINT, long, progress=lambda *done: seen.append(done))
    alone = score_sentence(CHECKPOINT, SENTENCE)
    assert text.n_words == 4900 and seen[-1] == (4900, 4900) and len(seen) > 1
    for scored in (text.sentences[0], text.sentences[-1]):
        np.testing.assert_allclose(scored.bits, alone.bits, atol=1e-4)


def test_the_average_guess_is_the_mean_of_all_guesses_and_knows_no_context():
    sentences = [SENTENCE, ("the", "roof"), ()]
    average = average_guess(CHECKPOINT, sentences)
    assert average.sum(1) == pytest.approx([1, 1], abs=1e-5)
    for d in range(2):
        rows = np.concatenate([2 ** loop(s)[d] for s in sentences])
        np.testing.assert_allclose(average[d], rows[np.isfinite(rows[:, 0])].mean(0), atol=1e-5)
    scored = score_sentence(CHECKPOINT, ("the", "the", "dog"))
    usual = score_average(CHECKPOINT, average, scored)
    assert usual[0, 1] == usual[0, 2] == pytest.approx(-np.log2(average[0, 7]), abs=1e-4)
    assert usual[1, 3] == pytest.approx(-np.log2(average[1, 2]), abs=1e-4)
    np.testing.assert_array_equal(np.isnan(usual), np.isnan(scored.bits))


def test_nothing_and_an_empty_sentence_are_scored():
    assert score_text(CHECKPOINT, []).sentences == () and np.isnan(score_text(CHECKPOINT, []).perplexity(0))
    empty = score_sentence(CHECKPOINT, [])
    assert empty.tokens == ("<S>", "</S>") and np.isfinite(empty.bits).tolist() == [[False, True], [True, False]]


def test_a_published_model_is_refused():
    published = BiLMCheckpoint("elmo-small", BiLM(BiLMConfig(CharacterConfig(((1, 4),), 8, 1, 6), cell_size=10)))
    with pytest.raises(AnalysisError, match="softmax"):
        score_sentence(published, ["a"])
