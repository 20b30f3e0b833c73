"""Stored results of translation whose answer is known: runs, translations and rescored lists of a planted quality."""

import numpy as np

from core.analysis.seq2seq.evaluation import Evaluation, save_evaluation
from core.analysis.seq2seq.rescoring import PICKS, Rescoring, save_rescoring
from core.analysis.seq2seq.runs import MeasuredRun, save_run
from core.corpora.pairs import MULTI30K
from core.reproduce.seq2seq.measure import BEAMS, TEST
from core.translate.bleu import BLEUCounts

N = 400
SOURCE = TEST[MULTI30K]


def name_run(reverse: bool, seed: int, n_layers: int = 1) -> str:
    """Id of a run's checkpoint."""
    return f"seq2seq-multi30k-{'reversed' if reverse else 'forward'}-{n_layers}{seed:07d}"


def plant_run(reverse: bool, seed: int, *, perplexity: float, n_layers: int = 1, scatter: float = 0.0) -> None:
    """A run whose test perplexity is given; its sentences scatter about it by some nats a word."""
    rng = np.random.default_rng(seed)
    n_tokens, noise = rng.integers(5, 30, N).astype(np.int32), rng.normal(0, scatter, N)
    noise -= noise @ n_tokens / n_tokens.sum()
    epochs = np.arange(1, 9)
    save_run(MeasuredRun(name_run(reverse, seed, n_layers), MULTI30K, SOURCE, "", reverse, seed, n_layers, 500, 8,
                         epochs, perplexity + 8.0 / epochs + 0.001 * seed, perplexity + 9.0 / epochs, 600.0,
                         (n_tokens * (np.log(perplexity) + noise)).astype(np.float32), n_tokens))


def draw_counts(share: float, seed: int = 0, *, long_share: float | None = None) -> tuple[BLEUCounts, np.ndarray]:
    """n-gram counts of which about a share matches, less in the longest fifth if asked, and source lengths."""
    lengths = np.sort(np.random.default_rng(1).integers(5, 30, N)).astype(np.int32)
    rng = np.random.default_rng([seed, 7])
    own = np.full(N, share)
    if long_share is not None:
        own[-N // 5:] = long_share
    possible = np.maximum(lengths[:, None] - np.arange(4), 0)
    matched = rng.binomial(possible, own[:, None] ** (1 + 0.35 * np.arange(4)))
    return BLEUCounts(matched.astype(np.int32), possible.astype(np.int32), lengths, lengths), lengths


def plant_evaluation(ids: list[str], beam: int, share: float, **options) -> None:
    """Translations whose n-grams match at about a rate."""
    counts, lengths = draw_counts(share, seed=len(ids) * 100 + beam, **options)
    zeros = np.zeros(N, np.float32)
    save_evaluation(Evaluation(
        tuple(ids), SOURCE, "", beam, 0.0, True, 2.0, np.zeros(0, np.int32), np.zeros(N + 1, np.int64), zeros,
        np.ones(N, bool), counts.matched, counts.possible, counts.length, counts.reference_length, lengths, zeros,
        np.zeros(N, np.int32)))


def plant_all(*, gain: float = 0.08, long_share: float | None = None, n_seeds: int = 3) -> None:
    """Runs in both directions: reversed ones match `gain` more, a wider beam and an ensemble a little more again."""
    for reverse in (False, True):
        for seed in range(n_seeds):
            plant_run(reverse, seed, perplexity=(5.0 if reverse else 6.0) + 0.02 * seed)
            for beam in BEAMS:
                plant_evaluation([name_run(reverse, seed)], beam, 0.6 + gain * reverse + 0.03 * (beam > 1),
                                 long_share=long_share)
    backward = [name_run(True, seed) for seed in range(n_seeds)]
    for ids in (backward[:2], backward):
        for beam in BEAMS:
            plant_evaluation(ids, beam, 0.72 + gain)
    picks = [draw_counts(share, seed=k)[0] for k, share in enumerate((0.6, 0.68, 0.72, 0.85))]
    fields = {n: np.stack([getattr(c, n) for c in picks]) for n in ("matched", "possible", "length",
                                                                     "reference_length")}
    assert len(picks) == len(PICKS)
    save_rescoring(Rescoring(SOURCE, "", name_run(False, 0), tuple(backward), **fields,
                             n_listed=np.full(N, 50, np.int32)))
