"""Predictions: what the model expects next, where it is wrong, and in which sentences."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.heldout import CLASSES
from core.figures.lstm.confusion import (
    NUMBERED_CLASSES,
    draw_bracket_pairs,
    draw_confusion,
    largest_mistake,
    order_classes,
)
from core.ui import frame
from core.ui.controls import pick_one
from core.ui.language import tr
from core.ui.lstm.cached import HELD_OUT, get_held_out
from core.ui.lstm.contexts import name_class, show_contexts
from core.ui.lstm.findings import name_unit, write_recipe
from core.ui.lstm.pickers import is_encoder, pick_checkpoint, pick_source, show_decoder_button
from core.ui.messages import guard, quote_code
from core.ui.output import page_header, read_click, show_figure, show_guide, show_numbers


def say_sides(result) -> str:
    """Whether closing or opening brackets are predicted better."""
    difference, low, high = (100 * result.close_minus_open).tolist()
    if low <= 0 <= high:
        signed = {name: f"{value:+.1f}".replace("-", "−")
                  for name, value in {"difference": difference, "low": low, "high": high}.items()}
        return tr("Closing and opening brackets are predicted **equally well** (difference {difference} percentage "
                  "points, 95 % interval {low} to {high}).", **signed)
    low, high = sorted((abs(low), abs(high)))
    numbers = {"difference": abs(difference), "low": low, "high": high}
    return (tr("**Closing** brackets are predicted better than opening ones, by {difference:.1f} percentage points "
               "(95 % interval {low:.1f} to {high:.1f}).", **numbers) if difference > 0 else
            tr("**Opening** brackets are predicted better than closing ones, by {difference:.1f} percentage points "
               "(95 % interval {low:.1f} to {high:.1f}).", **numbers))


def show_headline(card, source: str, result) -> None:
    """Perplexity, and how often each class of token is predicted exactly."""
    names = {"ED": tr("ED exactly"), "(": tr("opening exactly"), ")": tr("closing exactly"),
             "word": tr("words exactly")}
    shown = CLASSES if card.kind >= 3 else CLASSES[:-1]  # without words the rest is a rare label
    scores = {name: result.class_accuracy(name) for name in shown if result.class_accuracy(name)["n"] > 0}
    if {"(", ")"} <= set(scores):
        st.markdown(say_sides(result))
    numbers = [(tr("perplexity"), f"{result.perplexity:.2f}", tr("{n:,} tokens", n=result.n_tokens), tr(
        "Between how many equally likely tokens the model wavers on average. {corpus}: {unit}.", corpus=result.corpus,
        unit=name_unit(card, source, result.n_groups)))]
    for name, score in scores.items():
        numbers.append((names[name], f"{score['accuracy']:.1%}", f"{score['low']:.1%} – {score['high']:.1%}",
                        tr("Share of the {n:,} true ones that were the most probable token, with its 95 % interval.",
                           n=int(score["n"]))))
    show_numbers(numbers, columns=len(numbers))
    table = pd.DataFrame([{"class": names[name], "precision": s["precision"], "base": s["base_rate"], "n": int(s["n"])}
                          for name, s in scores.items()])
    column = st.column_config
    with st.expander(tr("Precision and base rates")):
        st.dataframe(table, hide_index=True, width="content", alt=tr("Precision and base rates"), column_config={
            "class": tr("class"), "n": column.NumberColumn(tr("n true"), format="localized"),
            "precision": column.NumberColumn(tr("precision: predicted and right"), format="percent"),
            "base": column.NumberColumn(tr("base rate: share of all tokens"), format="percent")})


def follow_click(classes: tuple[str, ...]) -> None:
    """A clicked field becomes the two menus' values."""
    if clicked := read_click("confusion"):
        st.session_state["ptrue"], st.session_state["ppred"] = (classes[int(k)] for k in clicked[:2])


@st.fragment
@guard()
def show_matrix(card, source: str, result) -> None:
    """The confusion matrix; one of its fields is looked into."""
    st.header(tr("Confusion matrix"), anchor=False)
    confusion = result.confusion_matrix()
    classes, usual = confusion.classes, largest_mistake(confusion)
    ordered = [classes[k] for k in order_classes(classes)]
    if len(classes) <= NUMBERED_CLASSES:
        left, right = st.columns([3, 2], gap="large")
    else:  # the matrix needs the width
        right, left = st.container(), st.container()
    with right:
        true = pick_one(tr("What came (or click a field)"), ordered, "ptrue", usual[0], format=name_class)
        predicted = pick_one(tr("What was predicted"), ordered, "ppred", usual[1], format=name_class)
        row, names = confusion.counts[classes.index(true)], [quote_code(name_class(t)) for t in (true, predicted)]
        st.markdown(tr("Of {total:,} times that {true} came, {predicted} was the most probable token {n:,} times.",
                       n=int(row[classes.index(predicted)]), total=int(row.sum()), true=names[0], predicted=names[1]))
    with left:
        figure = draw_confusion(confusion, picked=(true, predicted), x_title=tr("predicted"), y_title=tr("what came"),
                                share_title=tr("share of the row"), other_name=tr("other tokens"))
        show_figure(figure, key="confusion", on_select=lambda: follow_click(classes), selection_mode="points",
                    table=pd.DataFrame(confusion.counts, columns=classes, index=pd.Index(classes, name="true")),
                    alt=tr("Confusion matrix of {n} classes of tokens: what came down, what was predicted across.",
                           n=len(classes)),
                    recipe=write_recipe(card, source, "from core.figures.lstm.confusion import draw_confusion",
                                        "draw_confusion(result.confusion_matrix()).show()"))
    st.header(tr("Where {true} came and {predicted} was expected", true=names[0], predicted=names[1]), anchor=False)
    if source == HELD_OUT:
        st.info(tr("Stored numbers hold no sentences. To read some, choose the demo treebank, or a corpus on this "
                   "machine, under “Sentences”."), icon=":material/info:")
    else:
        with guard():
            show_contexts(card, source, (true, predicted), classes)


def show_pairs(card, source: str, result) -> None:
    """Opening against closing brackets, by label."""
    st.header(tr("Opening and closing brackets by label"), anchor=False)
    confusion = result.confusion_matrix()
    figure = draw_bracket_pairs(confusion, opening_name=tr("opening (XP"), closing_name=tr("closing XP)"),
                                x_title=tr("label, most frequent first"), y_title=tr("predicted exactly"))
    table = pd.DataFrame({"token": confusion.classes, "predicted_exactly": np.diag(confusion.shares),
                          "n": confusion.counts.sum(1)})
    show_figure(figure, key="pairs", table=table,
                alt=tr("Share of opening and of closing brackets predicted exactly, by label."),
                recipe=write_recipe(card, source, "from core.figures.lstm.confusion import draw_bracket_pairs",
                                    "draw_bracket_pairs(result.confusion_matrix()).show()"))


frame.ensure()
page_header("predictions")
with guard():
    card = pick_checkpoint(default_kind=1)
    if is_encoder(card):
        show_decoder_button(card, "predictions")
        st.stop()
    source = pick_source("psrc", stored=True)
    with st.spinner(tr("Reading the sentences and measuring every cell, once …"), show_time=True), st.skeleton(400):
        result = get_held_out(card.id, source)
    show_headline(card, source, result)
    show_matrix(card, source, result)
    if card.kind in (2, 4):
        show_pairs(card, source, result)
    show_guide(tr("A row is what came, a column what the model thought most probable: a strong diagonal is right. ED "
                  "right every time, and never too early (precision), means that the model knows when all brackets are "
                  "closed: it counts. With labels, a closing bracket has to name the phrase that is open; mistakes "
                  "among closing brackets would show that the nesting is forgotten. Which bracket opens next is seldom "
                  "decided by what came before, so expect less there. An accuracy near the base rate would mean that "
                  "nothing was learned."))
