"""What a translator expected at every step of a translation, beside what was chosen (Sutskever et al. 2014, eq. 1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.tokens.linearise import ED
from core.translate.beam import Hypothesis
from core.translate.force import expect_words
from core.translate.translator import Translator

MOST = 10  # words a step


@dataclass(frozen=True, eq=False)
class Alternatives:
    """The K most probable words at each of S steps, in which the end counts as a word.

    Attributes
    ----------
    ids : int64 array of shape (S, K)
        Most probable first.
    p : float32 array of shape (S, K)
    chosen : int64 array of shape (S,)
        What the translation has there.
    chosen_p : float32 array of shape (S,)
    rank : int64 array of shape (S,)
        Of what was chosen, from 0.
    entropy : float32 array of shape (S,)
        Of the whole distribution, nats.
    """

    ids: np.ndarray
    p: np.ndarray
    chosen: np.ndarray
    chosen_p: np.ndarray
    rank: np.ndarray
    entropy: np.ndarray

    def __len__(self) -> int:
        return len(self.chosen)


def list_alternatives(translator: Translator, source: Sequence[str], hypothesis: Hypothesis, *,
                      k: int = MOST) -> Alternatives:
    """What stood to choice at every step of a translation.

    Parameters
    ----------
    source : sequence of str
        Words of the source sentence.
    hypothesis : Hypothesis
        Its end is a step of its own where it is finished.
    k : int
        Words a step; at most as many as there are.
    """
    chosen = np.array([*hypothesis.ids, *([translator.vocabulary.target.ids[ED]] if hypothesis.finished else [])],
                      np.int64)
    log_p = expect_words(translator, source, hypothesis.ids)[:len(chosen)].astype(np.float64)
    ids = np.argsort(-log_p, axis=1, kind="stable")[:, :k]
    own = np.take_along_axis(log_p, chosen[:, None], 1)
    p = np.exp(log_p)
    return Alternatives(ids, np.take_along_axis(p, ids, 1).astype(np.float32), chosen,
                        np.exp(own[:, 0]).astype(np.float32), (log_p > own).sum(1),
                        -(p * np.where(p > 0, log_p, 0)).sum(1).astype(np.float32))
