"""How surprised several models are by the same translations, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.tokens.linearise import ED, UNK
from core.tokens.vocabulary import Vocabulary
from core.translate.force import score_translations
from core.translate.translator import Translator


@dataclass(frozen=True, eq=False)
class Judged:
    """A translation as M models see it.

    Attributes
    ----------
    words : tuple of str, length S
        Its words and its end.
    log_p : float32 array of shape (M, S)
        Of each word given the source and those before, nats; a word that a model does not have counts as ``<UNK>``.
    known : bool array of shape (M, S)
    """

    words: tuple[str, ...]
    log_p: np.ndarray
    known: np.ndarray

    @property
    def totals(self) -> np.ndarray:
        """log p(y | x) by each model, (M,)."""
        return self.log_p.sum(1)


def judge_translations(translators: Sequence[Translator], source: Sequence[str],
                       translations: Sequence[Sequence[str]]) -> list[Judged]:
    """Score each of K translations of one source by each of M models.

    Parameters
    ----------
    translations : sequence of K sequences of words
    """
    scores = [score_translations(t, [source] * len(translations), translations) for t in translators]
    vocabularies = [t.vocabulary.target for t in translators]
    judged = []
    for k, words in enumerate(translations):
        whole = (*words, ED)
        known = np.stack([_find_known(v, whole) for v in vocabularies])
        judged.append(Judged(whole, np.stack([own[k] for own in scores]), known))
    return judged


def _find_known(vocabulary: Vocabulary, words: Sequence[str]) -> np.ndarray:
    return np.array([vocabulary.tokens[i] != UNK for i in vocabulary.encode(words).tolist()])
