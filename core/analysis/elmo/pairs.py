"""Two examples of a word: how alike each layer finds them, beside all pairs of one sense and of two."""

from dataclasses import dataclass, field

import numpy as np

PAIRS = 10_000              # random ones of each kind where there are more
LEVELS = (0.05, 0.5, 0.95)

Quantiles = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class PairSample:
    """Pairs of examples, (2, n) rows each: of one sense, and of two."""

    same: np.ndarray = field(repr=False)
    other: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class PairSpread:
    """Cosines of pairs: their 5 %, 50 % and 95 % quantiles; None where there are no such pairs.

    Attributes
    ----------
    same, other : tuple of float, or None
        Pairs of one sense, and of two.
    overlap : float
        Probability that a random pair of two senses is more alike than one of one sense, ties half: 0.5 where cosines
        tell nothing, 0 where they tell all; NaN where a kind is absent.
    """

    same: Quantiles | None
    other: Quantiles | None
    overlap: float


def draw_pairs(senses: np.ndarray, *, seed: int = 0) -> PairSample:
    """Pairs of examples of senses (N,), a random part where there are many.

    Examples whose sense is ``""`` take no part, unless none has a sense: then all pairs are of the first kind.
    """
    senses = np.asarray(senses).astype(str)
    known = np.flatnonzero(senses != "") if (senses != "").any() else np.arange(len(senses))
    left, right = (known[rows] for rows in np.triu_indices(len(known), 1))
    alike = senses[left] == senses[right]
    rng = np.random.default_rng(seed)
    kinds = []
    for kind in (alike, ~alike):
        rows = np.flatnonzero(kind)
        if len(rows) > PAIRS:
            rows = rng.choice(rows, PAIRS, replace=False)
        kinds.append(np.stack([left[rows], right[rows]]))
    return PairSample(*kinds)


def measure_pairs(cosines: np.ndarray, sample: PairSample) -> PairSpread:
    """Spread of the cosines (N, N) of sampled pairs."""
    kinds = [np.sort(cosines[rows[0], rows[1]].astype(np.float64)) for rows in (sample.same, sample.other)]
    same, other = (tuple(np.quantile(values, LEVELS).tolist()) if len(values) else None for values in kinds)
    if same is None or other is None:
        return PairSpread(same, other, float("nan"))
    below = np.searchsorted(kinds[0], kinds[1], "left") + np.searchsorted(kinds[0], kinds[1], "right")
    return PairSpread(same, other, float(below.mean() / (2 * len(kinds[0]))))


def compare_vectors(one: np.ndarray, other: np.ndarray) -> float:
    """Cosine of two vectors (D,); 0 with a vector of zeros."""
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / lengths) if lengths > 0 else 0.0
