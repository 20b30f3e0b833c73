"""How often each word of a corpus stands near each other one, counted exactly."""

import json
from collections.abc import Iterable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from scipy import sparse

from core.corpora.text import BLOCK_BYTES, RULES, Articles, list_files
from core.errors import CorpusError, TrainingError
from core.tokens.cluster import Cluster
from core.tokens.parts import PART_TOKENS, CountJob, plan_parts
from core.tokens.shards import FILES, UNFINISHED, Encoding, Report, count_words, encode_articles, list_shards
from core.tokens.threads import Threads

SCHEMA = 1  # of shards and parts

MAX_WINDOW = 1_000             # words; wider than any paragraph
MAX_VOCABULARY = 1_000_000     # words; rows of counts stay in the processor's cache
DENSE_VOCABULARY = 20_000      # words up to which the counts are a plain matrix: 1.6 GB in int32


@dataclass(frozen=True)
class CountSettings:
    """What is counted. Every default with its reason.

    Raises
    ------
    TrainingError
        When a value is out of its range.
    """

    window: int = 16                               # L, words each side, as the paper counts Wikipedia
    weights: Literal["linear", "flat"] = "linear"  # L + 1 - j at distance j: word2vec's random window, on average; or 1
    vocabulary_size: int = 10_000                  # V, the most frequent words, as in the paper
    min_count: int = 1                             # rarer words are dropped; 1: the size alone decides
    articles: Articles = "blank"                   # an article ends at a blank line; so text8 is one article
    article_words: int = 0                         # cut longer articles into pieces of so many words; 0: never

    def __post_init__(self) -> None:
        for name, low, high in (("window", 1, MAX_WINDOW), ("vocabulary_size", 2, MAX_VOCABULARY),
                                ("min_count", 1, 2**31), ("article_words", 0, 2**62)):
            if not low <= getattr(self, name) <= high:
                raise TrainingError("The setting {name} is {value}.", "Give a number from {low} to {high}.", name=name,
                                    value=getattr(self, name), low=low, high=high)
        for name, known in (("weights", ("linear", "flat")), ("articles", RULES)):
            if getattr(self, name) not in known:
                raise TrainingError("The setting {name} is “{value}”.", "It may be one of: {known}.", name=name,
                                    value=str(getattr(self, name))[:40], known=", ".join(known))

    @cached_property
    def distance_weights(self) -> np.ndarray:
        """Weight of the distances 0 … L, int64 of shape (L + 1,); the first is never used."""
        if self.weights == "flat":
            return np.ones(self.window + 1, np.int64)
        return self.window + 1 - np.arange(self.window + 1)


@dataclass(frozen=True)
class Cooccurrence:
    """Weighted counts of word pairs. V words.

    Attributes
    ----------
    words : tuple of str, length V
        By falling count, ties alphabetically.
    word_counts : int64 array of shape (V,)
        Occurrences of each word in the whole corpus.
    counts : integer array or scipy.sparse.csr_array of shape (V, V)
        ``counts[a, b]`` adds the weight w(j) of every pair of places at distance j ≤ L where one holds a and the
        other b; symmetric. A pair of places is counted once in [a, b] and once in [b, a], so twice on the
        diagonal: ``counts`` is F + Fᵀ, with F[a, b] over places where b follows a. Dense up to
        ``DENSE_VOCABULARY`` words, sparse with sorted columns above. int32 where no entry can exceed it, else
        int64: convert before multiplying.
    n_tokens : int
        Words read, also those outside the vocabulary (``word_counts.sum()`` are inside).
    n_articles : int
    settings : CountSettings
    """

    words: tuple[str, ...]
    word_counts: np.ndarray
    counts: np.ndarray | sparse.csr_array
    n_tokens: int
    n_articles: int
    settings: CountSettings

    @cached_property
    def ids(self) -> dict[str, int]:
        """Row of each word."""
        return {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)


def count_cooccurrences(source: Path | Iterable[Iterable[str]], settings: CountSettings | None = None, *,
                        workers: int | None = None, folder: Path | None = None, scheduler: str | None = None,
                        part_tokens: int = PART_TOKENS, block_bytes: int = BLOCK_BYTES,
                        report: Report | None = None) -> Cooccurrence:
    """Count which words stand near each other; the same to the last unit however the work is divided.

    The text becomes shards of numbered words (`core.tokens.shards`), then the vocabulary is known, then parts of the
    text are counted row by row (`core.tokens.counting`). Words outside the vocabulary are taken out before windows
    are laid, as the paper's code does, so that a window reaches over them.

    Parameters
    ----------
    source : Path or iterable of iterables of str
        A path of running text, see `core.corpora.text`; or articles as words, which are taken as they stand.
    workers : int, optional
        Threads; as many as there are cores if None. A cluster has its own.
    folder : Path, optional
        Keeps the shards, so that a stopped count of the same text goes on behind them; about four bytes a word. Else
        they lie in a temporary folder.
    scheduler : str, optional
        Address of a ``dask.distributed`` cluster (``tcp://…``) that reads and counts instead, see
        `core.tokens.cluster`. Its workers must see `source` and `folder` under the same paths.
    part_tokens : int
        Words counted at once, 16 bytes of memory each.
    block_bytes : int
        Text of a shard.
    report : callable
        Told the stage ("read" in bytes, "count" in words), what is done and what is to be done.

    Raises
    ------
    CorpusError
        When the text cannot be read, has fewer than two words, or no two of them ever meet in a window.
    """
    settings, report = settings or CountSettings(), report or (lambda stage, done, total: None)
    if scheduler and folder is None:
        raise TrainingError("Counting on a cluster needs a folder that all its machines see.",
                            "Name one for the shards.")
    with ExitStack() as stack:
        folder = folder or Path(stack.enter_context(TemporaryDirectory(prefix="wordglass-")))
        runner = stack.enter_context(closing(Cluster(scheduler))) if scheduler else Threads(workers)
        encoding = Encoding(settings.articles, settings.article_words, block_bytes)
        if isinstance(source, Path):
            files = list_files(source)
            _prepare(folder, _describe(source, files, encoding))
            runner.encode(files, folder, encoding, report)
        else:
            _prepare(folder, "")
            encode_articles(source, folder, block_bytes=block_bytes)
        shards = list_shards(folder)
        words, word_counts, n_tokens, n_articles = rank_words(shards, settings)
        if len(words) < 2:
            raise CorpusError("The text has {n} word(s) in all, and its vocabulary {v}.",
                              "Counting wants two different words at least: give more text, or a lower min_count.",
                              n=n_tokens, v=len(words))
        weights = settings.distance_weights
        most = int(word_counts[0]) * 2 * int(weights[1:].sum())  # no row adds up to more, so no entry exceeds it
        job = CountJob(words, tuple(weights.tolist()), len(words) <= DENSE_VOCABULARY, most < 2**31)
        counts = runner.count(job, shards, plan_parts(shards, part_tokens), folder, report)
    if not counts.sum():
        raise CorpusError("No two words of the vocabulary stand within {window} words of each other in one article.",
                          "Give longer articles, a wider window or a larger vocabulary.", window=settings.window)
    return Cooccurrence(words, word_counts, counts, n_tokens, n_articles, settings)


def rank_words(shards: list[Path], settings: CountSettings) -> tuple[tuple[str, ...], np.ndarray, int, int]:
    """The vocabulary, the count of each of its words, and the words and articles of the whole text."""
    counts, n_articles = count_words(shards)
    least = settings.min_count
    if len(counts) > settings.vocabulary_size:  # sorting what cannot get in would take longer than counting
        values = np.fromiter(counts.values(), np.int64, len(counts))
        least = max(least, int(np.partition(values, -settings.vocabulary_size)[-settings.vocabulary_size]))
    words = sorted((word for word, count in counts.items() if count >= least), key=lambda word: (-counts[word], word))
    words = words[:settings.vocabulary_size]
    return tuple(words), np.array([counts[word] for word in words], np.int64), counts.total(), n_articles


def _describe(source: Path, files: list[Path], encoding: Encoding) -> str:
    """What the shards of a folder were made from."""
    known = [[str(file.relative_to(source)), file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    return json.dumps({"schema": SCHEMA, "source": str(source.resolve()), "encoding": asdict(encoding), "files": known})


def _prepare(folder: Path, description: str) -> None:
    """Keep the shards of an earlier run if they are of the same text, else start clean."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / "source.json"
        same = description and note.exists() and note.read_text("utf-8") == description
        for pattern in UNFINISHED if same else FILES + UNFINISHED:
            for file in folder.glob(pattern):
                file.unlink(missing_ok=True)
        note.write_text(description, "utf-8")
    except OSError as error:
        raise CorpusError("The folder {folder} for the shards cannot be used: {why}.", "Make it writable, or name "
                          "another one.", folder=str(folder), why=error.strerror or str(error)) from error
