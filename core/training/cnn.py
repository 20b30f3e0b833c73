"""Training of a text CNN, epoch by epoch; the same to the last bit after every resume."""

import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from core.checkpoints.artefacts import write_atomically
from core.errors import TrainingError
from core.models.cnn import Channels, TextCNN, TextCNNConfig
from core.tokens.labelled import EncodedTexts, plan_batches
from core.training.ranges import check_ranges
from core.training.state import STATE, take_up_state

READ_AT_ONCE = 512  # sentences of a forward pass that learns nothing


@dataclass(frozen=True)
class CNNTraining:
    """Settings of a training. Every default with its reason."""

    channels: Channels = "static"         # the seed turns words into GoogleNews's vectors and says no more
    heights: tuple[int, ...] = (3,)       # the seed's; Kim's are 3, 4, 5
    n_filters: int = 100                  # Kim's
    dropout: float = 0.5                  # Kim's
    optimiser: Literal["adam", "adadelta"] = "adam"  # the seed names none; Kim's Adadelta is no better here
    learning_rate: float = 1e-3           # Adam's own; Adadelta wants 1
    norm_cap: float = 0.0                 # Kim's 3 with Adadelta; 0: none
    batch: int = 50                       # Kim's
    epochs: int = 50                      # the seed's figures end there
    seed: int = 0

    def check(self) -> None:
        """Refuse what cannot be trained.

        Raises
        ------
        TrainingError
            Naming the setting, its value and what is allowed.
        """
        check_ranges(self, ("n_filters", 1, 2_000), ("dropout", 0, 0.95), ("learning_rate", 1e-6, 10),
                     ("norm_cap", 0, 1e3), ("batch", 1, 10_000), ("epochs", 1, 1_000), ("seed", 0, 2**31))
        if not self.heights or not all(1 <= h <= 20 for h in self.heights):
            raise TrainingError("Filters of the heights {value} cannot be.", "Choose heights of 1 to 20 words.",
                                value=str(self.heights))

    def configure(self, vocabulary_size: int, embedding_size: int, n_classes: int) -> TextCNNConfig:
        """Sizes of the network."""
        return TextCNNConfig(vocabulary_size, embedding_size, n_classes, tuple(self.heights), self.n_filters,
                             self.dropout, self.channels)

    @property
    def digest(self) -> str:
        """Eight digits of everything but the seed."""
        values = {name: value for name, value in asdict(self).items() if name != "seed"}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8]


class CNNRun:
    """A training that can be stopped after any epoch and goes on from there.

    Dropout and the order of sentences come from the seed and the epoch alone, so that nothing of them has to be saved.

    Parameters
    ----------
    model : TextCNN
        Trained in place.
    texts : EncodedTexts
    folder : Path, optional
        Where the state is kept; nothing is written without it.
    """

    def __init__(self, settings: CNNTraining, model: TextCNN, texts: EncodedTexts, folder: Path | None = None):
        settings.check()
        if not len(texts):
            raise TrainingError("There is no sentence to learn from.", "Give some sentences of each label.")
        self.settings, self.model, self.texts, self.folder = settings, model, texts, folder
        learned = [p for p in model.parameters() if p.requires_grad]
        self.optimiser = (torch.optim.Adam(learned, settings.learning_rate, fused=True)
                          if settings.optimiser == "adam" else
                          torch.optim.Adadelta(learned, settings.learning_rate, rho=0.95, eps=1e-6))
        self.epoch, self.seconds, self.losses = 0, 0.0, []

    def train(self, after_epoch: Callable[["CNNRun"], None] | None = None,
              after_batch: Callable[[], None] | None = None) -> None:
        """Train to the last epoch; ``after_epoch`` is called with this run, the network in evaluation mode."""
        while self.epoch < self.settings.epochs:
            start = time.monotonic()
            self._train_epoch(after_batch)
            self.seconds += time.monotonic() - start
            if after_epoch:
                after_epoch(self)

    def _train_epoch(self, after_batch: Callable[[], None] | None) -> None:
        seeds = (self.settings.seed, self.epoch)
        total = 0.0
        self.model.train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(np.random.SeedSequence(seeds).generate_state(1)[0]))
            for rows in plan_batches(self.texts, self.settings.batch, np.random.default_rng(seeds)):
                total += self._step(rows)
                if after_batch:
                    after_batch()
        self.model.eval()
        if not math.isfinite(total):
            raise TrainingError("The training diverged in epoch {epoch}.", "Choose a lower learning rate; {value} is "
                                "too high.", epoch=self.epoch + 1, value=self.settings.learning_rate)
        self.losses.append(total / len(self.texts))
        self.epoch += 1

    def _step(self, rows: np.ndarray) -> float:
        ids, lengths = map(torch.from_numpy, self.texts.pad(rows))
        loss = torch.nn.functional.cross_entropy(self.model(ids, lengths), torch.from_numpy(self.texts.labels[rows]))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        if self.settings.norm_cap:
            self.model.cap_norms(self.settings.norm_cap)
        return loss.item() * len(rows)

    def save(self) -> None:
        """Write the whole state under a temporary name, then rename."""
        tensors = {f"model.{name}": t for name, t in self.model.state_dict().items()}
        state = self.optimiser.state_dict()["state"]
        tensors |= {f"optimiser.{i}.{name}": torch.as_tensor(t) for i, own in state.items() for name, t in own.items()}
        meta = {"epoch": self.epoch, "seconds": self.seconds, "losses": self.losses}
        write_atomically(self.folder / STATE, save({n: t.detach().clone().contiguous() for n, t in tensors.items()},
                                                   metadata={"run": json.dumps(meta)}))

    def resume(self) -> bool:
        """Take up a saved state if there is one, see `take_up_state`."""
        return self.folder is not None and take_up_state(self.folder, self._take_up)

    def _take_up(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            meta = json.loads(file.metadata()["run"])
        tensors = load_file(path)
        self.model.load_state_dict({n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")})
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimiser."):
                _, i, key = name.split(".", 2)
                state.setdefault(int(i), {})[key] = tensor
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state})
        self.epoch, self.seconds, self.losses = int(meta["epoch"]), float(meta["seconds"]), list(meta["losses"])
        self.model.eval()


@torch.no_grad()
def predict_texts(model: TextCNN, texts: EncodedTexts) -> np.ndarray:
    """Log-probabilities of the classes, float32 of shape (S, C), dropout off."""
    scores = np.empty((len(texts), model.config.n_classes), np.float32)
    order, was = np.argsort(texts.lengths, kind="stable"), model.training
    model.train(False)
    for i in range(0, len(order), READ_AT_ONCE):
        rows = order[i:i + READ_AT_ONCE]
        ids, lengths = map(torch.from_numpy, texts.pad(rows))
        scores[rows] = model(ids, lengths).log_softmax(1).numpy()
    model.train(was)
    return scores


def measure_accuracy(model: TextCNN, texts: EncodedTexts) -> float:
    """Share of sentences whose predicted class is right."""
    return float((predict_texts(model, texts).argmax(1) == texts.labels).mean())
