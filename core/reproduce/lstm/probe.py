"""Claim of seed 000 that few cells suffice to tell the inside of a VP from its outside."""

import numpy as np

from core.analysis.lstm.probe import PhraseProbe, compute_phrase_probe
from core.checkpoints.store import Checkpoint
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import Claim, Study, name_corpus
from core.tokens.encoded import EncodedSentences

SEED = "000"
KEPT = 0.95  # "suffice": of what the best point of the path gains over the majority class, few cells keep this share


def _few_cells(result: PhraseProbe) -> dict:
    """Accuracy with at most 5 % of the cells, on documents that chose neither weights nor point.

    It holds when those few cells keep 95 % of what any number of cells gains over the majority class, and their
    interval lies above every control with as many cells.
    """
    points, path = result.find_points("VP"), result.read_path("VP")
    if not points:
        return {}  # no VP in these documents
    few, best = points["few"], float(path["accuracy"][points["best"]])
    ours, n_cells = float(path["accuracy"][few]), int(path["n_cells"][few])
    rivals = result.compare("VP", n_cells)
    names = {"majority": "majority class", "position": "position only", "untrained": "untrained LSTM",
             "control": "control task"}
    control = {"best on the path": best, **{names[k]: v for k, v in rivals.items() if np.isfinite(v)},
               "share of cells": n_cells / result.n_cells,
               "share of cells within one standard error": float(path["n_cells"][points["error"]]) / result.n_cells}
    enough = ours - rivals["majority"] >= KEPT * (best - rivals["majority"])
    return {"ours": ours, "low": float(path["low"][few]), "high": float(path["high"][few]), "n": result.n_scored,
            "control": ", ".join(f"{name} {value:.3f}" for name, value in control.items()),
            "holds": bool(enough and path["low"][few] > np.nanmax(list(rivals.values())))}


CLAIMS = (
    Claim(ClaimRecord("lstm.k4.vp_l1_accuracy", SEED, "Logistic regression with L1", "Few cells suffice to tell the "
                      "inside of a VP from its outside: accuracy with at most 5 % of the cells, kept by L1.",
                      "few suffice (no number)"), 4, _few_cells),
)


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str, progress=None) -> PhraseProbe:
    """Probes for VP and NP on one source; ``progress`` is called with (done, in all)."""
    return compute_phrase_probe(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source), progress=progress)


STUDY = Study("probe", PhraseProbe, compute, claims=CLAIMS)
