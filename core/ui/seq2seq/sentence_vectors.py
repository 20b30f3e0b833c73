"""Phrases in the plane of their main axes: the paper's two sets, and phrases of the reader's own."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.phrase_sets import MAX_LINES, Phrase, read_own_phrases, read_paper_phrases, write_quadruples
from core.analysis.seq2seq.phrases import PhrasePlane, compare_meanings, project_phrases
from core.checkpoints.card import Seq2SeqCard
from core.figures.seq2seq.phrases import PhraseLooks, PlaneTexts, draw_plane
from core.ui.controls import pick_segment, pick_text
from core.ui.language import tr
from core.ui.messages import guard, show_error
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.cached import get_checkpoint
from core.ui.seq2seq.vectors import Draw, VectorChoice, draw_quadruples, record_phrases
from core.ui.wording import join_sentences, list_words, plain

PAPER, OWN = "paper", "own"
SHOWN_FAULTS = 5
_RECIPE = """\
from core.analysis.seq2seq.phrase_sets import {function}
from core.analysis.seq2seq.phrases import join_parts, project_phrases
from core.checkpoints.seq2seq import load_seq2seq
from core.figures.seq2seq.phrases import PhraseLooks, draw_plane
from core.states.seq2seq import record_sentence_vectors

checkpoint = load_seq2seq("{id}")
phrases = {read}
recorded = record_sentence_vectors(checkpoint, [p.source.words for p in phrases])
looks = PhraseLooks(*zip(*[(p.source.text, p.meaning, p.form, p.known) for p in phrases]))
draw_plane(project_phrases(join_parts(recorded, "{part}", {layer})), looks).show()
"""


@st.fragment
@guard()
def show_planes(card: Seq2SeqCard, choice: VectorChoice) -> None:
    """The paper's figure 2, or the same of the reader's phrases."""
    st.header(tr("Phrases in a plane"), anchor=False)
    which = pick_segment(tr("Phrases"), [PAPER, OWN], "svset", PAPER,
                         format=lambda s: tr("the paper's (Figure 2)") if s == PAPER else tr("phrases of your own"))
    if which == PAPER:
        _show_paper(card, choice)
    else:
        _show_own(card, choice)
    show_guide(tr("Every phrase is one point: the state of the encoder after its last word, in the plane in which "
                  "these points lie farthest apart. Points of one colour mean the same, points of one symbol say it "
                  "alike: if colours stand together, meaning decides; if symbols do, wording does. A plane of few "
                  "points always shows some pattern, so take the picture as a question and the numbers below as the "
                  "answer."))


def _show_paper(card: Seq2SeqCard, choice: VectorChoice) -> None:
    vocabulary = get_checkpoint(card.id).vocabulary
    sets = {panel: read_paper_phrases(panel, vocabulary) for panel in ("left", "right")}
    unknown = list(dict.fromkeys(w for phrases in sets.values() for p in phrases for w in p.source.unknown))
    if unknown:
        st.caption(tr("The model does not know {words}: it reads each of these words as the same <UNK>, so a hollow "
                      "point has lost part of its phrase. Choose “phrases of your own” to see some whose words it "
                      "knows.",
                      words=list_words(f"“{plain(w)}”" for w in unknown)).replace("<UNK>", "`<UNK>`"))
    columns = st.columns(2, gap="medium")
    for column, (panel, phrases) in zip(columns, sets.items(), strict=True):
        with column:
            _show_plane(card, choice, [_name_form(p) for p in phrases], key=f"sv-{panel}",
                        read=f'read_paper_phrases("{panel}", checkpoint.vocabulary)', function="read_paper_phrases")


def _name_form(phrase: Phrase) -> Phrase:
    names = {"active": tr("active"), "place first": tr("place first"), "passive": tr("passive")}
    return Phrase(phrase.source, phrase.meaning, names.get(phrase.form, phrase.form))


def _show_own(card: Seq2SeqCard, choice: VectorChoice) -> None:
    start = write_quadruples(draw_quadruples(Draw(card.id, 2, 0)).quadruples, (tr("active"), tr("passive")))
    left, right = st.columns([4, 6], gap="medium")
    with left:
        text = pick_text(tr("“group | form | phrase”, “group | phrase” or a phrase; at most {n} lines", n=MAX_LINES),
                         "svtext", start, lines=12)
        phrases, faults = read_own_phrases(text, get_checkpoint(card.id).vocabulary)
        for fault in faults[:SHOWN_FAULTS]:
            show_error(fault)
        if len(faults) > SHOWN_FAULTS:
            st.caption(tr("… and {n} more lines that cannot be used.", n=len(faults) - SHOWN_FAULTS))
        unknown = list(dict.fromkeys(w for p in phrases for w in p.source.unknown))
        if unknown:
            st.caption(tr("Unknown to the model, read as `<UNK>`: {words}.", words=list_words(
                f"“{plain(w)}”" for w in unknown[:20])))
    with right:
        _show_plane(card, choice, phrases, key="sv-own", function="read_own_phrases",
                    read=f"read_own_phrases({text!r}, checkpoint.vocabulary)[0]")


def _show_plane(card: Seq2SeqCard, choice: VectorChoice, phrases: Sequence[Phrase], *, key: str, read: str,
                function: str) -> None:
    vectors = choice.join(record_phrases(card.id, tuple(p.source.words for p in phrases)))
    plane = project_phrases(vectors)
    looks = PhraseLooks(*zip(*[(p.source.text, p.meaning, p.form, p.known) for p in phrases], strict=True))
    texts = PlaneTexts(tr("axis {k}: {share:.0%} of the variance"), tr("with words that the model does not know"))
    show_figure(
        draw_plane(plane, looks, texts=texts), key=key, table=lambda: _tabulate(phrases, plane),
        recipe=_RECIPE.format(function=function, id=card.id, read=read, part=choice.part, layer=choice.layer),
        alt=tr("{n} phrases in the plane of their two main axes ({vector}), which hold {share:.0%} of the variance; "
               "the first is “{first}”.", n=len(phrases), vector=choice.name(), share=float(plane.shares.sum()),
               first=phrases[0].source.text[:60]))
    st.markdown(_say_distances(vectors, phrases))


def _say_distances(vectors: np.ndarray, phrases: Sequence[Phrase]) -> str:
    """Whether meanings stand together in the whole space, and which phrases are one to the model."""
    said = []
    same, other = compare_meanings(vectors, [p.meaning or str(i) for i, p in enumerate(phrases)])
    if np.isfinite(same) and np.isfinite(other):
        said.append(tr("In all dimensions, phrases that mean the same are {same:.3f} apart on average, phrases that "
                       "do not {other:.3f} (1 − cosine): meanings **{verdict}**.", same=same, other=other,
                       verdict=tr("stand together") if same < 0.8 * other else tr("do not stand together")
                       if same >= other else tr("hardly stand together")))
    words = [tuple(w if known else None for w, known in zip(p.source.words, p.source.known, strict=True))
             for p in phrases]
    if (n := len(words) - len(set(words))) > 0:
        said.append(tr("To the model, {n} of the {all} phrases are the same as another: they differ in words that it "
                       "does not know.", n=n, all=len(words)) if any(not p.known for p in phrases) else
                    tr("{n} of the {all} phrases come twice.", n=n, all=len(words)))
    return join_sentences(said)


def _tabulate(phrases: Sequence[Phrase], plane: PhrasePlane) -> pd.DataFrame:
    return pd.DataFrame({"phrase": [p.source.text for p in phrases], "meaning": [p.meaning for p in phrases],
                         "form": [p.form for p in phrases], "unknown": [" ".join(p.source.unknown) for p in phrases],
                         "axis1": plane.points[:, 0], "axis2": plane.points[:, 1]})
