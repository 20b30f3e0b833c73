"""The benchmark runs; its timings are never asserted here."""

import json

import numpy as np
import pytest

from core.ui.registry import find_page
from tests.bench import eigen, elmo, lstm, pages, qwem, saliency, search, seq2seq
from tests.bench.__main__ import report
from tests.bench.row import Row, time_interleaved
from tests.elmo_lab import save_model
from tests.translate.toy import build_checkpoint

TINY = lstm.Sizes(hidden=8, embedding=4, vocabulary=120, batch=3, steps=4, repeats=5, corpus=300)


@pytest.mark.parametrize("bench", lstm.BENCHES, ids=lambda bench: bench.__name__)
def test_row_can_be_measured(bench):
    row = bench(TINY)
    assert row.ours > 0 and row.other > 0 and row.ratio > 0 and row.floor in (0.5, 1.0)


def test_rows_are_written_with_exactly_their_keys(tmp_path, capsys):
    file = tmp_path / "rows.json"
    assert report([Row("a", 3.0, 2.0, 1.5, 1.0, "tokens/s")], json_file=str(file)) == 0
    assert json.loads(file.read_text()) == [
        {"name": "a", "ours": 3.0, "other": 2.0, "ratio": 1.5, "floor": 1.0, "unit": "tokens/s"}]
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_ratio_under_its_floor_fails(capsys):
    assert report([Row("a", 1.0, 2.0, 0.5, 0.5, "ms"), Row("b", 1.0, 2.0, 0.49, 0.5, "ms")]) == 1
    assert "UNDER ITS FLOOR" in capsys.readouterr().out


def test_sides_take_turns():
    turns = []
    time_interleaved(lambda: turns.append("a"), lambda: turns.append("b"), repeats=5, warm_up=1)
    assert "".join(turns) == "ab" * 6


def test_a_page_is_timed_by_its_slowest_control(measured):
    row = pages.bench_page(find_page("correlations"), turns=1)
    assert row.ours > 0 and row.ratio == pytest.approx(pages.REDRAW_LIMIT / row.ours)
    assert row.unit.removeprefix("ms (").removesuffix(")") in {"rerun", "cvec", "cprop", "corder", "cn", "csrc",
                                                               "ccell", "cgiven"}


def test_both_searches_find_the_same_and_the_floor_keeps_ours_under_its_limit():
    row = search.bench_search(search.Sizes(n_tokens=3_000, n_cells=40, repeats=5))
    assert row.ratio == pytest.approx(row.other / row.ours)
    assert row.passed == (row.ours <= search.SEARCH_LIMIT)


def test_both_counts_are_the_same_and_the_floor_keeps_ours_above_its_own():
    row = qwem.bench_count(qwem.Sizes(n_tokens=4_000, vocabulary=50, window=3))
    assert row.ratio == pytest.approx(row.ours / row.other)
    assert row.passed == (row.ours >= qwem.COUNT_FLOOR)


def test_both_spectra_are_the_same():
    row = eigen.bench_eigen(eigen.Sizes(vocabulary=1_100, topics=20, pairs=20))
    assert row.ours > 0 and row.ratio == pytest.approx(row.other / row.ours)


def test_a_text_becomes_concepts_beside_word2vec(tmp_path):
    text = tmp_path / "text.txt"
    rng = np.random.default_rng(0)
    text.write_text(" ".join(f"w{chr(97 + k)}" for k in rng.integers(0, 20, 3_000)), "utf-8")
    row = qwem.bench_concepts(str(text), vocabulary=20, dimension=4)
    assert row.ours > 0 and row.other > 0 and row.floor == 10


def test_translation_and_its_training_are_timed(monkeypatch):
    sizes = seq2seq.Sizes(words=4, sentences=70, alone=20, hidden=8, vocabulary=30, batch=16, batches=2)
    checkpoint = build_checkpoint(0)
    monkeypatch.setattr(seq2seq, "list_seq2seqs", lambda: ([checkpoint.card], []))
    monkeypatch.setattr(seq2seq, "load_seq2seq", lambda checkpoint_id: checkpoint)
    typed, batched, training = seq2seq.run(sizes)
    assert training.ratio == pytest.approx(training.ours / 7_000) and training.floor == 1
    assert typed.ratio == pytest.approx(400 / typed.ours)
    assert batched.ratio == pytest.approx(batched.ours / batched.other) and batched.floor == 5


def test_phase_one_its_record_and_captum_are_timed():
    sizes = saliency.Sizes(n_sentences=120, vocabulary=60, dimension=8, epochs=3, captum_sentences=10)
    phase, record, captum = saliency.run(sizes)
    assert phase.ratio == pytest.approx(saliency.PHASE_LIMIT / phase.ours) and phase.passed
    assert record.ratio == pytest.approx(record.ours / record.other) and record.floor == 1
    assert captum.ratio == pytest.approx(captum.ours / captum.other) and captum.floor == 20


def test_elmo_is_timed_where_a_model_is(scratch_cache):
    assert elmo.run() == []
    save_model()
    recording, slider, typed = elmo.run(elmo.Sizes(sentences=30, alone=5, tokens=40))
    assert recording.ratio == pytest.approx(recording.ours / recording.other) and recording.floor == 10
    assert slider.passed == (slider.ours <= elmo.SLIDER_LIMIT) and typed.passed == (typed.ours <= elmo.TYPED_LIMIT)
