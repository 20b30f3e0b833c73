"""A bidirectional language model of a few cells in a cache, and results such as are stored of it."""

import numpy as np
import torch

from core.analysis.elmo.layer_study import LayerStudy, save_layers
from core.analysis.elmo.sense_study import read_demo, save_senses, study_senses
from core.checkpoints.bilm import load_bilm, save_bilm
from core.checkpoints.card import BiLMCard
from core.corpora.senses import read_demo_senses
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig

CONFIG = CharacterConfig(((1, 8), (2, 8), (3, 8)), 8, 1, 12)


def list_words(n: int = 400) -> list[str]:
    """Markers and words of our own sentences."""
    words = dict.fromkeys(word for example in read_demo_senses() for word in example.words)
    return ["<S>", "</S>", "<UNK>", *list(words)[:n - 3]]


def save_model(*, n_words: int = 400, seed: int = 0) -> BiLMCard:
    """Write a model that has learned nothing into the cache."""
    torch.manual_seed(seed)
    model = BiLM(BiLMConfig(CONFIG, cell_size=16, vocabulary_size=n_words)).eval()
    return save_bilm(model, list_words(n_words), card_fields={
        "corpus": {"name": "toy", "licence": "ours", "sha256": "", "n_tokens": 1_000, "n_articles": 10},
        "training": {"seed": seed, "epochs": 1}, "n_words": {"train": 900, "validation": 50, "test": 50}, "steps": 5,
        "seconds": 1.0, "history": [{"epoch": 0, "loss": 10.0, "words": 5, "validation_perplexity": 400.0}],
        "perplexity": {part: {"forward": 401.0, "backward": 399.0} for part in ("validation", "test")},
        "versions": {}})


def store_studies(checkpoint_id: str) -> None:
    """Results of the model: senses measured on our own sentences, tasks drawn by chance."""
    save_senses(study_senses(load_bilm(checkpoint_id), [read_demo()]))
    rng, names = np.random.default_rng(0), ("glove", "layer 0", "layer 1", "layer 2", "equal", "learned", "untrained")
    tasks, n, seeds = ("pos", "depth", "polarity"), 60, 2
    error = (rng.random((len(tasks) * n, len(names))) < np.linspace(0.2, 0.5, len(names))).astype(np.float16)
    score = np.stack([1 - error[t * n:(t + 1) * n].mean(0, dtype=np.float64) for t in range(len(tasks))])
    shares = rng.dirichlet((2, 2, 2), size=(len(tasks), seeds))
    save_layers(LayerStudy(
        checkpoint_id, tasks, ("gum", "gum", "rt-polarity"), names, np.stack([score, score], axis=2),
        np.array([0.14, 0.0, 0.5]), error, np.arange(len(tasks) + 1) * n,
        np.tile(np.repeat(np.arange(n // 6), 6), 3).astype(np.int32), shares,
        np.ones((len(tasks), seeds)), np.full(len(tasks), 500), np.array([0.01, 0.1, 1.0]),
        np.sort(rng.uniform(0.4, 0.9, size=(len(tasks), 3, 2, seeds)), axis=1)))
