"""Training a text CNN in front of the reader: the run at work, and the pages on which its network can be looked at."""

import numpy as np
import pandas as pd
import streamlit as st

from core.checkpoints.cnn import list_cnns
from core.figures.saliency.live import LiveTexts, draw_live
from core.jobs import store
from core.jobs.classify import Course, Settings, collect_rows
from core.jobs.labelled import check_sentences, draw_sentences
from core.jobs.texts import keep_text
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide, show_numbers
from core.ui.registry import find_page
from core.ui.runs import RunPanel, get_reported
from core.ui.saliency.cached import list_cnn_cards
from core.ui.saliency.try_data import pick_data, show_preview
from core.ui.saliency.try_settings import name_settings, pick_settings

LEADS_TO = ("saliency", "unsettled", "filters")  # pages that show one network
FEW = 10  # sentences of a side: a mean of fewer says little
_RECIPE = """\
from core.figures.saliency.live import draw_live
from core.jobs.classify import collect_rows
from core.jobs.store import read_progress

course = collect_rows(read_progress("{id}")[0])
draw_live(course.learned, course.test, course.loss, right=course.right, wrong=course.wrong, chance=course.chance,
          n_epochs=course.n_epochs).show()
"""


PANEL = RunPanel("classify", Settings, "ty", name=name_settings, refresh=lambda: list_cnn_cards.clear())


@st.fragment
@guard()
def show_trainer() -> None:
    """Sentences, settings, the start button, and the run that is being watched."""
    with guard():
        choice = pick_data()
        if choice is not None:
            show_preview(choice)
            settings = pick_settings(choice)
            check_sentences(draw_sentences(choice.sentences, settings.most), seed=settings.seed)
            PANEL.offer_start(settings, prepare=lambda: _keep(choice.table))
    PANEL.show_fault()
    runs = PANEL.list_runs()
    if not runs:
        st.caption(tr("The network trains in a process of its own: a second or two for some hundred sentences, a "
                      "minute for some thousand. You see its curves grow."))
        return
    st.header(tr("How it learns"), anchor=False)
    PANEL.watch(runs, _show_run)


def _keep(table: bytes) -> None:
    """Keep the reader's own table, now that it is trained on."""
    if table:
        keep_text(table, used=store.list_used_texts())


def _show_run(job: store.Job) -> None:
    course = get_reported(job, collect_rows)
    PANEL.show_run(job, course, share=0.0 if course is None else len(course.loss) / course.n_epochs,
                   text=tr("Looking up word vectors …") if course is None else _say_epoch(course),
                   show_ended=_show_ended, show_figures=_show_curves)


def _say_epoch(course: Course) -> str:
    return tr("epoch {n} of {epochs}: {test:.1%} right on unread sentences, {learned:.1%} on those learned from",
              n=len(course.loss), epochs=course.n_epochs, test=float(course.test[-1]),
              learned=float(course.learned[-1]))


def _show_ended(job: store.Job, course: Course | None) -> None:
    if job.state == "stopped" and job.error is None:
        st.caption(tr("Stopped before the end of its first epoch.") if course is None else
                   tr("Stopped after {epoch}. Resumed, it goes on from there, the same to the last bit.",
                      epoch=_say_epoch(course)))
    if job.state == "finished" and course is not None:
        _show_result(job, course)
    PANEL.offer_end(job, lambda: _link_pages(job.result["checkpoint"]))


def _show_result(job: store.Job, course: Course) -> None:
    low, high = course.test_interval
    show_numbers([
        (tr("right on T3"), f"{course.test[-1]:.1%}",
         tr("{low:.0%} to {high:.0%}, of {n:,}", low=low, high=high, n=course.parts[2]),
         tr("Share of T3, which nothing was learned from, after the last epoch, and its 95 % interval.")),
        (tr("without learning"), f"{course.chance:.1%}", tr("always the largest class"),
         tr("What always saying T1's most frequent label gets on T3.")),
        (tr("right on T1"), f"{course.learned[-1]:.1%}", tr("of {n:,}", n=course.parts[0]),
         tr("Share of the sentences learned from. What it has over T3 was learned by heart.")),
        (tr("seconds"), f"{job.result['seconds']:.1f}", tr("{n} epochs", n=course.n_epochs),
         tr("Training and recording saliency, in one thread."))], columns=4)
    st.markdown(say_movement(course))


def say_movement(course: Course) -> str:
    """How much more saliency moves where the network is wrong, over the last half of the epochs."""
    n_right = course.parts[0] - course.n_wrong
    if min(course.n_wrong, n_right) < FEW:
        return tr("At the end it gets {right:,} of the sentences it learned from right and {wrong:,} wrong: too few on "
                  "one side to compare how their saliency moves.", right=n_right, wrong=course.n_wrong)
    late = -max(1, len(course.right) // 2)
    ratio = float(course.wrong[late:].mean() / course.right[late:].mean())
    return tr("In the last half of the epochs the saliency of the {wrong:,} sentences it gets wrong moves "
              "**{ratio:.2f} times** as much as that of the {right:,} it gets right. Part of this is confidence alone: "
              "the gradient of the loss shrinks as the network grows sure. The page “Unsettled words” shows the same "
              "with confidence taken out.", wrong=course.n_wrong, right=n_right, ratio=ratio)


def _link_pages(checkpoint_id: str) -> None:
    """Links to the pages that show one network, with this one chosen; none if it has been removed since."""
    if checkpoint_id not in {card.id for card in list_cnns()[0]}:
        return
    for entry in map(find_page, LEADS_TO):
        if entry.path.is_file():
            st.page_link(entry.path, label=tr(entry.title), icon=entry.icon, query_params={"cnn": checkpoint_id})


def _show_curves(job: store.Job, course: Course) -> None:
    figure = draw_live(course.learned, course.test, course.loss, right=course.right, wrong=course.wrong,
                       chance=course.chance, n_epochs=course.n_epochs, texts=LiveTexts(
                           epoch=tr("epoch"), accuracy=tr("right"), loss=tr("loss"), movement=tr("movement"),
                           learned=tr("T1, learned from"), test=tr("T3, unread"), chance=tr("always the largest class"),
                           right=tr("sentences got right"), wrong=tr("sentences got wrong")))
    show_figure(figure, key="ty-live", recipe=_RECIPE.format(id=job.id), table=lambda: tabulate(course),
                alt=tr("Share of right predictions on T1 and T3, loss, and movement of saliency over {n} of {epochs} "
                       "epochs; {test:.0%} of T3 at the end, {chance:.0%} without learning.", n=len(course.loss),
                       epochs=course.n_epochs, test=float(course.test[-1]), chance=course.chance))
    if not job.active:
        show_guide(tr("Above: does the network learn more than the largest class (dashed)? When the line of T1 goes on "
                      "rising and that of T3 does not, it learns by heart. Below: how far the saliency of a sentence's "
                      "words moves from one epoch to the next. If sentences that it gets wrong keep moving while the "
                      "others come to rest, that is what the paper calls unsettled; lines that fall together say that "
                      "all of it comes to rest."))


def tabulate(course: Course) -> pd.DataFrame:
    """One row an epoch."""
    return pd.DataFrame({"loss": course.loss, "t1_right": course.learned, "t3_right": course.test,
                         "movement_right": np.append(np.nan, course.right),
                         "movement_wrong": np.append(np.nan, course.wrong)},
                        index=pd.RangeIndex(1, len(course.loss) + 1, name="epoch"))
