"""Search by pattern: tokens of a sentence, the cells that are on there, and where else they switch alike."""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.lstm.cached import DEMO, get_encoded, get_sources
from core.ui.lstm.matches import prepare_recordings
from core.ui.lstm.pattern_evidence import show_evidence
from core.ui.lstm.pattern_query import pick_query, pick_question
from core.ui.lstm.patterns import show_matches, show_selection
from core.ui.lstm.pickers import pick_checkpoint
from core.ui.messages import guard
from core.ui.output import page_header, show_guide


@st.fragment
@guard()
def show_result(card, question, source: str) -> None:
    """Everything that needs no other sentence and no other recording."""
    query = pick_query(card, question, source)
    found = show_selection(query)
    if found is None:
        return
    show_matches(card, query, found)
    show_evidence(query, found)
    show_guide(tr(
        "Read the aligned places from left to right: where do the cells come on, and what stands there? Places of "
        "other words in the same structure say that the cells follow the structure; places that only repeat the word "
        "say that they follow the word. Then look at the controls. If shifted cells reach an agreement as often, the "
        "cells are merely on often. If an untrained LSTM finds places that are as much alike, the input alone explains "
        "it. A pattern of one or two cells proves little, and one selection is one example: try the same question on "
        "other sentences before you believe the answer."))


frame.ensure()
page_header("patterns")
with guard():
    card = pick_checkpoint()
    picked = pick_question(card)
    if picked is not None:
        question, source = picked
        prepare_recordings(card.id, source)
        if source == DEMO and len(get_sources(card.id)) == 1:
            st.caption(tr("No corpus is on this machine: the search covers the {n:,} tokens of the demo treebank, "
                          "which are recorded here and now.", n=get_encoded(card.id, source).n_tokens))
        show_result(card, question, source)
