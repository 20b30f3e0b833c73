"""What helps to choose a threshold: the values there are, and how far the selection stands out at each threshold."""

from dataclasses import dataclass

import numpy as np

from core.search.pattern import count_selected
from core.tokens.encoded import EncodedSentences

_ROWS = 2000   # tokens whose values are looked at, spread evenly over the recording
_RUNS = 100    # random runs of the selection's length
_STEPS = 48    # thresholds of the curves


@dataclass(frozen=True)
class ValueRange:
    """Values of one vector with one sign. B bins.

    Attributes
    ----------
    edges : float32 array of shape (B + 1,)
        Of ``sign * value``.
    share : float32 array of shape (B,)
        Share of all values in each bin; the outermost bins hold what lies beyond.
    limit : float
        The largest threshold worth trying: 0.5 % of the values are above it.
    usual : float
        A threshold to start from: a fifth of the values are above it.
    """

    edges: np.ndarray
    share: np.ndarray
    limit: float
    usual: float


@dataclass(frozen=True)
class ThresholdCurves:
    """Cells a selection finds at each threshold, and what a random run of the same length finds on average.

    Attributes
    ----------
    thresholds : float32 array of shape (K,)
    selected, random : float32 arrays of shape (K,)
    """

    thresholds: np.ndarray
    selected: np.ndarray
    random: np.ndarray


def sample_rows(values: np.ndarray) -> np.ndarray:
    """Up to 2,000 rows spread evenly over a recording, float32."""
    rows = np.unique(np.linspace(0, len(values) - 1, min(_ROWS, len(values))).astype(np.int64))
    return np.asarray(values[rows], np.float32)


def measure_values(values: np.ndarray, sign: int, *, bins: int = 80) -> ValueRange:
    """Histogram of ``sign * value`` over a sample of a recording (N, H)."""
    signed = sign * sample_rows(values).ravel()
    low, usual, limit = np.quantile(signed, (0.005, 0.8, 0.995)).tolist()
    edges = np.linspace(low, max(limit, low + 1e-3), bins + 1, dtype=np.float32)
    counts = np.histogram(np.clip(signed, edges[0], edges[-1]), edges)[0]
    return ValueRange(edges, (counts / len(signed)).astype(np.float32), max(0.0, limit), max(0.0, usual))


def compare_thresholds(values: np.ndarray, sentences: EncodedSentences, query: np.ndarray, run: tuple[int, int], *,
                       limit: float, sign: int, off_before: bool, off_after: bool, seed: int = 0) -> ThresholdCurves:
    """How many cells a threshold finds in the selection, and in random runs of the recording.

    Parameters
    ----------
    values : array of shape (N, H)
    query : array of shape (T, H)
        The sentence of the selection; `run` is its first and last token.
    limit : float
        The largest threshold.
    """
    thresholds = np.linspace(0, max(limit, 1e-3), _STEPS, dtype=np.float32)
    options = {"sign": sign, "off_before": off_before, "off_after": off_after}
    length = run[1] - run[0] + 1
    fitting = np.flatnonzero(sentences.lengths >= length)
    rng = np.random.default_rng(seed)
    found = []
    for s in rng.choice(fitting, _RUNS).tolist() if len(fitting) else []:
        first = int(rng.integers(0, sentences.lengths[s] - length + 1))
        a, b = sentences.starts[s] + max(0, first - 1), sentences.starts[s] + first + length + 1
        piece = np.asarray(values[a:min(b, sentences.starts[s + 1])])
        found.append(count_selected(piece, min(1, first), min(1, first) + length - 1, thresholds, **options))
    random = np.mean(found, axis=0) if found else np.full(_STEPS, np.nan)
    return ThresholdCurves(thresholds, count_selected(query, *run, thresholds, **options).astype(np.float32),
                           random.astype(np.float32))


def matched_threshold(values: np.ndarray, share: float, sign: int) -> float:
    """The threshold, at least 0, that leaves a given share of a recording on, from a sample of it."""
    return max(0.0, float(np.quantile(sign * sample_rows(values).ravel(), 1 - min(max(share, 0.0), 1.0))))
