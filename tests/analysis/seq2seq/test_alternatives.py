"""What stood to choice, against the decoder's own softmax."""

import numpy as np
import pytest
import torch

from core.analysis.seq2seq.alternatives import list_alternatives
from core.translate.beam import BeamSettings, Hypothesis
from core.translate.translator import Translator
from tests.translate.toy import build_checkpoint

WORDS = ("the", "cat", "sees", "a", "dog", ".")


def expect(checkpoint, target):
    """Probabilities before each word and the end, by the model's own reading."""
    source = torch.from_numpy(checkpoint.vocabulary.encode_source(WORDS, reverse=checkpoint.card.reverse))[:, None]
    decoder = checkpoint.model.decoder
    with torch.no_grad():
        h, _ = decoder.read(torch.tensor([0, *target])[:, None], states=checkpoint.model.encode(source))
        return decoder.decoder(h)[:, 0].softmax(-1).numpy()


@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("seeds", [(0,), (1, 2)])
def test_words_and_probabilities_are_those_of_the_softmax(seeds, reverse):
    checkpoints = [build_checkpoint(seed, reverse=reverse) for seed in seeds]
    translator = Translator(checkpoints)
    best = translator.translate(WORDS).best
    found = list_alternatives(translator, WORDS, best, k=4)
    p = np.mean([expect(c, best.ids) for c in checkpoints], axis=0)[:len(found)]
    assert len(found) == len(best.ids) + best.finished
    np.testing.assert_allclose(found.p, -np.sort(-p, axis=1)[:, :4], atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(p, found.ids, 1), found.p, atol=1e-5)
    np.testing.assert_allclose(found.entropy, -(p * np.log(p)).sum(1), atol=1e-4)
    assert np.log(found.chosen_p).sum() == pytest.approx(best.score, abs=1e-4)
    assert found.chosen.tolist() == [*best.ids, *([1] if best.finished else [])]


def test_a_beam_of_one_always_takes_the_first():
    translator = Translator([build_checkpoint(3)])
    found = list_alternatives(translator, WORDS, translator.translate(WORDS, BeamSettings(beam=1)).best)
    assert (found.rank == 0).all() and (found.ids[:, 0] == found.chosen).all()


def test_rank_counts_the_words_that_are_more_probable():
    translator = Translator([build_checkpoint(5)])
    target = (7, 3, 4)
    found = list_alternatives(translator, WORDS, Hypothesis(target, (0.0,) * 4, True), k=8)
    for s, word in enumerate((*target, 1)):
        assert found.ids[s].tolist().index(word) == found.rank[s]


def test_a_translation_that_was_cut_has_no_step_for_its_end():
    translator = Translator([build_checkpoint(5)])
    assert len(list_alternatives(translator, WORDS, Hypothesis((7, 3), (0.0, 0.0), False))) == 2
