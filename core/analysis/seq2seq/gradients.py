"""How much each source word moves each target word: ‖∂ log p(y_t | x, y_<t) / ∂ e(x_s)‖, measured on a checkpoint."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.analysis.results import load_result, save_result
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.errors import AnalysisError
from core.models.seq2seq import Seq2Seq
from core.tokens.linearise import ED, ST
from core.tokens.pairs import pad_left

COLUMNS = 192  # target words of a batch: more do not fit the processor's cache at 500 units


@dataclass(frozen=True, eq=False)
class GradientMap:
    """One sentence and its translation: K source words, T words and the end.

    Attributes
    ----------
    norms : float32 array of shape (K, T + 1)
        Source words in the written order, whatever the order in which they are read; the last column is the end.
    log_p : float32 array of shape (T + 1,)
        Log-probabilities of the target words in nats.
    """

    norms: np.ndarray
    log_p: np.ndarray

    @property
    def words(self) -> np.ndarray:
        """Norms between words, without the end; (K, T)."""
        return self.norms[:, :-1]

    @property
    def shares(self) -> np.ndarray:
        """Norms over the sum of their column, (K, T + 1): what confidence and the size of weights do not change."""
        return self.norms / np.maximum(self.norms.sum(0), 1e-30)


@dataclass(frozen=True, eq=False)
class GradientTable:
    """The maps of S sentences in a row, as they are kept on disk.

    Attributes
    ----------
    norms : float32 array
    log_p : float32 array
    n_source, n_target : int32 arrays of shape (S,)
        Words; ends do not count.
    reverse : bool
    """

    norms: np.ndarray
    log_p: np.ndarray
    n_source: np.ndarray
    n_target: np.ndarray
    reverse: bool

    def split(self) -> list[GradientMap]:
        """One map a sentence."""
        maps, at, word = [], 0, 0
        for k, t in zip(self.n_source.tolist(), (self.n_target + 1).tolist(), strict=True):
            maps.append(GradientMap(self.norms[at:at + k * t].reshape(k, t), self.log_p[word:word + t]))
            at, word = at + k * t, word + t
        return maps


def measure_gradients(checkpoint: Seq2SeqCheckpoint, sources: Sequence[Sequence[str]],
                      targets: Sequence[Sequence[int]]) -> list[GradientMap]:
    """Gradients of every target word's log-probability by every source word's embedding.

    Parameters
    ----------
    sources : sequence of S sequences of str
        Words in the order in which they are written.
    targets : sequence of S sequences of int
        Ids of a translation's words, without markers.

    Notes
    -----
    A sentence stands in a batch once for each of its target words, and the sum of their log-probabilities is
    differentiated once: columns do not touch each other. The model is only read.
    """
    vocabulary, reverse = checkpoint.vocabulary, checkpoint.card.reverse
    read = [vocabulary.encode_source(words, reverse=reverse) for words in sources]
    written = [np.array([vocabulary.target.ids[ST], *ids, vocabulary.target.ids[ED]]) for ids in targets]
    found: list[GradientMap | None] = [None] * len(read)
    for rows in _plan(read, written):
        norms, log_p = _differentiate(checkpoint.model, [read[s] for s in rows], [written[s] for s in rows])
        at = 0
        for s in rows:
            k, t = len(read[s]) - 2, len(written[s]) - 1
            own = norms[len(norms) - 1 - k:len(norms) - 1, at:at + t]  # the words, without the markers round them
            found[s] = GradientMap(np.ascontiguousarray(own[::-1] if reverse else own), log_p[at:at + t])
            at += t
    return found


def _plan(read: list[np.ndarray], written: list[np.ndarray]) -> Iterator[list[int]]:
    """Sentences of like length, so many that their target words fill a batch."""
    rows, n = [], 0
    for s in sorted(range(len(read)), key=lambda s: (len(read[s]), len(written[s]))):
        if rows and n + len(written[s]) - 1 > COLUMNS:
            yield rows
            rows, n = [], 0
        rows.append(s)
        n += len(written[s]) - 1
    if rows:
        yield rows


def _differentiate(model: Seq2Seq, read: list[np.ndarray], written: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Norms (T, C) in the order of reading, padded on the left, and log-probabilities (C,)."""
    places = [(s, t) for s, ids in enumerate(written) for t in range(len(ids) - 1)]
    source, absent = pad_left([read[s] for s, _ in places])
    inputs = np.zeros((max(map(len, written)) - 1, len(places)), np.int64)
    for column, (s, t) in enumerate(places):
        inputs[:t + 1, column] = written[s][:t + 1]
    wanted = torch.tensor([int(written[s][t + 1]) for s, t in places])
    at = torch.tensor([t for _, t in places])
    with torch.enable_grad():
        embedded = model.encoder.embedding(torch.from_numpy(source)).detach().clone().requires_grad_()
        states = _read(model, embedded, None if absent is None else torch.from_numpy(absent))
        h, _ = model.decoder.read(torch.from_numpy(inputs), states=states)
        scores = model.decoder.decoder(h[at, torch.arange(len(places))])
        log_p = scores.log_softmax(1).gather(1, wanted.unsqueeze(1))[:, 0]
        grad, = torch.autograd.grad(log_p.sum(), embedded)
    return grad.norm(dim=2).numpy(), log_p.detach().numpy()


def _read(model: Seq2Seq, x: Tensor, absent: Tensor | None) -> tuple[tuple[Tensor, Tensor], ...]:
    """The encoder's last states from embeddings (T, C, E); evaluation mode, so there is no dropout to repeat."""
    states = []
    for layer in model.encoder.layers:
        x, state = layer(x, absent=absent)
        states.append(state)
    return tuple(states)


def untrain(checkpoint: Seq2SeqCheckpoint, *, seed: int = 0) -> Seq2SeqCheckpoint:
    """The same sizes with first weights: what the wiring alone does, the control of every gradient."""
    state = torch.get_rng_state()
    try:
        torch.manual_seed(seed)
        return replace(checkpoint, model=Seq2Seq(checkpoint.model.config).eval().requires_grad_(False))
    finally:
        torch.set_rng_state(state)


def tabulate_gradients(checkpoint: Seq2SeqCheckpoint, sources: Sequence[Sequence[str]],
                       targets: Sequence[Sequence[int]]) -> GradientTable:
    """`measure_gradients` in the form that is kept."""
    maps = measure_gradients(checkpoint, sources, targets)
    return GradientTable(
        np.concatenate([m.norms.ravel() for m in maps]).astype(np.float32),
        np.concatenate([m.log_p for m in maps]).astype(np.float32),
        np.array([len(m.norms) for m in maps], np.int32), np.array([len(m.log_p) - 1 for m in maps], np.int32),
        checkpoint.card.reverse)


def store_gradients(checkpoint: Seq2SeqCheckpoint, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[int]],
                    *, untrained: bool = False) -> GradientTable:
    """The table of these sentences from the disk, or measured and kept there (20 s at 500 units, 90 sentences).

    Parameters
    ----------
    untrained : bool
        Of the first weights instead of the learned ones, see `untrain`.
    """
    card = checkpoint.card
    name = f"{card.id}-gradients" + ("-untrained" if untrained else "")
    text = repr(([list(words) for words in sources], [[int(i) for i in ids] for ids in targets]))
    parents = {file: own.sha256 for file, own in card.files.items()} | {
        "sentences": hashlib.sha256(text.encode()).hexdigest()}
    try:
        return load_result(name, GradientTable, parents=parents)
    except AnalysisError:
        table = tabulate_gradients(untrain(checkpoint) if untrained else checkpoint, sources, targets)
        save_result(name, table, parents=parents)
        return table
