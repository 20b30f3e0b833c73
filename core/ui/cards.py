"""The checkpoints that are here, read once for all visitors."""

import streamlit as st

from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import list_checkpoints, list_halves
from core.checkpoints.verify import CheckpointFault


@st.cache_data(ttl=20, max_entries=8, show_spinner=False)
def list_cards(system: str) -> tuple[list[CheckpointCard], list[CheckpointFault]]:
    """Cards of one system and the folders that had to be left out; a new folder shows within 20 s."""
    return list_checkpoints(system)


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_half_cards() -> list[CheckpointCard]:
    """Cards of the encoders and decoders that the pages of the LSTM can open."""
    return list_halves()
