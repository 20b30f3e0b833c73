"""Order a list of translations, wherever they come from, by what the models make of them (Sutskever et al. 2014,
section 3.2: "an even average" with the scores the list came with)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import TextError
from core.translate.force import score_translations
from core.translate.translator import Translator

MAX_CANDIDATES = 1_000  # the paper's lists


@dataclass(frozen=True)
class Rescored:
    """K candidates, best first.

    Attributes
    ----------
    order : int64 array of shape (K,)
        Places in the list that was given.
    log_p : float32 array of shape (K,)
        Of each candidate in the given order, nats.
    combined : float32 array of shape (K,)
        What they are ordered by.
    """

    order: np.ndarray
    log_p: np.ndarray
    combined: np.ndarray


def rescore(translator: Translator, source: Sequence[str], candidates: Sequence[str],
            scores: Sequence[float] | None = None) -> Rescored:
    """Score a list of candidate translations.

    Parameters
    ----------
    source : sequence of str
        Words of the source sentence.
    candidates : sequence of str
        Text.
    scores : sequence of float, optional
        Log-scores the candidates came with, averaged evenly with the models'.

    Raises
    ------
    TextError
        When the list is empty or too long, or scores and candidates differ in number.
    """
    if not 1 <= len(candidates) <= MAX_CANDIDATES:
        raise TextError("{n} candidates cannot be ordered.", "Give 1 to {limit:,}, one a line.", n=len(candidates),
                        limit=MAX_CANDIDATES)
    if scores is not None and len(scores) != len(candidates):
        raise TextError("There are {n} scores for {m} candidates.", "Give one score a candidate, or none.",
                        n=len(scores), m=len(candidates))
    words = [translator.vocabulary.split_target(text) for text in candidates]
    found = score_translations(translator, [source] * len(words), words)
    log_p = np.array([row.sum() for row in found], np.float32)
    combined = log_p if scores is None else (log_p + np.asarray(scores, np.float32)) / 2
    return Rescored(np.argsort(-combined, kind="stable"), log_p, combined)
