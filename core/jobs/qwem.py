"""The job ``qwem``: train an embedding of a small vocabulary and hold it against the theory while it learns.

It reads a registered text, the demo text that ships, or a text that the reader brought, known by its digest.
Its progress is one ``start`` row, then one ``moment`` row at a time, at logarithmic distances.
"""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import torch

from core.analysis.qwem.concepts import TEXTS, find_text
from core.analysis.qwem.dynamics import compute_strengths
from core.analysis.qwem.own_text import write_demo_text
from core.analysis.qwem.runs import PreparedRun, finish_run, prepare_run
from core.checkpoints.verify import checkpoint_folder
from core.corpora.library import corpus_licence
from core.corpora.registry import locate_corpus
from core.errors import JobError
from core.jobs.arrays import pack_array, unpack_array
from core.jobs.store import list_used_texts, training_folder
from core.jobs.texts import find_text_file, keep_text
from core.jobs.worker import JobStopped, Work
from core.training.memory import keep_large_blocks
from core.training.qwem import GradientRun, GradientTraining
from core.training.qwem_objective import Loss, Weighting

DEMO, OWN = "demo", "own"  # the text that ships, and one that the reader brought
SAVE_SECONDS = 10.0  # what a killed worker can lose
PLANE = 3            # leading directions of every word in each row
BOUNDS = {"vocabulary": (50, 1_000), "window": (1, 50), "dimension": (2, 200), "init_scale": (1e-12, 1),
          "batch": (100, 50_000), "rate": (0, 0.2), "duration": (1, 30), "seed": (0, 999)}
CHOICES = {"loss": get_args(Loss), "weighting": get_args(Weighting), "init": ("normal", "word2vec"),
           "gradient": ("full", "sampled")}
MAX_JOB_STEPS = 200_000  # half an hour at 1,000 words and 100 dimensions


@dataclass(frozen=True)
class Settings:
    """What a reader may choose; see `BOUNDS`, `CHOICES` and `GradientTraining`."""

    text: str = DEMO             # or "own", or a registered text on this machine
    digest: str = ""             # SHA-256 of the reader's own text: never a path
    vocabulary: int = 500
    window: int = 16
    loss: str = "qwem"
    tied: bool = True
    weighting: str = "constant"
    init: str = "normal"
    init_scale: float = 1e-2
    dimension: int = 64
    gradient: str = "full"
    batch: int = 5_000
    rate: float = 0.0            # 0: by the gradient
    duration: float = 10.0       # times τ₁
    seed: int = 0

    def check(self) -> None:
        """Raise a `WordglassError` that names the first setting that is not allowed."""
        if self.text not in (DEMO, OWN, *TEXTS):
            raise JobError("There is nothing to read called “{name}”.", "Choose one of: {known}.",
                           name=self.text[:60], known=", ".join((*list_texts(), OWN)))
        if self.digest and self.text != OWN:
            raise JobError("The text “{name}” has no digest.", "Give one with the text “own” only.",
                           name=self.text)
        if self.text == OWN:
            find_text_file(self.digest)
        elif self.text != DEMO:
            find_text(self.text)
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise JobError("{name} cannot be “{value}”.", "Choose one of: {known}.", name=name,
                               value=getattr(self, name)[:40], known=", ".join(known))
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise JobError("{name} = {value} is out of range.", "Choose {low} to {high}.", name=name, value=value,
                               low=low, high=high)
        translate(self)


@dataclass(frozen=True)
class Growth:
    """A live run so far. V words, K modes, N moments.

    Attributes
    ----------
    words : tuple of str, length V
    values : float32 array of shape (≥ K,)
        Eigenvalues of M*.
    tau : float
        τ₁.
    n_steps : int
        Of the whole run.
    step, time, loss : arrays of shape (N,)
    singular, strength, overlap : float32 arrays of shape (N, K)
        As in `core.training.qwem.Moment`; the first row is the start.
    plane : float32 array of shape (N, V, ≤ 3)
        The words in the embedding's leading directions.
    """

    words: tuple[str, ...]
    values: np.ndarray
    tau: float
    n_steps: int
    step: np.ndarray
    time: np.ndarray
    loss: np.ndarray
    singular: np.ndarray
    strength: np.ndarray
    overlap: np.ndarray
    plane: np.ndarray

    def predict(self, time: np.ndarray | None = None) -> np.ndarray | None:
        """s_k²(t) of the closed form from the run's own start, for tied vectors, float64 array of shape (T, K).

        None where a mode starts at or below 0: contexts of their own have products of any sign.

        Parameters
        ----------
        time : array of shape (T,), optional
            Also what is still to come; the moments so far if None.
        """
        start = self.strength[0].astype(np.float64)
        if (start <= 0).any():
            return None
        return compute_strengths(self.values[:len(start)], self.time if time is None else time, np.sqrt(start))


def list_texts() -> tuple[str, ...]:
    """What a run can read on this machine, besides texts that readers bring."""
    return (*(name for name in TEXTS if locate_corpus(name) is not None), DEMO)


def translate(settings: Settings) -> GradientTraining:
    """The training that a reader's settings ask for; of a text without a place of its own it knows the kind alone."""
    own = {name: getattr(settings, name) for name in
           ("vocabulary", "window", "loss", "tied", "weighting", "init", "init_scale", "dimension", "gradient", "batch",
            "rate", "duration", "seed")}
    return GradientTraining(corpus=settings.text, device="cpu", **own).resolved()


def locate_source(settings: Settings) -> str:
    """What the counting reads: a registered name, or the path of a kept text.

    Raises
    ------
    WordglassError
        The text is not here.
    """
    if settings.text == OWN:
        return str(find_text_file(settings.digest))
    if settings.text == DEMO:
        return str(find_text_file(keep_text(write_demo_text(), used=list_used_texts())))
    return settings.text


def prepare(settings: Settings, training: GradientTraining) -> PreparedRun:
    """Counts, eigenpairs and encoded text; a card made of it names the kind of the text and no path."""
    prepared = prepare_run(replace(training, corpus=locate_source(settings)))
    if settings.text not in (DEMO, OWN):
        return prepared
    licence = corpus_licence(DEMO) if settings.text == DEMO else prepared.text.licence
    return replace(prepared, text=prepared.text.model_copy(update={"name": settings.text, "licence": licence}))


def run(settings: Settings, work: Work) -> dict[str, Any]:
    """Count, train, watch, save; returns the id of the recorded run."""
    torch.set_num_threads(1)  # leaves a core to the pages
    keep_large_blocks()
    training = translate(settings)
    prepared = prepare(settings, training)
    work.check()
    run = GradientRun(training, prepared.data, training_folder(work.id))
    if run.n_steps > MAX_JOB_STEPS:
        raise JobError("The run would take {n:,} steps.", "Choose a larger rate or a shorter duration; "
                       "{limit:,} steps are allowed here.", n=run.n_steps, limit=MAX_JOB_STEPS)
    if not run.resume():
        work.report({"row": "start", "words": prepared.words, "values": pack_array(prepared.data.values, "<f4"),
                     "tau": run.tau, "n_steps": run.n_steps})
    saved = time.monotonic()

    def after_step(run: GradientRun) -> None:
        nonlocal saved
        if work.ending.is_set() or time.monotonic() - saved > SAVE_SECONDS:
            run.save()
            saved = time.monotonic()
            work.check()

    try:
        run.train(after_moment=lambda run: _report_moment(work, run), after_step=after_step)
    except JobStopped:
        run.save()
        raise
    before = {p.name for p in checkpoint_folder("x").parent.glob("*")}
    card = finish_run(run, prepared)
    return {"checkpoint": card.id, "fresh": card.id not in before, "steps": run.n_steps, "seconds": card.seconds,
            "loss": run.moments[-1].loss}


def _report_moment(work: Work, run: GradientRun) -> None:
    now, plane = run.moments[-1], run.leading[:, :PLANE].numpy()
    scale = float(np.abs(plane).max())  # 1e-12 is below the smallest half
    work.report({"row": "moment", "step": now.step, "time": now.time, "loss": round(now.loss, 6),
                 **{name: pack_array(getattr(now, name), "<f4") for name in ("singular", "strength", "overlap")},
                 "plane": pack_array(plane / (scale or 1)), "scale": scale})


def collect_rows(rows: Iterable[dict[str, Any]]) -> Growth | None:
    """A run's moments so far; None before the first. A moment recorded again after a resume counts once."""
    start, moments = None, {}
    for row in rows:
        if row.get("row") == "start":
            start, moments = row, {}
        elif row.get("row") == "moment" and math.isfinite(row["time"]):
            moments[row["step"]] = row
    if start is None or not moments:
        return None
    ordered, words = [moments[step] for step in sorted(moments)], tuple(start["words"])
    planes = [unpack_array(row["plane"]).reshape(len(words), -1) * np.float32(row["scale"]) for row in ordered]
    return Growth(words=words, values=unpack_array(start["values"], "<f4"), tau=start["tau"], n_steps=start["n_steps"],
                  plane=np.array(planes), **{name: np.array([row[name] for row in ordered])
                                             for name in ("step", "time", "loss")},
                  **{name: np.array([unpack_array(row[name], "<f4") for row in ordered])
                     for name in ("singular", "strength", "overlap")})
