"""Seeds of the experiment with planted effects: small, and stored under the names of the real ones."""

import numpy as np

from core.analysis.results import save_result
from core.analysis.saliency.experiment import MODELS, SeedResult
from core.analysis.saliency.seeds import ExperimentSettings, name_seed

EPOCHS, WORDS = 50, 80


def make_seed(seed: int, *, effect: float = 0.0, noise: float = 0.002, doubt: float = 2.0, unrest: float = 1.0,
              settling: float = 0.0, words: int = WORDS, **changed) -> SeedResult:
    """One seed.

    Parameters
    ----------
    effect : float
        What T1&T2h has more than T1&T2l, in accuracy.
    doubt, unrest : float
        How many times as much wrong sentences move, of the loss and of the margin.
    settling : float
        What T2h leaves more than T1 again, log10 of a variance.
    """
    rng, m = np.random.default_rng([seed, 99]), len(MODELS)
    accuracy = 0.74 + noise * rng.normal(size=(m, 1)) + 0.001 * rng.normal(size=(m, EPOCHS))
    accuracy[MODELS.index("T1&T2h")] += effect
    moved = rng.uniform(0.04, 0.06, (2, EPOCHS - 1))
    settled = rng.normal(-4, 0.02, (2, 4))
    settled[:, 1] = settled[:, 3] + settling + rng.normal(0, 0.01, 2)
    sure = np.linspace(0.6, 0.95, EPOCHS)
    known = {
        "corpus": "rt-polarity", "vectors": "glove-6b-50d", "models": MODELS,
        "sizes": np.array([4797, 2399, 2399, 4797, 7196, 7196, 9595, *[7196] * 5]),
        "parts": np.array([4797, 4798, 1067, 2399, 2399]), "accuracy": accuracy.astype(np.float32),
        "right_movement": moved.astype(np.float32),
        "wrong_movement": (moved * [[doubt], [unrest]] * rng.normal(1, 0.01, (2, 1))).astype(np.float32),
        "right_confidence": sure.astype(np.float32), "wrong_confidence": (sure - 0.2).astype(np.float32),
        "n_right": 4700, "n_wrong": 97, "wac": rng.random(words).astype(np.float32),
        "wac_margin": rng.random(words).astype(np.float32), "occurrences": rng.integers(5, 60, words).astype(np.int32),
        "errors": rng.random(words).astype(np.float32), "doubt": rng.random(words).astype(np.float32),
        "settled": settled, "seconds": 1.0}
    return SeedResult(**known | changed)


def store_seeds(n: int, **planted) -> None:
    """Seeds 0 … n - 1 where the pages look for them."""
    for seed in range(n):
        save_result(name_seed(ExperimentSettings(), seed), make_seed(seed, **planted), parents={})
