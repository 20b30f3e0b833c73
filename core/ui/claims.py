"""What Claims says about a claim: verdict, controls, method and where to see it, in the reader's language.

How a system's claims are spoken of stands in its own ``claim_texts``.
"""

from collections.abc import Sequence
from types import ModuleType

import streamlit as st

from core.figures.claims import read_controls, read_verdict
from core.reproduce.claims import ClaimRecord
from core.reproduce.systems import SYSTEMS
from core.ui.elmo import claim_texts as elmo
from core.ui.language import tr
from core.ui.lstm import claim_texts as lstm
from core.ui.qwem import claim_texts as qwem
from core.ui.saliency import claim_texts as saliency
from core.ui.seq2seq import claim_texts as seq2seq

_TEXTS = {"lstm": lstm, "qwem": qwem, "s2s": seq2seq, "elmo": elmo, "saliency": saliency}


@st.cache_data(ttl=60, max_entries=8, show_spinner=False)
def list_claims(system: str) -> list[ClaimRecord]:
    """Claims of one system from stored results; a new result shows within a minute."""
    return SYSTEMS[system].measure()


def system_name(system: str) -> str:
    """A system of claims, as the menu calls it."""
    return _TEXTS[system].system_name()


def verdict_name(verdict: str) -> str:
    """A verdict in words."""
    return {"holds": tr("holds"), "fails": tr("does not hold"), "open": tr("not measured")}[verdict]


def verdict_mark(record: ClaimRecord) -> str:
    """A verdict as sign and words, for tables."""
    verdict = read_verdict(record)
    return {"holds": "✓", "fails": "✗", "open": "–"}[verdict] + " " + verdict_name(verdict)


def control_name(name: str) -> str:
    """The name of a control in the reader's language."""
    return next(filter(None, (texts.control_name(name) for texts in _TEXTS.values())), name)


def show_controls(record: ClaimRecord) -> str:
    """The controls of a claim as one line."""
    return ", ".join(f"{control_name(name)} {value:.3f}" for name, value in read_controls(record))


def show_split(record: ClaimRecord) -> str:
    """The part of the corpus that was measured."""
    return _texts_of(record).split_name(record.split) or record.split


def describe_method(system: str) -> str:
    """How the numbers of a system are made."""
    return _TEXTS[system].describe_method()


def explain_plot(records: Sequence[ClaimRecord]) -> str:
    """How to read the plot of some claims; of several systems the first that stands in `_TEXTS` speaks."""
    systems = {record.id.partition(".")[0] for record in records}
    return next(texts.explain_plot() for system, texts in _TEXTS.items() if system in systems)


def seed_name(seed: str) -> str:
    """The document a claim comes from."""
    return next((texts.seed_name() for texts in _TEXTS.values() if seed == texts.SEED), seed)


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about; an empty stem where there is none."""
    return _texts_of(record).find_view(record)


def _texts_of(record: ClaimRecord) -> ModuleType:
    return _TEXTS[record.id.partition(".")[0]]
