"""Swap one word of the source and see what changes."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.swap import Swap, align_words, find_near_words, swap_word
from core.figures.seq2seq.alignment import draw_alignment, lay_alignment
from core.figures.seq2seq.columns import write_log
from core.translate.beam import BeamResult, BeamSettings
from core.translate.translator import SourceSentence
from core.ui.controls import pick_one, pick_text
from core.ui.language import tr
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.cached import get_checkpoint, get_translator
from core.ui.seq2seq.translate_choice import Task
from core.ui.seq2seq.wide import scroll_wide
from core.ui.wording import join_sentences, list_words, plain

OTHER = "…"        # never a word of a vocabulary by itself: texts are cut at it
_COMMON = 40       # ids below are markers and the words that come in every sentence
MAX_REPLACEMENT = 80


@st.cache_data(max_entries=64, show_spinner=False)
def get_swap(checkpoint_ids: tuple[str, ...], words: tuple[str, ...], place: int, replacement: tuple[str, ...], *,
             settings: BeamSettings) -> Swap:
    """Both translations."""
    return swap_word(get_translator(checkpoint_ids), words, place, replacement, settings=settings)


def show_swap(task: Task, prefix: tuple[str, ...], result: BeamResult) -> None:
    """Choose a word and what stands there instead."""
    source = task.source
    left, middle, right = st.columns([3, 4, 4], vertical_alignment="bottom")
    with left:
        place = pick_one(tr("Word of the source"), range(len(source.words)), "trplace", _choose_place(task, source),
                         format=lambda i: f"{i + 1} · {source.words[i]}")
    near = find_near_words(get_checkpoint(task.card.id), source.words[place]) if source.known[place] else []
    with middle:
        cosines = dict(near)
        chosen = pick_one(tr("Instead (nearest embeddings first)"), [*cosines, OTHER], "trnear", format=lambda w: tr(
            "another word …") if w == OTHER else f"{w} ({cosines[w]:.2f})".replace("-", "−"))
    typed = ""
    if chosen == OTHER:
        with right:
            typed = pick_text(tr("Words to stand there instead"), "trinstead", max_characters=MAX_REPLACEMENT).strip()
        if not typed:
            st.info(tr("Type a word or a few."), icon=":material/info:")
            return
    vocabulary = task.translator.vocabulary
    replacement = tuple(vocabulary.split_source(typed)) if chosen == OTHER else (chosen,)
    unknown = [w for w, i in zip(replacement, vocabulary.source.encode(replacement).tolist(), strict=True)
               if vocabulary.source.tokens[i] == "<UNK>"]
    if unknown:
        st.caption(tr("Not in the vocabulary, read as UNK: {words}", words=list_words(map(plain, unknown))))
    _show_result(task, place, replacement, get_swap(task.ids, source.words, place, replacement, settings=task.settings))


def _choose_place(task: Task, source: SourceSentence) -> int:
    """The first word that says something: known, and not one of those that come everywhere."""
    ids = task.translator.vocabulary.source.encode(source.words)
    telling = [i for i, known in enumerate(source.known) if known and source.words[i].isalpha()]
    return next((i for i in telling if ids[i] >= _COMMON), telling[0] if telling else 0)


def _show_result(task: Task, place: int, replacement: tuple[str, ...], found: Swap) -> None:
    tokens = task.tokens
    before, after = ([tokens[i] for i in h.ids] for h in (found.old, found.new))
    places = align_words(before, after)
    p = tuple(np.exp(h.log_p[:len(h.ids)]).tolist() for h in (found.old, found.new))
    st.markdown(_say_swap(task, found, place, replacement))
    lines = (f"found = swap_word(translator, source, {place}, {list(replacement)}, settings=settings)\n"
             "tokens = translator.vocabulary.target.tokens\n"
             "places = align_words(*([tokens[i] for i in h.ids] for h in (found.old, found.new)))\n"
             "p = tuple(np.exp(h.log_p[:len(h.ids)]) for h in (found.old, found.new))\n"
             "draw_alignment(places, p).show()")
    columns = lay_alignment(places)
    with scroll_wide("tr-swap-wide", columns.needed + 60):
        show_figure(
            draw_alignment(places, p, names=(tr("before"), tr("after")), hover=tr("{word}: p = {p}")), key="tr-swap",
            table=pd.DataFrame([{"before": a.before, "after": a.after, "same": a.same} for a in places]),
            recipe=task.write_recipe(
                lines, imports="import numpy as np\n\nfrom core.analysis.seq2seq.swap import align_words, swap_word\n",
                more="from core.figures.seq2seq.alignment import draw_alignment\n"),
            alt=tr("Two translations side by side; {n} places differ.", n=sum(not a.same for a in places)))
    _show_scores(found)
    show_guide(tr("Framed words differ. If the model has understood the sentence as its parts, one source word changes "
                  "one word of the translation and what agrees with it (un, une; petit, petite); if more changes, the "
                  "sentence vector has moved as a whole. The table says how much: each translation under both sources. "
                  "A model that had lost the word would give both the same log p. Neighbours by embedding are often "
                  "opposites, which stand in the same places."))


def _say_swap(task: Task, found: Swap, place: int, replacement: tuple[str, ...]) -> str:
    write = task.translator.write
    old_word, new_word = plain(found.before[place]), plain(" ".join(replacement))
    parts = [tr("**{old}** becomes **{new}**.", old=old_word, new=new_word)]
    if found.old.ids == found.new.ids:
        parts.append(tr("The translation stays the same: *{text}*", text=plain(write(found.old))))
    else:
        parts.append(f"*{plain(write(found.old))}* → *{plain(write(found.new))}*")
    return join_sentences(parts)


def _show_scores(found: Swap) -> None:
    """log p of either translation under either source."""
    table = pd.DataFrame({
        tr("source as it was"): [write_log(found.old.score), write_log(found.new_log_p)],
        tr("source with the swap"): [write_log(found.old_log_p), write_log(found.new.score)]},
        index=[tr("translation before"), tr("translation after")])
    st.caption(tr("log p of each translation under each source"))
    st.table(table, width="content")
