"""The job ``toy-pairs``: two small encoder–decoders learn one task on made-up sequences, one reads it backwards.

Both start from the same weights, see the same pairs in the same order and take turns, so that their curves grow side
by side. Progress is one ``start`` row, then one ``look`` row at a time, which has both. Stopped, each goes on from its
own saved state, the same to the last bit: without dropout nothing is drawn at random after the start.
"""

import math
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.stats import binomtest

from core.analysis.seq2seq.toy import TASKS, ToyTask, make_parts, read_sequences
from core.errors import JobError
from core.jobs.store import training_folder
from core.jobs.worker import JobStopped, Work
from core.training.seq2seq import Seq2SeqRun, Seq2SeqTraining, load_pair_data

DIRECTIONS = (False, True)   # reverse
N_LOOKS = 40
SAVE_SECONDS = 10.0          # what a killed worker can lose
HELD_OUT = 300               # sequences in validation, and as many in the test
BATCH = 64
BOUNDS = {"shortest": (1, 20), "longest": (2, 20), "letters": (3, 26), "hidden_size": (8, 128),
          "pairs": (500, 10_000), "epochs": (1, 60), "rate": (1e-4, 0.1), "seed": (0, 999)}


@dataclass(frozen=True)
class Settings:
    """What a reader may choose; see `BOUNDS`."""

    task: str = "copy"
    shortest: int = 4         # letters of a sequence
    longest: int = 10
    letters: int = 12         # of the alphabet
    hidden_size: int = 64
    pairs: int = 3_000        # learned from
    epochs: int = 20
    rate: float = 0.005       # Adam, peak of the cosine
    seed: int = 0             # draws the sequences, the first weights and the order

    def check(self) -> None:
        """Raise a `JobError` that names the first setting that is not allowed."""
        if self.task not in TASKS:
            raise JobError("There is no task “{name}”.", "Choose one of: {known}.", name=self.task[:40],
                           known=", ".join(TASKS))
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:  # not: NaN fails too
                raise JobError("{name} = {value} is out of range.", "Choose {low} to {high}.", name=name, value=value,
                               low=low, high=high)
        if self.shortest > self.longest:
            raise JobError("shortest = {shortest} is more than longest = {longest}.", "Swap the two.",
                           shortest=self.shortest, longest=self.longest)
        if self.toy.n_sequences < 2 * (self.pairs + 2 * HELD_OUT):
            raise JobError("With {letters} letters and at most {longest} of them in a row there are {n:,} sequences; "
                           "{need:,} are wanted, and as many must be left over.",
                           "Allow longer sequences or more letters, or take fewer pairs.", n=self.toy.n_sequences,
                           letters=self.letters, longest=self.longest, need=self.pairs + 2 * HELD_OUT)

    @property
    def toy(self) -> ToyTask:
        """The task of these settings."""
        return ToyTask(self.task, self.shortest, self.longest, self.letters)


def translate(settings: Settings, *, reverse: bool) -> Seq2SeqTraining:
    """The training that a reader's settings ask for, in one direction."""
    return Seq2SeqTraining(
        corpus=f"toy-{settings.task}", reverse=reverse, hidden_size=settings.hidden_size,
        embedding_size=min(32, settings.hidden_size), tied_scale=0.0, source_size=40, target_size=40, min_count=1,
        dropout=0.0, weight_drop=0.0, learning_rate=settings.rate, epochs=settings.epochs, batch=BATCH,
        held_out=HELD_OUT, seed=settings.seed, device="cpu", precision="float32")


def run(settings: Settings, work: Work) -> dict[str, Any]:
    """Train both in turns and look at both; returns how they end on the test."""
    torch.set_num_threads(1)  # faster than two at these sizes, and leaves a core to the pages
    parts = make_parts(settings.toy, settings.pairs, HELD_OUT, seed=settings.seed)
    folder = training_folder(work.id)
    work.check()
    runs = []
    for reverse in DIRECTIONS:
        training = translate(settings, reverse=reverse)
        runs.append(Seq2SeqRun(training, load_pair_data(training, parts), folder / _name(reverse)))
    resumed = [own.resume() for own in runs]
    n_batches = len(runs[0].plan(0))
    if not any(resumed):
        work.report({"row": "start", "n_batches": n_batches, "epochs": settings.epochs,
                     "parts": {name: len(part) for name, part in parts.items()}, "n_letters": settings.letters})
        _look(work, runs, 0)
    turns = _Turns(work, runs, n_batches)
    try:
        for step in plan_looks(n_batches * settings.epochs):
            if turns.train_to(step):
                _look(work, runs, step)
    except JobStopped:
        turns.save()
        raise
    result = _finish(runs)
    shutil.rmtree(folder, ignore_errors=True)
    return result | {"seconds": sum(own.seconds for own in runs)}


def _name(reverse: bool) -> str:
    return "reversed" if reverse else "forward"


def plan_looks(n_steps: int) -> list[int]:
    """Steps after which both are looked at, the last one included.

    >>> plan_looks(3), plan_looks(400)[:3]
    ([1, 2, 3], [10, 20, 30])
    """
    return sorted({max(1, round(n_steps * k / N_LOOKS)) for k in range(1, N_LOOKS + 1)})


class _TurnOver(Exception):
    """The other model's turn."""


class _Turns:
    """Lets each model train up to a step, saves now and then, and hands on the wish to stop."""

    def __init__(self, work: Work, runs: list[Seq2SeqRun], n_batches: int):
        self.work, self.runs, self.n_batches, self.saved = work, runs, n_batches, time.monotonic()

    def train_to(self, step: int) -> bool:
        """Train each up to a step; False if one was beyond it, so that they cannot be compared there."""
        for run in self.runs:
            if self._step_of(run) < step:
                self._train(run, step)
        return all(self._step_of(run) == step for run in self.runs)

    def save(self) -> None:
        """Keep both states."""
        for run in self.runs:
            run.save()
        self.saved = time.monotonic()

    def _step_of(self, run: Seq2SeqRun) -> int:
        return run.epoch * self.n_batches + run.batch

    def _train(self, run: Seq2SeqRun, step: int) -> None:
        def after_step(run: Seq2SeqRun) -> None:
            if time.monotonic() - self.saved > SAVE_SECONDS:
                self.save()
            self.work.check()
            if self._step_of(run) >= step:
                raise _TurnOver

        with suppress(_TurnOver):
            run.train(after_step)


def _look(work: Work, runs: list[Seq2SeqRun], step: int) -> None:
    work.report({"row": "look", "step": step} | {
        _name(own.settings.reverse): read_sequences(own.model, own.data.encoded["validation"]).pack() for own in runs})


def _finish(runs: list[Seq2SeqRun]) -> dict[str, Any]:
    """How the last weights answer the test, and on how many sequences one of them alone is right."""
    found = {_name(own.settings.reverse): read_sequences(own.model, own.data.encoded["test"]) for own in runs}
    forward, backward = (found[_name(reverse)].right for reverse in DIRECTIONS)
    return {name: own.pack() for name, own in found.items()} | {
        "only_forward": int((forward & ~backward).sum()), "only_reversed": int((backward & ~forward).sum())}


@dataclass(frozen=True, eq=False)
class Course:
    """A training so far: L looks at each of two models.

    Attributes
    ----------
    steps : int array of shape (L,)
    n_steps : int
        Of the whole training.
    n_letters : int
        Of the alphabet: who guesses evenly among them and the end has the perplexity n_letters + 1.
    parts : dict
        Sequences by part.
    perplexity, right : dict
        ``forward`` and ``reversed`` → float array of shape (L,), on the validation part.
    places : dict
        The same → share of right letters at each place at the last look, (P,).
    """

    steps: np.ndarray
    n_steps: int
    n_letters: int
    parts: dict[str, int]
    perplexity: dict[str, np.ndarray]
    right: dict[str, np.ndarray]
    places: dict[str, np.ndarray]

    def find_step(self, name: str, share: float = 0.5) -> int | None:
        """The first look at which so many sequences are right; None if there is none yet."""
        reached = np.flatnonzero(self.right[name] >= share)
        return int(self.steps[reached[0]]) if len(reached) else None


def collect_rows(rows: Iterable[dict[str, Any]]) -> Course | None:
    """A training so far; None before the first look. Of a look made again after a resume the first one counts."""
    start, looks = None, {}
    for row in rows:
        if row.get("row") == "start":
            start, looks = row, {}
        elif row.get("row") == "look":
            looks.setdefault(row["step"], row)
    if start is None or not looks:
        return None
    steps, names = sorted(looks), [_name(reverse) for reverse in DIRECTIONS]

    def gather(field: str) -> dict[str, np.ndarray]:
        return {name: np.array([looks[step][name][field] for step in steps]) for name in names}

    return Course(
        np.array(steps), start["n_batches"] * start["epochs"], start["n_letters"], start["parts"],
        gather("perplexity"), gather("right"), {name: read_places(looks[steps[-1]][name]) for name in names})


def read_places(row: dict[str, Any]) -> np.ndarray:
    """The places of a packed `Reading`."""
    return np.array([math.nan if p is None else p for p in row["places"]], float)


def judge(result: dict[str, Any]) -> float:
    """How likely chance alone would part the two models so far on the test: the exact sign test on the sequences that
    one of them alone has right. One seed: what another start would do, it does not know."""
    only = result["only_forward"] + result["only_reversed"]
    return float(binomtest(result["only_forward"], only).pvalue) if only else 1.0
