"""What a decoder writes after a changed encoder: the whole model's own translation, and one that moves."""

import numpy as np
import pytest

from core.analysis.seq2seq.handover import judge_after, translate_readings
from core.checkpoints.halves import cut_half, half_card
from core.checkpoints.store import Checkpoint
from core.intervene.edits import CellEdit
from core.intervene.reading import read_sentence
from core.tokens.linearise import ED, ST, Linearised
from core.translate.beam import BeamSettings
from core.translate.force import score_translations
from core.translate.translator import Translator
from tests.translate.toy import build_checkpoint

WORDS = ("the", "cat", "sees", "a", "dog", ".")


def read(whole, edits=()):
    encoder = Checkpoint(half_card(whole.card, "encoder"), cut_half(whole, "encoder"), whole.vocabulary.source)
    words = WORDS[::-1] if whole.card.reverse else WORDS
    n = len(words) + 2
    sentence = Linearised((ST, *words, ED), ("",) * n, np.zeros(n, np.int64), np.zeros((n, 5), np.int64))
    return read_sentence(encoder, sentence, edits)


@pytest.mark.parametrize("n_layers", [1, 2])
@pytest.mark.parametrize("reverse", [True, False])
def test_an_untouched_encoder_leads_to_the_models_own_translation(reverse, n_layers):
    whole = build_checkpoint(2, reverse=reverse, n_layers=n_layers)
    (best,) = translate_readings(Translator([whole]), [read(whole)], BeamSettings(beam=4))
    expected = Translator([whole]).translate(WORDS, BeamSettings(beam=4)).best
    assert best.ids == expected.ids
    np.testing.assert_allclose(best.log_p, expected.log_p, atol=1e-5)


def test_a_changed_encoder_is_judged_beside_the_untouched_one():
    whole = build_checkpoint(2)
    readings = [read(whole), read(whole, [CellEdit("scale", (0, 1, 2, 3), (0.0,) * 4, 2)])]
    translator = Translator([whole])
    best = translate_readings(translator, readings)
    judged = judge_after(translator, readings, best)
    words = [[whole.vocabulary.target.tokens[i] for i in h.ids] for h in best]
    assert [own.words for own in judged] == [(*w, ED) for w in words]
    for own, expected in zip(judged, score_translations(translator, [WORDS] * 2, words), strict=True):
        np.testing.assert_allclose(own.log_p[0], expected, atol=1e-5)  # the untouched encoder's
        assert np.abs(own.log_p[1] - own.log_p[0]).max() > 1e-3
    assert judged[1].totals[1] >= judged[0].totals[1] - 1e-4  # the search after the change found what it prefers
