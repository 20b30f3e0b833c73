"""What models make of translations that are given: their log-probabilities, word by word (seed 001, equation 1)."""

from collections.abc import Sequence

import numpy as np
import torch

from core.tokens.linearise import ED, ST
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
        for s, found in zip(rows, _score_batch(translator, [sources[s] for s in rows], [ids[s] for s in rows]),
                            strict=True):
            scores[s] = found
    return scores


def _score_batch(translator: Translator, sources: list[Sequence[str]], ids: list[np.ndarray]) -> list[np.ndarray]:
    states = translator.start(sources)
    steps = max(map(len, ids))
    padded = np.zeros((steps, len(ids)), np.int64)
    for column, row in enumerate(ids):
        padded[:len(row), column] = row
    tokens, log_p = torch.full((len(ids),), translator.vocabulary.target.ids[ST]), []
    for row in torch.from_numpy(padded):
        expected, states = translator.stepper.advance(tokens, states)
        log_p.append(expected.gather(1, row.unsqueeze(1))[:, 0])
        tokens = row
    scores = torch.stack(log_p, 1).numpy()
    return [scores[column, :len(row)] for column, row in enumerate(ids)]
