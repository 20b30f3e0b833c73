"""Train an LSTM language model on linearised treebanks (seed 000, "learning settings")."""

import hashlib
import json
import math
import platform
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors.torch import load_file, save

from core.checkpoints.artefacts import file_sha256, write_atomically
from core.checkpoints.card import CheckpointCard, CorpusCard, Scores
from core.checkpoints.store import save_checkpoint
from core.corpora.library import corpus_licence, draw_documents, read_corpus
from core.corpora.registry import find_corpus
from core.corpora.treebank import Treebank, TreeRules
from core.errors import CorpusError, TrainingError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.settings import cache_folder
from core.tokens.batches import iterate_batches, pad_batch, plan_batches
from core.tokens.encoded import EncodedSentences, encode_documents, linearise_documents
from core.tokens.linearise import Kind
from core.tokens.regroup import regroup_documents
from core.tokens.splits import PARTS, Split, split_documents
from core.tokens.vocabulary import Vocabulary, build_vocabulary
from core.training.descent import descend, warm_cosine
from core.training.device import choose_device, choose_dtype
from core.training.epochs import BEST, EpochRun
from core.training.memory import keep_large_blocks
from core.training.ranges import check_ranges


@dataclass(frozen=True)
class LSTMTraining:
    """Settings of one training run. Defaults that are 0 or -1 follow the kind, as in the seed."""

    kind: Literal[1, 2, 3, 4, 5] = 1           # linearisation: 1 brackets … 5 raw words
    hidden_size: int = 0                       # 0: 100 for kinds 1–2, 1000 for kinds 3–5
    embedding_size: int = 0                    # 0: 32 for kinds 1–2, 200 for kinds 3–5 (fits 40 MB)
    corpora: tuple[str, ...] = ("ptb-sample", "gum")
    vocabulary_size: int = 5_000               # the seed's 10,000 was for 49,000 sentences
    epochs: int = 12                           # upper bound; early stopping may end before
    patience: int = 2                          # epochs without a better validation loss
    batch_tokens: int = 0                      # padded tokens a step; 0: 2,048 small (more steps), 2,560 large
    learning_rate: float = 0.0                 # Adam, peak of the cosine; 0: 0.008 small, 0.002 large
    clip: float = 1.0                          # gradient norm
    input_dropout: float = -1.0                # -1: 0 for kinds 1–2, 0.2 for kinds 3–5
    output_dropout: float = -1.0               # -1: 0.2 for kinds 1–2, 0.5 for kinds 3–5
    max_length: int = 250                      # longer sentences are left out of training (1 in 1,000)
    pos_brackets: bool = False                 # see TreeRules
    regroup: float = -1.0                      # share of training trees regrouped besides (core.tokens.regroup): they
                                               # teach where a sentence ends; -1: 0.5 for kind 4, else 0
    max_depth: int = 0                         # deepest nesting of generated corpora; 0: the generator's own
    max_documents: int = 0                     # of each Lisp corpus, drawn by split_seed; 0: all
    l1: float = 0.0                            # nats a unit of Σ|h| at each token, or of Σ|w|; see compute_l1
    l1_on: Literal["activations", "weights"] = "activations"  # whole cells fall silent, or connections
    held_out: float = 0.1                      # documents of each corpus in validation, and in test
    split_seed: int = 0
    seed: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "bfloat16", "float32"] = "auto"  # auto: bfloat16 where it is faster

    def resolved(self) -> "LSTMTraining":
        """The same settings with every default that follows the kind filled in.

        Raises
        ------
        TrainingError
            On a setting outside its range.
        """
        small = self.kind <= 2
        filled = replace(
            self,
            hidden_size=self.hidden_size or (100 if small else 1000),
            embedding_size=self.embedding_size or (32 if small else 200),
            batch_tokens=self.batch_tokens or (2048 if small else 2560),
            learning_rate=self.learning_rate or (0.008 if small else 0.002),
            input_dropout=self.input_dropout if self.input_dropout >= 0 else (0.0 if small else 0.2),
            output_dropout=self.output_dropout if self.output_dropout >= 0 else (0.2 if small else 0.5),
            regroup=self.regroup if self.regroup >= 0 else (0.5 if self.kind == 4 else 0.0))
        check_ranges(filled, ("hidden_size", 1, 4096), ("embedding_size", 1, 4096), ("vocabulary_size", 10, 10_000),
                     ("epochs", 1, 1000), ("patience", 1, 1000), ("batch_tokens", 1, 2**20), ("learning_rate", 1e-6, 1),
                     ("clip", 1e-6, 1e6), ("input_dropout", 0, 0.95), ("output_dropout", 0, 0.95),
                     ("max_length", 3, 10_000), ("held_out", 0.01, 0.4), ("regroup", 0, 1), ("l1", 0, 100),
                     ("max_depth", 0, 20), ("max_documents", 0, 100_000))
        return filled

    @property
    def run_id(self) -> str:
        """Name of the run: equal settings resume each other."""
        own = asdict(self)
        own = {name: value for name, value in own.items() if value or name not in ("max_depth", "max_documents")}
        if not self.l1:  # without a penalty its fields say nothing, and runs from before it keep their name
            del own["l1"], own["l1_on"]
        digest = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:8]
        return f"lstm-{self.kind}-{self.hidden_size}-{digest}"


@dataclass(frozen=True)
class TrainingData:
    """What a run reads: the split, the vocabulary and each part encoded."""

    treebanks: tuple[Treebank, ...]
    split: Split
    vocabulary: Vocabulary
    parts: dict[str, EncodedSentences]


def load_training_data(settings: LSTMTraining, treebanks: tuple[Treebank, ...] | None = None) -> TrainingData:
    """Read the corpora, split them by document, and encode them with a vocabulary of the train part."""
    kind = Kind(settings.kind)
    banks = treebanks or tuple(_read_corpus(name, settings) for name in settings.corpora)
    split = split_documents(list(banks), held_out=settings.held_out, seed=settings.split_seed)
    train = linearise_documents(split.train, kind, pos_brackets=settings.pos_brackets)
    vocabulary = build_vocabulary((s.tokens for s in train), max_size=settings.vocabulary_size)
    documents = {part: getattr(split, part) for part in PARTS}
    if settings.regroup:
        documents["train"] = tuple(regroup_documents(split.train, share=settings.regroup, seed=settings.seed))
    parts = {part: encode_documents(documents[part], kind, vocabulary,
                                    pos_brackets=settings.pos_brackets) for part in PARTS}
    for part in PARTS:
        if not np.any(parts[part].lengths <= settings.max_length):
            raise TrainingError("No sentence of at most {limit} tokens is left for {part}.",
                                "Give a corpus of three documents or more, or raise max_length.",
                                limit=settings.max_length, part=part)
    return TrainingData(banks, split, vocabulary, parts)


def _read_corpus(name: str, settings: LSTMTraining) -> Treebank:
    wanted = draw_documents(name, settings.max_documents, seed=settings.split_seed)
    return read_corpus(name, depth=settings.max_depth, wanted=wanted)


@torch.inference_mode()
def measure_perplexity(model: LSTMLanguageModel, data: EncodedSentences, *,
                       batch_tokens: int = 8192, dtype: torch.dtype = torch.float32) -> float:
    """exp of the mean next-token cross entropy (nats) over all sentences."""
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    for inputs, targets in iterate_batches(data, batch_tokens=batch_tokens):
        loss, n = model.loss(torch.from_numpy(inputs).to(device), torch.from_numpy(targets).to(device), dtype)
        total, count = total + float(loss), count + n
    model.train(was_training)
    return math.exp(min(total / max(count, 1), 700.0))  # a diverged run is bad, not an overflow


def compute_l1(model: LSTMLanguageModel, h: torch.Tensor, on: str) -> torch.Tensor:
    """The penalty of a batch for strength 1, summed over its tokens as the cross entropy is.

    ``activations``: the sum over tokens and cells of |h|, which makes whole cells fall silent. ``weights``:
    the number of tokens times the sum of |w| over the input, recurrent and softmax weights, without biases and
    embeddings.

    Parameters
    ----------
    h : tensor of shape (n_tokens, H)
        Top hidden states at the predicted tokens, before dropout.
    """
    if on == "activations":
        return h.abs().sum()
    weights = [w for layer in model.layers for w in (layer.w_ih, layer.w_hh)] + [model.decoder.weight]
    return len(h) * torch.stack([w.abs().sum() for w in weights]).sum()


class LSTMRun(EpochRun):
    """A training run; the weights after every epoch stay in its folder."""

    def __init__(self, settings: LSTMTraining, data: TrainingData, folder: Path):
        super().__init__(settings, folder)
        self.data, self.device = data, choose_device(settings.device)
        self.dtype = choose_dtype(settings.precision, settings.hidden_size)
        torch.manual_seed(settings.seed)
        self.model = LSTMLanguageModel(LSTMConfig(
            len(data.vocabulary), settings.embedding_size, settings.hidden_size,
            input_dropout=settings.input_dropout, output_dropout=settings.output_dropout)).to(self.device)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=settings.learning_rate, fused=True)
        lengths = data.parts["train"].lengths
        self.train_sentences = np.flatnonzero(lengths <= settings.max_length)

    def plan(self, epoch: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """The batches of one epoch, the same after every resume."""
        rng = np.random.default_rng([self.settings.seed, epoch])
        lengths = self.data.parts["train"].lengths[self.train_sentences]
        return [self.train_sentences[b] for b in
                plan_batches(lengths, batch_tokens=self.settings.batch_tokens, rng=rng)]

    def count_tokens(self) -> int:
        """Tokens that are predicted in an epoch."""
        return int((self.data.parts["train"].lengths[self.train_sentences] - 1).sum())

    def learning_rate(self, step: int, n_batches: int) -> float:
        """See `warm_cosine`."""
        return warm_cosine(self.settings.learning_rate, step, n_batches * self.settings.epochs)

    def _step(self, batch: tuple[np.ndarray, np.ndarray], rate: float) -> tuple[float, int]:
        inputs, targets = (torch.from_numpy(a).to(self.device) for a in pad_batch(self.data.parts["train"], batch))
        loss, penalty, n = self._lose(inputs, targets)
        descend(self.optimiser, (loss + penalty) / n, rate=rate, clip=self.settings.clip)
        return float(loss.detach()), n

    def _lose(self, inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | float, int]:
        """Cross entropy and L1 penalty, both summed over the predicted tokens, and their number."""
        if not self.settings.l1:
            loss, n = self.model.loss(inputs, targets, self.dtype)
            return loss, 0.0, n
        h = self.model.run_layers(inputs, self.dtype)
        loss, n = self.model.score(self.model.drop_out(h), targets, self.dtype)
        return loss, self.settings.l1 * compute_l1(self.model, h[targets >= 0], self.settings.l1_on), n

    def _validate(self) -> float:
        return measure_perplexity(self.model, self.data.parts["validation"], dtype=self.dtype)

    def _collect_weights(self) -> dict[str, torch.Tensor]:
        return {n: t.detach().cpu().half().contiguous() for n, t in self.model.state_dict().items()}

    def _keep_epoch(self, perplexity: float) -> None:
        write_atomically(self.folder / f"epoch{self.epoch + 1:02d}.safetensors", save(self._collect_weights()))
        super()._keep_epoch(perplexity)

    def _stalled(self) -> bool:
        seen = [row["validation_perplexity"] for row in self.history if "validation_perplexity" in row]
        return len(seen) > self.settings.patience and min(seen[-self.settings.patience:]) > min(seen)


def train_lstm(settings: LSTMTraining, *, treebanks: tuple[Treebank, ...] | None = None,
               keep_snapshots: bool | None = None) -> CheckpointCard:
    """Train, resume or finish a run, and save the checkpoint of its best epoch.

    Parameters
    ----------
    treebanks : tuple of Treebank, optional
        Corpora already read; by default those named in the settings are found and read.
    keep_snapshots : bool, optional
        Ship the weights of every epoch; by default for kinds 1–2.
    """
    settings = settings.resolved()
    keep_large_blocks()
    data = load_training_data(settings, treebanks)
    folder = cache_folder() / "training" / settings.run_id
    run = LSTMRun(settings, data, folder)
    run.resume()
    run.train()
    return finish_run(run, keep_snapshots=settings.kind <= 2 if keep_snapshots is None else keep_snapshots)


def finish_run(run: LSTMRun, *, keep_snapshots: bool) -> CheckpointCard:
    """Score the best epoch's rounded weights and write its checkpoint."""
    s, data = run.settings, run.data
    if not math.isfinite(run.best):
        raise TrainingError("Run {run} never had a finite validation perplexity.",
                            "Choose a lower learning rate; {value} is too high.",
                            run=s.run_id, value=s.learning_rate)
    best = {n: t.float() for n, t in load_file(run.folder / BEST).items()}
    run.model.load_state_dict(best)
    run.model.eval()
    scores = {part: Scores(perplexity=measure_perplexity(run.model, data.parts[part]),
                           n_tokens=int((data.parts[part].lengths - 1).sum()),
                           n_documents=len(getattr(data.split, part))) for part in ("validation", "test")}
    fields = {
        "system": "lstm", "kind": s.kind, "tree_rules": asdict(TreeRules(pos_brackets=s.pos_brackets)),
        "training": asdict(s) | {"corpora": list(s.corpora)}, "corpora": [_corpus_card(b) for b in data.treebanks],
        "split": data.split.names(), "epochs": len(run.history), "seconds": round(run.seconds, 1),
        "history": run.history, "scores": scores,
        "versions": {"python": platform.python_version(), "torch": torch.__version__.split("+")[0],
                     "numpy": np.__version__}}
    snapshots = _collect_snapshots(run.folder) if keep_snapshots else None
    return save_checkpoint(run.model, data.vocabulary, card_fields=fields, snapshots=snapshots)


def _corpus_card(bank: Treebank) -> CorpusCard:
    words = sum(len(t.words()) for d in bank.documents for t in d.trees)
    try:
        path = find_corpus(bank.name)
    except CorpusError:  # generated, or handed over
        path = None
    sha = file_sha256(path) if path is not None and path.is_file() else ""
    return CorpusCard(name=bank.name, licence=corpus_licence(bank.name), sha256=sha, n_trees=bank.n_trees,
                      n_words=words)


def _collect_snapshots(folder: Path) -> dict[str, torch.Tensor]:
    return {f"{file.stem}.{name}": t for file in sorted(folder.glob("epoch*.safetensors"))
            for name, t in load_file(file).items()}
