"""Cached access by identifier: what a page asks for again and again, kept once for all visitors.

Everything here is shared between sessions and must not be changed by its users.
"""

import numpy as np
import streamlit as st

from core.analysis.lstm.correlation import compute_correlations
from core.analysis.lstm.heldout import VECTORS, HeldOut
from core.analysis.lstm.prediction import Predictions, compute_predictions
from core.analysis.lstm.ranking import rank_cells
from core.analysis.lstm.trajectory import Trajectory, compute_trajectory
from core.checkpoints.store import Checkpoint, load_card, load_checkpoint
from core.corpora.trees import Tree
from core.errors import AnalysisError, TextError
from core.reproduce.lstm import STUDIES
from core.reproduce.studies import HELD_OUT, load_study, run_study
from core.states.lstm import SentenceStates
from core.states.sources import (
    DEMO,
    SourceSentence,
    encode_source,
    list_sentences,
    list_sources,
    read_source,
    typed_form,
)
from core.states.store import open_states
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import Linearised, linearise
from core.tokens.sentences import check_labels, read_typed_sentence


@st.cache_resource(max_entries=6, show_spinner=False)
def get_checkpoint(checkpoint_id: str) -> Checkpoint:
    """A verified checkpoint (a 1,000-unit model takes about 0.3 s and 45 MB)."""
    return load_checkpoint(checkpoint_id)


@st.cache_data(ttl=20, max_entries=32, show_spinner=False)
def get_sources(checkpoint_id: str = "") -> tuple[str, ...]:
    """Ids of the sentence sources on this machine, in the language of a checkpoint if one is named."""
    return list_sources(load_card(checkpoint_id) if checkpoint_id else None)


@st.cache_resource(max_entries=8, show_spinner=False)
def get_sentences(checkpoint_id: str, source: str) -> list[SourceSentence]:
    """Sentences of a source that the checkpoint has not read."""
    return list_sentences(read_source(source, get_checkpoint(checkpoint_id).card))


@st.cache_resource(max_entries=8, show_spinner=False)
def get_encoded(checkpoint_id: str, source: str) -> EncodedSentences:
    """The same sentences as the checkpoint reads them; sentence ``s`` is ``get_sentences(…)[s]``."""
    checkpoint = get_checkpoint(checkpoint_id)
    return encode_source(checkpoint, read_source(source, checkpoint.card))


@st.cache_resource(max_entries=6, show_spinner=False)
def get_states(checkpoint_id: str, source: str) -> SentenceStates:
    """Memory-mapped layer-0 c, h and c_up of a source (recorded on first use)."""
    return open_states(get_checkpoint(checkpoint_id), get_encoded(checkpoint_id, source))


@st.cache_resource(max_entries=6, show_spinner=False)
def get_predictions(checkpoint_id: str, source: str) -> Predictions:
    """Next-token predictions at every position of a source."""
    states = get_states(checkpoint_id, source)
    return compute_predictions(get_checkpoint(checkpoint_id).model, states["layer0.h"],
                               get_encoded(checkpoint_id, source))


@st.cache_resource(max_entries=48, show_spinner=False)
def get_study(checkpoint_id: str, source: str, name: str = ""):
    """Result of one study of ``core.reproduce.lstm`` on ``held-out``, ``demo`` or a corpus.

    Stored results are read; what is not stored is computed once and stored.

    Raises
    ------
    AnalysisError
        When nothing is stored for the held-out documents.
    """
    study, checkpoint = STUDIES[name], get_checkpoint(checkpoint_id)
    try:
        return load_study(study, checkpoint.card, source)
    except AnalysisError:
        if source == HELD_OUT:
            raise
    return run_study(study, checkpoint, get_encoded(checkpoint_id, source), source)


def get_held_out(checkpoint_id: str, source: str) -> HeldOut:
    """Correlations and confusion of a checkpoint."""
    return get_study(checkpoint_id, source)


@st.cache_resource(max_entries=64, show_spinner=False)
def get_picked(checkpoint_id: str, source: str, number: int) -> tuple[Trajectory, Tree]:
    """Trajectory and tree of sentence ``number`` (from 0) of a source.

    Raises
    ------
    TextError
        When the source has no such sentence.
    """
    checkpoint, sentences = get_checkpoint(checkpoint_id), get_sentences(checkpoint_id, source)
    if not 0 <= number < len(sentences):
        raise TextError("There is no sentence {number} here; the last one is {last}.",
                        "Pick another sentence.", number=number, last=len(sentences) - 1)
    tree = sentences[number].tree
    sentence: Linearised = linearise(tree, checkpoint.kind, pos_brackets=checkpoint.pos_brackets)
    return compute_trajectory(checkpoint, sentence), tree


@st.cache_resource(max_entries=64, show_spinner=False)
def get_typed(checkpoint_id: str, text: str) -> tuple[Trajectory, Tree | None]:
    """Trajectory of typed text, and its tree where the reader gave one.

    Raises
    ------
    TextError
        With the position of the fault.
    """
    checkpoint = get_checkpoint(checkpoint_id)
    sentence, tree = read_typed_sentence(text, checkpoint.kind, pos_brackets=checkpoint.pos_brackets,
                                         form=typed_form(checkpoint.card))
    check_labels(sentence, checkpoint.vocabulary)
    return compute_trajectory(checkpoint, sentence), tree


def rank_cached(checkpoint_id: str, state: str, name: str, trajectory: Trajectory) -> tuple[list[int], bool]:
    """Cells by |r| with a property, and whether held-out results decided.

    Gates have no stored results, and a new checkpoint has none at all: the sentence itself decides then.
    """
    try:
        result = get_held_out(checkpoint_id, HELD_OUT) if state in VECTORS else None
    except AnalysisError:
        result = None
    if result is not None:
        return rank_cells(result.r[VECTORS.index(state)], name), True
    sentence = trajectory.sentence
    properties = np.column_stack([sentence.depth, sentence.phrase_depth, np.arange(len(sentence.tokens))])
    r = compute_correlations(trajectory.states[f"layer0.{state}"], properties.astype(np.float32))
    return rank_cells(r, name), False


__all__ = ["DEMO", "HELD_OUT", "get_checkpoint", "get_encoded", "get_held_out", "get_picked", "get_predictions",
           "get_sentences", "get_sources", "get_states", "get_study", "get_typed", "rank_cached"]
