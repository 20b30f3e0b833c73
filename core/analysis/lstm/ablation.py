"""Which cells the predictions need: the causal ranking of cells beside the one by correlation.

A cell that follows depth need not be used. Here every cell of c is held at zero, or at its mean, while the
model reads, and the loss says what that costs. Small models are ablated cell by cell; in large ones a
first-order estimate ranks all cells, and those it ranks highest, those that follow depth best and a random draw
are ablated exactly, which also says how far the estimate can be trusted.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from core.analysis.intervals import draw_groups
from core.analysis.lstm.correlation import compute_correlations
from core.analysis.lstm.heldout import group_tokens
from core.checkpoints.store import Checkpoint
from core.intervene.ablate import AblationSums, ablate_cells, attribute_cells
from core.intervene.score import spread_sentences, take_sentences
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences

MODES = ("zero", "mean")                         # what a cell is held at
CHOSEN_BY = ("loss", "correlation", "chance")    # why a cell was ablated exactly; all "chance": every cell was
N_BOOTSTRAP = 1000
SMALL = 256  # up to so many cells, all are ablated exactly


@dataclass(frozen=True)
class AblationResult:
    """One checkpoint, every cell of its first layer. H cells, E of them ablated exactly; 2 modes (`MODES`).

    Attributes
    ----------
    corpus : str
    n_tokens, n_exact, n_groups : int
        Tokens of the estimates and of r, tokens of the exact ablation, and documents (or sentences).
    loss : float
        Of the untouched run on the exact text, nats a token.
    r : float32 array of shape (H,)
        Correlation of each cell with depth.
    estimate : float32 array of shape (2, H)
        First-order change of the loss, nats a token.
    cells : int64 array of shape (E,)
        Those ablated exactly, rising.
    chosen_by : int64 array of shape (E,)
        Index into `CHOSEN_BY`.
    exact : float32 array of shape (2, E, 3)
        Change of the loss, nats a token, and its 95 % bootstrap interval over groups.
    ends : float32 array of shape (2, E, 2)
        Share of true ED predicted, and share of ED predictions that were right.
    ends_before : float32 array of shape (2,)
        The same of the untouched run.
    rank : float64 array of shape (2, 3)
        Spearman's rank correlation of |r| with the exact change of the loss and its 95 % bootstrap interval:
        over all cells and resampled groups where every cell was ablated, else over the cells drawn by chance
        and resampled cells, since the estimate does not rank weak cells reliably.
    rank_estimate : float64 array of shape (2, 3)
        Spearman's rank correlation of estimate and exact change over the cells drawn by chance, with the
        95 % interval over cells: how far the estimate's ranking can be trusted.
    error : float64 array of shape (2,)
        Median of |estimate - exact| over the cells drawn by chance, nats a token.
    """

    corpus: str
    n_tokens: int
    n_exact: int
    n_groups: int
    loss: float
    r: np.ndarray
    estimate: np.ndarray
    cells: np.ndarray
    chosen_by: np.ndarray
    exact: np.ndarray
    ends: np.ndarray
    ends_before: np.ndarray
    rank: np.ndarray
    rank_estimate: np.ndarray
    error: np.ndarray

    @property
    def all_exact(self) -> bool:
        return len(self.cells) == len(self.r)

    def change(self, mode: str) -> np.ndarray:
        """Change of the loss of every cell, exact where it was measured, (H,)."""
        change = self.estimate[MODES.index(mode)].copy()
        change[self.cells] = self.exact[MODES.index(mode), :, 0]
        return change


def compute_ablation(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str, n_tokens: int = 5_000,
                     n_exact: int | None = None, n_cells: tuple[int, int, int] = (36, 20, 40),
                     seed: int = 0) -> AblationResult:
    """Ablate cells of one checkpoint on text it was not trained on.

    Parameters
    ----------
    n_tokens : int
        About how many tokens the estimate reads.
    n_exact : int, optional
        About how many the exact ablation reads; 500 of a large model, 2,000 of a small one.
    n_cells : tuple of three int
        How many cells of a large model are ablated exactly: by estimate, by |r| with depth, by chance.
    """
    model, hidden = checkpoint.model, checkpoint.model.config.hidden_size
    n_exact = n_exact or (2_000 if hidden <= SMALL else 500)
    text = take_sentences(sentences, spread_sentences(sentences, n_tokens))
    means = record_states(model, text, names=("layer0.c",))["layer0.c"].mean(0, dtype=np.float64)
    attribution = attribute_cells(model, text, means)
    depth = text.depth[:, None].astype(np.float32)
    r = compute_correlations(attribution.c, depth)[:, 0]
    groups = _group_sentences(text)
    n_predicted = text.lengths - 1
    estimate = np.stack([attribution.zero, attribution.mean])  # modes, S, H
    cells, chosen_by = _choose_cells(estimate.sum(1), r, n_cells, seed)
    short = take_sentences(text, spread_sentences(text, n_exact))
    runs = [ablate_cells(model, short, cells, values) for values in (np.zeros(len(cells)), means[cells])]
    exact = np.stack([_measure_change(run, _group_sentences(short), seed) for run in runs])
    ends = np.stack([_score_ends(run) for run in runs])
    over_tokens = (estimate.sum(1) / n_predicted.sum()).astype(np.float32)
    drawn = chosen_by == CHOSEN_BY.index("chance")
    if len(cells) == hidden:
        per_sentence = np.stack([run.loss[:, :-1] - run.loss[:, -1:] for run in runs])
        rank = _rank_cells(per_sentence, r, _group_sentences(short), seed)
    else:
        rank = np.array([_trust(np.abs(r[cells[drawn]]), change[drawn, 0], seed)[:3] for change in exact])
    trust = [_trust(over_tokens[m, cells[drawn]], exact[m, drawn, 0], seed) for m in range(len(MODES))]
    return AblationResult(
        corpus=corpus, n_tokens=text.n_tokens, n_exact=short.n_tokens, n_groups=len(np.unique(groups)),
        loss=float(runs[0].loss[:, -1].sum() / runs[0].n.sum()), r=r, estimate=over_tokens, cells=cells,
        chosen_by=chosen_by, exact=exact.astype(np.float32), ends=ends[:, :-1].astype(np.float32),
        ends_before=ends[0, -1].astype(np.float32), rank=rank, rank_estimate=np.array([t[:3] for t in trust]),
        error=np.array([t[3] for t in trust]))


def _group_sentences(text: EncodedSentences) -> np.ndarray:
    """Document (or sentence) of each sentence."""
    return group_tokens(text)[text.starts[:-1]]


def _choose_cells(estimate: np.ndarray, r: np.ndarray, n_cells: tuple[int, int, int],
                  seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Cells to ablate exactly, rising, and why."""
    hidden = len(r)
    if hidden <= SMALL:
        return np.arange(hidden), np.full(hidden, CHOSEN_BY.index("chance"))
    by_chance = np.random.default_rng(seed).permutation(hidden)[:n_cells[2]]  # drawn first: an unbiased sample
    reason = np.full(hidden, -1)
    reason[by_chance] = 2
    for k, order in enumerate((np.argsort(-np.abs(estimate).max(0), kind="stable"),
                               np.argsort(-np.abs(r), kind="stable"))):
        free = [cell for cell in order[:n_cells[k]] if reason[cell] < 0]
        reason[free] = k
    cells = np.flatnonzero(reason >= 0)
    return cells, reason[cells]


def _draw_groups(groups: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Group index of each sentence, and how often each resample takes each group."""
    names, index = np.unique(groups, return_inverse=True)
    return index, draw_groups(len(names), draws=N_BOOTSTRAP, seed=seed)


def _pool(per_sentence: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Sums over the sentences of each group: (S, …) to (G, …)."""
    pooled = np.zeros((index.max() + 1, *per_sentence.shape[1:]))
    np.add.at(pooled, index, per_sentence)
    return pooled


def _measure_change(run: AblationSums, groups: np.ndarray, seed: int) -> np.ndarray:
    """Change of the loss in nats a token and its interval, (E, 3)."""
    index, draws = _draw_groups(groups, seed)
    change, n = _pool(run.loss[:, :-1] - run.loss[:, -1:], index), _pool(run.n, index)
    drawn = (draws @ change) / np.maximum(draws @ n, 1)[:, None]
    return np.column_stack([change.sum(0) / n.sum(), *np.quantile(drawn, (0.025, 0.975), axis=0)])


def _score_ends(run: AblationSums) -> np.ndarray:
    """Share of true ED predicted, and share of ED predictions that were right, (E + 1, 2)."""
    hits, false = run.ends.sum(0), run.false_ends.sum(0)
    right = np.where(hits + false > 0, hits / np.maximum(hits + false, 1), np.nan)
    return np.column_stack([hits / len(run.ends), right])


def _rank_cells(change: np.ndarray, r: np.ndarray, groups: np.ndarray, seed: int, *, n_draws: int = 200) -> np.ndarray:
    """Spearman of |r| with the change of the loss, and its interval over groups; change is (2, S, H)."""
    index, draws = _draw_groups(groups, seed)
    rows = []
    for mode in change:
        pooled = _pool(mode, index)
        drawn = [_spearman(np.abs(r), weights @ pooled) for weights in draws[:n_draws]]
        rows.append([_spearman(np.abs(r), pooled.sum(0)), *np.quantile(drawn, (0.025, 0.975))])
    return np.array(rows, np.float64)


def _trust(estimate: np.ndarray, exact: np.ndarray, seed: int) -> list[float]:
    """Spearman over cells, its 95 % interval over resampled cells, and the median absolute difference."""
    rng = np.random.default_rng(seed)
    resamples = rng.integers(0, len(exact), (N_BOOTSTRAP // 4, len(exact)))
    drawn = [_spearman(estimate[rows], exact[rows]) for rows in resamples]
    return [_spearman(estimate, exact), *np.quantile(drawn, (0.025, 0.975)), float(np.median(np.abs(estimate - exact)))]


def _spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation; 0 where one side is constant."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(np.corrcoef(stats.rankdata(a), stats.rankdata(b))[0, 1])
