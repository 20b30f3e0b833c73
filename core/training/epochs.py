"""Training epoch by epoch over planned batches: it can be stopped anywhere and goes on where it was saved."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from safetensors.torch import save
from torch import Tensor

from core.checkpoints.artefacts import write_atomically
from core.training.progress import Progress
from core.training.state import read_state, take_up_state, write_state

SAVE_EVERY = 120.0   # seconds between saved states: what a killed run can lose
BEST = "best.safetensors"


class EpochRun(ABC):
    """A run; what it reads, how it loses and how it is measured is its heirs' to say.

    Attributes
    ----------
    settings : dataclass
        With ``epochs``, the most that are trained.
    model, optimiser
        Set by the heir.
    folder : Path
        Of the saved state and the best weights.
    epoch, batch : int
        Where it stands, counted from 0.
    seconds : float
        Spent on training and measuring.
    history : list of dict
        A row an epoch: ``epoch``, ``train_loss`` (nats, summed), ``train_tokens``, ``validation_perplexity`` and
        ``seconds``.
    best : float
        The lowest validation perplexity.
    """

    model: torch.nn.Module
    optimiser: torch.optim.Optimizer

    def __init__(self, settings: Any, folder: Path):
        self.settings, self.folder = settings, folder
        self.epoch, self.batch, self.seconds, self.history, self.best = 0, 0, 0.0, [], math.inf

    @abstractmethod
    def plan(self, epoch: int) -> Sequence[Any]:
        """The batches of one epoch, the same after every resume."""

    @abstractmethod
    def count_tokens(self) -> int:
        """Tokens that are predicted in an epoch."""

    @abstractmethod
    def learning_rate(self, step: int, n_batches: int) -> float:
        """The rate of a step, of epochs of ``n_batches``."""

    @abstractmethod
    def _step(self, batch: Any, rate: float) -> tuple[float, int]:
        """One update; returns the summed loss and the number of predicted tokens."""

    @abstractmethod
    def _validate(self) -> float:
        """Perplexity on the validation part."""

    def _collect_weights(self) -> dict[str, Tensor]:
        """What is kept of the best epoch."""
        return {n: t.detach().cpu().contiguous() for n, t in self.model.state_dict().items()}

    def _stalled(self) -> bool:
        """Whether validation has stopped improving."""
        return False

    def save(self) -> None:
        """Write the whole state under a temporary name, then rename."""
        write_state(self.folder, self.model, self.optimiser, {
            "epoch": self.epoch, "batch": self.batch, "seconds": self.seconds, "best": self.best,
            "history": self.history})

    def resume(self) -> bool:
        """Take up a saved state if there is one, see `take_up_state`."""
        return take_up_state(self.folder, self._take_up)

    def _take_up(self, path: Path) -> None:
        meta = read_state(path, self.model, self.optimiser)
        self.epoch, self.batch, self.seconds = int(meta["epoch"]), int(meta["batch"]), float(meta["seconds"])
        self.best, self.history = float(meta["best"]), list(meta["history"])

    def train(self, after_step: Callable[[Self], None] | None = None) -> None:
        """Train to the last epoch or until validation stops improving.

        Parameters
        ----------
        after_step : callable, optional
            Called with this run after every batch, when it can be saved; it must leave the model as it is and
            draw no random numbers.
        """
        n_batches, n_tokens = len(self.plan(0)), self.count_tokens()
        progress = Progress(n_tokens * self.settings.epochs)
        progress.resume_at(int(n_tokens * (self.epoch + self.batch / n_batches)))
        while self.epoch < self.settings.epochs and not self._stalled():
            self.model.train()
            self._train_epoch(progress, n_batches, after_step)
            start = time.monotonic()
            perplexity = self._validate()
            self.seconds += time.monotonic() - start
            self.history[-1] |= {"validation_perplexity": perplexity, "seconds": self.seconds}
            progress.report(f"epoch {self.epoch + 1}: validation perplexity {perplexity:.3f}", force=True)
            self._keep_epoch(perplexity)
            self.epoch, self.batch = self.epoch + 1, 0
            self.save()

    def _train_epoch(self, progress: Progress, n_batches: int, after_step: Callable[[Self], None] | None) -> None:
        batches = self.plan(self.epoch)
        if self.batch == 0:
            self.history.append({"epoch": self.epoch, "train_loss": 0.0, "train_tokens": 0})
        row, last_save = self.history[-1], time.monotonic()
        for index in range(self.batch, len(batches)):
            start = time.monotonic()
            loss, n = self._step(batches[index], self.learning_rate(self.epoch * n_batches + index, n_batches))
            row["train_loss"] += loss
            row["train_tokens"] += n
            progress.done += n
            self.seconds += time.monotonic() - start
            self.batch = index + 1
            progress.report(f"epoch {self.epoch + 1} batch {index + 1}/{len(batches)} "
                            f"train perplexity {math.exp(min(20, row['train_loss'] / row['train_tokens'])):.3f}")
            if time.monotonic() - last_save > SAVE_EVERY:
                self.save()
                last_save = time.monotonic()
            if after_step is not None:
                after_step(self)

    def _keep_epoch(self, perplexity: float) -> None:
        if perplexity < self.best:
            self.best = perplexity
            write_atomically(self.folder / BEST, save(self._collect_weights()))
