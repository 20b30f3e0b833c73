"""One word in all its places: which of its uses look alike to the model, and which other words stand near.

Seed 000, slides "learning parts of speech" (4) and (5): the tokens of "that" in the plane of c_up.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.discriminant import compute_auc
from core.analysis.lstm.word_classes import N_AXES, is_word_tag
from core.analysis.projection import Axes, average_by, fit_axes
from core.errors import AnalysisError
from core.tokens.encoded import EncodedSentences

FIT_ROWS = 20_000  # words that find the axes; more change them in the third digit
MIN_TIMES = 3      # a word seen less often has no place of its own


@dataclass(frozen=True)
class WordSpace:
    """All words of a source on the principal axes of c_up.

    Attributes
    ----------
    rows : int array of shape (N,)
        Tokens that are words.
    forms : array of str, shape (N,)
        Their lower-case forms.
    points : float32 array of shape (N, K)
    axes : Axes
    """

    rows: np.ndarray
    forms: np.ndarray
    points: np.ndarray
    axes: Axes

    def count_forms(self, at_least: int = 2) -> dict[str, int]:
        """Forms by falling count."""
        forms, counts = np.unique(self.forms, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return {str(forms[k]): int(counts[k]) for k in order if counts[k] >= at_least}


def build_word_space(c_up: np.ndarray, sentences: EncodedSentences, *, seed: int = 0) -> WordSpace:
    """Principal axes of the words' c_up, (N_tokens, H), and every word on them.

    Raises
    ------
    AnalysisError
        When no token has a part of speech.
    """
    rows = np.flatnonzero([is_word_tag(tag) for tag in sentences.tags])
    if len(rows) < 2:
        raise AnalysisError("These sentences hold no words with a part of speech.", "Choose other sentences.")
    some = np.sort(np.random.default_rng(seed).permutation(rows)[:FIT_ROWS])
    axes = fit_axes(c_up[some], N_AXES)
    forms = np.array([sentences.tokens[row].lower() for row in rows])
    return WordSpace(rows, forms, axes.project(c_up[rows]), axes)


@dataclass(frozen=True)
class Role:
    """A word's tokens of one tag.

    Attributes
    ----------
    tag : str
    members : int array
        Indices into `WordSpace.rows`, rising.
    nearest : tuple of (str, float)
        Other words by rising distance of their mean to this role's mean, in all K dimensions, in units of
        the distance from the role to the mean of all words.
    """

    tag: str
    members: np.ndarray
    nearest: tuple[tuple[str, float], ...]


def find_roles(space: WordSpace, sentences: EncodedSentences, word: str, *, n_nearest: int = 6) -> list[Role]:
    """The roles of a word by falling count, with the words that stand nearest to each.

    Parameters
    ----------
    word : str
        Any case.

    Raises
    ------
    AnalysisError
        When the word does not occur.
    """
    members = np.flatnonzero(space.forms == word.lower())
    if not len(members):
        raise AnalysisError("“{word}” does not occur in these sentences.", "Choose another word, or other sentences.",
                            word=word)
    others, means, counts = average_by(space.points, space.forms)
    own = (counts >= MIN_TIMES) & (others != word.lower()) & [form[:1].isalpha() for form in others]
    others, means = others[own], means[own]
    tags = np.array([sentences.tags[row] for row in space.rows[members]])
    names, sizes = np.unique(tags, return_counts=True)
    roles = []
    for k in np.argsort(-sizes, kind="stable"):
        inside = members[tags == names[k]]
        middle = space.points[inside].mean(0)
        distance = np.linalg.norm(means - middle, axis=1) / max(float(np.linalg.norm(middle)), 1e-9)
        order = np.argsort(distance, kind="stable")[:n_nearest]
        roles.append(Role(str(names[k]), inside, tuple((str(others[i]), float(distance[i])) for i in order)))
    return roles


def locate_forms(space: WordSpace, forms: list[str], points: np.ndarray) -> np.ndarray:
    """Mean of each form's points, (len(forms), D); `points` has a row for every word of the space."""
    return np.array([points[space.forms == form].mean(0) for form in forms]).reshape(len(forms), points.shape[1])


def rank_contrasts(states: np.ndarray, selected: np.ndarray) -> np.ndarray:
    """How well each cell alone tells selected tokens from the rest: AUC, (H,).

    0.5 where either side is empty.

    Parameters
    ----------
    states : array of shape (N, H)
    selected : bool array of shape (N,)
    """
    states = np.asarray(states, np.float32)
    if selected.all() or not selected.any():
        return np.full(states.shape[1], 0.5)
    return np.array([compute_auc(column[selected], column[~selected]) for column in states.T])


def compute_overlap(a: np.ndarray, b: np.ndarray, edges: np.ndarray) -> float:
    """Shared area of two histograms, Σ min(p, q); NaN if either is empty."""
    if not len(a) or not len(b):
        return float("nan")
    p, q = (np.histogram(v, edges)[0] / len(v) for v in (a, b))
    return float(np.minimum(p, q).sum())
