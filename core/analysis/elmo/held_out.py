"""How well a bidirectional language model predicts articles it has not read, each sentence alone, and how often a
misspelt word lies beside its original: two small results that are stored for the claims."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.elmo.misspellings import measure_oov_neighbours
from core.analysis.elmo.surprise import score_text
from core.analysis.intervals import Estimate, draw_groups
from core.analysis.results import ResultKind
from core.checkpoints.bilm import BiLMCheckpoint
from core.corpora.articles import iterate_article_lines
from core.errors import AnalysisError
from core.tokens.running import iterate_sentences
from core.tokens.streams import part_of

MAX_ARTICLES = 150


@dataclass(frozen=True)
class HeldOutText:
    """A articles that were kept back; axis 1 is the direction, forward and backward.

    Attributes
    ----------
    checkpoint_id, corpus : str
    bits : float64 array of shape (A, 2)
        Summed surprise of words and ends of sentences.
    n : int64 array of shape (A, 2)
        What was predicted.
    unigram : float64 array of shape (A, 2)
        Summed surprise by the frequencies of the articles' own words, the control: no context at all.
    """

    checkpoint_id: str
    corpus: str
    bits: np.ndarray
    n: np.ndarray
    unigram: np.ndarray

    def perplexity(self, *, draws: int = 2_000, seed: int = 0) -> Estimate:
        """2 to the mean bits of both directions, and its 95 % interval over drawn articles."""
        drawn = draw_groups(len(self.n), draws=draws, seed=seed)
        values = 2 ** ((drawn @ self.bits) / (drawn @ self.n)).mean(1)
        low, high = np.quantile(values, (0.025, 0.975))
        return Estimate(self._mean(self.bits), float(low), float(high))

    @property
    def control(self) -> float:
        """Perplexity of the frequencies of words."""
        return self._mean(self.unigram)

    def _mean(self, bits: np.ndarray) -> float:
        return float(2 ** (bits.sum(0) / self.n.sum(0)).mean())


def measure_held_out(checkpoint: BiLMCheckpoint, articles: Sequence[Sequence[Sequence[str]]], *,
                     corpus: str) -> HeldOutText:
    """Score articles, given as sentences of words."""
    if not articles:
        raise AnalysisError("{corpus} has no article in its test part.", "Give more articles.", corpus=corpus)
    scored = [score_text(checkpoint, sentences) for sentences in articles]
    known = {word: i for i, word in enumerate(checkpoint.words)}
    counts = np.zeros(len(known))
    for text in scored:
        for sentence in text.sentences:
            for word in sentence.tokens:
                counts[known.get(word, 2)] += 1
    table = -np.log2(np.maximum(counts, 1) / counts.sum())
    bits, n, unigram = (np.zeros((len(articles), 2)) for _ in range(3))
    for a, text in enumerate(scored):
        for sentence in text.sentences:
            own = table[[known.get(word, 2) for word in sentence.tokens]]
            for d in range(2):
                places = sentence.scored(d)
                bits[a, d] += sentence.bits[d][places].sum(dtype=np.float64)
                n[a, d] += places.sum()
                unigram[a, d] += own[places].sum()
    return HeldOutText(checkpoint.id, corpus, bits, n.astype(np.int64), unigram)


def read_test_articles(limit: int = MAX_ARTICLES) -> list[list[list[str]]]:
    """The first articles of the registered Wikipedia text that no model of ours learns from."""
    found: dict[str, list[list[str]]] = {}
    for article in iterate_article_lines():
        if part_of(article.title) == "test":
            own = found.setdefault(article.title, [])
            own += [words for _, words in iterate_sentences([article])]
            if len(found) > limit:
                break
    return [sentences for sentences in list(found.values())[:limit] if sentences]


_TEXTS = ResultKind("-perplexity", HeldOutText)
save_held_out, load_held_out = _TEXTS.save, _TEXTS.load


@dataclass(frozen=True)
class MisspeltWords:
    """`core.analysis.elmo.misspellings.OovNeighbours` in a few numbers: (1 or 10 nearest, value and interval).

    Attributes
    ----------
    trained, trigrams, untrained : float64 arrays of shape (2, 3)
        Recall.
    over_trigrams, over_untrained : float64 arrays of shape (2, 3)
        Recall of the trained encoder less that of the control.
    """

    checkpoint_id: str
    n_asked: int
    n_words: int
    trained: np.ndarray
    trigrams: np.ndarray
    untrained: np.ndarray
    over_trigrams: np.ndarray
    over_untrained: np.ndarray


def measure_misspelt(checkpoint: BiLMCheckpoint, report: Callable[[int, int], None] | None = None) -> MisspeltWords:
    """Misspell a thousand words and look for them."""
    found = measure_oov_neighbours(checkpoint, progress=report)
    recall = {space: np.array([found.recall(space, k) for k in (1, 10)]) for space in found.hits}
    over = {space: np.array([found.difference(space, k) for k in (1, 10)]) for space in ("trigrams", "untrained")}
    return MisspeltWords(checkpoint.id, len(found.asked), found.n_words, recall["trained"], recall["trigrams"],
                         recall["untrained"], over["trigrams"], over["untrained"])


_WORDS = ResultKind("-misspelt", MisspeltWords)
save_misspelt, load_misspelt = _WORDS.save, _WORDS.load
