"""The claims of seed 001, read from stored translations, stored runs, and the sentence vectors of what ships.

Quality is BLEU / 100, so that all claims share a scale; the paper's corpus is another one, and only the direction of an
effect can be compared.
"""

import numpy as np

from core.analysis.intervals import draw_groups
from core.analysis.seq2seq.evaluation import Evaluation
from core.analysis.seq2seq.lengths import bin_bleu, cut_evenly
from core.analysis.seq2seq.runs import MeasuredRun, keep_usual_size, list_measured_runs, pair_seeds
from core.corpora.pairs import MULTI30K
from core.errors import AnalysisError
from core.reproduce.claims import ClaimRecord, Reader, fill_interval, fill_over_seeds
from core.reproduce.seq2seq.measure import stored
from core.reproduce.seq2seq.vectors import MeasuredPhrases, list_phrases
from core.translate.bleu import compute_bleu, draw_bleus

SEED = "001"
ENOUGH = 0.33      # BLEU / 100 of a single reversed model with a beam of 12
N_DRAWS = 1_000


def _runs() -> list[MeasuredRun]:
    """Runs on Multi30k of the size most often trained."""
    return keep_usual_size(list_measured_runs(MULTI30K))


def _pairs() -> list[tuple[MeasuredRun, MeasuredRun]]:
    """(forward, reversed) runs of one seed.

    Raises
    ------
    AnalysisError
        When there is none.
    """
    if not (pairs := pair_seeds(_runs())):
        raise AnalysisError("No run on Multi30k was measured in both directions.",
                            "Compute it: python -m core.reproduce s2s --recompute.")
    return pairs


def _best_reversed() -> MeasuredRun:
    """The reversed run that validation would choose."""
    if not (runs := [r for r in _runs() if r.reverse]):
        raise AnalysisError("No reversed run on Multi30k was measured.",
                            "Compute it: python -m core.reproduce s2s --recompute.")
    return min(runs, key=lambda r: r.validation.min())


def _over_seeds(values: list[float], *, n: int, n_seeds: int) -> dict:
    return fill_over_seeds(values, n=n, corpus=MULTI30K, split=f"test 2016; {n_seeds} seeds")


def _over_draws(value: float, draws: np.ndarray, *, n: int) -> dict:
    return fill_interval((value, *np.quantile(draws, (0.025, 0.975))), n=n, corpus=MULTI30K,
                         split="test 2016; sentences drawn again")


def _bleu(evaluation: Evaluation) -> float:
    return compute_bleu(evaluation.counts) / 100


def read_reversal_perplexity() -> dict:
    """Test perplexity reversed over forward, paired by seed."""
    pairs = _pairs()
    ratios = [np.log(b.perplexity / f.perplexity) for f, b in pairs]
    found = _over_seeds(ratios, n=int(pairs[0][0].n_tokens.sum()), n_seeds=len(pairs))
    found |= {name: float(np.exp(found[name])) for name in ("ours", "low", "high")}
    means = [float(np.exp(np.mean([np.log(run.perplexity) for run in runs]))) for runs in zip(*pairs, strict=True)]
    return found | {"holds": found["high"] < 1, "checkpoint": _best_reversed().checkpoint_id,
                    "control": f"forward {means[0]:.3f}, reversed {means[1]:.3f}"}


def read_reversal_bleu() -> dict:
    """BLEU of reversed less forward with a beam of 12, paired by seed."""
    pairs = _pairs()
    bleus = [[_bleu(stored([run.checkpoint_id], 12)) for run in pair] for pair in pairs]
    found = _over_seeds([b - f for f, b in bleus], n=len(pairs[0][0].nll), n_seeds=len(pairs))
    forward, backward = np.mean(bleus, axis=0)
    return found | {"holds": found["low"] > 0, "checkpoint": _best_reversed().checkpoint_id,
                    "control": f"forward {forward:.3f}, reversed {backward:.3f}"}


def read_single() -> dict:
    """BLEU of the single reversed model that validation chooses, beam 12."""
    run = _best_reversed()
    found, greedy = stored([run.checkpoint_id], 12), stored([run.checkpoint_id], 1)
    record = _over_draws(_bleu(found), draw_bleus([found.counts], n_draws=N_DRAWS)[:, 0] / 100, n=len(found))
    return record | {"holds": record["ours"] >= ENOUGH, "checkpoint": run.checkpoint_id,
                     "control": f"beam of 1 {_bleu(greedy):.3f}"}


def read_beam() -> dict:
    """BLEU with a beam of 12 less that of greedy choice."""
    run = _best_reversed()
    wide, two, one = (stored([run.checkpoint_id], beam) for beam in (12, 2, 1))
    draws = draw_bleus([wide.counts, one.counts], n_draws=N_DRAWS) / 100
    record = _over_draws(_bleu(wide) - _bleu(one), draws[:, 0] - draws[:, 1], n=len(wide))
    return record | {"holds": record["low"] > 0, "checkpoint": run.checkpoint_id,
                     "control": f"beam of 1 {_bleu(one):.3f}, of 2 {_bleu(two):.3f}, of 12 {_bleu(wide):.3f}"}


def read_ensemble() -> dict:
    """BLEU of all reversed models together less their mean one by one, beam 12."""
    ids = [r.checkpoint_id for r in _runs() if r.reverse][:5]
    if len(ids) < 2:
        raise AnalysisError("Fewer than two reversed runs on Multi30k were measured.",
                            "Compute it: python -m core.reproduce s2s --recompute.")
    together, alone = stored(ids, 12), [stored([i], 12) for i in ids]
    draws = draw_bleus([together.counts, *(e.counts for e in alone)], n_draws=N_DRAWS) / 100
    single = float(np.mean([_bleu(e) for e in alone]))
    record = _over_draws(_bleu(together) - single, draws[:, 0] - draws[:, 1:].mean(1), n=len(together))
    return record | {"holds": record["low"] > 0, "checkpoint": _best_reversed().checkpoint_id,
                     "control": f"mean of {len(ids)} alone {single:.3f}, together {_bleu(together):.3f}"}


def read_long() -> dict:
    """BLEU of the longest fifth of the sentences less that of the middle three fifths, reversed, beam 12."""
    run = _best_reversed()
    counts = {run.checkpoint_id: stored([run.checkpoint_id], 12)}
    partner = next((f for f, b in pair_seeds(_runs()) if b.checkpoint_id == run.checkpoint_id), None)
    if partner is not None:
        counts[partner.checkpoint_id] = stored([partner.checkpoint_id], 12)
    own = counts[run.checkpoint_id]
    bins = cut_evenly(own.source_lengths, 5)
    found = bin_bleu([e.counts for e in counts.values()], bins, n_draws=N_DRAWS)
    loss = -found.loss / 100  # ours, low, high change places with the sign
    record = fill_interval(loss[0, [0, 2, 1]], n=len(own), corpus=MULTI30K,
                           split=f"test 2016; {bins.span(4)[0]:.0f} words and more")
    forward = f", forward {loss[1, 0]:.3f}" if partner is not None else ""
    return record | {"holds": record["high"] >= 0, "checkpoint": run.checkpoint_id,
                     "control": f"longest {found.bleu[0, 4] / 100:.3f}, all {found.whole[0, 0] / 100:.3f}{forward}"}


def _phrases() -> list[MeasuredPhrases]:
    """Stored effects of every corpus of ours, reversed models first; the first is of the best everyday model."""
    found = list_phrases()
    if not found:
        raise AnalysisError("No sentence vectors were measured.",
                            "Compute it: python -m core.reproduce s2s --recompute.")
    return sorted(found, key=lambda p: (not p.reverse, p.style != "everyday", p.checkpoint_id))


def _describe(found: MeasuredPhrases, values: np.ndarray) -> dict:
    return fill_interval(values, n=found.n, corpus=f"generated phrases, {found.style}", split="quadruples drawn again",
                         checkpoint=found.checkpoint_id)


def read_word_order() -> dict:
    """Distance between a phrase and the same words with the roles swapped, over that of unlike phrases."""
    found, *others = _phrases()
    record = _describe(found, found.order)
    also = "".join(f", {o.style} {'reversed' if o.reverse else 'forward'} {o.order[0]:.3f}" for o in others[:3])
    return record | {"holds": record["low"] > float(found.bare_order[2]),
                     "control": f"bag of words 0.000, untrained {found.bare_order[0]:.3f}{also}"}


def read_voice() -> dict:
    """Distance between active and passive of one meaning, over that between the two meanings."""
    found, *others = _phrases()
    record = _describe(found, found.voice_to_order)
    also = "".join(f", {o.style} {'reversed' if o.reverse else 'forward'} {o.voice_to_order[0]:.3f}"
                   for o in others[:3])
    return record | {"holds": record["high"] < 1, "control": f"untrained {found.bare_voice_to_order[0]:.3f}{also}"}


def read_depth() -> dict:
    """Test perplexity of a reversed model with more layers over that of one layer, paired by seed.

    With fewer than three seeds the interval says what other test sentences could have changed, not other seeds.
    """
    runs = [r for r in list_measured_runs(MULTI30K) if r.reverse]
    flat = {(r.hidden_size, r.epochs_planned, r.seed): r for r in runs if r.n_layers == 1}
    pairs = [(r, one) for r in runs if r.n_layers > 1
             and (one := flat.get((r.hidden_size, r.epochs_planned, r.seed))) is not None]
    if not pairs:
        raise AnalysisError("No deeper run was measured.", "Train one: python -m core.training seq2seq --n-layers 2.")
    nats, words = np.mean([deep.nll - one.nll for deep, one in pairs], axis=0), pairs[0][0].n_tokens
    if len(pairs) < 3:
        drawn = draw_groups(len(words), draws=N_DRAWS)
        found = _over_draws(nats.sum() / words.sum(), (drawn @ nats) / (drawn @ words), n=int(words.sum()))
    else:
        found = _over_seeds([np.log(deep.perplexity / one.perplexity) for deep, one in pairs], n=int(words.sum()),
                            n_seeds=len(pairs))
    found |= {name: float(np.exp(found[name])) for name in ("ours", "low", "high")}
    deep, one = pairs[0]
    return found | {"holds": found["high"] < 1, "checkpoint": deep.checkpoint_id,
                    "control": f"{deep.n_layers} layers {deep.perplexity:.3f}, 1 layer {one.perplexity:.3f}"}


CLAIMS: tuple[tuple[ClaimRecord, Reader], ...] = (
    (ClaimRecord("s2s.reversal_ppl", SEED, "Section 3.3", "A reversed source lowers the test perplexity: reversed over "
                 "forward.", "0.81 (5.8 to 4.7)"), read_reversal_perplexity),
    (ClaimRecord("s2s.reversal_bleu", SEED, "Section 3.3", "A reversed source raises BLEU / 100: reversed less "
                 "forward.", "0.047 (25.9 to 30.6)"), read_reversal_bleu),
    (ClaimRecord("s2s.bleu_m30k_2016", SEED, "Table 1", "A single reversed LSTM without attention translates well: "
                 "BLEU / 100 with a beam of 12; on Multi30k 0.33 is asked.", "0.306 (WMT'14)"), read_single),
    (ClaimRecord("s2s.beam_helps", SEED, "Table 1", "A wider beam translates better: BLEU / 100 with a beam of 12 less "
                 "that of greedy choice.", "0.018 (5 models)"), read_beam),
    (ClaimRecord("s2s.ensemble_helps", SEED, "Table 1", "Several models together translate better than one: BLEU / 100 "
                 "of all less the mean one by one.", "0.042 (5 models)"), read_ensemble),
    (ClaimRecord("s2s.long_sentences_hold", SEED, "Figure 3", "Long sentences lose nothing: BLEU / 100 of the longest "
                 "fifth less that of the middle three fifths.", "no loss below 35 words"), read_long),
    (ClaimRecord("s2s.word_order_sensitivity", SEED, "Figure 2", "Sentence vectors follow the order of words: distance "
                 "of two phrases of the same words with roles swapped, over that of unlike phrases.",
                 "seen in a plane"), read_word_order),
    (ClaimRecord("s2s.voice_invariance", SEED, "Figure 2", "Sentence vectors care little for active or passive: "
                 "distance between voices over distance between meanings.", "seen in a plane"), read_voice),
    (ClaimRecord("s2s.depth_helps", SEED, "Section 3.4", "A deeper LSTM has a lower perplexity: two layers over one.",
                 "0.90 a layer"), read_depth),
)
