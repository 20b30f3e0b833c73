"""The job ``classify``: train a text CNN on labelled sentences and follow how saliency moves.

It reads the sentences that ship, rt-polarity where it is on this machine, or a table that the reader brought, known by
its digest. Its progress is one ``start`` row, then one ``epoch`` row at a time. Stopped, it goes on from its last
whole epoch, the same to the last bit.
"""

import math
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import torch
from scipy.stats import binomtest

from core.analysis.saliency.material import (
    CORPORA,
    DEMO,
    POLARITY,
    Material,
    list_vectors,
    prepare_material,
    read_labelled,
)
from core.analysis.saliency.phase_one import EpochRecord
from core.analysis.saliency.recording import record_training
from core.checkpoints.verify import checkpoint_folder
from core.corpora.labelled import LabelledSentences
from core.corpora.registry import find_corpus
from core.errors import JobError, WordglassError
from core.jobs.labelled import OWN, check_sentences, draw_sentences, read_kept, read_own
from core.jobs.store import list_jobs, training_folder
from core.jobs.worker import Work
from core.models.cnn import Channels
from core.tokens.labelled import split_three
from core.training.cnn import CNNRun, CNNTraining
from core.training.state import STATE

BOUNDS = {"filters": (1, 200), "dropout": (0, 0.9), "epochs": (3, 50), "rate": (1e-5, 0.1), "seed": (0, 999),
          "most": (40, 20_000)}
CHOICES = {"channels": get_args(Channels), "heights": ("3", "3,4,5")}
MAX_RECORD = 30_000_000  # words of T1 times epochs: 120 MB of saliency
MAX_COLUMN = 200         # characters of a column's name


@dataclass(frozen=True)
class Settings:
    """What a reader may choose; see `BOUNDS`, `CHOICES` and `CNNTraining`."""

    data: str = DEMO             # or rt-polarity, or "own"
    digest: str = ""             # SHA-256 of the reader's own table: never a path
    text_column: str = ""        # of the reader's own table; "" finds it by its name
    label_column: str = ""
    vectors: str = "random"
    channels: str = "static"
    heights: str = "3"
    filters: int = 100
    dropout: float = 0.5
    epochs: int = 30
    rate: float = 1e-3
    seed: int = 0
    most: int = 2_000            # sentences; of more, so many are drawn

    def check(self) -> None:
        """Raise a `WordglassError` that names the first setting that is not allowed."""
        if self.data not in (*CORPORA, OWN):
            raise JobError("There is nothing to read called “{name}”.", "Choose one of: {known}.", name=self.data[:60],
                           known=", ".join((*CORPORA, OWN)))
        if self.data != OWN and (self.digest or self.text_column or self.label_column):
            raise JobError("The sentences “{name}” have no digest and no columns.", "Give them with “own” only.",
                           name=self.data)
        if self.data == OWN:
            read_kept(self.digest)
        elif self.data == POLARITY:
            find_corpus(POLARITY)
        if max(len(self.text_column), len(self.label_column)) > MAX_COLUMN:
            raise JobError("The name of a column has more than {limit} characters.", "Give it a shorter name.",
                           limit=MAX_COLUMN)
        for name, known in (CHOICES | {"vectors": list_vectors()}).items():
            if getattr(self, name) not in known:
                raise JobError("{name} cannot be “{value}” here.", "Choose one of: {known}.", name=name,
                               value=getattr(self, name)[:40], known=", ".join(known))
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:  # not: NaN fails too
                raise JobError("{name} = {value} is out of range.", "Choose {low} to {high}.", name=name, value=value,
                               low=low, high=high)


@dataclass(frozen=True)
class Course:
    """A training so far. E epochs, C classes.

    Attributes
    ----------
    classes : tuple of str, length C
    parts : tuple of 3 int
        Sentences of T1, T2 and T3.
    chance : float
        Share of T3 that the largest class of T1 has: what always saying that class would get.
    n_words, n_found : int
        Words, and those among them that have a vector of their own.
    n_epochs : int
        Of the whole training.
    loss, learned, test : float arrays of shape (E,)
        Loss while learning, dropout on; share of right predictions on T1 and on T3.
    right, wrong : float arrays of shape (E - 1,)
        Mean over the sentences of T1 that the newest epoch gets right, and wrong, of Σ over words of |wa_{n+1} - wa_n|;
        NaN where there is no such sentence.
    n_wrong : int
        Sentences of T1 that the newest epoch gets wrong.
    seconds : float
        Of training, without looking.
    """

    classes: tuple[str, ...]
    parts: tuple[int, int, int]
    chance: float
    n_words: int
    n_found: int
    n_epochs: int
    loss: np.ndarray
    learned: np.ndarray
    test: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    n_wrong: int
    seconds: float

    @property
    def test_interval(self) -> tuple[float, float]:
        """95 % interval of the last share on T3, by Wilson."""
        n = self.parts[2]
        found = binomtest(round(float(self.test[-1]) * n), n).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


def read_sentences(settings: Settings) -> LabelledSentences:
    """What a training reads: at most ``most`` sentences, drawn alike for every seed.

    Raises
    ------
    WordglassError
        The sentences are not here or cannot be used.
    """
    sentences = read_labelled(settings.data) if settings.data != OWN else read_own(
        read_kept(settings.digest), text_column=settings.text_column, label_column=settings.label_column)
    return draw_sentences(sentences, settings.most)


def translate(settings: Settings) -> CNNTraining:
    """The training that a reader's settings ask for."""
    return CNNTraining(channels=settings.channels, heights=tuple(map(int, settings.heights.split(","))),
                       n_filters=settings.filters, dropout=settings.dropout, learning_rate=settings.rate,
                       epochs=settings.epochs, seed=settings.seed)


def run(settings: Settings, work: Work) -> dict[str, Any]:
    """Train, watch, save; returns the id of the checkpoint."""
    torch.set_num_threads(1)  # leaves a core to the pages
    sentences = read_sentences(settings)
    check_sentences(sentences, seed=settings.seed)
    work.check()
    material, training = prepare_material(sentences, settings.vectors), translate(settings)
    folder = training_folder(work.id)
    work.check()
    start = _describe_start(material, training)
    if not (folder / STATE).is_file():
        work.report(start)
    before = {p.name for p in checkpoint_folder("x").parent.glob("*")}
    card = record_training(sentences, material, training, after_record=_Watcher(work).report, after_batch=work.check,
                           folder=folder)
    shutil.rmtree(folder, ignore_errors=True)  # the checkpoint holds what matters of it
    last = card.history[-1]
    return {"checkpoint": card.id, "fresh": card.id not in before, "learned": last["accuracy"], "test": last["test"],
            "seconds": sum(card.seconds.values())}


def _describe_start(material: Material, training: CNNTraining) -> dict[str, Any]:
    """The first row.

    Raises
    ------
    JobError
        More would be recorded than there is memory for.
    """
    parts, texts = split_three(len(material.texts), seed=training.seed), material.texts
    record = int(texts.lengths[parts.t1].sum()) * training.epochs
    if record > MAX_RECORD:
        raise JobError("The saliency of {n:,} words and epochs would be recorded; {limit:,} are allowed here.",
                       "Choose fewer sentences or epochs.", n=record, limit=MAX_RECORD)
    largest = np.bincount(texts.labels[parts.t1]).argmax()
    return {"row": "start", "classes": list(material.label_names), "parts": [len(p) for p in vars(parts).values()],
            "chance": float((texts.labels[parts.t3] == largest).mean()), "n_words": len(material.words) - 2,
            "n_found": material.n_found, "n_epochs": training.epochs}


class _Watcher:
    """Sums up every epoch."""

    def __init__(self, work: Work):
        self.work, self.movement = work, []

    def report(self, run: CNNRun, records: list[EpochRecord]) -> None:
        for n in range(len(self.movement) + 1, len(records)):  # more than one after a resume
            steps = np.abs(records[n].wa - records[n - 1].wa)
            self.movement.append(np.add.reduceat(steps, run.texts.starts[:-1]))
        right = records[-1].predicted == run.texts.labels
        self.work.report({
            "row": "epoch", "epoch": run.epoch, "loss": round(run.losses[-1], 6), "learned": float(right.mean()),
            "test": records[-1].accuracy, "seconds": round(run.seconds, 3), "n_wrong": int((~right).sum()),
            "right": [_average(steps[right]) for steps in self.movement],
            "wrong": [_average(steps[~right]) for steps in self.movement]})


def _average(values: np.ndarray) -> float | None:
    return float(f"{values.mean():.5g}") if len(values) else None


def collect_rows(rows: Iterable[dict[str, Any]]) -> Course | None:
    """A training so far; None before its first epoch. An epoch trained again after a resume counts once."""
    start, epochs = None, {}
    for row in rows:
        if row.get("row") == "start":
            start, epochs = row, {}
        elif row.get("row") == "epoch":
            epochs[row["epoch"]] = row
    if start is None or not epochs:
        return None
    ordered = [epochs[epoch] for epoch in sorted(epochs)]
    last = ordered[-1]
    curves = {name: np.array([row[name] for row in ordered]) for name in ("loss", "learned", "test")}
    sides = {name: np.array([math.nan if value is None else value for value in last[name]], float)
             for name in ("right", "wrong")}
    return Course(tuple(start["classes"]), tuple(start["parts"]), **curves, **sides,
                  **{name: start[name] for name in ("chance", "n_words", "n_found", "n_epochs")},
                  n_wrong=last["n_wrong"], seconds=last["seconds"])


def find_own_sentences(checkpoint_id: str) -> LabelledSentences | None:
    """The sentences of a network that a job of this server has trained, as long as they are kept; else None."""
    for job in list_jobs("classify"):
        if job.result.get("checkpoint") == checkpoint_id and set(job.settings) <= set(Settings.__dataclass_fields__):
            try:
                return read_sentences(Settings(**job.settings))
            except WordglassError:
                return None
    return None
