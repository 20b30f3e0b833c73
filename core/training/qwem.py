"""Gradient training of QWEM and SGNS embeddings, recorded at logarithmic moments (seed 003, Fig. 2 and Lemma 3.1).

The run follows dW/dt = -½ (W Wᵀ - M*) W and its relatives (`core.training.qwem_objective`) by Euler steps, so that
time is t = steps · lr. It knows the eigenpairs of M* only to compare itself with them.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from core.checkpoints.artefacts import write_atomically
from core.errors import TrainingError
from core.models.embedding import Embedding, EmbeddingConfig
from core.training.device import choose_device
from core.training.progress import Progress
from core.training.qwem_objective import Loss, Weighting, build_objective
from core.training.qwem_pairs import PairSampler
from core.training.ranges import check_ranges
from core.training.state import STATE, take_up_state

SAVE_EVERY = 60.0       # seconds between saved states: what a killed run can lose
MAX_VOCABULARY = 5_000  # words of a run: its V × V matrices take 0.6 GB there, 8 GB at 20,000
MAX_STEPS = 5_000_000   # the paper's longest run has 4 million
N_MODES = 64            # singular values and subspaces that are recorded
RANK = 32               # directions of a snapshot
SNAPSHOT_BYTES = 2**20  # of all snapshots in half precision, so that a recorded run can ship
FIRST = 0.05            # of τ₁: the first moment recorded after the start; nothing moves before


@dataclass(frozen=True)
class GradientTraining:
    """Settings of one run. Defaults that are 0 follow the other settings."""

    corpus: str = "wiki-en"
    vocabulary: int = 1_000                 # most frequent words; up to 5,000
    window: int = 16                        # words each side
    weights: Literal["linear", "flat"] = "linear"  # of a distance j: window + 1 - j, or 1
    loss: Loss = "qwem"
    tied: bool = True                       # contexts are the words themselves
    weighting: Weighting = "constant"       # of pairs; constant is setting 3.1, where the theory is exact
    negatives: float = 1.0                  # for each positive pair; the paper's 1, word2vec's 5
    init: Literal["normal", "word2vec"] = "normal"  # N(0, init_scale² / d), or uniform(-0.5, 0.5) / d
    init_scale: float = 1e-2                # norm that each mode starts with, for "normal"
    dimension: int = 100
    gradient: Literal["full", "sampled"] = "full"  # on all pairs at once, or on pairs drawn from the text
    batch: int = 20_000                     # positive pairs a step, and as many negatives, where sampled
    rate: float = 0.0                       # step times λ₁; 0: 0.02 full (0.5 % late against the flow), 0.001 sampled
    duration: float = 10.0                  # times τ₁: concepts down to about a tenth of λ₁ rise
    moments: int = 120                      # recorded, at logarithmic distances
    snapshots: int = 12                     # moments that keep the embedding itself
    seed: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"

    def resolved(self) -> "GradientTraining":
        """The same settings with every default that follows others filled in.

        Raises
        ------
        TrainingError
            On a setting outside its range.
        """
        filled = replace(self, rate=self.rate or (0.02 if self.gradient == "full" else 0.001))
        check_ranges(filled, ("vocabulary", 2, MAX_VOCABULARY), ("window", 1, 1_000), ("negatives", 0.01, 100),
                     ("init_scale", 1e-12, 10), ("dimension", 1, 4096), ("batch", 1, 2**22), ("rate", 1e-9, 0.5),
                     ("duration", 0.01, 1000), ("moments", 2, 2_000), ("snapshots", 0, 100))
        if self.dimension > self.vocabulary:
            raise TrainingError("dimension = {d} is larger than the vocabulary of {v} words.",
                                "Choose at most as many dimensions as words.", d=self.dimension, v=self.vocabulary)
        return filled

    @property
    def config(self) -> EmbeddingConfig:
        return EmbeddingConfig(self.vocabulary, self.dimension, self.tied, self.init, self.init_scale)

    @property
    def run_id(self) -> str:
        """Name of the run: equal settings resume each other."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]
        return f"qwem-run-{self.vocabulary}-{digest}"


@dataclass(frozen=True)
class GradientData:
    """What a run reads.

    Attributes
    ----------
    probabilities : array of shape (V, V)
        P: symmetric, sum 1 (counts do as well).
    values, vectors : float arrays of shape (K,) and (V, K)
        The largest eigenpairs of M*, to compare with. Contexts of their own learn eigenvalues of both signs, so
        that untied runs want the largest in magnitude.
    sampler : PairSampler, optional
        For a sampled gradient.
    """

    probabilities: np.ndarray
    values: np.ndarray
    vectors: np.ndarray
    sampler: PairSampler | None = None


@dataclass(frozen=True)
class Moment:
    """The embedding compared with the theory at one time. K modes.

    Attributes
    ----------
    step : int
    time : float
        t = step · lr.
    loss : float
        `Objective.excess`: 1 untrained, 0 at the best matrix of full rank.
    singular : float64 array of shape (K,)
        Singular values s of W, falling; of untied vectors, roots of those of W Cᵀ.
    strength : float64 array of shape (K,)
        s_k² of the theory: u_k·W Cᵀ u_k for the eigenvectors u_k of M*. Untied, it goes to λ_k with its sign.
    overlap : float64 array of shape (K,)
        For r = 1 … K, ‖U_rᵀ V_r‖² / r: the share of M*'s top r eigenvectors within W's top r left singular vectors.
    """

    step: int
    time: float
    loss: float
    singular: np.ndarray
    strength: np.ndarray
    overlap: np.ndarray


_COLUMNS = tuple(f.name for f in fields(Moment))


class GradientRun:
    """A run that can be stopped anywhere and goes on, to the last bit, where it was saved.

    On a GPU, sums over sampled pairs come in no fixed order, and only close to the last bit.

    Attributes
    ----------
    lr : float
        Time of a step: rate / λ₁.
    tau : float
        τ₁ = ln(λ₁ / s₀²) / λ₁, when the first concept has half risen.
    moments : list of Moment
    leading : tensor
        U_r S_r at the last moment, the embedding in its own leading directions, float64 (V, r).
    snapshots : dict of int to tensor
        `leading` by step.
    """

    def __init__(self, settings: GradientTraining, data: GradientData, folder: Path):
        self.settings, self.folder = settings, folder
        self.device = choose_device(settings.device)
        if settings.gradient == "sampled" and data.sampler is None:
            raise TrainingError("A sampled gradient needs the text.", "Give the text, or choose gradient full.")
        if len(data.probabilities) != settings.vocabulary:
            raise TrainingError("The text has {n} words for a vocabulary of {expected}.",
                                "Choose a smaller vocabulary, or take a longer text.", n=len(data.probabilities),
                                expected=settings.vocabulary)
        self.sampler = data.sampler
        self.objective = build_objective(data.probabilities, loss=settings.loss, weighting=settings.weighting,
                                         negatives=settings.negatives, device=str(self.device))
        self.model = Embedding(settings.config, seed=settings.seed).to(self.device)
        self.n_modes = min(N_MODES, settings.dimension, data.vectors.shape[1])
        self.vectors = torch.as_tensor(np.asarray(data.vectors[:, :self.n_modes], np.float64), device=self.device)
        self.lr = settings.rate / self.objective.rate
        self.plan = self._plan()
        self.step, self.seconds, self.moments = 0, 0.0, []
        self.leading = self.model.words.detach()[:, :0].cpu()
        self.snapshots: dict[int, torch.Tensor] = {}

    def _plan(self) -> np.ndarray:
        """Steps at which a moment is recorded, the start first and the end last."""
        s, top = self.settings, self.objective.rate
        start = s.config.start
        if start >= top:
            raise TrainingError("The embedding starts at {start:.3g}, and its strongest mode ends at {end:.3g}: "
                                "nothing is left to rise.", "Choose a smaller init_scale.", start=start, end=top)
        self.tau = math.log(top / start) / top
        n_steps = math.ceil(s.duration * self.tau / self.lr)
        if n_steps > MAX_STEPS:
            raise TrainingError("The run would take {n:,} steps.", "Choose a larger rate or a shorter duration; "
                                "{limit:,} steps are allowed.", n=n_steps, limit=MAX_STEPS)
        first = max(1.0, FIRST * self.tau / self.lr)
        if first >= n_steps:
            return np.array([0, n_steps])
        return np.unique(np.r_[0, np.round(np.geomspace(first, n_steps, s.moments - 1)).astype(int)])

    @property
    def n_steps(self) -> int:
        return int(self.plan[-1])

    @property
    def snapshot_steps(self) -> np.ndarray:
        """The recorded steps that keep the embedding: evenly over the moments, the last one always."""
        n = min(self.settings.snapshots, len(self.plan), SNAPSHOT_BYTES // (2 * self.settings.vocabulary * RANK))
        return self.plan[np.unique(np.round(np.linspace(0, len(self.plan) - 1, n + 1)[1:]).astype(int))]

    def train(self, after_moment: "Callable[[GradientRun], None] | None" = None,
              after_step: "Callable[[GradientRun], None] | None" = None) -> None:
        """Train to the end of the plan.

        Parameters
        ----------
        after_moment, after_step : callable, optional
            Called with this run after every recorded moment and after every step, when it can be saved.
        """
        progress = Progress(self.n_steps, unit="steps")
        progress.resume_at(self.step)
        due, keep, saved = set(self.plan.tolist()), set(self.snapshot_steps.tolist()), time.monotonic()
        if not self.moments:
            self._record(keep)
            if after_moment:
                after_moment(self)
        while self.step < self.n_steps:
            start = time.monotonic()
            self._advance()
            if self.step in due:
                self._record(keep)
                self.seconds += time.monotonic() - start
                if after_moment:
                    after_moment(self)
            else:
                self.seconds += time.monotonic() - start
            progress.done = self.step
            progress.report(f"t = {self.step * self.lr / self.tau:.2f} τ₁  loss {self.moments[-1].loss:.4f}",
                            force=self.step == self.n_steps)
            if time.monotonic() - saved > SAVE_EVERY:
                self.save()
                saved = time.monotonic()
            if after_step:
                after_step(self)
        self.save()

    @torch.no_grad()
    def _advance(self) -> None:
        if self.settings.gradient == "full":
            own, other = self.objective.flow(self.model)
        else:  # numbers from the seed and the step alone: nothing to save, and the same after every resume
            rng = np.random.default_rng([self.settings.seed, self.step])
            positive = self._move(self.sampler.draw(self.settings.batch, rng))
            negative = self._move(self.sampler.draw_independent(self.settings.batch, rng))
            own, other = self.objective.flow_of(self.model, positive, negative)
        self.model.words.add_(own, alpha=self.lr)
        if not self.settings.tied:
            self.model.contexts.add_(other, alpha=self.lr)
        self.step += 1

    def _move(self, pair: tuple[np.ndarray, np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.from_numpy(pair[0]).to(self.device), torch.from_numpy(pair[1]).to(self.device)

    @torch.no_grad()
    def _record(self, keep: set[int]) -> None:
        loss = self.objective.excess(self.model)
        if not math.isfinite(loss):
            raise TrainingError("The run diverged at step {step}.", "Choose a lower rate; {value} is too high.",
                                step=self.step, value=self.settings.rate)
        left, singular = self.model.decompose()
        k, v = self.n_modes, self.vectors
        strength = ((v.t() @ self.model.words) * (v.t() @ self.model.contexts)).sum(1)
        cosines = left[:, :k].t() @ v
        inside = cosines.square().cumsum(0).cumsum(1).diagonal() / torch.arange(1, k + 1, device=self.device)
        self.moments.append(Moment(self.step, self.step * self.lr, loss, singular[:k].cpu().numpy(),
                                   strength.cpu().numpy(), inside.cpu().numpy()))
        signs = cosines.diagonal().sign()[:RANK]  # those of M*'s eigenvectors
        self.leading = (left[:, :len(signs)] * singular[:len(signs)] * signs).cpu()
        if self.step in keep:
            self.snapshots[self.step] = self.leading

    def compare(self) -> np.ndarray:
        """(u_i · v_j)² of W's left singular vectors now and M*'s eigenvectors, (K, K): the heat map of Fig. 5."""
        left = self.model.decompose()[0][:, :self.n_modes]
        return (left.t() @ self.vectors).square().cpu().numpy()

    def stack(self, name: str) -> np.ndarray:
        """One column of the moments as an array: (n,) or (n, K)."""
        return np.array([getattr(m, name) for m in self.moments])

    def save(self) -> None:
        """Write the whole state under a temporary name, then rename."""
        tensors = {f"model.{n}": t.detach().cpu() for n, t in self.model.state_dict().items()
                   if n == "words" or not self.settings.tied}
        tensors |= {f"moment.{n}": torch.from_numpy(self.stack(n)) for n in _COLUMNS}
        tensors |= {f"snapshot.{step}": t for step, t in self.snapshots.items()}
        meta = {"step": str(self.step), "seconds": repr(self.seconds), "lr": repr(self.lr)}
        write_atomically(self.folder / STATE,
                         save({n: t.contiguous().clone() for n, t in tensors.items()}, metadata=meta))

    def resume(self) -> bool:
        """Take up a saved state if there is one, see `take_up_state`."""
        return take_up_state(self.folder, self._take_up)

    @torch.no_grad()
    def _take_up(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            meta = file.metadata()
        tensors = load_file(path)
        step, columns = int(meta["step"]), {n: tensors[f"moment.{n}"].numpy() for n in _COLUMNS}
        lr, done = float(meta["lr"]), self.plan[self.plan <= step]
        if not np.array_equal(columns["step"], done) or not math.isclose(lr, self.lr, rel_tol=1e-6):
            raise ValueError("it was made by other steps")
        self.model.words.copy_(tensors["model.words"])
        if not self.settings.tied:
            self.model.contexts.copy_(tensors["model.contexts"])
        self.moments = [Moment(int(row[0]), float(row[1]), float(row[2]), *row[3:])
                        for row in zip(*(columns[n] for n in _COLUMNS), strict=True)]
        self.snapshots = {int(n.split(".")[1]): t for n, t in tensors.items() if n.startswith("snapshot.")}
        self.step, self.seconds, self.lr = step, float(meta["seconds"]), lr  # λ₁ to the bit depends on the threads
