"""What Home and Claims say about checkpoints and claims: stored numbers, in the reader's language."""

import re
from dataclasses import dataclass

import streamlit as st

from core.checkpoints.card import CheckpointCard
from core.errors import AnalysisError
from core.figures.claims import read_controls, read_verdict
from core.reproduce.__main__ import SYSTEMS
from core.reproduce.claims import ClaimRecord
from core.reproduce.lstm import load_held_out
from core.ui.cached import list_cards
from core.ui.language import tr

_SPLIT = re.compile(r"test, (\d+) documents by document")


@dataclass(frozen=True)
class StoredScores:
    """Held-out numbers of one checkpoint; None where none are stored (depth, VP) or the class never comes (ED)."""

    depth: float | None
    VP: float | None
    ED: float | None


@st.cache_data(ttl=20, max_entries=4, show_spinner=False)
def list_claims(system: str) -> list[ClaimRecord]:
    """Claims of one system from stored results; a new result shows within 20 s."""
    return SYSTEMS[system].measure()


@st.cache_data(ttl=20, max_entries=1, show_spinner=False)
def list_scores() -> dict[str, StoredScores]:
    """Stored held-out numbers by checkpoint id, without loading any weights."""
    scores = {}
    for card in list_cards("lstm")[0]:
        try:
            result = load_held_out(card)
        except AnalysisError:
            continue
        r = {name: abs(result.best_cell("c", name)["r"]) for name in ("depth", "VP")}
        ed = result.class_accuracy("ED")
        scores[card.id] = StoredScores(**{name: value if value == value else None for name, value in r.items()},
                                       ED=ed["accuracy"] if ed["n"] else None)
    return scores


def size_of(card: CheckpointCard) -> float:
    """Megabytes (10⁶) of a checkpoint's files."""
    return sum(file.n_bytes for file in (card.weights, card.vocabulary, card.snapshots) if file) / 1e6


def system_name(system: str) -> str:
    """A system of claims, as the menu calls it."""
    return {"lstm": tr("LSTM and syntax")}.get(system, system)


def verdict_name(verdict: str) -> str:
    """A verdict in words."""
    return {"holds": tr("holds"), "fails": tr("does not hold"), "open": tr("not measured")}[verdict]


def verdict_mark(record: ClaimRecord) -> str:
    """A verdict as sign and words, for tables."""
    verdict = read_verdict(record)
    return {"holds": "✓", "fails": "✗", "open": "–"}[verdict] + " " + verdict_name(verdict)


def control_name(name: str) -> str:
    """The name of a control in the reader's language."""
    names = {"rotated labels": tr("rotated labels"), "untrained LSTM": tr("untrained LSTM"),
             "given position": tr("given position"),
             "share of ED among all tokens": tr("share of ED among all tokens"), "precision": tr("precision"),
             "closing": tr("closing brackets"), "opening": tr("opening brackets")}
    return names.get(name, name)


def show_controls(record: ClaimRecord) -> str:
    """The controls of a claim as one line."""
    return ", ".join(f"{control_name(name)} {value:.3f}" for name, value in read_controls(record))


def show_split(record: ClaimRecord) -> str:
    """The part of the corpus that was measured."""
    found = _SPLIT.fullmatch(record.split)
    return tr("test part, {n} documents, split by document", n=int(found[1])) if found else record.split


def describe_method(system: str) -> str:
    """How the numbers of a system are made, in two sentences."""
    methods = {"lstm": tr("What has to be chosen, such as the best cell, is chosen on one half of the documents and "
                          "scored on the other half. The interval (95 %) comes from 1,000 resamples of whole "
                          "documents; no document was read in training.")}
    return methods.get(system, "")
