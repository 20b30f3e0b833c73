"""The experiment of seed 004: phase one with its record, seven ways to choose from T2, and what each model then scores.

A seed draws the split, the start, the order and the dropout; its result is a few small arrays.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.analysis.saliency.instability import measure_instability, sum_movement, vary
from core.analysis.saliency.material import Material
from core.analysis.saliency.phase_one import PhaseOne, Say, run_phase_one, start_model
from core.analysis.saliency.selection import RULES, choose_sentences, score_rule
from core.models.cnn import TextCNN
from core.states.saliency import record_saliency
from core.tokens.labelled import EncodedTexts, split_three
from core.training.cnn import CNNRun, CNNTraining, measure_accuracy

MODELS = ("T1", "T2h", "T2l", "T1 again", "T1&T2h", "T1&T2l", "T1&T2", "T1&T2ran", "T1&T2loss", "T1&T2unsure",
          "T1&T2variable", "T1&T2frequency")  # the paper's six are the 2nd, the 3rd and the 5th to 8th
PAPERS = ("T2h", "T2l", "T1&T2h", "T1&T2l", "T1&T2", "T1&T2ran")
CONTINUED = ("T2h", "T2l", "T1 again")  # take phase one's weights over
_CHOSEN = dict(zip(("T1&T2h", "T1&T2l", "T1&T2ran", "T1&T2loss", "T1&T2unsure", "T1&T2variable", "T1&T2frequency"),
                   RULES, strict=True))
UNSETTLED = 0.1   # share of T1's words that is called unsettled: those of the highest wac
SETTLING = 1_200  # sentences of T1 whose saliency is recorded in phase two
LEAST = 5         # occurrences that a word needs to be ranked


@dataclass(frozen=True)
class SeedResult:
    """One seed of the experiment. M models, K epochs, V words.

    Attributes
    ----------
    corpus, vectors : str
    models : tuple of str, length M
    sizes : int64 array of shape (M,)
        Sentences each model learned from.
    parts : int64 array of shape (5,)
        Sentences of T1, T2, T3, T2h and T2l.
    accuracy : float32 array of shape (M, K)
        On T3 after every epoch.
    right_movement, wrong_movement : float32 arrays of shape (2, K - 1)
        Mean over sentences of T1, by whether the last epoch's prediction is right, of Σ|wa_{n+1} - wa_n|; the second
        row is of the saliency of the margin, wa / (1 - p_R), from which confidence is taken out (two classes).
    right_confidence, wrong_confidence : float32 arrays of shape (K,)
        Mean probability of the predicted class.
    n_right, n_wrong : int
    wac, wac_margin : float32 arrays of shape (V,)
        Eq. (9), and the same of the saliency of the margin.
    occurrences : int32 array of shape (V,)
        In T1.
    errors : float32 array of shape (V,)
        Share of a word's occurrences in T2 that stand in sentences which phase one gets wrong; NaN where none stands.
    doubt : float32 array of shape (V,)
        Mean over occurrences in T1 and epochs of 1 - p_R.
    settled : float64 array of shape (2, 4)
        Mean log10 of the variance of wad over the last half of the epochs, of the unsettled words' occurrences in
        some sentences of T1: in phase one, with T2h, with T2l, and with T1 again. Rows as for movement.
    seconds : float
    """

    corpus: str
    vectors: str
    models: tuple[str, ...]
    sizes: np.ndarray
    parts: np.ndarray
    accuracy: np.ndarray
    right_movement: np.ndarray
    wrong_movement: np.ndarray
    right_confidence: np.ndarray
    wrong_confidence: np.ndarray
    n_right: int
    n_wrong: int
    wac: np.ndarray
    wac_margin: np.ndarray
    occurrences: np.ndarray
    errors: np.ndarray
    doubt: np.ndarray
    settled: np.ndarray
    seconds: float


def run_seed(material: Material, settings: CNNTraining, *, say: Say = lambda line: None,
             after_epoch: Callable[[CNNRun], None] | None = None) -> SeedResult:
    """Both phases and all models for one seed."""
    parts, start = split_three(len(material.texts), seed=settings.seed), time.monotonic()
    t1, t3 = material.texts.take(parts.t1), material.texts.take(parts.t3)
    one = run_phase_one(material, settings, say=say, after_epoch=after_epoch)
    chosen = {rule: parts.t2[choose_sentences(score_rule(rule, one.evidence, seed=settings.seed))] for rule in RULES}
    rows = {"T1": parts.t1, "T2h": chosen["high"], "T2l": chosen["low"], "T1 again": parts.t1,
            "T1&T2": np.concatenate([parts.t1, parts.t2])}
    rows |= {name: np.concatenate([parts.t1, chosen[rule]]) for name, rule in _CHOSEN.items()}
    accuracy, late = {"T1": one.accuracy}, {}
    watched = _Watched.choose(t1, one, seed=settings.seed)
    for name in MODELS[1:]:
        curve, wa = [], []

        def read(run: CNNRun, curve=curve, wa=wa, name=name) -> None:
            curve.append(measure_accuracy(run.model, t3))
            if name in CONTINUED:
                wa.append(watched.look(run.model))
            if after_epoch:
                after_epoch(run)

        model = start_model(material, settings)
        if name in CONTINUED:
            model.load_state_dict(one.model.state_dict())
        run = CNNRun(replace(settings, seed=settings.seed + 1_000) if name in CONTINUED else settings, model,
                     material.texts.take(np.sort(rows[name])))
        run.train(read)
        accuracy[name] = np.array(curve, np.float32)
        if wa:
            late[name] = summarise_late(np.stack(wa, 2))
        say(f"{name}, {len(rows[name]):,} sentences: {curve[-1]:.3f} in {run.seconds:.0f} s")
    own = one.wa[watched.own]
    before = summarise_late(np.stack([own, own / one.doubt[t1.sentence[watched.own]]]))
    settled = np.stack([before, *(late[name] for name in CONTINUED)], axis=1)
    return _collect(material, one, t1, np.stack([accuracy[name] for name in MODELS]), settled,
                    seconds=round(time.monotonic() - start, 1),
                    sizes=np.array([len(rows[name]) for name in MODELS]),
                    parts=np.array([len(r) for r in (parts.t1, parts.t2, parts.t3, chosen["high"], chosen["low"])]))


@dataclass(frozen=True)
class _Watched:
    """Occurrences of unsettled words in some sentences of T1."""

    texts: EncodedTexts
    places: np.ndarray  # within these sentences
    own: np.ndarray     # within T1

    @classmethod
    def choose(cls, t1: EncodedTexts, one: PhaseOne, *, seed: int) -> "_Watched":
        found = one.evidence.instability
        ranked = np.flatnonzero(found.occurrences >= min(LEAST, found.occurrences.max()))
        top = ranked[np.argsort(-found.wac[ranked], kind="stable")[:max(1, round(len(ranked) * UNSETTLED))]]
        rows = np.sort(np.random.default_rng([seed, 23]).permutation(len(t1))[:SETTLING])
        texts = t1.take(rows)
        places = np.flatnonzero(np.isin(texts.ids, top))
        return cls(texts, places, t1.places(rows)[places])

    def look(self, model: TextCNN) -> np.ndarray:
        """Their saliency, and that of the margin, float32 (2, n)."""
        found = record_saliency(model, self.texts)
        return np.stack([found.words, found.words / found.doubt[self.texts.sentence]])[:, self.places]


def summarise_late(wa: np.ndarray) -> np.ndarray:
    """Mean log10 of the variance of wad over the last half of the epochs, (2,) of wa (2, n, K).

    What stands still counts as 1e-16. Nothing watched: NaN.
    """
    late = wa[:, :, -max(3, wa.shape[2] // 2):]
    return np.array([np.log10(np.maximum(vary(one), 1e-16)).mean() if len(one) else np.nan for one in late])


def _collect(material: Material, one: PhaseOne, t1: EncodedTexts, accuracy: np.ndarray, settled: np.ndarray, *,
             sizes: np.ndarray, parts: np.ndarray, seconds: float) -> SeedResult:
    found, n_words = one.evidence.instability, len(material.words)
    margin = one.wa / one.doubt[t1.sentence]
    movement = np.stack([sum_movement(one.wa, t1), sum_movement(margin, t1)])
    errors, doubt = share_errors(one, n_words)
    sides = (one.right, ~one.right)
    return SeedResult(
        material.name, material.vectors_name, MODELS, sizes, parts, accuracy,
        *(_average(movement, side, axis=1) for side in sides), *(_average(1 - one.doubt, side) for side in sides),
        int(one.right.sum()), int((~one.right).sum()), found.wac.astype(np.float32),
        measure_instability(margin, t1.ids, n_words).wac.astype(np.float32), found.occurrences.astype(np.int32),
        errors, doubt, settled, seconds)


def share_errors(one: PhaseOne, n_words: int) -> tuple[np.ndarray, np.ndarray]:
    """By word: the share of its occurrences in T2 that stand in sentences which phase one gets wrong, and the mean of
    1 - p_R over its occurrences in T1 and epochs; float32 (V,), NaN for a word that never came."""
    t1, t2 = one.texts, one.evidence.texts
    with np.errstate(invalid="ignore", divide="ignore"):
        errors = np.bincount(t2.ids, weights=one.missed[t2.sentence], minlength=n_words) / np.bincount(
            t2.ids, minlength=n_words)
        doubt = np.bincount(t1.ids, weights=one.doubt.mean(1)[t1.sentence], minlength=n_words) / np.bincount(
            t1.ids, minlength=n_words)
    return errors.astype(np.float32), doubt.astype(np.float32)


def _average(values: np.ndarray, side: np.ndarray, *, axis: int = 0) -> np.ndarray:
    """Mean over the sentences of one side, float32; NaN where there is none."""
    kept = np.compress(side, values, axis=axis)
    if kept.shape[axis]:
        return kept.mean(axis, dtype=np.float64).astype(np.float32)
    return np.full(np.delete(values.shape, axis), np.nan, np.float32)
