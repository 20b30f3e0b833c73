"""Reading eigenvectors as concepts: their words, their size, how firm they are, and what a word is made of."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.checkpoints.embeddings import Concepts
from core.errors import AnalysisError

TWIN_GAP = 0.01  # of λ: eigenvalues nearer than this count as equal, and their vectors as one plane


@dataclass(frozen=True)
class ConceptSpace:
    """Positive eigenpairs of a target matrix, with the words of their entries. V words, K concepts.

    Attributes
    ----------
    words : tuple of str, length V
    word_counts : int64 array of shape (V,)
    values : float64 array of shape (K,)
        Falling, all above 0: the others are never learned.
    vectors : float32 array of shape (V, K)
        Of length 1. Their signs mean nothing.
    square_sum : float or None
        ‖M‖², if it is known.
    """

    words: tuple[str, ...]
    word_counts: np.ndarray
    values: np.ndarray
    vectors: np.ndarray
    square_sum: float | None = None

    @cached_property
    def ids(self) -> dict[str, int]:
        """Row of each word."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def places(self) -> np.ndarray:
        """Word vectors √λ_k v_k, float32 array of shape (V, K)."""
        return self.vectors * np.sqrt(self.values).astype(np.float32)

    @cached_property
    def lengths(self) -> np.ndarray:
        """Length of each word vector, float32 array of shape (V,)."""
        return np.sqrt(np.einsum("vk,vk->v", self.places, self.places))

    @cached_property
    def shares(self) -> np.ndarray:
        """λ_k² of ‖M‖², or of the sum over the concepts that are here, float64 array of shape (K,)."""
        squares = self.values ** 2
        return squares / (self.square_sum or squares.sum())

    @cached_property
    def gaps(self) -> np.ndarray:
        """Distance of each λ from the nearer of its neighbours, in units of λ, float64 array of shape (K,).

        Infinite where there is no neighbour. That of the last is from above: what follows it is not known.
        """
        steps = np.concatenate([[np.inf], self.values[:-1] - self.values[1:], [np.inf]])
        return np.minimum(steps[:-1], steps[1:]) / self.values

    def find_twins(self, k: int) -> list[int]:
        """Concepts whose eigenvalue is about that of `k`, by way of each other if need be; without `k` itself."""
        near = self.values[:-1] - self.values[1:] < TWIN_GAP * self.values[:-1]
        low, high = k, k
        while low > 0 and near[low - 1]:
            low -= 1
        while high < len(near) and near[high]:
            high += 1
        return [j for j in range(low, high + 1) if j != k]

    def rank_poles(self, k: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the `n` words at the positive and at the negative end of a concept, the farthest first."""
        v = self.vectors[:, k]
        order = np.argsort(v, kind="stable")
        return (order[::-1][:min(n, int((v > 0).sum()))], order[:min(n, int((v < 0).sum()))])

    def count_carriers(self, k: int) -> float:
        """Over how many words a concept is spread: 1 / Σ v⁴, the participation ratio; from 1 to V."""
        return float(1 / (self.vectors[:, k].astype(np.float64) ** 4).sum())

    def correlate_frequency(self, k: int) -> float:
        """r of a concept with the logarithm of the words' counts; NaN where these are all the same."""
        logs = np.log(self.word_counts)
        if len(set(self.word_counts.tolist())) < 2 or np.ptp(self.vectors[:, k]) == 0:
            return float("nan")
        return float(np.corrcoef(self.vectors[:, k], logs)[0, 1])

    def split_word(self, row: int) -> np.ndarray:
        """Share of each concept in the squared length of a word, float64 array of shape (K,)."""
        squares = self.places[row].astype(np.float64) ** 2
        return squares / max(squares.sum(), np.finfo(np.float64).tiny)

    def find_neighbours(self, row: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows and cosines of the words nearest to one, the nearest first: at most `n`, with cosines above 0."""
        lengths = np.maximum(self.lengths, np.finfo(np.float32).tiny)
        cosines = self.places @ (self.places[row] / lengths[row]) / lengths
        cosines[row] = -np.inf
        order = np.argsort(-cosines, kind="stable")[:min(n, int((cosines > 0).sum()))]
        return order, cosines[order]

    def fit_decay(self) -> tuple[float, float]:
        """Exponent and factor of λ_k ≈ factor · k^exponent, least squares on the logarithms.

        Raises
        ------
        AnalysisError
            With fewer than three concepts.
        """
        if len(self.values) < 3:
            raise AnalysisError("A decay needs three eigenvalues at least.", "Take more concepts.")
        slope, level = np.polyfit(np.log(np.arange(1, len(self.values) + 1)), np.log(self.values), 1)
        return float(slope), float(np.exp(level))


def read_space(concepts: Concepts) -> ConceptSpace:
    """The positive eigenpairs of a checkpoint.

    Raises
    ------
    AnalysisError
        There are none.
    """
    return make_space(concepts.words, concepts.word_counts, concepts.values, concepts.vectors, concepts.card.square_sum)


def make_space(words: tuple[str, ...], word_counts: np.ndarray, values: np.ndarray, vectors: np.ndarray,
               square_sum: float | None = None) -> ConceptSpace:
    """The same from arrays; eigenvalues fall."""
    k = int((values > 0).sum())
    if not k:
        raise AnalysisError("The matrix has no positive eigenvalue, so nothing of it is ever learned.",
                            "Take a longer text, a wider window or a larger vocabulary.")
    return ConceptSpace(tuple(words), word_counts, values[:k], np.ascontiguousarray(vectors[:, :k]), square_sum)
