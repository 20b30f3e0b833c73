"""Which layer tells the senses of a word apart: the nearest mean of what was seen, over whole corpora and over our own
sentences.

Stored in ``cache/analysis/<checkpoint>-senses/`` (see `core.analysis.results`): answers, no text.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.elmo.layer_study import EQUAL, LEARNED, UNTRAINED, name_layer
from core.analysis.elmo.nearest_sense import (
    SenseData,
    assign_senses,
    choose_shares,
    most_frequent,
    number_senses,
    scale_layers,
    simplex,
)
from core.analysis.elmo.tasks import read_present
from core.analysis.elmo.untrained import draw_bilm
from core.analysis.intervals import Estimate, draw_means
from core.analysis.results import ResultKind
from core.checkpoints.bilm import BiLMCheckpoint
from core.corpora.semcor import read_semcor
from core.corpora.senses import read_coarsewsd, read_demo_senses
from core.models.bilm import BiLM
from core.states.bilm import record_bilm

FREQUENT = "frequent"  # always the sense that was seen most often: what static vectors amount to
DEMO, FOLDS = "demo", 6
_AT_ONCE = 1_000       # sentences recorded together: 200 MB at a width of 1,024


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Ambiguous words in context, and how they are parted.

    Attributes
    ----------
    sentences : tuple of tuples of str
    positions : int64 array of shape (n,)
    words, senses : int64 arrays of shape (n,)
        See `core.analysis.elmo.nearest_sense.SenseData`.
    fold : int64 array of shape (n,)
        -1 for what is only ever seen; others are asked when their fold's turn comes, and seen in the others' turns
        only if there are several folds.
    names : tuple of str
        The words.
    """

    name: str
    sentences: tuple[tuple[str, ...], ...]
    positions: np.ndarray
    words: np.ndarray
    senses: np.ndarray
    fold: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True)
class SenseStudy:
    """T sets, R representations, N asked occurrences of all sets in a row.

    Attributes
    ----------
    checkpoint_id : str
    sets, representations : tuple of str
        Representations: ``frequent``, ``layer 0`` …, ``equal``, ``learned``, ``untrained``.
    right : uint8 array of shape (N, R)
    starts : int64 array of shape (T + 1,)
    groups : int32 array of shape (N,)
        The word in question, numbered within its set.
    words : tuple of str
        All sets' words in a row.
    word_starts : int64 array of shape (T + 1,)
    shares : float64 array of shape (T, L + 1)
        The mix that was right most often on what was held back of the seen.
    n_seen, n_senses : int64 arrays of shape (T,)
    """

    checkpoint_id: str
    sets: tuple[str, ...]
    representations: tuple[str, ...]
    right: np.ndarray
    starts: np.ndarray
    groups: np.ndarray
    words: tuple[str, ...]
    word_starts: np.ndarray
    shares: np.ndarray
    n_seen: np.ndarray
    n_senses: np.ndarray

    def rows(self, name: str) -> slice:
        """Rows of a set."""
        t = self.sets.index(name)
        return slice(int(self.starts[t]), int(self.starts[t + 1]))

    def accuracy(self, name: str) -> np.ndarray:
        """Share of right answers of every representation, (R,)."""
        return self.right[self.rows(name)].mean(0)

    def difference(self, name: str, one: str, other: str) -> Estimate:
        """Accuracy of one representation less another's, and its 95 % interval over drawn words."""
        a, b = (self.right[self.rows(name), self.representations.index(r)].astype(np.float64) for r in (one, other))
        return draw_means(a - b, self.groups[self.rows(name)])


def occurrences_of(name: str, rows: Sequence[tuple[tuple[str, ...], int, str, str]], fold: np.ndarray) -> Occurrences:
    """From (words, position, lemma, sense) rows; only lemmas of two senses or more are kept."""
    words, senses, table = number_senses([(lemma, sense) for _, _, lemma, sense in rows])
    pairs = np.unique(np.stack([words, senses]), axis=1)
    kept = np.bincount(pairs[0])[words] > 1
    own = [row for row, keep in zip(rows, kept, strict=True) if keep]
    names = tuple(dict.fromkeys(lemma for lemma, _ in table))
    return Occurrences(name, tuple(row[0] for row in own), np.array([row[1] for row in own]), words[kept],
                       senses[kept], fold[kept], names)


def read_demo() -> Occurrences:
    """Our own sentences in six folds: two of each sense's twelve are asked while ten are seen."""
    examples = read_demo_senses()
    seen: dict[tuple[str, str], int] = {}
    fold = []
    for e in examples:
        seen[e.lemma, e.sense] = place = seen.get((e.lemma, e.sense), -1) + 1
        fold.append(place % FOLDS)
    return occurrences_of(DEMO, [(e.words, e.position, e.lemma, e.sense) for e in examples], np.array(fold))


def read_wikipedia_senses() -> Occurrences:
    """CoarseWSD-20: its test part is asked, its train part seen."""
    rows, fold = [], []
    for part, number in (("train", -1), ("test", 0)):
        for e in read_coarsewsd(part):
            rows.append((e.words, e.position, e.lemma, e.sense))
            fold.append(number)
    return occurrences_of("coarsewsd", rows, np.array(fold))


def read_brown_senses(*, seed: int = 0) -> Occurrences:
    """SemCor with the senses of WordNet: every fifth document, drawn by chance, is asked, the others are seen.

    Occurrences whose word was seen with fewer than two senses are left out, and so are senses that were never seen:
    the rest is where context can help.
    """
    sentences = read_semcor()
    documents = sorted({s.document for s in sentences})
    asked = set(np.random.default_rng(seed).permutation(documents)[:len(documents) // 5])
    rows = [(s.words, t.position, f"{t.lemma}.{t.pos}", t.sense_key, s.document in asked)
            for s in sentences for t in s.targets]
    known: dict[str, set[str]] = {}
    for _, _, lemma, sense, held in rows:
        if not held:
            known.setdefault(lemma, set()).add(sense)
    rows = [r for r in rows if len(known.get(r[2], ())) > 1 and r[3] in known[r[2]]]
    return occurrences_of("semcor", [r[:4] for r in rows], np.array([0 if r[4] else -1 for r in rows]))


SETS: dict[str, Callable[[], Occurrences]] = {DEMO: read_demo, "coarsewsd": read_wikipedia_senses,
                                              "semcor": read_brown_senses}


def record_occurrences(model: BiLM, own: Occurrences) -> np.ndarray:
    """Layers (L + 1, n, 2P) of the words in question, half precision."""
    unique = {s: i for i, s in enumerate(dict.fromkeys(own.sentences))}
    place = np.array([unique[s] for s in own.sentences])
    sentences = list(unique)
    layers = np.empty((model.config.n_layers + 1, len(place), model.config.width), np.float16)
    for start in range(0, len(sentences), _AT_ONCE):
        states = record_bilm(model, sentences[start:start + _AT_ONCE])
        here = np.flatnonzero((place >= start) & (place < start + _AT_ONCE))
        layers[:, here] = states.layers[:, states.starts[place[here] - start] + own.positions[here]]
    return layers


def study_senses(checkpoint: BiLMCheckpoint, sets: Iterable[Occurrences], *,
                 report: Callable[[str], None] = lambda line: None) -> SenseStudy:
    """Ask every set's occurrences of every representation."""
    n_layers = checkpoint.model.config.n_layers + 1
    names = (FREQUENT, *map(name_layer, range(n_layers)), EQUAL, LEARNED, UNTRAINED)
    own, right, groups, chosen, seen = list(sets), [], [], [], []
    for data in own:
        start = time.monotonic()
        answers, shares, n_seen = _ask(checkpoint.model, data)
        asked = np.flatnonzero(data.fold >= 0)
        right.append((answers == data.senses[asked, None]).astype(np.uint8))
        groups.append(data.words[asked].astype(np.int32))
        chosen.append(shares)
        seen.append(n_seen)
        report(f"{checkpoint.id}: {data.name}, {len(asked):,} asked, {time.monotonic() - start:.0f} s")
    return SenseStudy(
        checkpoint.id, tuple(data.name for data in own), names, np.concatenate(right), np.cumsum([0, *map(len, right)]),
        np.concatenate(groups), tuple(name for data in own for name in data.names),
        np.cumsum([0, *(len(data.names) for data in own)]), np.stack(chosen), np.array(seen),
        np.array([len(np.unique(data.senses)) for data in own]))


def _ask(model: BiLM, data: Occurrences) -> tuple[np.ndarray, np.ndarray, int]:
    """Answers (asked, R), the chosen shares, and how many are seen in a turn."""
    layers = scale_layers(record_occurrences(model, data).astype(np.float32))
    untrained = scale_layers(record_occurrences(draw_bilm(model.config), data).astype(np.float32))
    fixed = np.concatenate([np.eye(len(layers)), np.full((1, len(layers)), 1 / len(layers))])
    answers, chosen, n_seen = np.empty((len(data.words), len(fixed) + 3), np.int64), [], 0
    for turn in range(data.fold.max() + 1):
        asked, rest = data.fold == turn, data.fold != turn
        one, other = (SenseData(layers[:, rows], data.words[rows], data.senses[rows]) for rows in (rest, asked))
        best = choose_shares(one, simplex(len(layers)))
        answers[asked, 0] = most_frequent(one, other)
        answers[asked, 1:-1] = assign_senses(one, other, np.concatenate([fixed, best[None]])).T
        one, other = (SenseData(untrained[:, rows], data.words[rows], data.senses[rows]) for rows in (rest, asked))
        answers[asked, -1] = assign_senses(one, other, fixed[-1:])[0]
        chosen.append(best)
        n_seen = int(rest.sum())
    return answers[data.fold >= 0], np.mean(chosen, axis=0), n_seen


def measure_senses(checkpoint: BiLMCheckpoint, report: Callable[[str], None]) -> SenseStudy:
    """Every set that is on this machine; our own always is."""
    return study_senses(checkpoint, read_present(SETS, report), report=report)


_RESULTS = ResultKind("-senses", SenseStudy)
save_senses, load_senses = _RESULTS.save, _RESULTS.load
