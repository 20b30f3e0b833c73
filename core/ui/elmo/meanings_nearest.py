"""Sentences of the meanings page: the nearest to one example, the nearest words to the bare word, and the brushed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.neighbours import Neighbours, find_nearest, find_neighbours, find_words
from core.analysis.elmo.purity import TIE
from core.states.bilm import encode_words
from core.ui.controls import pick_one
from core.ui.elmo.cached import get_checkpoint
from core.ui.elmo.meanings_cached import get_static_words, read_glove
from core.ui.elmo.meanings_plane import POINT, let_go
from core.ui.elmo.meanings_view import MeaningsView, name_example, quote_example
from core.ui.language import tr
from core.ui.messages import quote_code
from core.ui.output import show_guide
from core.ui.wording import join_sentences, list_words, plain

SHOWN, WORDS = 8, 8
MAX_LISTED = 300  # sentences in the table


def pick_example(view: MeaningsView) -> int:
    """The example in question; a click in the plane chooses it too."""
    examples = view.tokens.examples
    return pick_one(tr("Example (or click a point)"), range(view.n), POINT, 0,
                    format=lambda row: name_example(examples[row], row))


def show_nearest(view: MeaningsView, row: int) -> None:
    """The examples nearest to one, and beside them what static vectors find."""
    example = view.tokens.examples[row]
    said = quote_example(example)
    st.markdown(said + (f"  ·  *{plain(example.sense)}*" if example.sense else ""))
    left, right = st.columns([7, 3], gap="medium")
    with left:
        st.markdown(tr("**Nearest examples** by this mix"))
        _show_examples(view, row)
    with right:
        _show_words(view, row)
    show_guide(tr("On the left, other sentences with the word, nearest first: ✓ where the sense is that of the chosen "
                  "one. On the right, what a static vector has to offer: words, the same for every sentence. By its "
                  "letters a word is near to words written alike; GloVe mixes all senses into one list. Choose an "
                  "example in the middle of the wrong colour and read its neighbours: often one word of the sentence "
                  "has led the model astray."))


def _show_examples(view: MeaningsView, row: int) -> None:
    found = find_neighbours(view.cosines, row, SHOWN)
    if not len(found.rows):
        st.info(tr("There is no other example."), icon=":material/info:")
        return
    own, examples = view.tokens.examples[row].sense, view.tokens.examples
    lines = [f"| {tr('cosine')} | {tr('same')} | {tr('sense')} | {tr('sentence')} |", "|--:|:-:|:--|:--|"]
    for other, cosine in zip(found.rows.tolist(), found.cosines.tolist(), strict=True):
        sense = examples[other].sense
        mark = "" if not (own and sense) else "✓" if sense == own else "✗"
        lines.append(f"| {_number(cosine)} | {mark} | {plain(sense)} | {quote_example(examples[other], 9)} |")
    st.markdown("\n".join(lines))
    tied = int((np.delete(view.cosines[row], row) >= found.cosines[0] - TIE).sum())
    if tied > 1:
        st.caption(tr("{n:,} examples are equally near; their order means nothing.", n=tied))


def _number(cosine: float) -> str:
    return f"{cosine:.3f}".replace("-", "−")


def _show_words(view: MeaningsView, row: int) -> None:
    form = view.tokens.forms[row]
    static = get_static_words(view.checkpoint_id)
    st.markdown(tr("**Nearest words** to {word} alone", word=quote_code(form[:40])))
    vector = encode_words(get_checkpoint(view.checkpoint_id).model, [form]).numpy()[0]
    near = find_words(vector, static.letters, WORDS + 1)
    st.markdown(tr("by its letters: {words}", words=_list_near(static.words, near, form)))
    if static.glove is None:
        return
    known = read_glove({own.lower() for own in view.tokens.forms}).get(form.lower())
    if known is None:
        st.caption(tr("GloVe has no vector for {words} and is left out.", words=quote_code(form[:40])))
        return
    st.markdown(tr("by GloVe: {words}", words=_list_near(static.words, find_words(known, static.glove, WORDS + 1),
                                                         form)))


def _list_near(words: Sequence[str], near: Neighbours, form: str) -> str:
    pairs = [(words[i], cosine) for i, cosine in zip(near.rows.tolist(), near.cosines.tolist(), strict=True)
             if words[i] != form.lower() and cosine > -1]  # -1: a word without a vector
    return list_words(f"{plain(word)} {cosine:.2f}".replace("-", "−") for word, cosine in pairs[:WORDS])


def show_sentences(view: MeaningsView, brush: Sequence[int]) -> None:
    """Sentences that were drawn round; else those whose nearest example has another sense."""
    st.header(tr("Sentences"), anchor=False)
    nearest, senses = find_nearest(view.cosines), view.tokens.senses
    known = (senses != "") & (nearest >= 0) & (senses[nearest] != "")
    if brush:
        rows, said = list(brush), tr("{n:,} selected in the plane.", n=len(brush))
    elif view.purity is not None:
        rows = np.flatnonzero(known & (senses != senses[nearest])).tolist()
        said = tr("Nothing is selected in the plane; here are the {n:,} whose nearest example has another sense.",
                  n=len(rows))
    else:
        rows, said = list(range(view.n)), tr("All {n:,}; select some in the plane.", n=view.n)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.markdown(join_sentences([said, tr("The first {n} are listed.", n=MAX_LISTED)]) if len(rows) > MAX_LISTED
                    else said, width="content")
        if brush:
            st.button(tr("Let go of them"), key="mnletgo", icon=":material/deselect:", on_click=let_go)
    if not rows:
        return
    rows, examples = rows[:MAX_LISTED], view.tokens.examples
    table = pd.DataFrame({
        "row": [row + 1 for row in rows], "sense": [examples[row].sense for row in rows],
        "sentence": [_mark(examples[row]) for row in rows],
        "nearest": [examples[nearest[row]].sense if nearest[row] >= 0 else "" for row in rows],
        "neighbour": [_mark(examples[nearest[row]]) if nearest[row] >= 0 else "" for row in rows]})
    st.dataframe(table, hide_index=True, alt=tr("Sentences with their senses, and the nearest example of each"),
                 column_config={
                     "row": st.column_config.NumberColumn(tr("No."), width="small"), "sense": tr("sense"),
                     "sentence": st.column_config.TextColumn(tr("sentence"), width="large"),
                     "nearest": tr("sense of the nearest"),
                     "neighbour": st.column_config.TextColumn(tr("nearest example"), width="large")})


def _mark(example) -> str:
    """The sentence from a few words before the one in question, which is in brackets."""
    first = max(0, example.position - 8)
    words = [f"[{word}]" if k == example.position else word for k, word in enumerate(example.words)]
    return "… " * (first > 0) + " ".join(words[first:first + 40])
