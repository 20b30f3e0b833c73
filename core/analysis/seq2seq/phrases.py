"""What an encoder's sentence vector keeps of word order and of voice, over many phrases.

Sutskever et al. (2014, section 3.8 and Figure 2) show twelve phrases in a plane and read off it that the vectors follow
word order and care little for voice. Here the same is asked of as many quadruples as one likes
(`core.corpora.phrases`), in distances of the whole vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import linalg

from core.analysis.intervals import draw_groups
from core.analysis.projection import fix_signs
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.corpora.phrases import PhraseQuadruple
from core.errors import AnalysisError
from core.states.seq2seq import record_sentence_vectors

Part = Literal["h", "c", "both"]
Measure = Literal["cosine", "euclidean"]
PARTS: tuple[Part, ...] = ("h", "c", "both")
MEASURES: tuple[Measure, ...] = ("cosine", "euclidean")
COMPARISONS = ("order", "voice", "looks")
WORDINGS = ("active", "active_swapped", "passive", "passive_swapped")
# Columns of WORDINGS, two pairs a comparison. Order keeps the words and turns the meaning round; voice keeps the
# meaning; looks keeps the order of the two people but changes the voice, and so turns the meaning round.
_PAIRS = {"order": ((0, 1), (2, 3)), "voice": ((0, 2), (1, 3)), "looks": ((0, 3), (1, 2))}


@dataclass(frozen=True)
class QuadrupleEffects:
    """Distances within Q quadruples of phrases by one kind of vector, and intervals from quadruples drawn again.

    Attributes
    ----------
    distances : float32 array of shape (3, Q)
        Of the comparisons in `COMPARISONS`, each the mean of a quadruple's two pairs.
    random : float32 array of shape (Q,)
        Between a phrase of each quadruple and one of another: the scale.
    relative : float64 array of shape (3, 3)
        Row a comparison; mean distance over the mean of `random`, and the ends of its 95 % interval.
    order_to_voice, looks_to_voice : float64 arrays of shape (3,)
        Ratio of mean distances and the ends of its 95 % interval. Above 1, a change of meaning moves the vector further
        than a change of voice.
    share : float64 array of shape (3,)
        Quadruples in which order moves the vector further than voice, and the ends of the interval.
    """

    distances: np.ndarray
    random: np.ndarray
    relative: np.ndarray
    order_to_voice: np.ndarray
    looks_to_voice: np.ndarray
    share: np.ndarray

    def scaled(self, comparison: str) -> np.ndarray:
        """Distances of one comparison (Q,), or ``random``, with the mean of random pairs as 1."""
        own = self.random if comparison == "random" else self.distances[COMPARISONS.index(comparison)]
        return (own / self.random.mean()).astype(np.float32)


@dataclass(frozen=True)
class PhrasePlane:
    """Phrases in the plane of their two main axes.

    Attributes
    ----------
    points : float32 array of shape (S, 2)
    shares : float32 array of shape (2,)
        Share of the variance along each.
    """

    points: np.ndarray
    shares: np.ndarray


def join_parts(recorded: dict[str, np.ndarray], part: Part = "h", layer: int | None = None) -> np.ndarray:
    """One vector a sentence, float32 array of shape (S, D), from what `record_sentence_vectors` gives.

    Parameters
    ----------
    layer : int, optional
        All layers, one after the other, if None.
    """
    layers = range(len(recorded) // 2) if layer is None else (layer,)
    names = [f"layer{k}.{name}" for k in layers for name in ("hc" if part == "both" else part)]
    return np.concatenate([np.asarray(recorded[name], np.float32) for name in names], axis=1)


def average_words(checkpoint: Seq2SeqCheckpoint, sentences: Sequence[Sequence[str]]) -> np.ndarray:
    """Mean of the encoder's embeddings of each sentence's words, float32 array of shape (S, E): a bag of words.

    Words are added in the order of their ids, so that sentences of the same words have the very same vector.
    """
    vocabulary, table = checkpoint.vocabulary.source, checkpoint.model.encoder.embedding.weight.numpy()
    bags = np.zeros((len(sentences), table.shape[1]), np.float32)
    for s, words in enumerate(sentences):
        if len(words):
            bags[s] = table[np.sort(vocabulary.encode(words))].mean(0)
    return bags


def list_wordings(quadruples: Sequence[PhraseQuadruple]) -> list[list[str]]:
    """Words of all phrases, four a quadruple in the order of `WORDINGS`."""
    return [getattr(q, wording).split() for q in quadruples for wording in WORDINGS]


def record_quadruples(checkpoint: Seq2SeqCheckpoint, quadruples: Sequence[PhraseQuadruple]) -> dict[str, np.ndarray]:
    """Sentence vectors of all phrases, as `record_sentence_vectors`; (4 Q, H) each."""
    return record_sentence_vectors(checkpoint, list_wordings(quadruples))


def measure_distance(a: np.ndarray, b: np.ndarray, measure: Measure = "cosine") -> np.ndarray:
    """Distances of the rows of two arrays (N, D), float32 array of shape (N,).

    ``cosine`` is 1 − cos, which is exactly 0 for equal rows; ``euclidean`` is |a − b|.
    """
    if measure == "cosine":
        a, b = (_to_unit(x) for x in (a, b))
        return (((a - b) ** 2).sum(1) / 2).astype(np.float32)
    return np.sqrt(((np.asarray(a, np.float64) - b) ** 2).sum(1)).astype(np.float32)


def _to_unit(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, np.float64)
    return x / np.maximum(np.sqrt((x ** 2).sum(1, keepdims=True)), 1e-30)


def measure_quadruples(vectors: np.ndarray, *, measure: Measure = "cosine", n_draws: int = 1_000,
                       seed: int = 0) -> QuadrupleEffects:
    """How far a change of word order, of voice and of both moves the vectors of Q quadruples.

    Parameters
    ----------
    vectors : array of shape (4 Q, D)
        Of the phrases as `list_wordings` lists them.
    n_draws : int
        Draws of Q quadruples with replacement, for intervals.

    Raises
    ------
    AnalysisError
        There are fewer than two quadruples, or all phrases have one vector.
    """
    own = np.asarray(vectors, np.float64).reshape(-1, len(WORDINGS), vectors.shape[1])
    if len(own) < 2:
        raise AnalysisError("{n} quadruples have no scale.", "Take two or more.", n=len(own))
    distances = np.stack([np.mean([measure_distance(own[:, i], own[:, j], measure) for i, j in pairs], axis=0)
                          for pairs in _PAIRS.values()])
    rng = np.random.default_rng(seed)
    random = measure_distance(*_pair_at_random(own, rng), measure)
    if not random.any():
        raise AnalysisError("All phrases have the same vector.", "Choose another checkpoint.")
    draws = draw_groups(len(own), draws=n_draws, seed=rng)
    draws = np.concatenate([np.ones((1, len(own))), draws])  # the first: the quadruples themselves
    means = draws @ np.concatenate([distances, random[None], (distances[:1] > distances[1:2])]).T / len(own)
    order, voice, looks, scale, share = means.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return QuadrupleEffects(distances.astype(np.float32), random, np.stack(
            [_find_ends(values / scale) for values in (order, voice, looks)]), _find_ends(order / voice),
            _find_ends(looks / voice), _find_ends(share))


def _pair_at_random(own: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A phrase of every quadruple and one of another."""
    n = len(own)
    others = (np.arange(n) + rng.integers(1, n, n)) % n
    left, right = rng.integers(0, len(WORDINGS), (2, n))
    return own[np.arange(n), left], own[others, right]


def _find_ends(values: np.ndarray) -> np.ndarray:
    """The first value, and the middle 95 % of the others."""
    return np.array([values[0], *np.quantile(values[1:], (0.025, 0.975))])


def project_phrases(vectors: np.ndarray) -> PhrasePlane:
    """Principal component analysis of a few long vectors (S, D)."""
    centred = np.asarray(vectors, np.float64)
    centred = centred - centred.mean(0)
    _, sizes, axes = linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(centred), 2))
    kept = fix_signs(axes[:2].T)
    points[:, :kept.shape[1]] = centred @ kept
    shares = np.zeros(2)
    shares[:kept.shape[1]] = (sizes ** 2 / max((sizes ** 2).sum(), 1e-30))[:2]
    return PhrasePlane(points.astype(np.float32), shares.astype(np.float32))


def compare_meanings(vectors: np.ndarray, meanings: Sequence[str], measure: Measure = "cosine") -> tuple[float, float]:
    """Mean distance of phrases that mean the same, and of those that do not; NaN where there is no such pair."""
    i, j = np.triu_indices(len(vectors), 1)
    same = np.array([meanings[a] == meanings[b] for a, b in zip(i, j, strict=True)], bool)
    found = measure_distance(vectors[i], vectors[j], measure)
    return tuple(float(found[mask].mean()) if mask.any() else float("nan") for mask in (same, ~same))
