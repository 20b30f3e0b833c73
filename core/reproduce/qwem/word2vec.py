"""``python -m core.reproduce.qwem.word2vec``: the word2vec of gensim on the same text and the same words.

It serves comparison alone, so gensim is none of our requirements; it is asked for where it is missing.
"""

import sys
import time
from dataclasses import asdict, dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
import tyro

from core.analysis.qwem.concepts import count_text, describe_text, find_text, list_versions
from core.checkpoints.card import VectorsCard
from core.checkpoints.embeddings import save_vectors
from core.corpora.text import iterate_text
from core.errors import TrainingError, WordglassError
from core.tokens.cooccurrence import CountSettings
from core.training.qwem_pairs import EncodedText, encode_text

SENTENCE = 10_000  # words: gensim cuts longer sentences off without a word


@dataclass(frozen=True)
class Word2VecSettings:
    """Skip-gram with negative sampling; what is not named is gensim's default."""

    corpus: str = "wiki-en"
    vocabulary: int = 10_000     # the very words that are counted for M*
    window: int = 16             # as for M*: gensim shrinks it at random, which weighs distances linearly
    dimension: int = 200
    negatives: int = 5           # word2vec's own choice for small corpora
    epochs: int = 5
    workers: int = 2             # with more than one, no run equals another to the last bit
    seed: int = 0
    max_tokens: int = 0          # of the vocabulary's words, from the beginning; 0: all


def train_word2vec(settings: Word2VecSettings) -> VectorsCard:
    """Train and save vectors.

    Raises
    ------
    TrainingError
        gensim is not installed, or the text has too few words.
    """
    gensim = _load_gensim()
    counting = CountSettings(window=settings.window, vocabulary_size=settings.vocabulary)
    counted = count_text(settings.corpus, counting)
    text = encode_text(iterate_text(find_text(settings.corpus), articles=counting.articles), counted.words)
    sentences = cut_sentences(text, counted.words, settings.max_tokens)
    start = time.monotonic()
    model = gensim.models.Word2Vec(
        sentences, vector_size=settings.dimension, window=settings.window, sg=1, hs=0, negative=settings.negatives,
        epochs=settings.epochs, workers=settings.workers, seed=settings.seed, min_count=1)
    seconds = time.monotonic() - start
    rows = model.wv.key_to_index
    words = [word for word in counted.words if word in rows]
    order = np.array([rows[word] for word in words])
    return save_vectors(words=words, vectors=model.wv.vectors[order], contexts=model.syn1neg[order], card_fields={
        "program": f"gensim {gensim.__version__}", "corpus": describe_text(settings.corpus, counted),
        "settings": {name: value for name, value in asdict(settings).items() if name != "corpus"},
        "seconds": round(seconds, 3), "versions": list_versions()})


def cut_sentences(text: EncodedText, words: tuple[str, ...], max_tokens: int = 0) -> list[list[str]]:
    """Articles as lists of words, none longer than gensim reads."""
    n = min(max_tokens or len(text.ids), len(text.ids))
    ends = np.append(np.flatnonzero(np.diff(text.articles[:n])) + 1, n)
    names, sentences, begin = np.array(words, object), [], 0
    for end in ends:
        sentences += [names[text.ids[a:min(a + SENTENCE, end)]].tolist() for a in range(begin, end, SENTENCE)]
        begin = end
    return sentences


def _load_gensim() -> ModuleType:
    try:
        import_module("gensim.models")
    except ImportError:
        raise TrainingError("gensim is not installed; it trains the word2vec that ours is compared with.",
                            "Run: pip install -r requirements-dev.txt") from None
    return import_module("gensim")


def main() -> int:
    """Train with the settings of the command line; 0 when vectors were written."""
    settings = tyro.cli(Word2VecSettings, prog="python -m core.reproduce.qwem.word2vec")
    try:
        card = train_word2vec(settings)
    except WordglassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{card.id}: {card.vocabulary_size:,} words in {card.dimension} dimensions, {card.program}, "
          f"{card.seconds:,.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
