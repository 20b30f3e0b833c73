"""What the meanings page reads and computes once: examples, their vectors, and what no slider changes."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import streamlit as st

from core.analysis.elmo.mixing import Mix, Sides, mix_layers, one_layer
from core.analysis.elmo.neighbours import list_types
from core.analysis.elmo.own_examples import read_own_examples
from core.analysis.elmo.pairs import PairSample, PairSpread, draw_pairs, measure_pairs
from core.analysis.elmo.plane import project_products
from core.analysis.elmo.products import find_cosines, multiply_vectors
from core.analysis.elmo.purity import (
    Purity,
    WordsSummary,
    list_mixes,
    measure_purity,
    record_words,
    summarise_tokens,
)
from core.analysis.elmo.word_tokens import WordTokens, draw_examples, record_tokens
from core.analysis.projection import embed_umap
from core.corpora.senses import SenseExample, read_coarsewsd, read_demo_senses
from core.corpora.vectors import GLOVE, list_vector_sources, load_vectors
from core.errors import AnalysisError, TextError
from core.figures.elmo.senses import SenseLooks
from core.states.bilm import encode_words
from core.ui.elmo.cached import get_checkpoint
from core.ui.language import tr
from core.ui.seq2seq.shelf import Shelf, show_progress

OURS, COARSE, OWN = "ours", "coarsewsd", "own"
PROGRESS_FROM = 120  # examples; fewer are read in less than a second


@dataclass(frozen=True)
class Choice:
    """Which examples are looked at.

    Attributes
    ----------
    source : {"ours", "coarsewsd", "own"}
    n, balanced : int, bool
        Of CoarseWSD-20: how many, and whether every sense has as many.
    text : str
        A reader's own lines.
    """

    source: str
    word: str
    n: int = 0
    balanced: bool = False
    text: str = field(default="", repr=False)

    def read(self) -> tuple[tuple[SenseExample, ...], list[TextError]]:
        """The examples, and the faults of lines that cannot be used; errors as `read_own_examples`."""
        if self.source == OWN:
            return read_own_examples(self.text, self.word)
        if self.source == COARSE:
            return draw_examples(read_coarsewsd("test", (self.word,)), self.n, balanced=self.balanced), []
        return tuple(example for example in read_demo_senses() if example.lemma == self.word), []

    def recipe(self) -> tuple[str, str]:
        """Lines of Python that import what reads the examples, and that read them."""
        if self.source == OWN:
            return ("from core.analysis.elmo.own_examples import read_own_examples\n",
                    f"examples, faults = read_own_examples({self.text!r}, {self.word!r})\n")
        if self.source == COARSE:
            return ("from core.analysis.elmo.word_tokens import draw_examples\n"
                    "from core.corpora.senses import read_coarsewsd\n",
                    f'examples = draw_examples(read_coarsewsd("test", ({self.word!r},)), {self.n}, '
                    f"balanced={self.balanced})\n")
        return ("from core.corpora.senses import read_demo_senses\n",
                f"examples = [e for e in read_demo_senses() if e.lemma == {self.word!r}]\n")


@st.cache_resource(max_entries=32, show_spinner=False)
def read_choice(choice: Choice) -> tuple[tuple[SenseExample, ...], list[TextError]]:
    """`Choice.read`, once."""
    return choice.read()


@st.cache_resource(max_entries=1, show_spinner=False)
def _get_shelf() -> Shelf:
    """Recorded words: at most 220 MB each (2,000 examples by the widest published model), mostly less than one."""
    return Shelf(4)


def find_tokens(checkpoint_id: str, choice: Choice) -> WordTokens:
    """Vectors of the chosen examples; of many with a bar of progress."""
    shelf, key = _get_shelf(), (checkpoint_id, choice)
    if (tokens := shelf.find(key)) is None:
        examples, model = read_choice(choice)[0], get_checkpoint(checkpoint_id).model
        if len(examples) >= PROGRESS_FROM:
            move, clear = show_progress(tr("Reading the sentences, once:"))
            tokens = record_tokens(model, examples, progress=move)
            clear()
        else:
            tokens = record_tokens(model, examples)
        shelf.keep(key, tokens)
    return tokens


@st.cache_resource(max_entries=64, show_spinner=False)
def record_typed(checkpoint_id: str, examples: tuple[SenseExample, ...]) -> WordTokens:
    """Vectors of a typed pair."""
    return record_tokens(get_checkpoint(checkpoint_id).model, examples)


@st.cache_resource(max_entries=16, show_spinner=False)
def get_reference(checkpoint_id: str, choice: Choice) -> np.ndarray:
    """The picture that all pictures of these examples are turned towards: the mean of all layers."""
    tokens = find_tokens(checkpoint_id, choice)
    return project_products(tokens.products.mix(Mix((0.0,) * len(tokens.layers)))).points


@st.cache_resource(max_entries=16, show_spinner=False)
def get_looks(choice: Choice) -> SenseLooks:
    """What the points of the plane say."""
    examples = read_choice(choice)[0]
    return SenseLooks([e.words for e in examples], [e.position for e in examples], [e.sense for e in examples])


@st.cache_resource(max_entries=16, show_spinner=False)
def get_pairs(choice: Choice) -> PairSample:
    """Pairs of one sense and of two."""
    return draw_pairs(np.array([example.sense for example in read_choice(choice)[0]], object))


def score(cosines: np.ndarray, senses: np.ndarray) -> Purity | None:
    """Purity of the examples that have a sense; None where they cannot be told apart at all."""
    try:
        return measure_purity(cosines, senses)
    except AnalysisError:
        return None


@dataclass(frozen=True, eq=False)
class Space:
    """One kind of vector of the chosen examples."""

    purity: Purity | None
    spread: PairSpread | None = None


@st.cache_resource(max_entries=64, show_spinner=False)
def measure_layers(checkpoint_id: str, choice: Choice, *, sides: Sides, normalise: bool) -> tuple[Space, ...]:
    """Each layer alone, L + 1 of them."""
    tokens, pairs = find_tokens(checkpoint_id, choice), get_pairs(choice)
    found = []
    for k in range(len(tokens.layers)):
        cosines = find_cosines(tokens.products.mix(one_layer(k, len(tokens.layers), sides=sides, normalise=normalise)))
        found.append(Space(score(cosines, tokens.senses), measure_pairs(cosines, pairs)))
    return tuple(found)


@st.cache_resource(max_entries=16, show_spinner=False)
def measure_around(checkpoint_id: str, choice: Choice) -> Purity | None:
    """The words around, without their order."""
    tokens = find_tokens(checkpoint_id, choice)
    return score(find_cosines(multiply_vectors(tokens.around)), tokens.senses)


def has_glove() -> bool:
    """Whether GloVe's vectors are on this machine."""
    return GLOVE in list_vector_sources()


@st.cache_resource(max_entries=16, show_spinner=False)
def _scan_glove(words: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Vectors of those of some words in lower case that GloVe knows (2 s)."""
    found = load_vectors(GLOVE, frozenset(words))
    return {word: found.vectors[row] for word, row in found.ids.items()}


@lru_cache(maxsize=1)
def _list_ours() -> tuple[str, ...]:
    return list_types(read_demo_senses())


def read_glove(words: Collection[str]) -> dict[str, np.ndarray]:
    """The same; the file is read once for all words of our own sentences, and again only for others."""
    others = tuple(sorted(set(words) - set(_list_ours())))
    found = _scan_glove(_list_ours()) | (_scan_glove(others) if others else {})
    return {word: found[word] for word in words if word in found}


@st.cache_resource(max_entries=16, show_spinner=False)
def measure_glove(checkpoint_id: str, choice: Choice) -> tuple[Purity | None, list[str]]:
    """Purity of GloVe's vectors, and the forms that have none, for which there is no purity."""
    tokens = find_tokens(checkpoint_id, choice)
    forms = [form.lower() for form in tokens.forms]
    vectors = read_glove(tuple(sorted(set(forms))))
    unknown = sorted(set(forms) - set(vectors))
    if unknown:
        return None, unknown
    return score(find_cosines(multiply_vectors(np.stack([vectors[form] for form in forms]))), tokens.senses), []


@dataclass(frozen=True, eq=False)
class StaticWords:
    """Words of our own sentences and their vectors by themselves; a word that GloVe lacks has zeros there."""

    words: tuple[str, ...]
    letters: np.ndarray = field(repr=False)
    glove: np.ndarray | None = field(repr=False)


@st.cache_resource(max_entries=3, show_spinner=False)
def get_static_words(checkpoint_id: str) -> StaticWords:
    """About 2,000 words, among which the nearest to a word are looked for."""
    words = _list_ours()
    letters, glove = encode_words(get_checkpoint(checkpoint_id).model, words).numpy(), None
    if has_glove():
        known = read_glove(words)
        zero = np.zeros_like(next(iter(known.values()), np.zeros(1, np.float32)))
        glove = np.stack([known.get(word, zero) for word in words])
    return StaticWords(words, letters, glove)


@st.cache_resource(max_entries=3, show_spinner=False)
def get_our_words(checkpoint_id: str) -> dict[str, WordTokens]:
    """All our own sentences, read."""
    return record_words(get_checkpoint(checkpoint_id).model, read_demo_senses())


@st.cache_resource(max_entries=16, show_spinner=False)
def summarise_layers(checkpoint_id: str, *, sides: Sides, normalise: bool) -> WordsSummary:
    """Each layer alone over all our words."""
    words = get_our_words(checkpoint_id)
    n_layers = len(next(iter(words.values())).layers)
    return summarise_tokens(words, {name: one_layer(int(name), n_layers, sides=sides, normalise=normalise)
                                    for name in list_mixes(n_layers) if name != "mix"})


@st.cache_resource(max_entries=128, show_spinner=False)
def summarise_mix(checkpoint_id: str, mix: Mix) -> WordsSummary:
    """A mix over all our words, with the word alone (``"0"``) of the same sides."""
    base = one_layer(0, len(mix.weights), sides=mix.sides, normalise=mix.normalise)
    return summarise_tokens(get_our_words(checkpoint_id), {"0": base, "mix": mix})


@st.cache_resource(max_entries=12, show_spinner=False)
def embed_mix(checkpoint_id: str, choice: Choice, mix: Mix) -> np.ndarray:
    """UMAP of the mixed vectors brought to one length, so that cosines decide."""
    vectors = mix_layers(find_tokens(checkpoint_id, choice).layers, mix)
    return embed_umap(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), 2)
