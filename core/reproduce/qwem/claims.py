"""The claims of seed 003, read from stored accuracies and recorded runs."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from core.checkpoints.card import ConceptsCard, RunCard, VectorsCard
from core.checkpoints.embeddings import list_concepts, list_runs, list_vectors, load_run
from core.errors import AnalysisError, CheckpointError
from core.reproduce.claims import ClaimRecord, Reader, fill_over_seeds
from core.reproduce.qwem.accuracy import AnalogyAccuracy, find_partner, is_measured, load_accuracy
from core.reproduce.qwem.order import LearningOrder, load_order
from core.reproduce.qwem.runs import LEADING, choose_series, choose_sgns, find_siblings, measure_rise

SEED = "003"
ENOUGH = 0.52  # on 17 million words; the paper's 0.66 comes from 2 billion


def _find_concepts(load: Callable) -> tuple[ConceptsCard, AnalogyAccuracy | LearningOrder] | None:
    """The first eigenpairs, of the largest text and vocabulary, with a stored result."""
    for card in filter(is_measured, list_concepts()[0]):
        try:
            return card, load(card)
        except AnalysisError:
            continue
    return None


def _find_vectors() -> tuple[VectorsCard, ConceptsCard, AnalogyAccuracy, AnalogyAccuracy] | None:
    """word2vec trained on the whole text, the eigenpairs of the same words, and both accuracies."""
    cards = list(filter(is_measured, list_concepts()[0]))
    for card in list_vectors()[0]:
        partner = find_partner(card, cards)
        if partner is None or card.settings.get("max_tokens"):
            continue
        try:
            return card, partner, load_accuracy(card, "word2vec"), load_accuracy(partner)
        except AnalysisError:
            continue
    return None


def _describe(card: ConceptsCard | VectorsCard, result: AnalogyAccuracy | LearningOrder) -> dict:
    return {"corpus": result.corpus, "checkpoint": card.id,
            "split": f"{len(result.names)} families, {result.n_groups} word pairs"}


def _limits(draws: np.ndarray) -> dict:
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"low": float(low), "high": float(high)}


def read_mstar() -> dict:
    """Accuracy of M* at its full rank."""
    found = _find_concepts(load_accuracy)
    if found is None:
        return {}
    card, result = found
    at = {rank: float(result.total[rank - 1]) for rank in (50, 100) if rank < len(result.total)}
    return _describe(card, result) | {
        "ours": float(result.total[-1]), "low": float(result.total_low[-1]), "high": float(result.total_high[-1]),
        "n": int(result.answerable.sum()), "holds": bool(result.total[-1] >= ENOUGH),
        "control": ", ".join(f"rank {rank} {share:.3f}" for rank, share in at.items())}


def read_word2vec() -> dict:
    """M*'s accuracy minus word2vec's, pair for pair."""
    found = _find_vectors()
    if found is None:
        return {}
    card, _, theirs, ours = found
    gap = ours.draws - theirs.draws if len(ours.draws) == len(theirs.draws) else np.full(1, np.nan)
    return _describe(card, theirs) | _limits(gap) | {
        "ours": float(ours.total[-1] - theirs.total[-1]), "n": int(theirs.answerable.sum()),
        "holds": bool(np.quantile(gap, 0.975) >= 0),
        "control": f"M* {ours.total[-1]:.3f}, word2vec {theirs.total[-1]:.3f}"}


def read_ppmi() -> dict:
    """M*'s accuracy minus PPMI's at the same rank, pair for pair."""
    found = _find_concepts(lambda card: (load_accuracy(card), load_accuracy(card, "ppmi")))
    if found is None:
        return {}
    card, (ours, theirs) = found
    control = f"M* {ours.total[-1]:.3f}, PPMI {theirs.total[-1]:.3f}"
    with suppress(AnalysisError):
        control += f", PMI {load_accuracy(card, 'pmi').total[-1]:.3f}"
    limits = _limits(ours.draws - theirs.draws)
    return _describe(card, ours) | limits | {
        "ours": float(ours.total[-1] - theirs.total[-1]), "n": int(ours.answerable.sum()), "control": control,
        "holds": limits["low"] > 0}


def read_concrete() -> dict:
    """Rank of the abstract families over that of the concrete ones; the other measures stand as controls."""
    found = _find_concepts(load_order)
    if found is None or not np.isfinite(found[1].ratio[0]):
        return {}
    card, order = found
    names = ("common level", "half of the final accuracy", "half of the direction", "half of the SNR")
    control = [f"{name} {ratio:.3f}" for name, ratio in zip(names, order.ratio, strict=True)
               if np.isfinite(ratio)][1:]
    return _describe(card, order) | {
        "ours": float(order.ratio[0]), "low": float(order.ratio_low[0]), "high": float(order.ratio_high[0]),
        "n": int((np.isfinite(order.half[0]) & (order.group >= 0)).sum()), "control": ", ".join(control),
        "holds": bool((order.ratio_low > 1).all())}


def _load_series() -> list[list]:
    """The runs of the smallest start and of the largest, each over its seeds; empty where there is no pair."""
    cards, loaded = list_runs()[0], []
    for card in choose_series(cards):
        if runs := _load_seeds(card, cards):
            loaded.append(runs)
    return [loaded[0], loaded[-1]] if len(loaded) > 1 else []


def _load_seeds(card: RunCard, cards: list[RunCard]) -> list:
    """A run and those that differ in their seed alone, without the damaged."""
    loaded = []
    for own in find_siblings(card, cards):
        with suppress(CheckpointError):  # damaged: the others still count
            loaded.append(load_run(own.id))
    return loaded


def _describe_runs(runs: list, values: list[float], n: int) -> dict:
    """Their mean over seeds and its interval; of one seed there is none."""
    seeds = "one training run" if len(runs) == 1 else f"{len(runs)} seeds"
    return fill_over_seeds(values, corpus=runs[0].card.corpus.name, checkpoint=runs[0].card.id, n=n,
                           split=f"{seeds}, {runs[0].card.vocabulary_size} words")


def read_tau() -> dict:
    """Median half-rise over τ_k at the smallest start."""
    series = _load_series()
    ratios = [[measure_rise(run).ratio for run in runs] for runs in series]
    if not series or min(len(r) for own in ratios for r in own) == 0:
        return {}
    small, large = ([float(np.median(r)) for r in own] for own in ratios)
    found = _describe_runs(series[0], small, sum(map(len, ratios[0])))
    distance = abs(float(np.mean(large)) - 1)
    return found | {"control": f"largest start {np.mean(large):.3f}",
                    "holds": all(abs(r - 1) < 0.02 and abs(r - 1) < distance for r in small)}


def read_steps() -> dict:
    """Width of the steps at the smallest start over that at the largest, seed by seed."""
    series = _load_series()
    rises = [[measure_rise(run) for run in runs] for runs in series]
    widths = [[rise.width[np.isfinite(rise.width)] for rise in own] for own in rises]
    if not series or min(len(w) for own in widths for w in own) == 0:
        return {}
    small, large = (np.array([np.median(w) for w in own]) for own in widths)
    n = min(len(small), len(large))
    expected = [float(np.median(own[0].expected_width[np.isfinite(own[0].width)])) for own in rises]
    found = _describe_runs(series[0][:n], list(small[:n] / large[:n]), sum(map(len, widths[0][:n])))
    return found | {"holds": bool((small.max() < large.min()) and found["high"] < 1),
                    "control": f"smallest start {small.mean():.3f}, largest start {large.mean():.3f}, "
                               f"closed form {expected[0] / expected[1]:.3f}"}


def _read_overlap(runs: list, at_least: float) -> dict:
    if not runs or min(run.overlap.shape[1] for run in runs) < LEADING:
        return {}
    values = [float(run.overlap[-1, LEADING - 1]) for run in runs]
    return _describe_runs(runs, values, LEADING) | {
        "holds": min(values) >= at_least,
        "control": f"unrelated directions {LEADING / runs[0].card.vocabulary_size:.3f}"}


def read_overlap() -> dict:
    """Overlap of the first five trained directions with M*'s eigenvectors, at the smallest start."""
    series = _load_series()
    return _read_overlap(series[0], 0.99) if series else {}


def read_sgns() -> dict:
    """The same with word2vec's own loss; gensim's word2vec beside it where it was measured."""
    cards = list_runs()[0]
    card = choose_sgns(cards)
    if card is None:
        return {}
    found, vectors = _read_overlap(_load_seeds(card, cards), 0.5), _find_vectors()
    if found and vectors is not None and len(vectors[2].overlap) >= LEADING:
        found["control"] += f", word2vec {vectors[2].overlap[LEADING - 1]:.3f}"
    return found


def read_prior() -> dict:
    """Accuracy of M* with a prior minus that of M*, pair for pair."""
    found = _find_concepts(lambda card: (load_accuracy(card, "mstar_prior"), load_accuracy(card)))
    if found is None:
        return {}
    card, (ours, theirs) = found
    limits = _limits(ours.draws - theirs.draws)
    control = f"with a prior {ours.total[-1]:.3f}, M* {theirs.total[-1]:.3f}"
    if (vectors := _find_vectors()) is not None:
        control += f", word2vec {vectors[2].total[-1]:.3f}"
    return _describe(card, ours) | limits | {
        "ours": float(ours.total[-1] - theirs.total[-1]), "n": int(ours.answerable.sum()), "control": control,
        "holds": limits["low"] > 0}


CLAIMS: tuple[tuple[ClaimRecord, Reader], ...] = (
    (ClaimRecord("qwem.analogy_mstar", SEED, "Fig. 3b", "The top eigenvectors of M*, found without any training, "
                 "answer Google's analogies: share of right answers.", "66.3 %"), read_mstar),
    (ClaimRecord("qwem.analogy_gensim", SEED, "Fig. 3b", "They answer about as many as word2vec trained on the same "
                 "text: accuracy of M* minus that of word2vec.", "-0.017"), read_word2vec),
    (ClaimRecord("qwem.analogy_ppmi", SEED, "Fig. 3b", "They answer more than the eigenvectors of PPMI: difference of "
                 "accuracy.", "0.157"), read_ppmi),
    (ClaimRecord("qwem.analogy_prior", SEED, "ours, not the paper's", "In a small corpus most cells of M* say -2 of "
                 "words whose meeting was not to be expected; ten meetings more that tell nothing mend that: gain in "
                 "accuracy.", "not in the paper"), read_prior),
    (ClaimRecord("qwem.tau_ratio", SEED, "Fig. 2", "From a small start each concept is half learned at its own time τ: "
                 "median half-rise over τ.", "1"), read_tau),
    (ClaimRecord("qwem.subspace_overlap_top5", SEED, "Fig. 2", "Training from a small start finds the eigenvectors of "
                 "M*: overlap of the first five directions.", "0.998"), read_overlap),
    (ClaimRecord("qwem.sgns_subspace_overlap", SEED, "Fig. 5", "Word2vec's own loss finds most of the same subspace: "
                 "overlap of the first five directions.", "not printed"), read_sgns),
    (ClaimRecord("qwem.concrete_before_abstract", SEED, "Summary", "Concrete relations are learned before abstract "
                 "ones: rank of the abstract families over that of the concrete ones, above 1 by every measure.",
                 "concrete first (no number)"), read_concrete),
    (ClaimRecord("qwem.steps_sharpen", SEED, "Fig. 2", "The smaller the start, the sharper the steps: width of a step "
                 "at the smallest start over that at the largest.", "below 1 (no number)"), read_steps),
)
