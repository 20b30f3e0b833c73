"""How well a text CNN does on rt-polarity when it learns from all of T1 and T2: the paper's 0.78, Kim's 81 %."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.analysis.results import load_result, save_result
from core.analysis.saliency.experiment import start_model
from core.analysis.saliency.material import POLARITY, Material, prepare_material, read_labelled
from core.corpora.vectors import VECTORS, list_vector_sources
from core.tokens.labelled import split_three
from core.training.cnn import CNNRun, CNNTraining, measure_accuracy

SEEDS = 5
KEPT_BACK = 0.1  # of what is learned from, to choose the epoch, as in Kim 2014
TRAININGS = {  # word vectors and heights
    "fixed (3)": CNNTraining(epochs=25),
    "learned (3)": CNNTraining(channels="non-static", epochs=12),
    "learned (3 to 5)": CNNTraining(channels="non-static", heights=(3, 4, 5), epochs=12),
}
Say = Callable[[str], None]


@dataclass(frozen=True)
class FullAccuracy:
    """Accuracy on T3 after learning from T1 and T2. N networks, S seeds.

    Attributes
    ----------
    corpus, vectors : str
    networks : tuple of str, length N
    accuracy : float32 array of shape (N, S)
        At the epoch that did best on the tenth of T1 and T2 that was kept back.
    kept_back : float32 array of shape (N, S)
        Accuracy there.
    epochs : int64 array of shape (N, S)
        The epoch chosen.
    n_test, n_learned : int
    """

    corpus: str
    vectors: str
    networks: tuple[str, ...]
    accuracy: np.ndarray
    kept_back: np.ndarray
    epochs: np.ndarray
    n_test: int
    n_learned: int


def list_sources() -> list[str]:
    """Vectors to measure with: those on this machine."""
    return [name for name in VECTORS if name in list_vector_sources()]


def name_full(vectors: str) -> str:
    """Name of the stored result."""
    return f"saliency-full-{POLARITY}-{vectors}"


def load_full(vectors: str) -> FullAccuracy:
    """The stored accuracy.

    Raises
    ------
    AnalysisError
        It is not stored.
    """
    return load_result(name_full(vectors), FullAccuracy)


def measure_full(vectors: str, *, say: Say = lambda line: None, seeds: int = SEEDS) -> FullAccuracy:
    """Train every network with every seed, and store what they score; about ten minutes with 50 dimensions."""
    material = prepare_material(read_labelled(POLARITY), vectors)
    rows = np.array([[_train(material, replace(settings, seed=seed)) for seed in range(seeds)]
                     for settings in TRAININGS.values()])
    for name, own in zip(TRAININGS, rows[:, :, 0], strict=True):
        say(f"{name}: {own.mean():.3f} on T3, {seeds} seeds")
    parts = split_three(len(material.texts), seed=0)
    n = len(parts.t1) + len(parts.t2)
    result = FullAccuracy(material.name, vectors, tuple(TRAININGS), rows[:, :, 0].astype(np.float32),
                          rows[:, :, 1].astype(np.float32), rows[:, :, 2].astype(np.int64), len(parts.t3),
                          n - round(n * KEPT_BACK))
    save_result(name_full(vectors), result, parents={})
    return result


def _train(material: Material, settings: CNNTraining) -> tuple[float, float, int]:
    """Accuracy on T3, on what was kept back, and the epoch."""
    parts = split_three(len(material.texts), seed=settings.seed)
    rows = np.random.default_rng([settings.seed, 31]).permutation(np.concatenate([parts.t1, parts.t2]))
    n = round(len(rows) * KEPT_BACK)
    kept, test = material.texts.take(np.sort(rows[:n])), material.texts.take(parts.t3)
    found: list[tuple[float, float, int]] = []
    run = CNNRun(settings, start_model(material, settings), material.texts.take(np.sort(rows[n:])))
    run.train(lambda run: found.append((measure_accuracy(run.model, test), measure_accuracy(run.model, kept),
                                        run.epoch)))
    return max(found, key=lambda row: (row[1], -row[2]))  # of equals, the earliest
