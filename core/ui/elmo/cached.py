"""Cached access by identifier to bidirectional language models and what they say of sentences; shared, and changed by
nobody."""

import streamlit as st

from core.checkpoints.bilm import BiLMCheckpoint, find_releases, list_bilms, load_bilm
from core.checkpoints.card import BiLMCard
from core.checkpoints.verify import CheckpointFault
from core.states.bilm import BiLMStates, record_bilm

Sentences = tuple[tuple[str, ...], ...]


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_cards() -> tuple[list[BiLMCard], list[CheckpointFault]]:
    """Cards of our models on this machine, and the folders left out."""
    return list_bilms()


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_releases() -> list[str]:
    """Ids of the published models on this machine."""
    return sorted(find_releases())


@st.cache_resource(max_entries=3, show_spinner=False)
def get_checkpoint(checkpoint_id: str) -> BiLMCheckpoint:
    """A verified model (ours: 0.2 s, 40 MB; the largest published one: 380 MB)."""
    return load_bilm(checkpoint_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def record_sentences(checkpoint_id: str, sentences: Sentences) -> BiLMStates:
    """Every layer over sentences given as words."""
    return record_bilm(get_checkpoint(checkpoint_id).model, sentences)
