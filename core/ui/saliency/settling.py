"""Do unsettled words come to rest in phase two? What the paper supposes and leaves open."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.comparison import PairedDifference
from core.analysis.saliency.experiment import SETTLING, UNSETTLED, SeedResult
from core.analysis.saliency.seeds import ExperimentSettings
from core.analysis.saliency.settling import compare_settling
from core.figures.saliency.selection import ForestRow, draw_forest
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.saliency.cached import get_seeds
from core.ui.saliency.unsettled import name_measure
from core.ui.wording import join_sentences

PAIRS = (("T2h", "T1 again"), ("T2l", "T1 again"), ("T2h", "T2l"), ("T2h", "T1"))
_RECIPE = f"""\
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds
from core.analysis.saliency.settling import compare_settling
from core.figures.saliency.selection import ForestRow, draw_forest

results, rows = load_seeds(ExperimentSettings()), []
for a, b in {PAIRS}:
    d = compare_settling(results, a, b, margin={{margin}})
    rows.append(ForestRow(a + " − " + b, d.mean, d.low, d.high, d.values))
draw_forest(rows, x_title="difference of log10 variance").show()
"""


@st.fragment
@guard()
def show_settling() -> None:
    """Phase two's variance of the unsettled words against learning on without new sentences."""
    results = get_seeds(ExperimentSettings())
    st.header(tr("Do the unsettled words come to rest?"), anchor=False)
    found = {(margin, *pair): compare_settling(results, *pair, margin=margin)
             for margin in (False, True) for pair in PAIRS}
    st.markdown(_say_answer(found))
    measure = pick_segment(tr("Saliency of"), ["loss", "margin"], "setmeasure", "margin", format=name_measure)
    chosen = measure == "margin"
    rows = [ForestRow(_name_pair(a, b), d.mean, d.low, d.high, d.values) for (margin, a, b), d in found.items()
            if margin == chosen]
    show_figure(draw_forest(rows, x_title=tr("difference of log₁₀ variance of wad"),
                            unit="+.2f", sides=(tr("first more at rest"), tr("second more at rest")),
                            names=(tr("each seed"), tr("mean and 95 % interval"), "", "")),
                key="se-settling", recipe=_RECIPE.format(margin=chosen), table=lambda: _tabulate(found),
                alt=tr("Differences in how unsettled the words stay in phase two, {n} pairs with intervals; learning "
                       "from unsettled sentences leaves {raw} times the variance of T1 again (loss), {margin} times "
                       "(margin).",
                       n=len(rows), raw=write_factor(found[False, *PAIRS[0]]),
                       margin=write_factor(found[True, *PAIRS[0]])))
    show_guide(tr("Watched are the {share:.0%} most unsettled words of T1 in {n:,} of its sentences: how much their "
                  "saliency still varies in the last half of phase two. Left of 0, learning from the first sentences "
                  "leaves the words more at rest; −0.3 is half the variance. A network that learns on settles anyway, "
                  "so the control goes on with T1 and sees nothing new; but it takes twice as many sentences an epoch, "
                  "and goes farther by that. Only the two halves of T2 are matched in size. The gradient of the loss "
                  "fades when the network grows surer, and that of the margin grows with its weights: trust what both "
                  "say.", share=UNSETTLED, n=_count_watched(results)))


def _count_watched(results: Sequence[SeedResult]) -> int:
    return min(SETTLING, int(results[0].parts[0]))


def write_factor(difference: PairedDifference) -> str:
    """A difference of logarithms as a factor with its interval."""
    mean, low, high = (10 ** v for v in (difference.mean, difference.low, difference.high))
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]" if np.isfinite(low) else f"{mean:.2f}"


def _name_pair(first: str, second: str) -> str:
    said = {"T2h": tr("unsettled half (T2h)"), "T2l": tr("settled half (T2l)"), "T1 again": tr("T1 again (control)"),
            "T1": tr("phase one itself")}
    return tr("{first} less {second}", first=said[first], second=said[second])


def _say_answer(found: dict[tuple[bool, str, str], PairedDifference]) -> str:
    """The supposition against its control, by both measures."""
    said, verdicts = [], []
    for margin, intro in ((False, tr("Of the loss, as the paper measures it")),
                          (True, tr("Of the margin, without confidence"))):
        d = found[margin, *PAIRS[0]]
        verdicts.append(_judge(d))
        said.append(tr("{intro}, learning from the unsettled half leaves {factor} times the variance that learning on "
                       "with T1 leaves: {verdict}.", intro=intro, factor=write_factor(d), verdict={
                           "less": tr("**more at rest**"), "more": tr("**less at rest**"),
                           "open": tr("no difference to tell"), "one": tr("one seed cannot tell")}[verdicts[-1]]))
    if "one" in verdicts:
        return join_sentences(said)
    own = _judge(found[True, "T2h", "T2l"])
    if verdicts == ["less", "less"]:
        said.append(tr("By both measures the words settle, as the paper supposes."))
    elif "less" in verdicts and "more" in verdicts:
        said.append(tr("The two measures contradict one another, so the answer hangs on whether confidence counts."))
    elif "less" in verdicts:
        said.append(tr("Only one measure supports what the paper supposes."))
    else:
        said.append(tr("**Neither measure supports** what the paper supposes."))
    said.append({"less": tr("And it matters which half: the settled half leaves them less at rest (margin)."),
                 "more": tr("The settled half even leaves them more at rest (margin)."),
                 "open": tr("Between the two halves of T2, which are matched in size, no difference shows (margin).")
                 }[own])
    return join_sentences(said)


def _judge(difference: PairedDifference) -> str:
    """``less``, ``more`` or ``open`` by the interval; ``one`` where there is none."""
    if not np.isfinite(difference.low):
        return "one"
    return "less" if difference.high < 0 else "more" if difference.low > 0 else "open"


def _tabulate(found: dict[tuple[bool, str, str], PairedDifference]) -> pd.DataFrame:
    return pd.DataFrame([{"saliency": "margin" if margin else "loss", "first": a, "second": b, "mean": d.mean,
                          "low": d.low, "high": d.high, "p": d.p} | {f"seed_{n}": v for n, v in enumerate(d.values)}
                         for (margin, a, b), d in found.items()])
