"""The closed form as a scene in time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.analysis.qwem.growth import Growth, follow_growth
from core.analysis.qwem.reading import ConceptSpace, read_space
from core.checkpoints.card import ConceptsCard
from core.errors import AnalysisError
from core.figures.qwem.dynamics import N_CURVES, Plane, SceneTexts, draw_scene
from core.ui.controls import pick_number, pick_segment
from core.ui.language import language, tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.playing import let_stop
from core.ui.qwem.accuracy import GOOGLE, Measured, accuracy_at, get_accuracy
from core.ui.qwem.cached import get_concepts

PLANES = {"1-2": (0, 1), "1-3": (0, 2), "2-3": (1, 2)}
N_NAMED, N_DOTS = 6, 250   # words named at each end of a concept; dots behind them
NAME_SIZE = (0.16, 0.11)   # of half the plane: where a second name would cover the first
_SCENE = """\
from core.analysis.qwem.growth import follow_growth
from core.analysis.qwem.reading import read_space
from core.checkpoints.embeddings import load_concepts
from core.figures.qwem.dynamics import Plane, draw_scene

space = read_space(load_concepts("{id}"))
names = [", ".join(space.words[row] for row in space.rank_poles(k, 3)[0]) for k in range(len(space.values))]
rows = [row for k in {concepts} for pole in space.rank_poles(k, {named}) for row in pole]
plane = Plane({concepts}, space.places[rows][:, {concepts}], tuple(space.words[row] for row in rows), len(rows))
draw_scene(follow_growth(space.values, {init}), names, plane).show()
"""


@dataclass(frozen=True)
class Named:
    """Concepts and the words at their ends, as one line each."""

    space: ConceptSpace
    names: tuple[str, ...]


@st.cache_resource(max_entries=4, show_spinner=False)
def get_named(checkpoint_id: str) -> Named:
    """The concepts of a checkpoint; raises as `read_space`."""
    space = read_space(get_concepts(checkpoint_id))
    names = [" ↔ ".join(", ".join(space.words[row] for row in pole) for pole in space.rank_poles(k, 2))
             for k in range(len(space.values))]
    return Named(space, tuple(names))


@st.cache_resource(max_entries=24, show_spinner=False)
def get_growth(checkpoint_id: str, exponent: int) -> Growth:
    """The closed form from a start of 10 to the `exponent`."""
    return follow_growth(get_named(checkpoint_id).space.values, 10.0 ** exponent)


@st.cache_resource(max_entries=16, show_spinner=False)
def get_scene(checkpoint_id: str, exponent: int, plane: str, *, questions: str, shown_in: str,
              _accuracy: np.ndarray | None) -> go.Figure:
    """The scene in the language of this session, which is `shown_in`: 60 moments take a tenth of a second to draw."""
    named = get_named(checkpoint_id)
    return draw_scene(get_growth(checkpoint_id, exponent), named.names, _lay_plane(named.space, PLANES[plane]),
                      _accuracy, texts=_write_texts())


def write_power(exponent: int) -> str:
    """A power of ten.

    >>> write_power(-12)
    '10⁻¹²'
    """
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def show_theory(card: ConceptsCard) -> None:
    """The scene of the closed form."""
    st.header(tr("Learning, one concept at a time"), anchor=False)
    named = get_named(card.id)
    try:
        with st.spinner(tr("Answering the questions at every rank, once …"), show_time=True):
            measured = get_accuracy(card.id, GOOGLE)
    except AnalysisError:  # the text has none of the words that are asked for
        measured = None
    _show_scene(card, named, measured)


@st.fragment
@guard()
def _show_scene(card: ConceptsCard, named: Named, measured: Measured | None) -> None:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        exponent = pick_number(tr("Start: ten to the power of"), -12, -1, "dyinit", default=-6,
                               help=tr("How long the word vectors are before training. The smaller, the sharper the "
                                       "steps."))
        offered = [name for name, pair in PLANES.items() if max(pair) < len(named.names)]
        plane = pick_segment(tr("Plane"), offered, "dyplane", "1-3", format=lambda p: p.replace("-", " × ")) \
            if offered else None
        let_stop("dy-scene")
    if plane is None:
        st.info(tr("This text has one concept only; there is no plane to draw."), icon=":material/info:")
        return
    growth = get_growth(card.id, exponent)
    accuracy = None if measured is None else accuracy_at(measured.main, growth.learned)
    st.markdown(_say_growth(growth, exponent))
    questions = "" if measured is None else measured.questions
    figure = get_scene(card.id, exponent, plane, questions=questions, shown_in=language(), _accuracy=accuracy)
    show_figure(figure, key="dy-scene", table=lambda: _tabulate(growth, named, accuracy),
                recipe=_SCENE.format(id=card.id, concepts=PLANES[plane], named=N_NAMED, init=10.0 ** exponent),
                alt=tr("A scene in time from a start of {start}: {n} curves rise one after another, "
                       "the first at τ₁, the last of {all} at {last:.1f} τ₁; below, the loss falls, the newest "
                       "concepts are named, and a plane of words opens along concepts {a} and {b}.",
                       start=write_power(exponent), n=min(N_CURVES, len(growth.values)), all=len(growth.values),
                       last=float(growth.tau[-1] / growth.tau[0]), a=PLANES[plane][0] + 1, b=PLANES[plane][1] + 1))
    show_guide(tr("Move the slider or press ▶. Nothing is trained here: all of it follows from the eigenvalues and the "
                  "start. Each curve is one concept; the circle marks its τ, when half of it is there. From a tiny "
                  "start the curves are steps and the words open along one axis after the other; from 0.1 they rise "
                  "together, and “one at a time” no longer holds. The accuracy is that of the concepts learned so far "
                  "(half risen), so it too moves in steps. The two concepts of the plane stay where they are: "
                  "directions do not turn, they grow."))


def _lay_plane(space: ConceptSpace, pair: tuple[int, int]) -> Plane:
    """Words at the four ends, as far as their names do not cover one another, before a cloud of frequent words."""
    reach, ends = np.abs(space.places[:, list(pair)]).max(0), []
    for pole in (pole for k in pair for pole in space.rank_poles(k, 5 * N_NAMED)):
        found = 0
        for row in pole.tolist():
            apart = np.abs(space.places[np.ix_([*ends, row], pair)] - space.places[row, list(pair)]) / reach
            if found < N_NAMED and row not in ends and ((apart[:-1] > NAME_SIZE).any(1)).all():
                ends.append(row)
                found += 1
    step = max(1, min(len(space.words), 2_000) // N_DOTS)
    dots = [row for row in range(0, min(len(space.words), 2_000), step) if row not in ends]
    rows = [*ends, *dots]
    return Plane(pair, space.places[np.ix_(rows, pair)], tuple(space.words[row] for row in rows), len(ends))


def _write_texts() -> SceneTexts:
    return SceneTexts(time="t / τ₁", strength="s<sub>k</sub>", loss=tr("loss left to take"), right=tr("right answers"),
                      concept=tr("concept"), moment=tr("t = {time:.2f} τ₁ · {n} concepts learned"),
                      answers=tr("{share:.0%} of analogies right"), nothing=tr("nothing is learned yet"))


def _say_growth(growth: Growth, exponent: int) -> str:
    width = 2 * np.log(9) / (growth.values[0] * growth.tau[0])
    together = int(((growth.strengths[np.searchsorted(growth.times, growth.tau[0])] > 0.1 * growth.values)).sum())
    return tr("From a start of {start} the first concept takes {width:.0%} of its time τ₁ to rise from a tenth "
              "to nine tenths. When half of it is there, {together} of {n} concepts have come a tenth of their way.",
              start=write_power(exponent), width=float(width), together=together, n=len(growth.values))


def _tabulate(growth: Growth, named: Named, accuracy: np.ndarray | None) -> pd.DataFrame:
    table = {"t": growth.times, "t_tau1": growth.times / growth.tau[0], "learned": growth.learned, "loss": growth.loss}
    if accuracy is not None:
        table["accuracy"] = accuracy
    return pd.DataFrame(table | {f"s_{k + 1}": np.sqrt(growth.strengths[:, k])
                                 for k in range(min(N_CURVES, len(growth.values)))})
