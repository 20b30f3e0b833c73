"""One sentence while a text CNN learns to read it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.course import SentenceCourse, standardise
from core.checkpoints.card import CNNCard
from core.figures.saliency.curves import N_NAMED, draw_curves
from core.figures.saliency.sentence import CourseTexts, draw_sentence
from core.states.saliency import METHODS, Method
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.playing import let_stop
from core.ui.saliency.cached import get_cnn
from core.ui.saliency.readings import get_course
from core.ui.saliency.sentence_choice import ChosenSentence, note_absence, pick_sentence
from core.ui.wording import join_sentences, list_words, plain

RAW, DOUBT, STANDARD = "raw", "doubt", "standard"
TALLEST = 640  # px of the curves beside a long sentence
TWO_CLASSES = ("predicted", "gold", "input")  # whose gradient is that of the margin times what is left to doubt
_RECIPE = """\
from core.analysis.saliency.course import follow_sentence, standardise
{imports}from core.checkpoints.cnn import load_cnn
from core.figures.saliency.{module} import {function}

checkpoint = load_cnn("{id}")
{material}course = follow_sentence(checkpoint, {text}, method="{method}", label={label})
values = {values}
{function}(course, values{more}).show()
"""
_MEASURES = {RAW: "course.saliency", STANDARD: "standardise(course.saliency)",
             DOUBT: "course.saliency / (1 - course.probabilities{place}).clip(1e-7)"}


@dataclass(frozen=True)
class Lens:
    """How a sentence is looked at: the kind of gradient, and what becomes of its values."""

    method: Method
    measure: str

    @property
    def signed(self) -> bool:
        return self.method in ("input", "integrated")

    def measure_course(self, course: SentenceCourse, label: int | None) -> np.ndarray:
        """Values of every word at every epoch, (T, K)."""
        if self.measure == STANDARD:
            return standardise(course.saliency)
        if self.measure == DOUBT:
            said = course.probabilities.max(1) if self.method != "gold" else course.probabilities[:, label]
            return course.saliency / np.maximum(1 - said.astype(np.float64), 1e-7)
        return course.saliency


def name_method(method: Method) -> str:
    return {"predicted": tr("predicted label (the paper)"), "gold": tr("right label"),
            "input": tr("gradient × input"), "integrated": tr("integrated gradients")}[method]


def explain_method(method: Method) -> str:
    """What a kind of saliency is, in one sentence."""
    return {
        "predicted": tr("How much the loss of the label that the network itself predicts would change with a word's "
                        "vector: the mean size of its gradient. It shrinks as confidence grows, whatever the words "
                        "do."),
        "gold": tr("The same for the label that is right: where the network is wrong and sure, this one is large and "
                   "the predicted label's is small."),
        "input": tr("The gradient of the predicted label's log-probability times the word's vector: green words "
                    "speak for the prediction, magenta ones against it."),
        "integrated": tr("The same gradient averaged along the way from no words at all to the sentence: the values "
                         "add up to the log-probability less that of an empty sentence."),
    }[method]


def name_measure(measure: str) -> str:
    return {RAW: tr("as it is"), DOUBT: tr("per doubt"), STANDARD: tr("standardised")}[measure]


def list_methods(label: int | None) -> list[Method]:
    return [m for m in METHODS if m != "gold" or label is not None]


def list_measures(method: Method, n_classes: int) -> list[str]:
    """For two classes the gradient is (1 - p) times that of the margin; only there division by doubt means that."""
    return [RAW, *([DOUBT] if n_classes == 2 and method in TWO_CLASSES else []), STANDARD]


def pick_lens(prefix: str, *, label: int | None, n_classes: int, measure: str = RAW) -> Lens:
    """Kind of saliency and measure."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        method = pick_segment(tr("Saliency"), list_methods(label), f"{prefix}method", "predicted", format=name_method)
        chosen = pick_segment(
            tr("Values"), list_measures(method, n_classes), f"{prefix}values", measure, format=name_measure,
            help=tr("Per doubt: divided by 1 − p, which takes confidence out; for two classes this is the gradient of "
                    "the margin. Standardised: less the mean of the sentence's words and over their deviation, within "
                    "each epoch, as in the paper's figures 3 and 4."))
    return Lens(method, chosen)


@st.fragment
@guard()
def show_sentence(card: CNNCard) -> None:
    """A sentence, its words shaded epoch by epoch, and their curves."""
    note_absence(card)
    chosen = pick_sentence(card, "sa")
    if chosen is None:
        return
    checkpoint = get_cnn(card.id)
    lens = pick_lens("sa", label=chosen.label, n_classes=len(checkpoint.label_names))
    course = get_course(card.id, chosen.text, lens.method, chosen.label)
    st.caption(explain_method(lens.method))
    st.markdown(say_course(course, chosen, checkpoint.label_names))
    let_stop("sa-scene")
    left, right = st.columns([5, 6], gap="large")
    with left:
        height = _show_scene(card, chosen, lens, course)
    with right:
        show_curves(card, chosen, lens, course, key="sa-curves", height=min(height, TALLEST))
    show_guide(tr("Move the slider or press ▶: the shades of all epochs share one scale. A word that darkens and stays "
                  "dark is one the network has settled on; one that flickers is unsettled. Look at the probability "
                  "below while the shades fade: as 1 − p goes to zero the gradient goes with it, so a pale sentence "
                  "may simply be a sure one. “Per doubt” takes that out."))


def _show_scene(card: CNNCard, chosen: ChosenSentence, lens: Lens, course: SentenceCourse) -> int:
    """Draw the scene; its height in pixels."""
    names = get_cnn(card.id).label_names
    values = lens.measure_course(course, chosen.label)
    last = int(course.predicted[-1])
    more = f", checkpoint.label_names, right={chosen.label}, signed={lens.signed}"
    figure = draw_sentence(course, values, names, right=chosen.label, signed=lens.signed, texts=write_texts(lens))
    show_figure(
        figure, key="sa-scene", table=lambda: tabulate_course(course, values, names),
        recipe=write_recipe(card, chosen, lens, module="sentence", function="draw_sentence", more=more),
        alt=tr("{words} words shaded by saliency with a slider over {epochs} epochs; below, the probability of each "
               "label. At the end {label} has {share:.0%}.", words=len(course.words), epochs=len(course.epochs),
               label=names[last], share=float(course.probabilities[-1, last])))
    return int(figure.layout.height)


def show_curves(card: CNNCard, chosen: ChosenSentence, lens: Lens, course: SentenceCourse, *, key: str,
                height: int = 400, span: tuple[float, float] | None = None) -> None:
    """The curve of every word."""
    values = lens.measure_course(course, chosen.label)
    more = f", height={height}" + ("" if span is None else f", span=({span[0]:.6g}, {span[1]:.6g})")
    show_figure(draw_curves(course, values, height=height, span=span, texts=write_texts(lens)), key=key,
                table=lambda: tabulate_course(course, values, get_cnn(card.id).label_names),
                recipe=write_recipe(card, chosen, lens, module="curves", function="draw_curves", more=more),
                alt=tr("Saliency of {words} words over {epochs} epochs, {named} of them in colour; values {measure}.",
                       words=len(course.words), epochs=len(course.epochs), named=min(N_NAMED, len(course.words)),
                       measure=name_measure(lens.measure)))


def write_texts(lens: Lens) -> CourseTexts:
    """What the figures write in this session's language."""
    value = {RAW: tr("saliency"), DOUBT: tr("saliency / (1 − p)"), STANDARD: tr("saliency, standardised")}[lens.measure]
    return CourseTexts(epoch=tr("epoch"), value=value, moment=tr("epoch {epoch}: {label} {share:.0%}"),
                       right=tr("right"), wrong=tr("wrong"), doubt=tr("1 − p = {doubt:.1%}"),
                       unknown=tr("not among the network's words"), flip=tr("the prediction changes"))


def say_course(course: SentenceCourse, chosen: ChosenSentence, names: tuple[str, ...]) -> str:
    """What the network made of the sentence, in words."""
    last, flips = int(course.predicted[-1]), np.flatnonzero(np.diff(course.predicted)) + 1
    fields = {"epoch": int(course.epochs[-1]), "label": plain(names[last]),
              "share": float(course.probabilities[-1, last])}
    if chosen.label is None:
        parts = [tr("After {epoch} epochs: **{label}**, {share:.0%}.", **fields)]
    elif last == chosen.label:
        parts = [tr("After {epoch} epochs: **{label}**, {share:.0%}, which is right.", **fields)]
    else:
        parts = [tr("After {epoch} epochs: **{label}**, {share:.0%}, which is wrong: it is {right}.", **fields,
                    right=plain(names[chosen.label]))]
    if len(flips):
        parts.append(tr("The prediction changed {n} times, the last time at epoch {epoch}.", n=len(flips),
                        epoch=int(course.epochs[flips[-1]])) if len(flips) > 1 else
                     tr("The prediction changed once, at epoch {epoch}.", epoch=int(course.epochs[flips[0]])))
    else:
        parts.append(tr("The prediction never changed."))
    if chosen.learned is not None:
        parts.append(tr("The network learned from this sentence.") if chosen.learned else
                     tr("The network never learned from this sentence."))
    unknown = list(dict.fromkeys(w for w, known in zip(course.words, course.known, strict=True) if not known))
    if unknown:
        parts.append(tr("Unknown to it: {words}.", words=list_words(plain(w) for w in unknown[:12])))
    return join_sentences(parts)


def tabulate_course(course: SentenceCourse, values: np.ndarray, names: tuple[str, ...]) -> pd.DataFrame:
    """A row an epoch: probabilities, then the words."""
    columns = {f"p_{name}": course.probabilities[:, c] for c, name in enumerate(names)}
    return pd.DataFrame({"epoch": course.epochs} | columns | {
        f"{t + 1}_{word}": values[t] for t, word in enumerate(course.words)})


def write_recipe(card: CNNCard, chosen: ChosenSentence, lens: Lens, *, module: str, function: str, more: str) -> str:
    """Lines of Python that make a figure of this sentence."""
    place = f"[:, {chosen.label}]" if lens.method == "gold" else ".max(1)"
    return _RECIPE.format(
        id=card.id, module=module, function=function, method=lens.method, label=chosen.label, more=more,
        values=_MEASURES[lens.measure].format(place=place), **chosen.write_source(card))
