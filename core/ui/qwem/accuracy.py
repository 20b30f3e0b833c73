"""Analogy accuracy for the pages about word2vec: stored for Google's questions, measured here for the lab's own."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from core.analysis.qwem.analogies import index_questions
from core.analysis.qwem.concepts import take_eigenpairs
from core.checkpoints.card import ConceptsCard, VectorsCard
from core.corpora.word_pairs import PairFamily, read_word_pairs
from core.errors import AnalysisError
from core.reproduce.qwem.accuracy import AnalogyAccuracy, find_partner, is_measured, load_accuracy, measure_accuracy
from core.ui.language import language, tr
from core.ui.qwem.cached import get_concepts, list_concept_cards, list_vector_cards

GOOGLE, OWN = "google", "own"


@dataclass(frozen=True)
class Measured:
    """Accuracies of one text by embedding: a target of `core.analysis.qwem.target` or ``word2vec``; the first leads."""

    questions: str
    results: dict[str, AnalogyAccuracy]

    @property
    def main(self) -> AnalogyAccuracy:
        return next(iter(self.results.values()))


@st.cache_resource(max_entries=8, ttl=60, show_spinner=False)
def get_stored(checkpoint_id: str) -> dict[str, AnalogyAccuracy]:
    """Stored accuracies of eigenpairs, of baselines on their counts and of word2vec on the same words."""
    card = get_concepts(checkpoint_id).card
    wanted: list[tuple[str, ConceptsCard | VectorsCard]] = [
        (kind, card) for kind in ("mstar", "mstar_prior", "ppmi", "pmi")]
    wanted += [("word2vec", v) for v in list_vector_cards()[0] if not v.settings.get("max_tokens")
               and find_partner(v, [c for c in list_concept_cards()[0] if is_measured(c)]) == card]
    found = {}
    for kind, own in wanted:
        try:
            found.setdefault(kind, load_accuracy(own, kind))
        except AnalysisError:
            continue
    return found if "mstar" in found else {}


@st.cache_resource(max_entries=6, show_spinner=False)
def get_own(checkpoint_id: str) -> AnalogyAccuracy:
    """Accuracy on the lab's own word pairs at every rank, measured now (2 s at 10,000 words).

    Raises
    ------
    AnalysisError
        The text has none of the words.
    """
    concepts = get_concepts(checkpoint_id)
    asked = index_questions([family.ask() for family in read_word_pairs()], concepts.words)
    return measure_accuracy(take_eigenpairs(concepts).embed(), asked, corpus=concepts.card.corpus.name,
                            questions=OWN, draws=200)


def get_accuracy(checkpoint_id: str, questions: str) -> Measured:
    """Accuracies on Google's questions (``google``, stored) or on ours (``own``)."""
    if questions == GOOGLE and (stored := get_stored(checkpoint_id)):
        return Measured(GOOGLE, stored)
    target = str(get_concepts(checkpoint_id).card.settings.get("target", "mstar"))
    return Measured(OWN, {target: get_own(checkpoint_id)})


def accuracy_at(result: AnalogyAccuracy, rank: np.ndarray) -> np.ndarray:
    """Total accuracy at effective ranks, 0 where nothing is learned; float32 array like `rank`."""
    whole = np.concatenate([[0], result.total]).astype(np.float32)
    return whole[np.clip(rank, 0, len(result.total))]


def family_name(name: str) -> str:
    """A family of word pairs in the reader's language."""
    return _name_families(language()).get(name, name)


@lru_cache(maxsize=4)
def _name_families(shown_in: str) -> dict[str, str]:
    """All of them in the language of this session, which is `shown_in`; hundreds are asked for in one run of a page."""
    return {"capital": tr("country and capital"), "people": tr("country and people"),
            "city-state": tr("city and state"), "male-female": tr("male and female"), "plural": tr("plurals"),
            "past": tr("past tense"), "participle": tr("participles"), "third-person": tr("third person"),
            "comparative": tr("comparatives"), "superlative": tr("superlatives"), "adverb": tr("adverbs"),
            "opposite": tr("opposites"), "trade": tr("field and its people"),
            "capital-common-countries": tr("capitals, common countries"), "capital-world": tr("capitals, world"),
            "currency": tr("currencies"), "city-in-state": tr("cities in states"),
            "family": tr("male and female kin"), "gram1-adjective-to-adverb": tr("adverbs"),
            "gram2-opposite": tr("opposites"), "gram3-comparative": tr("comparatives"),
            "gram4-superlative": tr("superlatives"), "gram5-present-participle": tr("participles"),
            "gram6-nationality-adjective": tr("country and people"), "gram7-past-tense": tr("past tense"),
            "gram8-plural": tr("plurals"), "gram9-plural-verbs": tr("third person")}


def find_family(name: str) -> PairFamily:
    """One of the lab's own families."""
    return next(family for family in read_word_pairs() if family.name == name)
