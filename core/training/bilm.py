"""Train the bidirectional language model of ELMo on running text (seed 002; Peters et al. 2018, section 3)."""

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
from torch import Tensor, nn

from core.errors import TrainingError
from core.models.bilm import DIRECTIONS, BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.models.sampled_softmax import LogUniformSampler, sampled_cross_entropy
from core.tokens.characters import encode_characters
from core.tokens.streams import Streams
from core.training.descent import descend, warm_cosine
from core.training.device import choose_device, choose_dtype
from core.training.progress import Progress
from core.training.ranges import check_ranges
from core.training.state import read_carried, read_state, take_up_state, write_state

SAVE_EVERY = 180.0  # seconds between saved states: what a killed run can lose
FILTERS = "1x32 2x32 3x64 4x96 5x128 6x160"


@dataclass(frozen=True)
class BiLMTraining:
    """Settings of one training run. The published model's stand in the comments."""

    corpus: str = "wiki-articles"   # or wiki-core, a seventh of it, or the path of a text, an archive or a folder
    filters: str = FILTERS          # width x number of character filters; 1x32 2x32 3x64 4x128 5x256 6x512 7x1024
    character_size: int = 16        # 16
    n_highway: int = 2              # 2
    projection_size: int = 128      # 512
    cell_size: int = 512            # 4,096
    n_layers: int = 2               # 2
    clip: float = 3.0               # 3
    dropout: float = 0.1            # 0.1
    vocabulary_size: int = 20_000   # words to predict; 793,471
    sampled: int = 4_096            # words each step compares with; 0 for all of them; 8,192
    optimiser: Literal["adam", "adagrad"] = "adam"  # adagrad
    learning_rate: float = 0.0      # 0: 0.002 for Adam (peak of the cosine), 0.2 for Adagrad
    max_norm: float = 10.0          # of the gradient; 10
    epochs: int = 1                 # 10
    batch: int = 128                # rows of text read side by side; 384
    window: int = 32                # words between two steps, the state is carried over; 20
    seed: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "bfloat16", "float32"] = "auto"  # auto: bfloat16 where it is faster

    def check(self) -> None:
        """Refuse what cannot be trained.

        Raises
        ------
        TrainingError
            Naming the setting, its value and what is allowed.
        """
        check_ranges(self, ("character_size", 1, 256), ("n_highway", 0, 4), ("projection_size", 1, 1024),
                     ("cell_size", 1, 8192), ("n_layers", 1, 4), ("clip", 0.1, 1e6), ("dropout", 0, 0.95),
                     ("vocabulary_size", 10, 10**6), ("sampled", 0, 10**6), ("learning_rate", 0, 10),
                     ("max_norm", 1e-3, 1e6), ("epochs", 1, 100), ("batch", 1, 4096), ("window", 1, 1024))
        self.configure(10)

    def configure(self, vocabulary_size: int) -> BiLMConfig:
        """Sizes of the model.

        Raises
        ------
        TrainingError
            When the filters are not written ``width x number``.
        """
        try:
            filters = tuple(tuple(int(n) for n in one.split("x")) for one in self.filters.split())
        except ValueError:
            filters = ()
        if not filters or any(len(f) != 2 or not (1 <= f[0] <= 12 and 1 <= f[1] <= 4096) for f in filters):
            raise TrainingError("“{value}” names no filters.", "Write width x number, for instance {example}.",
                                value=self.filters[:60], example=FILTERS)
        characters = CharacterConfig(tuple(sorted(filters)), self.character_size, self.n_highway, self.projection_size)
        return BiLMConfig(characters, self.cell_size, self.n_layers, self.clip, self.dropout, vocabulary_size)

    @property
    def peak_rate(self) -> float:
        return self.learning_rate or (0.2 if self.optimiser == "adagrad" else 0.002)

    @property
    def run_id(self) -> str:
        """Name of the run: equal settings resume each other."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]
        return f"bilm-{self.cell_size}-{digest}"


class BiLMRun:
    """A training run that can be stopped anywhere and goes on where it was saved.

    One reader goes through the text from its beginning, the other from its end; each carries its state from window to
    window.
    """

    def __init__(self, settings: BiLMTraining, streams: Streams, folder: Path):
        settings.check()
        self.settings, self.streams, self.folder = settings, streams, folder
        self.device = choose_device(settings.device)
        self.dtype = choose_dtype(settings.precision, settings.cell_size)
        torch.manual_seed(settings.seed)
        self.n_words = min(settings.vocabulary_size, len(streams.types))
        self.model = BiLM(settings.configure(self.n_words)).to(self.device)
        make = torch.optim.Adagrad if settings.optimiser == "adagrad" else torch.optim.Adam
        more = {"initial_accumulator_value": 1.0} if settings.optimiser == "adagrad" else {"betas": (0.9, 0.99)}
        self.optimiser = make(self.model.parameters(), lr=settings.peak_rate, fused=True, **more)
        self.characters = torch.from_numpy(encode_characters(streams.types).astype(np.int16))
        self.sampler = LogUniformSampler(self.n_words) if 0 < settings.sampled < self.n_words else None
        ids = streams.ids["train"]
        self.n_steps_epoch = (len(ids) // settings.batch - 1) // settings.window
        if self.n_steps_epoch < 1:
            raise TrainingError("The text has {n:,} words, too few for {batch} rows of {window}.",
                                "Give more text, or lower batch and window.", n=len(ids), batch=settings.batch,
                                window=settings.window)
        self.n_steps = self.n_steps_epoch * settings.epochs
        self.step, self.seconds, self.history = 0, 0.0, []
        self.states = {d: self.model.first_states(d, settings.batch) for d in DIRECTIONS}

    def rows(self, direction: str) -> np.ndarray:
        """The train text as the reader of a direction meets it, one row a place in the batch; (batch, words)."""
        ids = self.streams.ids["train"]
        width = len(ids) // self.settings.batch
        rows = ids[:width * self.settings.batch].reshape(self.settings.batch, width)
        return rows if direction == "forward" else rows[:, ::-1]

    def learning_rate(self, step: int) -> float:
        """Adam: see `warm_cosine`. Adagrad slows down by itself."""
        peak = self.settings.peak_rate
        return peak if self.settings.optimiser == "adagrad" else warm_cosine(peak, step, self.n_steps)

    def save(self) -> None:
        """Write the whole state under a temporary name, then rename."""
        carried = {f"{d}.{k}.{n}": t for d, states in self.states.items() for k, state in enumerate(states)
                   for n, t in zip("hc", state, strict=True)}
        write_state(self.folder, self.model, self.optimiser,
                    {"step": self.step, "seconds": self.seconds, "history": self.history}, carried=carried)

    def resume(self) -> bool:
        """Take up a saved state if there is one, see `take_up_state`."""
        return take_up_state(self.folder, self._take_up)

    def _take_up(self, path: Path) -> None:
        meta = read_state(path, self.model, self.optimiser)
        self.step, self.seconds, self.history = int(meta["step"]), float(meta["seconds"]), list(meta["history"])
        carried = read_carried(path)
        self.states = {d: tuple((carried[f"{d}.{k}.h"].to(self.device), carried[f"{d}.{k}.c"].to(self.device))
                                for k in range(self.settings.n_layers)) for d in DIRECTIONS}

    def train(self, after_step: Callable[["BiLMRun"], None] | None = None) -> None:
        """Train to the last step; ``after_step`` is called with this run after every step, when it can be saved."""
        s, last_save = self.settings, time.monotonic()
        progress = Progress(self.n_steps * s.batch * s.window)
        progress.resume_at(self.step * s.batch * s.window)
        rows = {d: self.rows(d) for d in DIRECTIONS}
        self.model.train()
        while self.step < self.n_steps:
            start = time.monotonic()
            place = self.step % self.n_steps_epoch
            if place == 0:
                self.states = {d: self.model.first_states(d, s.batch) for d in DIRECTIONS}
                self.history.append({"epoch": self.step // self.n_steps_epoch, "loss": 0.0, "words": 0})
            loss, n = self._advance({d: r[:, place * s.window:(place + 1) * s.window + 1] for d, r in rows.items()})
            row = self.history[-1]
            row["loss"] += loss
            row["words"] += n
            self.step += 1
            self.seconds += time.monotonic() - start
            progress.done += s.batch * s.window
            progress.report(f"step {self.step}/{self.n_steps} loss {loss / n:.3f} ~ {row['loss'] / row['words']:.3f}")
            if self.step % self.n_steps_epoch == 0:
                row["validation_perplexity"] = math.exp(np.mean([measure_stream(self, "validation", d)
                                                                 for d in DIRECTIONS]))
                progress.report(f"epoch {row['epoch'] + 1}: validation perplexity {row['validation_perplexity']:.2f}",
                                force=True)
            if time.monotonic() - last_save > SAVE_EVERY or self.step == self.n_steps:
                self.save()
                last_save = time.monotonic()
            if after_step is not None:
                after_step(self)

    def _advance(self, windows: dict[str, np.ndarray]) -> tuple[float, int]:
        """One update; returns the summed loss of both directions and the number of predicted words."""
        total, count = torch.zeros((), device=self.device), 0
        x = self.embed(windows)
        for direction in DIRECTIONS:
            outputs, self.states[direction] = self.model.read(x[direction], direction, self.states[direction],
                                                              self.dtype)
            targets = aim(windows[direction][:, 1:], direction, self.n_words).to(self.device)
            h, known = self.model.drop(outputs[-1]).flatten(0, 1), targets >= 0
            total = total + self.score(h[known], targets[known])
            count += int(known.sum())
        descend(self.optimiser, total / count, rate=self.learning_rate(self.step), clip=self.settings.max_norm)
        return float(total.detach()), count

    def embed(self, windows: dict[str, np.ndarray]) -> dict[str, Tensor]:
        """Vectors of the words of windows (batch, T + 1) but the last, (T, batch, P); each word is encoded once."""
        joined = np.concatenate([windows[d][:, :-1] for d in DIRECTIONS])
        unique, where = np.unique(joined, return_inverse=True)
        numbers = self.characters[torch.from_numpy(unique)].long().to(self.device)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            vectors = self.model.encoder(numbers).float()
        x = nn.functional.embedding(torch.from_numpy(where.reshape(joined.shape).T.copy()).to(self.device), vectors)
        return dict(zip(DIRECTIONS, x.chunk(2, dim=1), strict=True))

    def score(self, h: Tensor, targets: Tensor) -> Tensor:
        """Summed cross entropy, over a sample of words if the settings say so."""
        if self.sampler is not None and self.model.training:
            return sampled_cross_entropy(h, targets, self.model.softmax, self.sampler, self.settings.sampled,
                                         self.dtype)
        weight, bias = self.model.softmax.weight.to(self.dtype), self.model.softmax.bias.to(self.dtype)
        return nn.functional.cross_entropy(nn.functional.linear(h.to(self.dtype), weight, bias).float(), targets,
                                           reduction="sum")


def aim(following: np.ndarray, direction: str, n_words: int) -> Tensor:
    """What is to be predicted, int64 (T · batch,) in the order of states, from the words that follow (batch, T).

    Rare words count as unknown. -1 where there is nothing to learn: after the end of a sentence always comes the
    beginning of the next one.
    """
    unknown, certain = 2, 0 if direction == "forward" else 1  # numbers of UNK and of the marker that is sure to follow
    targets = np.where(following < n_words, following, unknown).T.astype(np.int64)
    return torch.from_numpy(np.where(targets == certain, -1, targets).reshape(-1))


@torch.inference_mode()
def measure_stream(run: BiLMRun, part: str, direction: str, *, rows: int = 32, window: int = 64) -> float:
    """Mean cross entropy in nats a word over a part, over all words, the state carried from window to window."""
    ids, was_training = run.streams.ids[part], run.model.training
    rows = max(1, min(rows, len(ids) // (2 * window)))
    width = len(ids) // rows
    if width < 2:
        raise TrainingError("Part {part} has {n} words.", "Give more text.", part=part, n=len(ids))
    text = ids[:width * rows].reshape(rows, width)
    text = text if direction == "forward" else text[:, ::-1]
    run.model.eval()
    states, total, count = run.model.first_states(direction, rows), 0.0, 0
    for start in range(0, width - 1, window):
        piece = text[:, start:start + window + 1]
        x = run.embed(dict.fromkeys(DIRECTIONS, piece))[direction]
        outputs, states = run.model.read(x, direction, states, run.dtype)
        targets = aim(piece[:, 1:], direction, run.n_words).to(run.device)
        known = targets >= 0
        total += float(run.score(outputs[-1].flatten(0, 1)[known], targets[known]))
        count += int(known.sum())
    run.model.train(was_training)
    return total / count
