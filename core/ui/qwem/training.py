"""A recorded training beside the closed form, and starts of all sizes beside one another."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.analysis.qwem.growth import measure_distance, predict_run
from core.checkpoints.card import RunCard
from core.figures.qwem.dynamics import SceneTexts
from core.figures.qwem.training import draw_agreement, draw_rises, draw_run
from core.jobs.qwem import DEMO, OWN
from core.reproduce.qwem.runs import LEADING, Rise, choose_series, choose_sgns, measure_rise
from core.ui.controls import pick_one
from core.ui.language import language, tr
from core.ui.messages import guard, show_error
from core.ui.output import show_figure, show_guide
from core.ui.qwem.cached import get_run, list_run_cards
from core.ui.qwem.dynamics import write_power

N_MODES, N_AGREEMENT = 12, 20  # singular values of a run that are drawn; directions that are compared
_RUN = """\
import numpy as np

from core.analysis.qwem.growth import predict_run
from core.checkpoints.embeddings import load_run
from core.figures.qwem.training import {draw}

run = load_run("{id}")
{lines}
"""


def name_text(name: str, digest: str = "") -> str:
    """A text of a training, for menus; the reader's own with the first digits of its hash."""
    own = tr("your own text ({mark})", mark=digest[:6]) if digest else tr("your own text")
    return {DEMO: tr("Demo (our own sentences)"), OWN: own}.get(name, name)


def run_name(card: RunCard) -> str:
    """Text, loss, tying, start and size of a run, for menus."""
    s = card.settings
    parts = [name_text(card.corpus.name, card.corpus.sha256), str(s.get("loss", "?")).upper(),
             tr("tied") if s.get("tied") else tr("untied"),
             tr("word2vec's start") if s.get("init") == "word2vec" else
             tr("start {init}", init=write_start(float(s.get("init_scale", 0)))),
             tr("full batch") if s.get("gradient") == "full" else tr("sampled from text"),
             tr("{n:,} words", n=card.vocabulary_size),
             *([tr("seed {n}", n=s["seed"])] if s.get("seed") else [])]
    return f"{' · '.join(parts)} ({card.id.rsplit('-', 1)[-1]})"


def write_start(init: float) -> str:
    exponent = round(np.log10(init)) if init > 0 else 0
    return write_power(exponent) if np.isclose(init, 10.0 ** exponent, rtol=1e-6) else f"{init:.2g}"


@st.cache_resource(max_entries=12, show_spinner=False)
def get_run_figure(checkpoint_id: str, shown_in: str) -> go.Figure:
    """Curves of a recorded run in the language of this session, which is `shown_in`."""
    run = get_run(checkpoint_id)
    predicted, n = predict_run(run), min(N_MODES, run.strength.shape[1])
    return draw_run(run.time, np.sqrt(np.maximum(run.strength[:, :n], 0)),
                    None if predicted is None else np.sqrt(predicted[:, :n]), unit=run.card.tau,
                    tau=None if predicted is None else measure_rise(run).tau[:n],
                    texts=SceneTexts(strength="s<sub>k</sub>", concept=tr("concept")),
                    names=(tr("measured"), tr("predicted")))


@st.cache_resource(max_entries=12, show_spinner=False)
def get_agreement_figure(checkpoint_id: str, shown_in: str) -> go.Figure:
    """Its directions at the end beside M*'s."""
    return draw_agreement(get_run(checkpoint_id).agreement[:N_AGREEMENT, :N_AGREEMENT],
                          x_title=tr("eigenvector of M*"), y_title=tr("trained direction"))


@st.cache_resource(max_entries=4, show_spinner=False)
def get_starts_figure(checkpoint_ids: tuple[str, ...], shown_in: str) -> go.Figure:
    """Rises and widths of runs that differ in their start."""
    runs = [get_run(checkpoint_id) for checkpoint_id in checkpoint_ids]
    rises = [measure_rise(run) for run in runs]
    rose = [np.isfinite(rise.width) for rise in rises]
    return draw_rises([float(run.card.settings["init_scale"]) for run in runs], [rise.ratio for rise in rises],
                      [rise.width[own] for rise, own in zip(rises, rose, strict=True)],
                      [rise.expected_width[own] for rise, own in zip(rises, rose, strict=True)],
                      x_title=tr("start"), titles=(tr("half-rise / τ"), tr("width of a step / half-rise")),
                      names=(tr("each concept"), tr("median"), tr("closed form")))


def show_training() -> None:
    """A recorded run beside the closed form, and all starts beside one another."""
    st.header(tr("Does training follow the theory?"), anchor=False)
    cards, faults = list_run_cards()
    for fault in faults:
        show_error(fault.error)
    if not cards:
        st.info(tr("No training is recorded here. Record one, a minute each:"), icon=":material/info:")
        st.code("python -m core.training qwem-run --help", language="bash")
        return
    _show_run(cards)
    _show_starts(cards)


@st.fragment
@guard()
def _show_run(cards: list[RunCard]) -> None:
    own, series = {card.id: card for card in cards}, choose_series(cards)
    chosen = pick_one(tr("Recorded training"), list(own), "dyrun", (series[0] if series else cards[0]).id,
                      format=lambda i: run_name(own[i]))
    run = get_run(chosen)
    predicted, n = predict_run(run), min(N_MODES, run.strength.shape[1])
    rise = measure_rise(run) if predicted is not None else None
    measured = np.sqrt(np.maximum(run.strength[:, :n], 0))
    st.markdown(say_run(run, predicted, rise, n))
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_figure(get_run_figure(chosen, language()), key="dy-run",
                    recipe=_RUN.format(id=chosen, draw="draw_run", lines=(
                        f"predicted = predict_run(run)\n"
                        f"draw_run(run.time, np.sqrt(np.maximum(run.strength[:, :{n}], 0)),\n"
                        f"         None if predicted is None else np.sqrt(predicted[:, :{n}]), "
                        f"unit=run.card.tau).show()")),
                    table=lambda: pd.DataFrame({"t": run.time, "loss": run.loss} | {
                        f"s_{k + 1}": measured[:, k] for k in range(n)} | ({} if predicted is None else {
                            f"predicted_{k + 1}": np.sqrt(predicted[:, k]) for k in range(n)})),
                    alt=tr("Strength of the first {n} concepts during a training over time, measured and predicted.",
                           n=n))
    with right:
        m = min(N_AGREEMENT, len(run.agreement))
        show_figure(get_agreement_figure(chosen, language()), key="dy-agree",
                    recipe=_RUN.format(id=chosen, draw="draw_agreement",
                                       lines=f"draw_agreement(run.agreement[:{m}, :{m}]).show()"),
                    table=lambda: pd.DataFrame(run.agreement[:m, :m], index=pd.RangeIndex(1, m + 1, name="trained"),
                                               columns=range(1, m + 1)),
                    alt=tr("Squared cosines of the first {m} trained directions with M*'s eigenvectors at the end; "
                           "{diagonal:.0%} on average on the diagonal.", m=m,
                           diagonal=float(np.diag(run.agreement)[:m].mean())))
    show_guide(tr("Solid lines are what gradient descent did, dotted lines what the closed form said before, from the "
                  "same start. Where they part, the theory fails: with word2vec's own loss (SGNS) the levels at the "
                  "end are not λ, and with a large start the modes disturb one another. On the right a dark diagonal "
                  "says that the trained directions are M*'s eigenvectors in their order; a dark block off it, that "
                  "they are mixed within a subspace."))


def say_run(run, predicted: np.ndarray | None, rise: Rise | None, n: int) -> str:
    parts = []
    if predicted is None:
        parts.append(tr("The closed form is for tied vectors; this training keeps contexts of their own."))
    else:
        parts.append(tr("Measured and predicted strengths differ by {rms:.1%} of the largest (root mean square over "
                        "time and the first {n} concepts).", rms=measure_distance(run, predicted, n), n=n))
        if len(rise.ratio):
            parts.append(tr("{n} concepts rose; half of each was there at {ratio:.3f} τ (median).", n=len(rise.ratio),
                            ratio=float(np.median(rise.ratio))))
    if run.overlap.shape[1] >= LEADING:
        parts.append(tr("At the end the first five trained directions share **{share:.1%}** with the first five "
                        "eigenvectors of M* ({chance:.1%} by chance).", share=float(run.overlap[-1, LEADING - 1]),
                        chance=LEADING / run.card.vocabulary_size))
    return "  \n".join(parts)


@guard()
def _show_starts(cards: list[RunCard]) -> None:
    series = choose_series(cards)
    runs = [get_run(card.id) for card in series]
    rises = [measure_rise(run) for run in runs]
    kept = [n for n, rise in enumerate(rises) if len(rise.ratio) and np.isfinite(rise.width).any()]
    if len(kept) < 2:
        return
    st.header(tr("Smaller starts, sharper steps"), anchor=False)
    inits = [float(series[n].settings["init_scale"]) for n in kept]
    widths = [rises[n].width[np.isfinite(rises[n].width)] for n in kept]
    expected = [rises[n].expected_width[np.isfinite(rises[n].width)] for n in kept]
    ratios = [rises[n].ratio for n in kept]
    st.markdown(tr("At a start of {small} half of a concept is there at {near:.3f} τ (median), at {large} at "
                   "{far:.3f} τ; a step takes {narrow:.0%} of its time instead of {wide:.0%}.",
                   small=write_start(inits[0]),
                   near=float(np.median(ratios[0])), large=write_start(inits[-1]), far=float(np.median(ratios[-1])),
                   narrow=float(np.median(widths[0])), wide=float(np.median(widths[-1]))))
    show_figure(get_starts_figure(tuple(series[n].id for n in kept), language()), key="dy-starts", recipe=_STARTS,
                table=lambda: pd.concat([pd.DataFrame({"init": init, "ratio": pd.Series(r), "width": pd.Series(w),
                                                       "expected_width": pd.Series(e)})
                                         for init, r, w, e in zip(inits, ratios, widths, expected, strict=True)]),
                alt=tr("Half-rise over τ and width of the steps for {n} starts from {small} to {large}.",
                       n=len(inits), small=write_start(inits[0]), large=write_start(inits[-1])))
    _say_sgns(cards)
    show_guide(tr("The theory is exact in the limit of a small start: the dots should close in on 1 to the left, and "
                  "the widths follow the dotted line down. A ratio that stays away from 1 at tiny starts, or a width "
                  "that does not shrink, would refute it. A half per cent above 1 is the length of the training "
                  "steps, not the theory."))


def _say_sgns(cards: list[RunCard]) -> None:
    card = choose_sgns(cards)
    if card is None:
        return
    run = get_run(card.id)
    if run.overlap.shape[1] >= LEADING:
        st.markdown(tr("Word2vec's own loss, which the theory replaces by a simpler one, ends with {share:.0%} of the "
                       "first five eigenvectors of M* in its own first five directions.",
                       share=float(run.overlap[-1, LEADING - 1])))


_STARTS = """\
import numpy as np

from core.checkpoints.embeddings import list_runs, load_run
from core.figures.qwem.training import draw_rises
from core.reproduce.qwem.runs import choose_series, measure_rise

series = choose_series(list_runs()[0])
rises = [measure_rise(load_run(card.id)) for card in series]
rose = [np.isfinite(rise.width) for rise in rises]
draw_rises([card.settings["init_scale"] for card in series], [rise.ratio for rise in rises],
           [rise.width[own] for rise, own in zip(rises, rose)],
           [rise.expected_width[own] for rise, own in zip(rises, rose)]).show()
"""
