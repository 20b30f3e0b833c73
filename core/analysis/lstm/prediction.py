"""What the model expects next: predictions, confusion matrices, perplexity (seed 000, slides of types 1–4)."""

from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import draw_groups
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import compute_log_probabilities
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import CLOSE, ED, OPEN
from core.tokens.vocabulary import Vocabulary

OTHER = "…"  # every token type that has no class of its own


@dataclass(frozen=True)
class Predictions:
    """One row a predicted position: every token but the last of each sentence.

    Attributes
    ----------
    row : int64 array of shape (M,)
        Index of the token just read, into the flat tokens.
    target, predicted : int64 arrays of shape (M,)
        Vocabulary ids of what came and of the most probable token.
    log_probability : float32 array of shape (M,)
        Of what came, in nats.
    """

    row: np.ndarray
    target: np.ndarray
    predicted: np.ndarray
    log_probability: np.ndarray

    @property
    def perplexity(self) -> float:
        return float(np.exp(-self.log_probability.mean(dtype=np.float64)))

    @property
    def accuracy(self) -> float:
        return float((self.target == self.predicted).mean())


def compute_predictions(model: LSTMLanguageModel, h: np.ndarray, sentences: EncodedSentences, *,
                        chunk: int = 8192) -> Predictions:
    """Score the next token at every position from top hidden states (N, H)."""
    last = np.zeros(sentences.n_tokens, bool)
    last[sentences.starts[1:] - 1] = True
    rows = np.flatnonzero(~last)
    target = sentences.ids[rows + 1]
    predicted = np.empty_like(target)
    log_probability = np.empty(len(rows), np.float32)
    for a in range(0, len(rows), chunk):
        part = slice(a, a + chunk)
        logp = compute_log_probabilities(model, h[rows[part]])
        predicted[part] = logp.argmax(1)
        log_probability[part] = logp[np.arange(len(logp)), target[part]]
    return Predictions(rows, target, predicted, log_probability)


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts of true (rows) against most probable (columns) next token, by class.

    ``classes`` are token types, the last one `OTHER` where some had to be pooled; ``counts`` is an
    int64 array of shape (K, K).
    """

    classes: tuple[str, ...]
    counts: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """Row-normalised counts; a class that never came has a row of NaN."""
        sums = self.counts.sum(1, keepdims=True)
        return np.where(sums > 0, self.counts / np.maximum(sums, 1), np.nan)


def choose_classes(vocabulary: Vocabulary, target: np.ndarray, *, n_brackets: int = 24,
                   n_words: int = 24) -> tuple[str, ...]:
    """ED, the most frequent brackets (opening and closing kept in pairs) and the most frequent words."""
    counts = np.bincount(target, minlength=len(vocabulary))
    by_count = [vocabulary.tokens[i] for i in np.argsort(-counts, kind="stable") if counts[i] > 0]
    openings = [t for t in by_count if t.startswith("(")][:n_brackets // 2]
    closings = [t[1:] + ")" for t in openings]
    words = [t for t in by_count if not (t.startswith("(") or t.endswith(")") or t == ED)]
    known = [t for t in (*openings, *closings) if t in vocabulary]
    return (ED, *known, *words[:n_words])


def compute_confusion(predictions: Predictions, vocabulary: Vocabulary,
                      classes: tuple[str, ...]) -> ConfusionMatrix:
    """Pool predictions into classes; what is outside them becomes `OTHER`."""
    class_of = np.full(len(vocabulary), len(classes))
    for k, token in enumerate(classes):
        class_of[vocabulary.ids[token]] = k
    size = len(classes) + 1
    flat = class_of[predictions.target] * size + class_of[predictions.predicted]
    counts = np.bincount(flat, minlength=size * size).reshape(size, size)
    if counts[-1].sum() == 0 and counts[:, -1].sum() == 0:
        return ConfusionMatrix(classes, counts[:-1, :-1])
    return ConfusionMatrix((*classes, OTHER), counts)


@dataclass(frozen=True)
class ClassAccuracy:
    """Share of the true tokens of one class that were predicted exactly, with what it rests on.

    ``low`` and ``high``: 95 % bootstrap over groups. ``precision``: share of predictions of the class
    that were right. ``base_rate``: share of the class among all tokens, what blind guessing gets.
    """

    accuracy: float
    low: float
    high: float
    precision: float
    base_rate: float
    n: int


def score_class(predictions: Predictions, members: np.ndarray, groups: np.ndarray, *,
                seed: int = 0) -> ClassAccuracy:
    """Accuracy of one class of tokens (ED, opening brackets, …).

    Parameters
    ----------
    members : bool array of shape (V,)
        Which vocabulary ids belong to the class.
    groups : int array of shape (M,)
        Document of each prediction.
    """
    inside = members[predictions.target]
    right = inside & (predictions.target == predictions.predicted)
    _, index = np.unique(groups, return_inverse=True)
    hits, trials = np.bincount(index, weights=right), np.bincount(index, weights=inside)
    draws = draw_groups(len(hits), seed=seed)
    shares = (draws @ hits) / np.maximum(draws @ trials, 1)
    claimed = members[predictions.predicted]
    return ClassAccuracy(
        accuracy=float(right.sum() / max(inside.sum(), 1)), low=float(np.quantile(shares, 0.025)),
        high=float(np.quantile(shares, 0.975)), precision=float(right.sum() / max(claimed.sum(), 1)),
        base_rate=float(inside.mean()), n=int(inside.sum()))


def class_members(vocabulary: Vocabulary, name: str) -> np.ndarray:
    """Which ids are ``ED``, an opening bracket ``(``, a closing one ``)`` or a ``word``."""
    tests = {"ED": lambda t: t == ED, OPEN: lambda t: t.startswith("("), CLOSE: lambda t: t.endswith(")"),
             "word": lambda t: t != ED and not t.startswith("(") and not t.endswith(")")}
    return np.array([tests[name](token) for token in vocabulary.tokens])
