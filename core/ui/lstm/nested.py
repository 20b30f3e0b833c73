"""The panels of the page about code and deep nesting."""

from textwrap import shorten

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.generalisation import DEPTHS, ENDS, Generalisation
from core.checkpoints.card import CheckpointCard
from core.corpora.lisp import write_lisp
from core.errors import AnalysisError, CheckpointError, TextError
from core.figures.lstm.generalisation import draw_curves, draw_form, draw_told_depth
from core.figures.palette import show_token
from core.reproduce.lstm.generalisation import applies
from core.states.sources import DEMO, card_family
from core.ui.cards import list_cards
from core.ui.controls import pick_one, pick_segment, pick_text
from core.ui.language import tr
from core.ui.lstm.cached import HELD_OUT, get_held_out, get_picked, get_sentences, get_study, get_typed
from core.ui.lstm.findings import link_trajectory, say_verdict
from core.ui.lstm.pickers import checkpoint_name, kind_name
from core.ui.messages import guard, show_error
from core.ui.output import show_figure, show_numbers

TYPED = "typed"
EXAMPLE = "(defun sum-leaves (tree) (cond ((null tree) 0) ((atom tree) tree) (t (+ (sum-leaves (car tree)) " \
          "(sum-leaves (cdr tree))))))"
MATERIALS = ("lisp", "dyck-1", "dyck-2", "embedding", "english")
_IMPORTS = """\
from core.checkpoints.store import load_checkpoint
from core.figures.lstm.generalisation import {draw}
from core.reproduce.lstm.generalisation import load_generalisation

result = load_generalisation(load_checkpoint("{id}").card, "{source}")
{lines}
"""


def material_of(card: CheckpointCard) -> str:
    """What a checkpoint was trained on: one of `MATERIALS`."""
    family = card_family(card)
    return card.corpora[0].name if family == "generated" else family


def material_name(material: str) -> str:
    """A material in the reader's language."""
    return {"lisp": "Lisp", "dyck-1": "Dyck-1", "dyck-2": "Dyck-2", "embedding": tr("centre embedding"),
            "english": tr("English trees")}[material]


def list_models() -> dict[str, list[CheckpointCard]]:
    """Checkpoints that count brackets, by what they were trained on."""
    cards = [c for c in list_cards("lstm")[0] if applies(c) and not c.training.get("l1")]
    found: dict[str, list[CheckpointCard]] = {}
    for material in MATERIALS:
        own = [c for c in cards if material_of(c) == material]
        if own:
            found[material] = sorted(own, key=lambda c: (c.kind, int(c.training.get("seed", 0)), c.id))
    return found


def pick_model() -> CheckpointCard:
    """What the model was trained on, and which model.

    Raises
    ------
    CheckpointError
        When no checkpoint here counts brackets.
    """
    models = list_models()
    if not models:
        raise CheckpointError("There is no checkpoint to look at.",
                              "Restore cache/checkpoints from the repository, or train one: "
                              "python -m core.training lstm --kind 1.")
    left, right = st.columns([5, 5], vertical_alignment="bottom")
    with left:
        material = pick_segment(tr("Trained on"), list(models), "nmat", format=material_name)
    own = {card.id: card for card in models[material]}
    with right:
        chosen = pick_one(tr("Checkpoint"), list(own), "nmodel",
                          format=lambda i: f"{kind_name(own[i].kind)} · {checkpoint_name(own[i])}")
    return own[chosen]


def load_result(card: CheckpointCard) -> tuple[Generalisation, str]:
    """The stored result, or one measured on the demo where none is stored; and its source."""
    try:
        return get_study(card.id, HELD_OUT, "generalisation"), HELD_OUT
    except AnalysisError:
        return get_study(card.id, DEMO, "generalisation"), DEMO


def show_headline(card: CheckpointCard, result: Generalisation, source: str) -> None:
    """How closely the best cell follows depth, and how far it counts, with their controls."""
    try:
        held_out = get_held_out(card.id, source)
    except AnalysisError:
        held_out = None
    trained, beyond = result.trained_depth, result.beyond
    best = held_out.best_cell("c", "depth") if held_out is not None else None
    if best is not None and np.isfinite(best["r"]):
        st.markdown(say_verdict(best, "c", "depth"))
    reached = min(result.limit, int(result.depths[-1, 0])) if len(result.depths) else 0
    if reached >= 3 * trained:
        st.markdown(tr("Trained to depth {trained}, the cell counts to **{reached}** and beyond: three times as deep.",
                       trained=trained, reached=reached))
    elif reached > trained:
        st.markdown(tr("Trained to depth {trained}, the cell keeps its mean error below half a bracket to depth "
                       "**{reached}**, not to three times as deep.", trained=trained, reached=reached))
    else:
        st.markdown(tr("Trained to depth {trained}, the cell keeps its mean error below half a bracket to depth "
                       "**{reached}** only: beyond its training the count drifts.", trained=trained, reached=reached))
    show_numbers([
        (tr("held-out |r| with depth"), f"{abs(best['r']) if best else result.r:.3f}",
         f"{best['low']:.3f} – {best['high']:.3f}" if best else "",
         tr("Of the best cell of c, chosen on one half of the documents and scored on the other, with its 95 % "
            "interval.")),
        (tr("rotated labels"), f"{best['null']:.3f}" if best else "–", tr("largest of all cells"),
         tr("The labels shifted against the text: 95 % of the largest |r| stay below this.")),
        (tr("untrained LSTM"), f"{result.untrained_r:.3f}", tr("chosen alike"),
         tr("The best cell of the same network with its first, random weights.")),
        (tr("trained to depth"), f"{trained}", tr("with the root's bracket"),
         tr("The generator's limit; for text, the depth that 99 % of the held-out tokens do not exceed.")),
        (tr("counts to depth"), f"{reached}", tr("cell {cell}", cell=result.cell),
         tr("The deepest level up to which the mean error of the cell stays below half a bracket.")),
        (tr("ends found, 2 d to 3 d"), "–" if np.isnan(beyond[0]) else f"{beyond[0]:.1%}",
         "" if np.isnan(beyond[0]) else f"{beyond[1]:.1%} – {beyond[2]:.1%}",
         tr("Share of sequences between two and three times the depth of training whose end is predicted there and "
            "nowhere before."))], columns=3)


@st.fragment
@guard()
def show_form(card: CheckpointCard, result: Generalisation) -> None:
    """One form or sentence, and the depth the cell tells after each token."""
    lisp = card_family(card) == "lisp"
    st.header(tr("The cell over a form") if lisp else tr("The cell over a sequence"), anchor=False)
    sentences = get_sentences(card.id, DEMO)[:500]
    choice = pick_one(tr("Form") if lisp else tr("Sequence"), [*range(len(sentences)), TYPED], "nform",
                      min(len(sentences) - 1, 2),
                      format=lambda i: tr("typed here") if i == TYPED else _label(sentences[i]))
    if choice == TYPED:
        label = tr("A Lisp form, such as (defun twice (x) (* 2 x))") if lisp else tr("A bracketed tree")
        text = pick_text(label, "ntext", EXAMPLE if lisp else "(S (A (A (A (A)))) (A (A)))", lines=3)
        try:
            trajectory, tree = get_typed(card.id, text)
        except TextError as error:
            show_error(error, text=text)
            return
    else:
        trajectory, tree = get_picked(card.id, DEMO, choice)
    sentence = trajectory.sentence
    told = (trajectory.states["layer0.c"][:, result.cell] - result.offset) / (result.step or 1e-9)
    error = np.abs(told - sentence.depth)[:-1]
    figure = draw_form(sentence.tokens, sentence.depth, told, tags=sentence.tags, depth_name=tr("depth"),
                       told_name=tr("told by cell {cell}", cell=result.cell), y_title=tr("brackets open"))
    if lisp and tree is not None:
        st.code(write_lisp(tree), language=None, wrap_lines=True)
    show_figure(figure, key="nested_form",
                alt=tr("Depth after each of {n} tokens and the depth that cell {cell} tells.",
                       n=len(sentence.tokens), cell=result.cell),
                table=lambda: pd.DataFrame({"token": [show_token(t) for t in sentence.tokens], "tag": sentence.tags,
                                            "depth": sentence.depth, "told": told.astype(np.float32)}))
    st.caption(tr("Mean error here {error:.2f} brackets, largest {largest:.2f}; deepest level {depth}. Values of the "
                  "cell are put on the scale of depth by a line fitted on other documents.", error=float(error.mean()),
                  largest=float(error.max()), depth=int(sentence.depth.max())))
    if choice != TYPED:
        link_trajectory(card, tr("Open cell {cell} on the trajectories page", cell=result.cell), src=DEMO,
                        s=str(choice), rank="hand", cells=str(result.cell))


def show_depths(card: CheckpointCard, result: Generalisation, source: str) -> None:
    """The depth told and its error, beyond the depth of training."""
    st.header(tr("Deeper than in training"), anchor=False)
    st.caption(describe_stimuli(result))
    depth, trained_name = result.depth_column("depth"), tr("trained to")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(tr("The depth the cell tells"), anchor=False)
        figure = draw_told_depth(depth, result.depths[:, 2:7], result.depth_column("n"), trained=result.trained_depth,
                                 x_title=tr("depth"), y_title=tr("depth told by the cell"),
                                 exact_name=tr("exact count"), trained_name=trained_name,
                                 told_name=tr("cell {cell}, median and 5–95 %", cell=result.cell))
        show_figure(figure, key="nested_told", table=pd.DataFrame(result.depths, columns=list(DEPTHS)),
                    alt=tr("Depth told by cell {cell} at each true depth, to {depth:.0f}; trained to {trained}.",
                           cell=result.cell, depth=float(depth[-1]), trained=result.trained_depth),
                    recipe=_recipe(card, source, "draw_told_depth",
                                   'draw_told_depth(result.depth_column("depth"), result.depths[:, 2:7], '
                                   'result.depth_column("n"),\n                trained=result.trained_depth).show()'))
    with right:
        st.subheader(tr("How far off it is"), anchor=False)
        curves = [(tr("cell {cell}", cell=result.cell), depth, result.depth_column("error")),
                  (tr("side by side"), depth, result.depth_column("beside")),
                  (tr("untrained LSTM"), depth, result.depth_column("untrained"))]
        curves = [c for c in curves if np.isfinite(c[2]).any()]
        top = max(1.0, 1.25 * float(result.depth_column("high").max()))
        figure = draw_curves(curves, bands=[result.depths[:, 8:10]], trained=result.trained_depth, level=0.5, limit=top,
                             x_title=tr("depth"), y_title=tr("mean error, brackets"), trained_name=trained_name)
        show_figure(figure, key="nested_error", table=pd.DataFrame(result.depths, columns=list(DEPTHS)),
                    alt=tr("Mean error of the depth told at each depth, beside controls."),
                    recipe=_recipe(card, source, "draw_curves",
                                   'depth = result.depth_column("depth")\n'
                                   'draw_curves([("cell", depth, result.depth_column("error"))], '
                                   'bands=[result.depths[:, 8:10]],\n            trained=result.trained_depth).show()'))
    st.header(tr("Where it expects the end"), anchor=False)
    x = result.end_column("depth")
    curves = [(tr("end predicted there and nowhere before"), x, result.end_column("exact")),
              (tr("side by side"), x, result.end_column("beside")),
              (tr("closing brackets predicted"), x, result.end_column("closing"))]
    figure = draw_curves([c for c in curves if np.isfinite(c[2]).any()], bands=[result.ends[:, 3:5]], share=True,
                         trained=result.trained_depth, x_title=tr("deepest point of the sequence"),
                         y_title=tr("share"), trained_name=trained_name)
    show_figure(figure, key="nested_ends", table=pd.DataFrame(result.ends, columns=list(ENDS)),
                alt=tr("Share of sequences whose end is predicted, by their deepest point."),
                recipe=_recipe(card, source, "draw_curves",
                               'x = result.end_column("depth")\n'
                               'draw_curves([("end", x, result.end_column("exact"))], bands=[result.ends[:, 3:5]], '
                               'share=True,\n            trained=result.trained_depth).show()'))


@st.fragment
@guard()
def show_models() -> None:
    """One model of each material, its curve over depth in units of its own training."""
    st.header(tr("Models side by side"), anchor=False)
    what = pick_segment(tr("Measure"), ("error", "exact"), "nwhat", "error",
                        format=lambda w: tr("error of the counter") if w == "error" else tr("ends found"))
    curves, rows = [], []
    for material, cards in list_models().items():
        result = next((r for r in map(_stored, cards) if r is not None), None)
        if result is None:
            continue
        x, y = ((result.depth_column("depth"), result.depth_column("error")) if what == "error"
                else (result.end_column("depth"), result.end_column("exact")))
        x = x / result.trained_depth
        curves.append((material_name(material), x, y))
        rows += [{"trained on": material, "depth / trained depth": a, what: b} for a, b in zip(x, y, strict=True)]
    if not curves:
        st.caption(tr("There are no stored results yet."))
        return
    top = min(4.0, 1.1 * max(float(np.nanmax(y)) for _, _, y in curves))
    figure = draw_curves(curves, trained=1, share=what == "exact", level=0.5 if what == "error" else None, limit=top,
                         x_title=tr("depth, as a multiple of the depth of training"),
                         y_title=tr("mean error, brackets") if what == "error" else tr("ends found"),
                         trained_name=tr("training: ×"))
    show_figure(figure, key="nested_models", table=pd.DataFrame(rows),
                alt=tr("{n} models over depth as a multiple of the depth of their training.", n=len(curves)))


def describe_stimuli(result: Generalisation) -> str:
    """What was read, in words."""
    n = result.n_groups
    return {
        "dyck": tr("{n:,} balanced sequences, all of one length, that reach each depth from 1 to three times the limit "
                   "of training: depth varies, length does not.", n=n),
        "embedding": tr("{n:,} sentences with one to twelve object relatives, each inside the one before. Each clause "
                        "adds three levels and four words, so they also grow longer. A full stop betrays their end.",
                        n=n),
        "grafts": tr("{n:,} sequences of held-out sentences or forms, each set into the deepest bracket of the one "
                     "before. Side by side: the same pieces in a row, as long but not as deep.", n=n)}[result.stimuli]


def _stored(card: CheckpointCard) -> Generalisation | None:
    try:
        return get_study(card.id, HELD_OUT, "generalisation")
    except AnalysisError:
        return None


def _label(sentence) -> str:
    return shorten(f"{sentence.document} {sentence.number} · {sentence.text}", 110, placeholder=" …")


def _recipe(card: CheckpointCard, source: str, draw: str, lines: str) -> str:
    return _IMPORTS.format(draw=draw, id=card.id, source=source, lines=lines)
