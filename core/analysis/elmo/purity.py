"""How well vectors keep the senses of a word apart: the sense of the nearest other example, and the silhouette."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.analysis.elmo.mixing import Mix, one_layer
from core.analysis.elmo.products import find_cosines, multiply_vectors
from core.analysis.elmo.word_tokens import WordTokens, record_tokens
from core.analysis.intervals import Estimate, estimate_mean, estimate_share
from core.corpora.senses import SenseExample
from core.errors import AnalysisError
from core.models.bilm import BiLM

TIE = 4e-6  # cosines of float32 vectors that differ by less are equal: the rounding of 1,024 products
AROUND = "around"


@dataclass(frozen=True, eq=False)
class Purity:
    """Of N examples of one word that have a sense.

    Attributes
    ----------
    right : float array of shape (N,)
        How probably the nearest other example has the same sense, ties broken at random: 0 or 1 where one is nearest;
        NaN for the only example of a sense, which no neighbour can match. As a neighbour it counts.
    silhouettes : float array of shape (N,)
        (b - a) / max(a, b) with mean distances 1 - cosine: a to the own sense, b to the nearest other one (Rousseeuw
        1987); 0 for the only example of a sense.
    accuracy : Estimate
        Mean of `right`, with Wilson's interval.
    silhouette : float
        Mean of all.
    commonest, random : float
        What always answering the commonest sense gets right, and what a random other example would.
    """

    right: np.ndarray = field(repr=False)
    silhouettes: np.ndarray = field(repr=False)
    accuracy: Estimate
    silhouette: float
    commonest: float
    random: float

    @property
    def n(self) -> int:
        """Examples that were asked."""
        return int(np.isfinite(self.right).sum())


def score_nearest(cosines: np.ndarray, senses: np.ndarray) -> np.ndarray:
    """`Purity.right` from cosines (N, N) and senses (N,)."""
    others = cosines.copy()
    np.fill_diagonal(others, -np.inf)
    same = senses[:, None] == senses
    nearest = others >= others.max(1, keepdims=True) - TIE
    np.fill_diagonal(nearest, False)
    with np.errstate(invalid="ignore"):
        right = (nearest & same).sum(1) / nearest.sum(1)
    return np.where(same.sum(1) > 1, right, np.nan)


def score_silhouettes(cosines: np.ndarray, senses: np.ndarray) -> np.ndarray:
    """`Purity.silhouettes` from cosines (N, N) and senses (N,), of two senses or more."""
    names, own = np.unique(senses, return_inverse=True)
    member = np.eye(len(names), dtype=np.float32)[own]
    sizes, rows = member.sum(0), np.arange(len(own))
    totals = (sizes - cosines @ member).astype(np.float64)  # of distances to all members of each sense
    totals[rows, own] -= 1 - np.diagonal(cosines)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = totals[rows, own] / (sizes[own] - 1)
        means = totals / sizes
        means[rows, own] = np.inf
        across = means.min(1)
        found = (across - within) / np.maximum(within, across)
    return np.where(sizes[own] > 1, np.nan_to_num(found), 0)  # both distances 0: as far from either


def measure_purity(cosines: np.ndarray, senses: Sequence[str] | np.ndarray) -> Purity:
    """Purity of senses (N,) under cosines (N, N); examples whose sense is ``""`` take no part.

    Raises
    ------
    AnalysisError
        Fewer than two senses, or none with two examples.
    """
    senses = np.asarray(senses).astype(str)
    rows = np.flatnonzero(senses != "")
    if len(rows) < len(senses):
        cosines, senses = cosines[np.ix_(rows, rows)], senses[rows]
    names, senses = np.unique(senses, return_inverse=True)
    counts = np.bincount(senses, minlength=len(names))
    if len(names) < 2 or counts.max() < 2:
        raise AnalysisError("There are {n} senses, and the commonest has {most} examples.",
                            "Give at least two senses, and two examples of one of them.", n=len(names),
                            most=int(counts.max()) if len(names) else 0)
    right = score_nearest(cosines, senses)
    asked = np.isfinite(right)
    silhouettes = score_silhouettes(cosines, senses)
    own = counts[senses][asked]
    return Purity(right, silhouettes, estimate_share(float(right[asked].sum()), int(asked.sum())),
                  float(silhouettes.mean()), commonest=float((senses[asked] == counts.argmax()).mean()),
                  random=float(((own - 1) / (len(senses) - 1)).mean()))


def compare_purities(one: Purity, other: Purity) -> Estimate:
    """Accuracy of `one` less that of `other` on the same examples, with its interval (Newcombe 1998, method 10, from
    Wilson's intervals of both): unlike a bootstrap it does not shrink to nothing where all of a few examples agree."""
    both = np.isfinite(one.right) & np.isfinite(other.right)
    pair, n = np.stack([one.right[both], other.right[both]]), int(both.sum())
    p, q = (estimate_share(float(hits), n) for hits in pair.sum(1))
    together = float((pair[0] - p.value) @ (pair[1] - q.value)) / n
    spread = np.sqrt(p.value * (1 - p.value) * q.value * (1 - q.value))
    together = together if together < 0 else max(together - 1 / (2 * n), 0)  # his continuity correction
    tie = together / spread if spread > 0 else 0.0
    gain = p.value - q.value
    down, up = (p.value - p.low, q.high - q.value), (p.high - p.value, q.value - q.low)
    return Estimate(gain, *(gain + sign * float(np.sqrt(max(0, a * a - 2 * tie * a * b + b * b)))
                            for sign, (a, b) in ((-1, down), (1, up))))


@dataclass(frozen=True, eq=False)
class WordsSummary:
    """Purity of W words in several spaces.

    Attributes
    ----------
    words : tuple of str
    accuracy, silhouette : dict
        Space → float array of shape (W,). Spaces are the names of the mixes, and ``around``.
    commonest : float array of shape (W,)
    """

    words: tuple[str, ...]
    accuracy: dict[str, np.ndarray] = field(repr=False)
    silhouette: dict[str, np.ndarray] = field(repr=False)
    commonest: np.ndarray = field(repr=False)

    def mean(self, space: str) -> Estimate:
        """Accuracy, every word alike, with Student's interval over words."""
        return Estimate(*map(float, estimate_mean(self.accuracy[space])))

    def gain(self, space: str, base: str = "0") -> Estimate:
        """Accuracy of one space less that of another on the same words, with Student's interval over words."""
        return Estimate(*map(float, estimate_mean(self.accuracy[space] - self.accuracy[base])))


def list_mixes(n_layers: int) -> dict[str, Mix]:
    """Each layer by its number, and ``mix``, the mean of all.

    Parameters
    ----------
    n_layers : int
        L + 1, the word alone among them.
    """
    return {str(k): one_layer(k, n_layers) for k in range(n_layers)} | {"mix": Mix((0.0,) * n_layers)}


def summarise_tokens(tokens: Mapping[str, WordTokens], mixes: Mapping[str, Mix]) -> WordsSummary:
    """Purity of recorded words under some mixes, and of the words around them.

    Raises
    ------
    AnalysisError
        A word has fewer than two senses, or none with two examples.
    """
    found = {}
    for word, own in tokens.items():
        spaces = {name: own.products.mix(mix) for name, mix in mixes.items()} | {AROUND: multiply_vectors(own.around)}
        found[word] = {name: measure_purity(find_cosines(table), own.senses) for name, table in spaces.items()}
    names = [*mixes, AROUND]
    return WordsSummary(
        tuple(found), {name: np.array([own[name].accuracy.value for own in found.values()]) for name in names},
        {name: np.array([own[name].silhouette for own in found.values()]) for name in names},
        np.array([own[AROUND].commonest for own in found.values()]))


def record_words(model: BiLM, examples: Sequence[SenseExample]) -> dict[str, WordTokens]:
    """Examples of several words, word by word in the order in which they come."""
    return {word: record_tokens(model, [e for e in examples if e.lemma == word])
            for word in dict.fromkeys(example.lemma for example in examples)}


def summarise_words(model: BiLM, examples: Sequence[SenseExample], *,
                    mixes: Mapping[str, Mix] | None = None) -> WordsSummary:
    """Do layers in context keep senses apart better than the word alone, over many words?

    Parameters
    ----------
    mixes : mapping of str to Mix, optional
        `list_mixes` of the model if not given; ``"0"`` is the static vector that `WordsSummary.gain` compares with.

    Raises
    ------
    AnalysisError
        A word has fewer than two senses, or none with two examples.
    """
    return summarise_tokens(record_words(model, examples), mixes or list_mixes(model.config.n_layers + 1))
