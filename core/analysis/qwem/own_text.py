"""Concepts of a text that a reader brings along: small enough to be counted while the reader waits."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from scipy import stats

from core.analysis.qwem.eigen import compute_eigenpairs
from core.analysis.qwem.reading import ConceptSpace, make_space
from core.analysis.qwem.target import build_target, sum_squares
from core.corpora.demo import read_demo_treebank
from core.corpora.text import iterate_articles
from core.errors import CorpusError, TextError
from core.tokens.cooccurrence import CountSettings, count_cooccurrences

MAX_BYTES = 10 * 2**20
CUTS = ("blanks", "scripts")
SHUFFLES = ((200_000, 9), (10**12, 3))  # up to so many words, so many times: longer texts vary less and take longer
_RUNS = re.compile(r"[\u3040-\u309f]+|[\u30a0-\u30ff\uff66-\uff9f]+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆]+"
                   r"|[\u0e00-\u0e7f]+")  # hiragana, katakana, Chinese characters, Thai
_PACKED = (b"\xfd7zXZ", b"\x1f\x8b", b"BZh", b"PK\x03\x04", b"%PDF")


@dataclass(frozen=True)
class TextSettings:
    """What is counted and kept of a small text."""

    vocabulary: int = 1_000    # a short text has not met rarer words often enough
    window: int = 8            # words each side: sentences of a small text differ more than its chapters do
    dimension: int = 50        # concepts; those that a short text bears are fewer
    min_count: int = 2         # what comes once has met its neighbours by accident
    cut: Literal["blanks", "scripts"] = "blanks"  # words end at blanks; or where the script changes too


@dataclass(frozen=True)
class TextConcepts:
    """What was found in a text.

    Attributes
    ----------
    space : ConceptSpace
    chance : float64 array of shape (≤ dimension,)
        Eigenvalues for the same words in a random order, articles of the same lengths: falling, of any sign.
    levels : tuple of float
        What the first and what any other eigenvalue of shuffled words exceeds in one of twenty cases. The first
        belongs to how often words come, for rare ones seldom meet whatever the order; the second is the edge of noise.
    n_tokens, n_types, n_articles : int
        Words read, different ones among them, and articles.
    seconds : float
    """

    space: ConceptSpace
    chance: np.ndarray
    levels: tuple[float, float]
    n_tokens: int
    n_types: int
    n_articles: int
    seconds: float

    @property
    def firm(self) -> np.ndarray:
        """Which concepts are above noise, bool array of shape (K,)."""
        return self.space.values > np.where(np.arange(len(self.space.values)) == 0, *self.levels)


def compute_text_concepts(data: bytes, settings: TextSettings | None = None, *, seed: int = 0) -> TextConcepts:
    """Count a text, make M*, find its concepts, and those of the same words shuffled.

    Parameters
    ----------
    data : bytes
        UTF-8 text; an empty line ends an article.
    seed : int
        Of the shuffle.

    Raises
    ------
    WordglassError
        The text is too large, packed, not UTF-8, or too short to hold a concept.
    """
    start, settings = time.monotonic(), settings or TextSettings()
    text = decode_text(data)
    articles = _read_articles(separate_scripts(text) if settings.cut == "scripts" else text)
    n_types = len({word for article in articles for word in article})
    counting = CountSettings(window=settings.window, vocabulary_size=settings.vocabulary, min_count=settings.min_count)
    counted = count_cooccurrences(articles, counting, workers=1)
    target = build_target(counted.counts)
    pairs = compute_eigenpairs(target, min(settings.dimension, len(counted)))
    space = make_space(counted.words, counted.word_counts, pairs.values, pairs.vectors, sum_squares(target))
    n_shuffles = next(n for limit, n in SHUFFLES if counted.n_tokens <= limit)
    chances = [_find_chance(articles, counting, 2 if n else len(pairs.values), seed + n) for n in range(n_shuffles)]
    tops = np.array([chance[[0, min(1, len(chance) - 1)]] for chance in chances])
    return TextConcepts(space, chances[0], _predict_levels(tops), counted.n_tokens, n_types, counted.n_articles,
                        time.monotonic() - start)


def _find_chance(articles: list[list[str]], counting: CountSettings, k: int, seed: int) -> np.ndarray:
    """The largest eigenvalues of the shuffled text; zeros where its words happen not to meet."""
    try:
        shuffled = count_cooccurrences(shuffle_words(articles, seed), counting, workers=1)
    except CorpusError:
        return np.zeros(k)
    return compute_eigenpairs(build_target(shuffled.counts), k).values


def _predict_levels(draws: np.ndarray) -> tuple[float, float]:
    """What one more draw stays below with 95 %: the normal prediction limit of each column of draws (N, 2)."""
    n = len(draws)
    reach = stats.t.ppf(0.95, n - 1) * np.sqrt(1 + 1 / n)
    first, others = draws.mean(0) + reach * draws.std(0, ddof=1)
    return float(first), float(others)


def decode_text(data: bytes) -> str:
    """Text of UTF-8 bytes.

    Raises
    ------
    TextError
        Empty, too large, packed, or not UTF-8; with the byte at fault.
    """
    if len(data) > MAX_BYTES:
        raise TextError("The text has {n:.1f} MB; here it may have {limit:.0f}.", "Take a part of it, or count it on "
                        "your own machine with the command below.", n=len(data) / 2**20, limit=MAX_BYTES / 2**20)
    if data.startswith(_PACKED):
        raise TextError("This file is packed or no plain text.", "Unpack it, or save it as plain text in UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError("Byte {byte} is not UTF-8 text.", "Save the text as UTF-8; for western European text: "
                        "iconv -f LATIN1 -t UTF-8, for Japanese: iconv -f SHIFT_JIS -t UTF-8.",
                        byte=error.start) from None
    if "\0" in text:
        raise TextError("Byte {byte} is zero: no plain text, or UTF-16.", "Save it as plain text in UTF-8.",
                        byte=data.index(b"\0"))
    if not text.strip():
        raise TextError("There is no text yet.", "Paste or upload some: a few thousand words at least.")
    return text


def count_types(data: bytes) -> int:
    """Different words of a text; raises as `decode_text`."""
    return len({word for article in _read_articles(decode_text(data)) for word in article})


def separate_scripts(text: str) -> str:
    """Blanks round every run of kana, of Chinese characters or of Thai: words of scripts that put none.

    A run of hiragana is mostly a particle or an ending, a run of the others mostly a word or a compound.

    >>> separate_scripts("猫がミルクを飲む。").split()
    ['猫', 'が', 'ミルク', 'を', '飲', 'む', '。']
    """
    return _RUNS.sub(lambda run: f" {run[0]} ", text)


def lacks_blanks(text: str) -> bool:
    """Whether more than a third of a text is in scripts that put no blanks between words.

    >>> lacks_blanks("猫がミルクを飲む。"), lacks_blanks("The cat drinks milk.")
    (True, False)
    """
    return 3 * sum(map(len, _RUNS.findall(text[:20_000]))) > len(text[:20_000])


def shuffle_words(articles: list[list[str]], seed: int) -> list[list[str]]:
    """The same words in a random order, in articles of the same lengths."""
    words = np.array([word for article in articles for word in article], object)
    np.random.default_rng(seed).shuffle(words)
    ends = np.cumsum([len(article) for article in articles])
    return [words[end - len(article):end].tolist() for article, end in zip(articles, ends, strict=True)]


def _read_articles(text: str) -> list[list[str]]:
    """Words of each article; equal words are one object, for there are millions."""
    with TemporaryDirectory(prefix="wordglass-") as folder:
        path = Path(folder) / "text"
        path.write_text(text, "utf-8")
        known: dict[str, str] = {}
        return [[known.setdefault(word, word) for word in article] for article in iterate_articles(path)]


def write_demo_text() -> bytes:
    """The sentences of the demo treebank, a line each, an empty line between its documents."""
    return "\n\n".join("\n".join(" ".join(word for word in tree.words() if not word.startswith("-"))  # -LRB-
                                 for tree in document.trees) for document in read_demo_treebank().documents).encode()
