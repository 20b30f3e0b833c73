"""How much saliency moves in sentences got right and got wrong, in one network and over the seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.comparison import Band, summarise_seeds
from core.analysis.saliency.experiment import SeedResult
from core.analysis.saliency.movement import PAPERS, bootstrap_mean, compare_sides, draw_sentences
from core.analysis.saliency.seeds import ExperimentSettings
from core.checkpoints.card import CNNCard
from core.figures.saliency.movement import Curve, Side, draw_movement
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.saliency.cached import get_cnn, get_seeds
from core.ui.saliency.unsettled import name_measure
from core.ui.wording import join_sentences

SIDES = ("right", "wrong")
_SEEDS = """\
import numpy as np

from core.analysis.saliency.comparison import summarise_seeds
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds
from core.figures.saliency.movement import Curve, Side, draw_movement

def average(values):
    band = summarise_seeds(np.stack(values))
    return Curve(band.mean, band.low, band.high)

results = load_seeds(ExperimentSettings())
sides = [Side(side, average([getattr(r, side + "_movement")[{row}] for r in results]),
              average([getattr(r, side + "_confidence") for r in results])) for side in ("right", "wrong")]
draw_movement(*sides).show()
"""
_NETWORK = """\
from core.analysis.saliency.movement import bootstrap_mean, draw_sentences
from core.checkpoints.cnn import load_cnn
from core.figures.saliency.movement import Curve, Side, draw_movement

record = load_cnn("{id}").record

def average(values):
    band = bootstrap_mean(values)
    return Curve(band.mean, band.low, band.high)

sides = []
for name, side in (("right", record.right), ("wrong", ~record.right)):
    rows = draw_sentences(side, {n})
    sides.append(Side(name, average(record.movement[rows]), average(1 - record.sentence_doubt[rows]))
                 if len(rows) else None)
draw_movement(*sides).show()
"""


@st.cache_resource(max_entries=8, show_spinner=False)
def average_sides(checkpoint_id: str, n: int | None) -> list[tuple[Band, Band] | None]:
    """Movement and confidence of sentences got right and got wrong; None for a side without sentences."""
    record, found = get_cnn(checkpoint_id).record, []
    for side in (record.right, ~record.right):
        rows = draw_sentences(side, n)
        found.append((bootstrap_mean(record.movement[rows]), bootstrap_mean(1 - record.sentence_doubt[rows]))
                     if len(rows) else None)
    return found


@st.fragment
@guard()
def show_movement(card: CNNCard) -> None:
    """The paper's figure 5, with the confidence that it leaves out."""
    st.header(tr("Does saliency move more where the network is wrong?"), anchor=False)
    results = get_seeds(ExperimentSettings())
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        source = pick_segment(tr("Measured in"), ["seeds", "network"], "mvfrom", format=lambda s: {
            "seeds": tr("{n} seeds of the experiment", n=len(results)), "network": tr("this network")}[s]) \
            if results else "network"
        if source == "seeds":
            measure = pick_segment(tr("Saliency of"), ["loss", "margin"], "mvmeasure", "loss", format=name_measure)
        else:
            taken = pick_segment(tr("Sentences"), ["all", "100"], "mvn", "all", format=lambda n: {
                "all": tr("all of T1"), "100": tr("100 and 100, as in the paper")}[n])
    if source == "seeds":
        _show_seeds(results, measure)
    else:
        _show_network(card, PAPERS if taken == "100" else None)
    show_guide(tr("Above: the sum over a sentence's words of |wa(n+1) − wa(n)|, mean over the sentences that the last "
                  "epoch gets right or wrong (the paper's figure 5). Below: how sure the network is of its answer. The "
                  "gradient of the loss is proportional to 1 − p, so where confidence is low, saliency is large and "
                  "moves more, whatever the words do. Choose the margin to take that factor out: if the difference "
                  "then goes or turns round, the figure showed doubt, not unrest. Bands are 95 % intervals, over "
                  "sentences in one network, over seeds otherwise."))


def _show_seeds(results: Sequence[SeedResult], measure: str) -> None:
    row, sides, table = int(measure == "margin"), [], {}
    for side, name in zip(SIDES, _name_sides(results), strict=True):
        moved = summarise_seeds(np.stack([getattr(r, f"{side}_movement")[row] for r in results]))
        sure = summarise_seeds(np.stack([getattr(r, f"{side}_confidence") for r in results]))
        sides.append(Side(name, _draw(moved), _draw(sure)) if np.isfinite(moved.mean).all() else None)
        table |= {f"{side}_movement": np.append(moved.mean, np.nan), f"{side}_confidence": sure.mean}
    st.markdown(_say_seeds(results))
    show_figure(
        draw_movement(*sides, titles=_title()), key="un-movement", recipe=_SEEDS.format(row=row),
        table=lambda: _write_table(table),
        alt=tr("Mean movement of saliency and mean confidence over the epochs, for sentences got right and got wrong, "
               "over {n} seeds.", n=len(results)))


def _name_sides(results: Sequence[SeedResult]) -> tuple[str, str]:
    right, wrong = (round(float(np.mean([getattr(r, f"n_{side}") for r in results]))) for side in SIDES)
    return (tr("got right ({n:,} sentences a seed)", n=right), tr("got wrong ({n:,} sentences a seed)", n=wrong))


def _say_seeds(results: Sequence[SeedResult]) -> str:
    """What the last ten epochs say, chosen by the intervals."""
    ratio = compare_sides(results)
    said = [tr("In the last ten epochs, sentences got wrong move {ratio} times as much as those got right; of the "
               "margin, where doubt is taken out, {margin} times.", ratio=_write_ratio(ratio, 0),
               margin=_write_ratio(ratio, 1))]
    if ratio.n < 2:
        return join_sentences([*said, tr("With one seed there is no interval, and nothing can be concluded.")])
    more, left = ratio.low[0] > 1, ratio.low[1] > 1
    if more and ratio.high[1] < 1:
        said.append(tr("The paper's difference is there, but **it is doubt**: with confidence taken out it turns "
                       "round."))
    elif more and left:
        said.append(tr("The paper's difference is there, and **some of it is left** without confidence."))
    elif more:
        said.append(tr("The paper's difference is there, but without confidence **nothing certain is left of it**."))
    else:
        said.append(tr("The paper's difference is **not there** over these seeds."))
    return join_sentences(said)


def _write_ratio(ratio: Band, place: int) -> str:
    mean, low, high = (float(a[place]) for a in (ratio.mean, ratio.low, ratio.high))
    return f"**{mean:.2f}** [{low:.2f}, {high:.2f}]" if np.isfinite(low) else f"**{mean:.2f}**"


def _show_network(card: CNNCard, n: int | None) -> None:
    record, sides, table = get_cnn(card.id).record, [], {}
    names = (tr("got right"), tr("got wrong"))
    found = average_sides(card.id, n)
    for side, name, bands in zip(SIDES, names, found, strict=True):
        if bands is None:
            sides.append(None)
            continue
        sides.append(Side(tr("{side} ({n:,} sentences)", side=name, n=bands[0].n), *map(_draw, bands)))
        table |= {f"{side}_movement": np.append(bands[0].mean, np.nan), f"{side}_confidence": bands[1].mean}
    st.markdown(_say_network(found, int(record.right.sum()), int((~record.right).sum())))
    show_figure(draw_movement(*sides, titles=_title()), key="un-movement", table=lambda: _write_table(table),
                recipe=_NETWORK.format(id=card.id, n=n),
                alt=tr("Mean movement of saliency and mean confidence over the epochs, for {right:,} sentences got "
                       "right and {wrong:,} got wrong.", right=found[0][0].n if found[0] else 0,
                       wrong=found[1][0].n if found[1] else 0))


def _say_network(found: list[tuple[Band, Band] | None], n_right: int, n_wrong: int) -> str:
    said = [tr("After the last epoch this network gets {right:,} sentences of T1 right and {wrong:,} wrong: it has "
               "learned from them.", right=n_right, wrong=n_wrong)]
    if n_wrong < 10 or n_right < 10:
        said.append(tr("So few on one side say little; see the seeds, or a network of a larger corpus."))
    if None not in found:
        (right, sure), (wrong, unsure) = found
        late = [float(band.mean[-10:].mean()) for band in (wrong, right, unsure, sure)]
        said.append(tr("In the last ten epochs those got wrong move **{ratio:.2f}** times as much, and the network is "
                       "sure of them to {unsure:.0%}, of the others to {sure:.0%}.",
                       ratio=late[0] / max(late[1], 1e-30), unsure=late[2], sure=late[3]))
    return join_sentences(said)


def _draw(band: Band) -> Curve:
    return Curve(band.mean, band.low, band.high)


def _title() -> tuple[str, str, str]:
    return tr("epoch"), tr("movement to the next epoch"), tr("confidence")


def _write_table(table: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({"epoch": np.arange(1, len(next(iter(table.values()))) + 1)} | table)
