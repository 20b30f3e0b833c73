"""Training an embedding in front of the reader: settings, the run at work, the recorded run that it becomes."""

import streamlit as st

from core.analysis.qwem.growth import predict_run
from core.errors import CheckpointError
from core.jobs import store
from core.jobs.qwem import Growth, Settings, collect_rows
from core.reproduce.qwem.runs import measure_rise
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_numbers
from core.ui.qwem.cached import get_run, list_run_cards
from core.ui.qwem.live_figures import show_growth
from core.ui.qwem.live_settings import pick_settings, settings_name
from core.ui.qwem.training import N_MODES, say_run
from core.ui.registry import find_page
from core.ui.runs import RunPanel, get_reported

PANEL = RunPanel("qwem", Settings, "lv", name=settings_name, refresh=lambda: list_run_cards.clear())


@st.fragment
@guard()
def show_live() -> None:
    """Settings, the start button, and the run that is being watched."""
    st.header(tr("Train one yourself"), anchor=False)
    with guard():
        settings = pick_settings()
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            PANEL.offer_start(settings)
            st.page_link(find_page("your_corpus").path, label=tr("Train on a text of your own"),
                         icon=find_page("your_corpus").icon)
    PANEL.show_fault()
    runs = PANEL.list_runs()
    if not runs:
        st.caption(tr("The embedding trains in a process of its own, a few seconds for some hundred words; you see its "
                      "singular values beside the prediction about every second."))
        return
    PANEL.watch(runs, _show_run)


def _show_run(job: store.Job) -> None:
    growth = get_reported(job, collect_rows)
    PANEL.show_run(job, growth, share=0.0 if growth is None else float(growth.step[-1]) / growth.n_steps,
                   text=tr("Counting the text …") if growth is None else _say_moment(growth),
                   show_ended=_show_ended, show_figures=show_growth)


def _say_moment(growth: Growth) -> str:
    return tr("t = {time:.2f} τ₁, step {step:,} of {steps:,}: {n} of {all} concepts learned, {loss:.0%} of the loss "
              "left", all=growth.strength.shape[1],
              time=float(growth.time[-1] / growth.tau), step=int(growth.step[-1]), steps=growth.n_steps,
              n=_count(growth), loss=float(growth.loss[-1]))


def _count(growth: Growth) -> int:
    """Concepts beyond half of their λ, which has either sign where contexts are words of their own."""
    return int((growth.strength[-1] / growth.values[:growth.strength.shape[1]] > 0.5).sum())


def _show_ended(job: store.Job, growth: Growth | None) -> None:
    if job.state == "stopped" and job.error is None:
        st.caption(tr("Stopped before its first step.") if growth is None else
                   tr("Stopped at {moment}; its state is saved.", moment=_say_moment(growth)))
    recorded = "checkpoint" in job.result and _is_listed(job.result["checkpoint"])
    if job.state == "finished" and growth is not None:
        if recorded:
            with guard():
                _say_recorded(job.result["checkpoint"])
        show_numbers([
            (tr("concepts learned"), f"{_count(growth)}", tr("of {n} followed", n=growth.strength.shape[1]),
             tr("Those that stand above half of their eigenvalue.")),
            (tr("loss left to take"), f"{growth.loss[-1]:.1%}", tr("of the untrained embedding's"),
             tr("1 before training, 0 at the best matrix that the loss allows.")),
            (tr("seconds"), f"{job.result['seconds']:.1f}", tr("{n:,} steps", n=job.result["steps"]),
             tr("Time spent training, in one thread."))], columns=3)
    PANEL.offer_end(job, lambda: _link_recording(job) if recorded else None)


def _link_recording(job: store.Job) -> None:
    if st.button(tr("Open it among the recorded trainings"), key="lvopen", on_click=_open,
                 args=(job.result["checkpoint"],), icon=":material/vertical_align_top:"):
        st.rerun()  # that list stands outside of this fragment


def _is_listed(checkpoint_id: str) -> bool:
    """Whether the recordings above offer it; their list is up to 20 s old, so a new one has the page drawn again."""
    if checkpoint_id in {card.id for card in list_run_cards()[0]}:
        return True
    list_run_cards.clear()
    if checkpoint_id in {card.id for card in list_run_cards()[0]}:
        st.rerun()
    return False  # its folder has been removed since


def _open(checkpoint_id: str) -> None:
    st.session_state["dyrun"] = checkpoint_id


def _say_recorded(checkpoint_id: str) -> None:
    try:
        run = get_run(checkpoint_id)
    except CheckpointError:  # removed since it was listed
        return
    predicted = predict_run(run)
    st.markdown(say_run(run, predicted, None if predicted is None else measure_rise(run),
                        min(N_MODES, run.strength.shape[1])))
