"""Train an encoder–decoder on sentence pairs (seed 001; Sutskever, Vinyals and Le 2014, section 3)."""

import hashlib
import json
import math
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn.utils.rnn import PackedSequence

from core.checkpoints.card import PairsCard, Seq2SeqCard
from core.checkpoints.rounding import round_weights
from core.checkpoints.seq2seq import save_seq2seq
from core.corpora.pairs import MULTI30K, SentencePairs, pairs_licence, read_multi30k, read_pairs
from core.errors import TrainingError
from core.models.packing import pack_rows
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.settings import cache_folder
from core.tokens.pairs import (
    EncodedPairs,
    PairVocabulary,
    build_pair_vocabulary,
    encode_pairs,
    plan_pair_batches,
    split_pairs,
)
from core.training.descent import descend, warm_cosine
from core.training.device import choose_device, choose_dtype
from core.training.epochs import BEST, EpochRun
from core.training.memory import keep_large_blocks
from core.training.ranges import check_ranges

UNIFORM = 0.08       # the paper's weights begin between -0.08 and 0.08 (section 3.4)


@dataclass(frozen=True)
class Seq2SeqTraining:
    """Settings of one training run."""

    corpus: str = MULTI30K                     # multi30k, fra-eng, or the path of a table: sentence TAB translation
    languages: tuple[str, str] = ("xx", "xx")  # of a table; en and fr have tokenisers of their own
    reverse: bool = True                       # read the source backwards (section 3.3)
    hidden_size: int = 500                     # the paper's is 1,000
    embedding_size: int = 500                  # the paper's is 1,000
    n_layers: int = 1                          # the paper's is 4
    source_size: int = 8_000                   # words known; the paper's 160,000 was for 12 million pairs
    target_size: int = 5_500                   # the paper's is 80,000; the softmax costs a third of a step
    min_count: int = 2                         # a word that came once teaches nothing but its sentence
    dropout: float = 0.3                       # of embeddings, between layers and before the softmax
    weight_drop: float = 0.2                   # of recurrent weights: 29,000 pairs are soon known by heart
    tied_scale: float = 8.0                    # target words are read by the softmax's rows times this; 0: by their own
    forget_bias: float = 1.0                   # at the start; the paper's recipe has none
    embedding_std: float = 1.0                 # at the start; the paper's recipe draws all from (-0.08, 0.08)
    recipe: Literal["adam", "paper"] = "adam"  # paper: SGD, lr 0.7, halved every half epoch after 5, sums over words
    learning_rate: float = 0.0                 # 0: 0.0014 for Adam (peak of the cosine), 0.7 for the paper's SGD
    clip: float = 0.0                          # norm of the gradient; 0: 1 for Adam, 5 for the paper's
    epochs: int = 10
    batch: int = 16                            # pairs; the paper's is 128: few pairs want many steps
    max_length: int = 60                       # words of either side; longer pairs are left out of training
    held_out: int = 1_500                      # pairs in validation, and in test, where the corpus has no such parts
    split_seed: int = 0
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
        check_ranges(self, ("hidden_size", 1, 4096), ("embedding_size", 1, 4096), ("n_layers", 1, 8),
                     ("source_size", 10, 200_000), ("target_size", 10, 100_000), ("min_count", 1, 1000),
                     ("dropout", 0, 0.95), ("weight_drop", 0, 0.95), ("tied_scale", 0, 100), ("forget_bias", -10, 10),
                     ("embedding_std", 0, 10), ("learning_rate", 0, 10), ("clip", 0, 1e6), ("epochs", 1, 1000),
                     ("batch", 1, 4096), ("max_length", 1, 1000), ("held_out", 1, 10**6))
        if self.tied_scale and self.embedding_size != self.hidden_size:
            raise TrainingError("embedding_size = {a} and hidden_size = {b} differ, and the softmax's rows cannot be "
                                "read as embeddings.", "Make them equal, or set tied_scale to 0.",
                                a=self.embedding_size, b=self.hidden_size)

    @property
    def peak_rate(self) -> float:
        return self.learning_rate or (0.7 if self.recipe == "paper" else 0.0014)

    @property
    def corpus_name(self) -> str:
        """The corpus as a part of a name: a table's is that of its file."""
        stem = Path(self.corpus).stem.lower()
        return "".join(c if c.isascii() and c.isalnum() else "-" for c in stem).strip("-")[:24] or "pairs"

    @property
    def run_id(self) -> str:
        """Name of the run: equal settings resume each other."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]
        return f"seq2seq-{self.corpus_name}-{'reversed' if self.reverse else 'forward'}-{digest}"


@dataclass(frozen=True, eq=False)
class PairData:
    """What a run reads: the words and each part encoded."""

    parts: dict[str, SentencePairs]
    vocabulary: PairVocabulary
    encoded: dict[str, EncodedPairs]


def read_parts(settings: Seq2SeqTraining) -> dict[str, SentencePairs]:
    """Train, validation and test pairs: a corpus's own parts, or ours by source sentence."""
    if settings.corpus == MULTI30K:
        return {"train": read_multi30k("train"), "validation": read_multi30k("val"),
                "test": read_multi30k("test_2016_flickr")}
    pairs = read_pairs(settings.corpus, settings.languages)
    return split_pairs(pairs, n_held_out=min(settings.held_out, len(pairs) // 5), seed=settings.split_seed)


def load_pair_data(settings: Seq2SeqTraining, parts: dict[str, SentencePairs] | None = None) -> PairData:
    """Read, split and encode pairs with a vocabulary of the train part.

    Raises
    ------
    TrainingError
        When a part is left without a pair.
    """
    parts = parts or read_parts(settings)
    if not all(len(part) for part in parts.values()):
        raise TrainingError("There are too few pairs to keep some back.", "Give ten pairs or more.")
    vocabulary = build_pair_vocabulary(parts["train"], source_size=settings.source_size,
                                       target_size=settings.target_size, min_count=settings.min_count)
    return PairData(parts, vocabulary, {name: encode_pairs(part, vocabulary, reverse=settings.reverse)
                                        for name, part in parts.items()})


@torch.inference_mode()
def measure_pair_perplexity(model: Seq2Seq, pairs: EncodedPairs, *, batch: int = 128,
                            dtype: torch.dtype = torch.float32) -> float:
    """exp of the mean cross entropy (nats) a target token, the end included, given the source and what went before."""
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    total, count = 0.0, 0
    for rows in plan_pair_batches(pairs, batch):
        loss, n = model.loss(*pack_pairs(pairs, rows, device), dtype)
        total, count = total + float(loss), count + n
    model.train(was_training)
    return math.exp(min(total / max(count, 1), 700.0))


def pack_pairs(pairs: EncodedPairs, rows: np.ndarray,
               device: torch.device | str = "cpu") -> tuple[PackedSequence, PackedSequence, torch.Tensor]:
    """Some pairs as `Seq2Seq.loss` takes them: sources, translations, and of these the next tokens in their rows."""
    written = [pairs.target(s) for s in rows]
    steps = pack_rows((np.stack([ids[:-1], ids[1:]], axis=1) for ids in written), device)
    inputs, targets = steps.data.unbind(1)
    return pack_rows((pairs.source(s) for s in rows), device), steps._replace(data=inputs), targets


class Seq2SeqRun(EpochRun):
    """A training run."""

    def __init__(self, settings: Seq2SeqTraining, data: PairData, folder: Path):
        settings.check()
        super().__init__(settings, folder)
        self.data, self.device = data, choose_device(settings.device)
        self.dtype = choose_dtype(settings.precision, settings.hidden_size)
        torch.manual_seed(settings.seed)
        self.model = Seq2Seq(Seq2SeqConfig(
            len(data.vocabulary.source), len(data.vocabulary.target), settings.embedding_size, settings.hidden_size,
            settings.n_layers, settings.dropout, settings.weight_drop, settings.tied_scale))
        if settings.recipe == "paper":
            self.model.initialise_uniformly(UNIFORM)
        else:
            self.model.open_forget_gates(settings.forget_bias)
            self.model.spread_embeddings(settings.embedding_std)
        self.model.to(self.device)
        make = torch.optim.SGD if settings.recipe == "paper" else torch.optim.Adam
        self.optimiser = make(self.model.parameters(), lr=settings.peak_rate, fused=True)
        train = data.encoded["train"]
        longest = np.maximum(train.source_lengths, train.target_lengths) - 2
        self.pairs = np.flatnonzero(longest <= settings.max_length)
        if not len(self.pairs):
            raise TrainingError("No pair of at most {limit} words is left to learn from.", "Raise max_length.",
                                limit=settings.max_length)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """The batches of one epoch, the same after every resume."""
        rng = np.random.default_rng([self.settings.seed, epoch])
        kept = set(self.pairs.tolist())
        planned = plan_pair_batches(self.data.encoded["train"], self.settings.batch, rng)
        batches = [np.array([s for s in batch.tolist() if s in kept]) for batch in planned]
        return [b for b in batches if len(b)]

    def learning_rate(self, step: int, n_batches: int) -> float:
        """Adam: see `warm_cosine`. Paper: halved every half epoch after the fifth (section 3.4)."""
        peak = self.settings.peak_rate
        if self.settings.recipe == "paper":
            return peak * 0.5 ** max(0, math.floor((step / n_batches - 5) * 2) + 1)
        return warm_cosine(peak, step, n_batches * self.settings.epochs)

    def count_tokens(self) -> int:
        """Target tokens of an epoch."""
        return int((self.data.encoded["train"].target_lengths[self.pairs] - 1).sum())

    def _validate(self) -> float:
        return measure_pair_perplexity(self.model, self.data.encoded["validation"], dtype=self.dtype)

    def _step(self, batch: np.ndarray, rate: float) -> tuple[float, int]:
        paper = self.settings.recipe == "paper"
        loss, n = self.model.loss(*pack_pairs(self.data.encoded["train"], batch, self.device), self.dtype)
        descend(self.optimiser, loss / (len(batch) if paper else n), rate=rate,
                clip=self.settings.clip or (5.0 if paper else 1.0))
        return float(loss.detach()), n


def train_seq2seq(settings: Seq2SeqTraining, parts: dict[str, SentencePairs] | None = None) -> Seq2SeqCard:
    """Train, resume or finish a run, and save the checkpoint of its best epoch.

    Parameters
    ----------
    parts : dict, optional
        Pairs already read, by part; by default those of the corpus.
    """
    settings.check()
    keep_large_blocks()
    run = Seq2SeqRun(settings, load_pair_data(settings, parts), cache_folder() / "training" / settings.run_id)
    run.resume()
    run.train()
    return finish_seq2seq(run)


def finish_seq2seq(run: Seq2SeqRun) -> Seq2SeqCard:
    """Score the best epoch's rounded weights and write its checkpoint."""
    s, data = run.settings, run.data
    if not math.isfinite(run.best):
        raise TrainingError("Run {run} never had a finite validation perplexity.",
                            "Choose a lower learning rate; {value} is too high.", run=s.run_id, value=s.peak_rate)
    run.model.load_state_dict(round_weights(load_file(run.folder / BEST)))
    train = data.parts["train"]
    return save_seq2seq(run.model.cpu(), data.vocabulary, card_fields={
        "corpus": PairsCard(name=s.corpus_name, licence=pairs_licence(s.corpus), sha256=train.sha256,
                            source_language=train.source_language, target_language=train.target_language,
                            n_pairs={name: len(part) for name, part in data.parts.items()}),
        "reverse": s.reverse, "training": asdict(s) | {"languages": list(s.languages), "corpus": s.corpus_name},
        "lower_source": data.vocabulary.lower_source, "epochs": len(run.history), "seconds": round(run.seconds, 1),
        "history": run.history,
        "perplexity": {part: measure_pair_perplexity(run.model, data.encoded[part]) for part in ("validation", "test")},
        "versions": {"python": platform.python_version(), "torch": torch.__version__.split("+")[0],
                     "numpy": np.__version__}})
