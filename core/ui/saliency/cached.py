"""Cached access by identifier: text CNNs, the sentences they learned from, and the seeds of the experiment.

Everything here is shared between sessions and must not be changed by its users.
"""

from contextlib import suppress

import streamlit as st

from core.analysis.saliency.experiment import SeedResult
from core.analysis.saliency.filters import FilterAnswers, find_answers
from core.analysis.saliency.material import CORPORA, read_labelled
from core.analysis.saliency.recording import describe_sentences
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds
from core.checkpoints.card import CNNCard
from core.checkpoints.cnn import CNNCheckpoint, list_cnns, load_cnn
from core.checkpoints.verify import CheckpointFault
from core.corpora.labelled import LabelledSentences
from core.errors import CorpusError
from core.jobs.classify import find_own_sentences
from core.tokens.labelled import EncodedTexts, encode_texts, split_words


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_cnn_cards() -> tuple[list[CNNCard], list[CheckpointFault]]:
    """Cards of all text CNNs and the folders that had to be left out; a new folder shows within 20 s."""
    return list_cnns()


@st.cache_resource(max_entries=4, show_spinner=False)
def get_cnn(checkpoint_id: str) -> CNNCheckpoint:
    """A verified text CNN (20,000 words and 51 epochs: 10 MB)."""
    return load_cnn(checkpoint_id)


@st.cache_resource(max_entries=2, ttl=600, show_spinner=False)
def find_sentences(checkpoint_id: str) -> LabelledSentences | None:
    """The very sentences that a text CNN was trained and tested on; None where they are not on this machine."""
    card, found = get_cnn(checkpoint_id).card, find_own_sentences(checkpoint_id)
    if found is None and card.corpus.name in CORPORA:
        with suppress(CorpusError):
            found = read_labelled(card.corpus.name)
    return found if found is not None and describe_sentences(found).sha256 == card.corpus.sha256 else None


@st.cache_resource(max_entries=2, ttl=600, show_spinner=False)
def get_encoded_texts(checkpoint_id: str) -> EncodedTexts | None:
    """The same as ids of the network's words."""
    sentences = find_sentences(checkpoint_id)
    if sentences is None:
        return None
    return encode_texts([split_words(text) for text in sentences.texts], sentences.labels, get_cnn(checkpoint_id).words)


@st.cache_resource(max_entries=4, show_spinner=False)
def get_answers(checkpoint_id: str) -> FilterAnswers | None:
    """What the filters answer to these sentences, after the last epoch."""
    texts = get_encoded_texts(checkpoint_id)
    return None if texts is None else find_answers(get_cnn(checkpoint_id).model, texts)


@st.cache_resource(ttl=60, max_entries=4, show_spinner=False)
def get_seeds(settings: ExperimentSettings) -> list[SeedResult]:
    """The stored seeds of an experiment."""
    return load_seeds(settings)
