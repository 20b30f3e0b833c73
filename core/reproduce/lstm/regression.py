"""Claims of seed 000 about the depth that can be read off the state."""

from collections.abc import Callable

import numpy as np

from core.analysis.lstm.depth_split import PROPERTIES
from core.analysis.lstm.heldout import VECTORS
from core.analysis.lstm.regression import PAIRS, READOUTS, DepthRegression, compute_regression
from core.checkpoints.store import Checkpoint
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import Claim, Study, name_corpus
from core.tokens.encoded import EncodedSentences

SEED = "000"
FAR = 0.2  # controls "far below": by this much of R²


def _vp_r2(readout: str) -> Callable[[DepthRegression], dict]:
    """R² of one readout of VP depth from c; holds when it stands where the seed's slide puts it.

    Linear and Lasso have to be tighter than the single cell, and every readout far above its controls.
    """
    def read(result: DepthRegression) -> dict:
        own = {name: result.score("c", "VP", name) for name in READOUTS}
        score, position = own[readout], float(result.position[PROPERTIES.index("VP"), 0])
        tighter = (READOUTS[:2] if readout == "single" else (readout,))
        controls = {"position only": position, "untrained LSTM": score["untrained"], "rotated labels": score["rotated"],
                    "control task": score["task"]}
        beside = {"single cell": own["single"]["r2"]} if readout != "single" else {"linear": own["linear"]["r2"]}
        return {"ours": score["r2"], "low": score["low"], "high": score["high"], "n": result.n_scored,
                "control": ", ".join(f"{name} {value:.3f}" for name, value in (beside | controls).items()),
                "holds": bool(all(own[name]["over_low"] > 0 for name in tighter)
                              and score["low"] > FAR + max(controls.values()))}
    return read


def _c_best(result: DepthRegression) -> dict:
    """R² of the Lasso readout of VP depth from c less that from the better of h and c_up.

    Raw text has one token where bracketed text has three, so that least squares on 1,000 cells fits noise, and
    more of it in one vector than in another (its R² on rotated labels says so). It may not contradict, though:
    its own difference stands among the controls.
    """
    p = PROPERTIES.index("VP")

    def lead(readout: str) -> np.ndarray:
        rivals = [result.gaps[k, p, READOUTS.index(readout)] for k, pair in enumerate(PAIRS) if pair[0] == "c"]
        return min(rivals, key=lambda gap: gap[0])

    (ours, low, high), linear = lead("lasso").tolist(), lead("linear")
    r2 = {vector: result.score(vector, "VP", "lasso") for vector in VECTORS}
    return {"ours": ours, "low": low, "high": high, "n": result.n_scored,
            "control": ", ".join([*(f"{v} {s['r2']:.3f}" for v, s in r2.items()), f"least squares {linear[0]:.3f}",
                                  f"position only {result.position[p, 0]:.3f}",
                                  f"untrained LSTM {r2['c']['untrained']:.3f}",
                                  f"rotated labels {r2['c']['rotated']:.3f}"]),
            "holds": bool(low > 0 and linear[2] >= 0)}


CLAIMS = (
    Claim(ClaimRecord("lstm.k4.vp_depth_r2_linear", SEED, "Depth regression", "All cells of c together give the depth "
                      "of VP more closely than the best single cell: R² of linear regression.",
                      "clearly tighter than one cell (no number)"), 4, _vp_r2("linear")),
    Claim(ClaimRecord("lstm.k4.vp_depth_r2_lasso", SEED, "Depth regression", "The few cells of c that Lasso keeps give "
                      "the depth of VP more closely than the best single cell: R² of Lasso.",
                      "clearly tighter than one cell (no number)"), 4, _vp_r2("lasso")),
    Claim(ClaimRecord("lstm.k4.vp_depth_r2_single", SEED, "Depth regression", "The best single cell of c gives the "
                      "depth of VP less closely than linear regression and Lasso: its R².",
                      "wider than both (no number)"), 4, _vp_r2("single")),
    Claim(ClaimRecord("lstm.k5.vp_depth_c_best", SEED, "Raw text", "From raw text the depth of VP is read best from c: "
                      "R² of Lasso from c less that from the better of h and c_up.", "c best (no number)"), 5, _c_best),
)


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str,
            progress: Callable[[float], None] | None = None) -> DepthRegression:
    """Regressions of depth, VP depth and NP depth from c, h and c_up."""
    return compute_regression(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source), progress=progress)


STUDY = Study("regression", DepthRegression, compute, claims=CLAIMS)
