"""Many seeds of the experiment, in worker processes, each stored as it ends; what is stored is not made again."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from typing import Literal

import torch

from core.analysis.results import load_result, result_folder, save_result
from core.analysis.saliency.experiment import Say, SeedResult, run_seed
from core.analysis.saliency.material import POLARITY, Material, prepare_material, read_labelled
from core.errors import AnalysisError, TrainingError
from core.models.cnn import Channels
from core.training.cnn import CNNTraining

MAX_SEEDS = 1_000


@dataclass(frozen=True)
class ExperimentSettings:
    """What ``python -m core.training saliency`` runs."""

    corpus: str = POLARITY
    vectors: str = "glove-6b-50d"
    seeds: int = 20            # the paper has one; a difference of one point wants about twenty
    first_seed: int = 0
    workers: int = 1           # processes
    channels: Channels = "static"
    heights: tuple[int, ...] = (3,)
    n_filters: int = 100
    dropout: float = 0.5
    optimiser: Literal["adam", "adadelta"] = "adam"
    learning_rate: float = 1e-3
    norm_cap: float = 0.0
    batch: int = 50
    epochs: int = 50

    def training(self, seed: int) -> CNNTraining:
        """Settings of one seed's trainings."""
        own = {name: value for name, value in asdict(self).items()
               if name not in ("corpus", "vectors", "seeds", "first_seed", "workers")}
        return CNNTraining(seed=seed, **own)


def name_seed(settings: ExperimentSettings, seed: int) -> str:
    """Name of a stored seed."""
    return f"{name_series(settings)}-seed{seed}"


def name_series(settings: ExperimentSettings) -> str:
    """What the names of all seeds of an experiment begin with."""
    return f"saliency-{settings.corpus}-{settings.vectors}-{settings.training(0).digest}"


def load_seeds(settings: ExperimentSettings) -> list[SeedResult]:
    """The stored seeds of an experiment, in order."""
    found = []
    for seed in range(settings.first_seed, settings.first_seed + settings.seeds):
        try:
            found.append(load_result(name_seed(settings, seed), SeedResult))
        except AnalysisError:
            continue
    return found


def run_seeds(settings: ExperimentSettings, *, say: Say = lambda line: None) -> list[str]:
    """Run the seeds that are not stored yet; names of all.

    Raises
    ------
    WordglassError
        Absent corpus or vectors, settings out of range.
    """
    if not 1 <= settings.seeds <= MAX_SEEDS or not 1 <= settings.workers <= 64:
        raise TrainingError("{n} seeds in {workers} processes cannot be run.", "Choose 1 to {most} seeds and 1 to 64 "
                            "processes.", n=settings.seeds, workers=settings.workers, most=MAX_SEEDS)
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    settings.training(seeds[0]).check()
    due = [seed for seed in seeds if not _is_stored(settings, seed)]
    say(f"{len(seeds) - len(due)} of {len(seeds)} seeds are stored")
    if due:
        material = prepare_material(read_labelled(settings.corpus), settings.vectors)
        say(f"{len(material.texts):,} sentences, {len(material.words):,} words, {material.n_found:,} with vectors")
        if settings.workers == 1:
            for seed in due:
                say(_run_and_store(material, settings, seed))
        else:
            _spread(material, settings, due, say)
    return [name_seed(settings, seed) for seed in seeds]


def _spread(material: Material, settings: ExperimentSettings, due: Sequence[int], say: Say) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(settings.workers, context, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        jobs = [pool.submit(_run_and_store, material, replace(settings, workers=1), seed) for seed in due]
        try:
            for job in as_completed(jobs):
                say(job.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _is_stored(settings: ExperimentSettings, seed: int) -> bool:
    return (result_folder(name_seed(settings, seed)) / "manifest.json").exists()


def _run_and_store(material: Material, settings: ExperimentSettings, seed: int) -> str:
    if _is_stored(settings, seed):  # by another process meanwhile
        return f"seed {seed} is stored"
    found = run_seed(material, settings.training(seed))
    save_result(name_seed(settings, seed), found, parents={})
    line = ", ".join(f"{name} {curve[-1]:.3f}" for name, curve in zip(found.models, found.accuracy, strict=True))
    return f"seed {seed}, {found.seconds:.0f} s: {line}"
