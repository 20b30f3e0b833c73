"""The meanings page: all examples of one word, mixed from the layers as the reader likes."""

import streamlit as st

from core.checkpoints.bilm import BiLMCheckpoint
from core.ui.elmo.meanings_cached import COARSE, OURS, OWN, Choice, find_tokens
from core.ui.elmo.meanings_mix import pick_mix, say_mix
from core.ui.elmo.meanings_nearest import pick_example, show_nearest, show_sentences
from core.ui.elmo.meanings_pair import show_pair
from core.ui.elmo.meanings_plane import Lens, pick_lens, show_plane, take_brush
from core.ui.elmo.meanings_purity import say_headline, show_our_words, show_purity
from core.ui.elmo.meanings_source import note_examples, pick_amount, pick_own_text
from core.ui.elmo.meanings_view import MeaningsView, look
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_guide


def show_meanings(checkpoint: BiLMCheckpoint, choice: Choice) -> None:
    """Examples, sliders, plane and numbers.

    Parameters
    ----------
    choice : Choice
        A reader's own text is asked for here, and how much of CoarseWSD-20.
    """
    if choice.source == OWN:
        choice = pick_own_text(choice)
    elif choice.source == COARSE:
        choice = pick_amount(choice)
    note_examples(choice)
    find_tokens(checkpoint.id, choice)
    _show_lab(checkpoint.id, choice)


@st.fragment
@guard()
def _show_lab(checkpoint_id: str, choice: Choice) -> None:
    mix, raw = pick_mix(len(find_tokens(checkpoint_id, choice).layers))
    view = look(checkpoint_id, choice, mix, raw)
    brush = take_brush(view)
    say_headline(view)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=520):
            focus = pick_example(view)
        lens = pick_lens()
    _show_pictures(view, focus, brush, lens)
    every_word = st.container() if view.purity is not None and view.choice.source == OURS else None
    _guide()
    st.header(tr("Neighbours of one example"), anchor=False)
    show_nearest(view, focus)
    show_sentences(view, brush)
    show_pair(view, focus)
    if every_word is not None:  # last, for all our sentences are read for it
        with every_word, st.spinner(tr("Reading all our sentences, once …"), show_time=True):
            show_our_words(view)


def _show_pictures(view: MeaningsView, focus: int, brush: tuple[int, ...], lens: Lens) -> None:
    """The plane, and the bars beside it."""
    if view.purity is None:
        show_plane(view, focus, brush, lens)
        return
    left, right = st.columns([61, 39], gap="medium")
    with left:
        show_plane(view, focus, brush, lens)
    with right:
        st.caption(tr("Mix: {shares}", shares=say_mix(view.mix)))
        show_purity(view)


def _guide() -> None:
    show_guide(tr("Every point is one sentence with the same word. At “word alone” they all fall on a few spots, one "
                  "for each form (bank, banks): its letters cannot tell which sense is meant. Move the sliders towards "
                  "layers 1 and 2 and watch whether the colours part, and whether the bars rise above the dotted line "
                  "(always answering the commonest sense) and above “words around”, which reads without order. With "
                  "few sentences the intervals are wide: look at all words before you believe one."))
