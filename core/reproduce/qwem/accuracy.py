"""Analogy accuracy by family and rank: of M*, of PPMI and PMI on the same counts, and of word2vec (Fig. 3b)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.qwem.analogies import (
    DRAWS,
    Questions,
    compute_accuracy,
    draw_accuracy,
    index_questions,
    place_answers,
)
from core.analysis.qwem.concepts import TEXTS, ConceptSettings, count_text, take_eigenpairs
from core.analysis.qwem.eigen import compute_eigenpairs
from core.analysis.qwem.overlap import compute_overlap
from core.analysis.qwem.target import Kind, build_target
from core.analysis.results import load_result, save_result
from core.checkpoints.card import ConceptsCard, VectorsCard
from core.checkpoints.embeddings import Concepts, load_concepts, load_vectors
from core.corpora.analogies import AnalogyFamily, read_analogies
from core.corpora.registry import find_corpus
from core.tokens.cooccurrence import Cooccurrence

QUESTIONS = "google-analogies"
BASELINES: tuple[Kind, ...] = ("ppmi", "pmi", "mstar_prior")
OVERLAPS = 50  # leading directions of word2vec compared with those of M*


@dataclass(frozen=True)
class AnalogyAccuracy:
    """Share of right answers at every rank. R ranks, F families.

    Attributes
    ----------
    corpus, questions : str
    n_groups : int
        Word pairs, over which the intervals are drawn.
    names : tuple of str, length F
    answerable, asked : int64 arrays of shape (F,)
    ranks : int64 array of shape (R,)
        Columns of the embedding that were used.
    share, low, high : float32 arrays of shape (R, F)
        With 95 % intervals; NaN for a family without questions.
    total, total_low, total_high : float32 arrays of shape (R,)
        Over all answerable questions.
    draws : float32 array of shape (D,)
        The total at the last rank in every draw of pairs, the same draws for every embedding of the same words.
    overlap : float32 array of shape (K,)
        Of word2vec: its overlap with the first k eigenvectors of M*; else empty.
    """

    corpus: str
    questions: str
    n_groups: int
    names: tuple[str, ...]
    answerable: np.ndarray
    asked: np.ndarray
    ranks: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    total: np.ndarray
    total_low: np.ndarray
    total_high: np.ndarray
    draws: np.ndarray
    overlap: np.ndarray


def measure_accuracy(embedding: np.ndarray, asked: Questions, *, corpus: str, questions: str,
                     ranks: Sequence[int] | None = None, places: np.ndarray | None = None,
                     overlap: np.ndarray | None = None, draws: int = DRAWS) -> AnalogyAccuracy:
    """Accuracy of an embedding (V, d), at every rank if `ranks` is left out; about 2 s at 200 ranks.

    Parameters
    ----------
    places : int array of shape (R, N), optional
        From `place_answers`, where they are known already.
    """
    places = place_answers(embedding, asked, ranks=ranks) if places is None else places
    found = compute_accuracy(places, asked, draws=draws)
    last = [pair for pair in draw_accuracy(places[-1:], asked, draws=draws) if pair is not None]
    total = sum(hits[0] for hits, _ in last) / np.maximum(sum(weights for _, weights in last), 1)
    return AnalogyAccuracy(
        corpus, questions, len(np.unique(asked.pair)), asked.names, asked.answerable, asked.asked,
        np.array(range(1, len(places) + 1) if ranks is None else ranks),
        *(np.asarray(a, np.float32) for a in (found.share, found.low, found.high, found.total, found.total_low,
                                              found.total_high, total)),
        np.zeros(0, np.float32) if overlap is None else overlap.astype(np.float32))


def read_questions() -> tuple[AnalogyFamily, ...]:
    """Google's question set, where it is on this machine; it does not ship."""
    return read_analogies(find_corpus(QUESTIONS))


def is_measured(card: ConceptsCard) -> bool:
    """M* of a registered text: what claims speak of."""
    return card.settings.get("target") == "mstar" and card.corpus.name in TEXTS


def name_result(checkpoint_id: str, kind: str = "mstar") -> str:
    """Name of a stored result; `kind` is a target or ``word2vec``."""
    return f"{checkpoint_id}-analogies-{kind}"


def load_accuracy(card: ConceptsCard | VectorsCard, kind: str = "mstar") -> AnalogyAccuracy:
    """Stored accuracy of eigenpairs, of a baseline on their counts, or of vectors (``word2vec``).

    Raises
    ------
    AnalysisError
        Not stored, or of other eigenpairs.
    """
    return load_result(name_result(card.id, kind), AnalogyAccuracy, parents=_parents(card))


def _parents(card: ConceptsCard | VectorsCard) -> dict[str, str]:
    part = "eigenpairs" if isinstance(card, ConceptsCard) else "vectors"
    return {part: card.files[part].sha256}


def measure_concepts(card: ConceptsCard, kind: Kind, families: Sequence[AnalogyFamily]) -> AnalogyAccuracy:
    """Measure M* from its checkpoint, or a baseline from the counts of the same text, and store it."""
    concepts = load_concepts(card.id)
    pairs = take_eigenpairs(concepts)
    if kind != "mstar":
        pairs = compute_eigenpairs(build_target(_count(concepts).counts, kind), card.dimension)
    result = measure_accuracy(pairs.embed(), index_questions(families, concepts.words), corpus=card.corpus.name,
                              questions=QUESTIONS)
    save_result(name_result(card.id, kind), result, parents=_parents(card))
    return result


def _count(concepts: Concepts) -> Cooccurrence:
    card = concepts.card
    names = ("vocabulary", "window", "weights", "min_count", "articles", "article_words")
    settings = ConceptSettings(corpus=card.corpus.name, **{name: card.settings[name] for name in names})
    return count_text(settings.corpus, settings.counting())


def find_partner(card: VectorsCard, cards: Sequence[ConceptsCard]) -> ConceptsCard | None:
    """The eigenpairs of the same text with as many words."""
    same = (c for c in cards if c.corpus.sha256 == card.corpus.sha256 and c.vocabulary_size == card.vocabulary_size
            and is_measured(c))
    return next(same, None)


def measure_vectors(card: VectorsCard, partner: ConceptsCard | None,
                    families: Sequence[AnalogyFamily]) -> AnalogyAccuracy:
    """Measure word2vec in all its dimensions, beside M* of the same words if there is one, and store it."""
    own, overlap = load_vectors(card.id), None
    if partner is not None and (concepts := load_concepts(partner.id)).words == own.words:
        overlap = compute_overlap(take_eigenpairs(concepts).embed(), own.vectors, OVERLAPS).shared
    result = measure_accuracy(own.vectors, index_questions(families, own.words), corpus=card.corpus.name,
                              questions=QUESTIONS, ranks=[card.dimension], overlap=overlap)
    save_result(name_result(card.id, "word2vec"), result, parents=_parents(card))
    return result
