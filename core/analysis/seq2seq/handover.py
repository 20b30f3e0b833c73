"""What a decoder writes after an encoder whose cells were changed while it read.

An encoder hands over all h and c after its last token (Sutskever et al. 2014, section 2): what a change of its cells
does is seen there and nowhere else.
"""

from collections.abc import Sequence

import numpy as np
import torch

from core.analysis.seq2seq.surprise import Judged
from core.intervene.reading import Reading
from core.tokens.linearise import ED
from core.translate.beam import BeamSettings, Hypothesis, search_beams
from core.translate.scores import score_ids
from core.translate.stepper import States
from core.translate.translator import Translator


def translate_readings(translator: Translator, readings: Sequence[Reading],
                       settings: BeamSettings = BeamSettings()) -> list[Hypothesis]:
    """The best translation by one model after each of R readings by its encoder.

    Raises
    ------
    AnalysisError
        On a setting out of range.
    """
    lengths = [len(reading.ids) - 2 for reading in readings]  # without the markers
    return [found.best for found in search_beams(translator.stepper, hand_over(readings), lengths, settings)]


def judge_after(translator: Translator, readings: Sequence[Reading],
                translations: Sequence[Hypothesis]) -> list[Judged]:
    """Each of K translations, its end included, as the decoder sees it after each of R readings."""
    vocabulary, states, judged = translator.vocabulary.target, hand_over(readings), []
    for hypothesis in translations:
        ids = (*hypothesis.ids, vocabulary.ids[ED])
        log_p = np.stack(score_ids(translator.stepper, states, [ids] * len(readings)))
        judged.append(Judged(tuple(vocabulary.tokens[i] for i in ids), log_p, np.ones(log_p.shape, bool)))
    return judged


def hand_over(readings: Sequence[Reading]) -> States:
    """h and c of every layer after the last token, rows are readings."""
    layers = zip(*(reading.states.layers for reading in readings), strict=True)
    return (tuple((torch.cat([own.h[-1] for own in layer]), torch.cat([own.c[-1] for own in layer]))
                  for layer in layers),)
