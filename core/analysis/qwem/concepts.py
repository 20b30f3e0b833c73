"""From text to concepts: count, make the target matrix, find its eigenpairs, save a checkpoint (issue: seed 003)."""

import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import scipy
import torch

from core.analysis.qwem.eigen import Eigenpairs, compute_eigenpairs
from core.analysis.qwem.target import Kind, build_target, sum_squares
from core.checkpoints.artefacts import file_sha256
from core.checkpoints.card import ConceptsCard, TextCard
from core.checkpoints.counts import count_corpus
from core.checkpoints.embeddings import Concepts, save_concepts
from core.corpora.library import corpus_licence
from core.corpora.registry import find_corpus
from core.corpora.text import Articles
from core.errors import CorpusError, TrainingError
from core.tokens.cooccurrence import Cooccurrence, CountSettings
from core.tokens.shards import Report

TEXTS = ("wiki-en", "text8")  # registered corpora of running text
Say = Callable[[str], None]


@dataclass(frozen=True)
class ConceptSettings:
    """What is counted and kept."""

    corpus: str = "wiki-en"      # a registered text, or the path of a file, an archive or a folder
    vocabulary: int = 10_000     # most frequent words, as in the paper
    window: int = 16             # words each side, as in the paper
    dimension: int = 200         # eigenpairs kept: the paper's embedding size
    weights: Literal["linear", "flat"] = "linear"  # of a distance j: window + 1 - j, or 1
    min_count: int = 1           # rarer words are dropped; the vocabulary's size alone decides
    articles: Articles = "blank"  # what ends an article: a blank line, each line, or the file
    article_words: int = 0       # cut longer articles into pieces of so many words; 0: never
    target: Kind = "mstar"       # M* of the theory; the others are for comparison
    workers: int = 0             # processes that count; 0: one a core
    scheduler: str = ""          # address of a dask cluster that counts instead: tcp://host:8786
    seed: int = 0                # of the eigensolver's first block

    def counting(self) -> CountSettings:
        """The part that counts.

        Raises
        ------
        TrainingError
            On a setting outside its range.
        """
        if not 1 <= self.dimension <= self.vocabulary:
            raise TrainingError("dimension = {d} does not fit a vocabulary of {v} words.",
                                "Choose 1 to {v}.", d=self.dimension, v=self.vocabulary)
        return CountSettings(window=self.window, weights=self.weights, vocabulary_size=self.vocabulary,
                             min_count=self.min_count, articles=self.articles, article_words=self.article_words)


def find_text(corpus: str) -> Path:
    """Where a registered text lies, or the path itself.

    Raises
    ------
    CorpusError
        Neither a registered text nor a path; or registered and absent, with how to get it.
    """
    path = Path(corpus).expanduser()
    if corpus in TEXTS or not path.exists():
        find_corpus(corpus)  # says what is missing
        if corpus not in TEXTS:
            raise CorpusError("The corpus {name} is no running text.", "Choose {known}, or give the path of a text.",
                              name=corpus, known=", ".join(TEXTS))
        return find_corpus(corpus)
    return path


def describe_text(corpus: str, counted: Cooccurrence) -> TextCard:
    """What a card says of a text; of a path only its last part."""
    path, registered = find_text(corpus), corpus in TEXTS
    return TextCard(name=corpus if registered else path.name, n_tokens=counted.n_tokens,
                    licence=corpus_licence(corpus) if registered else "the reader's own",
                    sha256=file_sha256(path) if path.is_file() else "", n_articles=counted.n_articles)


def find_concepts(settings: ConceptSettings, *, say: Say = lambda line: None,
                  report: Report | None = None) -> ConceptsCard:
    """Count, build the target, find the eigenpairs and save the checkpoint.

    A stored count is taken from there, so that its stage takes no longer than reading it; a count that was
    killed goes on behind what it has read.

    Parameters
    ----------
    say : callable, optional
        Called with a line after every stage.
    report : callable, optional
        See `core.tokens.cooccurrence.Report`.

    Raises
    ------
    WordglassError
        Absent or unreadable text, settings that do not fit it.
    """
    seconds: dict[str, float] = {}
    with _timed("count", seconds):
        counted = count_text(settings.corpus, settings.counting(), workers=settings.workers,
                             scheduler=settings.scheduler, report=report)
    say(f"counted {counted.n_tokens:,} tokens, {len(counted):,} words in {seconds['count']:.1f} s")
    with _timed("target", seconds):
        target = build_target(counted.counts, settings.target)
    say(f"built {settings.target} in {seconds['target']:.1f} s")
    with _timed("eigenpairs", seconds):
        pairs = compute_eigenpairs(target, min(settings.dimension, len(counted)), seed=settings.seed)
    say(f"found {len(pairs.values)} eigenpairs in {seconds['eigenpairs']:.1f} s")
    return save_concepts(words=counted.words, word_counts=counted.word_counts, values=pairs.values,
                         vectors=pairs.vectors, residuals=pairs.residuals, card_fields={
        "corpus": describe_text(settings.corpus, counted), "versions": list_versions(),
        "square_sum": sum_squares(target),
        "settings": {name: value for name, value in asdict(settings).items()
                     if name not in ("corpus", "workers", "scheduler")},
        "seconds": {name: round(value, 2) for name, value in seconds.items()}})


def count_text(corpus: str, settings: CountSettings, *, workers: int = 0, scheduler: str = "",
               report: Report | None = None) -> Cooccurrence:
    """The counts of a text by its registered name or path, stored or counted now."""
    source = corpus if corpus in TEXTS else find_text(corpus)
    return count_corpus(source, settings, workers=workers or None, scheduler=scheduler or None, report=report)


def take_eigenpairs(concepts: Concepts) -> Eigenpairs:
    """The eigenpairs of a checkpoint, for the analyses."""
    return Eigenpairs(concepts.values, concepts.vectors, concepts.residuals)


def list_versions() -> dict[str, str]:
    """Versions of what computed a result."""
    return {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
            "torch": torch.__version__.split("+")[0]}


@contextmanager
def _timed(stage: str, seconds: dict[str, float]) -> Iterator[None]:
    start = time.monotonic()
    yield
    seconds[stage] = time.monotonic() - start
