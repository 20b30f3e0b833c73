"""Which cells follow which property: correlation, its controls and its interval.

Seed 000, slides "which dimension correlates with depth" and "depth and dimensions (2)": r_j = corr over
tokens of v_t[j] and the property. A maximum over 1,000 cells is inflated, so the best cell is chosen on
some documents and scored on others, beside what chance and an untrained LSTM reach.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import draw_groups
from core.errors import AnalysisError
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import PHRASES

PROPERTIES = ("depth", *PHRASES, "position")  # depth of all brackets, of each phrase, place in the sentence
N_SHUFFLES, N_BOOTSTRAP = 40, 1000


def collect_properties(sentences: EncodedSentences) -> np.ndarray:
    """The properties of every token, float32 array of shape (N, len(PROPERTIES))."""
    return np.column_stack([sentences.depth, sentences.phrase_depth, sentences.position]).astype(np.float32)


def compute_correlations(states: np.ndarray, properties: np.ndarray) -> np.ndarray:
    """Pearson r of every cell with every property.

    Parameters
    ----------
    states : array of shape (N, H)
    properties : array of shape (N, P)

    Returns
    -------
    float32 array of shape (H, P)
        0 where a cell or a property is constant.
    """
    x = np.asarray(states, np.float32)
    y = (properties - properties.mean(0, dtype=np.float64)).astype(np.float32)
    spread_x, spread_y = x.std(0, dtype=np.float64), y.std(0, dtype=np.float64)
    # a constant cell leaves rounding noise behind, not variance: count anything below 1e-6 as constant
    flat = (spread_x < 1e-6)[:, None] | (spread_y < 1e-6)[None]
    # centring one side is enough for the covariance, and spares a copy of all states
    return np.where(flat, 0, (x.T @ y) / np.where(flat, 1, len(x) * spread_x[:, None] * spread_y[None])
                    ).astype(np.float32)


def compute_partial_correlations(r: np.ndarray, property_r: np.ndarray, *, given: int) -> np.ndarray:
    """Partial r of cells and properties given one property (position): (r_xy - r_xz r_yz) / √….

    Parameters
    ----------
    r : array of shape (H, P)
        From `compute_correlations`.
    property_r : array of shape (P, P)
        Correlations of the properties among themselves.
    given : int
        Column of the property held constant; its own column of the result is 0.
    """
    r_xz, r_yz = r[:, [given]], property_r[given][None]
    below = np.sqrt(np.clip((1 - r_xz ** 2) * (1 - r_yz ** 2), 1e-12, None))
    partial = (r - r_xz * r_yz) / below
    partial[:, given] = 0
    return partial.astype(np.float32)


@dataclass(frozen=True)
class BestCell:
    """The best cell for one property, chosen on some documents and scored on others.

    Attributes
    ----------
    cell : int
    chosen_r, r : float
        Signed correlation where it was chosen, and on the held-out half.
    low, high : float
        95 % bootstrap interval of |r| over held-out documents (or sentences).
    partial : float
        Held-out partial correlation given position.
    null : float
        95th percentile over rotated labels of the largest |r| of any cell.
    untrained : float
        |r| of the best cell of an untrained LSTM, chosen and scored alike; NaN when not measured.
    n_tokens, n_groups : int
        Held-out tokens and documents (or sentences).
    """

    cell: int
    chosen_r: float
    r: float
    low: float
    high: float
    partial: float
    null: float
    untrained: float
    n_tokens: int
    n_groups: int


def find_best_cells(states: np.ndarray, properties: np.ndarray, groups: np.ndarray, *, chosen_on: np.ndarray,
                    position: np.ndarray, untrained: np.ndarray | None = None, seed: int = 0) -> list[BestCell | None]:
    """For every property, choose the cell with the largest |r| on one half and score it on the other.

    Parameters
    ----------
    states : array of shape (N, H)
    properties : array of shape (N, P)
    position : array of shape (N,)
        The place in the sentence, which a cell must not merely repeat.
    groups : int array of shape (N,)
        Document (or sentence) of each token, the unit of the bootstrap.
    chosen_on : bool array of shape (N,)
        Tokens the choice may look at; all others are the held-out half.
    untrained : array of shape (N, H'), optional
        The same tokens read by an untrained LSTM.

    Returns
    -------
    list of BestCell or None
        None where the property is constant on a half.
    """
    varies = [bool(half.any()) and np.ptp(properties[half, p]) > 0 for p in range(properties.shape[1])
              for half in (chosen_on, ~chosen_on)]
    chosen = np.asarray(states[chosen_on], np.float32)
    r_chosen = compute_correlations(chosen, properties[chosen_on])
    nulls = null_band(chosen, properties[chosen_on], seed=seed)
    bare = _untrained_scores(untrained, properties, chosen_on)
    scored = ~chosen_on
    found: list[BestCell | None] = []
    for p in range(properties.shape[1]):
        if not (varies[2 * p] and varies[2 * p + 1]):
            found.append(None)
            continue
        cell = int(np.abs(r_chosen[:, p]).argmax())
        x, y, z = (np.asarray(a, np.float64) for a in (states[scored, cell], properties[scored, p], position[scored]))
        r, r_xz, r_yz = _pearson(x, y), _pearson(x, z), _pearson(y, z)
        low, high = bootstrap_interval(x, y, groups[scored], seed=seed)
        partial = (r - r_xz * r_yz) / np.sqrt(max((1 - r_xz ** 2) * (1 - r_yz ** 2), 1e-12))
        found.append(BestCell(cell, float(r_chosen[cell, p]), r, low, high, float(partial), float(nulls[p]),
                              float(bare[p]), int(scored.sum()), len(np.unique(groups[scored]))))
    return found


def find_best_cell(states: np.ndarray, values: np.ndarray, groups: np.ndarray, *, chosen_on: np.ndarray,
                   position: np.ndarray, untrained: np.ndarray | None = None, seed: int = 0) -> BestCell:
    """`find_best_cells` for one property, ``values`` of shape (N,).

    Raises
    ------
    AnalysisError
        When the property is constant on a half.
    """
    found = find_best_cells(states, values[:, None], groups, chosen_on=chosen_on, position=position,
                            untrained=untrained, seed=seed)[0]
    if found is None:
        raise AnalysisError("The property has one value only on this selection.",
                            "Choose more sentences, or another property.")
    return found


def null_band(states: np.ndarray, properties: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """95th percentile of the largest |r| of any cell when the labels are rotated against the tokens.

    Rotating by a random offset, not shuffling, keeps the labels' own rhythm, which makes the null
    harder to beat.

    Returns
    -------
    float array of shape (P,)
    """
    n = len(properties)
    margin = n // 10 if n > 20 else 0
    offsets = np.random.default_rng(seed).integers(margin + 1, max(margin + 2, n - margin), N_SHUFFLES)
    rotated = np.concatenate([np.roll(properties, int(k), axis=0) for k in offsets], axis=1).astype(np.float32)
    largest = np.abs(compute_correlations(states, rotated)).max(0).reshape(N_SHUFFLES, -1)
    return np.quantile(largest, 0.95, axis=0)


def bootstrap_interval(x: np.ndarray, y: np.ndarray, groups: np.ndarray, *, seed: int = 0) -> tuple[float, float]:
    """95 % interval of |r| when whole groups (documents) are drawn again with replacement."""
    r = bootstrap_correlations(x, y, groups, seed=seed)
    return float(np.quantile(np.abs(r), 0.025)), float(np.quantile(np.abs(r), 0.975))


def bootstrap_correlations(x: np.ndarray, y: np.ndarray, groups: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """r of each of N_BOOTSTRAP resamples of groups; equal seeds draw equal groups."""
    _, index = np.unique(groups, return_inverse=True)
    x, y = x - x.mean(), y - y.mean()
    sums = np.column_stack([np.bincount(index, weights=w)
                            for w in (np.ones_like(x), x, y, x * x, y * y, x * y)])
    draws = draw_groups(len(sums), draws=N_BOOTSTRAP, seed=seed)
    n, sx, sy, sxx, syy, sxy = (draws @ sums).T
    below = np.sqrt(np.clip(n * sxx - sx ** 2, 1e-12, None) * np.clip(n * syy - sy ** 2, 1e-12, None))
    return (n * sxy - sx * sy) / below


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(), y - y.mean()
    below = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / below) if below > 0 else 0.0


def _untrained_scores(states: np.ndarray | None, properties: np.ndarray, chosen_on: np.ndarray) -> np.ndarray:
    """|r| of the best cell of an untrained model for every property, chosen and scored alike."""
    if states is None:
        return np.full(properties.shape[1], np.nan)
    cells = np.abs(compute_correlations(states[chosen_on], properties[chosen_on])).argmax(0)
    scored = compute_correlations(states[~chosen_on][:, cells], properties[~chosen_on])
    return np.abs(np.diag(scored))


@dataclass(frozen=True)
class ValueByLevel:
    """How one cell's values lie at every level of a property (depth 0, 1, 2, …).

    ``quantiles`` has shape (levels, 5): 5, 25, 50, 75 and 95 %; ``counts`` (levels,) tokens.
    """

    levels: np.ndarray
    quantiles: np.ndarray
    counts: np.ndarray


def compute_value_by_level(cell_values: np.ndarray, levels: np.ndarray, *, at_least: int = 5) -> ValueByLevel:
    """Quantiles of a cell at each level that has enough tokens."""
    kept, counts = np.unique(levels, return_counts=True)
    kept, counts = kept[counts >= at_least], counts[counts >= at_least]
    quantiles = [np.quantile(cell_values[levels == level], (0.05, 0.25, 0.5, 0.75, 0.95)) for level in kept]
    return ValueByLevel(kept, np.array(quantiles, np.float32).reshape(-1, 5), counts)
