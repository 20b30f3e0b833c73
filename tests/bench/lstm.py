"""The LSTM system: recording, a typed sentence, training."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor, nn

from core.analysis.lstm.trajectory import compute_trajectory
from core.checkpoints.store import Checkpoint
from core.corpora.demo import read_demo_treebank
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.states.lstm import record_batch
from core.states.store import open_states
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import ED, PHRASES, ST, UNK, Kind, Linearised, linearise
from core.tokens.vocabulary import Vocabulary
from tests.bench.row import Row, compare_speed, time_interleaved

TYPED_LIMIT = 50.0     # milliseconds; what a reader takes for at once
CORPUS_LIMIT = 30.0    # seconds for the Penn Treebank sample, with what pages need on disk


@dataclass(frozen=True)
class Sizes:
    """A kind-4 model and one batch of its training."""

    hidden: int = 1000
    embedding: int = 200
    vocabulary: int = 5_000
    batch: int = 64
    steps: int = 40
    repeats: int = 9
    corpus: int = 94_000  # tokens, as many as the Penn Treebank sample has


def build_model(sizes: Sizes) -> LSTMLanguageModel:
    """Random weights, the same in every run."""
    torch.manual_seed(0)
    return LSTMLanguageModel(LSTMConfig(sizes.vocabulary, sizes.embedding, sizes.hidden))


def draw_ids(sizes: Sizes) -> Tensor:
    """Token ids (T, B)."""
    return torch.randint(sizes.vocabulary, (sizes.steps, sizes.batch), generator=torch.Generator().manual_seed(0))


def copy_to_torch(model: LSTMLanguageModel) -> nn.LSTM:
    """PyTorch's own LSTM with the weights of the first layer."""
    layer = model.layers[0]
    lstm = nn.LSTM(layer.w_ih.shape[1], layer.w_hh.shape[1])
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(layer.w_ih)
        lstm.weight_hh_l0.copy_(layer.w_hh)
        lstm.bias_ih_l0.copy_(layer.b)
        lstm.bias_hh_l0.zero_()
    return lstm


@torch.inference_mode()
def loop_cells(cell: nn.LSTMCell, x: Tensor) -> dict[str, Tensor]:
    """What one writes without a recorder: `nn.LSTMCell` in a loop, its hidden gates computed again."""
    h = c = x.new_zeros(x.shape[1], cell.hidden_size)
    kept: dict[str, list[Tensor]] = {name: [] for name in ("i", "f", "g", "o", "c_up", "c", "h")}
    for x_t in x:
        a = nn.functional.linear(x_t, cell.weight_ih, cell.bias_ih) + nn.functional.linear(h, cell.weight_hh)
        i, f, g, o = a.chunk(4, 1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        h, c = cell(x_t, (h, c))
        for name, value in zip(kept, (i, f, g, o, i * g, c, h), strict=True):
            kept[name].append(value)
    return {name: torch.stack(values) for name, values in kept.items()}


def bench_record(sizes: Sizes) -> Row:
    """Recording everything against a plain forward that keeps h alone."""
    model, ids = build_model(sizes).eval(), draw_ids(sizes)
    lstm, x = copy_to_torch(model), model.embedding(ids).detach()

    @torch.inference_mode()
    def forward() -> Tensor:
        return lstm(x)[0]

    torch.testing.assert_close(record_batch(model, ids).layers[0].h, forward(), atol=1e-4, rtol=1e-4)
    return compare_speed("record", lambda: record_batch(model, ids), forward, amount=ids.numel(), unit="tokens/s",
                         floor=0.5, repeats=sizes.repeats)


def bench_record_loop(sizes: Sizes) -> Row:
    """Recording everything against a loop over cells that keeps the same."""
    model, ids = build_model(sizes).eval(), draw_ids(sizes)
    x, cell = model.embedding(ids).detach(), nn.LSTMCell(sizes.embedding, sizes.hidden)
    cell.load_state_dict({n.removesuffix("_l0"): t for n, t in copy_to_torch(model).state_dict().items()})
    states = record_batch(model, ids).layers[0]
    for name, values in loop_cells(cell, x).items():
        torch.testing.assert_close(getattr(states, name), values, atol=1e-4, rtol=1e-4)
    return compare_speed("record.loop", lambda: record_batch(model, ids), lambda: loop_cells(cell, x),
                         amount=ids.numel(), unit="tokens/s", floor=1.0, repeats=sizes.repeats)


def bench_record_corpus(sizes: Sizes) -> Row:
    """A corpus of real sentence lengths recorded once, c_up, c and h on disk, against the limit; both in seconds."""
    lengths = [len(tree.words()) for document in read_demo_treebank().documents for tree in document.trees]
    starts = np.cumsum([0, *np.resize(lengths, sizes.corpus)])
    starts = starts[:np.searchsorted(starts, sizes.corpus) + 1]
    n = int(starts[-1])
    nothing = np.zeros(n, np.int16)
    ids = np.random.default_rng(0).integers(0, sizes.vocabulary, n)
    sentences = EncodedSentences(ids, starts, nothing, np.zeros((n, len(PHRASES)), np.int16), ("",) * n, ("",) * n,
                                 np.zeros(len(starts) - 1, np.int32), ("",))
    model = build_model(sizes).eval().requires_grad_(False)
    card = SimpleNamespace(id="bench", weights=SimpleNamespace(sha256=""))
    with TemporaryDirectory() as folder, patch.dict(os.environ, WORDGLASS_CACHE=folder):
        start = time.perf_counter()
        open_states(Checkpoint(card, model, None), sentences)
        seconds = time.perf_counter() - start
    return Row("record.corpus", seconds, CORPUS_LIMIT, CORPUS_LIMIT / seconds, 1.0, "s")


def bench_typed(sizes: Sizes) -> Row:
    """All of a typed sentence of 15 words against the limit; both in milliseconds."""
    sentence = find_sentence(15)
    words = (ST, ED, UNK, *dict.fromkeys(t for t in sentence.tokens if t not in (ST, ED, UNK)))
    fillers = (f"word{n}" for n in range(sizes.vocabulary))
    vocabulary = Vocabulary((*words, *fillers)[:max(sizes.vocabulary, len(words))])
    model = build_model(Sizes(sizes.hidden, sizes.embedding, len(vocabulary))).eval().requires_grad_(False)
    checkpoint = Checkpoint(None, model, vocabulary)  # the computation asks for no card
    (seconds,) = time_interleaved(lambda: compute_trajectory(checkpoint, sentence), repeats=sizes.repeats)
    return Row("typed", 1000 * seconds, TYPED_LIMIT, TYPED_LIMIT / (1000 * seconds), 1.0, "ms")


def find_sentence(n_words: int) -> Linearised:
    """The first demo sentence of that many words, as kind 4."""
    trees = (tree for document in read_demo_treebank().documents for tree in document.trees)
    return linearise(next(tree for tree in trees if len(tree.words()) == n_words), Kind.TAGGED_BRACKETS_WORDS)


class TorchLanguageModel(nn.Module):
    """The same language model on `nn.LSTM`, as one would write it for autocast."""

    def __init__(self, model: LSTMLanguageModel):
        super().__init__()
        config = model.config
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size)
        self.lstm = copy_to_torch(model)
        self.decoder = nn.Linear(config.hidden_size, config.vocabulary_size)
        self.drop_in, self.drop_out = nn.Dropout(config.input_dropout), nn.Dropout(config.output_dropout)

    def loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        """Mean cross entropy."""
        h = self.drop_out(self.lstm(self.drop_in(self.embedding(ids)))[0])
        return nn.functional.cross_entropy(self.decoder(h).flatten(0, 1), targets.flatten())


def bench_train(sizes: Sizes) -> Row:
    """One optimiser step in bfloat16 against `nn.LSTM` under autocast."""
    ours, ids = build_model(sizes).train(), draw_ids(sizes)
    other, targets = TorchLanguageModel(ours).train(), ids.roll(-1, 0)

    def loss_of_other() -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return other.loss(ids, targets)

    def loss_of_ours() -> Tensor:
        loss, n = ours.loss(ids, targets, torch.bfloat16)
        return loss / n

    return compare_speed("train", make_step(ours, loss_of_ours), make_step(other, loss_of_other), amount=ids.numel(),
                         unit="tokens/s", floor=1.0, repeats=sizes.repeats)


def make_step(model: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], None]:
    """Forward, backward, clipping and Adam, as in core.training."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)

    def step() -> None:
        loss().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    return step


BENCHES = (bench_record, bench_record_loop, bench_record_corpus, bench_typed, bench_train)


def run(sizes: Sizes | None = None) -> list[Row]:
    """Every row of this system."""
    return [bench(sizes or Sizes()) for bench in BENCHES]
