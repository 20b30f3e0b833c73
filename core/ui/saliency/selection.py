"""Six models and their rivals over the seeds: accuracy over epochs, and differences taken seed by seed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.comparison import LAST, PairedDifference, compare_models, stack_accuracy, summarise_seeds
from core.analysis.saliency.experiment import MODELS, PAPERS, SeedResult
from core.analysis.saliency.seeds import ExperimentSettings
from core.figures.saliency.movement import Curve
from core.figures.saliency.selection import ForestRow, draw_accuracies, draw_forest
from core.ui.controls import pick_many, pick_number
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.saliency.cached import get_seeds
from core.ui.wording import join_sentences, list_words

CLAIM = ("T1&T2h", "T1&T2l")
PAPERS_DIFFERENCE = 0.01  # read from its Fig. 6: 0.76 and 0.75
RIVALS = ("T1&T2loss", "T1&T2unsure", "T1&T2variable", "T1&T2frequency")
PAIRS = (CLAIM, ("T1&T2h", "T1&T2ran"), ("T1&T2l", "T1&T2ran"), *((rival, "T1&T2ran") for rival in RIVALS),
         ("T1&T2", "T1&T2h"), ("T2h", "T2l"))
_LOAD = """\
from core.analysis.saliency.comparison import {names}
from core.analysis.saliency.seeds import ExperimentSettings, load_seeds
from core.figures.saliency.{module} import {figures}
{more}
results = load_seeds(ExperimentSettings())
"""
_CURVES = _LOAD.format(names="stack_accuracy, summarise_seeds", module="movement", figures="Curve",
                       more="from core.figures.saliency.selection import draw_accuracies\n") + """\
curves = {{}}
for name in {models}:
    band = summarise_seeds(stack_accuracy(results, name))
    curves[name] = Curve(band.mean, band.low, band.high)
draw_accuracies(curves, window=({first}, {last})).show()
"""
_FOREST = _LOAD.format(names="compare_models", module="selection", figures="ForestRow, draw_forest", more="") + """\
rows = []
for a, b in {pairs}:
    d = compare_models(results, a, b, begin={begin}, end={last})
    rows.append(ForestRow(a + " − " + b, d.mean, d.low, d.high, d.values))
draw_forest(rows, x_title="points of accuracy", scale=100).show()
"""


def show_selection() -> bool:
    """Both figures; False, after a message, where no seed is stored."""
    settings = ExperimentSettings()
    results = get_seeds(settings)
    if not results:
        st.info(tr("No seed of the experiment is stored here. Run some; each takes minutes and is kept:"),
                icon=":material/info:")
        st.code(f"python -m core.training saliency --seeds {settings.seeds}", language="bash")
        return False
    st.markdown(tr("**{n}** of {all} seeds of the experiment are stored. Each draws its own split, start, order and "
                   "dropout, and trains all {models} models on {corpus}.", n=len(results), all=settings.seeds,
                   models=len(results[0].models), corpus=results[0].corpus))
    if len(results) < settings.seeds:
        st.caption(tr("The others can be run with `python -m core.training saliency --seeds {all}`; what is stored is "
                      "not made again.", all=settings.seeds))
    _show_models(results)
    return True


def name_model(model: str) -> str:
    """A reader's name of a model, with the paper's short one."""
    said = {"T1": tr("T1 alone"), "T2h": tr("on with unsettled"), "T2l": tr("on with settled"),
            "T1 again": tr("on with T1 again"), "T1&T2h": tr("T1 + unsettled"), "T1&T2l": tr("T1 + settled"),
            "T1&T2": tr("T1 + all of T2"), "T1&T2ran": tr("T1 + random"), "T1&T2loss": tr("T1 + highest loss"),
            "T1&T2unsure": tr("T1 + least confident"), "T1&T2variable": tr("T1 + most variable"),
            "T1&T2frequency": tr("T1 + by frequency alone")}
    own = said.get(model, model)
    return f"{own} ({model})" if model in PAPERS else own


@st.fragment
@guard()
def _show_models(results: Sequence[SeedResult]) -> None:
    models, k = [m for m in MODELS if m in results[0].models], results[0].accuracy.shape[1]
    st.header(tr("Does it pay to learn from unsettled sentences?"), anchor=False)
    verdict = st.container()
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=260):
            first = pick_number(tr("Compare from epoch"), 1, k, "sefrom", default=max(1, k - LAST + 1))
        with st.container(width=260):
            last = pick_number(tr("to epoch"), first, k, "seto", default=k)
    found = {pair: compare_models(results, *pair, begin=first - 1, end=last) for pair in PAIRS
             if set(pair) <= set(models)}
    own_error = measure_own_error(results, first, last)
    verdict.markdown(say_verdict(found, (first, last)))
    _show_forest(found, (first, last), own_error)
    st.markdown(_say_noise(found[CLAIM], own_error, results))
    st.subheader(tr("Accuracy over the epochs"), anchor=False)
    shown = pick_many(tr("Models"), models, "semodels", PAPERS, format=name_model)
    if shown:
        _show_curves(results, [m for m in models if m in shown], (first, last))
    else:
        st.info(tr("Choose a model to draw."), icon=":material/info:")
    _show_table(results, (first, last))


def measure_own_error(results: Sequence[SeedResult], first: int, last: int) -> float:
    """Standard error of one accuracy on T3 from the number of its sentences alone, √(p (1 − p) / n)."""
    p = float(np.mean([r.accuracy[:, first - 1:last].mean() for r in results]))
    return float(np.sqrt(p * (1 - p) / results[0].parts[2]))


def write_points(difference: PairedDifference) -> str:
    """Mean and interval in points of accuracy."""
    mean, low, high = (100 * v for v in (difference.mean, difference.low, difference.high))
    return write_signed(f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]" if np.isfinite(low) else f"{mean:+.2f}")


def write_signed(numbers: str) -> str:
    """Numbers with the minus that is as wide as the plus."""
    return numbers.replace("-", "−")


def say_verdict(found: dict[tuple[str, str], PairedDifference], window: tuple[int, int]) -> str:
    """What the intervals say of the paper's claim, in sentences that they choose."""
    claim, chance = found[CLAIM], found["T1&T2h", "T1&T2ran"]
    if len(claim.values) < 2:
        return tr("One seed: sentences with unsettled words gave {points} points against the settled half in epochs "
                  "{first} to {last}. **Nothing can be concluded from one run**, as from the paper's.",
                  points=write_points(claim), first=window[0], last=window[1])
    fields = {"points": write_points(claim), "first": window[0], "last": window[1]}
    if claim.low > 0:
        said = [tr("**Yes, over these seeds.** The unsettled half of T2 teaches more than the settled half: {points} "
                   "points of accuracy in epochs {first} to {last}.", **fields)]
    elif claim.high < 0:
        said = [tr("**No, the other way round.** The unsettled half of T2 teaches less than the settled half: "
                   "{points} points of accuracy in epochs {first} to {last}.", **fields)]
    else:
        said = [tr("**Not that these seeds show.** The unsettled half of T2 less the settled half gives {points} "
                   "points of accuracy in epochs {first} to {last}; the interval holds 0.", **fields)]
    points = write_points(chance)
    if chance.low > 0:
        said.append(tr("It also beats a random half of the same size: {points}.", points=points))
    elif chance.high < 0:
        said.append(tr("It is worse than a random half of the same size: {points}.", points=points))
    else:
        said.append(tr("Against a random half of the same size no difference can be told: {points}.", points=points))
    rivals = {rival: found[rival, "T1&T2ran"] for rival in RIVALS if (rival, "T1&T2ran") in found}
    better = [name_model(rival) for rival, d in rivals.items() if d.low > 0]
    worse = [name_model(rival) for rival, d in rivals.items() if d.high < 0]
    said.append(tr("Of the four rivals, better than random: {names}.", names=list_words(better))
                if better else tr("None of the four rivals is surely better than random."))
    if worse:
        said.append(tr("Surely worse than random: {names}.", names=list_words(worse)))
    return join_sentences(said)


def _say_noise(claim: PairedDifference, own_error: float, results: Sequence[SeedResult]) -> str:
    said = [tr("How far can one run be trusted? An accuracy on {n:,} sentences has a standard error of {error:.1f} "
               "points from the draw of the sentences alone. The paper reads 0.76 against 0.75 from one run: a "
               "difference of one point, which **that run could not decide**.", n=int(results[0].parts[2]),
               error=100 * own_error)]
    if len(claim.values) > 1:
        said.append(tr("Here the same difference scatters by {spread:.1f} points from seed to seed, and in {above} of "
                       "{n} seeds it is above 0.", spread=100 * float(claim.values.std(ddof=1)),
                       above=int((claim.values > 0).sum()), n=len(claim.values)))
    return join_sentences(said)


def _show_forest(found: dict[tuple[str, str], PairedDifference], window: tuple[int, int], own_error: float) -> None:
    rows = [ForestRow(tr("{first} less {second}", first=name_model(a), second=name_model(b)), d.mean, d.low, d.high,
                      d.values, PAPERS_DIFFERENCE if (a, b) == CLAIM else None) for (a, b), d in found.items()]
    show_figure(
        draw_forest(rows, x_title=tr("difference in points of accuracy on T3"), scale=100, unit="+.2f",
                    noise=100 * own_error, sides=(tr("second better"), tr("first better")), names=(
                        tr("each seed"), tr("mean and 95 % interval"), tr("the paper's one run"),
                        tr("one run's own standard error"))),
        key="se-forest", recipe=_FOREST.format(pairs=tuple(found), begin=window[0] - 1, last=window[1]),
        table=lambda: pd.DataFrame([{
            "first": a, "second": b, "mean": d.mean, "low": d.low, "high": d.high, "p": d.p} | {
                f"seed_{n}": v for n, v in enumerate(d.values)} for (a, b), d in found.items()]),
        alt=tr("Differences of accuracy between {n} pairs of models with 95 % intervals; the first, unsettled less "
               "settled half, is {points} points.", n=len(rows), points=write_points(found[CLAIM])))
    show_guide(tr("Each dot is one seed: both models of a pair begin from the same weights and split, so what is "
                  "common to both falls out. The square is their mean, the line its 95 % interval (Student's t); it is "
                  "coloured where it leaves 0 out. {n} pairs are compared and not corrected for: about one in twenty "
                  "would be coloured by chance. Pairs of the same size are fair; T1 with all of T2 has a third more "
                  "sentences than T1 with half of it, and wins partly by that.", n=len(rows)))


def _show_curves(results: Sequence[SeedResult], models: Sequence[str], window: tuple[int, int]) -> None:
    bands = {model: summarise_seeds(stack_accuracy(results, model)) for model in models}
    order = (*PAPERS, *(m for m in MODELS if m not in PAPERS))
    show_figure(
        draw_accuracies({name_model(m): Curve(b.mean, b.low, b.high) for m, b in bands.items()}, window=window,
                        titles=(tr("epoch"), tr("accuracy on T3")), colours=[order.index(m) for m in models]),
        key="se-curves", recipe=_CURVES.format(models=tuple(models), first=window[0], last=window[1]),
        table=lambda: pd.DataFrame({"epoch": np.arange(1, results[0].accuracy.shape[1] + 1)} | {
            f"{m}_{part}": getattr(b, part) for m, b in bands.items() for part in ("mean", "low", "high")}),
        alt=tr("Accuracy of {n} models over {k} epochs, means with bands over {seeds} seeds.", n=len(models),
               k=results[0].accuracy.shape[1], seeds=len(results)))
    show_guide(tr("Lines are means over the seeds, bands 95 % intervals of the mean; the shaded epochs are those "
                  "compared above. Bands that overlap do not mean no difference: the pairs above are surer, since what "
                  "a seed gives to both models falls out there. Models named “on with …” take the first network's "
                  "weights over, the others begin anew."))


def _show_table(results: Sequence[SeedResult], window: tuple[int, int]) -> None:
    st.subheader(tr("All models"), anchor=False)
    rows = []
    for m, model in enumerate(results[0].models):
        band = summarise_seeds(stack_accuracy(results, model)[:, window[0] - 1:window[1]].mean(1))
        rows.append({"model": name_model(model), "sentences": int(results[0].sizes[m]),
                     "accuracy": 100 * float(band.mean), "low": 100 * float(band.low), "high": 100 * float(band.high)})
    share = {"format": "%.1f %%"}
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", height="content", key="se-table", column_config={
        "model": st.column_config.TextColumn(tr("model")),
        "sentences": st.column_config.NumberColumn(tr("learns from"), format="localized"),
        "accuracy": st.column_config.NumberColumn(tr("accuracy, epochs {first} to {last}", first=window[0],
                                                     last=window[1]), **share),
        "low": st.column_config.NumberColumn(tr("95 % from"), **share),
        "high": st.column_config.NumberColumn(tr("95 % to"), **share)})
    st.caption(tr("Mean over the epochs, not the best epoch: T3 is the only test there is, and an epoch chosen by it "
                  "would flatter every model."))
