"""Which tokens fit a regression of depth and which score it, with the false labels that go through the same fits."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from core.analysis.intervals import draw_groups
from core.analysis.lstm.heldout import group_tokens, split_groups
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import PHRASES

PROPERTIES = ("depth", "VP", "NP")
N_FOLDS, N_ROTATIONS, N_TASKS, N_BOOTSTRAP = 5, 20, 3, 1000


@dataclass(frozen=True)
class DepthSplit:
    """Which tokens fit and score, what is regressed, and the resamples: the same for every vector.

    ``targets`` holds the P true depths, then N_ROTATIONS rotations and N_TASKS control tasks of each.
    """

    fit: np.ndarray         # (N,) bool
    folds: np.ndarray       # (N,) fold of each fitting token, -1 elsewhere
    index: np.ndarray       # (n_scored,) document of each scored token, from 0
    draws: np.ndarray       # (N_BOOTSTRAP, documents)
    targets: np.ndarray     # (N, T) float32
    position: np.ndarray    # (N,)
    groups: np.ndarray

    @classmethod
    def of(cls, sentences: EncodedSentences, seed: int) -> "DepthSplit":
        groups = group_tokens(sentences)
        fit, rng = split_groups(groups), np.random.default_rng(seed)
        own = np.unique(groups[fit], return_inverse=True)[1]
        folds = np.full(len(fit), -1)
        folds[fit] = own % min(N_FOLDS, own.max(initial=0) + 1)
        index = np.unique(groups[~fit], return_inverse=True)[1]
        n = index.max(initial=0) + 1
        depths = np.column_stack([sentences.depth, *(sentences.phrase_depth[:, PHRASES.index(p)]
                                                     for p in PROPERTIES[1:])]).astype(np.float32)
        rotated = [_rotate(depths, fit, rng) for _ in range(N_ROTATIONS)]
        # a depth for every word type, drawn as often as it comes (Hewitt and Liang 2019)
        tasks = [rng.choice(depths, sentences.ids.max(initial=0) + 1)[sentences.ids] for _ in range(N_TASKS)]
        return cls(fit, folds, index, draw_groups(n, draws=N_BOOTSTRAP, seed=rng),
                   np.concatenate([depths, *rotated, *tasks], axis=1), sentences.position, groups)

    @property
    def depths(self) -> np.ndarray:
        return self.targets[:, :len(PROPERTIES)]

    def of_property(self, p: int) -> np.ndarray:
        """Columns of `targets` made of one property: the truth, rotations, control tasks."""
        return np.arange(p, self.targets.shape[1], len(PROPERTIES))

    def varies(self, p: int) -> bool:
        return all(np.ptp(self.depths[half, p]) > 0 if half.any() else False for half in (self.fit, ~self.fit))

    def sum_documents(self, values: np.ndarray) -> np.ndarray:
        """Sums of (n_scored, C) over the documents, (documents, C)."""
        ones = np.ones(len(self.index))
        return csr_array((ones, (self.index, np.arange(len(ones)))), shape=(self.draws.shape[1], len(ones))) @ values

    def r2(self, squares: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """R² (C,) and R² of every resample (B, C) from squared errors summed by document (documents, C)."""
        n, y, yy = self.sum_documents(np.column_stack([np.ones_like(truth), truth, truth ** 2])).T

        def share(weights):
            total = weights @ yy - (weights @ y) ** 2 / np.maximum(weights @ n, 1)
            return 1 - (weights @ squares) / np.maximum(total, 1e-9)[:, None]

        return share(np.ones((1, len(n))))[0], share(self.draws)


def score_position(design: DepthSplit) -> np.ndarray:
    """R² (P, 3) of the mean depth at each position, learnt on the fitting half; unseen positions take the last seen."""
    position, fit = design.position, design.fit
    n = np.bincount(position[fit], minlength=position.max(initial=0) + 1)
    seen = np.maximum.accumulate(np.where(n > 0, np.arange(len(n)), 0))
    rows = np.full((len(PROPERTIES), 3), np.nan)
    for p in range(len(PROPERTIES)):
        if design.varies(p):
            y = design.depths[:, p].astype(np.float64)
            mean = (np.bincount(position[fit], weights=y[fit], minlength=len(n)) / np.maximum(n, 1))[seen]
            squares = design.sum_documents(((y - mean[position])[~fit] ** 2)[:, None])
            r2, resampled = design.r2(squares, y[~fit])
            rows[p] = r2[0], *np.quantile(resampled[:, 0], (0.025, 0.975))
    return rows


def _rotate(depths: np.ndarray, fit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Labels shifted by a random offset inside each half: their own rhythm stays, the text under them changes."""
    rotated = np.empty_like(depths)
    for half in (fit, ~fit):
        n = int(half.sum())
        rotated[half] = np.roll(depths[half], int(rng.integers(n // 10 + 1, max(n // 10 + 2, n - n // 10))), axis=0)
    return rotated
