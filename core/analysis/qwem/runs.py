"""Gradient runs from a text to a recorded result: count, compare with M*'s eigenpairs, train, save."""

from dataclasses import asdict, dataclass

import numpy as np

from core.analysis.qwem.concepts import Say, count_text, describe_text, find_text, list_versions
from core.analysis.qwem.eigen import Eigenpairs, compute_eigenpairs
from core.analysis.qwem.target import build_target
from core.checkpoints.card import RunCard, TextCard
from core.checkpoints.embeddings import save_run
from core.corpora.text import iterate_text
from core.errors import TrainingError
from core.settings import cache_folder
from core.tokens.cooccurrence import Cooccurrence, CountSettings
from core.tokens.shards import Report
from core.training.memory import keep_large_blocks
from core.training.qwem import N_MODES, GradientData, GradientRun, GradientTraining
from core.training.qwem_pairs import PairSampler, encode_text


@dataclass(frozen=True)
class PreparedRun:
    """What a run reads, its words and its text."""

    data: GradientData
    words: tuple[str, ...]
    text: TextCard


def prepare_run(settings: GradientTraining, *, report: Report | None = None) -> PreparedRun:
    """Count the text, find M*'s eigenpairs and, for a sampled gradient, encode the text.

    Raises
    ------
    WordglassError
        Absent or unreadable text; a vocabulary larger than the text's.
    """
    counting = CountSettings(window=settings.window, weights=settings.weights, vocabulary_size=settings.vocabulary)
    counted = count_text(settings.corpus, counting, report=report)
    if len(counted) < settings.vocabulary:
        raise TrainingError("The text has {n} different words, fewer than the vocabulary of {expected}.",
                            "Choose a vocabulary of at most {n} words, or take a longer text.", n=len(counted),
                            expected=settings.vocabulary)
    pairs = find_modes(build_target(counts := _dense(counted)), min(N_MODES, settings.vocabulary), tied=settings.tied)
    sampler = None
    if settings.gradient == "sampled":
        blocks = iterate_text(find_text(settings.corpus), articles=counting.articles)
        sampler = PairSampler(encode_text(blocks, counted.words), counting.distance_weights[1:])
    return PreparedRun(GradientData(counts, pairs.values, pairs.vectors, sampler), counted.words,
                       describe_text(settings.corpus, counted))


def find_modes(target: np.ndarray, k: int, *, tied: bool) -> Eigenpairs:
    """The `k` eigenpairs that a run learns, first to last: positive ones, or untied those of the largest magnitude."""
    upper = compute_eigenpairs(target, k)
    if tied:
        return upper
    lower = compute_eigenpairs(-target, k)
    values = np.concatenate([upper.values, -lower.values])
    order = np.argsort(-np.abs(values), kind="stable")[:k]
    return Eigenpairs(values[order], np.hstack([upper.vectors, lower.vectors])[:, order],
                      np.concatenate([upper.residuals, lower.residuals])[order])


def _dense(counted: Cooccurrence) -> np.ndarray:
    return counted.counts if isinstance(counted.counts, np.ndarray) else counted.counts.toarray()


def record_run(settings: GradientTraining, *, say: Say = lambda line: None, report: Report | None = None) -> RunCard:
    """Train, resume or finish a run, and save what it recorded."""
    settings = settings.resolved()
    keep_large_blocks()
    prepared = prepare_run(settings, report=report)
    run = GradientRun(settings, prepared.data, cache_folder() / "training" / settings.run_id)
    resumed = run.resume()
    say(f"{'resumed at step' if resumed else 'starts:'} {run.step:,} of {run.n_steps:,} steps, "
        f"λ₁ = {run.objective.rate:.1f}, τ₁ = {run.tau:.4g}")
    run.train()
    return finish_run(run, prepared)


def finish_run(run: GradientRun, prepared: PreparedRun) -> RunCard:
    """Save a run's moments and snapshots as a checkpoint folder."""
    arrays = {name: run.stack(name) for name in ("step", "time", "loss", "singular", "strength", "overlap")}
    arrays |= {"values": prepared.data.values, "start": arrays["strength"][0], "agreement": run.compare()}
    return save_run(words=prepared.words, arrays=arrays, snapshots=run.snapshots, card_fields={
        "corpus": prepared.text, "settings": asdict(run.settings) | {"device": run.device.type},
        "lr": run.lr, "tau": run.tau, "n_steps": run.n_steps, "seconds": round(run.seconds, 1),
        "versions": list_versions()})
