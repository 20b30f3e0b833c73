"""What direction, beam and ensembles bring, row by row: the paper's numbers and ours, never in one column."""

import pandas as pd
import streamlit as st

from core.analysis.seq2seq.rescoring import LISTED
from core.figures.seq2seq.tables import TableTexts, draw_tables
from core.reproduce.seq2seq.tables import Row, read_tables
from core.translate.bleu import bleu_signature
from core.ui import controls
from core.ui.language import tr
from core.ui.output import show_figure, show_guide
from core.ui.wording import join_sentences

RECIPE = """from core.figures.seq2seq.tables import TableTexts, draw_tables
from core.reproduce.seq2seq.tables import read_tables

rows = [row for row in read_tables() if row.table == {table}]
draw_tables([row.id for row in rows], [row.reported for row in rows], [row.ours for row in rows],
            [(row.low, row.high) if row.low else None for row in rows],
            TableTexts("reported", "WMT'14", "ours", "Multi30k", "BLEU", "-", "-")).show()"""


@st.cache_data(ttl=60, max_entries=1, show_spinner=False)
def get_rows() -> list[Row]:
    """Both tables (a second of drawing sentences again)."""
    return read_tables()


def name_row(row: Row) -> str:
    """A row as the paper has it, in the reader's language; numbers of models are those of each column."""
    models = tr("{n} models", n=row.n_ours or row.n_reported)
    if row.n_ours and row.n_reported > 1 and row.n_ours != row.n_reported:
        models = tr("{n} models (here {m})", n=row.n_reported, m=row.n_ours)
    names = {
        "bahdanau": tr("Bahdanau et al. (attention)"), "baseline": tr("Phrase-based baseline"),
        "forward-12": tr("Single forward, beam 12"), "reversed-1": tr("Single reversed, beam 1"),
        "reversed-2": tr("Single reversed, beam 2"), "reversed-12": tr("Single reversed, beam 12"),
        "deeper-12": tr("Single reversed, more layers, beam 12"),
        "ensemble-1": tr("{models} reversed, beam 1", models=models),
        "pair-12": tr("2 models reversed, beam 12"),
        "ensemble-2": tr("{models} reversed, beam 2", models=models),
        "ensemble-12": tr("{models} reversed, beam 12", models=models),
        "baseline-list": tr("Lists alone (baseline)"), "cho": tr("Cho et al."),
        "state-of-the-art": tr("Best WMT'14 result"), "rescored-forward": tr("Rescored, single forward"),
        "rescored-single": tr("Rescored, single reversed"),
        "rescored-ensemble": tr("Rescored, {models} reversed", models=models),
        "oracle": tr("Oracle (best of each list)")}
    return names[row.id]


def show_tables() -> None:
    """Both tables of the paper; where nothing of ours is stored, only what it reports."""
    rows = get_rows()
    if all(row.ours is None for row in rows):
        st.info(tr("Of these systems none was measured yet. With Multi30k in a data folder and checkpoints trained on "
                   "it, `python -m core.reproduce s2s --recompute` does."), icon=":material/info:")
    table = controls.pick_segment(tr("Table"), (1, 2), "tbl", 1, format=lambda n: (
        tr("1: translating") if n == 1 else tr("2: rescoring lists")))
    own = [row for row in rows if row.table == table]
    _show_summary(rows)
    labels = [name_row(row) for row in own]
    figure = draw_tables(labels, [r.reported for r in own], [r.ours for r in own],
                         [(r.low, r.high) if r.low is not None else None for r in own],
                         TableTexts(tr("Reported"), tr("WMT'14, newspapers"), tr("Ours"), tr("Multi30k, captions"),
                                    "BLEU", tr("not reported"), tr("not measured")))
    show_figure(figure, key=f"table{table}", recipe=RECIPE.format(table=table),
                table=lambda: _tabulate(own, labels),
                alt=tr("BLEU of {n} systems: to the left as the paper reports it, to the right as we measured it.",
                       n=len(own)))
    if table == 1:
        deeper = next(row for row in own if row.id == "deeper-12")
        more = tr("The paper's networks all have four layers. Ours have one, but for the row with more layers (runs: "
                  "{n}).", n=deeper.n_seeds) if deeper.n_seeds else ""
        guide = tr("Compare within a panel, never across: the paper translated newspapers after 12 million pairs, "
                   "ours are captions after 29,000. Reversal, a wider beam and more models each raise BLEU in the "
                   "paper; see which of the three does so here, and by more than its interval. A single "
                   "model's bar is the mean of {n} seeds.", n=max((r.n_seeds for r in own), default=1))
        show_guide(join_sentences([guide, more] if more else [guide]))
    else:
        show_guide(tr("The paper orders the 1,000 best translations of a phrase-based system by an even average of "
                      "its scores and the LSTM's. We have no such system: our lists are the {n} best of the forward "
                      "LSTM, ordered by the reversed ones. The oracle, which sees the reference, shows how much "
                      "better a list holds than its first.", n=LISTED))
    st.caption(tr("sacrebleu {signature}; intervals: sentences drawn again 500 times.", signature=bleu_signature()))


def _show_summary(rows: list[Row]) -> None:
    """What each of the three means brings, as differences, the paper's beside ours."""
    by_id = {row.id: row for row in rows}
    steps = ((tr("Reversing the source"), "forward-12", "reversed-12"),
             (tr("Beam 12 for beam 2"), "ensemble-2", "ensemble-12"),
             (tr("More models for one"), "reversed-12", "ensemble-12"),
             (tr("Rescoring lists"), "baseline-list", "rescored-ensemble"))
    for column, (name, before, after) in zip(st.columns(len(steps)), steps, strict=True):
        ours, reported = ([getattr(by_id[i], which) for i in (before, after)] for which in ("ours", "reported"))
        value = "–" if None in ours else f"{ours[1] - ours[0]:+.1f}"
        column.metric(name, value, border=True, help=tr("BLEU points between two rows of the tables."))
        column.caption(tr("reported {difference}", difference=f"{reported[1] - reported[0]:+.1f}"))


def _tabulate(rows: list[Row], labels: list[str]) -> pd.DataFrame:
    return pd.DataFrame([{"row": label, "reported_bleu": r.reported, "our_bleu": r.ours, "low": r.low, "high": r.high,
                          "beam": r.beam or None, "our_models": r.n_ours or None, "seeds": r.n_seeds or None}
                         for label, r in zip(labels, rows, strict=True)])
