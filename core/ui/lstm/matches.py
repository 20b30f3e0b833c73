"""Cached searches of the pattern page: recordings, their bits, and what a pattern finds in them."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.analysis.lstm.heldout import group_tokens, untrained_like
from core.analysis.lstm.trajectory import compute_trajectory
from core.checkpoints.store import Checkpoint
from core.errors import AnalysisError
from core.search.bits import PackedBits
from core.search.enrichment import Enrichment, measure_enrichment
from core.search.guide import (
    ThresholdCurves,
    ValueRange,
    compare_thresholds,
    matched_threshold,
    measure_values,
)
from core.search.pattern import Pattern, find_pattern
from core.search.rank import Places, rank_places, value_distance
from core.search.scan import scan_pattern
from core.search.store import describe_packing, open_packed, packed_folder
from core.states.store import open_states, states_folder
from core.tokens.linearise import Linearised
from core.ui.language import tr
from core.ui.lstm.cached import get_checkpoint, get_encoded, get_picked, get_states, get_typed

TYPED = "typed"
N_SCORED = 50  # places the enrichment is measured on
_NAMES = ("layer0.c_up", "layer0.c", "layer0.h")  # as other pages record them


@dataclass(frozen=True)
class Query:
    """What the reader asks; everything a search depends on, as plain values.

    ``sentence``: (source, number) or (``typed``, text). ``run``: first and last token.
    """

    checkpoint: str
    source: str
    sentence: tuple[str, int | str]
    run: tuple[int, int]
    vector: str
    threshold: float
    sign: int
    off_before: bool
    off_after: bool
    tolerance: int

    @property
    def flags(self) -> dict:
        return {"sign": self.sign, "off_before": self.off_before, "off_after": self.off_after}


@dataclass(frozen=True)
class Found:
    """What one model answers: pattern, places, how many places reach each agreement, what the places share."""

    pattern: Pattern
    places: Places
    reach: np.ndarray
    shifted: np.ndarray
    enrichment: Enrichment
    threshold: float
    share_on: float


@st.cache_resource(max_entries=4, show_spinner=False)
def get_untrained(checkpoint_id: str) -> Checkpoint:
    """The same network with its first weights, under a hash of its own, so that its recordings are, too."""
    checkpoint = get_checkpoint(checkpoint_id)
    weights = checkpoint.card.weights.model_copy(update={"sha256": "untrained:" + checkpoint.card.weights.sha256})
    return replace(checkpoint, model=untrained_like(checkpoint.model),
                   card=checkpoint.card.model_copy(update={"weights": weights}))


@st.cache_resource(max_entries=4, show_spinner=False)
def get_untrained_states(checkpoint_id: str, source: str):
    """Memory-mapped states of the untrained network."""
    return open_states(get_untrained(checkpoint_id), get_encoded(checkpoint_id, source), names=_NAMES)


def prepare_recordings(checkpoint_id: str, source: str) -> None:
    """Record what is not on disk yet, under a bar that says how far it is."""
    sentences = get_encoded(checkpoint_id, source)
    for get, label in ((get_checkpoint, tr("Recording every cell at every token, once …")),
                       (get_untrained, tr("Recording the untrained LSTM, the control, once …"))):
        checkpoint = get(checkpoint_id)
        if not states_folder(checkpoint, sentences, _NAMES).exists():
            bar = st.progress(0.0, label)
            open_states(checkpoint, sentences, names=_NAMES,
                        progress=lambda done, n, bar=bar, label=label: bar.progress(done / max(1, n), label))
            bar.empty()


def prepare_bits(query: Query) -> None:
    """Pack the recording at this threshold, under a bar, if it is not on disk yet."""
    manifest = _describe(query.checkpoint, query.source, query.vector, query.threshold, query.sign)
    if not packed_folder(manifest).exists():
        values = get_values(query.checkpoint, query.source, query.vector)
        label = tr("Packing {n:,} tokens, one bit a cell …", n=len(values))
        bar = st.progress(0.0, label)
        open_packed(manifest, values, get_encoded(query.checkpoint, query.source).starts,
                    progress=lambda done, n: bar.progress(done / max(1, n), label))
        bar.empty()


def get_values(checkpoint_id: str, source: str, vector: str, *, untrained: bool = False) -> np.ndarray:
    """One recorded vector, (N, H)."""
    get = get_untrained_states if untrained else get_states
    return get(checkpoint_id, source)[f"layer0.{vector}"]


def _describe(checkpoint_id: str, source: str, vector: str, threshold: float, sign: int):
    return describe_packing(get_checkpoint(checkpoint_id), get_encoded(checkpoint_id, source), f"layer0.{vector}",
                            threshold=threshold, sign=sign)


@st.cache_resource(max_entries=6, show_spinner=False)
def get_bits(checkpoint_id: str, source: str, vector: str, threshold: float, sign: int) -> PackedBits:
    """Memory-mapped bits of a recording at one threshold."""
    return open_packed(_describe(checkpoint_id, source, vector, threshold, sign),
                       get_values(checkpoint_id, source, vector), get_encoded(checkpoint_id, source).starts)


@st.cache_resource(max_entries=4, show_spinner=False)
def get_untrained_bits(checkpoint_id: str, source: str, vector: str, threshold: float, sign: int) -> PackedBits:
    """Bits of the untrained network at its own threshold."""
    manifest = describe_packing(get_untrained(checkpoint_id), get_encoded(checkpoint_id, source), f"layer0.{vector}",
                                threshold=threshold, sign=sign)
    return open_packed(manifest, get_values(checkpoint_id, source, vector, untrained=True),
                       get_encoded(checkpoint_id, source).starts)


@st.cache_resource(max_entries=24, show_spinner=False)
def get_range(checkpoint_id: str, source: str, vector: str, sign: int) -> ValueRange:
    """Histogram of a recording's values, and the range of sensible thresholds."""
    return measure_values(get_values(checkpoint_id, source, vector), sign)


@st.cache_resource(max_entries=24, show_spinner=False)
def get_curves(query: Query) -> ThresholdCurves:
    """Cells found at every threshold, in the selection and in random runs (`query.threshold` is not read)."""
    limit = get_range(query.checkpoint, query.source, query.vector, query.sign).limit
    return compare_thresholds(get_values(query.checkpoint, query.source, query.vector),
                              get_encoded(query.checkpoint, query.source), read_query(query)[1], query.run,
                              limit=limit, **query.flags)


def read_query(query: Query) -> tuple[Linearised, np.ndarray]:
    """The sentence of a query and the vector over it, (T, H)."""
    where, what = query.sentence
    trajectory = (get_typed(query.checkpoint, what) if where == TYPED
                  else get_picked(query.checkpoint, where, what))[0]
    return trajectory.sentence, trajectory.states[f"layer0.{query.vector}"]


@st.cache_resource(max_entries=32, show_spinner=False)
def search(query: Query) -> Found:
    """Ranked places of the trained model.

    Raises
    ------
    AnalysisError
        When no cell is on throughout the selection.
    """
    sentence, values = read_query(query)
    bits = get_bits(query.checkpoint, query.source, query.vector, query.threshold, query.sign)
    return _find(query, sentence, values, bits, get_values(query.checkpoint, query.source, query.vector),
                 query.threshold)


@st.cache_resource(max_entries=32, show_spinner=False)
def search_untrained(query: Query) -> Found | None:
    """The same question to the untrained network, at the threshold that leaves as many of its values on.

    None where no cell of it is on throughout the selection.
    """
    sentence, _ = read_query(query)
    states = get_values(query.checkpoint, query.source, query.vector, untrained=True)
    share = get_bits(query.checkpoint, query.source, query.vector, query.threshold, query.sign).share_on()
    threshold = float(np.float16(matched_threshold(states, share, query.sign)))
    values = compute_trajectory(get_untrained(query.checkpoint), sentence).states[f"layer0.{query.vector}"]
    try:
        bits = get_untrained_bits(query.checkpoint, query.source, query.vector, threshold, query.sign)
        return _find(query, sentence, values, bits, states, threshold)
    except AnalysisError:
        return None


def _find(query: Query, sentence: Linearised, values: np.ndarray, bits: PackedBits, states: np.ndarray,
          threshold: float) -> Found:
    pattern = find_pattern(values, *query.run, threshold=threshold, **query.flags)
    agreement = scan_pattern(bits, pattern, tolerance=query.tolerance)
    shifted = scan_pattern(bits, pattern, tolerance=query.tolerance, shift_seed=0)
    sentences, skip = get_encoded(query.checkpoint, query.source), None
    if query.sentence[0] == query.source:
        a = int(sentences.starts[query.sentence[1]])
        skip = a + query.run[0], a + query.run[1] + 1
    first, last = query.run
    places = rank_places(agreement, pattern.length, limit=N_SCORED, skip=skip,
                         distance=value_distance(states, pattern.cells, values[first:last + 1]))
    return Found(pattern, places, agreement.reach(), shifted.reach(),
                 measure_enrichment(places, sentences, group_tokens(sentences), sentence, query.run),
                 threshold, bits.share_on())
