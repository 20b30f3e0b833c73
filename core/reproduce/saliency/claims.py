"""The claims of seed 004, read from stored seeds."""

from collections.abc import Sequence

import numpy as np

from core.analysis.intervals import estimate_mean
from core.analysis.saliency.comparison import PairedDifference, compare_models, stack_accuracy
from core.analysis.saliency.experiment import PAPERS, SeedResult
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds
from core.analysis.saliency.words import relate_wac
from core.errors import AnalysisError
from core.reproduce.claims import ClaimRecord, Reader, fill_interval, fill_over_seeds, read_claims
from core.reproduce.saliency.accuracy import list_sources, load_full

SEED = "004"
SIZES = (4797, 4798, 1067, 2399, 2399)  # Table 1
ENOUGH = 0.76  # with 50 dimensions; the paper's 0.78 had 300


def measure_claims() -> list[ClaimRecord]:
    """Every claim from the stored seeds; without any, all stay open."""
    results = load_seeds(ExperimentSettings())
    return read_claims(CLAIMS, results) if results else [record for record, _ in CLAIMS]


def _describe(results: Sequence[SeedResult], values: Sequence[float], n: int) -> dict:
    """Mean over seeds with its interval."""
    return fill_over_seeds(values, corpus=results[0].corpus, n=n,
                           split=f"T1, T2, T3 drawn anew for each seed; {len(results)} seeds")


def read_sizes(results: Sequence[SeedResult]) -> dict:
    """Share of the five sizes of Table 1 that come out, the same for every seed."""
    parts = np.stack([r.parts for r in results])
    return _describe(results, (parts == SIZES).mean(1), int(parts[0, :3].sum())) | {
        "holds": bool((parts == SIZES).all())}


def read_movement(results: Sequence[SeedResult]) -> dict:
    """Movement of wrong sentences over that of right ones, all epochs added up."""
    raw, margin = (np.array([r.wrong_movement[row].sum() / r.right_movement[row].sum() for r in results])
                   for row in (0, 1))
    share = np.mean([(r.wrong_movement[0] > r.right_movement[0]).mean() for r in results])
    found = _describe(results, raw, sum(r.n_right + r.n_wrong for r in results))
    return found | {"holds": found["low"] > 1,
                    "control": f"confidence taken out {margin.mean():.3f}, share of epochs {share:.3f}"}


def _describe_difference(results: Sequence[SeedResult], found: PairedDifference) -> dict:
    means = [float(stack_accuracy(results, name)[:, -10:].mean()) for name in (found.first, found.second)]
    sd = float(found.values.std(ddof=1)) if len(found.values) > 1 else float("nan")
    return _describe(results, found.values, int(results[0].parts[2]) * len(results)) | {
        "holds": found.low > 0, "control": f"{found.first} {means[0]:.3f}, {found.second} {means[1]:.3f}, "
                                           f"scatter of one seed {sd:.3f}"}


def read_low(results: Sequence[SeedResult]) -> dict:
    """T1 and T2h against T1 and T2l, last ten epochs."""
    return _describe_difference(results, compare_models(results, "T1&T2h", "T1&T2l"))


def read_random(results: Sequence[SeedResult]) -> dict:
    """T1 and T2h against T1 and as many random sentences."""
    return _describe_difference(results, compare_models(results, "T1&T2h", "T1&T2ran"))


def read_all(results: Sequence[SeedResult]) -> dict:
    """All data against the best of the paper's other models."""
    others = [name for name in PAPERS if name != "T1&T2"]
    best = max(others, key=lambda name: stack_accuracy(results, name)[:, -10:].mean())
    return _describe_difference(results, compare_models(results, "T1&T2", best))


def read_settling(results: Sequence[SeedResult]) -> dict:
    """Variance of the unsettled words' steps in phase two with T2h, over that of learning on from T1 (log10)."""
    settled = np.stack([r.settled for r in results])  # seeds, raw or margin, phase one / T2h / T2l / T1 again
    raw, margin = (settled[:, row, 1] - settled[:, row, 3] for row in (0, 1))
    low = (settled[:, 0, 1] - settled[:, 0, 2]).mean()
    found = _describe(results, raw, len(results))
    return found | {"holds": found["high"] < 0,
                    "control": f"confidence taken out {margin.mean():.3f}, T2h less T2l {low:.3f}, T2h less phase one "
                               f"{(settled[:, 0, 1] - settled[:, 0, 0]).mean():.3f}"}


def read_partial(results: Sequence[SeedResult]) -> dict:
    """Rank correlation of wac with the errors of new sentences, frequency and doubt taken out."""
    found = [relate_wac(r.wac, r.occurrences, r.errors, r.doubt) for r in results]
    record = _describe(results, [f.errors_given for f in found], found[0].n)
    means = {name: np.mean([getattr(f, name) for f in found]) for name in ("errors", "frequency", "doubt", "explained")}
    return record | {"holds": record["low"] > 0, "control": (
        f"nothing taken out {means['errors']:.3f}, with frequency {means['frequency']:.3f}, with doubt "
        f"{means['doubt']:.3f}, explained {means['explained']:.3f}")}


def read_accuracy(results: Sequence[SeedResult]) -> dict:
    """The best network by the sentences kept back, with the largest vectors that were measured."""
    for vectors in ("word2vec-google-news", *list_sources(), "glove-6b-50d"):
        try:
            found = load_full(vectors)
        except AnalysisError:
            continue
        best = int(found.kept_back.mean(1).argmax())
        ends = estimate_mean(found.accuracy[best])
        others = ", ".join(f"{name} {own.mean():.3f}" for name, own in zip(found.networks, found.accuracy, strict=True))
        return fill_interval(ends, corpus=found.corpus, n=found.n_test * found.accuracy.shape[1], control=others,
                             holds=float(ends[0]) >= ENOUGH,
                             split=f"learned from {found.n_learned:,}, {vectors}; {found.accuracy.shape[1]} seeds")
    return {}


CLAIMS: tuple[tuple[ClaimRecord, Reader], ...] = (
    (ClaimRecord("saliency.split_sizes", SEED, "Table 1", "T1, T2, T3, T2h and T2l have 4797, 4798, 1067, 2399 and "
                 "2399 sentences: share of these sizes that come out.", "1"), read_sizes),
    (ClaimRecord("saliency.wrong_moves_more", SEED, "Fig. 5", "Saliency moves more in sentences that are classified "
                 "wrongly: movement of wrong sentences over that of right ones.", "above 1 at most epochs"),
     read_movement),
    (ClaimRecord("saliency.t2h_vs_t2l", SEED, "Fig. 6", "Sentences with unsettled words teach more than sentences with "
                 "settled ones: accuracy of T1 and T2h minus that of T1 and T2l.", "0.01 (one run)"), read_low),
    (ClaimRecord("saliency.t2h_vs_random", SEED, "Fig. 6", "They teach more than sentences drawn at random: accuracy "
                 "of T1 and T2h minus that of T1 and T2ran.", "0.01 (one run)"), read_random),
    (ClaimRecord("saliency.all_best", SEED, "Fig. 6", "All data teach the most: accuracy of T1 and T2 minus that of "
                 "the best other model.", "0.02 (one run)"), read_all),
    (ClaimRecord("saliency.accuracy_full", SEED, "Fig. 6", "A text CNN that learns from all data: share of right "
                 "predictions.", "0.78"), read_accuracy),
    (ClaimRecord("saliency.settles_in_phase_two", SEED, "Section 6.2, left open", "Learning from T2h settles the "
                 "unsettled words: log10 of the variance of their steps, less that of learning on from T1.",
                 "not measured"), read_settling),
    (ClaimRecord("saliency.wac_partial_frequency", SEED, "Section 4.3.2, not asked", "Unsettled words stand where new "
                 "sentences are misread, beyond what word frequency and low confidence tell: partial rank correlation.",
                 "not measured"), read_partial),
)
