"""A sentence and its translation, and the ways to look into it."""

from collections.abc import Callable

import streamlit as st

from core.checkpoints.card import Seq2SeqCard
from core.tokens.languages import detokenise
from core.translate.beam import BeamResult, Hypothesis
from core.translate.bleu import bleu_signature, compute_bleu, count_ngrams
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.seq2seq.pickers import direction_name
from core.ui.seq2seq.translate_cells import show_cells
from core.ui.seq2seq.translate_choice import Task, pick_task, say_numbers
from core.ui.seq2seq.translate_compare import show_directions
from core.ui.seq2seq.translate_lists import show_candidates, show_n_best
from core.ui.seq2seq.translate_prefix import offer_undo, take_prefix
from core.ui.seq2seq.translate_steps import show_steps
from core.ui.seq2seq.translate_swap import show_swap
from core.ui.wording import list_words, plain

View = Callable[[Task, tuple[str, ...], BeamResult], None]
VIEWS: dict[str, View] = {"steps": show_steps, "nbest": show_n_best, "cells": show_cells, "directions": show_directions,
                          "swap": show_swap, "rescore": show_candidates}


def show_translation(card: Seq2SeqCard) -> None:
    """The page below the choice of a checkpoint."""
    _show_task(pick_task(card))


@st.fragment
@guard()
def _show_task(task: Task) -> None:
    """Source and translation, then one of the views."""
    task.source  # noqa: B018  refuses what cannot be read, before anything is drawn
    prefix = take_prefix(task)
    free = task.run()
    result = task.run(prefix) if prefix else free
    _show_head(task, prefix, free, result)
    names = {"steps": tr("Steps and tree"), "nbest": tr("n-best list"), "cells": tr("Cells"),
             "directions": tr("Forward and reversed"), "swap": tr("Swap a word"), "rescore": tr("Rescore a list")}
    view = pick_segment(tr("Look at"), list(VIEWS), "trview", "steps", format=names.get)
    with guard():
        VIEWS[view](task, prefix, result)


def _show_head(task: Task, prefix: tuple[str, ...], free: BeamResult, result: BeamResult) -> None:
    """What went in beside what came out; with words fixed, both translations."""
    columns = st.columns([4, 4, 4] if prefix else [5, 7], gap="medium", border=True)
    with columns[0]:
        _show_source(task)
    with columns[1]:
        _show_hypothesis(task, free.best, tr("Free translation") if prefix else tr("The translation"))
        if task.reference is not None:
            bleu = compute_bleu(count_ngrams([task.translator.write(free.best)], [task.reference]))
            st.caption(tr("BLEU of this one sentence against our translation: {bleu:.1f} ({signature})", bleu=bleu,
                          signature=plain(bleu_signature())))
    if prefix:
        with columns[2]:
            _show_hypothesis(task, result.best, tr("With your words"), n_fixed=len(prefix))
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                offer_undo()
                st.caption(tr("log p {change:+.2f} against the free translation",
                              change=result.best.score - free.best.score).replace("-", "−"))


def _show_source(task: Task) -> None:
    source, card = task.source, task.card
    st.caption(tr("English"))
    st.markdown(" ".join(_mark(word, known) for word, known in zip(source.words, source.known, strict=True))
                if source.unknown else plain(" ".join(task.text.split())))
    read = source.words[::-1] if card.reverse else source.words
    notes = [tr("Read {direction}: {words}", direction=direction_name(card.reverse), words=plain(" ".join(read)))
             ] if card.reverse else []
    if source.unknown:
        unknown = list(dict.fromkeys(source.unknown))
        notes.append(tr("Not in the vocabulary, read as UNK: {words}",
                        words=list_words(plain(w) for w in unknown[:12])))
    if task.reference is not None:
        notes.append(tr("Our own translation: *{text}*", text=plain(task.reference)))
    for note in notes:
        st.caption(note)


def _mark(word: str, known: bool) -> str:
    return plain(word) if known else f":orange-background[{plain(word)}]"


def _show_hypothesis(task: Task, best: Hypothesis, title: str, *, n_fixed: int = 0) -> None:
    """A translation large enough to be read first, the words that were fixed marked, and its numbers."""
    tokens, language = task.tokens, task.translator.vocabulary.target_language
    st.caption(title)
    fixed = detokenise([tokens[i] for i in best.ids[:n_fixed]], language)
    whole = detokenise([tokens[i] for i in best.ids], language)
    if n_fixed and whole.startswith(fixed):
        st.markdown(f"## :orange[{plain(fixed)}]{plain(whole[len(fixed):])}")
    else:
        st.markdown(f"## {plain(whole) or '–'}")
    st.caption(say_numbers(best))
