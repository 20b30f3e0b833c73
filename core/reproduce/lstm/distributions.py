"""The claim of seed 000 that c_up is nearly discrete, read from the distributions of the internal vectors."""

import numpy as np

from core.analysis.lstm.distribution import VECTORS, Distributions, compute_distributions
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import HELD_OUT, Claim, Study, load_study, name_corpus
from core.tokens.encoded import EncodedSentences

SEED = "000"


def _few_levels(result: Distributions) -> dict:
    """More than half of the cells must be at least as coarse as a ternary cell, and more than by chance."""
    ours, low, high, untrained = result.few.tolist()
    median = np.median(result.levels[:, VECTORS.index("c_up")], axis=1)
    return {"ours": ours, "low": low, "high": high, "n": result.n_tokens,
            "control": f"untrained LSTM {untrained:.3f}", "holds": bool(low > max(0.5, untrained) and median[0] <= 3)}


CLAIMS = (
    Claim(ClaimRecord("lstm.k4.cup_levels", SEED, "Distribution of the internal vectors", "c_up takes two or three "
                      "values: share of cells that keep 95 % of their variance on three levels; more than half would "
                      "confirm it.", "binary or ternary (no number)"), 4, _few_levels),
)


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> Distributions:
    """Histograms, fits and levels of every internal vector."""
    return compute_distributions(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source))


STUDY = Study("distributions", Distributions, compute, claims=CLAIMS)


def load_distributions(card: CheckpointCard, source: str = HELD_OUT) -> Distributions:
    """Stored distributions of one checkpoint; raises as `load_study`."""
    return load_study(STUDY, card, source)
