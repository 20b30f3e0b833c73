"""Where one kind of prediction happens: the sentences behind one field of a confusion matrix."""

from dataclasses import dataclass

import numpy as np

from core.analysis.lstm.prediction import OTHER, Predictions
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import compute_log_probabilities
from core.tokens.encoded import EncodedSentences
from core.tokens.vocabulary import Vocabulary


@dataclass(frozen=True)
class Context:
    """One predicted position.

    Attributes
    ----------
    sentence : int
        Index into the source.
    position : int
        Index, in the sentence, of the token that came.
    tokens : tuple of str
        The whole sentence as written.
    predicted : str
        The most probable token.
    p_came, p_predicted : float
        Probabilities of the token that came and of the most probable one.
    """

    sentence: int
    position: int
    tokens: tuple[str, ...]
    predicted: str
    p_came: float
    p_predicted: float

    @property
    def came(self) -> str:
        return self.tokens[self.position]


def find_contexts(predictions: Predictions, sentences: EncodedSentences, vocabulary: Vocabulary, *,
                  field: tuple[str, str], classes: tuple[str, ...], model: LSTMLanguageModel, h: np.ndarray,
                  limit: int = 20) -> tuple[list[Context], int]:
    """Positions of one field of the matrix, spread evenly over the source, and how many there are.

    Parameters
    ----------
    field : tuple of two str
        True and predicted class.
    classes : tuple of str
        Of the matrix; `OTHER` stands for every token outside them.
    h : array of shape (N, H)
        Top hidden states of all tokens.
    """
    true, predicted = (_members(vocabulary, name, classes) for name in field)
    hits = np.flatnonzero(true[predictions.target] & predicted[predictions.predicted])
    chosen = hits[np.unique(np.linspace(0, len(hits) - 1, min(limit, len(hits))).astype(int))] if len(hits) else hits
    if not len(chosen):
        return [], 0
    rows = predictions.row[chosen]
    logp = compute_log_probabilities(model, h[rows])
    found = []
    for k, (row, hit) in enumerate(zip(rows.tolist(), chosen.tolist(), strict=True)):
        s = int(np.searchsorted(sentences.starts, row, side="right")) - 1
        best = int(predictions.predicted[hit])
        found.append(Context(s, row + 1 - int(sentences.starts[s]), sentences.sentence(s).tokens,
                             vocabulary.tokens[best], float(np.exp(predictions.log_probability[hit])),
                             float(np.exp(logp[k, best]))))
    return found, len(hits)


def _members(vocabulary: Vocabulary, name: str, classes: tuple[str, ...]) -> np.ndarray:
    if name != OTHER:
        return np.array([token == name for token in vocabulary.tokens])
    own = set(classes) - {OTHER}
    return np.array([token not in own for token in vocabulary.tokens])
