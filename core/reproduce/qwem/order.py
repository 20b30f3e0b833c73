"""Which relations are learned first, concrete or abstract ones? Four measures of "learned", each with its doubt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.qwem.analogies import index_questions, place_answers
from core.analysis.qwem.concepts import take_eigenpairs
from core.analysis.qwem.directions import (
    Order,
    compare_groups,
    index_pairs,
    order_by_accuracy,
    order_by_direction,
    order_by_snr,
)
from core.analysis.results import load_result, save_result
from core.checkpoints.card import ConceptsCard
from core.checkpoints.embeddings import load_concepts
from core.corpora.analogies import AnalogyFamily
from core.errors import AnalysisError

LEVEL = 0.25  # accuracy that counts as learned: nine of Google's fourteen families get there
MEASURES = ("level", "half", "direction", "snr")
CONCRETE = ("capital-common-countries", "capital-world", "currency", "city-in-state")  # things one can point at
ABSTRACT = "gram"  # Google's grammatical families begin so


@dataclass(frozen=True)
class LearningOrder:
    """The rank at which each family is learned. F families, four measures.

    Attributes
    ----------
    corpus : str
    n_groups : int
        Word pairs.
    measures : tuple of str
        ``level``: accuracy reaches 25 %; ``half``: half of the family's own final accuracy; ``direction``: half of the
        squared length of its mean difference vector; ``snr``: its signal to noise is half way from 1 to the end.
    names : tuple of str, length F
    group : int64 array of shape (F,)
        0 concrete, 1 abstract, -1 neither.
    half, low, high : float32 arrays of shape (4, F)
        Ranks, with 95 % intervals over pairs; NaN for a family that is never learned.
    ratio, ratio_low, ratio_high, p : float32 arrays of shape (4,)
        Geometric mean rank of the abstract families over that of the concrete ones: above 1, concrete comes first.
        Intervals over families and pairs, p of a permutation; NaN where a group has fewer than two.
    """

    corpus: str
    n_groups: int
    measures: tuple[str, ...]
    names: tuple[str, ...]
    group: np.ndarray
    half: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ratio: np.ndarray
    ratio_low: np.ndarray
    ratio_high: np.ndarray
    p: np.ndarray


def find_group(name: str) -> int:
    """0 for a concrete family, 1 for an abstract (grammatical) one, -1 for what is neither clearly.

    >>> find_group("capital-world"), find_group("gram7-past-tense"), find_group("family")
    (0, 1, -1)
    """
    return 0 if name in CONCRETE else 1 if name.startswith(ABSTRACT) else -1


def find_order(embedding: np.ndarray, families: Sequence[AnalogyFamily], words: Sequence[str], *,
               corpus: str) -> LearningOrder:
    """Order by all four measures for W = V Λ^½ (V, d), columns by falling eigenvalue; about 40 s at 10,000 words."""
    asked = index_questions(families, words)
    places, ranks = place_answers(embedding, asked), np.arange(1, embedding.shape[1] + 1)
    pairs = [_index(family, words) for family in families]
    dimensions = sorted({round(2 ** (i / 2)) for i in range(2, 2 * embedding.shape[1].bit_length())
                         if 2 ** (i / 2) < embedding.shape[1]} | {embedding.shape[1]})
    orders = (order_by_accuracy(places, asked, ranks, level=LEVEL), order_by_accuracy(places, asked, ranks),
              _spread(order_by_direction(embedding, [p for p in pairs if len(p)]), pairs),
              _spread(order_by_snr(embedding, [p for p in pairs if len(p)], dimensions), pairs))
    group = np.array([find_group(name) for name in asked.names])
    compared = np.array([_compare(order, group) for order in orders], np.float32)
    return LearningOrder(corpus, len(np.unique(asked.pair)), MEASURES, asked.names, group,
                         *(np.array([getattr(o, n) for o in orders], np.float32) for n in ("half", "low", "high")),
                         *compared.T.copy())


def _index(family: AnalogyFamily, words: Sequence[str]) -> np.ndarray:
    try:
        return index_pairs(family.pairs, words)
    except AnalysisError:  # fewer than three pairs are known: nothing to average
        return np.zeros((0, 2), int)


def _spread(order: Order, pairs: list[np.ndarray]) -> Order:
    """An order of the families that have pairs, with NaN for the others."""
    known = np.array([len(p) > 0 for p in pairs])
    whole = [np.full((len(pairs), *a.shape[1:]), np.nan) for a in (order.half, order.low, order.high, order.draws)]
    for array, part in zip(whole, (order.half, order.low, order.high, order.draws), strict=True):
        array[known] = part
    return Order(*whole)


def _compare(order: Order, group: np.ndarray) -> tuple[float, float, float, float]:
    try:
        found = compare_groups(order, np.flatnonzero(group == 0), np.flatnonzero(group == 1))
    except AnalysisError:
        return (np.nan,) * 4
    return found.ratio, found.low, found.high, found.p


def load_order(card: ConceptsCard) -> LearningOrder:
    """Stored order of one checkpoint; raises as `load_result`."""
    return load_result(f"{card.id}-order", LearningOrder, parents={"eigenpairs": card.files["eigenpairs"].sha256})


def measure_order(card: ConceptsCard, families: Sequence[AnalogyFamily]) -> LearningOrder:
    """Measure and store it."""
    concepts = load_concepts(card.id)
    result = find_order(take_eigenpairs(concepts).embed(), families, concepts.words, corpus=card.corpus.name)
    save_result(f"{card.id}-order", result, parents={"eigenpairs": card.files["eigenpairs"].sha256})
    return result
