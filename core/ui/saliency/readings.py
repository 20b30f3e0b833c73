"""Sentences that a text CNN may be shown reading: our own, those it was made with, and what the reader types."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.saliency.course import SentenceCourse, follow_sentence
from core.analysis.saliency.instability import score_sentences
from core.analysis.saliency.material import DEMO, read_labelled
from core.corpora.labelled import LabelledSentences
from core.states.saliency import Method
from core.tokens.labelled import EncodedTexts, encode_texts, split_words
from core.training.cnn import predict_texts
from core.ui.saliency.cached import find_sentences, get_cnn

CORPUS, OWN = "corpus", "own"  # besides DEMO, where sentences come from


@dataclass(frozen=True, eq=False)
class Reading:
    """Sentences read by the trained network. S sentences.

    Attributes
    ----------
    source : str
        ``demo-reviews`` or ``corpus``.
    texts : tuple of str
    encoded : EncodedTexts
        Its labels are the network's own classes, or all 0 where `labels` is None.
    labels : int64 array of shape (S,), optional
        None where these sentences were labelled with other classes than the network's.
    phenomena : tuple of str
        (S,), or empty.
    predicted : int64 array of shape (S,)
        After the last epoch.
    unsettled : float64 array of shape (S,)
        A_S of eq. (10), by the wac of the network's record.
    learned : bool array of shape (S,)
        Sentences the network learned from.
    """

    source: str
    texts: tuple[str, ...]
    encoded: EncodedTexts
    labels: np.ndarray | None
    phenomena: tuple[str, ...]
    predicted: np.ndarray
    unsettled: np.ndarray
    learned: np.ndarray

    @property
    def right(self) -> np.ndarray | None:
        """Whether the last prediction is right, bool (S,)."""
        return None if self.labels is None else self.predicted == self.labels


def list_sources(checkpoint_id: str) -> list[str]:
    """Where sentences can come from; the corpus of the network only where it is on this machine."""
    own = get_cnn(checkpoint_id).card.corpus.name
    return [DEMO] + ([CORPUS] if own != DEMO and find_sentences(checkpoint_id) is not None else [])


@st.cache_resource(max_entries=6, show_spinner=False)
def get_reading(checkpoint_id: str, source: str) -> Reading:
    """Sentences of a source, read by a network (10,000 take half a second)."""
    checkpoint = get_cnn(checkpoint_id)
    sentences = find_sentences(checkpoint_id) if source == CORPUS else read_labelled(DEMO)
    labels = match_labels(sentences, checkpoint.label_names)
    encoded = encode_texts([split_words(text) for text in sentences.texts],
                           np.zeros(len(sentences), np.int64) if labels is None else labels, checkpoint.words)
    record = checkpoint.record
    learned = np.zeros(len(sentences), bool)
    if source == CORPUS or (checkpoint.card.corpus.name == DEMO and find_sentences(checkpoint_id) is not None):
        learned[record.rows] = True
    return Reading(source, sentences.texts, encoded, labels, sentences.phenomena,
                   predict_texts(checkpoint.model, encoded).argmax(1),
                   score_sentences(record.wac.astype(np.float64), record.occurrences > 0, encoded), learned)


def match_labels(sentences: LabelledSentences, label_names: tuple[str, ...]) -> np.ndarray | None:
    """Labels as the classes of a network, by name; None where a name is none of its classes."""
    if not set(sentences.label_names) <= set(label_names):
        return None
    return np.array([label_names.index(name) for name in sentences.label_names])[sentences.labels]


@st.cache_resource(max_entries=64, show_spinner=False)
def get_course(checkpoint_id: str, text: str, method: Method, label: int | None) -> SentenceCourse:
    """One sentence at every epoch; raises as `follow_sentence`."""
    return follow_sentence(get_cnn(checkpoint_id), text, method=method, label=label)


def choose_pair(reading: Reading) -> tuple[int | None, int | None]:
    """An unsettled sentence that is read wrong and a settled one that is read right, both kept back from learning.

    Sentences of 6 to 14 words, which a reader takes in at a glance, as far as there are any.
    """
    if reading.right is None:
        return None, None
    kept = ~reading.learned if (~reading.learned & ~reading.right).any() else np.ones(len(reading.texts), bool)
    short = (reading.encoded.lengths >= 6) & (reading.encoded.lengths <= 14)
    return (_most(reading.unsettled, ~reading.right & kept, short),
            _most(-reading.unsettled, reading.right & kept, short))


def _most(scores: np.ndarray, allowed: np.ndarray, preferred: np.ndarray) -> int | None:
    rows = np.flatnonzero(allowed & preferred)
    rows = rows if len(rows) else np.flatnonzero(allowed)
    return int(rows[np.argmax(scores[rows])]) if len(rows) else None
