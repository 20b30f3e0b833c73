"""Claims about translation: read from results whose answer is known, and measured on small models."""

import numpy as np
import pytest

from core.analysis.seq2seq.evaluation import load_evaluation
from core.analysis.seq2seq.rescoring import PICKS, measure_rescoring
from core.analysis.seq2seq.runs import list_measured_runs, measure_run
from core.corpora.pairs import SentencePairs
from core.reproduce.seq2seq import SYSTEM, measure
from core.reproduce.seq2seq.tables import read_tables
from core.reproduce.seq2seq.vectors import MeasuredPhrases, list_phrases, save_phrases
from core.translate.beam import BeamSettings
from core.translate.bleu import compute_bleu
from core.translate.translator import Translator
from tests.seq2seq_results import N, name_run, plant_all, plant_evaluation, plant_run
from tests.translate.toy import build_checkpoint

IDS = ["s2s." + name for name in "reversal_ppl reversal_bleu bleu_m30k_2016 beam_helps ensemble_helps "
       "long_sentences_hold word_order_sensitivity voice_invariance depth_helps".split()]
PAIRS = SentencePairs("toy/test", "en", "fr", ("the cat sees a dog .", "a man hears the woman .", "the dog ."),
                      ("le chat . un", "un chien .", "chien . le chat"))


def by_id():
    return {record.id: record for record in SYSTEM.measure()}


def test_without_results_every_claim_is_named_and_open(scratch_cache):
    records = SYSTEM.measure()
    assert [r.id for r in records] == IDS
    assert all(r.seed == "001" and r.claim and r.reported and r.ours is None and r.holds is None for r in records)


def test_what_is_planted_is_found(scratch_cache):
    plant_all()
    records = by_id()
    assert records["s2s.reversal_ppl"].ours == pytest.approx(5.02 / 6.02, abs=0.01)
    for name in ("reversal_ppl", "reversal_bleu", "beam_helps", "ensemble_helps", "bleu_m30k_2016"):
        record = records[f"s2s.{name}"]
        assert record.holds and record.low <= record.ours <= record.high and record.control and record.n, name
    assert records["s2s.reversal_bleu"].low > 0.02 and "3 seeds" in records["s2s.reversal_bleu"].split
    assert records["s2s.long_sentences_hold"].holds  # nothing was planted there
    assert records["s2s.depth_helps"].ours is None


def test_what_is_not_there_is_not_found(scratch_cache):
    plant_all(gain=0.0, long_share=0.3)
    records = by_id()
    assert not records["s2s.reversal_bleu"].holds
    long = records["s2s.long_sentences_hold"]
    assert not long.holds and long.high < 0


def test_depth_is_compared_within_a_seed(scratch_cache):
    for seed in range(3):
        plant_run(True, seed, perplexity=5.0 + seed)
        plant_run(True, seed, perplexity=(5.0 + seed) * 0.9, n_layers=2)
    record = by_id()["s2s.depth_helps"]
    assert record.ours == pytest.approx(0.9, abs=1e-3) and record.holds and record.high < 0.95


def test_depth_of_one_seed_is_compared_over_sentences(scratch_cache):
    plant_run(True, 1, perplexity=4.0)  # another seed is no partner
    plant_run(True, 0, perplexity=5.0)
    assert by_id()["s2s.depth_helps"].ours is None
    plant_run(True, 0, perplexity=4.6, n_layers=2, scatter=0.2)
    record = by_id()["s2s.depth_helps"]
    assert record.ours == pytest.approx(0.92, abs=1e-3) and record.holds
    assert 0.88 < record.low < 0.91 and 0.93 < record.high < 0.96  # 0.2 nats over √400 sentences, twice
    assert "drawn again" in record.split and record.control == "2 layers 4.600, 1 layer 5.000"


def test_stored_phrases_become_claims(scratch_cache):
    def plant(name, style, order, voice, reverse=True):
        ends = np.array([1.0, 0.9, 1.1])
        save_phrases(MeasuredPhrases(f"seq2seq-{name}", style, reverse, 200, order * ends, 0.01 * ends, voice * ends,
                                     3.0 * ends))

    plant("multi30k-reversed-00000001", "captions", 0.2, 2.0)
    plant("fra-eng-reversed-00000001", "everyday", 0.5, 0.6)
    plant("fra-eng-forward-00000001", "everyday", 0.4, 0.7, reverse=False)
    records = by_id()
    order, voice = records["s2s.word_order_sensitivity"], records["s2s.voice_invariance"]
    assert (order.ours, voice.ours) == (0.5, 0.6) and order.holds and voice.holds
    assert "fra-eng-reversed" in order.checkpoint and "captions reversed 0.200" in order.control
    assert len(list_phrases()) == 3


def test_tables_have_the_papers_rows_and_ours_where_measured(scratch_cache):
    empty = {row.id: row for row in read_tables()}
    assert all(row.ours is None for row in empty.values()) and empty["ensemble-12"].reported == 34.81
    plant_all()
    rows = {row.id: row for row in read_tables()}
    assert set(rows) == set(empty)
    for name in ("forward-12", "reversed-1", "reversed-12", "pair-12", "ensemble-12", "rescored-single", "oracle"):
        assert rows[name].low < rows[name].ours < rows[name].high, name
    assert rows["forward-12"].n_seeds == 3 and rows["ensemble-12"].n_ours == 3 and rows["pair-12"].n_ours == 2
    assert rows["deeper-12"].ours is None
    plant_run(True, 0, perplexity=4.6, n_layers=2)
    plant_evaluation([name_run(True, 0, 2)], 12, 0.8)
    again = {row.id: row for row in read_tables()}
    assert again["deeper-12"].ours > rows["reversed-12"].ours and again["deeper-12"].n_seeds == 1
    assert all(again[name] == row for name, row in rows.items() if name != "deeper-12")
    assert rows["bahdanau"].ours is None and rows["baseline-list"].ours < rows["oracle"].ours


def test_a_run_is_scored_by_its_references():
    checkpoint = build_checkpoint(0)
    run = measure_run(checkpoint, PAIRS)
    assert run.n_tokens.tolist() == [5, 4, 5] and run.epochs.shape == (0,)
    logp = [Translator([checkpoint]).translate(s.split(), BeamSettings(beam=1)).best for s in PAIRS.sources]
    assert run.perplexity > 1 and all(np.isfinite(run.nll)) and len(logp) == 3


def test_picks_from_lists_are_ordered_as_they_should_be():
    lister, scorers = Translator([build_checkpoint(0, reverse=False)]), Translator([build_checkpoint(1),
                                                                                   build_checkpoint(2)])
    found = measure_rescoring(lister, scorers, PAIRS)
    bleus = {pick: compute_bleu(found.counts(pick)) for pick in PICKS}
    assert bleus["oracle"] >= max(bleus.values()) - 1e-9 and (found.n_listed >= 1).all()
    best = lister.translate_all([s.split() for s in PAIRS.sources], BeamSettings(beam=50, n_best=50))
    lengths = [len(lister.write(r.best).split()) for r in best]
    assert found.counts("first").length.shape == (3,) and len(lengths) == 3


def test_everything_is_measured_once_and_again_only_when_asked(scratch_cache, monkeypatch):
    from tests.translate.toy import save_toy
    ids = [save_toy(seed, reverse=reverse).id for seed, reverse in ((0, True), (1, True), (0, False))]
    monkeypatch.setattr(measure, "TEST", {"toy": "toy/test"})
    monkeypatch.setattr(measure, "read_evaluation_pairs", lambda source, card: PAIRS)
    monkeypatch.setattr(measure, "name_demo", lambda corpus: "toy/test")
    monkeypatch.setattr(measure, "measure_phrases", lambda checkpoint: MeasuredPhrases(
        checkpoint.card.id, "everyday", checkpoint.card.reverse, 1, *[np.ones(3)] * 4))
    lines = []
    SYSTEM.recompute(lines.append)
    assert sorted(r.checkpoint_id for r in list_measured_runs()) == sorted(ids)
    assert not any("left out" in line for line in lines) and any("rescored" in line for line in lines)
    for beam in measure.BEAMS:
        assert len(load_evaluation(ids[:2], "toy/test", BeamSettings(beam=beam))) == 3
    again = []
    SYSTEM.recompute(again.append, missing=True)
    assert again == []


def test_what_cannot_be_measured_is_named(scratch_cache):
    from tests.translate.toy import save_toy
    save_toy(0)
    lines = []
    SYSTEM.recompute(lines.append)
    assert lines == []  # pairs of a reader's own have no test of ours


def test_planted_counts_are_counts():
    from tests.seq2seq_results import draw_counts
    counts, lengths = draw_counts(0.7)
    assert len(counts) == N and (counts.matched <= counts.possible).all() and (np.diff(lengths) >= 0).all()
    assert name_run(True, 2).startswith("seq2seq-multi30k-reversed-")
