"""What Home and Claims say about checkpoints and claims: stored numbers, in the reader's language."""

import math
import re
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.correlation import compute_correlations
from core.analysis.lstm.trajectory import Trajectory
from core.checkpoints.card import CheckpointCard
from core.errors import AnalysisError
from core.figures.claims import read_controls, read_verdict
from core.reproduce.claims import ClaimRecord
from core.reproduce.lstm.heldout import load_held_out
from core.reproduce.systems import SYSTEMS
from core.ui.cards import list_cards
from core.ui.language import tr
from core.ui.lstm.cached import HELD_OUT, get_held_out
from core.ui.lstm.pickers import kind_name

_SPLIT = re.compile(r"by document; (\d+) test documents(?:; (\d+) seeds)?")
_FAMILIES = re.compile(r"(\d+) families, (\d+) word pairs")
_RUN = re.compile(r"one training run, (\d+) words")


@dataclass(frozen=True)
class StoredScores:
    """Held-out numbers of one checkpoint; None where none are stored (depth, VP) or the class never comes (ED)."""

    depth: float | None = None
    VP: float | None = None
    ED: float | None = None


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
        scores[card.id] = StoredScores(**{name: None if math.isnan(value) else value for name, value in r.items()},
                                       ED=ed["accuracy"] if ed["n"] else None)
    return scores


def system_name(system: str) -> str:
    """A system of claims, as the menu calls it."""
    return {"lstm": tr("LSTM and syntax"), "qwem": tr("What word2vec learns")}.get(system, system)


def verdict_name(verdict: str) -> str:
    """A verdict in words."""
    return {"holds": tr("holds"), "fails": tr("does not hold"), "open": tr("not measured")}[verdict]


def verdict_mark(record: ClaimRecord) -> str:
    """A verdict as sign and words, for tables."""
    verdict = read_verdict(record)
    return {"holds": "✓", "fails": "✗", "open": "–"}[verdict] + " " + verdict_name(verdict)


def control_name(name: str) -> str:
    """The name of a control in the reader's language."""
    names = {"lowest seed": tr("lowest seed"), "highest seed": tr("highest seed"),
             "rotated labels": tr("rotated labels"), "untrained LSTM": tr("untrained LSTM"),
             "given position": tr("given position"),
             "untrained c_up": tr("c_up, untrained LSTM"), "embedding": tr("embedding"),
             "shuffled labels": tr("shuffled labels"),
             "share of ED among all tokens": tr("share of ED among all tokens"), "precision": tr("precision"),
             "closing": tr("closing brackets"), "opening": tr("opening brackets"),
             "words only": tr("words only"), "majority class": tr("majority class"),
             "best on the path": tr("best on the path"), "share of cells": tr("share of cells"),
             "share of cells within one standard error": tr("share of cells within one standard error"),
             "position only": tr("position only"), "control task": tr("control task"), "linear": tr("all cells"),
             "single cell": tr("best single cell"), "least squares": tr("least squares"),
             "random levels": tr("random levels"), "rank 50": tr("50 dimensions"), "rank 100": tr("100 dimensions"),
             "largest start": tr("largest start"), "smallest start": tr("smallest start"),
             "closed form": tr("closed form"), "unrelated directions": tr("unrelated directions"),
             "half of the final accuracy": tr("half of the final accuracy"),
             "half of the direction": tr("half of the direction"), "half of the SNR": tr("half of the SNR")}
    return names.get(name, name)


def show_controls(record: ClaimRecord) -> str:
    """The controls of a claim as one line."""
    return ", ".join(f"{control_name(name)} {value:.3f}" for name, value in read_controls(record))


def show_split(record: ClaimRecord) -> str:
    """The part of the corpus that was measured."""
    if found := _FAMILIES.fullmatch(record.split):
        return tr("{families} families, {pairs} word pairs", families=int(found[1]), pairs=int(found[2]))
    if found := _RUN.fullmatch(record.split):
        return tr("one training run, {n:,} words", n=int(found[1]))
    found = _SPLIT.fullmatch(record.split)
    if not found:
        return record.split
    part = tr("test part, {n} documents, split by document", n=int(found[1]))
    return f"{part}; {tr('{n} training seeds', n=int(found[2]))}" if found[2] else part


def describe_method(system: str) -> str:
    """How the numbers of a system are made, in two sentences."""
    methods = {"lstm": tr("What has to be chosen, such as the best cell, is chosen on one half of the documents and "
                          "scored on the other half. The interval (95 %) is Student's over the training seeds where "
                          "there are several, else from 1,000 resamples of whole documents. No document was read in "
                          "training."),
               "qwem": tr("Intervals (95 %) of accuracies are drawn over word pairs, for questions share their pairs; "
                          "differences draw the same pairs for both sides. Those of training runs are drawn over "
                          "concepts; a run in full batch has no scatter, and its overlap no interval. Held to be "
                          "true: accuracy from 52 % (the paper read a hundred times as much text), half-rise within "
                          "2 % of τ, overlap from 99 %, and from 50 % with word2vec's own loss; differences and "
                          "ratios by their whole interval.")}
    return methods.get(system, "")


def seed_name(seed: str) -> str:
    """The document a claim comes from."""
    names = {"000": tr("slides of Shibata, Uchiumi and Mochihashi, “How LSTM Encodes Syntax”"),
             "003": tr("paper of Karkada, Simon, Bahri and DeWeese on what word2vec learns")}
    return names.get(seed, seed)


def find_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    """Page and parameters that show what a claim is about; an empty stem where there is none."""
    views = {"depth_r": ("correlations", {"cprop": "depth"}), "vp_r": ("correlations", {"cprop": "VP"}),
             "c_beats_h": ("correlations", {"cprop": "depth", "cvec": "h"}), "ed_accuracy": ("predictions", {}),
             "close_beats_open": ("predictions", {}),
             "generalisation": ("nested_code", {"nmat": "dyck-1", "nmodel": record.checkpoint}),
             **dict.fromkeys(("vp_depth_r2_linear", "vp_depth_r2_lasso", "vp_depth_r2_single", "vp_depth_c_best"),
                             ("regression", {"rgprop": "VP"})),
             "vp_overlap": ("phrases", {}), "vp_l1_accuracy": ("phrases", {}),
             "pos_cup_beats_c": ("parts_of_speech", {"ysize": "all"}),
             "pos_cup_beats_c_plane": ("parts_of_speech", {}),
             "cup_levels": ("distributions", {"dvec": "c_up"}), "depth_r_kept": ("interventions", {"iview": "snap"})}
    if record.id.startswith("qwem."):
        return _find_word2vec_view(record)
    stem, query = views.get(record.id.rpartition(".")[2], ("", {}))
    if not record.checkpoint:
        return "", {}
    return stem, {"kind": record.checkpoint.split("-")[1], "model": record.checkpoint} | query


def _find_word2vec_view(record: ClaimRecord) -> tuple[str, dict[str, str]]:
    of_run = record.id.rpartition(".")[2] in ("tau_ratio", "subspace_overlap_top5", "sgns_subspace_overlap",
                                              "steps_sharpen")
    if of_run:
        return "dynamics", {"dyrun": record.checkpoint} if record.checkpoint else {}
    return "analogies", {"qwem": record.checkpoint} if record.checkpoint.count("-") == 2 else {}


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
