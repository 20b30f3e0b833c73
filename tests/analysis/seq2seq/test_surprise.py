"""Translations judged by several models."""

import numpy as np
import pytest

from core.analysis.seq2seq.surprise import judge_translations
from core.translate.translator import Translator
from tests.translate.toy import build_checkpoint

WORDS = ("the", "cat", "sees", "a", "dog", ".")
MODELS = [Translator([build_checkpoint(0)]), Translator([build_checkpoint(1, reverse=False)])]


def test_each_models_own_translation_has_the_score_of_its_search():
    best = [t.translate(WORDS).best for t in MODELS]
    tokens = MODELS[0].vocabulary.target.tokens
    judged = judge_translations(MODELS, WORDS, [[tokens[i] for i in h.ids] for h in best])
    for m, (own, hypothesis) in enumerate(zip(judged, best, strict=True)):
        assert hypothesis.finished and own.words == (*(tokens[i] for i in hypothesis.ids), "<ED>")
        assert own.totals[m] == pytest.approx(hypothesis.score, abs=1e-4)
        np.testing.assert_allclose(own.log_p[m], hypothesis.log_p, atol=1e-4)
        assert own.log_p.shape == own.known.shape == (2, len(own.words))
        assert own.totals[1 - m] != pytest.approx(own.totals[m], abs=1e-2)


def test_an_unknown_word_counts_as_unk_and_is_said_to_be():
    judged = judge_translations(MODELS, WORDS, [["le", "zèbre", "."], ["le", "<UNK>", "."]])
    assert judged[0].known.tolist() == [[True, False, True, True]] * 2
    np.testing.assert_allclose(judged[0].log_p, judged[1].log_p)
