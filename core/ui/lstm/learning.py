"""Watch it learn: training over shipped snapshots, a run of the reader's own, two runs compared."""

from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.heldout import untrained_like
from core.analysis.lstm.learning import Learning, choose_probe, compute_learning, take_sentences
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import load_card, load_snapshots
from core.errors import CheckpointError
from core.figures.lstm.learning import draw_comparison, draw_learning
from core.jobs import store
from core.jobs.learn import BOUNDS, Settings, collect_rows, list_kinds, list_materials
from core.reproduce.studies import is_plain
from core.ui.cards import list_cards
from core.ui.controls import pick_number, pick_one, pick_segment
from core.ui.language import tr
from core.ui.lstm.cached import DEMO, get_checkpoint, get_encoded
from core.ui.lstm.findings import link_trajectory
from core.ui.lstm.pickers import checkpoint_name, kind_name
from core.ui.messages import guard
from core.ui.output import show_figure, show_numbers
from core.ui.runs import RunPanel, get_reported

SIZES, RATES, DROPOUTS = (10, 30, 60, 100, 200), (0.002, 0.004, 0.008, 0.016), (0.0, 0.2, 0.5)
PENALTIES = (0.0, 0.0003, 0.001, 0.003)
_SNAPSHOTS = """from core.analysis.lstm.heldout import untrained_like
from core.analysis.lstm.learning import choose_probe, compute_learning
from core.checkpoints.store import load_checkpoint, load_snapshots
from core.figures.lstm.learning import draw_learning
from core.states.sources import encode_source, read_source

checkpoint = load_checkpoint("{id}")
sentences = encode_source(checkpoint, read_source("demo", checkpoint.card))
models = [untrained_like(checkpoint.model), *load_snapshots("{id}")]
draw_learning(compute_learning(models, choose_probe(sentences))).show()
"""
_RUN = """from core.figures.lstm.learning import draw_learning
from core.jobs.learn import collect_rows
from core.jobs.store import read_progress

learning = collect_rows(read_progress("{id}")[0])
draw_learning(learning).show()
"""
_COMPARE = """from core.figures.lstm.learning import draw_comparison
from core.jobs.learn import collect_rows
from core.jobs.store import read_progress

runs = {names}
draw_comparison([collect_rows(read_progress(run)[0]) for run in runs], runs).show()
"""


def list_with_snapshots() -> dict[str, CheckpointCard]:
    """Checkpoints that keep the weights of every epoch."""
    return {card.id: card for card in list_cards("lstm")[0] if card.snapshots is not None}


@st.cache_resource(max_entries=8, show_spinner=False)
def get_snapshots(checkpoint_id: str) -> Learning:
    """A checkpoint after 0, 1, 2, … epochs, on the demo treebank (1 s at 100 units and 10 epochs).

    A model that was trained on the demo treebank is looked at with the documents it has not read.
    """
    checkpoint = get_checkpoint(checkpoint_id)
    sentences, unread = get_encoded(checkpoint_id, DEMO), checkpoint.card.split["test"]
    if DEMO in {corpus.name for corpus in checkpoint.card.corpora}:
        own = np.array([f"{DEMO}/{name}" in unread for name in sentences.documents])
        sentences = take_sentences(sentences, np.flatnonzero(own[sentences.document]))
    return compute_learning([untrained_like(checkpoint.model), *load_snapshots(checkpoint_id)], choose_probe(sentences))


def say_birth(learning: Learning) -> str:
    """The finding in words."""
    k, cell = learning.n_looks - 1, learning.counter
    score, null = float(learning.score[k]), float(learning.null[k])
    if score <= null:
        return tr("No cell follows the depth beyond chance yet: the best, cell {cell}, reaches |r| = **{score:.3f}** "
                  "(rotated labels: {null:.3f}).", cell=cell, score=score, null=null)
    return tr("Cell {cell} becomes the counter: its |r| with the depth is {before:.3f} in the untrained network, whose "
              "best cell reaches {untrained:.3f}, and **{score:.3f}** at the end, on sentences that did not choose it. "
              "From epoch **{birth}** on the best cell stays above nine tenths of that.", cell=cell, score=score,
              before=float(abs(learning.r[0, cell])), untrained=float(learning.score[0]),
              birth=f"{learning.birth():.2f}".rstrip("0").rstrip("."))


def tabulate(learning: Learning) -> pd.DataFrame:
    """One row a look: scores, then r of every cell."""
    frame = pd.DataFrame({"perplexity": learning.perplexity, "train_perplexity": learning.train,
                          "best_cell": learning.best, "held_out_r": learning.score, "rotated_labels": learning.null},
                         index=pd.Index(learning.epoch, name="epoch"))
    cells = pd.DataFrame(learning.r, index=frame.index, columns=[f"r_{j}" for j in range(learning.r.shape[1])])
    return pd.concat([frame, cells], axis=1)


def show_learning(learning: Learning, *, key: str, recipe: str, scrub: bool = True) -> None:
    """The figure of one training."""
    figure = draw_learning(
        learning, scrub=scrub, cell_name=tr("cell"), null_name=tr("rotated labels"), prefix=tr("epoch") + " ",
        play="▶ " + tr("play"), titles=(tr("r with {property}", property=tr("depth")), tr("depth"), "|r|",
                                       tr("perplexity")),
        axes=(tr("cell of c"), tr("epochs read")), train_name=tr("perplexity on the text being read"),
        unread_name=tr("perplexity on unread text"))
    show_figure(figure, key=key, recipe=recipe, table=lambda: tabulate(learning),
                alt=tr("Correlation of {n} cells with depth, cell {cell} over one sentence, and the way there, at {k} "
                       "moments of training.", n=learning.r.shape[1], cell=learning.counter, k=learning.n_looks))


@st.fragment
@guard()
def show_snapshots() -> None:
    """The scrubber over epochs of a checkpoint that ships: no training needed."""
    cards = list_with_snapshots()
    if not cards:
        raise CheckpointError("No checkpoint here keeps the weights of its epochs.",
                              "Train one below, or restore cache/checkpoints from the repository.")
    usual = min(cards.values(), key=lambda c: (not is_plain(c), "demo" in {p.name for p in c.corpora}, c.kind,
                                               abs(c.model["hidden_size"] - 100), c.id)).id
    chosen = pick_one(tr("A checkpoint that kept every epoch"), list(cards), "wmodel", usual,
                      format=lambda i: f"{kind_name(cards[i].kind)} · {checkpoint_name(cards[i])}")
    with st.spinner(tr("Looking at the model after every epoch, once …"), show_time=True):
        learning = get_snapshots(chosen)
    st.markdown(say_birth(learning))
    show_learning(learning, key="learning", recipe=_SNAPSHOTS.format(id=chosen))


def material_name(name: str) -> str:
    """What a run reads, in the reader's language."""
    names = {"dyck-1": tr("Dyck-1: one kind of bracket"), "dyck-2": tr("Dyck-2: two kinds of brackets"),
             "embedding": tr("generated sentences with relative clauses"),
             DEMO: tr("Demo (our own sentences)")}
    return names.get(name) or tr("{corpus}, on this machine", corpus=name)


def settings_name(s: Settings) -> str:
    """What tells one run from another, for menus and legends."""
    parts = [s.material, kind_name(s.kind), tr("{n} units", n=s.hidden_size), tr("dropout {p}", p=s.dropout),
             f"{tr('rate')} {s.learning_rate:g}", tr("seed {n}", n=s.seed), tr("{n} epochs", n=s.epochs)]
    return " · ".join([*parts, f"L1 {s.l1:g}"] if s.l1 else parts)


PANEL = RunPanel("learn", Settings, "w", name=settings_name, refresh=lambda: list_cards.clear())


def pick_settings() -> Settings:
    """The reader's choice; every control offers only what is allowed."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        material = pick_one(tr("What it reads"), list_materials(), "wmat", "dyck-1", format=material_name)
    kinds = list_kinds(material)
    with right:
        kind = pick_one(tr("In which form"), kinds, "wform", kinds[0], format=kind_name)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        size = pick_segment(tr("Units"), SIZES, "wsize", 30)
        dropout = pick_segment(tr("Dropout"), DROPOUTS, "wdrop", 0.2)
        rate = pick_segment(tr("Learning rate"), RATES, "wrate", 0.008, format="{:g}".format)
        l1 = pick_segment(tr("L1 penalty"), PENALTIES, "wl1", 0.0, format="{:g}".format, help=tr(
            "Adds this much loss for every unit of |h|, so that cells that are not needed fall silent."))
    left, right = st.columns(2)
    with left:
        epochs = pick_number(tr("Epochs"), *BOUNDS["epochs"], "wep", default=6)
    with right:
        seed = pick_number(tr("Seed"), 0, 20, "wseed", default=0)
    return Settings(material=material, kind=kind, hidden_size=size, dropout=dropout, learning_rate=rate, l1=l1,
                    seed=seed, epochs=epochs)


@st.fragment
@guard()
def show_trainer() -> None:
    """Settings, the start button, and the run that is being watched."""
    st.header(tr("Train one yourself"), anchor=False)
    settings = pick_settings()
    PANEL.offer_start(settings)
    PANEL.show_fault()
    runs = PANEL.list_runs()
    if not runs:
        st.caption(tr("The model trains in a process of its own; you see its cells about every second. A few epochs "
                      "of brackets take well under a minute."))
        return
    PANEL.watch(runs, _show_run)


def _show_run(job: store.Job) -> None:
    learning, epochs = get_reported(job, collect_rows), Settings(**job.settings).epochs
    done = float(learning.epoch[-1]) if learning is not None else 0.0
    PANEL.show_state(job, done / epochs, tr("Starting …") if learning is None else tr(
        "epoch {done:.2f} of {epochs}, perplexity {perplexity:.3f}, best cell |r| = {score:.3f}", done=done,
        epochs=epochs, perplexity=float(learning.perplexity[-1]), score=float(learning.score[-1])))
    if not job.active:
        _show_ended(job, learning, done, epochs)
    if learning is not None:
        if not job.active:
            st.markdown(say_birth(learning))
        show_learning(learning, key="live", recipe=_RUN.format(id=job.id), scrub=not job.active)


def _show_ended(job: store.Job, learning: Learning | None, done: float, epochs: int) -> None:
    if job.state == "stopped" and job.error is None:
        st.caption(tr("Stopped after {done:.2f} of {epochs} epochs; its state is saved.", done=done, epochs=epochs))
    if job.state == "finished" and learning is not None:
        show_numbers([
            (tr("perplexity"), f"{job.result['perplexity']:.3f}", tr("on unread documents"),
             tr("Between how many equally likely tokens the model wavers on average.")),
            (tr("held-out |r|"), f"{learning.score[-1]:.3f}", tr("cell {cell} of c", cell=learning.counter),
             tr("Chosen on one half of the probe sentences, scored on the other.")),
            (tr("seconds"), f"{job.result['seconds']:.0f}", tr("{n} epochs", n=job.result["epochs"]),
             tr("Time spent training, without the looks."))], columns=3)
    PANEL.offer_end(job, lambda: _link_model(job.result["checkpoint"]))


def _link_model(checkpoint_id: str) -> None:
    with suppress(CheckpointError):  # its folder has been removed since
        link_trajectory(load_card(checkpoint_id), tr("Open this model on the trajectories page"))


@st.fragment
@guard()
def show_two_runs() -> None:
    """Two trainings over each other."""
    st.header(tr("Compare two runs"), anchor=False)
    runs, cards = PANEL.list_runs(), list_with_snapshots()
    names = {job.id: settings_name(Settings(**job.settings)) for job in runs.values() if job.state != "queued"}
    names |= {i: f"{kind_name(card.kind)} · {checkpoint_name(card)}" for i, card in cards.items()}
    if len(names) < 2:
        st.caption(tr("There is only one run so far: train another with a different size, seed or dropout."))
        return
    ids = list(names)
    left, right = st.columns(2)
    with left:
        one = pick_one(tr("First run"), ids, "wone", ids[0], format=names.get)
    with right:
        other = pick_one(tr("Second run"), ids, "wtwo", ids[1], format=names.get)
    pair = []
    for name in (one, other):
        learning = get_snapshots(name) if name in cards else get_reported(runs[name], collect_rows)
        if learning is None:
            st.caption(tr("The run has not been looked at yet."))
            return
        pair.append(learning)
    figure = draw_comparison(pair, [f"{mark}: {names[i]}" for mark, i in zip("AB", (one, other), strict=True)],
                             titles=(tr("held-out |r|"), tr("perplexity"), "|r|"),
                             axes=(tr("epochs read"), tr("cells of c at the end, strongest first")))
    table = pd.concat([tabulate(run).iloc[:, :5].assign(run=name)
                       for run, name in zip(pair, (one, other), strict=True)])
    recipe = None if {one, other} & set(cards) else _COMPARE.format(names=[one, other])
    show_figure(figure, key="compare", table=table, recipe=recipe,
                alt=tr("Held-out |r| of the best cell and perplexity of two runs over training, and |r| of all their "
                       "cells at the end."))
    counts = [int((np.abs(run.r[-1]) > 0.5).sum()) for run in pair]
    st.markdown(tr("At the end A has {a} of {n_a} cells with |r| > 0.5 and its best reaches {r_a:.3f}; B has {b} of "
                   "{n_b}, and its best reaches {r_b:.3f}. The perplexities compare only where both read the same text "
                   "in the same form.", a=counts[0], b=counts[1], n_a=pair[0].r.shape[1], n_b=pair[1].r.shape[1],
                   r_a=float(pair[0].score[-1]), r_b=float(pair[1].score[-1])))
