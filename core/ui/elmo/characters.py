"""One word inside the character encoder: its filters, its highway gates, its neighbours."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.filter_hits import UNUSUAL, FilterHit, HitWords, find_hit_words, list_hits
from core.checkpoints.bilm import BiLMCheckpoint
from core.figures.elmo.characters import FilterTexts, draw_filters, measure_filters
from core.tokens.characters import name_characters
from core.ui.controls import pick_number
from core.ui.elmo.highway import show_gates
from core.ui.elmo.spelling import show_neighbours
from core.ui.elmo.word_choice import WordView, get_reference, get_trigrams, get_untrained, pick_word
from core.ui.language import tr
from core.ui.messages import guard, quote_code
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.wide import scroll_wide
from core.ui.wording import join_sentences

MOST_SHOWN, N_EXAMPLES = 8, 3  # filters of a width; words beside each


def show_word(checkpoint: BiLMCheckpoint) -> None:
    """The page below the choice of a model."""
    with st.spinner(tr("Reading all words of the model letter by letter, once …"), show_time=True), st.skeleton(400):
        get_reference(checkpoint.id)
        get_trigrams(checkpoint.id)
        get_untrained(checkpoint.id)
    _show_panels(checkpoint)


@st.fragment
@guard()
def _show_panels(checkpoint: BiLMCheckpoint) -> None:
    view = pick_word(checkpoint)
    st.markdown(_say_word(view))
    show_filters(view)
    show_gates(view)
    show_neighbours(view)


def _say_word(view: WordView) -> str:
    """Whether the word is known, what is near, how many filters it wakes."""
    cosines, rarity = view.reference.compare(view.inside.vector), view.reference.one_in(view.inside.answers)
    own = view.reference.ids.get(view.word, -1)
    if own >= 0:
        cosines[own] = -2
    best, n = int(cosines.argmax()), int((rarity >= UNUSUAL).sum())
    silent = int((view.inside.answers <= 0).sum())
    word = f"**{quote_code(view.word)}**"
    if not view.checkpoint.words:
        known = tr("A published model predicts no words; {word} is compared with {n:,} words of texts at hand.",
                   word=word, n=view.n_words)
    elif own >= 0:
        known = tr("{word} is one of the {n:,} words that the model can predict.", word=word, n=view.n_words)
    else:
        known = tr("{word} is none of the {n:,} words that the model can predict; it has a vector all the same.",
                   word=word, n=view.n_words)
    return join_sentences([
        known, tr("By its letters alone it lies nearest to {near} (cosine {cosine:.2f}).",
                  near=f"**{quote_code(view.reference.words[best])}**", cosine=float(cosines[best])),
        tr("**{n} of {all} filters** give it an answer that at most 1 word in {rare} gets; an average word has "
           "{usual:.0f} such filters. {silent} give it none.", n=n, all=len(rarity), rare=UNUSUAL,
           usual=len(rarity) / UNUSUAL, silent=silent)])


def show_filters(view: WordView) -> None:
    """The n-grams that the filters answered to."""
    st.header(tr("Which n-grams fire"), anchor=False)
    with st.container(width=260):
        n = pick_number(tr("Filters of each width"), 1, MOST_SHOWN, "chn", default=3)
    hits = list_hits(view.word, view.inside, view.reference, view.widths, n=n)
    if not hits:
        st.info(tr("No filter answers to this word."), icon=":material/info:")
        return
    names = name_characters(view.word)
    texts = FilterTexts(width=tr("width {n}"), rarity=tr("one word in"), padding=tr(
        "answers most to the padding behind the word"), hover=tr(
        "filter {filter}, width {width}<br>answer {answer}, as high for 1 word in {rarity}"))
    words = find_hit_words(view.checkpoint.model.encoder, view.reference, view.word, hits, n=N_EXAMPLES)
    with scroll_wide("ch-wide", measure_filters(names, hits)):
        show_figure(
            draw_filters(names, hits, n_words=view.n_words, texts=texts), key="ch-filters",
            table=lambda: _tabulate(hits, words),
            recipe=view.write_recipe(
                "draw_filters", f"hits = list_hits(word, inside, reference, list_widths(encoder.config), n={n})\n"
                "draw_filters(name_characters(word), hits, n_words=len(reference.words)).show()",
                imports="from core.analysis.elmo.filter_hits import list_hits\n",
                more="from core.tokens.characters import name_characters\n"),
            alt=tr("The letters of {word}, and under them the n-grams to which {n} character filters answered, by "
                   "width.", word=view.word, n=len(hits)))
    _note_padding(view, hits)
    _show_table(hits, words)
    show_guide(tr("Each filter slides over the word and keeps its largest answer; drawn is the window of that answer. "
                  "Large answers come from every word, so the colour is how rare the answer is among {n:,} words: a "
                  "dark window is what sets this word apart, a pale one is nothing special. In the table, a filter "
                  "that looks for an n-gram has the same letters in the brackets of both lists; one whose strongest "
                  "words show other letters only happened to be best there.", n=view.n_words))


def _note_padding(view: WordView, hits: list[FilterHit]) -> None:
    n_all = int(((view.inside.places >= len(name_characters(view.word))) & (view.inside.answers > 0)).sum())
    if n_all:
        st.caption(tr("⊢ and ⊣ are the ends of the word, ▫ is the padding behind it, · a further byte of a letter. {n} "
                      "filters answer most to padding alone, {shown} of them drawn, hatched.", n=n_all,
                      shown=sum(h.padding for h in hits)))
    else:
        st.caption(tr("⊢ and ⊣ are the ends of the word, ▫ is the padding behind it, · a further byte of a letter. No "
                      "filter answers most to padding alone."))


def _tabulate(hits: list[FilterHit], words: list[HitWords]) -> pd.DataFrame:
    """A row a filter."""
    return pd.DataFrame([{
        "width": h.width, "ngram": "".join(h.gram), "filter": h.filter, "answer": h.answer, "one_in": round(h.one_in),
        "padding": h.padding, "sharing": "  ".join(w.sharing), "strongest": "  ".join(w.strongest)}
        for h, w in zip(hits, words, strict=True)])


def _show_table(hits: list[FilterHit], words: list[HitWords]) -> None:
    table, column = _tabulate(hits, words).drop(columns="padding"), st.column_config
    table["answer"] = table["answer"].astype(np.float64)
    said = tr("Filters and the words that make them answer")
    st.dataframe(table, hide_index=True, height="content", alt=said, column_config={
        "width": column.NumberColumn(tr("width"), width=50), "ngram": column.TextColumn(tr("n-gram"), width=75),
        "filter": column.NumberColumn(tr("filter"), width=72),
        "answer": column.NumberColumn(tr("answer"), format="%.2f", width=60),
        "one_in": column.NumberColumn(tr("one word in"), format="localized", width=100),
        "sharing": column.TextColumn(tr("others with this n-gram, strongest first"), width=285),
        "strongest": column.TextColumn(tr("strongest words of all"), width=285)})
