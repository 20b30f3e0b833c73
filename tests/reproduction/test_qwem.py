"""Claims about word2vec: read from what is stored, measured again from eigenpairs and counts."""

import json
import re
import shutil
from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.analysis.qwem.runs import record_run
from core.checkpoints.embeddings import list_concepts, list_runs, load_run
from core.corpora.word_pairs import read_word_pairs
from core.errors import AnalysisError, CorpusError
from core.reproduce import qwem
from core.reproduce.__main__ import main
from core.reproduce.claims import ClaimRecord
from core.reproduce.qwem import SYSTEM, accuracy
from core.reproduce.qwem.accuracy import load_accuracy
from core.reproduce.qwem.order import find_order, load_order
from core.reproduce.qwem.runs import choose_series, choose_sgns, find_siblings, measure_rise
from core.training.qwem import GradientTraining
from tests.training.toy_counts import draw_articles, write_text
from tests.word2vec_lab import GOOGLE, build_lab, make_google, make_words, save_toy_concepts, save_toy_vectors

IDS = ["qwem." + name for name in "analogy_mstar analogy_gensim analogy_ppmi analogy_prior tau_ratio "
       "subspace_overlap_top5 sgns_subspace_overlap concrete_before_abstract steps_sharpen".split()]


@pytest.fixture
def lab(scratch_cache, monkeypatch):
    """A cache of the test's own, Google's questions replaced by ours, counts by ones that carry the vectors."""
    shutil.copytree(build_lab(), scratch_cache)
    monkeypatch.setattr(qwem, "read_questions", make_google)
    _, vectors = make_words()
    counts = np.exp(0.1 * vectors @ vectors.T).round(3)
    monkeypatch.setattr(accuracy, "count_text", lambda corpus, settings: SimpleNamespace(counts=counts))
    return scratch_cache


def by_id():
    return {record.id: record for record in SYSTEM.measure()}


def test_without_results_every_claim_is_named_and_open(scratch_cache):
    records = SYSTEM.measure()
    assert [r.id for r in records] == IDS
    for record in records:
        assert record.seed == "003" and record.figure and record.claim and record.reported
        assert (record.ours, record.holds, record.n, record.checkpoint) == (None, None, 0, "")


def test_runs_alone_answer_their_claims(lab):
    records = by_id()
    for name in ("tau_ratio", "subspace_overlap_top5", "sgns_subspace_overlap", "steps_sharpen"):
        record = records[f"qwem.{name}"]
        assert record.low <= record.ours <= record.high and record.n > 0 and record.control, name
        assert record.split == "one training run, 40 words" and record.checkpoint.startswith("qwem-run-40-")
    assert records["qwem.subspace_overlap_top5"].ours > 0.99 and records["qwem.subspace_overlap_top5"].holds
    assert abs(records["qwem.tau_ratio"].ours - 1) < 0.02 and records["qwem.tau_ratio"].holds
    assert records["qwem.steps_sharpen"].high < 1 and records["qwem.steps_sharpen"].holds
    assert records["qwem.analogy_mstar"].ours is None


def test_measured_again_from_eigenpairs_counts_and_vectors(lab):
    save_toy_vectors(max_tokens=0)
    said = []
    SYSTEM.recompute(said.append)
    assert len(said) == 6 and all("measured in" in line for line in said)
    records, card = by_id(), list_concepts()[0][0]
    result = load_accuracy(card)
    assert result.share.shape == (30, 6) and result.total[-1] > 0.5 > result.total[0]
    assert records["qwem.analogy_mstar"].ours == pytest.approx(float(result.total[-1]))
    gap = records["qwem.analogy_gensim"]
    assert gap.ours == pytest.approx(float(result.total[-1] - load_accuracy(vectors_card(), "word2vec").total[-1]))
    assert gap.low <= gap.ours <= gap.high and "word2vec" in gap.control
    ppmi = records["qwem.analogy_ppmi"]
    assert ppmi.ours == pytest.approx(float(result.total[-1] - load_accuracy(card, "ppmi").total[-1]))
    prior = records["qwem.analogy_prior"]
    assert prior.ours == pytest.approx(float(load_accuracy(card, "mstar_prior").total[-1] - result.total[-1]))
    assert prior.low <= prior.ours <= prior.high and "word2vec" in prior.control
    assert records["qwem.concrete_before_abstract"].n >= 4 and "half of the SNR" in (
        records["qwem.concrete_before_abstract"].control)
    assert "word2vec" in records["qwem.sgns_subspace_overlap"].control
    size = sum(f.stat().st_size for f in (lab / "analysis").rglob("*") if f.is_file())
    assert size < 300_000


def vectors_card():
    from core.checkpoints.embeddings import list_vectors
    return list_vectors()[0][0]


def test_stored_results_hold_no_question(lab):
    SYSTEM.recompute(lambda line: None)
    for manifest in (lab / "analysis").rglob("manifest.json"):
        stored = set(re.findall(r"[\w-]+", manifest.read_text("utf-8"))) - set(GOOGLE.values())
        assert not stored & {word for family in read_word_pairs() for pair in family.pairs for word in pair}


def test_vectors_of_a_part_of_the_text_are_no_comparison(lab):
    save_toy_vectors(max_tokens=100)
    SYSTEM.recompute(lambda line: None)
    assert by_id()["qwem.analogy_gensim"].ours is None


def test_what_is_missing_is_reported_and_the_rest_measured(lab, monkeypatch):
    def absent(corpus, settings):
        raise CorpusError("The corpus {name} is not in any data folder.", "Fetch it.", name=corpus)
    monkeypatch.setattr(accuracy, "count_text", absent)
    said = []
    SYSTEM.recompute(said.append)
    assert sum("left out" in line for line in said) == 3 and sum("measured in" in line for line in said) == 2
    records = by_id()
    assert records["qwem.analogy_ppmi"].ours is None and records["qwem.analogy_mstar"].ours is not None
    monkeypatch.setattr(qwem, "read_questions", lambda: absent("google-analogies", None))
    said.clear()
    SYSTEM.recompute(said.append)
    assert said == ["analogies left out: The corpus google-analogies is not in any data folder. Fetch it."]


def test_missing_measures_what_is_not_stored_alone(lab):
    SYSTEM.recompute(lambda line: None)
    shutil.rmtree(lab / "analysis" / f"{list_concepts()[0][0].id}-analogies-pmi")
    said = []
    SYSTEM.recompute(said.append, missing=True)
    assert len(said) == 1 and "analogies, pmi" in said[0]


def test_results_of_other_eigenpairs_are_not_believed(lab):
    SYSTEM.recompute(lambda line: None)
    card = list_concepts()[0][0]
    part = card.files["eigenpairs"].model_copy(update={"sha256": "0" * 64})
    other = card.model_copy(update={"files": card.files | {"eigenpairs": part}})
    for load in (load_accuracy, load_order):
        with pytest.raises(AnalysisError, match="other weights"):
            load(other)


def test_a_readers_own_text_is_no_claim(scratch_cache, monkeypatch):
    monkeypatch.setattr(qwem, "read_questions", make_google)
    save_toy_concepts("my-text.txt")
    said = []
    SYSTEM.recompute(said.append)
    assert not said and all(record.ours is None for record in SYSTEM.measure())


def test_the_series_differs_in_its_start_alone(lab):
    cards = list_runs()[0]
    series = choose_series(cards)
    assert [card.settings["init_scale"] for card in series] == [1e-12, 1e-1]
    assert all(card.settings["loss"] == "qwem" and card.settings["tied"] for card in series)
    assert choose_sgns(cards).settings["loss"] == "sgns" and choose_sgns(series) is None and choose_series([]) == []


def test_seeds_of_a_run_become_a_mean_with_an_interval(lab):
    cards = list_runs()[0]
    small, large = choose_series(cards)
    assert find_siblings(small, cards) == [small]
    for card in (small, large):
        record_run(replace(GradientTraining(**card.settings | {"corpus": str(text_of(lab))}), seed=1))
    cards = list_runs()[0]
    assert choose_series(cards) == [small, large]
    siblings = find_siblings(small, cards)
    assert [card.settings["seed"] for card in siblings] == [0, 1] and siblings[0] == small
    ratios = [np.median(measure_rise(load_run(card.id)).ratio) for card in siblings]
    record = by_id()["qwem.tau_ratio"]
    assert record.ours == pytest.approx(np.mean(ratios)) and record.low < record.ours < record.high
    assert record.split == "2 seeds, 40 words" and by_id()["qwem.steps_sharpen"].split == "2 seeds, 40 words"


def text_of(lab):
    """The text of the lab's runs, written again: equal words, equal hash."""
    return write_text(lab.parent / "text.txt", draw_articles())


def test_small_starts_rise_at_tau_in_steps_as_narrow_as_said(lab):
    small, large = (measure_rise(load_run(card.id)) for card in choose_series(list_runs()[0]))
    rose = np.isfinite(small.width)
    assert rose.sum() >= 3 and np.abs(small.ratio - 1).max() < 0.05
    np.testing.assert_allclose(small.width[rose], small.expected_width[rose], rtol=0.1)
    assert np.nanmedian(small.width) < 0.5 * np.nanmedian(large.width)


def test_order_knows_planted_early_families():
    """Family directions sorted into early columns are learned there."""
    words, vectors = make_words()
    u, s, _ = np.linalg.svd(vectors, full_matrices=False)
    order = find_order(u * s, make_google(), words, corpus="toy")
    assert order.half.shape == (4, 6) and order.measures == ("level", "half", "direction", "snr")
    assert list(order.group) == [0, 0, -1, 1, 1, 1]
    for measure in range(3):
        known = np.isfinite(order.half[measure])
        assert known.all() and (order.low[measure] <= order.half[measure] + 1e-3).all()
        assert (order.high[measure] >= order.half[measure] - 1e-3).all()
    assert (order.ratio_low <= order.ratio).all() and (order.ratio <= order.ratio_high).all()


def test_command_prints_the_system(lab, capsys):
    assert main(["qwem", "--json"]) == 2  # no accuracies are stored
    records = json.loads(capsys.readouterr().out)
    assert [r["id"] for r in records] == IDS and list(records[0]) == [f.name for f in fields(ClaimRecord)]
