"""Text in, translations out: what is read, what is refused, and that averaging is averaging."""

import numpy as np
import pytest
import torch

from core.errors import CheckpointError, TextError
from core.translate.beam import BeamSettings
from core.translate.force import expect_words, score_translations
from core.translate.rescore import MAX_CANDIDATES, rescore
from core.translate.translator import Translator, read_source
from tests.translate.toy import TARGET, build_checkpoint

SENTENCES = ["The cat sees a dog.", "a man hears the woman .", "the dog", "A woman sees the man . The cat hears ."]


@pytest.fixture(scope="module")
def translator() -> Translator:
    return Translator([build_checkpoint(0), build_checkpoint(1, reverse=False)])


def words(translator: Translator) -> list[tuple[str, ...]]:
    return [read_source(text, translator.vocabulary).words for text in SENTENCES]


def test_words_are_lower_case_and_unknown_ones_are_marked(translator):
    source = read_source("The CAT sees Napoleon.", translator.vocabulary)
    assert source.words == ("the", "cat", "sees", "napoleon", ".") and source.unknown == ("napoleon",)


@pytest.mark.parametrize("text, message", [
    ("   ", "There is no text"), ("the " * 500, "500 tokens"), ("x" * 5_000, "5000 characters"),
    ("Xyzzy plugh.", "knows none of these words"), ("שלום עולם", "knows none"), ("...!", "knows none"),
    ("the\x00cat", "control characters")])
def test_what_cannot_be_translated_is_refused_with_a_reason(translator, text, message):
    with pytest.raises(TextError, match=message):
        read_source(text, translator.vocabulary)


def test_one_known_word_is_enough(translator):
    assert read_source("Xyzzy cat", translator.vocabulary).unknown == ("xyzzy",)


@pytest.mark.parametrize("n_cores", [1, 3])
def test_many_at_once_are_what_each_is_alone(translator, n_cores, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: n_cores)
    sources, settings = words(translator), BeamSettings(beam=4, n_best=2)
    assert translator.translate_all([], settings) == []
    for source, together in zip(sources, translator.translate_all(sources, settings), strict=True):
        alone = translator.translate(source, settings)
        assert [h.ids for h in alone.hypotheses] == [h.ids for h in together.hypotheses]
        np.testing.assert_allclose([h.score for h in alone.hypotheses], [h.score for h in together.hypotheses],
                                   atol=1e-4)


def test_progress_reaches_the_end(translator):
    seen = []
    translator.translate_all(words(translator), BeamSettings(beam=1), progress=lambda *done: seen.append(done))
    assert seen[-1] == (4, 4)


def test_a_model_that_reads_backwards_gets_the_words_backwards():
    forward, backward = build_checkpoint(3, reverse=False), build_checkpoint(3, reverse=True)
    a = Translator([forward]).translate(("the", "cat", "sees"))
    b = Translator([backward]).translate(("sees", "cat", "the"))
    assert a.best.ids == b.best.ids and a.best.score == pytest.approx(b.best.score)


def test_forced_log_probabilities_are_those_of_the_search(translator):
    source = words(translator)[0]
    found = translator.translate(source, BeamSettings(beam=5, n_best=5))
    best = next(h for h in found.hypotheses if h.finished)
    expected = expect_words(translator, source, best.ids)
    np.testing.assert_allclose(np.exp(expected).sum(1), 1, atol=1e-4)
    np.testing.assert_allclose([expected[t, i] for t, i in enumerate((*best.ids, 1))], best.log_p, atol=1e-4)
    text = [translator.vocabulary.target.tokens[i] for i in best.ids]
    scored = score_translations(translator, [source, source], [text, text[:1]])
    np.testing.assert_allclose(scored[0], best.log_p, atol=1e-4)
    assert len(scored[1]) == len(text[:1]) + 1


def test_an_ensemble_averages_probabilities(translator):
    source = words(translator)[1]
    one, two = (np.exp(expect_words(Translator([c]), source, (3, 4))) for c in translator.checkpoints)
    np.testing.assert_allclose(np.exp(expect_words(translator, source, (3, 4))), (one + two) / 2, atol=1e-5)


def test_checkpoints_of_other_words_are_refused():
    odd = build_checkpoint(1)
    vocabulary = odd.vocabulary.__class__(odd.vocabulary.source, odd.vocabulary.target, "en", "de")
    with pytest.raises(CheckpointError, match="do not have the same words"):
        Translator([build_checkpoint(0), odd.__class__(odd.card, odd.model, vocabulary)])


def test_candidates_are_ordered_by_probability_and_by_the_even_average(translator):
    source = words(translator)[0]
    candidates = ["le chat .", "un chien", "chat chat chat chat"]
    found = rescore(translator, source, candidates)
    assert (np.diff(found.log_p[found.order]) <= 0).all() and found.combined is found.log_p
    given = [0.0, 0.0, 100.0]
    averaged = rescore(translator, source, candidates, given)
    np.testing.assert_allclose(averaged.combined, (found.log_p + np.array(given)) / 2, rtol=1e-6)
    assert averaged.order[0] == 2


def test_lists_that_cannot_be_ordered_are_refused(translator):
    for candidates in ([], ["le"] * (MAX_CANDIDATES + 1)):
        with pytest.raises(TextError, match="candidates cannot be ordered"):
            rescore(translator, ("the",), candidates)
    with pytest.raises(TextError, match="1 scores for 2"):
        rescore(translator, ("the",), ["le", "un"], [1.0])


def test_hypotheses_are_written_as_text(translator):
    h = translator.translate(("the", "cat"), BeamSettings(beam=2)).best
    text = translator.write(h)
    assert all(w in ("<UNK>", *TARGET) for w in text.replace(".", " .").split())
