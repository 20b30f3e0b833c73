"""Parts of speech in an LSTM's internal vectors (seed 000, slides "learning parts of speech").

Every pair of frequent tags is told apart by a linear discriminant, fitted on one half of the documents and
scored on the other, from the first principal components of a vector and from all its cells. The state after
reading a word contains the word, so the controls are the word's embedding, words that were not seen in
fitting, words that carry both tags, and an untrained LSTM.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from core.analysis.discriminant import (
    ClassMoments,
    bootstrap_auc,
    collect_moments,
    compute_auc,
    count_wins,
    fit_discriminant,
    pool_covariance,
)
from core.analysis.intervals import draw_groups
from core.analysis.lstm.heldout import group_tokens, split_groups, untrained_like
from core.analysis.projection import Axes, average_by, fit_axes, sample_groups
from core.checkpoints.store import Checkpoint
from core.errors import AnalysisError
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import UNK

VECTORS = ("c", "c_up", "h", "untrained c", "untrained c_up", "embedding")
COMPARED = ("c", "c_up")       # what the seed compares: these have intervals, densities and word controls
SIZES = (1, 2, 3, 5, 10, 50)   # principal components; all cells come after them
N_AXES = 50
MAX_TAGS, MIN_TOKENS = 18, 25  # most frequent tags; tokens of each tag on each half
PLANE = 2                       # densities are kept for the plane of two components and for all cells
EDGES = np.linspace(-5, 5, 41)  # of the densities, in standard deviations within the tags
N_SHUFFLES = 20
TOKENS_A_TAG, TYPES_A_TAG, MAX_TYPES = 50, 70, 600  # points kept for the planes


@dataclass(frozen=True)
class WordClasses:
    """Parts of speech in one checkpoint on one selection. K tags, M pairs of tags, V vectors, S sizes.

    Attributes
    ----------
    corpus : str
    n_tokens, n_groups, n_scored : int
        Words, documents (or sentences), and words of the scored half.
    tags : tuple of str
        By falling count; ``counts`` (K,) words carry each.
    pairs : int8 array of shape (M, 2)
        Indices into `tags`, the smaller first.
    sizes : int16 array of shape (S,)
        Components used; the last is all cells.
    auc : float32 array of shape (M, V, S)
        Of the scored half. `VECTORS` name the second axis.
    interval : float32 array of shape (M, len(COMPARED), S, 2)
        95 % bootstrap interval over documents.
    difference : float32 array of shape (M, S, 3)
        AUC of c_up less that of c, and its 95 % interval from the same resamples.
    accuracy : float32 array of shape (M, V, 2)
        Mean of both tags' shares on their own side of the boundary, from the plane and from all cells.
    shuffled : float32 array of shape (M, len(COMPARED))
        95th percentile of |AUC - 0.5| + 0.5 when the fitted labels are shuffled, all cells.
    controls : float32 array of shape (M, 2, 5)
        Words not seen in fitting, then words that carry both tags: AUC of c, c_up and embedding (all cells)
        and the number of words of either tag; NaN below 10 of one.
    density : uint16 array of shape (M, len(COMPARED), 2, 2, len(EDGES) - 1)
        Scored words by discriminant score in standard deviations within the tags, from the plane and from all
        cells, of either tag; what lies outside is in the last bins.
    token_tag, token_id, token_pca : arrays of shapes (n,), (n,), (n, N_AXES)
        A random sample of words: tag, vocabulary id, coordinates of c_up on its principal axes.
    type_tag, type_id, type_count, type_pca : arrays
        Word types: most frequent tag, id, occurrences, coordinates after re-PCA.
    shares : float32 array of shape (2, N_AXES)
        Share of variance along each axis, PCA and re-PCA.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    n_scored: int
    tags: tuple[str, ...]
    counts: np.ndarray
    pairs: np.ndarray
    sizes: np.ndarray
    auc: np.ndarray
    interval: np.ndarray
    difference: np.ndarray
    accuracy: np.ndarray
    shuffled: np.ndarray
    controls: np.ndarray
    density: np.ndarray
    token_tag: np.ndarray
    token_id: np.ndarray
    token_pca: np.ndarray
    type_tag: np.ndarray
    type_id: np.ndarray
    type_count: np.ndarray
    type_pca: np.ndarray
    shares: np.ndarray

    def find_pair(self, a: str, b: str) -> tuple[int, bool]:
        """Row of a pair of tags, and whether `a` is its first; -1 where it was not measured."""
        if a not in self.tags or b not in self.tags:
            return -1, False
        i, j = self.tags.index(a), self.tags.index(b)
        rows = np.flatnonzero((self.pairs == (min(i, j), max(i, j))).all(1))
        return (int(rows[0]) if len(rows) else -1), i < j

    @property
    def paired_tags(self) -> tuple[str, ...]:
        """Tags that belong to a measured pair."""
        return tuple(self.tags[k] for k in np.unique(self.pairs))


def is_word_tag(tag: str) -> bool:
    """Whether a tag is that of a word: no bracket, no marker, no punctuation."""
    return tag[:1].isalpha()


def compute_word_classes(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str,
                         seed: int = 0) -> WordClasses:
    """Measure every pair of frequent tags, and keep samples for the planes."""
    all_groups = group_tokens(sentences)
    rows = np.flatnonzero([is_word_tag(tag) for tag in sentences.tags])
    if not len(rows):
        raise AnalysisError("These sentences hold no words with a part of speech.", "Choose other sentences.")
    tags, labels, counts = _label(np.array(sentences.tags)[rows])
    ids, groups, fitted = sentences.ids[rows], all_groups[rows], split_groups(all_groups)[rows]
    enough = [min((labels[half] == k).sum() for half in (fitted, ~fitted)) >= MIN_TOKENS for k in range(len(tags))]
    pairs = np.array([(a, b) for a in range(len(tags)) for b in range(a + 1, len(tags)) if enough[a] and enough[b]],
                     np.int8).reshape(-1, 2)
    vectors = _record(checkpoint, sentences, rows, seed)
    splits = _Split(labels, groups, fitted, pairs, len(tags), seed)
    sizes = [k for k in SIZES if k < vectors["c"].shape[1]]
    measured = {name: _measure_vector(x, splits, sizes, shuffles=name in COMPARED) for name, x in vectors.items()}
    c, c_up = (measured[name] for name in COMPARED)
    quantiles = np.stack([np.quantile(m.draws, (0.025, 0.975), axis=-1) for m in (c, c_up)])
    gap = np.quantile(c_up.draws - c.draws, (0.025, 0.975), axis=-1)
    unknown = checkpoint.vocabulary.ids[UNK]
    planes = _sample_planes(vectors["c_up"], labels, ids, len(tags), unknown, seed)
    return WordClasses(
        corpus=corpus, n_tokens=len(rows), n_groups=len(np.unique(all_groups)), n_scored=int((~fitted).sum()),
        tags=tags, counts=counts, pairs=pairs,
        sizes=np.array([*sizes, vectors["c"].shape[1]], np.int16),
        auc=np.stack([m.auc for m in measured.values()], 1).astype(np.float32),
        interval=np.moveaxis(quantiles, (0, 1), (1, 3)).astype(np.float32),
        difference=np.stack([c_up.auc - c.auc, *gap], -1).astype(np.float32),
        accuracy=np.stack([m.accuracy for m in measured.values()], 1).astype(np.float32),
        shuffled=np.stack([c.shuffled, c_up.shuffled], 1).astype(np.float32),
        controls=_measure_words(measured, splits, ids, unknown), density=np.stack([c.density, c_up.density], 1),
        **planes)


def _label(tags: np.ndarray) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """The most frequent tags, the index of each word's tag (-1: another), and their counts."""
    unique, inverse, counts = np.unique(tags, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MAX_TAGS]
    place = np.full(len(unique), -1)
    place[order] = np.arange(len(order))
    return tuple(unique[order].tolist()), place[inverse].astype(np.int8), counts[order]


def _record(checkpoint: Checkpoint, sentences: EncodedSentences, rows: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Words' vectors in the order of `VECTORS`."""
    names = ("layer0.c", "layer0.c_up", "layer0.h", "embed")
    own = record_states(checkpoint.model, sentences, names=names)
    bare = record_states(untrained_like(checkpoint.model, seed=seed), sentences, names=names[:2])
    found = [own[names[0]], own[names[1]], own[names[2]], bare[names[0]], bare[names[1]], own[names[3]]]
    return {name: x[rows] for name, x in zip(VECTORS, found, strict=True)}


class _Split:
    """Who is fitted, who is scored, and in which group; rows of a tag are found once."""

    def __init__(self, labels: np.ndarray, groups: np.ndarray, fitted: np.ndarray, pairs: np.ndarray, n_tags: int,
                 seed: int):
        self.labels, self.fitted, self.pairs, self.n_tags, self.seed = labels, fitted, pairs, n_tags, seed
        _, scored_group = np.unique(groups[~fitted], return_inverse=True)
        self.group = np.full(len(groups), -1)
        self.group[~fitted] = scored_group
        self.n_groups = int(scored_group.max()) + 1 if len(scored_group) else 0
        self.scored = [np.flatnonzero((labels == k) & ~fitted) for k in range(n_tags)]
        self.counts = [np.bincount(self.group[rows], minlength=self.n_groups) for rows in self.scored]
        self.draws = draw_groups(max(self.n_groups, 1), seed=seed).astype(np.float32)


@dataclass
class _Measured:
    """One vector: AUC (M, S), resamples (M, S, R), accuracy (M, 2), shuffled (M,), density, scores of pairs."""

    auc: np.ndarray
    draws: np.ndarray
    accuracy: np.ndarray
    shuffled: np.ndarray
    density: np.ndarray
    scores: list[tuple[np.ndarray, np.ndarray]]


def _measure_vector(x: np.ndarray, split: _Split, sizes: list[int], *, shuffles: bool) -> _Measured:
    """At every size; a vector narrower than a size (the embedding of a small model) gives all it has."""
    known = split.fitted & (split.labels >= 0)
    axes = fit_axes(x[split.fitted], N_AXES)
    spread = np.maximum(x[split.fitted].std(0), 1e-6) if split.fitted.any() else 1
    m, projected = len(split.pairs), axes.project(x)
    views = [(projected, min(k, projected.shape[1])) for k in sizes] + [(x / spread, x.shape[1])]
    moments = {id(view): collect_moments(view[known], split.labels[known], split.n_tags)
               for view in {id(v): v for v, _ in views}.values()}
    auc, draws = np.full((m, len(views)), np.nan), np.full((m, len(views), len(split.draws)), np.nan, np.float32)
    accuracy, shuffled = np.full((m, 2), np.nan), np.full(m, np.nan)
    density, scores = np.zeros((m, 2, 2, len(EDGES) - 1), np.uint16), []
    drawn = {sizes.index(PLANE): 0, len(views) - 1: 1}
    for p, (a, b) in enumerate(split.pairs.tolist()):
        for s, (view, d) in enumerate(views):
            weights, bias = fit_discriminant(moments[id(view)], a, b, d)
            own = [view[split.scored[k], :d] @ weights + bias for k in (a, b)]
            auc[p, s] = compute_auc(*own)
            if shuffles:
                draws[p, s] = _bootstrap(own, split, a, b)
            if s in drawn:
                accuracy[p, drawn[s]] = ((own[0] > 0).mean() + (own[1] < 0).mean()) / 2
                density[p, drawn[s]] = _count_scores(own)
        scores.append(own)
        if shuffles:
            shuffled[p] = _shuffle(view, moments[id(view)], split, a, b)
    return _Measured(auc, draws, accuracy, shuffled, density, scores)


def _count_scores(scores: list[np.ndarray]) -> list[np.ndarray]:
    """Both tags' histograms over EDGES; the unit is the deviation within the tags, of these very words."""
    deviation = np.sqrt(np.mean(np.concatenate([own - own.mean() for own in scores]) ** 2))
    clipped = [np.clip(own / max(float(deviation), 1e-9), EDGES[0], EDGES[-1]) for own in scores]
    return [np.histogram(own, EDGES)[0] for own in clipped]


def _bootstrap(scores: list[np.ndarray], split: _Split, a: int, b: int) -> np.ndarray:
    wins = count_wins(scores[0], split.group[split.scored[a]], scores[1], split.group[split.scored[b]], split.n_groups)
    return bootstrap_auc(wins, split.counts[a], split.counts[b], split.draws)


def _shuffle(x: np.ndarray, moments: ClassMoments, split: _Split, a: int, b: int) -> float:
    """What discriminants of shuffled labels reach on the true ones; their covariance is that of both tags together."""
    rng = np.random.default_rng([split.seed, a, b])
    fitted = [np.flatnonzero((split.labels == k) & split.fitted) for k in (a, b)]
    rows, n = np.concatenate(fitted), len(fitted[0])
    gap = moments.means[a] - moments.means[b]
    covariance = pool_covariance(moments, a, b, x.shape[1])
    covariance += np.outer(gap, gap) * (n * (len(rows) - n) / len(rows) ** 2)
    signs = np.full((N_SHUFFLES, len(rows)), -1 / (len(rows) - n), np.float32)
    for row in signs:
        row[rng.permutation(len(rows))[:n]] = 1 / n
    weights = linalg.solve(covariance, (signs @ x[rows]).T, assume_a="pos", check_finite=False)
    scores = [(x[split.scored[k]] @ weights).T for k in (a, b)]
    return float(np.quantile([0.5 + abs(compute_auc(i, j) - 0.5) for i, j in zip(*scores, strict=True)], 0.95))


def _measure_words(measured: dict[str, _Measured], split: _Split, ids: np.ndarray, unknown: int) -> np.ndarray:
    """AUC on words new to the discriminant and on words that carry both tags."""
    out = np.full((len(split.pairs), 2, 5), np.nan, np.float32)
    fitted = [set(ids[split.fitted & (split.labels == k)].tolist()) for k in range(split.n_tags)]
    every = [set(ids[split.labels == k].tolist()) - {unknown} for k in range(split.n_tags)]
    for p, (a, b) in enumerate(split.pairs.tolist()):
        kept = [[~np.isin(ids[split.scored[k]], list(fitted[a] | fitted[b] | {unknown})) for k in (a, b)],
                [np.isin(ids[split.scored[k]], list(every[a] & every[b])) for k in (a, b)]]
        for row, inside in enumerate(kept):
            out[p, row, 3:] = [inside[0].sum(), inside[1].sum()]
            if min(out[p, row, 3:]) >= 10:
                out[p, row, :3] = [compute_auc(*(s[i] for s, i in zip(measured[name].scores[p], inside, strict=True)))
                                   for name in (*COMPARED, "embedding")]
    return out


def _sample_planes(c_up: np.ndarray, labels: np.ndarray, ids: np.ndarray, n_tags: int, unknown: int,
                   seed: int) -> dict[str, np.ndarray]:
    """Coordinates of some tokens on the principal axes, and of word types after re-PCA."""
    axes = fit_axes(c_up, N_AXES)
    coordinates = axes.project(c_up)
    known = np.flatnonzero(labels >= 0)
    tokens = known[sample_groups(labels[known], TOKENS_A_TAG, seed=seed)]
    named = np.flatnonzero(ids != unknown)
    types, means, counts = average_by(coordinates[named], ids[named])
    again: Axes = fit_axes(means, N_AXES)
    votes = np.zeros((len(types), n_tags), int)
    told = named[labels[named] >= 0]
    np.add.at(votes, (np.searchsorted(types, ids[told]), labels[told]), 1)
    tag = votes.argmax(1)
    often = np.flatnonzero(votes.sum(1) > 0)
    often = often[np.argsort(-counts[often], kind="stable")]
    ranks = np.array([np.sum(tag[often[:i]] == tag[k]) for i, k in enumerate(often)], int)
    chosen = np.sort(often[ranks < TYPES_A_TAG][:MAX_TYPES])
    return {"token_tag": labels[tokens].astype(np.int8), "token_id": ids[tokens].astype(np.int32),
            "token_pca": _pad(coordinates[tokens]), "type_tag": tag[chosen].astype(np.int8),
            "type_id": types[chosen].astype(np.int32), "type_count": counts[chosen].astype(np.int32),
            "type_pca": _pad(again.project(means[chosen])),
            "shares": np.stack([np.pad(a.shares, (0, N_AXES - len(a.shares))) for a in (axes, again)])}


def _pad(x: np.ndarray) -> np.ndarray:
    """Half precision, with columns of zeros where a model has fewer dimensions than N_AXES."""
    return np.pad(x, ((0, 0), (0, N_AXES - x.shape[1]))).astype(np.float16)
