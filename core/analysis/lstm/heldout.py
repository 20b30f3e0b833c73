"""Everything the LSTM pages show of one checkpoint on text it has not read, in one result.

The best cell is chosen on one half of the groups (documents) and scored on the other; every number
has its control: rotated labels, an untrained LSTM of the same size, the position in the sentence.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import draw_groups
from core.analysis.lstm.correlation import (
    PROPERTIES,
    ValueByLevel,
    bootstrap_correlations,
    collect_properties,
    compute_correlations,
    compute_partial_correlations,
    compute_value_by_level,
    find_best_cells,
)
from core.analysis.lstm.prediction import (
    ConfusionMatrix,
    Predictions,
    choose_classes,
    class_members,
    compute_confusion,
    compute_predictions,
    score_class,
)
from core.analysis.untrained import draw_untrained
from core.checkpoints.store import Checkpoint
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import SentenceStates, record_states
from core.tokens.encoded import EncodedSentences
from core.tokens.vocabulary import Vocabulary

VECTORS = ("c", "h", "c_up")
CLASSES = ("ED", "(", ")", "word")
BEST = ("cell", "chosen_r", "r", "low", "high", "partial", "null", "untrained")
ACCURACY = ("accuracy", "low", "high", "precision", "base_rate", "n")


@dataclass(frozen=True)
class HeldOut:
    """Results of one checkpoint on one selection. V = vectors, H cells, P properties.

    Attributes
    ----------
    corpus : str
        What was read.
    n_tokens, n_groups, n_scored : int
        All tokens, all documents (or sentences), and tokens of the scored half.
    r, partial : float32 arrays of shape (V, H, P)
        Correlation over all tokens, and given the position in the sentence.
    best : float64 array of shape (V, P, len(BEST))
        `BestCell` of each vector and property, columns as in `BEST`; NaN where there is none.
    levels : float32 array of shape (rows, 9)
        vector, property, level, count, and the 5, 25, 50, 75, 95 % quantiles of the best cell.
    classes : tuple of str
    confusion : int64 array of shape (K, K)
    accuracy : float64 array of shape (len(CLASSES), len(ACCURACY))
    close_minus_open : float64 array of shape (3,)
        Accuracy of closing less opening brackets, and its 95 % bootstrap interval.
    c_minus_h : float64 array of shape (3,)
        |r| of the best c less |r| of the best h with depth, and its 95 % bootstrap interval.
    perplexity : float
        Of all predicted tokens.
    epochs : float32 array of shape (E, 1 + P)
        Per epoch: perplexity, then |r| of the best cell of c for each property; empty if unknown.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    n_scored: int
    perplexity: float
    classes: tuple[str, ...]
    r: np.ndarray
    partial: np.ndarray
    best: np.ndarray
    levels: np.ndarray
    confusion: np.ndarray
    accuracy: np.ndarray
    close_minus_open: np.ndarray
    c_minus_h: np.ndarray
    epochs: np.ndarray

    def best_cell(self, vector: str, name: str) -> dict[str, float]:
        """The row of `best` by name."""
        row = self.best[VECTORS.index(vector), PROPERTIES.index(name)]
        return dict(zip(BEST, row.tolist(), strict=True))

    def class_accuracy(self, name: str) -> dict[str, float]:
        """The row of `accuracy` by class name."""
        return dict(zip(ACCURACY, self.accuracy[CLASSES.index(name)].tolist(), strict=True))

    def value_by_level(self, vector: str, name: str) -> ValueByLevel:
        """Quantiles of the best cell at every level of a property."""
        own = (self.levels[:, 0] == VECTORS.index(vector)) & (self.levels[:, 1] == PROPERTIES.index(name))
        rows = self.levels[own]
        return ValueByLevel(rows[:, 2], rows[:, 4:], rows[:, 3])

    def confusion_matrix(self) -> ConfusionMatrix:
        """The confusion matrix over `classes`."""
        return ConfusionMatrix(self.classes, self.confusion)


def compute_held_out(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str,
                     states: SentenceStates | None = None, epochs: np.ndarray | None = None,
                     seed: int = 0) -> HeldOut:
    """Measure one checkpoint on sentences it was not trained on.

    Parameters
    ----------
    states : SentenceStates, optional
        Recorded ``layer0`` c, h and c_up of these sentences; recorded here when absent.
    epochs : array, optional
        From `compute_epochs`.
    """
    states = states or record_states(checkpoint.model, sentences)
    bare = untrained_like(checkpoint.model, seed=seed)
    untrained = record_states(bare, sentences)
    properties, groups = collect_properties(sentences), group_tokens(sentences)
    chosen_on = split_groups(groups)
    property_r = compute_correlations(properties, properties)
    r = np.stack([compute_correlations(states[f"layer0.{v}"], properties) for v in VECTORS])
    partial = np.stack([compute_partial_correlations(m, property_r, given=PROPERTIES.index("position")) for m in r])
    best, levels = _measure_best(states, untrained, properties, groups, chosen_on, seed)
    predictions = compute_predictions(checkpoint.model, states["layer0.h"], sentences)
    classes = choose_classes(checkpoint.vocabulary, predictions.target)
    confusion = compute_confusion(predictions, checkpoint.vocabulary, classes)
    return HeldOut(
        corpus=corpus, n_tokens=sentences.n_tokens, n_groups=len(np.unique(groups)),
        n_scored=int((~chosen_on).sum()), perplexity=predictions.perplexity, classes=confusion.classes, r=r,
        partial=partial, best=best, levels=levels, confusion=confusion.counts,
        accuracy=_measure_accuracy(predictions, checkpoint.vocabulary, groups, seed),
        close_minus_open=_compare_brackets(predictions, checkpoint.vocabulary, groups, seed),
        c_minus_h=_compare_vectors(states, best, properties[:, 0], groups, chosen_on, seed),
        epochs=epochs if epochs is not None else np.zeros((0, 1 + len(PROPERTIES)), np.float32))


def compute_epochs(models: list[LSTMLanguageModel], sentences: EncodedSentences) -> np.ndarray:
    """Perplexity and best |r| of c with each property after every epoch, (E, 1 + P)."""
    properties, chosen_on = collect_properties(sentences), split_groups(group_tokens(sentences))
    rows = []
    for model in models:
        states = record_states(model, sentences, names=("layer0.c", "layer0.h"))
        perplexity = compute_predictions(model, states["layer0.h"], sentences).perplexity
        c = states["layer0.c"]
        chosen = np.abs(compute_correlations(c[chosen_on], properties[chosen_on])).argmax(0)
        scored = np.abs(compute_correlations(c[~chosen_on][:, chosen], properties[~chosen_on]))
        rows.append([perplexity, *np.diag(scored)])
    return np.array(rows, np.float32).reshape(-1, 1 + len(PROPERTIES))


def untrained_like(model: LSTMLanguageModel, *, seed: int = 0) -> LSTMLanguageModel:
    """A model of the same sizes with its first weights, the control of every correlation."""
    return draw_untrained(lambda: LSTMLanguageModel(model.config), seed=seed + 1)


def group_tokens(sentences: EncodedSentences) -> np.ndarray:
    """Document of each token, or its sentence where there are fewer than 20 documents."""
    if len(sentences.documents) >= 20:
        return sentences.token_document
    return np.repeat(np.arange(sentences.n_sentences), sentences.lengths)


def split_groups(groups: np.ndarray) -> np.ndarray:
    """True for tokens whose group may choose cells: every other group."""
    return np.unique(groups, return_inverse=True)[1] % 2 == 0


def _measure_best(states, untrained, properties, groups, chosen_on, seed) -> tuple[np.ndarray, np.ndarray]:
    best = np.full((len(VECTORS), len(PROPERTIES), len(BEST)), np.nan)
    levels = []
    position = properties[:, PROPERTIES.index("position")]
    for v, vector in enumerate(VECTORS):
        values = states[f"layer0.{vector}"]
        cells = find_best_cells(values, properties, groups, chosen_on=chosen_on, position=position,
                                untrained=untrained[f"layer0.{vector}"], seed=seed)
        for p, found in enumerate(cells):
            if found is None:  # the property is constant here: NaN says so
                continue
            best[v, p] = [getattr(found, name) for name in BEST]
            by_level = compute_value_by_level(np.asarray(values[~chosen_on, found.cell], np.float32),
                                              properties[~chosen_on, p])
            levels += [[v, p, level, n, *q] for level, n, q in
                       zip(by_level.levels, by_level.counts, by_level.quantiles, strict=True)]
    return best, np.array(levels, np.float32).reshape(-1, 9)


def _measure_accuracy(predictions: Predictions, vocabulary: Vocabulary, groups: np.ndarray, seed: int) -> np.ndarray:
    rows = [score_class(predictions, class_members(vocabulary, name), groups[predictions.row], seed=seed)
            for name in CLASSES]
    return np.array([[getattr(row, name) for name in ACCURACY] for row in rows], np.float64)


def _compare_brackets(predictions: Predictions, vocabulary: Vocabulary, groups: np.ndarray, seed: int) -> np.ndarray:
    """Closing less opening accuracy with its bootstrap interval over groups."""
    _, index = np.unique(groups[predictions.row], return_inverse=True)
    right = predictions.target == predictions.predicted
    sums = []
    for name in (")", "("):
        inside = class_members(vocabulary, name)[predictions.target]
        sums += [np.bincount(index, weights=inside & right), np.bincount(index, weights=inside)]
    sums = np.column_stack(sums)
    draws = draw_groups(len(sums), seed=seed) @ sums
    difference = [t[:, 0] / np.maximum(t[:, 1], 1) - t[:, 2] / np.maximum(t[:, 3], 1) for t in
                  (sums.sum(0, keepdims=True), draws)]
    return np.array([difference[0][0], *np.quantile(difference[1], (0.025, 0.975))])


def _compare_vectors(states, best, depth, groups, chosen_on, seed) -> np.ndarray:
    """|r| of c less |r| of h with depth, both at their chosen cells, over the same resamples."""
    scored = ~chosen_on
    if np.isnan(best[:2, 0, 0]).any():
        return np.full(3, np.nan)
    draws = [np.abs(bootstrap_correlations(
        np.asarray(states[f"layer0.{vector}"][scored, int(best[v, 0, 0])], np.float64),
        depth[scored].astype(np.float64), groups[scored], seed=seed)) for v, vector in enumerate(("c", "h"))]
    r = np.abs(best[:2, 0, BEST.index("r")])
    return np.array([r[0] - r[1], *np.quantile(draws[0] - draws[1], (0.025, 0.975))])
