"""Analogies a : b :: c : ? by the nearest word to b - a + c, by family and by rank of the embedding.

The rows are normalised first, and the three words of the question cannot be the answer, as in the word2vec
distribution. An answer counts when it is nearer than every other word: a tie is no answer.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

from core.analysis.intervals import draw_groups
from core.analysis.qwem.dynamics import embed_at
from core.analysis.qwem.eigen import Eigenpairs
from core.corpora.analogies import AnalogyFamily
from core.errors import AnalysisError

GRAM_BYTES = 16 * 2**20   # of one batch of questions: a family of 10,000 words stays in the cache
DRAWS = 1_000             # of the bootstrap
TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Questions:
    """Analogy questions that a vocabulary can answer. N questions, F families, P word pairs.

    Attributes
    ----------
    words : int32 array of shape (N, 4)
        Rows a, b, c, d of the vocabulary.
    family : int32 array of shape (N,)
    pair : int32 array of shape (N, 2)
        The pairs (a, b) and (c, d) of which a question is made; every family numbers its own, all are distinct.
    names : tuple of str, length F
    asked : int64 array of shape (F,)
        Questions of the file, answerable or not.
    """

    words: np.ndarray
    family: np.ndarray
    pair: np.ndarray
    names: tuple[str, ...]
    asked: np.ndarray

    def __len__(self) -> int:
        return len(self.words)

    @property
    def answerable(self) -> np.ndarray:
        """Questions of each family whose four words are known, int64 array of shape (F,)."""
        return np.bincount(self.family, minlength=len(self.names))


def index_questions(families: Iterable[AnalogyFamily], words: Sequence[str]) -> Questions:
    """Find the questions whose four words are all in the vocabulary.

    Raises
    ------
    AnalysisError
        There is none.
    """
    ids = {word: i for i, word in enumerate(words)}
    rows, family, pairs, names, asked = [], [], [], [], []
    numbers: dict[tuple[int, int, int], int] = {}
    for f, one in enumerate(families):
        names.append(one.name)
        asked.append(len(one.questions))
        for question in one.questions:
            row = [ids.get(word, -1) for word in question]
            if min(row) >= 0:
                rows.append(row)
                family.append(f)
                pairs.append([numbers.setdefault((f, *half), len(numbers)) for half in (row[:2], row[2:])])
    if not rows:
        raise AnalysisError("None of the analogy questions consists of words of this vocabulary.",
                            "Take a larger vocabulary or questions about words of the text.")
    return Questions(np.array(rows, np.int32), np.array(family, np.int32), np.array(pairs, np.int32), tuple(names),
                     np.array(asked, np.int64))


def combine_pairs(families: Iterable[AnalogyFamily]) -> tuple[AnalogyFamily, ...]:
    """The authors' questions: every ordered two pairs of a family, instead of those that the file lists."""
    return tuple(AnalogyFamily(one.name, tuple((*p, *q) for p in one.pairs for q in one.pairs if p != q))
                 for one in families)


@njit(cache=True, nogil=True)
def _place(gram, inverse, own, local, words, places):  # pragma: no cover: compiled
    """Place of the right answer among all words but a, b and c, by falling cosine; 1 is right. Ties come before it."""
    n_words = gram.shape[1]
    for n in range(len(local)):
        i, j, k = local[n]
        a, b, c, d = words[n]
        if d in (a, b, c) or inverse[d] == 0:
            places[n] = n_words
            continue
        x, y, z = own[i], own[j], own[k]
        level = (gram[j, d] * y - gram[i, d] * x + gram[k, d] * z) * inverse[d]
        above = 0
        for v in range(n_words):
            above += (gram[j, v] * y - gram[i, v] * x + gram[k, v] * z) * inverse[v] >= level
        for m in range(4):
            v = words[n, m]
            if (m == 0 or v != a) and (m <= 1 or v != b) and (m <= 2 or v != c):
                above -= (gram[j, v] * y - gram[i, v] * x + gram[k, v] * z) * inverse[v] >= level
        places[n] = above + 1


@njit(cache=True, nogil=True)
def _grow(gram, column, rows):  # pragma: no cover: compiled
    """Add one dimension to the products of some rows with all."""
    for i in range(len(rows)):
        x = column[rows[i]]
        for v in range(len(column)):
            gram[i, v] += x * column[v]


def _invert(squares: np.ndarray) -> np.ndarray:
    """One over the lengths, float32; 0 for a word without a vector, or with one too short for single precision."""
    lengths = np.sqrt(squares)  # a row of subnormal numbers has lost its direction, and one over it is infinite
    return np.divide(1, lengths, out=np.zeros(len(squares)), where=lengths >= TINY).astype(np.float32)


def _batches(questions: Questions, n_words: int) -> list[slice]:
    """Runs of questions whose words' products fit into `GRAM_BYTES`."""
    limit, starts, seen = max(3, GRAM_BYTES // (4 * n_words)), [0], set()
    for n, row in enumerate(questions.words[:, :3].tolist()):
        seen.update(row)
        if len(seen) > limit:
            starts.append(n)
            seen = set(row)
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], len(questions)], strict=True)]


def place_answers(embedding: np.ndarray, questions: Questions, *, ranks: Sequence[int] | None = None) -> np.ndarray:
    """Where the right answer stands, for the first r columns of an embedding alone.

    The products of the questions' words with all words grow by one dimension at a time, so that all ranks cost one
    pass: about 2 s for 200 ranks of 10,000 words and 5,500 questions.

    Parameters
    ----------
    embedding : array of shape (V, d)
        For eigenvectors V Λ^½, columns by falling eigenvalue.
    questions : Questions
    ranks : rising ints up to d, optional
        All of 1 … d; ``[d]`` for the whole embedding only.

    Returns
    -------
    int32 array of shape (R, N)
        1 where b - a + c is nearest to d.
    """
    w = np.ascontiguousarray(np.asarray(embedding, np.float32).T)  # dimensions first: a column is one run
    ranks = list(range(1, len(w) + 1)) if ranks is None else list(ranks)
    if not ranks or ranks != sorted(set(ranks)) or not 1 <= ranks[0] <= ranks[-1] <= len(w):
        raise ValueError(f"ranks rise from 1 to {len(w)}")
    squares = np.cumsum(w.astype(np.float64) ** 2, axis=0) if len(ranks) > 1 else None
    inverses = [_invert((w[:r].astype(np.float64) ** 2).sum(0) if squares is None else squares[r - 1]) for r in ranks]
    places = np.empty((len(ranks), len(questions)), np.int32)

    def place(batch: slice) -> None:
        words = questions.words[batch]
        rows, local = np.unique(words[:, :3], return_inverse=True)
        local = local.reshape(-1, 3).astype(np.int32)
        gram, done = w[:ranks[0], rows].T @ w[:ranks[0]], ranks[0]
        for at, r in enumerate(ranks):
            for column in w[done:r]:
                _grow(gram, column, rows)
            done = r
            _place(gram, inverses[at], inverses[at][rows], local, words, places[at, batch])

    with ThreadPoolExecutor() as pool:
        list(pool.map(place, _batches(questions, w.shape[1])))
    return places


def place_over_time(pairs: Eigenpairs, questions: Questions, times: Sequence[float], init: float, *,
                    seed: int = 0) -> np.ndarray:
    """`place_answers` for the whole embedding W(t) at each time, int32 array of shape (T, N).

    The closed form knows the modes alone. Before they rise, the random start outside them decides which words are
    near, so it stands beside them in columns of its own, N(0, init² / d) and at rest.
    """
    d = len(pairs.values)
    start = np.random.default_rng(seed).standard_normal(pairs.vectors.shape, np.float32)
    start *= np.float32(init / np.sqrt(d))
    moments = (np.hstack([embed_at(pairs, float(t), init), start]) for t in times)
    return np.concatenate([place_answers(w / np.abs(w).max(), questions, ranks=[2 * d]) for w in moments])


@dataclass(frozen=True)
class Accuracy:
    """Share of right answers along a course of R ranks or times.

    Attributes
    ----------
    share, low, high : float64 arrays of shape (R, F)
        By family, with its 95 % interval; NaN for a family without an answerable question.
    total, total_low, total_high : float64 arrays of shape (R,)
        Over all answerable questions.
    """

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    total: np.ndarray
    total_low: np.ndarray
    total_high: np.ndarray


def compute_accuracy(places: np.ndarray, questions: Questions, *, seed: int = 0, draws: int = DRAWS) -> Accuracy:
    """Accuracy with intervals from a bootstrap over word pairs.

    Questions share their pairs (20 pairs give 380 questions) and are no independent trials: pairs are drawn, and a
    question counts as often as both of its pairs together.

    Parameters
    ----------
    places : int array of shape (R, N)
    """
    right, total = count_right(places, questions), np.zeros((2, len(places), draws))
    share, low, high = (np.full((len(places), len(questions.names)), np.nan) for _ in range(3))
    for f, drawn in enumerate(draw_accuracy(places, questions, seed=seed, draws=draws)):
        if drawn is None:
            continue
        hits, weights = drawn
        total += np.stack([hits, np.broadcast_to(weights, hits.shape)])
        share[:, f] = right[:, f] / questions.answerable[f]
        low[:, f], high[:, f] = _interval(hits, weights)
    return Accuracy(share, low, high, right.sum(1) / len(questions), *_interval(*total))


def count_right(places: np.ndarray, questions: Questions) -> np.ndarray:
    """Right answers by family, int64 array of shape (R, F)."""
    return np.stack([np.bincount(questions.family[row == 1], minlength=len(questions.names)) for row in places])


def draw_accuracy(places: np.ndarray, questions: Questions, *, seed: int = 0, draws: int = DRAWS,
                  ) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Bootstrap over pairs: for every family its weighted right answers (R, draws) and questions (draws,).

    None for a family without questions.
    """
    rng = np.random.default_rng(seed)
    return [_draw_family(places[:, questions.family == f] == 1, questions.pair[questions.family == f], rng, draws)
            for f in range(len(questions.names))]


def _draw_family(right: np.ndarray, pair: np.ndarray, rng: np.random.Generator, draws: int):
    if not len(pair):
        return None
    unique, local = np.unique(pair, return_inverse=True)
    local = local.reshape(-1, 2)
    weights = draw_groups(len(unique), draws=draws, seed=rng).astype(np.float32)
    both = weights[:, local[:, 0]] * weights[:, local[:, 1]]  # (draws, questions)
    return right.astype(np.float32) @ both.T, both.sum(1)


def _interval(hits: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % of hits / weights over the last axis; draws without a question do not count."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = hits / weights
    if np.isnan(ratios).all():
        return (np.full(len(hits), np.nan),) * 2
    low, high = np.nanquantile(ratios, [0.025, 0.975], axis=-1)
    return low, high


@dataclass(frozen=True)
class Neighbours:
    """Rows of the vocabulary by falling cosine, int array of shape (n,), and the cosines, float32."""

    rows: np.ndarray
    cosines: np.ndarray


def find_neighbours(embedding: np.ndarray, direction: np.ndarray, *, without: Sequence[int] = (),
                    n: int = 10) -> Neighbours:
    """The `n` words nearest to a direction (d,); words `without`, and words without a vector, are left out."""
    w = np.asarray(embedding, np.float32)
    lengths = np.linalg.norm(w, axis=1)
    length = float(np.linalg.norm(direction))
    cosines = np.divide(w @ np.asarray(direction, np.float32), lengths * length, out=np.full(len(w), -np.inf, "f4"),
                        where=lengths * length > 0)
    cosines[list(without)] = -np.inf
    rows = np.argsort(-cosines, kind="stable")[:n]
    rows = rows[np.isfinite(cosines[rows])]
    return Neighbours(rows, cosines[rows])


def solve_analogy(embedding: np.ndarray, a: int, b: int, c: int, *, n: int = 10) -> Neighbours:
    """The `n` words nearest to b - a + c, best first: a : b :: c : ?. Rows of the vocabulary in, rows out."""
    three = np.asarray(embedding[[a, b, c]], np.float64)
    lengths = np.linalg.norm(three, axis=1, keepdims=True)
    x, y, z = np.divide(three, lengths, out=np.zeros_like(three), where=lengths > 0)
    return find_neighbours(embedding, y - x + z, without=(a, b, c), n=n)
