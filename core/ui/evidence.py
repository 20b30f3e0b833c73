"""What Home says about systems and checkpoints: stored numbers, in the reader's language."""

import math
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.correlation import compute_correlations
from core.analysis.lstm.trajectory import Trajectory
from core.checkpoints.card import CheckpointCard
from core.errors import AnalysisError
from core.reproduce.lstm.heldout import load_held_out
from core.ui.cards import list_cards
from core.ui.language import tr
from core.ui.lstm.cached import HELD_OUT, get_held_out
from core.ui.lstm.pickers import kind_name


@dataclass(frozen=True)
class StoredScores:
    """Held-out numbers of one checkpoint; None where none are stored (depth, VP) or the class never comes (ED)."""

    depth: float | None = None
    VP: float | None = None
    ED: float | None = None


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
        scores[card.id] = StoredScores(**{name: None if math.isnan(value) else value for name, value in r.items()},
                                       ED=ed["accuracy"] if ed["n"] else None)
    return scores


@dataclass(frozen=True)
class Counter:
    """The cell of c that follows the depth best.

    Attributes
    ----------
    cell : int
    r : float
        |r| on the sentence in hand.
    held_out, untrained : float or None
        |r| on documents it was not chosen on, and of an untrained LSTM's best cell; None: not stored, and
        the cell was chosen on the sentence itself.
    """

    cell: int
    r: float
    held_out: float | None = None
    untrained: float | None = None


def find_counter(checkpoint_id: str, trajectory: Trajectory) -> Counter:
    """Choose the counting cell by held-out results where they are stored, else by the sentence."""
    depth = trajectory.sentence.depth[:, None].astype(np.float32)
    r = np.abs(compute_correlations(trajectory.states["layer0.c"], depth)[:, 0])
    try:
        best = get_held_out(checkpoint_id, HELD_OUT).best_cell("c", "depth")
    except AnalysisError:
        best = {"cell": math.nan}
    if math.isnan(best["cell"]):
        return Counter(int(r.argmax()), float(r.max()))
    cell = int(best["cell"])
    return Counter(cell, float(r[cell]), abs(best["r"]), best["untrained"])


def tabulate_checkpoints(cards: list[CheckpointCard]) -> pd.DataFrame:
    """What each checkpoint has read and what it knows; empty fields where nothing is stored."""
    scores = list_scores()
    return pd.DataFrame([{
        "kind": kind_name(card.kind), "units": int(card.model["hidden_size"]),
        "corpora": ", ".join(corpus.name for corpus in card.corpora), "perplexity": card.scores["test"].perplexity,
        **asdict(scores.get(card.id, StoredScores())), "epochs": card.epochs, "seconds": card.seconds,
        "MB": sum(file.n_bytes for file in (card.weights, card.vocabulary, card.snapshots) if file) / 1e6,
        "id": card.id} for card in cards])


def list_systems() -> list[tuple[str, str, str, str]]:
    """The five systems: name, question, paper, and their section in the page registry."""
    return [
        (tr("LSTM and syntax"), tr("Does a language model build a parse of what it reads, and in which cells?"),
         "Shibata, Uchiumi, Mochihashi · COLING 2020", "LSTM and syntax"),
        (tr("Sequence to sequence"), tr("What does one vector keep of a sentence, and why does reversing it help?"),
         "Sutskever, Vinyals, Le · NIPS 2014", "Sequence to sequence"),
        (tr("ELMo"), tr("How does a word's vector change with its context, layer by layer?"),
         "Peters et al. · NAACL 2018", "ELMo"),
        (tr("What word2vec learns"), tr("Which concepts does it learn, and in which order?"),
         "Karkada, Simon, Bahri, DeWeese · NeurIPS 2025", "What word2vec learns"),
        (tr("Saliency over training"), tr("Which words does a text classifier look at while it learns?"),
         tr("a Japanese study, after Kim · EMNLP 2014"), "Saliency over training")]
