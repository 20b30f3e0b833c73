"""Cached access by identifier: eigenpairs, recorded runs and vectors, kept once for all visitors.

Everything here is shared between sessions and must not be changed by its users.
"""

import streamlit as st

from core.analysis.qwem.reading import ConceptSpace, read_space
from core.checkpoints.card import ConceptsCard, RunCard, VectorsCard
from core.checkpoints.embeddings import (
    Concepts,
    RecordedRun,
    WordVectors,
    list_concepts,
    list_runs,
    list_vectors,
    load_concepts,
    load_run,
    load_vectors,
)
from core.checkpoints.verify import CheckpointFault


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_concept_cards() -> tuple[list[ConceptsCard], list[CheckpointFault]]:
    """Cards of all eigenpairs and the folders that had to be left out; a new folder shows within 20 s."""
    return list_concepts()


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_run_cards() -> tuple[list[RunCard], list[CheckpointFault]]:
    """The same for recorded gradient runs."""
    return list_runs()


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_vector_cards() -> tuple[list[VectorsCard], list[CheckpointFault]]:
    """The same for vectors of other programs."""
    return list_vectors()


@st.cache_resource(max_entries=4, show_spinner=False)
def get_concepts(checkpoint_id: str) -> Concepts:
    """Verified eigenpairs (10,000 words and 200 pairs: 8 MB)."""
    return load_concepts(checkpoint_id)


@st.cache_resource(max_entries=4, show_spinner=False)
def get_space(checkpoint_id: str) -> ConceptSpace:
    """Their positive part, for reading."""
    return read_space(get_concepts(checkpoint_id))


@st.cache_resource(max_entries=12, show_spinner=False)
def get_run(checkpoint_id: str) -> RecordedRun:
    """A verified gradient run."""
    return load_run(checkpoint_id)


@st.cache_resource(max_entries=2, show_spinner=False)
def get_vectors(checkpoint_id: str) -> WordVectors:
    """Verified vectors of another program."""
    return load_vectors(checkpoint_id)
