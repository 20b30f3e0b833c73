"""Does saliency move more in sentences that are got wrong (Fig. 5), and does it when confidence is taken out?"""

from collections.abc import Sequence

import numpy as np

from core.analysis.intervals import draw_groups
from core.analysis.saliency.comparison import LAST, Band, summarise_seeds
from core.analysis.saliency.experiment import SeedResult
from core.errors import AnalysisError

DRAWS = 1_000  # of the bootstrap
PAPERS = 100   # sentences on each side of the paper's Fig. 5


def bootstrap_mean(values: np.ndarray, *, seed: int = 0) -> Band:
    """Mean over the rows of (S, K) and its 95 % interval, rows drawn again with replacement; of one row none (NaN).

    Raises
    ------
    AnalysisError
        There is no row.
    """
    n = len(values)
    if not n:
        raise AnalysisError("There is no sentence to take the mean of.", "Choose a network that gets some wrong.")
    mean = values.mean(0, dtype=np.float64)
    if n == 1:
        return Band(mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan), 1)
    counts = draw_groups(n, draws=DRAWS, seed=seed).astype(np.float32)
    low, high = np.quantile(counts @ values.astype(np.float32) / n, (0.025, 0.975), axis=0)
    return Band(mean, low, high, n)


def draw_sentences(side: np.ndarray, n: int | None, *, seed: int = 0) -> np.ndarray:
    """Rows of one side (bool (S,)), rising: all, or at most `n` of them at random, as for the paper's figure."""
    rows = np.flatnonzero(side)
    return rows if n is None or len(rows) <= n else np.sort(np.random.default_rng(seed).choice(rows, n, replace=False))


def compare_sides(results: Sequence[SeedResult], *, last: int = LAST) -> Band:
    """How many times as much sentences got wrong move as those got right, over the last epochs.

    Returns
    -------
    Band of arrays of shape (2,)
        Geometric means over seeds, of the saliency itself and of the margin's; seeds that get all right are left out.

    Raises
    ------
    AnalysisError
        No seed with sentences on both sides.
    """
    both = [r for r in results if r.n_right and r.n_wrong]
    if not both:
        raise AnalysisError("No stored seed has right and wrong sentences.",
                            "Run some: python -m core.training saliency --seeds 20.")
    right, wrong = (np.stack([getattr(r, name)[:, -last:].mean(1, dtype=np.float64) for r in both])
                    for name in ("right_movement", "wrong_movement"))
    found = summarise_seeds(np.log(wrong / right))
    return Band(np.exp(found.mean), np.exp(found.low), np.exp(found.high), found.n)
