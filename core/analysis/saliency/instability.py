"""Which words stay unsettled: how their saliency changes from epoch to epoch (seed 004, eqs. 6 to 10 and Fig. 5)."""

from dataclasses import dataclass

import numpy as np

from core.errors import AnalysisError
from core.tokens.labelled import EncodedTexts


@dataclass(frozen=True)
class Instability:
    """wac of every word of a list. V words.

    Attributes
    ----------
    wac : float64 array of shape (V,)
        Eq. (9), the variance (of the population) over epochs, mean over occurrences; 0 for a word that never came.
    occurrences : int64 array of shape (V,)
    """

    wac: np.ndarray
    occurrences: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Words that came at least once, bool (V,)."""
        return self.occurrences > 0


def vary(wa: np.ndarray) -> np.ndarray:
    """Var_k of wad = wa_{k+1} - wa_k, float64 (N,) of wa (N, K): 0 for a series that stays or rises in a line.

    Raises
    ------
    AnalysisError
        Fewer than three epochs, which have no two differences to compare.
    """
    if wa.shape[1] < 3:
        raise AnalysisError("Saliency was recorded over {n} epochs only.", "Record at least 3.", n=wa.shape[1])
    return np.diff(wa.astype(np.float64), axis=1).var(1)


def measure_instability(wa: np.ndarray, ids: np.ndarray, n_words: int) -> Instability:
    """wac of every word, from the saliency of all its occurrences (N, K) and their ids (N,)."""
    occurrences = np.bincount(ids, minlength=n_words)
    summed = np.bincount(ids, weights=vary(wa), minlength=n_words)
    return Instability(np.divide(summed, occurrences, out=np.zeros(n_words), where=occurrences > 0), occurrences)


def score_sentences(values: np.ndarray, known: np.ndarray, texts: EncodedTexts) -> np.ndarray:
    """A_S of every sentence, eq. (10): the mean of its words' values, float64 (S,).

    Words that never came in T1 have no wac and are passed over; a sentence of such words alone gets 0. (The paper does
    not say; counting them as 0 instead would favour sentences of common words.)
    """
    counted = known[texts.ids]
    summed = np.bincount(texts.sentence, weights=np.where(counted, values[texts.ids], 0), minlength=len(texts))
    n = np.bincount(texts.sentence, weights=counted, minlength=len(texts))
    return np.divide(summed, n, out=np.zeros(len(texts)), where=n > 0)


def sum_movement(wa: np.ndarray, texts: EncodedTexts) -> np.ndarray:
    """Σ over the words of a sentence of |wa_{n+1} - wa_n|, float32 (S, K - 1): what Fig. 5 adds up."""
    steps = np.abs(np.diff(wa.astype(np.float32), axis=1))
    return np.add.reduceat(steps, texts.starts[:-1], axis=0)
