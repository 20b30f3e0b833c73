"""The benchmark runs; its timings are never asserted here."""

import json

import pytest

from tests.bench import lstm
from tests.bench.__main__ import report
from tests.bench.row import Row, time_interleaved

TINY = lstm.Sizes(hidden=8, embedding=4, vocabulary=120, batch=3, steps=4, repeats=5)


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
