"""Which cells, taken together, tell inside from outside? An L1-regularised logistic probe with its controls.

Seed 000, slide "deciding inside and outside of VP": from c, by logistic regression, L1 keeping only the cells that
matter. The documents are split three ways: a probe is fitted on some, a point of its path is chosen on others, and
everything shown is scored on the rest. Beside it stand the majority class, the position in the sentence, the same
probe on an untrained LSTM, and a control task (Hewitt and Liang 2019): labels drawn at random once for each token
type, with the same balance, which a probe can only learn by heart. Real less control accuracy is its selectivity.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.discriminant import compute_auc
from core.analysis.intervals import draw_groups
from core.analysis.logistic import LogisticPath, find_largest_penalty, fit_path
from core.analysis.lstm.heldout import group_tokens, split_groups, untrained_like
from core.checkpoints.store import Checkpoint
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import PHRASES

PROBED = ("VP", "NP")
PROBES = ("trained", "untrained", "control")  # control: the control task on the trained model
PATH = ("phrase", "probe", "penalty", "n_cells", "validation", "accuracy", "low", "high", "auc")
BASELINES = ("majority", "position")
FEW = 0.05            # "few cells": at most this share of all
N_PENALTIES, SPAN = 20, 1000  # λ from the largest down to its thousandth, in even ratios
MAX_CELLS = 0.2       # the path ends once more than this share of all cells is in use
MAX_FIT = 40_000      # tokens a probe is fitted on: 160 MB at 1,000 cells; more change no digit that is shown
MIN_TYPES = 50        # token types; with fewer, random labels are read off the last token and control nothing
N_BOOTSTRAP = 1000


@dataclass(frozen=True)
class PhraseProbe:
    """Paths of one checkpoint. R points of all paths, W weights, P = len(PROBED).

    Attributes
    ----------
    corpus : str
    n_tokens, n_groups, n_fitted, n_validated, n_scored : int
        Tokens in all, documents (or sentences), and tokens of each part.
    n_cells : int
    path : float64 array of shape (R, len(PATH))
        Columns as in `PATH`; phrase and probe are indices into `PROBED` and `PROBES`. ``validation`` is the accuracy
        where points are chosen; accuracy, its 95 % interval (documents drawn again) and auc are scored elsewhere.
    errors : float64 array of shape (P,)
        Standard error, over documents, of the best validation accuracy of the trained model.
    baselines : float64 array of shape (P, len(BASELINES))
        Scored accuracy of the more frequent class, and of the more frequent class at each position.
    weights : float32 array of shape (W, 4)
        phrase, point (of the trained model's path, from 0), cell, weight in standard deviations of the cell.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    n_fitted: int
    n_validated: int
    n_scored: int
    n_cells: int
    path: np.ndarray
    errors: np.ndarray
    baselines: np.ndarray
    weights: np.ndarray

    def read_path(self, phrase: str, probe: str = "trained") -> dict[str, np.ndarray]:
        """Columns of one path, fewest cells first; empty where there is none."""
        own = (self.path[:, 0] == PROBED.index(phrase)) & (self.path[:, 1] == PROBES.index(probe))
        return dict(zip(PATH, self.path[own].T, strict=True))

    def read_weights(self, phrase: str, point: int) -> tuple[np.ndarray, np.ndarray]:
        """Surviving cells and their weights at one point, the largest magnitude first."""
        own = self.weights[(self.weights[:, 0] == PROBED.index(phrase)) & (self.weights[:, 1] == point)]
        own = own[np.argsort(-np.abs(own[:, 3]), kind="stable")]
        return own[:, 2].astype(int), own[:, 3]

    def find_points(self, phrase: str) -> dict[str, int]:
        """Points of the trained path, all chosen by validation accuracy; empty where there is no path.

        ``few``: the best with at most `FEW` of the cells. ``best``: the best of all. ``error``: the one with the
        fewest cells within one standard error of the best.
        """
        path = self.read_path(phrase)
        if not len(path["validation"]):
            return {}
        few = np.flatnonzero(path["n_cells"] <= max(1, FEW * self.n_cells))
        best = int(path["validation"].argmax())
        near = path["validation"] >= path["validation"][best] - self.errors[PROBED.index(phrase)]
        return {"few": int(few[path["validation"][few].argmax()]) if len(few) else 0, "error": int(near.argmax()),
                "best": best}

    def compare(self, phrase: str, n_cells: int) -> dict[str, float]:
        """Scored accuracy of every control, each with at most so many cells; NaN where there is none."""
        found = dict(zip(BASELINES, self.baselines[PROBED.index(phrase)].tolist(), strict=True))
        for probe in PROBES[1:]:
            path = self.read_path(phrase, probe)
            own = np.flatnonzero(path["n_cells"] <= n_cells)
            found[probe] = float(path["accuracy"][own[path["validation"][own].argmax()]]) if len(own) else np.nan
        return found


def compute_phrase_probe(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str, seed: int = 0,
                         progress: Callable[[int, int], None] | None = None) -> PhraseProbe:
    """Fit, choose and score every probe on c.

    Parameters
    ----------
    progress : callable, optional
        Called with (penalties done, penalties in all).
    """
    parts = _Parts.split(sentences)
    labels = (sentences.phrase_depth[:, [PHRASES.index(name) for name in PROBED]] > 0).T
    rng, total = np.random.default_rng(seed), len(PROBED) * len(PROBES) * N_PENALTIES
    targets = {"trained": labels, "untrained": labels,
               "control": np.stack([draw_control_labels(sentences.ids, own, rng) for own in labels])}
    rows, weights, errors, steps = [], [], np.full(len(PROBED), np.nan), 0
    for source, probes in (("trained", ("trained", "control")), ("untrained", ("untrained",))):
        model = checkpoint.model if source == "trained" else untrained_like(checkpoint.model, seed=seed)
        cells = _Cells.record(model, sentences, parts.fit)
        for p, probe in ((p, probe) for probe in probes for p in range(len(PROBED))):
            inside = targets[probe][p]
            if probe != "control" or len(np.unique(sentences.ids)) >= MIN_TYPES:
                path = _fit(cells, inside, parts, progress and (lambda k, _, at=steps: progress(at + k, total)))
                found, error = _score(path, cells, inside, parts, seed)
                rows += [[p, PROBES.index(probe), *row] for row in found]
                if probe == "trained":
                    errors[p] = error
                    weights += [[p, k, cell, w[cell]] for k, w in enumerate(path.weights) for cell in np.flatnonzero(w)]
            steps += N_PENALTIES
    baselines = np.array([_measure_baselines(own, sentences.position, parts) for own in labels])
    return PhraseProbe(corpus, sentences.n_tokens, len(np.unique(parts.groups)), len(parts.fit), len(parts.validate),
                       len(parts.score), checkpoint.model.config.hidden_size,
                       np.array(rows, np.float64).reshape(-1, len(PATH)), errors, baselines,
                       np.array(weights, np.float32).reshape(-1, 4))


def draw_control_labels(types: np.ndarray, inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random labels that are the same for every token of a type, with the balance of ``inside``.

    Types come in random order; each is inside if that keeps the tokens inside at or below their wanted number.
    """
    kinds, index, counts = np.unique(types, return_inverse=True, return_counts=True)
    wanted, label = int(inside.sum()), np.zeros(len(kinds), bool)
    for kind in rng.permutation(len(kinds)):
        if counts[kind] <= wanted:
            label[kind], wanted = True, wanted - counts[kind]
    return label[index]


@dataclass(frozen=True)
class _Parts:
    """Rows of the three parts, and the group of every token."""

    fit: np.ndarray
    validate: np.ndarray
    score: np.ndarray
    groups: np.ndarray

    @classmethod
    def split(cls, sentences: EncodedSentences) -> "_Parts":
        """Odd groups score; of the even ones every third validates; the rest fit, `MAX_FIT` tokens at most."""
        groups = np.unique(group_tokens(sentences), return_inverse=True)[1]
        chosen_on, validating = split_groups(groups), groups // 2 % 3 == 2
        fit = np.flatnonzero(chosen_on & ~validating)
        if len(fit) > MAX_FIT:
            fit = fit[np.linspace(0, len(fit) - 1, MAX_FIT).astype(int)]
        return cls(fit, np.flatnonzero(chosen_on & validating), np.flatnonzero(~chosen_on), groups)


@dataclass(frozen=True)
class _Cells:
    """c of all tokens, (H, N) in half precision, with mean and deviation (H, 1) over the fitted ones."""

    values: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def record(cls, model: LSTMLanguageModel, sentences: EncodedSentences, fit: np.ndarray) -> "_Cells":
        out = {"layer0.c": np.empty((sentences.n_tokens, model.config.hidden_size), np.float16)}
        values = np.ascontiguousarray(record_states(model, sentences, names=("layer0.c",), out=out)["layer0.c"].T)
        fitted = values[:, fit].astype(np.float32)
        mean, deviation = fitted.mean(1, keepdims=True), fitted.std(1, keepdims=True)
        return cls(values, mean, np.where(deviation > 1e-6, deviation, np.inf))  # a constant cell says nothing

    def standardise(self, tokens: np.ndarray, cells: np.ndarray | slice = slice(None)) -> np.ndarray:
        picked = self.values[cells][:, tokens].astype(np.float32)
        picked -= self.mean[cells]
        picked /= self.deviation[cells]
        return picked


def _fit(cells: _Cells, inside: np.ndarray, parts: _Parts, progress) -> LogisticPath:
    n_cells = len(cells.values)
    if any(len(np.unique(inside[rows])) < 2 for rows in (parts.fit, parts.validate, parts.score)):
        return LogisticPath(np.zeros(0), np.zeros((0, n_cells), np.float32), np.zeros(0, np.float32))
    x = cells.standardise(parts.fit)
    largest = find_largest_penalty(x, inside[parts.fit])
    return fit_path(x, inside[parts.fit], largest * np.geomspace(1, 1 / SPAN, N_PENALTIES + 1)[1:],
                    max_cells=max(10, int(MAX_CELLS * n_cells)), progress=progress)


def _score(path: LogisticPath, cells: _Cells, inside: np.ndarray, parts: _Parts,
           seed: int) -> tuple[list[list[float]], float]:
    """Rows of `PATH` from penalty on, and the standard error of the best validation accuracy."""
    if not len(path.penalties):
        return [], np.nan
    used = np.flatnonzero(path.weights.any(0))
    small = LogisticPath(path.penalties, path.weights[:, used], path.intercepts)
    odds = small.decide(cells.standardise(parts.score, used))
    right = (odds > 0) == inside[parts.score]
    checked = (small.decide(cells.standardise(parts.validate, used)) > 0) == inside[parts.validate]
    draws = _draw_means(right, parts.groups[parts.score], seed)
    validation = checked.mean(1)
    error = _draw_means(checked[[validation.argmax()]], parts.groups[parts.validate], seed).std()
    truth = inside[parts.score]
    return [[path.penalties[k], path.n_cells[k], validation[k], right[k].mean(), *np.quantile(draws[k], (0.025, 0.975)),
             compute_auc(odds[k, truth], odds[k, ~truth])] for k in range(len(right))], float(error)


def _draw_means(right: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Accuracy (K, N_BOOTSTRAP) over groups drawn again, from hits (K, N)."""
    _, index = np.unique(groups, return_inverse=True)
    n_groups = int(index.max()) + 1
    hits = np.stack([np.bincount(index, weights=row, minlength=n_groups) for row in right])
    sizes = np.bincount(index, minlength=n_groups)
    draws = draw_groups(n_groups, draws=N_BOOTSTRAP, seed=seed)
    return hits @ draws.T / (draws @ sizes)


def _measure_baselines(inside: np.ndarray, position: np.ndarray, parts: _Parts) -> list[float]:
    """Majority class of the fitted part, over all and at each position."""
    if not len(parts.score) or not len(parts.fit):
        return [np.nan] * len(BASELINES)
    majority = inside[parts.fit].mean() > 0.5
    size = int(position.max()) + 1
    hits, totals = (np.bincount(position[rows], minlength=size) for rows in (parts.fit[inside[parts.fit]], parts.fit))
    guess = np.where(totals > 0, 2 * hits > totals, majority)
    truth = inside[parts.score]
    return [float((truth == majority).mean()), float((truth == guess[position[parts.score]]).mean())]
