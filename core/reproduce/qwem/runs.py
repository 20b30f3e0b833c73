"""Recorded gradient runs against the closed form (Fig. 2, Lemma 3.1); read from the runs themselves in milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.qwem.dynamics import compute_tau, find_crossing
from core.checkpoints.card import RunCard
from core.checkpoints.embeddings import RecordedRun

LEADING = 5  # directions whose overlap is a claim


@dataclass(frozen=True)
class Rise:
    """How the modes of a run rise. K modes, as many as were recorded.

    Attributes
    ----------
    tau : float64 array of shape (K,)
        τ_k of the closed form, from the start that the run drew; infinite for a mode that never rises.
    half : float64 array of shape (K,)
        When s_k² reached λ_k / 2; NaN where it did not.
    width : float64 array of shape (K,)
        From a tenth to nine tenths of λ_k, over the half-rise: how sharp a step is.
    expected_width : float64 array of shape (K,)
        2 ln 9 / ln(λ_k / s₀²).
    """

    tau: np.ndarray
    half: np.ndarray
    width: np.ndarray
    expected_width: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """Half-rise over τ_k of the modes that rise."""
        found = self.half / self.tau
        return found[np.isfinite(found)]


def measure_rise(run: RecordedRun) -> Rise:
    """Crossings of a tied run's recorded strengths."""
    values = run.values[:run.strength.shape[1]]
    start = np.sqrt(np.maximum(run.start, np.finfo(np.float64).tiny))
    low, half, high = (find_crossing(run.time, run.strength, values, share=s) for s in (0.1, 0.5, 0.9))
    tau = compute_tau(values, start)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Rise(tau, half, (high - low) / half, 2 * np.log(9) / (values * tau))


def follows_theory(card: RunCard) -> bool:
    """A full-batch QWEM run under setting 3.1 with tied vectors: where the closed form should be exact."""
    wanted = {"loss": "qwem", "tied": True, "weighting": "constant", "gradient": "full", "init": "normal"}
    return all(card.settings.get(name) == value for name, value in wanted.items())


def choose_series(cards: Sequence[RunCard]) -> list[RunCard]:
    """The runs of the theory that differ in their init scale alone, smallest scale first, of the largest vocabulary."""
    series: dict[tuple, dict[float, RunCard]] = {}
    for card in filter(follows_theory, cards):
        key = (card.vocabulary_size, card.corpus.sha256, card.settings.get("dimension"), card.settings.get("window"))
        own, scale = series.setdefault(key, {}), float(card.settings["init_scale"])
        if scale not in own or int(card.settings.get("seed", 0)) < int(own[scale].settings.get("seed", 0)):
            own[scale] = card
    chosen = max(series.items(), key=lambda item: (len(item[1]) > 1, item[0][0], len(item[1])), default=(None, {}))[1]
    return [chosen[scale] for scale in sorted(chosen)]


def find_siblings(card: RunCard, cards: Sequence[RunCard]) -> list[RunCard]:
    """The runs that differ from one in their seed alone, itself included, by seed."""
    def rest(one: RunCard) -> tuple:
        return one.corpus.sha256, {name: value for name, value in one.settings.items()
                                   if name not in ("corpus", "device", "seed")}

    own = {int(c.settings.get("seed", 0)): c for c in cards if rest(c) == rest(card)}
    return [own[seed] for seed in sorted(own)]


def choose_sgns(cards: Sequence[RunCard]) -> RunCard | None:
    """Word2vec's own loss with tied vectors in full batch, of the largest vocabulary and then the smallest start."""
    own = [c for c in cards if c.settings.get("loss") == "sgns" and c.settings.get("tied")
           and c.settings.get("gradient") == "full" and c.settings.get("init") == "normal"]
    return min(own, key=lambda c: (-c.vocabulary_size, float(c.settings["init_scale"]), int(c.settings.get("seed", 0))),
               default=None)
