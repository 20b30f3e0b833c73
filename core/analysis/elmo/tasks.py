"""Small tasks that ask what a word's vector knows: part of speech, chunk, depth in the tree, and the polarity of a
sentence. Senses have a module of their own (`core.analysis.elmo.senses`)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.corpora.demo import read_demo_treebank
from core.corpora.labelled import read_polarity
from core.corpora.library import read_corpus
from core.corpora.tagged import read_conll2000
from core.corpora.treebank import Document
from core.errors import AnalysisError, CorpusError
from core.tokens.linearise import Kind, linearise
from core.tokens.splits import PARTS, split_documents

MIN_COUNT = 10  # a label that comes less often among what is learned from is left out everywhere
_MARKS = {"(": "-LRB-", ")": "-RRB-", "[": "-LSB-", "]": "-RSB-", "{": "-LCB-", "}": "-RCB-"}
Words = tuple[str, ...]
Material = TypeVar("Material")


@dataclass(frozen=True, eq=False)
class LabelledWords:
    """n labelled words of S sentences, or one label for each sentence.

    Attributes
    ----------
    sentences : tuple of tuples of str
    rows : int64 array of shape (n,)
        Places among the words of all sentences in a row; for sentences, their numbers.
    labels : int64 array of shape (n,), or float32 for a number
    groups : int64 array of shape (n,)
        What is drawn together: the sentence.
    """

    sentences: tuple[Words, ...]
    rows: np.ndarray
    labels: np.ndarray
    groups: np.ndarray


@dataclass(frozen=True, eq=False)
class Task:
    """A task in three parts: ``train``, ``validation`` and ``test``.

    Attributes
    ----------
    label_names : tuple of str
        Empty where the label is a number.
    whole : bool
        Whether a sentence has the label, not a word.
    corpus : str
    """

    name: str
    parts: dict[str, LabelledWords]
    label_names: tuple[str, ...]
    whole: bool
    corpus: str


def read_tagging(treebank: str = "gum") -> Task:
    """Part of speech of every word of a treebank's documents, kept apart by document; ``demo`` is our own."""
    parts = {part: [([w for w, _ in row], [t for _, t in row]) for document in documents for tree in document.trees
                    if (row := tag_leaves(tree))] for part, documents in _split(treebank).items()}
    return _label("pos", treebank, parts)


def tag_leaves(tree) -> list[tuple[str, str]]:
    """(word, tag) of every word of a tree."""
    read = linearise(tree, Kind.WORDS)
    return list(zip(read.tokens[1:-1], read.tags[1:-1], strict=True))


def read_depth(treebank: str = "gum") -> Task:
    """The number of open brackets round every word: the depth of the LSTM pages."""
    parts = {}
    for part, documents in _split(treebank).items():
        read = [linearise(tree, Kind.WORDS) for document in documents for tree in document.trees]
        parts[part] = _collect([r.tokens[1:-1] for r in read], [r.depth[1:-1].astype(np.float32) for r in read])
    return Task("depth", parts, (), False, treebank)


def read_chunking() -> Task:
    """Chunks of CoNLL-2000, its own test part; every tenth sentence of the other validates."""
    train, test = (read_conll2000(part) for part in ("train", "test"))
    parts = {"train": [s for i, s in enumerate(train) if i % 10], "validation": train[::10], "test": test}
    return _label("chunk", "conll2000", {part: [([_MARKS.get(w, w) for w in s.words], list(s.chunks))
                                                for s in rows] for part, rows in parts.items()})


def read_sentiment(*, seed: int = 0) -> Task:
    """Whether a sentence of a film review is for or against: four fifths to learn from, a tenth each for the rest."""
    data = read_polarity()
    order = np.random.default_rng(seed).permutation(len(data))
    edges = {"train": order[:int(0.8 * len(data))], "validation": order[int(0.8 * len(data)):int(0.9 * len(data))],
             "test": order[int(0.9 * len(data)):]}
    parts = {}
    for part, own in edges.items():
        rows = np.arange(len(own))
        parts[part] = LabelledWords(tuple(tuple(_MARKS.get(w, w) for w in data.texts[i].split()) for i in own), rows,
                                    data.labels[own].astype(np.int64), rows)
    return Task("polarity", parts, data.label_names, True, data.name)


READERS: dict[str, Callable[[], Task]] = {"pos": read_tagging, "chunk": read_chunking, "depth": read_depth,
                                          "polarity": read_sentiment}


def read_present(readers: Mapping[str, Callable[[], Material]], report: Callable[[str], None]) -> list[Material]:
    """What can be read on this machine; what cannot is reported."""
    found = []
    for name, read in readers.items():
        try:
            found.append(read())
        except CorpusError as error:
            report(f"{name} left out: {error}")
    return found


def shorten(task: Task, n_words: int, *, seed: int = 0) -> Task:
    """The task with whole sentences drawn until about `n_words` labels stand to be learned from; other parts stay."""
    own = task.parts["train"]
    if len(own.rows) <= n_words:
        return task
    order = np.random.default_rng(seed).permutation(len(own.sentences))
    counts = np.bincount(own.groups, minlength=len(own.sentences))[order]
    kept = np.sort(order[:max(1, int(np.searchsorted(np.cumsum(counts), n_words)) + 1)])
    return Task(task.name, task.parts | {"train": _choose(own, kept, whole=task.whole)}, task.label_names, task.whole,
                task.corpus)


def _choose(own: LabelledWords, kept: np.ndarray, *, whole: bool) -> LabelledWords:
    """Some sentences of a part, by rising number."""
    lengths = np.array([len(s) for s in own.sentences])
    new = np.full(len(lengths), -1)
    new[kept] = np.arange(len(kept))
    chosen = new[own.groups] >= 0
    if whole:
        rows = new[own.groups[chosen]]
    else:
        starts, own_starts = np.cumsum(lengths) - lengths, np.cumsum(lengths[kept]) - lengths[kept]
        rows = own.rows[chosen] - starts[own.groups[chosen]] + own_starts[new[own.groups[chosen]]]
    return LabelledWords(tuple(own.sentences[s] for s in kept), rows, own.labels[chosen], new[own.groups[chosen]])


def _split(treebank: str) -> dict[str, tuple[Document, ...]]:
    bank = read_demo_treebank() if treebank == "demo" else read_corpus(treebank)
    split = split_documents([bank])
    return {part: getattr(split, part) for part in PARTS}


def _label(name: str, corpus: str, parts: dict[str, Iterable[tuple[Sequence[str], Sequence[str]]]]) -> Task:
    """A task of labels that come at least `MIN_COUNT` times where it is learned; words with others are left out."""
    read = {part: list(rows) for part, rows in parts.items()}
    found, counts = np.unique([tag for _, tags in read["train"] for tag in tags], return_counts=True)
    names = tuple(found[counts >= MIN_COUNT].tolist())
    if len(names) < 2:
        raise AnalysisError("{corpus} has fewer than two labels that come {n} times.", "Choose a larger corpus.",
                            corpus=corpus, n=MIN_COUNT)
    ids = {tag: i for i, tag in enumerate(names)}
    collected = {part: _collect([words for words, _ in rows],
                                [np.array([ids.get(tag, -1) for tag in tags], np.int64) for _, tags in rows])
                 for part, rows in read.items()}
    return Task(name, {part: _drop_unlabelled(own) for part, own in collected.items()}, names, False, corpus)


def _collect(sentences: Sequence[Sequence[str]], labels: Sequence[np.ndarray]) -> LabelledWords:
    lengths = [len(s) for s in sentences]
    return LabelledWords(tuple(tuple(s) for s in sentences), np.arange(sum(lengths)), np.concatenate(labels),
                         np.repeat(np.arange(len(lengths)), lengths))


def _drop_unlabelled(own: LabelledWords) -> LabelledWords:
    known = own.labels >= 0
    return LabelledWords(own.sentences, own.rows[known], own.labels[known], own.groups[known])
