"""Is a word unsettled only because it is rare or its sentences are doubtful? The partial answer in sentences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.comparison import Band, summarise_seeds
from core.analysis.saliency.seeds import ExperimentSettings
from core.analysis.saliency.words import LEAST, Agreement, PartialAnswer, compare_seeds, relate_level, relate_wac
from core.checkpoints.card import CNNCard
from core.errors import AnalysisError
from core.figures.saliency.selection import ForestRow, draw_forest
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.saliency.cached import get_cnn, get_seeds
from core.ui.saliency.selection import write_signed
from core.ui.saliency.unsettled import name_measure
from core.ui.wording import join_sentences

RELATIONS = ("frequency", "doubt", "errors", "errors_given")
_RECIPE = """\
import numpy as np

from core.analysis.saliency.comparison import summarise_seeds
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds
from core.analysis.saliency.words import relate_wac
from core.figures.saliency.selection import ForestRow, draw_forest

answers = [relate_wac(r.{field}, r.occurrences, r.errors, r.doubt) for r in load_seeds(ExperimentSettings())]
rows = []
for name in {names}:
    values = np.array([getattr(answer, name) for answer in answers])
    band = summarise_seeds(values)
    rows.append(ForestRow(name, float(band.mean), float(band.low), float(band.high), values))
draw_forest(rows, x_title="rank correlation with wac").show()
"""


@st.cache_data(ttl=60, max_entries=6, show_spinner=False)
def relate_seeds(field: str, n_seeds: int) -> tuple[list[PartialAnswer], Agreement | None]:
    """What wac goes with in every stored seed, of which there are `n_seeds`, and how they agree (None of one)."""
    results = get_seeds(ExperimentSettings())
    answers = [relate_wac(getattr(r, field), r.occurrences, r.errors, r.doubt) for r in results]
    agreement = compare_seeds(*([getattr(r, name) for r in results] for name in (field, "occurrences", "doubt"))) \
        if len(results) > 1 else None
    return answers, agreement


@st.fragment
@guard()
def show_relations(card: CNNCard) -> None:
    """Rank correlations of wac, over the seeds and for one network."""
    st.header(tr("Is it more than rarity or doubt?"), anchor=False)
    measure = pick_segment(tr("Saliency of"), ["loss", "margin"], "remeasure", "loss", format=name_measure)
    field = "wac" if measure == "loss" else "wac_margin"
    results, record = get_seeds(ExperimentSettings()), get_cnn(card.id).record
    try:
        own = relate_wac(getattr(record, field), record.occurrences, record.errors, record.doubt)
        level = relate_level(getattr(record, field), record.course, record.occurrences)
    except AnalysisError:  # too few words; the seeds still answer
        own, level = None, float("nan")
    if not results:
        _ask_for_seeds()
        if own is not None:
            st.markdown(_say_own(own, level))
        return
    answers, agreement = relate_seeds(field, len(results))
    st.markdown(_say_answer(answers, agreement))
    if own is not None:
        st.markdown(_say_own(own, level))
    rows = _list_rows(answers, own)
    show_figure(draw_forest(rows, x_title=tr("rank correlation with wac, over words"), names=(
        tr("each seed"), tr("mean and 95 % interval"), tr("this network"), "")), key="un-relations",
        recipe=_RECIPE.format(field=field, names=RELATIONS), table=lambda: _tabulate(rows),
        alt=tr("Rank correlations of wac with frequency, doubt and errors, and with errors when the first two are "
               "taken out, over {n} seeds.", n=len(results)))
    show_guide(tr("Each row is a rank correlation over the words that come at least {least} times; 0 is no relation, "
                  "and where the interval leaves 0 out the square is coloured. The last row is the question: once "
                  "frequency and doubt are taken out, do unsettled words still stand in the sentences of T2 that the "
                  "network gets wrong? A value near 0 says no. How reliable wac is sets a ceiling: what hardly agrees "
                  "between two trainings cannot go closely with anything else.", least=LEAST))


def _ask_for_seeds() -> None:
    st.info(tr("No seed of the experiment is stored here. Run some:"), icon=":material/info:")
    st.code("python -m core.training saliency --seeds 20", language="bash")


def _summarise(answers: Sequence[PartialAnswer], name: str) -> Band:
    return summarise_seeds(np.array([getattr(answer, name) for answer in answers]))


def _list_rows(answers: Sequence[PartialAnswer], own: PartialAnswer | None) -> list[ForestRow]:
    labels = {"frequency": tr("frequency: how often it comes in T1"),
              "doubt": tr("doubt: 1 − p in its sentences"),
              "errors": tr("errors: its sentences of T2 got wrong"),
              "errors_given": tr("errors, with frequency and doubt taken out")}
    rows = []
    for name in RELATIONS:
        band = _summarise(answers, name)
        rows.append(ForestRow(labels[name], float(band.mean), float(band.low), float(band.high),
                              np.array([getattr(answer, name) for answer in answers]),
                              None if own is None else getattr(own, name)))
    return rows


def _say_answer(answers: Sequence[PartialAnswer], agreement: Agreement | None) -> str:
    """The answer in sentences that the numbers choose."""
    explained, left = _summarise(answers, "explained"), _summarise(answers, "errors_given")
    said = [tr("Over {n} seeds frequency and doubt explain **{share:.0%}** of the ranks of wac.", n=len(answers),
               share=float(explained.mean))]
    said.append(tr("So wac is **mostly** rarity and doubt.") if explained.mean > 0.5 else
                tr("So wac is **not only** rarity and doubt."))
    if agreement is None:
        return join_sentences([*said, tr("How reliable the rest is, one seed cannot tell.")])
    said.append(tr("But how much of it is the word's own? Between two seeds the ranks agree to **{whole:.2f}**, and to "
                   "**{left:.2f}** when frequency and doubt are taken out (rank correlations; pairs of seeds compared: "
                   "{pairs}).",
                   whole=float(agreement.whole.mean()), left=float(agreement.left.mean()), pairs=len(agreement.whole)))
    said.append(tr("More than half of what is left is an accident of one training.") if agreement.left.mean() < 0.5 else
                tr("What is left is mostly the word's own."))
    interval = write_signed(f"{left.mean:+.3f} [{left.low:+.3f}, {left.high:+.3f}]")
    if left.low > 0:
        said.append(tr("With frequency and doubt taken out, unsettled words **do stand more** in sentences got wrong: "
                       "{value}.", value=interval))
    elif left.high < 0:
        said.append(tr("With frequency and doubt taken out, unsettled words stand **less** in sentences got wrong: "
                       "{value}.", value=interval))
    else:
        said.append(tr("With frequency and doubt taken out, that unsettled words stand more in sentences got wrong "
                       "**does not show**: {value}.", value=interval))
    return join_sentences(said)


def _say_own(own: PartialAnswer, level: float) -> str:
    said = [tr("In this network ({n:,} words) wac goes with frequency {frequency:+.2f}, with doubt {doubt:+.2f}, with "
               "errors {errors:+.2f}, and with errors {left:+.2f} once the first two are taken out.", n=own.n,
               frequency=own.frequency, doubt=own.doubt, errors=own.errors, left=own.errors_given),
            tr("With the word's own mean saliency it goes **{level:+.2f}**.", level=level)]
    if level > 0.8:
        said.append(tr("So it hardly tells more than how salient a word is: what is large moves much."))
    elif level > 0.5:
        said.append(tr("So a good part of it is how salient a word is: what is large moves much."))
    return write_signed(join_sentences(said))


def _tabulate(rows: Sequence[ForestRow]) -> pd.DataFrame:
    return pd.DataFrame([{"relation": row.label, "mean": row.mean, "low": row.low, "high": row.high,
                          "this_network": row.mark} | {f"seed_{n}": v for n, v in enumerate(row.values)}
                         for row in rows])
