"""One sentence read by a model, untouched or changed, with all it expects next; and two such readings aligned."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import torch

from core.checkpoints.store import Checkpoint
from core.intervene.edits import CellEdit, Snap
from core.intervene.run import Changes, run_changed
from core.states.lstm import BatchStates, compute_log_probabilities
from core.tokens.linearise import ED, UNK, Linearised


@dataclass(frozen=True)
class Reading:
    """A sentence of T tokens as one run saw it. H cells, V vocabulary.

    Attributes
    ----------
    sentence : Linearised
    ids : int64 array of shape (T,)
    states : BatchStates
        Batch of one.
    log_probability : float32 array of shape (T, V)
        Of the next token after each, in nats.
    vocabulary : tuple of str
    """

    sentence: Linearised
    ids: np.ndarray
    states: BatchStates
    log_probability: np.ndarray
    vocabulary: tuple[str, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.sentence.tokens

    @property
    def unknown(self) -> tuple[str, ...]:
        """Tokens read as ``<UNK>``."""
        unknown = self.vocabulary.index(UNK)
        return tuple(t for t, i in zip(self.tokens, self.ids.tolist(), strict=True) if i == unknown)

    def cell(self, cell: int, layer: int = 0) -> np.ndarray:
        """c of one cell after each token, float32 (T,)."""
        return self.states.layers[layer].c[:, 0, cell].numpy()

    @property
    def surprisal(self) -> np.ndarray:
        """Bits of each token given those before it, float32 (T,); NaN for the first."""
        bits = np.full(len(self.ids), np.nan, np.float32)
        bits[1:] = -self.log_probability[np.arange(len(self.ids) - 1), self.ids[1:]] / np.log(2)
        return bits

    @property
    def perplexity(self) -> float:
        """2 to the mean surprisal of all predicted tokens."""
        return float(2 ** np.nanmean(self.surprisal))

    def probability(self, token: str = ED) -> np.ndarray:
        """Probability that `token` comes next, after each token; float32 (T,)."""
        return np.exp(self.log_probability[:, self.vocabulary.index(token)])

    def candidates(self, t: int, n: int) -> list[int]:
        """Ids of the n most probable tokens after token t, best first."""
        row = self.log_probability[t]
        best = np.argpartition(-row, min(n, len(row) - 1))[:n]
        return best[np.argsort(-row[best], kind="stable")].tolist()


def read_sentence(checkpoint: Checkpoint, sentence: Linearised, edits: Sequence[CellEdit | Snap] = (), *,
                  untouched: Reading | None = None) -> Reading:
    """Read a sentence while edits act on the cells of the first layer.

    Parameters
    ----------
    edits : sequence of CellEdit or Snap
        None at all gives exactly the untouched run.
    untouched : Reading, optional
        The same sentence without edits, which spares the steps before the first edit.

    Raises
    ------
    AnalysisError
        When an edit does not fit the model.
    """
    model = checkpoint.model
    for edit in edits:
        edit.check(model.config.hidden_size)
    ids = checkpoint.vocabulary.encode(sentence.tokens) if untouched is None else untouched.ids
    change = Changes(tuple(edits)) if edits else None
    states = run_changed(model, torch.from_numpy(ids)[:, None], change,
                         known=untouched.states if untouched is not None else None)
    logp = compute_log_probabilities(model, states.layers[-1].h[:, 0].numpy())
    return Reading(sentence, ids, states, logp, checkpoint.vocabulary.tokens)


@dataclass(frozen=True)
class Alignment:
    """Two token sequences side by side in K columns; -1 where one of them has no token.

    Attributes
    ----------
    left, right : int64 arrays of shape (K,)
        Token indices of the two readings.
    """

    left: np.ndarray
    right: np.ndarray

    @property
    def shared(self) -> np.ndarray:
        """Columns in which both read the same token, bool (K,)."""
        return (self.left >= 0) & (self.right >= 0)

    @property
    def first(self) -> int:
        """The first column that differs; K when none does."""
        different = np.flatnonzero(~self.shared)
        return int(different[0]) if len(different) else len(self.left)


def align_tokens(left: Sequence[str], right: Sequence[str]) -> Alignment:
    """Align two sentences at what they share; what one alone has stands in columns of its own.

    Examples
    --------
    >>> a = align_tokens("the cat sleeps".split(), "the old cat sleeps".split())
    >>> a.left.tolist(), a.right.tolist()
    ([0, -1, 1, 2], [0, 1, 2, 3])
    """
    pairs: list[tuple[int, int]] = []
    for _, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if left[a:b] == right[c:d]:
            pairs += zip(range(a, b), range(c, d), strict=True)
        else:
            pairs += [(i, -1) for i in range(a, b)] + [(-1, j) for j in range(c, d)]
    columns = np.array(pairs, np.int64).reshape(-1, 2)
    return Alignment(columns[:, 0], columns[:, 1])


def measure_divergence(left: Reading, right: Reading, alignment: Alignment) -> np.ndarray:
    """How differently the two runs expect the next token: KL(left ‖ right) in bits, float32 (K,).

    NaN where one has no token.
    """
    both = alignment.shared
    p, q = (r.log_probability[rows[both]].astype(np.float64) for r, rows in
            ((left, alignment.left), (right, alignment.right)))
    bits = np.full(len(both), np.nan, np.float32)
    bits[both] = (np.exp(p) * (p - q)).sum(1).clip(min=0) / np.log(2)
    return bits


@dataclass(frozen=True)
class TwoRuns:
    """Two runs side by side in K columns; NaN and "" where one has no token. n candidates.

    Attributes
    ----------
    tokens : tuple of two tuples of K str
    cells : dict
        Cell → float array of shape (2, K), its value after each token.
    end, surprisal : float arrays of shape (2, K)
        Probability that ED comes next; bits of each token.
    differ : float array of shape (K,)
        KL of the expectations in bits; NaN where only one run has a token.
    candidates : tuple of K tuples of n str
        Tokens that either run expects next.
    probabilities : float array of shape (2, K, n)
    coming : tuple of K str
        What does come next.
    start : int
        The first column of the change.
    """

    tokens: tuple[tuple[str, ...], tuple[str, ...]]
    cells: dict[int, np.ndarray]
    end: np.ndarray
    surprisal: np.ndarray
    differ: np.ndarray
    candidates: tuple[tuple[str, ...], ...]
    probabilities: np.ndarray
    coming: tuple[str, ...]
    start: int


def compare_readings(left: Reading, right: Reading, cells: Sequence[int], *, start: int | None = None,
                     n_candidates: int = 7) -> TwoRuns:
    """Align two readings and put everything about them side by side.

    Parameters
    ----------
    start : int, optional
        The first changed column; where the texts begin to differ if None.
    """
    both = align_tokens(left.tokens, right.tokens)

    def spread(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.stack([np.where(rows >= 0, values[rows], np.nan) for values, rows in
                         ((a, both.left), (b, both.right))]).astype(np.float32)

    tokens = tuple(tuple(run.tokens[t] if t >= 0 else "" for t in rows.tolist())
                   for run, rows in ((left, both.left), (right, both.right)))
    names, probabilities, coming = [], [], []
    over = np.array([ED in pair for pair in zip(*tokens, strict=True)])  # nothing is expected after the end
    for a, b in zip(both.left.tolist(), both.right.tolist(), strict=True):
        rows = [np.exp(run.log_probability[t]) if t >= 0 else np.full(len(run.vocabulary), np.nan, np.float32)
                for run, t in ((left, a), (right, b))]
        wanted = {i for run, t in ((left, a), (right, b)) if t >= 0 and run.tokens[t] != ED
                  for i in run.candidates(t, 5)}
        best = sorted(wanted, key=lambda i: -np.nanmax([row[i] for row in rows]))[:n_candidates]
        names.append(tuple(left.vocabulary[i] for i in best))
        probabilities.append(np.pad(np.stack([row[best] for row in rows]), ((0, 0), (0, n_candidates - len(best))),
                                    constant_values=np.nan))
        run, t = (right, b) if b >= 0 else (left, a)
        coming.append(run.tokens[t + 1] if t + 1 < len(run.tokens) else "")
    return TwoRuns(
        tokens=tokens, cells={cell: spread(left.cell(cell), right.cell(cell)) for cell in cells},
        end=np.where(over, np.nan, spread(left.probability(), right.probability())),
        surprisal=spread(left.surprisal, right.surprisal),
        differ=np.where(over & both.shared, 0, measure_divergence(left, right, both)), candidates=tuple(names),
        probabilities=np.stack(probabilities, 1), coming=tuple(coming), start=both.first if start is None else start)
