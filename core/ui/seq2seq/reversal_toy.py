"""Made-up tasks trained in front of the reader: one network reads forwards, one backwards."""

import pandas as pd
import streamlit as st

from core.analysis.seq2seq.toy import TASKS
from core.figures.seq2seq.toy import NAMES, ToyTexts, draw_course, draw_places
from core.jobs import store
from core.jobs.toy_pairs import BOUNDS, Course, Settings, collect_rows, judge
from core.ui.controls import pick_number, pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide, show_numbers
from core.ui.runs import RunPanel, get_reported
from core.ui.seq2seq.pickers import direction_name
from core.ui.wording import join_sentences

UNITS, PAIRS = (16, 32, 64, 128), (1_000, 3_000, 6_000, 10_000)
SURE = 0.01  # of the sign test: several tasks are likely to be tried
_COURSE = """\
from core.figures.seq2seq.toy import draw_course
from core.jobs.store import read_progress
from core.jobs.toy_pairs import collect_rows

course = collect_rows(read_progress("{id}")[0])
draw_course(course.steps, course.right, course.perplexity, n_steps=course.n_steps, guess=course.n_letters + 1).show()
"""
_PLACES = """\
from core.figures.seq2seq.toy import draw_places
from core.jobs.store import read_progress
from core.jobs.toy_pairs import collect_rows

draw_places(collect_rows(read_progress("{id}")[0]).places).show()
"""


def task_name(task: str) -> str:
    """A task in the reader's language."""
    return {"copy": tr("copy"), "sort": tr("sort"), "reverse": tr("reverse")}.get(task, task)


def explain_task(task: str) -> str:
    """An example, and what the lags are."""
    return {
        "copy": tr("**Copy**: d a c → d a c. Word k of the answer is word k of the source, as in a translation word "
                   "for word."),
        "sort": tr("**Sort**: d a c → a c d. A letter may stand anywhere in the source; no order of reading is nearer "
                   "to the answer."),
        "reverse": tr("**Reverse**: d a c → c a d. The answer begins with the last letter of the source: read "
                      "forwards, that one has just been read."),
    }[task]


def settings_name(s: Settings) -> str:
    """What tells one run from another, for menus."""
    return " · ".join([task_name(s.task), tr("{low} to {high} letters of {n}", low=s.shortest, high=s.longest,
                                             n=s.letters),
                       tr("{n} units", n=s.hidden_size), tr("{n:,} pairs", n=s.pairs), tr("{n} epochs", n=s.epochs),
                       tr("seed {n}", n=s.seed)])


PANEL = RunPanel("toy-pairs", Settings, "rt", name=settings_name, refresh=lambda: None)


@st.fragment
@guard()
def show_trainer() -> None:
    """Settings, the start button, and the run that is being watched."""
    st.header(tr("Try it on a task of your own"), anchor=False)
    st.markdown(tr("Two small networks start from the same weights and learn from the same pairs; one of them reads "
                   "the source backwards. Which tasks does the trick help, and which does it hurt?"))
    with guard():
        settings = pick_settings()
        settings.check()
        PANEL.offer_start(settings)
    PANEL.show_fault()
    runs = PANEL.list_runs()
    if runs:
        PANEL.watch(runs, _show_run)
    st.caption(tr("A run takes about half a minute on one core, in a process of its own. Every visitor of this server "
                  "sees the same runs and may stop them; one trains at a time. A run whose page is closed stops after "
                  "three minutes, with its state saved; the last 30 are kept."))


def pick_settings() -> Settings:
    """The reader's choice; every control offers only what is allowed."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        task = pick_segment(tr("Task"), list(TASKS), "rttask", "copy", format=task_name)
        units = pick_segment(tr("Units"), UNITS, "rtunits", 64)
        pairs = pick_segment(tr("Pairs to learn from"), PAIRS, "rtpairs", 3_000, format=lambda n: f"{n:,}")
    st.caption(explain_task(task))
    grid = st.grid(3, min_column_width=200)
    with grid.container():
        shortest = pick_number(tr("Shortest sequence"), *BOUNDS["shortest"], "rtmin", default=4)
    with grid.container():
        longest = pick_number(tr("Longest sequence"), *BOUNDS["longest"], "rtmax", default=10)
    with grid.container():
        letters = pick_number(tr("Letters of the alphabet"), *BOUNDS["letters"], "rtabc", default=12)
    with grid.container():
        epochs = pick_number(tr("Epochs"), *BOUNDS["epochs"], "rtep", default=15)
    with grid.container():
        seed = pick_number(tr("Seed"), 0, 20, "rtseed", default=0, help=tr(
            "Draws the sequences, the first weights and the order of the batches."))
    return Settings(task=task, shortest=shortest, longest=longest, letters=letters, hidden_size=units, pairs=pairs,
                    epochs=epochs, seed=seed)


def _show_run(job: store.Job) -> None:
    course = get_reported(job, collect_rows)
    PANEL.show_run(job, course, share=0.0 if course is None else float(course.steps[-1]) / course.n_steps,
                   text=tr("Starting …") if course is None else _say_step(course),
                   show_ended=_show_ended, show_figures=_show_curves)


def _say_step(course: Course) -> str:
    return tr("step {n:,} of {all:,}: forward {forward:.0%} of the sequences right, reversed {reversed:.0%}",
              n=int(course.steps[-1]), all=course.n_steps, forward=float(course.right["forward"][-1]),
              reversed=float(course.right["reversed"][-1]))


def _show_ended(job: store.Job, course: Course | None) -> None:
    if job.state == "stopped" and job.error is None:
        st.caption(tr("Stopped before its first look.") if course is None else
                   tr("Stopped at {step}. Resumed, it goes on from there, the same to the last bit.",
                      step=_say_step(course)))
    if job.state == "finished" and course is not None:
        _show_result(job, course)
    PANEL.offer_end(job, lambda: None)


def _show_result(job: store.Job, course: Course) -> None:
    settings, n = Settings(**job.settings), course.parts["test"]
    numbers = [(tr("{direction}: right", direction=direction_name(reverse)), f"{job.result[name]['right']:.1%}",
                tr("perplexity {perplexity:.3f}", perplexity=job.result[name]["perplexity"]),
                tr("Share of {n} test sequences, none of them learned from, that greedy decoding writes without a "
                   "fault.", n=n)) for reverse, name in NAMES.items()]
    numbers += [(tr("right in one only"), f"{job.result['only_forward']} : {job.result['only_reversed']}",
                 tr("forward : reversed"), tr("Test sequences that only one of the two has right. Chance alone parts "
                                              "them so unevenly with probability {p:.2g}.", p=judge(job.result))),
                (tr("seconds"), f"{job.result['seconds']:.0f}", tr("both together"), tr("Training, in one thread."))]
    show_numbers(numbers, columns=4)
    st.markdown(say_result(settings.task, job.result, course))


def say_result(task: str, result: dict, course: Course) -> str:
    """Whether the trick helped on this task, as this run measured it."""
    forward, backward = (result[name]["right"] for name in ("forward", "reversed"))
    fields = {"task": task_name(task), "forward": forward, "reversed": backward}
    if judge(result) >= SURE:
        said = [tr("On the task “{task}” this run shows **no certain difference** at the end: {forward:.0%} right "
                   "reading forwards, {reversed:.0%} backwards.", **fields)]
    elif backward > forward:
        said = [tr("On the task “{task}” reading backwards **helps** in this run: {reversed:.0%} right against "
                   "{forward:.0%}.", **fields)]
    else:
        said = [tr("On the task “{task}” reading backwards **hurts** in this run: {reversed:.0%} right against "
                   "{forward:.0%}.", **fields)]
    steps = {name: course.find_step(name) for name in NAMES.values()}
    if None not in steps.values():
        said.append(tr("Half of the sequences were right after {forward:,} steps forwards and {reversed:,} "
                       "backwards.", **steps))
    elif any(steps.values()):
        one = next(reverse for reverse, name in NAMES.items() if steps[name])
        said.append(tr("Only the {direction} network had half of the unread sequences right on the way.",
                       direction=direction_name(one)))
    return join_sentences([*said, tr("One seed; try others.")])


def _show_curves(job: store.Job, course: Course) -> None:
    texts = ToyTexts(step=tr("steps of training"), right=tr("sequences right"), perplexity=tr("perplexity"),
                     place=tr("place in the answer"), letters=tr("letters right"), forward=tr("forward"),
                     reversed=tr("reversed"), guess=tr("guessing"))
    left, right = st.columns([6, 5], gap="large")
    with left:
        show_figure(draw_course(course.steps, course.right, course.perplexity, n_steps=course.n_steps,
                                guess=course.n_letters + 1, texts=texts),
                    key="rt-course", recipe=_COURSE.format(id=job.id), table=lambda: tabulate_course(course),
                    alt=tr("Share of unread sequences answered right and perplexity over {n} of {all} steps, read "
                           "forwards and backwards.", n=int(course.steps[-1]), all=course.n_steps))
    with right:
        st.markdown("**" + tr("Where the answers fail") + "**")
        show_figure(draw_places(course.places, texts=texts), key="rt-places", recipe=_PLACES.format(id=job.id),
                    table=lambda: pd.DataFrame(course.places, index=pd.RangeIndex(
                        1, len(course.places["forward"]) + 1, name="place")),
                    alt=tr("Share of right letters at each place of the answer, read forwards and backwards."))
        if not job.active:
            show_guide(tr("First figure: whose curve rises first, and does the other catch up? The dashed line is one "
                          "who guesses evenly. Second figure: the letter at each place, given the right ones before "
                          "it. Do the places with a short way from reading to writing fail least, and does one "
                          "direction lose behind what it gains in front?"))


def tabulate_course(course: Course) -> pd.DataFrame:
    """A row a look."""
    return pd.DataFrame({f"{name}_{field}": values[name] for field, values in (
        ("right", course.right), ("perplexity", course.perplexity)) for name in NAMES.values()},
        index=pd.Index(course.steps, name="step"))
