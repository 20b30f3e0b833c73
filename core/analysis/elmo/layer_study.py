"""What each layer keeps: every task with static vectors, each layer alone, all alike and a learned mix, on sentences
nobody learned from; and how much data a task wants with and without the language model.

Stored in ``cache/analysis/<checkpoint>-layers/`` (see `core.analysis.results`): answers, no text.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.analysis.elmo.probing import EPOCHS, Features, Probed, ProbeSettings, fit_probe
from core.analysis.elmo.tasks import READERS, LabelledWords, Task, read_present, shorten
from core.analysis.elmo.untrained import draw_bilm
from core.analysis.intervals import Estimate, draw_means
from core.analysis.results import ResultKind
from core.checkpoints.bilm import BiLMCheckpoint
from core.corpora.vectors import GLOVE, load_vectors
from core.errors import CorpusError
from core.models.bilm import BiLM
from core.states.bilm import record_bilm
from core.tokens.splits import PARTS

GLOVE_NAME, EQUAL, LEARNED, UNTRAINED = "glove", "equal", "learned", "untrained"
SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # of what can be learned from (the paper's Figure 1)
MAX_WORDS = 60_000   # labels learned from
SEEDS = 3


def name_layer(layer: int) -> str:
    """Of a layer alone, as a representation is called."""
    return f"layer {layer}"


@dataclass(frozen=True)
class LayerStudy:
    """T tasks, R representations, S seeds, L + 1 layers, K shares of the data; N test examples of all tasks in a row.

    Attributes
    ----------
    checkpoint_id : str
    tasks, corpora : tuple of str, length T
    representations : tuple of str, length R
        ``glove``, ``layer 0`` …, ``equal``, ``learned``, ``untrained``: the last is an equal mix of a model of the
        same sizes that has learned nothing.
    score : float64 array of shape (T, R, S)
        Accuracy; for depth R², the share of variance explained. NaN where vectors are not at hand.
    base : float64 array of shape (T,)
        The accuracy of always saying the most frequent label; 0 for R².
    error : float16 array of shape (N, R)
        Mean over the seeds: the share of them whose answer is wrong; for depth its square over the variance.
    starts : int64 array of shape (T + 1,)
        Task t has the rows ``starts[t]:starts[t + 1]`` of `error` and `groups`.
    groups : int32 array of shape (N,)
        The sentence, numbered within its task.
    shares : float64 array of shape (T, S, L + 1)
        Learned.
    gamma : float64 array of shape (T, S)
    n_train : int64 array of shape (T,)
    fractions : float64 array of shape (K,)
    efficiency : float64 array of shape (T, K, 2, S)
        Scores with static vectors of the word and its neighbours, and with the learned mix beside them.
    """

    checkpoint_id: str
    tasks: tuple[str, ...]
    corpora: tuple[str, ...]
    representations: tuple[str, ...]
    score: np.ndarray
    base: np.ndarray
    error: np.ndarray
    starts: np.ndarray
    groups: np.ndarray
    shares: np.ndarray
    gamma: np.ndarray
    n_train: np.ndarray
    fractions: np.ndarray
    efficiency: np.ndarray

    def difference(self, task: str, one: str, other: str, *, draws: int = 2_000) -> Estimate:
        """Score of one representation less another's, mean over seeds, and its 95 % interval over drawn sentences."""
        t = self.tasks.index(task)
        rows = slice(self.starts[t], self.starts[t + 1])
        a, b = (self.error[rows, self.representations.index(name)].astype(np.float64) for name in (one, other))
        return draw_means(b - a, self.groups[rows], draws=draws)


def study_layers(checkpoint: BiLMCheckpoint, tasks: list[Task], *, seeds: int = SEEDS,
                 fractions: tuple[float, ...] = SHARES, epochs: int = EPOCHS,
                 report: Callable[[str], None] = lambda line: None) -> LayerStudy:
    """Fit and score everything; one to six minutes a task on one core for a model of 512 cells."""
    layers = tuple(range(checkpoint.model.config.n_layers + 1))
    names = (GLOVE_NAME, *map(name_layer, layers), EQUAL, LEARNED, UNTRAINED)
    score = np.full((len(tasks), len(names), seeds), np.nan)
    shares, gamma = np.empty((len(tasks), seeds, len(layers))), np.empty((len(tasks), seeds))
    efficiency = np.full((len(tasks), len(fractions), 2, seeds), np.nan)
    errors, groups, base = [], [], []
    for t, task in enumerate(tasks):
        start = time.monotonic()
        material = _Material(checkpoint, shorten(task, MAX_WORDS), epochs)
        own_errors = np.full((seeds, len(material.labels["test"]), len(names)), np.nan, np.float32)
        for seed in range(seeds):
            for r, name in enumerate(names):
                probed = material.fit(name, layers, seed)
                if probed is None:
                    continue
                own_errors[seed, :, r] = material.judge(probed.predicted)
                score[t, r, seed] = 1 - own_errors[seed, :, r].mean(dtype=np.float64)
                if name == LEARNED:
                    shares[t, seed], gamma[t, seed] = probed.shares, probed.gamma
            for k, fraction in enumerate(fractions):
                efficiency[t, k, :, seed] = material.compare(layers, fraction, seed)
        errors.append(own_errors.mean(0).astype(np.float16))
        groups.append(material.task.parts["test"].groups.astype(np.int32))
        base.append(material.base)
        report(f"{checkpoint.id}: {task.name}, {time.monotonic() - start:.0f} s")
    return LayerStudy(
        checkpoint.id, tuple(task.name for task in tasks), tuple(task.corpus for task in tasks), names, score,
        np.array(base), np.concatenate(errors), np.cumsum([0, *map(len, errors)]), np.concatenate(groups), shares,
        gamma, np.array([min(len(task.parts["train"].rows), MAX_WORDS) for task in tasks]), np.array(fractions),
        efficiency)


class _Material:
    """The vectors and labels of one task, recorded once."""

    def __init__(self, checkpoint: BiLMCheckpoint, task: Task, epochs: int):
        self.task, self.epochs = task, epochs
        self.labels = {part: task.parts[part].labels for part in PARTS}
        self.n_classes = len(task.label_names)
        self.layers = {part: _record(checkpoint.model, task.parts[part], whole=task.whole) for part in PARTS}
        nothing = draw_bilm(checkpoint.model.config)
        self.untrained = {part: _record(nothing, task.parts[part], whole=task.whole).mean(0)[None] for part in PARTS}
        self.static = _look_up(task)
        test = self.labels["test"]
        self.base = float(np.bincount(test).max() / len(test)) if self.n_classes else 0.0

    def fit(self, name: str, layers: tuple[int, ...], seed: int) -> Probed | None:
        """A representation's answers to the test; None where its vectors are not at hand."""
        empty = {part: torch.zeros(len(self.labels[part]), 0) for part in PARTS}
        if name == GLOVE_NAME:
            if self.static is None:
                return None
            features = {part: Features(self.static[part][None, :, 1], empty[part]) for part in PARTS}
            return self._probe(features, (0,), seed)
        if name == UNTRAINED:
            features = {part: Features(self.untrained[part], empty[part]) for part in PARTS}
            return self._probe(features, (0,), seed)
        features = {part: Features(self.layers[part], empty[part]) for part in PARTS}
        alone = [layer for layer in layers if name_layer(layer) == name]
        return self._probe(features, tuple(alone) or layers, seed, learned=name == LEARNED)

    def _probe(self, features: dict[str, Features], layers: tuple[int, ...], seed: int, *, learned: bool = False,
               labels: dict[str, np.ndarray] | None = None) -> Probed:
        settings = ProbeSettings(layers, learned, seed, self.epochs)
        return fit_probe(features, labels or self.labels, settings, n_classes=self.n_classes)

    def judge(self, predicted: np.ndarray) -> np.ndarray:
        """The error of each test example, see `LayerStudy.error`."""
        truth = self.labels["test"]
        if self.n_classes:
            return (predicted != truth).astype(np.float32)
        return ((predicted - truth) ** 2 / truth.var()).astype(np.float32)

    def compare(self, layers: tuple[int, ...], fraction: float, seed: int) -> tuple[float, float]:
        """Scores without and with the language model, learned from a share of the sentences."""
        own = self.task.parts["train"]
        n = len(own.sentences)
        kept = np.random.default_rng([seed, 7]).permutation(n)[:max(2, round(fraction * n))]
        rows = np.flatnonzero(np.isin(own.groups, kept))
        static = self.static or {part: layers_[0][:, None] for part, layers_ in self.layers.items()}
        labels = self.labels | {"train": self.labels["train"][rows]}
        scores = []
        for with_model in (False, True):
            features = {}
            for part in PARTS:
                chosen = rows if part == "train" else np.arange(len(self.labels[part]))
                stack = self.layers[part][:, chosen]
                features[part] = Features(stack if with_model else stack[:, :, :0], static[part][chosen].flatten(1))
            probed = self._probe(features, layers, seed, learned=with_model, labels=labels)
            scores.append(1 - float(self.judge(probed.predicted).mean(dtype=np.float64)))
        return scores[0], scores[1]


def _record(model: BiLM, own: LabelledWords, *, whole: bool) -> Tensor:
    """Layers (L + 1, n, D) of labelled words in half precision, or the mean over each sentence's words."""
    states = record_bilm(model, own.sentences)
    if not whole:
        return torch.from_numpy(states.layers[:, own.rows].astype(np.float16))
    means = np.add.reduceat(states.layers, states.starts[:-1], axis=1) / np.diff(states.starts)[None, :, None]
    return torch.from_numpy(means[:, own.rows].astype(np.float16))


def _look_up(task: Task) -> dict[str, Tensor] | None:
    """GloVe vectors of the word before, the word and the word after, (n, 3, D); zero where there is none. Of sentences
    their mean, three times (n, 3, D). None without the vectors."""
    wanted = {w.lower() for part in PARTS for s in task.parts[part].sentences for w in s}
    try:
        vectors = load_vectors(GLOVE, wanted)
    except CorpusError:
        return None
    table = np.concatenate([vectors.vectors, np.zeros((1, vectors.dimension), np.float32)])
    found = {}
    for part in PARTS:
        own = task.parts[part]
        ids = [np.array([vectors.ids.get(w.lower(), -1) for w in s]) for s in own.sentences]
        if task.whole:
            means = np.stack([table[i].mean(0) for i in ids])[own.rows]
            found[part] = torch.from_numpy(np.repeat(means[:, None], 3, axis=1))
        else:
            windows = np.concatenate([np.stack([np.r_[-1, i[:-1]], i, np.r_[i[1:], -1]], axis=1) for i in ids])
            found[part] = torch.from_numpy(table[windows[own.rows]])
    return found


def measure_layers(checkpoint: BiLMCheckpoint, report: Callable[[str], None]) -> LayerStudy:
    """Every task whose corpus is on this machine."""
    return study_layers(checkpoint, read_present(READERS, report), report=report)


_RESULTS = ResultKind("-layers", LayerStudy)
save_layers, load_layers = _RESULTS.save, _RESULTS.load
