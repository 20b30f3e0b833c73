"""Tables 1 and 2 of the paper, row by row, beside ours on Multi30k's test set of 2016.

The paper's systems translate newspapers (WMT'14) after 12 million pairs, ours captions after 29,000: rows may be
compared within a column, never across.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.seq2seq.rescoring import load_rescoring
from core.analysis.seq2seq.runs import MeasuredRun, keep_usual_size, list_measured_runs
from core.corpora.pairs import MULTI30K
from core.errors import AnalysisError
from core.reproduce.seq2seq.measure import stored
from core.translate.bleu import BLEUCounts, compute_bleu, draw_bleus

N_DRAWS = 500


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes
    ----------
    id : str
        Stable.
    table : int
        1 or 2.
    reported : float or None
        BLEU as the paper prints it.
    n_reported, n_ours : int
        Models together; 0 where the row has none.
    beam : int
        0 where nothing is searched.
    ours, low, high : float or None
        BLEU and the 95 % interval from sentences drawn again; of single models the mean of all seeds.
    n_seeds : int
        Runs that `ours` is the mean of.
    """

    id: str
    table: int
    reported: float | None
    n_reported: int = 0
    n_ours: int = 0
    beam: int = 0
    ours: float | None = None
    low: float | None = None
    high: float | None = None
    n_seeds: int = 0


# What the paper prints: id, table, BLEU, models, beam. All its networks have four layers; most of ours have one.
_REPORTED = (
    ("bahdanau", 1, 28.45, 0, 0), ("baseline", 1, 33.30, 0, 0), ("forward-12", 1, 26.17, 1, 12),
    ("reversed-1", 1, None, 1, 1), ("reversed-2", 1, None, 1, 2), ("reversed-12", 1, 30.59, 1, 12),
    ("deeper-12", 1, None, 1, 12), ("ensemble-1", 1, 33.00, 5, 1), ("pair-12", 1, 33.27, 2, 12),
    ("ensemble-2", 1, 34.50, 5, 2), ("ensemble-12", 1, 34.81, 5, 12), ("baseline-list", 2, 33.30, 0, 0),
    ("cho", 2, 34.54, 0, 0), ("state-of-the-art", 2, 37.0, 0, 0), ("rescored-forward", 2, 35.61, 1, 0),
    ("rescored-single", 2, 35.85, 1, 0), ("rescored-ensemble", 2, 36.5, 5, 0), ("oracle", 2, 45.0, 0, 0))
_PICKED = {"baseline-list": "first", "rescored-single": "single", "rescored-ensemble": "ensemble", "oracle": "oracle"}


def read_tables() -> list[Row]:
    """Every row of both tables; ours is None where nothing is stored."""
    runs = list_measured_runs(MULTI30K)
    return [_fill(Row(*fields[:4], beam=fields[4]), runs) for fields in _REPORTED]


def _fill(row: Row, runs: Sequence[MeasuredRun]) -> Row:
    try:
        counts, n_models = _find(row, runs)
    except AnalysisError:
        return row
    if not counts:
        return row
    draws = draw_bleus(counts, n_draws=N_DRAWS).mean(1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return Row(row.id, row.table, row.reported, row.n_reported, n_models, row.beam,
               float(np.mean([compute_bleu(c) for c in counts])), float(low), float(high), len(counts))


def _find(row: Row, measured: Sequence[MeasuredRun]) -> tuple[list[BLEUCounts], int]:
    """Counts of the systems whose mean is a row, and how many models each has."""
    runs = keep_usual_size(measured)
    backward = [r.checkpoint_id for r in runs if r.reverse][:5]
    if row.id in _PICKED:
        for run in runs:
            if not run.reverse:
                try:
                    found = load_rescoring(run.checkpoint_id)
                except AnalysisError:
                    continue
                n_models = {"single": 1, "ensemble": len(found.scorers)}.get(_PICKED[row.id], 0)
                return [found.counts(_PICKED[row.id])], n_models
        return [], 0
    kind = row.id.split("-")[0]
    if kind == "deeper":
        usual = max((r.n_layers for r in runs), default=0)
        return [stored([r.checkpoint_id], row.beam).counts for r in measured if r.reverse and r.n_layers > usual], 1
    if kind in ("forward", "reversed"):
        own = [r.checkpoint_id for r in runs if r.reverse == (kind == "reversed")]
        return [stored([i], row.beam).counts for i in own], 1
    if kind in ("ensemble", "pair") and len(backward) > 1:
        ids = backward[:2] if kind == "pair" else backward
        return [stored(ids, row.beam).counts], len(ids)
    return [], 0
