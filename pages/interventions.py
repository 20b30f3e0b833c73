"""Interventions: hold, move or snap cells while the model reads, and see what it then expects."""

import streamlit as st

from core.errors import TextError
from core.intervene.reading import read_sentence
from core.ui import frame
from core.ui.controls import pick_one, pick_segment, pick_text
from core.ui.language import tr
from core.ui.lstm.acting import MAX_SENTENCES, get_reading, get_typed_reading, pick_edit, show_runs, show_unknown
from core.ui.lstm.cached import (
    get_checkpoint,
    get_picked,
    get_sentences,
    get_sources,
    get_study,
    get_typed,
    rank_cached,
)
from core.ui.lstm.causes import show_ablation, show_snap
from core.ui.lstm.examples import example_texts
from core.ui.lstm.handover import show_handover
from core.ui.lstm.pickers import is_encoder, pick_checkpoint, pick_source, source_name
from core.ui.messages import guard, show_error
from core.ui.output import page_header, show_guide

VIEWS, TYPED = ("cell", "text", "rank", "snap"), "typed"
RECIPE = """from core.checkpoints.store import load_checkpoint
from core.figures.lstm.interventions import draw_two_runs
from core.intervene.edits import CellEdit, Snap
from core.intervene.reading import compare_readings, read_sentence
{imports}

checkpoint = load_checkpoint("{id}")
{lines}
"""
CELL_LINES = """sentence = {sentence}
left = read_sentence(checkpoint, sentence)
right = read_sentence(checkpoint, sentence, [{edits}])
draw_two_runs(compare_readings(left, right, {cells}, start={start}), cursor={cursor}).show()"""
TEXT_LINES = """form = typed_form(checkpoint.card)
left, right = (read_sentence(checkpoint, read_typed_sentence(text, checkpoint.kind, form=form)[0])
               for text in ({left!r},
                            {right!r}))
draw_two_runs(compare_readings(left, right, {cells}), cursor=0).show()"""
TYPED_IMPORTS = "from core.states.sources import typed_form\nfrom core.tokens.sentences import read_typed_sentence"


def read_text(card, key: str, label: str, default: str):
    """A typed reading; None after a message that points at the fault."""
    text = pick_text(label, key, default, lines=1 if card.kind == 5 else 4)
    try:
        return get_typed_reading(card.id, text), text
    except TextError as error:
        show_error(error, text=text)
        return None, text


def pick_reading(card):
    """The sentence to act on, and lines that read it again; None after a message."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        source = pick_one(tr("Sentence from"), [*get_sources(card.id), TYPED], "isent",
                          format=lambda s: tr("typed here") if s == TYPED else source_name(s))
    with right:
        if source == TYPED:
            reading, text = read_text(card, "itext", tr("A sentence or a bracketed tree"), example_texts(card)[0])
            if reading is None:
                return None
            lines = f"read_typed_sentence({text!r}, checkpoint.kind, form=typed_form(checkpoint.card))[0]"
            return reading, get_typed(card.id, text)[0], lines, TYPED_IMPORTS
        sentences = get_sentences(card.id, source)[:MAX_SENTENCES]
        number = pick_one(tr("Sentence"), range(len(sentences)), "is",
                          format=lambda i: f"{sentences[i].document} {sentences[i].number} · {sentences[i].text}")
    lines = (f'linearise(list_sentences(read_source("{source}", checkpoint.card))[{number}].tree, checkpoint.kind,\n'
             "                     pos_brackets=checkpoint.pos_brackets)")
    imports = ("from core.states.sources import list_sentences, read_source\n"
               "from core.tokens.linearise import linearise")
    return get_reading(card.id, source, number), get_picked(card.id, source, number)[0], lines, imports


@st.fragment
@guard()
def act_on_cell(card) -> None:
    """One sentence, with and without an edit of the cells."""
    picked = pick_reading(card)
    if picked is None:
        return
    untouched, trajectory, sentence, imports = picked
    edits, cells, first = pick_edit(card, untouched, rank_cached(card.id, "c", "depth", trajectory)[0])
    edited = read_sentence(get_checkpoint(card.id), untouched.sentence, edits, untouched=untouched)
    show_unknown(untouched)
    written = ", ".join(repr(edit) for edit in edits).replace("dtype=float32", "float32")
    if any(type(edit).__name__ == "Snap" for edit in edits):
        imports += "\nfrom numpy import array, float32"
    if is_encoder(card):
        show_handover(card, untouched, edited, cells=cells, start=first, sentence=sentence, edits=written,
                      imports=imports)
        return
    lines = CELL_LINES.format(sentence=sentence, cells=cells, start=first, cursor=len(untouched.ids) - 2,
                              edits=written)
    show_runs(card, untouched, edited, cells=cells, start=first, key="edited", labels=(tr("untouched"), tr("changed")),
              recipe=RECIPE.format(id=card.id, imports=imports, lines=lines))
    show_guide(tr("The counter is chosen and held where the sentence is deepest. Grey is the untouched run, red the "
                  "changed one. Does P(ED) still rise at the end? Drag the slider to the last bracket: what does the "
                  "model want instead? Then set the counter once, to the value of another depth, and see whether it "
                  "counts on from there. Hold some other cell in the same way: if the end were lost as well, the "
                  "counter would be nothing special."))


@st.fragment
@guard()
def act_on_text(card) -> None:
    """Two versions of a sentence, aligned where they agree."""
    left_text, right_text = example_texts(card)
    columns = st.columns(2, gap="medium")
    with columns[0]:
        left, left_text = read_text(card, "ia", tr("A sentence"), left_text)
    with columns[1]:
        right, right_text = read_text(card, "ib", tr("The same sentence, edited"), right_text)
    if left is None or right is None:
        return
    show_unknown(right)
    ranked = rank_cached(card.id, "c", "depth", get_typed(card.id, left_text)[0])[0]
    cell = pick_one(tr("Cell of c"), ranked, "icell", format=str)
    lines = TEXT_LINES.format(left=left_text, right=right_text, cells=[cell])
    show_runs(card, left, right, cells=[cell], start=None, key="texts", labels=(tr("first text"), tr("edited text")),
              recipe=RECIPE.format(id=card.id, imports=TYPED_IMPORTS, lines=lines))
    show_guide(tr("Both texts are aligned where they agree: what one alone has is struck out in grey or set in red. "
                  "After the edit, do the lines come together again? A counter that stays shifted by a whole step for "
                  "every bracket more counts; one that drifts back forgets. Surprisal that differs long after the edit "
                  "shows what the model still remembers of it."))


frame.ensure()
page_header("interventions")
with guard():
    card = pick_checkpoint(default_kind=1)
    if is_encoder(card):  # what a text or every cell in turn does to expectations is no question for it
        act_on_cell(card)
        st.stop()
    view = pick_segment(tr("Act on"), VIEWS, "iview", "cell", format=lambda v: {
        "cell": tr("a cell, in one sentence"), "text": tr("the text"), "rank": tr("every cell in turn"),
        "snap": tr("every update c_up")}[v])
    if view == "cell":
        act_on_cell(card)
    elif view == "text":
        act_on_text(card)
    else:
        source = pick_source("isrc", stored=True)
        with st.spinner(tr("Running the model with every change, once …"), show_time=True), st.skeleton(400):
            result = get_study(card.id, source, "ablation" if view == "rank" else "snap")
        (show_ablation if view == "rank" else show_snap)(card, source, result)
        if view == "rank":
            show_guide(tr("High and to the right: cells that follow depth and are needed. To the right but at zero: "
                          "cells that follow depth while the model does as well without them; correlation alone would "
                          "have misled. High and to the left: cells that do something else. The scale is a square "
                          "root, so that small costs stay apart. A rank correlation near 1 would say that |r| is all "
                          "one has to know; near 0, that it says nothing about cells other than the first."))
