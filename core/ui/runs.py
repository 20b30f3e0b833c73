"""Training in front of the reader: the runs of one command, their buttons, and the clock that watches one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from core.errors import WordglassError
from core.jobs import queue, store
from core.ui.controls import pick_one
from core.ui.language import tr
from core.ui.messages import guard, show_error

REFRESH_SECONDS = 1.5


Row = TypeVar("Row")
Collect = Callable[[list[dict[str, Any]]], Row | None]  # what a job has reported, put together


def get_reported(job: store.Job, collect: Collect[Row]) -> Row | None:
    """What a job has reported so far, None before its first word; kept once it has ended."""
    if job.active:
        return collect(store.read_progress(job.id)[0])
    return _get_ended(job.id, (job.created, job.ended), collect)


@st.cache_resource(max_entries=48, show_spinner=False)
def _get_ended(job_id: str, stamp: tuple, _collect: Collect[Row]) -> Row | None:
    return _collect(store.read_progress(job_id)[0])  # a job's id says which command it is of


@dataclass(frozen=True)
class RunPanel:
    """What the pages that train share.

    Attributes
    ----------
    command : str
        One of `core.jobs.commands.COMMANDS`.
    settings : type
        Its ``Settings``.
    prefix : str
        The keys of all widgets begin so; ``<prefix>run`` in the URL is the run that is watched.
    name : callable
        A run's settings in words.
    refresh : callable
        Forgets the cached lists in which a finished run appears, and from which a deleted one goes.
    """

    command: str
    settings: type
    prefix: str
    name: Callable[[Any], str]
    refresh: Callable[[], None]

    @property
    def key(self) -> str:
        return f"{self.prefix}run"

    def list_runs(self) -> dict[str, store.Job]:
        """Every run on this server whose settings this version understands, newest first."""
        known = set(self.settings.__dataclass_fields__)
        return {job.id: job for job in store.list_jobs(self.command) if set(job.settings) <= known}

    def name_run(self, job: store.Job) -> str:
        """Settings of a run and how it ended; nothing while it is at work, for that changes under the menu."""
        names = {"stopped": tr("stopped"), "finished": tr("finished"), "failed": tr("failed"), "lost": tr("lost")}
        return self.name(self.settings(**job.settings)) + (f" ({names[job.state]})" if job.state in names else "")

    def offer_start(self, settings: Any, *, prepare: Callable[[], object] = lambda: None) -> None:
        """The button that starts a run and watches it; ``prepare`` is called before."""
        st.button(tr("Train and watch"), key=f"{self.prefix}start", type="primary", icon=":material/play_arrow:",
                  on_click=self._start, args=(settings, prepare))

    def _start(self, settings: Any, prepare: Callable[[], object]) -> None:
        def start() -> None:
            prepare()
            st.session_state[self.key] = queue.submit(self.command, settings).id
        self._try(start)

    def _act(self, action: Callable[[str], object], job_id: str) -> None:
        def act() -> None:
            action(job_id)
            self.refresh()
        self._try(act)

    def _try(self, action: Callable[[], None]) -> None:
        """A button's action: what goes wrong is shown in the next run of the page."""
        try:
            action()
        except WordglassError as error:
            st.session_state[f"_{self.key}_error"] = error

    def show_fault(self) -> None:
        """What went wrong when a button was pressed."""
        if (error := st.session_state.pop(f"_{self.key}_error", None)) is not None:
            show_error(error)

    def watch(self, runs: dict[str, store.Job], show: Callable[[store.Job], None]) -> None:
        """Choose a run and show it, again and again while it is at work."""
        chosen = pick_one(tr("Run"), list(runs), self.key, next(iter(runs)), format=lambda i: self.name_run(runs[i]))

        @guard()
        def follow(job_id: str, was_active: bool) -> None:
            job = store.read_job(job_id)
            if was_active != job.active:  # it has ended, or goes on: another part of the page, another clock
                self.refresh()
                st.rerun()
            if job.active:
                store.mark_seen(job_id)
            show(job)

        with guard():
            job = store.read_job(chosen)
            st.fragment(follow, run_every=REFRESH_SECONDS if job.active else None)(chosen, job.active)

    def show_run(self, job: store.Job, row: Row | None, *, share: float, text: str,
                 show_ended: Callable[[store.Job, Row | None], None], show_figures: Callable[[store.Job, Row], None],
                 ) -> None:
        """Where a run stands (see `show_state`), how it ended if it has, and under both what it has reported."""
        state, figures = st.container(), st.container()  # what comes and goes above moves nothing below
        with state:
            self.show_state(job, share, text)
            if not job.active:
                show_ended(job, row)
        if row is not None:
            with figures:
                show_figures(job, row)

    def show_state(self, job: store.Job, share: float, text: str) -> None:
        """Where an active run stands, the button that stops it, and what ended one badly."""
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if job.state == "queued":
                st.info(tr("Waiting: number {place} in the queue. One run at a time trains on this server.",
                           place=queue.place_in_queue(job)), icon=":material/hourglass_empty:")
            elif job.state == "running":
                st.progress(min(1.0, share), text=text)
            if job.active:
                st.button(tr("Stop"), key=f"{self.prefix}stop", icon=":material/stop:", on_click=self._act,
                          args=(queue.stop, job.id))
        if job.error is not None:
            show_error(job.error)

    def offer_end(self, job: store.Job, show_links: Callable[[], None]) -> None:
        """The buttons of a run that has ended: resume what was stopped, delete; links to what a finished one made."""
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if job.state == "finished":
                show_links()
            else:
                st.button(tr("Resume"), key=f"{self.prefix}resume", icon=":material/resume:", on_click=self._act,
                          args=(queue.resume, job.id))
            st.button(tr("Delete"), key=f"{self.prefix}delete", type="tertiary", icon=":material/delete:",
                      on_click=self._act, args=(queue.discard, job.id))
