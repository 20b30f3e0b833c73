"""What models make of translations that are given: their log-probabilities, word by word (seed 001, equation 1)."""

from collections.abc import Sequence

import numpy as np
import torch

from core.tokens.linearise import ED, ST
from core.translate.scores import score_ids
from core.translate.translator import AT_ONCE, Translator


def expect_words(translator: Translator, source: Sequence[str], target: Sequence[int]) -> np.ndarray:
    """Log-probabilities in nats before every word of a translation and before its end, (T' + 1, V).

    Parameters
    ----------
    source : sequence of str
        Words of the source sentence.
    target : sequence of int
        Ids of the translation, without markers.
    """
    states = translator.start([source])
    rows = []
    for token in (translator.vocabulary.target.ids[ST], *target):
        log_p, states = translator.stepper.advance(torch.tensor([token]), states)
        rows.append(log_p[0].numpy())
    return np.stack(rows)


def score_translations(translator: Translator, sources: Sequence[Sequence[str]],
                       targets: Sequence[Sequence[str]]) -> list[np.ndarray]:
    """Log-probabilities in nats of the words of given translations, and of their ends.

    Parameters
    ----------
    sources, targets : sequences of S sequences of words

    Returns
    -------
    list of float32 arrays of shape (T' + 1,)
        Their sums are log p(y | x); words outside the vocabulary count as ``<UNK>``.
    """
    vocabulary = translator.vocabulary.target
    ids = [vocabulary.encode([*words, ED]) for words in targets]
    order = np.argsort([len(row) for row in ids], kind="stable")
    scores: list[np.ndarray | None] = [None] * len(ids)
    for i in range(0, len(order), AT_ONCE):
        rows = order[i:i + AT_ONCE]
        found = score_ids(translator.stepper, translator.start([sources[s] for s in rows]), [ids[s] for s in rows])
        for s, row in zip(rows, found, strict=True):
            scores[s] = row
    return scores
