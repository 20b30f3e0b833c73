"""The sentences nearest to a typed one, by the encoder's state and by a bag of words."""

import streamlit as st

from core.analysis.seq2seq.neighbours import (
    Neighbours,
    SentenceIndex,
    find_by_states,
    find_by_words,
    index_sentences,
    limit_sentences,
)
from core.checkpoints.card import Seq2SeqCard
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.corpora.pairs import MULTI30K, TATOEBA, read_multi30k, read_tatoeba
from core.corpora.registry import locate_corpus
from core.translate.translator import SourceSentence, read_source
from core.ui.controls import pick_number, pick_segment, pick_text
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_guide
from core.ui.seq2seq.cached import get_checkpoint
from core.ui.seq2seq.pickers import corpus_name, demo_pairs
from core.ui.seq2seq.shelf import Shelf, show_progress
from core.ui.seq2seq.vectors import VectorChoice
from core.ui.wording import list_words, plain

OURS = "ours"
_CORPORA = (MULTI30K, TATOEBA)
_START = 20  # our own sentence that the field opens with: short, and of everyday words


@st.cache_resource(max_entries=1, show_spinner=False)
def _get_shelf() -> Shelf:
    """Recorded vectors, at most 100 MB each."""
    return Shelf(3)


@st.fragment
@guard()
def show_neighbours(card: Seq2SeqCard, choice: VectorChoice) -> None:
    """A sentence, and its two lists."""
    st.header(tr("Nearest sentences"), anchor=False)
    checkpoint = get_checkpoint(card.id)
    ours = demo_pairs(card)
    text = pick_text(tr("A sentence"), "svnear", ours[min(_START, len(ours) - 1)].english)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        source = pick_segment(tr("Among"), [OURS, *(c for c in _CORPORA if locate_corpus(c) is not None)], "svamong",
                              OURS, format=lambda s: tr("our own sentences") if s == OURS else corpus_name(s))
        with st.container(width=180):
            k = pick_number(tr("How many"), 3, 20, "svk", default=8)
    sentence = read_source(text, checkpoint.vocabulary)
    if sentence.unknown:
        st.caption(tr("Unknown to the model, read as `<UNK>`: {words}.", words=list_words(
            f"“{plain(w)}”" for w in sentence.unknown[:20])))
    index = get_index(checkpoint, source, card)
    _show_lists(checkpoint, index, sentence, choice, k)
    show_guide(tr("Both lists are of the same {n:,} sentences. The left one compares what the encoder has in mind "
                  "after its last word, the right one the mean of its word embeddings, which knows nothing of order: "
                  "what only the left list finds is owed to reading. Look whether its sentences share the meaning, or "
                  "only the length, the first words or the last ones. Cosines of states are high for any two "
                  "sentences, so compare ranks, not numbers.", n=len(index)))


def get_index(checkpoint: Seq2SeqCheckpoint, source: str, card: Seq2SeqCard) -> SentenceIndex:
    """Vectors of a source's sentences, recorded once with a bar of progress."""
    shelf, key = _get_shelf(), (card.id, source)
    index = shelf.find(key)
    if index is None:
        texts = _read_texts(source, card)
        move, clear = show_progress(tr("Recording sentence vectors, once:"))
        index = index_sentences(checkpoint, texts, progress=move)
        clear()
        shelf.keep(key, index)
    return index


def _read_texts(source: str, card: Seq2SeqCard) -> list[str]:
    if source == OURS:
        return [pair.english for pair in demo_pairs(card)]
    return list((read_multi30k("train") if source == MULTI30K else read_tatoeba()).sources)


def _show_lists(checkpoint: Seq2SeqCheckpoint, index: SentenceIndex, sentence: SourceSentence, choice: VectorChoice,
                k: int) -> None:
    by_states = find_by_states(checkpoint, index, sentence.words, part=choice.part, layer=choice.layer, k=k)
    by_words = find_by_words(checkpoint, index, sentence.words, k=k)
    shared = set(by_states.rows.tolist()) & set(by_words.rows.tolist())
    st.markdown(tr("{shared} of {k} sentences are in both lists (✓). Of {n:,} sentences, {k} at random would share "
                   "{chance:.2f}.", shared=len(shared), k=len(by_states.rows), n=len(index),
                   chance=len(by_states.rows) ** 2 / max(len(index), 1)))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(tr("**By the encoder's state** ({vector})", vector=choice.name()))
        _show_list(index, by_states, shared)
    with right:
        st.markdown(tr("**By a bag of words**"))
        _show_list(index, by_words, shared)
    if len(index) >= limit_sentences(checkpoint):
        st.caption(tr("A random {n:,} of the corpus' different sentences: more would not fit the memory set aside.",
                      n=len(index)))


def _show_list(index: SentenceIndex, found: Neighbours, shared: set[int]) -> None:
    lines = [f"| {tr('cosine')} | {tr('sentence')} | {tr('in both')} |", "|--:|:--|:-:|"]
    lines += [f"| {cosine:.3f} | {plain(index.texts[i])} | {'✓' if i in shared else ''} |"
              for i, cosine in zip(found.rows.tolist(), found.cosines.tolist(), strict=True)]
    st.markdown("\n".join(lines))
