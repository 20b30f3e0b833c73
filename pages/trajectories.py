"""Cell trajectories: one sentence, the cells that follow it, and what comes next."""

from textwrap import shorten

import pandas as pd
import streamlit as st

from core.analysis.lstm.correlation import PROPERTIES
from core.errors import TextError
from core.figures.lstm.trajectory import draw_overlay, draw_trajectory
from core.figures.palette import show_token
from core.tokens.spans import find_spans
from core.ui import frame
from core.ui.controls import pick_many, pick_number, pick_one, pick_segment, pick_text
from core.ui.language import tr
from core.ui.lstm.cached import DEMO, get_checkpoint, get_picked, get_sentences, get_sources, get_typed, rank_cached
from core.ui.lstm.examples import example_texts
from core.ui.lstm.pickers import is_encoder, pick_checkpoint, source_name
from core.ui.messages import guard, show_error
from core.ui.output import page_header, show_figure, show_guide

TYPED, BY_HAND = "typed", "hand"
STATES = ("c", "h", "c_up", "i", "f", "g", "o")
MAX_SENTENCES, MAX_CELLS = 2000, 8

RECIPE = """from core.analysis.lstm.trajectory import compute_trajectory
from core.checkpoints.store import load_checkpoint
from core.figures.lstm.trajectory import draw_trajectory
from core.tokens.spans import find_spans

checkpoint = load_checkpoint("{id}")
{read}
trajectory = compute_trajectory(checkpoint, sentence)
spans = find_spans(sentence, tree, checkpoint.kind)
draw_trajectory(trajectory, {cells}, state="layer0.{state}", spans=spans).show()
"""
PICKED_LINES = """from core.states.sources import list_sentences, read_source
from core.tokens.linearise import linearise
tree = list_sentences(read_source("{source}", checkpoint.card))[{number}].tree
sentence = linearise(tree, checkpoint.kind, pos_brackets=checkpoint.pos_brackets)"""
TYPED_LINES = """from core.states.sources import typed_form
from core.tokens.sentences import read_typed_sentence
text = {text!r}  # your text here
sentence, tree = read_typed_sentence(text, checkpoint.kind, form=typed_form(checkpoint.card))"""


def pick_sentence(card):
    """Trajectory, tree and a name for downloads; None after a message."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        source = pick_one(tr("Sentence from"), [*get_sources(card.id), TYPED], "src",
                          format=lambda s: tr("typed here") if s == TYPED else source_name(s))
    if source != TYPED:
        with right:
            sentences = get_sentences(card.id, source)[:MAX_SENTENCES]
            number = pick_one(tr("Sentence"), range(len(sentences)), "s",
                              format=lambda i: f"{sentences[i].document} {sentences[i].number} · {sentences[i].text}")
        return (*get_picked(card.id, source, number), source, number)
    words = card.kind == 5
    with right:
        text = pick_text(tr("A sentence in words, or a bracketed tree") if words else tr("A bracketed tree"),
                         "text", example_texts(card)[0], lines=1 if words else 3)
    try:
        return (*get_typed(card.id, text), source, 0)
    except TextError as error:
        show_error(error, text=text)
        return None


def pick_cells(card, state: str, trajectory) -> list[int]:
    """Cells ranked by a property, or named by hand."""
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        rank = pick_segment(tr("Cells that follow"), [*PROPERTIES, BY_HAND], "rank",
                            "VP" if card.kind in (2, 4, 5) else "depth",
                            format=lambda p: {"depth": tr("depth"), "position": tr("position"),
                                              BY_HAND: tr("by hand")}.get(p, p))
    ranked, stored = rank_cached(card.id, state, "depth" if rank == BY_HAND else rank, trajectory)
    with right:
        if rank == BY_HAND:
            return pick_many(tr("Cells"), range(int(card.model["hidden_size"])), "cells", ranked[:3],
                             max_selections=MAX_CELLS) or ranked[:1]
        n = pick_number(tr("How many cells"), 1, MAX_CELLS, "n", default=3)
    if not stored:
        st.caption(tr("Ranked by this sentence alone: there are no held-out results for this state."))
    return ranked[:n]


def as_table(card, trajectory, state: str, cells: list[int]) -> pd.DataFrame:
    """The numbers behind the figure."""
    sentence = trajectory.sentence
    frame = pd.DataFrame({"token": [show_token(t) for t in sentence.tokens], "tag": sentence.tags,
                          "depth": sentence.depth, "VP_depth": sentence.phrase_depth[:, 0]})
    for cell in cells:
        frame[f"{state}_{cell}"] = trajectory.states[f"layer0.{state}"][:, cell]
    if is_encoder(card):
        return frame
    return frame.assign(surprisal_bits=trajectory.surprisal,
                        next=[" ".join(show_token(w) for w in row) for row in trajectory.next_tokens])


def recipe(card, source: str, number: int, state: str, cells: list[int]) -> str:
    """Lines that draw the figure from core."""
    read = (TYPED_LINES.format(text=example_texts(card)[0]) if source == TYPED
            else PICKED_LINES.format(source=source, number=number))
    return RECIPE.format(id=card.id, read=read, cells=cells, state=state)


def show_trajectory(card, trajectory, tree, source: str, number: int) -> tuple[str, list[int]]:
    """The main figure; returns the state and the cells drawn."""
    state = pick_segment(tr("Internal vector"), STATES, "state", "c")
    cells = pick_cells(card, state, trajectory)
    sentence = trajectory.sentence
    unknown = [t for t, known in zip(sentence.tokens, trajectory.known, strict=True) if not known]
    if unknown:
        st.caption(tr("Not in the vocabulary, read as UNK: {words}", words=", ".join(unknown[:12])))
    spans = find_spans(sentence, tree, get_checkpoint(card.id).kind)
    figure = draw_trajectory(trajectory, cells, state=f"layer0.{state}", spans=spans,
                             titles=(state, tr("depth"), tr("tree"), tr("next symbol")), predicts=not is_encoder(card),
                             slider_prefix=tr("after reading") + " ")
    words = " ".join(tree.words() if tree is not None else sentence.tokens[1:-1])
    said = {"state": state, "cells": ", ".join(map(str, cells)), "words": words[:80]}
    show_figure(figure, key="trajectory", table=lambda: as_table(card, trajectory, state, cells),
                recipe=recipe(card, source, number, state, cells),
                alt=(tr("Values of {state} in cells {cells} after each token of “{words}”, with depth and tree.",
                        **said) if is_encoder(card) else
                     tr("Values of {state} in cells {cells} after each token of “{words}”, with depth, tree and next "
                        "symbols.", **said)))
    return state, cells


def show_overlay(card, state: str, cell: int) -> None:
    """One cell over several sentences, a colour a sentence."""
    st.header(tr("One cell, several sentences"), anchor=False)
    sentences = get_sentences(card.id, DEMO)
    spread = [int(k * (len(sentences) - 1) / 5) for k in range(6)]
    chosen = pick_many(tr("Sentences"), range(len(sentences)), "over", spread, max_selections=MAX_CELLS,
                       format=lambda i: sentences[i].text)
    runs = [get_picked(card.id, DEMO, i)[0] for i in chosen]
    figure = draw_overlay([run.states[f"layer0.{state}"][:, cell] for run in runs],
                          [run.sentence.tokens for run in runs],
                          labels=[shorten(sentences[i].text, 40, placeholder=" …") for i in chosen],
                          x_title=tr("token"), y_title=f"{state}[{cell}]")
    show_figure(figure, key="overlay",
                alt=tr("Cell {cell} of {state} over {n} sentences.", cell=cell, state=state, n=len(runs)),
                table=lambda: pd.concat([as_table(card, run, state, [cell]).assign(sentence=i)
                                         for i, run in zip(chosen, runs, strict=True)]))


@st.fragment
def show_result(card, trajectory, tree, source: str, number: int) -> None:
    """Figure, reading guide, overlay: their controls need no other sentence."""
    with guard():  # a fragment reruns without the page around it
        state, cells = show_trajectory(card, trajectory, tree, source, number)
        show_guide(tr("Follow the strongest line: does it climb when a phrase opens and fall when it closes? Compare "
                      "it with the grey depth and the dotted VP depth below. Drag the slider: the orange line moves "
                      "over the sentence. A cell that only drifts upwards follows the position, not the syntax: rank "
                      "by position to see those. Switch to h: is the count still there, or hidden by the output gate?")
                   if is_encoder(card) else
                   tr("Follow the strongest line: does it climb when a phrase opens and fall when it closes? Compare "
                      "it with the grey depth and the dotted VP depth below. Drag the slider: the orange line moves "
                      "over the sentence, and the bars show what the model expects next; ◀ marks what really comes. A "
                      "cell that only drifts upwards follows the position, not the syntax: rank by position to see "
                      "those. Switch to h: is the count still there, or hidden by the output gate?"))
        show_overlay(card, state, cells[0])


frame.ensure()
page_header("trajectories")
with guard():
    card = pick_checkpoint()
    picked = pick_sentence(card)
    if picked is not None:
        show_result(card, *picked)
