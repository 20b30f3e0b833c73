"""Predictions: what the model expects next, where it is wrong, and in which sentences."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.contexts import find_contexts
from core.analysis.heldout import CLASSES
from core.analysis.prediction import OTHER
from core.figures.confusion import draw_bracket_pairs, draw_confusion, largest_mistake, order_classes
from core.figures.palette import show_token
from core.ui import frame
from core.ui.cached import HELD_OUT, get_checkpoint, get_encoded, get_held_out, get_predictions, get_states
from core.ui.controls import pick_one
from core.ui.findings import link_trajectory, name_unit, show_numbers, write_recipe
from core.ui.language import tr
from core.ui.messages import guard, quote_code
from core.ui.output import page_header, show_figure, show_guide
from core.ui.pickers import pick_checkpoint, pick_source

BEFORE, AFTER = 14, 4  # tokens shown round a position


def name_class(token: str) -> str:
    """A class of the matrix, in words where it is no token."""
    return tr("other words") if token == OTHER else show_token(token)


def show_headline(card, source: str, result) -> None:
    """Perplexity, and how often each class of token is predicted exactly."""
    names = {"ED": tr("ED exactly"), "(": tr("opening brackets exactly"), ")": tr("closing brackets exactly"),
             "word": tr("words exactly")}
    scores = {name: result.class_accuracy(name) for name in CLASSES if result.class_accuracy(name)["n"] > 0}
    difference, low, high = result.close_minus_open.tolist()
    if {"(", ")"} <= set(scores):
        side = (tr("Closing brackets are predicted better than opening ones") if low > 0 else
                tr("Opening brackets are predicted better than closing ones") if high < 0 else
                tr("Opening and closing brackets are predicted equally well"))
        st.markdown(tr("**{side}**: by {points:.1f} percentage points (95 % interval {low:.1f} to {high:.1f}).", side=side,
                       points=100 * abs(difference), low=100 * min(abs(low), abs(high)) if low * high > 0 else 100 * low,
                       high=100 * max(abs(low), abs(high)) if low * high > 0 else 100 * high))
    show_numbers([(tr("perplexity"), f"{result.perplexity:.2f}", tr("{n:,} tokens", n=result.n_tokens), tr(
        "Between how many equally likely tokens the model wavers on average. {corpus}: {unit}.", corpus=result.corpus,
        unit=name_unit(card, source, result.n_groups)))] + [
        (names[name], f"{s['accuracy']:.1%}", f"{s['low']:.1%} – {s['high']:.1%}", tr(
            "Share of the {n:,} true ones that are the most probable token, with its 95 % interval. Precision {precision:.1%}: "
            "share of such predictions that are right. Base rate {base:.1%}: their share of all tokens.", n=int(s["n"]),
            precision=s["precision"], base=s["base_rate"])) for name, s in scores.items()], min_width=165)
    rows = pd.DataFrame([{"": names[name], tr("precision"): s["precision"], tr("base rate"): s["base_rate"], "n": int(s["n"])}
                         for name, s in scores.items()])
    share = st.column_config.NumberColumn(format="percent")
    with st.expander(tr("Precision and base rates")):
        st.dataframe(rows, hide_index=True, width="content", alt=tr("Precision and base rates"),
                     column_config={tr("precision"): share, tr("base rate"): share})


def follow_click(classes: tuple[str, ...]) -> None:
    """A clicked field becomes the two menus' values."""
    points = st.session_state["confusion"].selection.points
    if points:
        true, predicted = points[0]["customdata"][:2]
        st.session_state["ptrue"], st.session_state["ppred"] = classes[int(true)], classes[int(predicted)]


@st.fragment
def show_matrix(card, source: str, result) -> None:
    """The confusion matrix; one of its fields is looked into."""
    st.subheader(tr("Confusion matrix"), anchor=False)
    confusion = result.confusion_matrix()
    classes, ordered = confusion.classes, [confusion.classes[k] for k in order_classes(confusion.classes)]
    usual = largest_mistake(confusion)
    left, right = st.columns([3, 2] if len(classes) <= 12 else [4, 1], gap="large")
    with right:
        true = pick_one(tr("What came (or click a field)"), ordered, "ptrue", usual[0], format=name_class)
        predicted = pick_one(tr("What was predicted"), ordered, "ppred", usual[1], format=name_class)
        row = confusion.counts[classes.index(true)]
        n = int(row[classes.index(predicted)])
        st.markdown(tr("{n:,} of {total:,} times that {true} came, {predicted} was the most probable token.", n=n,
                       total=int(row.sum()), true=quote_code(name_class(true)), predicted=quote_code(name_class(predicted))))
    with left:
        figure = draw_confusion(confusion, picked=(true, predicted), x_title=tr("predicted"), y_title=tr("what came"),
                                share_title=tr("share of the row"), other_name=tr("other words"))
        table = pd.DataFrame(confusion.counts, columns=classes, index=pd.Index(classes, name="true"))
        show_figure(figure, key="confusion", on_select=lambda: follow_click(classes), selection_mode="points", table=table,
                    alt=tr("Confusion matrix of {n} classes of tokens: what came down, what was predicted across.",
                           n=len(classes)),
                    recipe=write_recipe(card, source, "from core.figures.confusion import draw_confusion",
                                        "draw_confusion(result.confusion_matrix()).show()"))
    show_contexts(card, source, (true, predicted), classes, n)


def show_contexts(card, source: str, field: tuple[str, str], classes: tuple[str, ...], n: int) -> None:
    """Sentences behind one field of the matrix."""
    st.subheader(tr("Where {true} came and {predicted} was expected", true=quote_code(name_class(field[0])),
                    predicted=quote_code(name_class(field[1]))), anchor=False)
    if source == HELD_OUT:
        st.info(tr("Stored numbers hold no sentences. Choose the demo treebank, or a corpus on this machine, under "
                   "“Sentences” to read them."), icon=":material/info:")
        return
    if n == 0:
        st.caption(tr("This never happens in these sentences."))
        return
    with st.spinner(tr("Predicting every token, once …"), show_time=True):
        checkpoint, sentences = get_checkpoint(card.id), get_encoded(card.id, source)
        found, total = find_contexts(get_predictions(card.id, source), sentences, checkpoint.vocabulary, field=field,
                                     classes=classes, model=checkpoint.model, h=get_states(card.id, source)["layer0.h"])
    st.caption(tr("{shown} of {total:,}, spread over the text; the bold token is the one that came.", shown=len(found),
                  total=total))
    for context in found:
        show_context(card, source, context)


def show_context(card, source: str, context) -> None:
    """One position: what was read, what came, what was expected, and its trajectory."""
    at, tokens = context.position, [show_token(t) for t in context.tokens]
    before = "… " * (at > BEFORE) + " ".join(tokens[max(0, at - BEFORE):at])
    after = " ".join(tokens[at + 1:at + 1 + AFTER]) + " …" * (len(tokens) > at + 1 + AFTER)
    words = f"{quote_code(before)} :primary-background[**{quote_code(tokens[at])}**]" + (f" {quote_code(after)}" if after else "")
    text, link = st.columns([5, 1], vertical_alignment="center", gap="small")
    with text:
        st.markdown(words + "  \n" + tr(":small[{came} {p_came:.1%}; expected {predicted} {p_predicted:.1%}]",
                                        came=quote_code(tokens[at]), p_came=context.p_came,
                                        predicted=quote_code(show_token(context.predicted)), p_predicted=context.p_predicted))
    with link:
        link_trajectory(card, tr("Sentence {number}", number=context.sentence + 1), src=source, s=str(context.sentence))


def show_pairs(card, source: str, result) -> None:
    """Opening against closing brackets, by label."""
    confusion = result.confusion_matrix()
    if card.kind not in (2, 4):
        return
    st.subheader(tr("Opening and closing brackets by label"), anchor=False)
    figure = draw_bracket_pairs(confusion, opening_name=tr("opening (XP"), closing_name=tr("closing XP)"),
                                x_title=tr("label, most frequent first"), y_title=tr("predicted exactly"))
    diagonal, totals = np.diag(confusion.shares), confusion.counts.sum(1)
    show_figure(figure, key="pairs", table=pd.DataFrame({"token": confusion.classes, "predicted_exactly": diagonal, "n": totals}),
                alt=tr("Share of opening and of closing brackets predicted exactly, by label."),
                recipe=write_recipe(card, source, "from core.figures.confusion import draw_bracket_pairs",
                                    "draw_bracket_pairs(result.confusion_matrix()).show()"))


frame.ensure()
page_header("predictions")
with guard():
    card = pick_checkpoint(default_kind=1)
    source = pick_source("psrc", stored=True)
    with st.spinner(tr("Reading the sentences and predicting every token, once …"), show_time=True), st.skeleton(400):
        result = get_held_out(card.id, source)
    show_headline(card, source, result)
    show_matrix(card, source, result)
    show_pairs(card, source, result)
    show_guide(tr("A row is what came, a column what the model thought most probable: a dark diagonal is right. ED right "
                  "every time means that the model knows when all brackets are closed, so it counts. With labels, "
                  "a closing bracket has to name the phrase that is open: mistakes off the diagonal among closing brackets "
                  "would show that the nesting is forgotten. Opening brackets are open questions of grammar, and no model "
                  "can know them all. Compare precision and base rate: a model that always says ED would be right every "
                  "time ED comes."))
