"""How deep a counter counts: trained to one depth, tested to three times that depth.

Stimuli reach every depth. Dyck words do so at one length, so that depth alone varies. Centre embeddings grow with
each clause. Text is grafted: held-out sentences are set into one another at their deepest point, and the same
sentences side by side, as long but not as deep, are the control.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import draw_groups
from core.analysis.lstm.correlation import compute_correlations
from core.analysis.lstm.heldout import group_tokens, split_groups, untrained_like
from core.analysis.lstm.prediction import class_members, compute_predictions
from core.checkpoints.store import Checkpoint
from core.corpora.generated import MAX_EMBEDDED
from core.corpora.grammar import generate_centre_embedding, generate_dyck
from core.corpora.trees import Tree
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences, encode_sentences
from core.tokens.linearise import CLOSE, ED, PHRASES, Linearised, linearise

TIMES = 3                 # tested to this many times the depth of training
EACH = 40                 # stimuli of one depth
DYCK_LENGTH = 42          # brackets below the root, as long as the longest in training
MAX_GRAFTED = 600         # tokens of a grafted stimulus
N_GRAFTS = 240
USUAL = 0.99              # share of held-out tokens that text's depth of training covers
N_BINS = 15               # of stimuli by their deepest point
DEPTHS = ("depth", "n", "q05", "q25", "q50", "q75", "q95", "error", "low", "high", "beside", "untrained")
ENDS = ("depth", "n", "exact", "low", "high", "beside", "closing")


@dataclass(frozen=True)
class Generalisation:
    """How one checkpoint counts beyond the depths it was trained on. All depths include the root's bracket.

    Attributes
    ----------
    corpus, stimuli : str
        What was read; ``dyck``, ``embedding`` or ``grafts``.
    n_groups : int
        Stimuli.
    trained_depth : int
        Deepest of training (Dyck; of its centre embeddings), else the depth that 99 % of the
        held-out tokens do not exceed.
    cell : int
        The cell of c that follows depth best on half of the held-out sentences, where it is also calibrated.
    offset, step : float
        c of the cell at depth 0, and by how much a bracket moves it.
    r, untrained_r : float
        |r| of the cell with depth on the other half; of an untrained LSTM's best cell.
    limit : int
        Deepest level up to which the mean error of the cell stays below half a bracket.
    depths : float64 array of shape (K, len(DEPTHS))
        By the true depth of a token: tokens, quantiles of the depth read off the cell, mean |error| with its 95 %
        bootstrap interval over stimuli, the error on the same sentences side by side, and of an untrained LSTM.
    ends : float64 array of shape (B, len(ENDS))
        By the deepest point of a stimulus: how many, the share whose end is predicted there and nowhere before,
        its interval, the same side by side, and the share of closing brackets predicted.
    practised, beyond : float64 arrays of shape (4,)
        Share of stimuli whose end is predicted there and nowhere before, its interval and their number: up to
        the depth of training; and from twice to three times that depth.
    untrained_beyond : float
        The last share for an untrained LSTM.
    """

    corpus: str
    stimuli: str
    n_groups: int
    trained_depth: int
    cell: int
    offset: float
    step: float
    r: float
    untrained_r: float
    limit: int
    depths: np.ndarray
    ends: np.ndarray
    practised: np.ndarray
    beyond: np.ndarray
    untrained_beyond: float

    def depth_column(self, name: str) -> np.ndarray:
        return self.depths[:, DEPTHS.index(name)]

    def end_column(self, name: str) -> np.ndarray:
        return self.ends[:, ENDS.index(name)]


@dataclass(frozen=True)
class Counter:
    """A cell and the line from depth to its value: c = offset + step · depth."""

    cell: int
    offset: float
    step: float
    r: float

    def read_depth(self, c: np.ndarray) -> np.ndarray:
        """Depths told by values of all cells, float64 of shape (N,) for c of shape (N, H)."""
        return (np.asarray(c[:, self.cell], np.float64) - self.offset) / (self.step or 1e-9)


def fit_counter(model: LSTMLanguageModel, sentences: EncodedSentences) -> Counter:
    """The cell of c closest to depth, chosen and calibrated on half of the documents, scored on the others."""
    c = record_states(model, sentences, names=("layer0.c",))["layer0.c"]
    depth, half = sentences.depth.astype(np.float32)[:, None], split_groups(group_tokens(sentences))
    cell = int(np.abs(compute_correlations(c[half], depth[half])).argmax())
    step, offset = np.polyfit(depth[half, 0].astype(np.float64), c[half, cell].astype(np.float64), 1)
    r = float(abs(compute_correlations(c[~half][:, [cell]], depth[~half])[0, 0])) if (~half).any() else 0.0
    return Counter(cell, float(offset), float(step), r)


def find_trained_depth(name: str, sentences: EncodedSentences, limit: int = 0) -> int:
    """Depth of training in brackets, with the root's.

    Parameters
    ----------
    name, limit : str, int
        Corpus, and the depth limit it was generated with (0: the generator's own).
    sentences : EncodedSentences
        Held-out sentences.
    """
    if name == "embedding":
        return 2 + 3 * (limit or MAX_EMBEDDED)  # S and NP, then NP, SBAR and S of each clause
    return int(sentences.depth.max() if name.startswith("dyck-") else np.quantile(sentences.depth, USUAL))


def make_stimuli(name: str, checkpoint: Checkpoint, sentences: EncodedSentences, depth: int, *,
                 seed: int = 0) -> tuple[EncodedSentences, EncodedSentences | None]:
    """Stimuli of all depths to `TIMES` the depth of training, and their control side by side where there is one.

    Parameters
    ----------
    name : str
        A generator, or any corpus, whose ``sentences`` are then grafted.
    depth : int
        Depth of training, in brackets with the root's.
    """
    vocabulary, kind = checkpoint.vocabulary, checkpoint.kind
    if name.startswith("dyck-"):
        levels = range(1, min(TIMES * (depth - 1), DYCK_LENGTH // 2) + 1)
        trees = [t for k in levels for t in _distinct(generate_dyck(
            EACH, pairs=int(name[-1]), max_depth=k, min_depth=k, length=DYCK_LENGTH, seed=seed + 1000))]
    elif name == "embedding":
        clauses = max(1, (depth - 2) // 3)
        trees = [t for k in range(1, TIMES * clauses + 1) for t in generate_centre_embedding(
            EACH, depth=k, seed=seed + 1000)]
    else:
        rows, beside = graft_sentences(sentences, depth, TIMES * depth, n=N_GRAFTS, seed=seed)
        return _encode(rows, vocabulary), _encode(beside, vocabulary)
    return _encode([linearise(t, kind, pos_brackets=checkpoint.pos_brackets) for t in trees], vocabulary), None


def graft_sentences(sentences: EncodedSentences, usual: int, deepest: int, *, n: int,
                    seed: int = 0) -> tuple[list[Linearised], list[Linearised]]:
    """Sentences set into one another until they reach depths up to ``deepest``, and the same ones in a row.

    Returns
    -------
    grafted, beside : lists of Linearised
        The second sentence and all that follow stand inside the deepest phrase of the first, or just before its
        last bracket. Targets are spread evenly from 1 to ``deepest``; what would be too long is left out.
    """
    rng = np.random.default_rng(seed)
    lengths = sentences.lengths
    pool = np.flatnonzero((lengths >= 4) & (lengths <= MAX_GRAFTED // 4))
    grafted, beside = [], []
    for target in np.linspace(2, deepest, n):
        if not len(pool):
            break
        tokens, row = None, None
        for _ in range(12):
            piece = sentences.sentence(int(rng.choice(pool))).tokens
            inner = piece[1:-1]
            if tokens is None:
                tokens = row = piece
            else:
                depths = count_depth(tokens)
                at = len(depths) - 1 - int(np.argmax(depths[::-1]))
                tokens, row = (*tokens[:at + 1], *inner, *tokens[at + 1:]), (*row[:-2], *inner, *row[-2:])
            if len(tokens) > MAX_GRAFTED or count_depth(tokens).max() >= target:
                break
        if len(tokens) <= MAX_GRAFTED and count_depth(tokens).max() <= deepest:
            grafted.append(_as_sentence(tokens))
            beside.append(_as_sentence(row))
    return grafted, beside


def count_depth(tokens: tuple[str, ...]) -> np.ndarray:
    """Brackets open after each token, int16 of shape (T,)."""
    return np.cumsum([t.startswith("(") - t.endswith(")") for t in tokens]).astype(np.int16)


def measure_generalisation(checkpoint: Checkpoint, sentences: EncodedSentences, *, name: str, corpus: str,
                           limit: int = 0, seed: int = 0) -> Generalisation:
    """Counter and end of sentence beyond the depth of training.

    Parameters
    ----------
    sentences : EncodedSentences
        Held-out sentences of ordinary depth, where the counter is chosen.
    name, limit : str, int
        The corpus the stimuli follow, and the depth limit it was generated with; see `find_trained_depth`.
    """
    generated = name.startswith("dyck-") or name == "embedding"
    trained_depth = find_trained_depth(name, sentences, limit)
    stimuli, beside = make_stimuli(name, checkpoint, sentences, trained_depth, seed=seed)
    bare = untrained_like(checkpoint.model, seed=seed)
    counter, blank = fit_counter(checkpoint.model, sentences), fit_counter(bare, sentences)
    run, idle = _Run(checkpoint, checkpoint.model, stimuli, counter), _Run(checkpoint, bare, stimuli, blank)
    row = _Run(checkpoint, checkpoint.model, beside, counter) if beside is not None else None
    deepest = np.maximum.reduceat(stimuli.depth, stimuli.starts[:-1])
    depths = _by_depth(run, idle, row, stimuli, beside, seed)
    error = depths[:, DEPTHS.index("error")]
    wrong = np.flatnonzero(error >= 0.5)
    return Generalisation(
        corpus=corpus, stimuli=name.split("-")[0] if generated else "grafts", n_groups=stimuli.n_sentences,
        trained_depth=trained_depth, cell=counter.cell, offset=counter.offset,
        step=counter.step, r=counter.r, untrained_r=blank.r,
        limit=int(depths[wrong[0], 0]) - 1 if len(wrong) else int(depths[-1, 0]), depths=depths,
        ends=_by_deepest(run, row, deepest, seed),
        practised=_share(run.exact[deepest <= trained_depth], seed),
        beyond=_share(run.exact[deepest > (TIMES - 1) * trained_depth], seed),
        untrained_beyond=float(_share(idle.exact[deepest > (TIMES - 1) * trained_depth], seed)[0]))


class _Run:
    """One model over some stimuli: the depth its counter tells, and whether it finds each end."""

    def __init__(self, checkpoint: Checkpoint, model: LSTMLanguageModel, stimuli: EncodedSentences, counter: Counter):
        states = record_states(model, stimuli, names=("layer0.c", "layer0.h"))
        self.told = counter.read_depth(states["layer0.c"])
        self.error = np.abs(self.told - stimuli.depth)
        predictions = compute_predictions(model, states["layer0.h"], stimuli)
        sentence = np.repeat(np.arange(stimuli.n_sentences), stimuli.lengths)[predictions.row]
        end = checkpoint.vocabulary.ids[ED]
        wrong = (predictions.predicted == end) != (predictions.target == end)
        self.exact = np.bincount(sentence, weights=wrong, minlength=stimuli.n_sentences) == 0
        closing = class_members(checkpoint.vocabulary, CLOSE)[predictions.target]
        hits = closing & (predictions.target == predictions.predicted)
        self.closing = np.column_stack([np.bincount(sentence, weights=w, minlength=stimuli.n_sentences)
                                        for w in (hits, closing)])


def _by_depth(run: _Run, idle: _Run, row: _Run | None, stimuli: EncodedSentences, beside: EncodedSentences | None,
              seed: int) -> np.ndarray:
    inside = np.ones(stimuli.n_tokens, bool)
    inside[stimuli.starts[1:] - 1] = False  # ED: the counter has nothing left to count
    sentence = np.repeat(np.arange(stimuli.n_sentences), stimuli.lengths)
    rows = []
    for depth in range(1, int(stimuli.depth.max()) + 1):
        own = inside & (stimuli.depth == depth)
        if own.sum() < 5:
            continue
        per_stimulus = np.column_stack([np.bincount(sentence[own], weights=w, minlength=stimuli.n_sentences)
                                        for w in (run.error[own], np.ones(own.sum()))])
        low, high = _interval(per_stimulus[per_stimulus[:, 1] > 0], seed)
        side = row.error[beside.depth == depth] if row is not None else np.zeros(0)
        quantiles = np.quantile(run.told[own], (0.05, 0.25, 0.5, 0.75, 0.95))
        rows.append([depth, own.sum(), *quantiles, run.error[own].mean(), low, high,
                     side.mean() if len(side) >= 5 else np.nan, idle.error[own].mean()])
    return np.array(rows, np.float64).reshape(-1, len(DEPTHS))


def _by_deepest(run: _Run, row: _Run | None, deepest: np.ndarray, seed: int) -> np.ndarray:
    levels, rows = np.unique(deepest), []
    for bin_levels in np.array_split(levels, N_BINS if len(levels) > 2 * N_BINS else len(levels)):
        own = np.isin(deepest, bin_levels)
        share, low, high, n = _share(run.exact[own], seed)
        hits, trials = run.closing[own].sum(0)
        rows.append([bin_levels.mean(), n, share, low, high, row.exact[own].mean() if row is not None else np.nan,
                     hits / max(trials, 1)])
    return np.array(rows, np.float64).reshape(-1, len(ENDS))


def _share(right: np.ndarray, seed: int) -> np.ndarray:
    """Mean, its 95 % bootstrap interval, and the number."""
    if not len(right):
        return np.array([np.nan, np.nan, np.nan, 0])
    return np.array([right.mean(), *_interval(np.column_stack([right, np.ones(len(right))]), seed), len(right)])


def _interval(sums: np.ndarray, seed: int) -> tuple[float, float]:
    """95 % interval of a ratio of sums when its groups, the rows, are drawn again."""
    draws = draw_groups(len(sums), seed=seed) @ sums
    low, high = np.quantile(draws[:, 0] / draws[:, 1], (0.025, 0.975))
    return float(low), float(high)


def _distinct(trees: list[Tree]) -> list[Tree]:
    return list(dict.fromkeys(trees))


def _encode(rows: list[Linearised], vocabulary) -> EncodedSentences:
    return encode_sentences(rows, vocabulary, document=range(len(rows)), documents=tuple(map(str, range(len(rows)))))


def _as_sentence(tokens: tuple[str, ...]) -> Linearised:
    return Linearised(tokens, ("",) * len(tokens), count_depth(tokens), np.zeros((len(tokens), len(PHRASES)), np.int16))
