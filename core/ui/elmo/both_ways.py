"""What each direction of the language model expects of a text."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.surprise import (
    SentenceSurprise,
    TextSurprise,
    average_guess,
    score_average,
    score_sentence,
    score_text,
)
from core.checkpoints.bilm import BiLMCheckpoint
from core.corpora.senses import read_demo_senses
from core.figures.elmo.surprise import draw_sentences
from core.ui.controls import pick_one
from core.ui.elmo.both_ways_sentence import EVERY, figure_texts, show_sentence, write_recipe
from core.ui.elmo.cached import Sentences, get_checkpoint
from core.ui.elmo.text_choice import ChosenText, pick_text_source
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import read_click, show_figure, show_numbers
from core.ui.seq2seq.shelf import Shelf, show_progress

OVERVIEW_FROM = 6  # sentences; fewer are told apart by their words
SLOW = 1500        # words from which a bar of progress is shown
_FIGURE = "lm-text"


@st.cache_resource(max_entries=1, show_spinner=False)
def _get_shelf() -> Shelf:
    """Scored texts; a long one holds a megabyte."""
    return Shelf(12)


@st.cache_resource(max_entries=4, show_spinner=False)
def get_average(checkpoint_id: str) -> np.ndarray:
    """What each direction guesses on average over every fourth of our sentences (2 s)."""
    sentences = list(dict.fromkeys(example.words for example in read_demo_senses()[::EVERY]))
    return average_guess(get_checkpoint(checkpoint_id), sentences)


@st.cache_resource(max_entries=128, show_spinner=False)
def get_sentence(checkpoint_id: str, words: tuple[str, ...]) -> SentenceSurprise:
    """One sentence with what was expected at every place."""
    return score_sentence(get_checkpoint(checkpoint_id), words)


def find_text(checkpoint: BiLMCheckpoint, sentences: Sentences) -> TextSurprise:
    """All sentences, scored once; a long text moves a bar."""
    key, shelf = (checkpoint.id, sentences), _get_shelf()
    if (found := shelf.find(key)) is None:
        slow = sum(map(len, sentences)) > SLOW
        move, end = show_progress(tr("Reading both ways …")) if slow else (None, None)
        found = score_text(checkpoint, sentences, progress=move)
        if end is not None:
            end()
        shelf.keep(key, found)
    return found


def show_text(checkpoint: BiLMCheckpoint) -> None:
    """The page below the choice of a model."""
    with st.spinner(tr("Asking the model what it expects without any context, once …"), show_time=True), \
            st.skeleton(400):
        get_average(checkpoint.id)
    _show_panels(checkpoint)


@st.fragment
@guard()
def _show_panels(checkpoint: BiLMCheckpoint) -> None:
    chosen = pick_text_source()
    found = find_text(checkpoint, chosen.sentences)
    _show_numbers(checkpoint, found)
    s = _pick_sentence(checkpoint, chosen, found) if len(found.sentences) > 1 else 0
    scored = get_sentence(checkpoint.id, chosen.sentences[s])
    show_sentence(checkpoint, chosen, scored, score_average(checkpoint, get_average(checkpoint.id), scored), row=s)


def _show_numbers(checkpoint: BiLMCheckpoint, found: TextSurprise) -> None:
    """Perplexity of each direction, with and without unknown words, beside the control."""
    average = get_average(checkpoint.id)
    usual = [score_average(checkpoint, average, s) for s in found.sentences]
    numbers = []
    for d, name in enumerate((tr("forward"), tr("backward"))):
        bits = np.concatenate([own[d][np.isfinite(own[d])] for own in usual])
        numbers.append((name, f"{found.perplexity(d):,.1f}",
                        tr("no context: {value:,.0f}", value=2 ** float(bits.mean())),
                        tr("2 to the mean bits over all words and one end of each sentence. Each sentence is read "
                           "alone; the numbers in the menu of models come from running text, where earlier sentences "
                           "help. Below, the control: the same words scored by the model's own average guess over our "
                           "sentences, which knows how frequent words are and nothing of their neighbours.")))
    if found.n_unknown:
        numbers += [(name, f"{found.perplexity(d, unknown=False):,.1f}", tr("known only"),
                     tr("Without the words that are scored as UNK."))
                    for d, name in enumerate((tr("forward"), tr("backward")))]
    numbers.append((tr("words"), f"{found.n_words:,}", tr("{n:,} unknown", n=found.n_unknown) if found.n_unknown else
                    tr("none unknown"),
                    tr("Unknown words are read by their letters like all others, but the model cannot predict them: "
                       "they are scored as UNK, which stands for all rare words together and is often likely. That "
                       "flatters the first numbers.")))
    st.caption(tr("Perplexity: between how many equally likely words each direction wavers, on average over the text."))
    show_numbers(numbers, columns=len(numbers))


def _pick_sentence(checkpoint: BiLMCheckpoint, chosen: ChosenText, found: TextSurprise) -> int:
    """The sentence that is looked into, out of an overview."""
    n = len(found.sentences)
    labels = [_shorten(s.words) for s in found.sentences]
    slot = st.container()
    s = pick_one(tr("Sentence"), range(1, n + 1), "lms", 1, format=lambda i: f"{i} · {labels[i - 1]}") - 1
    if n < OVERVIEW_FROM:
        return s
    means = np.array([[float(np.nanmean(s.bits[d])) for s in found.sentences] for d in range(2)])
    with slot:
        st.header(tr("Sentence by sentence"), anchor=False)
        show_figure(
            draw_sentences(means, labels, picked=s, texts=figure_texts()), key=_FIGURE, on_select=_open_sentence,
            selection_mode="points", table=lambda: pd.DataFrame({
                "sentence": [" ".join(s.words) for s in found.sentences], "forward_bits": means[0],
                "backward_bits": means[1], "unknown": [int((~s.known).sum()) for s in found.sentences]}),
            recipe=write_recipe(checkpoint, chosen, "draw_sentences", (
                "found = score_text(checkpoint, sentences)\n"
                "means = np.array([[np.nanmean(s.bits[d]) for s in found.sentences] for d in range(2)])\n"
                "draw_sentences(means, [\" \".join(s.words) for s in found.sentences]).show()"), analysis="score_text",
                numpy=True),
            alt=tr("Mean bits a word of each of {n} sentences, forward up and backward down.", n=n))
        st.caption(tr("A bar is a sentence: the bits its words cost on average when they are guessed from what stands "
                      "before (up) and from what follows (down). Click one to look into it."))
    return s


def _open_sentence() -> None:
    if data := read_click(_FIGURE):
        st.session_state["lms"] = int(data[0]) + 1


def _shorten(words: tuple[str, ...], most: int = 90) -> str:
    text = " ".join(words)
    return text if len(text) <= most else text[:most - 1] + "…"
