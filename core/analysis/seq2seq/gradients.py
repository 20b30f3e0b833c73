"""How much each source word moves each target word: ‖∂ log p(y_t | x, y_<t) / ∂ e(x_s)‖, measured on a checkpoint."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_packed_sequence

from core.analysis.results import load_result, save_result
from core.analysis.seq2seq.sources import name_demo, read_evaluation_pairs
from core.analysis.seq2seq.untrained import untrain
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.corpora.pairs import SentencePairs
from core.errors import AnalysisError, TextError
from core.models.packing import Order, find_order, pack_rows
from core.models.seq2seq import Seq2Seq
from core.tokens.linearise import ED, ST
from core.tokens.pairs import select_pairs

COLUMNS = 192  # target words of a batch: more do not fit the processor's cache at 500 units
MOST = 80      # words of either side: a sentence of so many takes 2 s at 500 units
LONGEST = 16   # words of either side of the sentences that are averaged
AVERAGED = 72  # sentences


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

    Raises
    ------
    TextError
        A side has no word, or more than `MOST`.

    Notes
    -----
    A sentence stands in a batch once for each of its target words, and the sum of their log-probabilities is
    differentiated once: columns do not touch each other. The model is only read.
    """
    for side in (*sources, *targets):
        if not 0 < len(side) <= MOST:
            raise TextError("Gradients are measured between 1 and {limit} words; here are {n}.",
                            "Take a sentence of ordinary length, or the reference instead of an empty translation.",
                            n=len(side), limit=MOST)
    vocabulary, reverse = checkpoint.vocabulary, checkpoint.card.reverse
    read = [vocabulary.encode_source(words, reverse=reverse) for words in sources]
    written = [np.array([vocabulary.target.ids[ST], *ids, vocabulary.target.ids[ED]]) for ids in targets]
    found: list[GradientMap | None] = [None] * len(read)
    for rows in _plan(read, written):
        norms, log_p = _differentiate(checkpoint.model, [read[s] for s in rows], [written[s] for s in rows])
        at = 0
        for s in rows:
            k, t = len(read[s]) - 2, len(written[s]) - 1
            own = norms[1:k + 1, at:at + t]  # the words, without the markers round them
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
    """Norms (T, C) in the order of reading, zero after the end, and log-probabilities (C,)."""
    places = [(s, t) for s, ids in enumerate(written) for t in range(len(ids) - 1)]
    source = pack_rows(read[s] for s, _ in places)
    wanted = torch.tensor([int(written[s][t + 1]) for s, t in places])
    with torch.enable_grad():
        embedded = model.encoder.embedding(source.data).detach().clone().requires_grad_()
        _, last = model.decoder.read(pack_rows(written[s][:t + 1] for s, t in places),
                                     states=_read(model, embedded, find_order(source)))
        log_p = model.decoder.decoder(last[-1][0]).log_softmax(1).gather(1, wanted.unsqueeze(1))[:, 0]
        grad, = torch.autograd.grad(log_p.sum(), embedded)
    return pad_packed_sequence(source._replace(data=grad.norm(dim=1)))[0].numpy(), log_p.detach().numpy()


def _read(model: Seq2Seq, x: Tensor, order: Order) -> tuple[tuple[Tensor, Tensor], ...]:
    """The encoder's last states from packed embeddings (N, E); evaluation mode, so there is no dropout to repeat."""
    states = []
    for layer in model.encoder.layers:
        x, state = layer(x, counts=order.counts)
        states.append(order.restore(state))
    return tuple(states)


def choose_sentences(checkpoint: Seq2SeqCheckpoint) -> tuple[SentencePairs, list[list[str]], list[list[int]]]:
    """Some of our own pairs in the manner of what a model has read, of all lengths up to `LONGEST` words: as text, as
    source words and as target ids."""
    vocabulary = checkpoint.vocabulary
    pairs = read_evaluation_pairs(name_demo(checkpoint.card.corpus.name), checkpoint.card)
    sources = [vocabulary.split_source(text) for text in pairs.sources]
    targets = [vocabulary.target.encode(vocabulary.split_target(text)).tolist() for text in pairs.targets]
    rows = [s for s, (a, b) in enumerate(zip(sources, targets, strict=True)) if max(len(a), len(b)) <= LONGEST]
    if len(rows) > AVERAGED:
        rows = [rows[i] for i in np.linspace(0, len(rows) - 1, AVERAGED).round().astype(int)]
    return select_pairs(pairs, rows), [sources[s] for s in rows], [targets[s] for s in rows]


def tabulate_gradients(maps: Sequence[GradientMap], *, reverse: bool) -> GradientTable:
    """Maps in the form that is kept."""
    return GradientTable(
        np.concatenate([m.norms.ravel() for m in maps]).astype(np.float32),
        np.concatenate([m.log_p for m in maps]).astype(np.float32),
        np.array([len(m.norms) for m in maps], np.int32), np.array([len(m.log_p) - 1 for m in maps], np.int32), reverse)


def store_gradients(checkpoint: Seq2SeqCheckpoint, *, untrained: bool = False) -> GradientTable:
    """The maps of `choose_sentences` from the disk, or measured and kept there (10 s at 500 units).

    Parameters
    ----------
    untrained : bool
        Of the first weights instead of the learned ones (`untrain`), and of every third sentence only.
    """
    card, (_, sources, targets) = checkpoint.card, choose_sentences(checkpoint)
    if untrained:
        sources, targets = sources[::3], targets[::3]
    name = f"{card.id}-gradients" + ("-untrained" if untrained else "")
    text = repr((sources, targets))
    parents = {file: own.sha256 for file, own in card.files.items()} | {
        "sentences": hashlib.sha256(text.encode()).hexdigest()}
    try:
        return load_result(name, GradientTable, parents=parents)
    except AnalysisError:
        maps = measure_gradients(untrain(checkpoint) if untrained else checkpoint, sources, targets)
        table = tabulate_gradients(maps, reverse=card.reverse)
        save_result(name, table, parents=parents)
        return table
