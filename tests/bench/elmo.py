"""ELMo: recording many sentences at once, a moved slider, a typed sentence."""

from dataclasses import dataclass

import numpy as np

from core.analysis.elmo.mixing import from_shares
from core.analysis.elmo.products import find_cosines, measure_products
from core.analysis.elmo.purity import measure_purity
from core.analysis.elmo.surprise import score_sentence
from core.checkpoints.bilm import BiLMCheckpoint, list_bilms, load_bilm
from core.corpora.senses import read_demo_senses
from core.states.bilm import record_bilm
from core.tokens.sentences import tokenise_words
from tests.bench.row import Row, time_interleaved

RECORDING_FLOOR = 10.0  # times faster together than one by one
SLIDER_LIMIT = 200.0    # milliseconds from a new mix of 2,000 words to neighbours and purity
TYPED_LIMIT = 150.0     # milliseconds from a typed sentence to every layer and its surprise


@dataclass(frozen=True)
class Sizes:
    """Of what is measured."""

    sentences: int = 1_000
    alone: int = 100        # of them, one by one: enough to know their mean
    tokens: int = 2_000
    repeats: int = 5


def bench_recording(checkpoint: BiLMCheckpoint, sizes: Sizes = Sizes()) -> Row:
    """Sentences of our own a second, every layer, together and one by one."""
    own = [example.words for example in read_demo_senses()]
    sentences = [own[i % len(own)] for i in np.random.default_rng(0).permutation(sizes.sentences)]
    few = sentences[:sizes.alone]
    together, alone = time_interleaved(
        lambda: record_bilm(checkpoint.model, sentences),
        lambda: [record_bilm(checkpoint.model, [words]) for words in few], repeats=sizes.repeats, warm_up=1)
    ours, other = len(sentences) / together, len(few) / alone
    return Row("elmo.recording", ours, other, ours / other, RECORDING_FLOOR, "sent./s")


def bench_slider(checkpoint: BiLMCheckpoint, sizes: Sizes = Sizes()) -> Row:
    """Milliseconds from new shares of the layers to all cosines, the nearest words and both measures of purity."""
    rng = np.random.default_rng(0)
    width, n_layers = checkpoint.model.config.width, checkpoint.model.config.n_layers + 1
    products = measure_products(rng.normal(size=(n_layers, sizes.tokens, width)).astype(np.float32))
    senses, turn = rng.integers(3, size=sizes.tokens).astype(str), iter(range(10**6))

    def move() -> None:
        cosines = find_cosines(products.mix(from_shares((1.0, 0.5 + next(turn) % 7 / 10, *[0.3] * (n_layers - 2)))))
        measure_purity(cosines, senses)

    (seconds,) = time_interleaved(move, repeats=sizes.repeats)
    return Row("elmo.slider", 1000 * seconds, SLIDER_LIMIT, SLIDER_LIMIT / (1000 * seconds), 1.0, "ms")


def bench_typed(checkpoint: BiLMCheckpoint, sizes: Sizes = Sizes()) -> Row:
    """Milliseconds from a sentence of 20 words, typed, to what both directions say of every word."""
    words = [word for example in read_demo_senses()[:6] for word in example.words if word != "."]
    text = " ".join(words[:20])
    (seconds,) = time_interleaved(lambda: score_sentence(checkpoint, tokenise_words(text)), repeats=sizes.repeats)
    return Row("elmo.typed", 1000 * seconds, TYPED_LIMIT, TYPED_LIMIT / (1000 * seconds), 1.0, "ms")


def run(sizes: Sizes = Sizes()) -> list[Row]:
    """Every row of this system, where a model is here."""
    if not (cards := list_bilms()[0]):
        return []
    checkpoint = load_bilm(cards[0].id)
    return [bench_recording(checkpoint, sizes), bench_slider(checkpoint, sizes), bench_typed(checkpoint, sizes)]
