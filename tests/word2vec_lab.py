"""A cache of concepts and recorded runs small enough for tests, whose words are real ones."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.analysis.qwem.runs import record_run
from core.checkpoints.card import ConceptsCard, TextCard
from core.checkpoints.embeddings import save_concepts, save_vectors
from core.corpora.word_pairs import PairFamily, read_word_pairs
from core.training.qwem import GradientTraining
from tests.training.toy_counts import draw_articles, write_text

GOOGLE = {"capital": "capital-common-countries", "city-state": "city-in-state", "past": "gram7-past-tense",
          "plural": "gram8-plural", "adverb": "gram1-adjective-to-adverb", "male-female": "family"}
TEXT = TextCard(name="wiki-en", licence="none", sha256="0" * 64, n_tokens=1_000, n_articles=1)


def make_words() -> tuple[tuple[str, ...], np.ndarray]:
    """The words of all families, and vectors whose pairs differ by one direction a family, (V, 40)."""
    rng = np.random.default_rng(0)
    places: dict[str, np.ndarray] = {}
    for family in read_word_pairs():
        direction = 1.5 * rng.standard_normal(40)
        for a, b in family.pairs:
            places.setdefault(a, rng.standard_normal(40))
            places.setdefault(b, places[a] + direction + 0.3 * rng.standard_normal(40))
    return tuple(places), np.stack(list(places.values()))


def make_google() -> tuple:
    """The lab's own questions under Google's names."""
    return tuple(PairFamily(GOOGLE[f.name], f.pairs).ask() for f in read_word_pairs() if f.name in GOOGLE)


def save_toy_concepts(name: str = "wiki-en", dimension: int = 30) -> ConceptsCard:
    """Eigenpairs whose embedding is that of `make_words`."""
    words, vectors = make_words()
    u, s, _ = np.linalg.svd(vectors, full_matrices=False)
    return save_concepts(words=words, word_counts=np.arange(len(words), 0, -1), values=s[:dimension] ** 2,
                         vectors=u[:, :dimension].astype(np.float32), residuals=np.zeros(dimension), card_fields={
        "corpus": TEXT.model_copy(update={"name": name}), "seconds": {}, "versions": {}, "settings": {
            "vocabulary": len(words), "window": 16, "weights": "linear", "min_count": 1, "articles": "blank",
            "article_words": 0, "target": "mstar"}})


def save_toy_vectors(**settings) -> None:
    """The same words with more noise, as another program's vectors."""
    words, vectors = make_words()
    noise = np.random.default_rng(1).standard_normal(vectors.shape)
    save_vectors(words=words, vectors=vectors + 0.4 * noise, contexts=vectors, card_fields={
        "program": "gensim 4", "corpus": TEXT, "settings": settings, "seconds": 1.0, "versions": {}})


@cache
def build_lab() -> Path:
    """A cache with concepts and four short runs, made once a process. Only read it."""
    folder = Path(tempfile.mkdtemp(prefix="wordglass-lab-")) / "cache"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(folder))
        save_toy_concepts()
        text = write_text(folder.parent / "text.txt", draw_articles())
        shared = {"corpus": str(text), "vocabulary": 40, "window": 4, "dimension": 30, "duration": 5.0, "moments": 200,
                  "snapshots": 0, "rate": 0.005, "device": "cpu"}
        for changes in ({"init_scale": 1e-1}, {"init_scale": 1e-12}, {"init_scale": 1e-12, "loss": "sgns"},
                        {"init_scale": 1e-2, "tied": False, "duration": 2.0}):
            record_run(GradientTraining(**shared | changes))
    return folder
