"""The job ``learn``: train a small LSTM and look at its cells while it learns.

Its progress is one ``start`` row, then one ``look`` row at a time, more of them early, when most happens.
"""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from core.analysis.lstm.learning import Learning, Look, choose_probe, collect_learning
from core.checkpoints.store import checkpoint_folder
from core.corpora.demo import read_demo_treebank
from core.corpora.generated import GENERATED, generate_treebank
from core.corpora.registry import find_corpus, locate_corpus
from core.corpora.treebank import Treebank, read_trees
from core.errors import JobError
from core.jobs.arrays import pack_array, unpack_array
from core.jobs.store import training_folder
from core.jobs.worker import JobStopped, Work
from core.states.sources import DEMO, TREEBANKS
from core.training.lstm import LSTMRun, LSTMTraining, finish_run, load_training_data

N_LOOKS = 100            # besides the one at the untrained network: 1 MB of progress at 100 units
SAVE_SECONDS = 10.0      # what a killed worker can lose
VOCABULARY = 1_000       # words of the small word models
STEPS_AN_EPOCH = 60      # batches are made small enough for this many
BOUNDS = {"hidden_size": (2, 200), "dropout": (0, 0.9), "learning_rate": (1e-4, 0.1), "l1": (0, 1),
          "seed": (0, 999), "epochs": (1, 40)}


@dataclass(frozen=True)
class Settings:
    """What a reader may choose; see `BOUNDS`."""

    material: str = "dyck-1"      # a generated treebank, the demo treebank or a corpus on this machine
    kind: int = 1                 # linearisation
    hidden_size: int = 100
    dropout: float = 0.2          # on h before the softmax
    learning_rate: float = 0.008  # Adam, peak of the cosine
    l1: float = 0.0               # as in LSTMTraining
    seed: int = 0
    epochs: int = 10

    def check(self) -> None:
        """Raise a `JobError` that names the first setting that is not allowed."""
        if self.material not in (DEMO, *GENERATED, *TREEBANKS):
            raise JobError("There is nothing to read called “{name}”.", "Choose one of: {known}.",
                           name=self.material[:60], known=", ".join(list_materials()))
        if self.material in TREEBANKS:
            find_corpus(self.material)
        allowed = list_kinds(self.material)
        if self.kind not in allowed:
            raise JobError("{material} cannot be read in form {kind}.", "Choose one of: {known}.", kind=self.kind,
                           material=self.material, known=", ".join(map(str, allowed)))
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise JobError("{name} = {value} is out of range.", "Choose {low} to {high}.", name=name, value=value,
                               low=low, high=high)


def list_materials() -> tuple[str, ...]:
    """What a run can read on this machine."""
    return (*GENERATED, DEMO, *(name for name in TREEBANKS if locate_corpus(name) is not None))


def list_kinds(material: str) -> tuple[int, ...]:
    """The linearisations that make sense of a material: Dyck words have no words, sentences have all five forms."""
    return {"dyck-1": (1,), "dyck-2": (2,)}.get(material, (1, 2, 3, 4, 5))


def read_material(name: str) -> Treebank:
    """The treebank of a material."""
    if name == DEMO:
        return read_demo_treebank()
    return generate_treebank(name) if name in GENERATED else read_trees(find_corpus(name), name=name)


def plan_looks(n_steps: int, n_looks: int = N_LOOKS) -> np.ndarray:
    """Steps after which the model is looked at: distances grow in proportion to the place.

    >>> plan_looks(100, 5).tolist()
    [4, 16, 36, 64, 100]
    """
    shares = np.linspace(0, 1, min(n_looks, n_steps) + 1)[1:] ** 2
    return np.unique(np.maximum(1, np.round(shares * n_steps).astype(int)))


def run(settings: Settings, work: Work) -> dict[str, Any]:
    """Train, look, save; returns the checkpoint's id and scores."""
    torch.set_num_threads(1)  # faster than two at these sizes, and leaves a core to the pages
    training = translate(settings)
    data = load_training_data(training, (read_material(settings.material),))
    smaller = max(64, min(training.batch_tokens, data.parts["train"].n_tokens // STEPS_AN_EPOCH))
    training = replace(training, batch_tokens=smaller)
    run = LSTMRun(training, data, training_folder(work.id))
    probe = choose_probe(data.parts["test"])
    n_batches = len(run.plan(0))
    looks = plan_looks(n_batches * training.epochs)
    if not run.resume():
        work.report({"row": "start", "tokens": probe.tokens, "depth": probe.depth.tolist(), "epochs": training.epochs,
                     "n_batches": n_batches, "probe_tokens": probe.sentences.n_tokens})
        _report_look(work, 0.0, probe.look(run.model), math.nan)
        run.save()
    at, watcher = set(looks.tolist()), _Watcher(work, probe)

    def after_step(run: LSTMRun) -> None:
        step = run.epoch * n_batches + run.batch
        watcher.step(run, step / n_batches, due=step in at)

    try:
        run.train(after_step)
    except JobStopped:
        run.save()
        raise
    before = {p.name for p in checkpoint_folder("x").parent.glob("*")}
    card = finish_run(run, keep_snapshots=settings.kind <= 2)
    return {"checkpoint": card.id, "fresh": card.id not in before, "epochs": card.epochs,
            "perplexity": card.scores["test"].perplexity, "seconds": card.seconds}


def translate(settings: Settings) -> LSTMTraining:
    """The training that a reader's settings ask for."""
    return LSTMTraining(
        kind=settings.kind, hidden_size=settings.hidden_size, embedding_size=32 if settings.kind <= 2 else 64,
        corpora=(settings.material,), vocabulary_size=VOCABULARY, epochs=settings.epochs, patience=4,
        learning_rate=settings.learning_rate, input_dropout=0.0, output_dropout=settings.dropout, seed=settings.seed,
        l1=settings.l1, regroup=0.0, device="cpu", precision="float32").resolved()


class _Watcher:
    """Looks when one is due, saves now and then, and hands on the wish to stop."""

    def __init__(self, work: Work, probe):
        self.work, self.probe, self.saved = work, probe, time.monotonic()
        self.loss, self.n = 0.0, 0  # of the epoch, at the last look

    def step(self, run: LSTMRun, epoch: float, *, due: bool) -> None:
        if due:
            row = run.history[-1]
            loss, n = row["train_loss"] - self.loss, row["train_tokens"] - self.n
            if n <= 0 or loss <= 0:  # a new epoch has begun, or the run was resumed
                loss, n = row["train_loss"], row["train_tokens"]
            self.loss, self.n = row["train_loss"], row["train_tokens"]
            _report_look(self.work, epoch, self.probe.look(run.model), math.exp(min(50.0, loss / n)))
        if self.work.ending.is_set() or time.monotonic() - self.saved > SAVE_SECONDS:
            run.save()
            self.saved = time.monotonic()
            self.work.check()


def _report_look(work: Work, epoch: float, look: Look, train: float) -> None:
    values = (look.perplexity, train, look.score, look.null)
    work.report({"row": "look", "epoch": round(epoch, 4), "best": look.best,
                 **{name: round(value, 5) if math.isfinite(value) else None
                    for name, value in zip(("perplexity", "train", "score", "null"), values, strict=True)},
                 "r": pack_array(look.r), "trace": pack_array(look.trace)})


def collect_rows(rows: Iterable[dict[str, Any]]) -> Learning | None:
    """A run's looks so far; None before the first. A look made again after a resume counts once."""
    start, looks = None, {}
    for row in rows:
        if row.get("row") == "start":
            start, looks = row, {}
        elif row.get("row") == "look":
            looks[row["epoch"]] = row
    if start is None or not looks:
        return None

    def number(value: float | None) -> float:
        return math.nan if value is None else value

    made = []
    for epoch, row in sorted(looks.items()):
        r = unpack_array(row["r"])
        look = Look(perplexity=number(row["perplexity"]), r=r, best=row["best"], score=number(row["score"]),
                    null=number(row["null"]), trace=unpack_array(row["trace"]).reshape(len(start["tokens"]), len(r)))
        made.append((epoch, look, number(row["train"])))
    return collect_learning(tuple(start["tokens"]), np.array(start["depth"]), made)
