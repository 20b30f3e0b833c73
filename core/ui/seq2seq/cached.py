"""Cached access by identifier to encoder–decoders and what they wrote; shared, and changed by nobody."""

import streamlit as st

from core.checkpoints.card import Seq2SeqCard
from core.checkpoints.seq2seq import Seq2SeqCheckpoint, list_seq2seqs, load_seq2seq
from core.checkpoints.verify import CheckpointFault
from core.translate.beam import BeamResult, BeamSettings
from core.translate.translator import Translator, read_source


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_cards() -> tuple[list[Seq2SeqCard], list[CheckpointFault]]:
    """Cards of the encoder–decoders on this machine, and the folders left out."""
    return list_seq2seqs()


@st.cache_resource(max_entries=8, show_spinner=False)
def get_checkpoint(checkpoint_id: str) -> Seq2SeqCheckpoint:
    """A verified encoder–decoder (0.2 s, 40 MB at 500 units)."""
    return load_seq2seq(checkpoint_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def get_translator(checkpoint_ids: tuple[str, ...]) -> Translator:
    """One or more checkpoints, ready to translate together."""
    return Translator([get_checkpoint(i) for i in checkpoint_ids])


@st.cache_data(max_entries=128, show_spinner=False)
def translate_text(checkpoint_ids: tuple[str, ...], text: str, settings: BeamSettings,
                   prefix: tuple[int, ...] = ()) -> BeamResult:
    """A typed sentence's translations with the whole tree; errors as `read_source` and `search_beams`."""
    translator = get_translator(checkpoint_ids)
    return translator.translate(read_source(text, translator.vocabulary).words, settings, prefix=prefix)
