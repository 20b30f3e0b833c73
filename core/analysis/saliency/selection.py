"""Which half of T2 to learn from: the paper's rule and its rivals.

Every rule gives each sentence of T2 a score; the sentences with the highest are taken.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.analysis.saliency.instability import Instability, score_sentences
from core.tokens.labelled import EncodedTexts

Rule = Literal["high", "low", "random", "loss", "unsure", "variable", "frequency"]
RULES: tuple[Rule, ...] = ("high", "low", "random", "loss", "unsure", "variable", "frequency")
BINS = 20  # of word frequency; each holds as many occurrences


@dataclass(frozen=True)
class Evidence:
    """What phase one leaves behind about T2. S sentences of T2, V words, K epochs.

    Attributes
    ----------
    texts : EncodedTexts
        T2.
    instability : Instability
        From T1.
    right : float32 array of shape (S, K)
        Probability of the label that is right, after each epoch; T2 itself was not learned from.
    top : float32 array of shape (S,)
        Probability of the predicted class after the last epoch.
    """

    texts: EncodedTexts
    instability: Instability
    right: np.ndarray
    top: np.ndarray


def score_rule(rule: Rule, evidence: Evidence, *, seed: int) -> np.ndarray:
    """Score of every sentence of T2, float64 (S,), more is taken first.

    - ``high``, ``low``: A_S and -A_S, the paper's T2h and T2l;
    - ``random``: the paper's T2ran;
    - ``loss``: -log p of the right label after phase one; it needs the labels of T2;
    - ``unsure``: -max p, low confidence, as active learning chooses;
    - ``variable``: standard deviation over epochs of the right label's probability (Swayamdipta et al. 2020; theirs
      is over epochs that learn from the sentence, here T2 is only read);
    - ``frequency``: A_S where every word's wac is replaced by the mean wac of words about as frequent: what word
      frequency alone would choose.
    """
    if rule in ("high", "low"):
        found = score_sentences(evidence.instability.wac, evidence.instability.known, evidence.texts)
        return found if rule == "high" else -found
    if rule == "random":
        return np.random.default_rng([seed, 17]).random(len(evidence.texts))
    if rule == "loss":
        return -np.log(np.maximum(evidence.right[:, -1].astype(np.float64), 1e-300))
    if rule == "unsure":
        return -evidence.top.astype(np.float64)
    if rule == "variable":
        return evidence.right.astype(np.float64).std(1)
    return score_sentences(expect_from_frequency(evidence.instability), evidence.instability.known, evidence.texts)


def expect_from_frequency(found: Instability) -> np.ndarray:
    """Mean wac of words about as frequent, float64 (V,): 20 bins that hold as many occurrences each."""
    order = np.argsort(-found.occurrences, kind="stable")
    before = np.cumsum(found.occurrences[order]) - found.occurrences[order]
    bins = np.empty(len(order), int)
    bins[order] = np.minimum(before * BINS // max(found.occurrences.sum(), 1), BINS - 1)
    # words of one frequency stay together: their bin is that of the first of them
    first = np.full(found.occurrences.max(initial=0) + 1, BINS)
    np.minimum.at(first, found.occurrences, bins)
    bins = first[found.occurrences]
    weight = np.bincount(bins, weights=found.occurrences, minlength=BINS + 1)
    mean = np.bincount(bins, weights=found.wac * found.occurrences, minlength=BINS + 1) / np.maximum(weight, 1)
    return np.where(found.known, mean[bins], 0.0)


def choose_sentences(scores: np.ndarray, *, share: float = 0.5, threshold: float | None = None) -> np.ndarray:
    """Rows of the sentences to take, rising: those above the median, the best ``share``, or those above a threshold."""
    if threshold is not None:
        return np.flatnonzero(scores > threshold)
    n = round(len(scores) * share)
    return np.sort(np.argsort(-scores, kind="stable")[:n])
