"""Sequences of letters and what becomes of them: pairs that a small model learns in seconds."""

import numpy as np

from core.corpora.pairs import SentencePairs
from core.training.seq2seq import Seq2SeqTraining

QUICK = {"hidden_size": 24, "embedding_size": 12, "tied_scale": 0.0, "epochs": 3, "batch": 16, "dropout": 0.0,
         "min_count": 1, "learning_rate": 0.02, "device": "cpu", "corpus": "letters"}


def quick(**changes) -> Seq2SeqTraining:
    """A second of training."""
    return Seq2SeqTraining(**{**QUICK, **changes})


def draw_parts(n: int = 300, *, letters: int = 6, seed: int = 0, longest: int = 4) -> dict[str, SentencePairs]:
    """Sequences to be copied in upper case: train, validation and test."""
    rng = np.random.default_rng(seed)
    rows = [" ".join(chr(97 + i) for i in rng.integers(0, letters, rng.integers(1, longest + 1))) for _ in range(n)]
    cut = {"train": rows[:-40], "validation": rows[-40:-20], "test": rows[-20:]}
    return {part: SentencePairs("letters", "xx", "xx", tuple(own), tuple(r.upper() for r in own))
            for part, own in cut.items()}
