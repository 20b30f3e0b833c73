"""A sentence that is read wrong beside one that is read right (seed 004, Figs. 3 and 4)."""

import numpy as np
import streamlit as st

from core.analysis.saliency.course import SentenceCourse
from core.checkpoints.card import CNNCard
from core.ui.controls import pick_one, pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_guide
from core.ui.saliency.cached import get_cnn
from core.ui.saliency.readings import Reading, choose_pair, get_course, get_reading, list_sources
from core.ui.saliency.sentence import STANDARD, Lens, pick_lens, show_curves
from core.ui.saliency.sentence_choice import MOST, ChosenSentence, name_source, take_sentence
from core.ui.wording import join_sentences, plain

LAST = 10     # epochs at the end, over which movement is compared
ENOUGH = 10   # wrong sentences that an average needs


@st.fragment
@guard()
def show_pair(card: CNNCard) -> None:
    """Two sentences side by side; on a phone one below the other."""
    st.header(tr("One read wrong, one read right"), anchor=False)
    sources = list_sources(card.id)
    names = get_cnn(card.id).label_names
    source = sources[0] if len(sources) == 1 else pick_segment(
        tr("Sentences"), sources, "sbfrom", sources[0], format=lambda s: name_source(s, card))
    lens = pick_lens("sb", label=0, n_classes=len(names), measure=STANDARD)
    reading = get_reading(card.id, source)
    wrong, right = choose_pair(reading)
    if wrong is None or right is None:
        st.info(tr("There is no such pair: it needs a sentence that is read wrong and one that is read right at the "
                   "end."), icon=":material/info:")
        return
    chosen = []
    columns = st.columns(2, gap="large")
    for column, key, usual, is_right in zip(columns, ("sbwrong", "sbright"), (wrong, right), (False, True),
                                            strict=True):
        with column:
            chosen.append(_pick(reading, key, usual, is_right=is_right))
    courses = [get_course(card.id, one.text, lens.method, one.label) for one in chosen]
    span = _span([lens.measure_course(course, one.label) for course, one in zip(courses, chosen, strict=True)])
    for column, one, course, key in zip(columns, chosen, courses, ("sb-wrong", "sb-right"), strict=True):
        with column:
            st.markdown(_say_reading(course, one, names))
            show_curves(card, one, lens, course, key=key, span=span)
    st.markdown(_say_movement(card, lens, courses, chosen))
    show_guide(tr("The paper shows one such pair: the right sentence's curves come to rest or run on in straight "
                  "lines, the wrong one's still bend at the end. The pair you see first is chosen in the paper's "
                  "favour: by the wac of their words, the least settled wrong sentence and the most settled right one. "
                  "See whether even these two differ, and choose others. Both axes have the same span."))


def _pick(reading: Reading, key: str, usual: int, *, is_right: bool) -> ChosenSentence:
    rows = np.flatnonzero(reading.right == is_right)
    rows = rows[np.argsort(-reading.unsettled[rows] if not is_right else reading.unsettled[rows], kind="stable")][:MOST]
    if usual not in rows:
        rows = np.append(rows, usual)
    label = tr("Read right, most settled first") if is_right else tr("Read wrong, least settled first")
    return take_sentence(reading, pick_one(label, rows.tolist(), key, usual, format=lambda i: reading.texts[i]))


def _span(values: list[np.ndarray]) -> tuple[float, float]:
    low, high = min(0.0, *(float(v.min()) for v in values)), max(float(v.max()) for v in values)
    return float(f"{low:.6g}"), float(f"{high:.6g}")


def _say_reading(course: SentenceCourse, chosen: ChosenSentence, names: tuple[str, ...]) -> str:
    said = int(course.predicted[-1])
    return tr("Read as **{label}**, {share:.0%}; it is {right}. {kept}", label=plain(names[said]),
              share=float(course.probabilities[-1, said]), right=plain(names[chosen.label]),
              kept=tr("Learned from.") if chosen.learned else tr("Not learned from."))


def measure_movement(values: np.ndarray) -> float:
    """Σ|difference| from epoch to epoch over words (T, K) in the last steps, as a share of that in all steps.

    A course whose movement is spread evenly has the share of the epochs that are counted.
    """
    steps = np.abs(np.diff(values.astype(np.float64), axis=1)).sum(0)
    return float(steps[-LAST:].sum() / steps.sum()) if steps.sum() else 0.0


def _say_movement(card: CNNCard, lens: Lens, courses: list[SentenceCourse], chosen: list[ChosenSentence]) -> str:
    wrong, right = (measure_movement(lens.measure_course(course, one.label))
                    for course, one in zip(courses, chosen, strict=True))
    n = len(courses[0].epochs) - 1
    parts = [tr("The last {last} of {n} steps hold {wrong:.0%} of the wrong sentence's movement and {right:.0%} of the "
                "right one's; spread evenly it would be {even:.0%}.", last=min(LAST, n), n=n, wrong=wrong, right=right,
                even=min(LAST, n) / n)]
    record = get_cnn(card.id).record
    is_right = record.right
    if min(is_right.sum(), (~is_right).sum()) >= ENOUGH and record.movement.shape[1] >= LAST:
        late = record.movement[:, -LAST:].astype(np.float64).mean(1) / record.lengths
        doubt = record.sentence_doubt[:, -LAST:].astype(np.float64).mean(1)
        parts.append(tr("Over the {n:,} sentences learned from, the saliency of a word in a wrong sentence moves "
                        "{ratio:.1f} times as far in the last {last} epochs as in a right one; but wrong sentences "
                        "also leave {doubt:.1f} times as much to doubt.", n=len(is_right), last=LAST,
                        ratio=float(late[~is_right].mean() / late[is_right].mean()),
                        doubt=float(doubt[~is_right].mean() / doubt[is_right].mean())))
    else:
        parts.append(tr("One pair proves nothing; of the {n:,} sentences this network learned from {wrong} are read "
                        "wrong at the end, too few to compare.", n=len(is_right), wrong=int((~is_right).sum())))
    return join_sentences(parts)
